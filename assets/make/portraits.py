"""Draws the three starter personas: assets/personas/NAME/portrait.png and portrait.anchors.json.

Authoring only; the product never runs it. The same script and versions make the same pictures:

    python -m venv .build/art
    .build/art/bin/pip install skia-python==144.1 numpy==2.4.6 scipy==1.17.1 \
        opencv-python-headless==5.0.0.93
    .build/art/bin/python assets/make/portraits.py [mara] [theo] [juno]
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from portrait_canvas import (
    Light,
    Linear,
    Radial,
    Sheet,
    Stops,
    curve,
    ellipse,
    inflated,
    lit,
    mirrored,
    mixed,
    moved,
    ribbon,
    symmetric,
    tapered,
)
from portrait_face import (
    AXIS,
    Brows,
    Eyes,
    Face,
    Mouth,
    Nose,
    Skin,
    paint_ear,
    paint_features,
    paint_skin,
)
from portrait_hair import Hair, cast, kept_inside, lay_beard, lay_locks, lay_loose
from portrait_scene import (
    Fold,
    both_sides,
    evening_study,
    finish,
    knitted,
    morning_office,
    neon_studio,
    paint_cloth,
    paint_neck,
    torso,
)

PERSONAS = Path(__file__).resolve().parent.parent / "personas"


def side(points: Sequence[tuple[float, float]], which: int) -> np.ndarray:
    """Points given as (distance from the axis, y), placed on one side of the face."""
    return np.array([(AXIS + which * x, y) for x, y in points])


# --- Mara -------------------------------------------------------------------------------------------------------------

MARA = Face(
    outline=(
        (0, 62),
        (70, 70),
        (126, 125),
        (145, 215),
        (142, 285),
        (131, 348),
        (111, 404),
        (78, 453),
        (40, 481),
        (0, 489),
    ),
    crown=30,
    skin=Skin("#d49b74", "#d0624f", "#8a4632", "#c05a60", "#86303c", blush_strength=0.36),
    eyes=Eyes(66, 267, 40, 20.5, 17, 6, 21.5, "#331b10", "#7a471f", "#e6ab5c", lash_length=10, liner=4.6, crease=11),
    brows=Brows(70, 216, 42, 13, 0, 10.5, "#2c1912"),
    nose=Nose(352, 19, 106, 0.88),
    mouth=Mouth(406, 48, 14, 18, 9),
)


def mara() -> tuple[np.ndarray, Face]:
    """Warm and clear: dark wavy bob, green blazer, a bright home office."""
    face, rng = MARA, np.random.default_rng(11)
    light = Light(fill_colour="#f0cfb4", rim_strength=0.22)
    hair = Hair("#150b09", "#382016", "#7d4a2b", "#e0a56c", wave=(7.0, 125.0))
    sheet = morning_office(rng)
    back = symmetric(((0, 34), (90, 40), (165, 100), (196, 220), (200, 350), (186, 460), (128, 508), (0, 516)), AXIS)
    sheet.fill(
        back, Linear((440, 0), (840, 0), [(0.0, "#3a2016"), (0.3, "#160c0a"), (0.7, "#120a09"), (1.0, "#2a170f")])
    )
    paint_neck(sheet, face, light, 62)
    paint_necklace(sheet)
    paint_mara_clothes(sheet, light)
    behind = Sheet()
    for which in (-1, 1):
        strands = [
            side(line, which)
            for line in (
                [(110, 300), (132, 350), (128, 410), (112, 462), (78, 512)],
                [(124, 250), (150, 320), (150, 410), (136, 470), (98, 526)],
                [(138, 180), (172, 270), (178, 380), (170, 460), (128, 534)],
                [(150, 120), (190, 230), (202, 350), (200, 450), (166, 532)],
            )
        ]
        glint = [-0.26, -0.18, -0.10, 0.0]
        lay_locks(behind, strands, hair, rng, glint, 16, shine_at=0.55, phase=which, close=0.25, lap=2.6)
    cast(sheet, behind, "#7a4436", (3, 8), 9, 0.6)
    sheet.lay(behind)
    paint_skin(sheet, face, light, rng)
    paint_features(sheet, face, rng)
    front = Sheet()
    right = [
        [(604, 34), (700, 30), (790, 84), (834, 190), (846, 310), (846, 420), (834, 478), (796, 522)],
        [(603, 46), (700, 44), (780, 104), (821, 208), (834, 320), (836, 426), (822, 484), (780, 526)],
        [(602, 62), (690, 62), (762, 116), (804, 212), (819, 326), (822, 428), (806, 482), (762, 518)],
        [(600, 82), (680, 84), (742, 130), (785, 208), (802, 310), (808, 404), (790, 462), (752, 500)],
        [(598, 104), (664, 108), (722, 144), (768, 204), (790, 276), (797, 356), (784, 420), (754, 466)],
    ]
    left = [
        [(606, 34), (552, 38), (488, 84), (446, 182), (434, 302), (434, 416), (448, 476), (490, 520)],
        [(605, 46), (554, 58), (497, 108), (458, 206), (446, 318), (446, 424), (460, 482), (504, 524)],
        [(604, 62), (558, 80), (509, 132), (473, 220), (461, 326), (460, 428), (474, 480), (518, 516)],
        [(602, 82), (564, 102), (524, 146), (491, 214), (478, 300), (474, 396), (490, 456), (528, 496)],
        [(600, 104), (570, 120), (536, 156), (504, 208), (488, 272), (482, 350), (494, 412), (524, 460)],
    ]
    glint = [-0.14, -0.06, 0.0, 0.0, -0.04]
    lay_locks(front, right, hair, rng, glint, 22, shine_at=0.26, phase=2.0, close=0.12, lap=2.2, gleam=1.15)
    glint = [-0.04, 0.06, 0.10, 0.06, 0.0]
    lay_locks(front, left, hair, rng, glint, 20, shine_at=0.28, gleam=1.35, close=0.12, lap=2.2)
    part = curve([(598, 106), (601, 76), (606, 42)])
    front.fill(tapered(part, 13, 0.8, 0.2), hair.dark, blur=5, alpha=0.75)
    front.fill(tapered(part, 2.6, 0.9, 0.1), mixed(face.skin.base, hair.base, 0.35), blur=0.9, alpha=0.42)
    lay_loose(front, right, hair, rng, 46, 7)
    lay_loose(front, left, hair, rng, 46, 7, 0.5)
    cast(sheet, kept_inside(front, face.shape()), face.skin.shadow, (3, 9), 8, 0.62)
    sheet.lay(front)
    return finish(sheet, "#ffe2b0", 0.0, "#7a5238"), face


def paint_necklace(sheet: Sheet) -> None:
    """A thin gold chain with a small drop."""
    chain = curve([(AXIS - 66, 524), (AXIS - 44, 562), (AXIS, 592), (AXIS + 44, 562), (AXIS + 66, 524)])
    sheet.fill(ribbon(moved(chain, 1, 3), 3), "#5a2a1c", blur=2, alpha=0.5)
    sheet.stroke(chain, "#c8913f", 2.2)
    sheet.stroke(chain - (0.4, 0.5), "#ffe9ae", 0.9, alpha=0.8)
    sheet.fill(ellipse(AXIS + 1, 600, 7, 8), "#5a2a1c", blur=2.5, alpha=0.5)
    gold: Stops = [(0.0, "#fff6d2"), (0.4, "#e9b95c"), (1.0, "#8f5a20")]
    sheet.fill(ellipse(AXIS, 597, 6, 7), Radial((AXIS - 2, 594), 9, gold))


def paint_mara_clothes(sheet: Sheet, light: Light) -> None:
    """A cream top under a deep green blazer."""
    body = inflated(torso(), 130)
    soft = cv2.GaussianBlur(body, (0, 0), 24)  # what lies on the shoulders must not show their edge
    top = symmetric(((0, 632), (48, 620), (84, 582), (108, 546), (176, 600), (196, 760), (0, 800)), AXIS)
    creases: list[Fold] = [([(596, 628), (606, 680), (600, 730)], 9, 5, 5), ([(622, 640), (631, 726)], 6, 3, 4)]
    paint_cloth(sheet, top, "#f0e2d0", body * 0.6, light, both_sides(creases))
    green = Linear((330, 530), (960, 720), [(0.0, "#2c6a5a"), (0.5, "#245a4d"), (1.0, "#18423a")])
    for which in (-1, 1):
        coat = [(68, 522), (124, 544), (200, 570), (272, 602), (324, 654), (352, 770), (120, 800), (50, 760), (94, 640)]
        folds: list[Fold] = [
            (side([(276, 622), (254, 672), (250, 740)], which), 10, -11, 5),
            (side([(238, 606), (226, 660), (234, 735)], which), 14, 7, 8),
            (side([(196, 600), (204, 660), (188, 735)], which), 11, -6, 6),
            (side([(318, 668), (304, 700), (300, 740)], which), 10, 5, 6),
        ]
        paint_cloth(sheet, curve(side(coat, which), closed=True), green, body, light, folds)
        lapel = [
            (62, 512),
            (98, 532),
            (150, 588),
            (134, 620),
            (160, 636),
            (126, 704),
            (62, 775),
            (46, 745),
            (78, 630),
            (78, 566),
        ]
        shape = np.vstack([curve(side(lapel[:3], which)), curve(side(lapel[3:], which))])
        roll: list[Fold] = [(side([(104, 555), (118, 630), (86, 725)], which), 22, 5, 9)]
        paint_cloth(sheet, shape, green, soft, light, roll, puff=16, shadow=0.6)
        hem = shape - (which * 0.8, 0)
        sheet.stroke(hem[2:-40], "#8fc7b0", 1.4, blur=1.0, alpha=0.28, blend="screen")


# --- Theo -------------------------------------------------------------------------------------------------------------

THEO = Face(
    outline=(
        (0, 66),
        (74, 74),
        (132, 128),
        (150, 215),
        (149, 290),
        (142, 350),
        (126, 408),
        (94, 460),
        (52, 488),
        (0, 495),
    ),
    crown=24,
    skin=Skin("#e3b394", "#d66f58", "#97543f", "#c4706a", "#8f4440", blush_strength=0.34, gloss=0.08),
    eyes=Eyes(
        67,
        267,
        38,
        19,
        16,
        3,
        19.5,
        "#1c333d",
        "#4d7f88",
        "#a6d8cf",
        lash="#2b1810",
        lash_length=5.5,
        liner=3.0,
        crease=9,
    ),
    brows=Brows(70, 218, 44, 11, -1, 14, "#4a2a1a"),
    nose=Nose(354, 23, 112, 1.0),
    mouth=Mouth(409, 48, 10.5, 15, 8.5),
)


def theo() -> tuple[np.ndarray, Face]:
    """Calm and friendly: short chestnut hair, short beard, knitted sweater, a study at dusk."""
    face, rng = THEO, np.random.default_rng(23)
    light = Light(
        key=(0.5, -0.5, 0.7),
        key_colour="#fff0d8",
        fill=(-0.8, -0.1, 0.5),
        fill_colour="#a9c4f2",
        rim_side=-1.0,
        rim_colour="#b9cdf5",
        rim_strength=0.45,
    )
    hair = Hair("#24120b", "#4b2817", "#8a5230", "#d79a62")
    sheet = evening_study(rng)
    nape = symmetric(((0, 506), (76, 510), (96, 528), (90, 590), (0, 600)), AXIS)
    sheet.fill(nape, Linear((AXIS, 500), (AXIS, 560), [(0.0, "#7a3826"), (1.0, "#4a2018")]))
    paint_neck(sheet, face, light, 82)
    paint_theo_clothes(sheet, light)
    for which in (-1, 1):
        paint_ear(sheet, face, light, which, 152, 296, 38)
    paint_skin(sheet, face, light, rng, stubble="#55301f")
    lay_beard(sheet, face, hair, rng, 5200, 6)
    paint_features(sheet, face, rng)
    front = Sheet()
    crown = [
        (-152, 238),
        (-160, 190),
        (-158, 130),
        (-134, 76),
        (-84, 42),
        (-10, 28),
        (70, 30),
        (130, 64),
        (158, 124),
        (161, 190),
        (153, 238),
    ]
    hairline = [
        (144, 236),
        (140, 192),
        (128, 158),
        (106, 128),
        (60, 114),
        (0, 110),
        (-60, 116),
        (-106, 128),
        (-128, 158),
        (-140, 192),
        (-144, 236),
    ]
    front.fill(curve([(AXIS + x, y) for x, y in (*crown, *hairline)], closed=True), hair.tone(0.12), blur=5, alpha=0.9)
    for which in (-1, 1):
        temple = [
            side(line, which)
            for line in (
                [(116, 116), (132, 150), (142, 200), (144, 262), (141, 318)],
                [(130, 98), (147, 140), (152, 200), (149, 270), (144, 332)],
                [(142, 84), (160, 130), (164, 196), (157, 262), (149, 340)],
            )
        ]
        lay_locks(
            front,
            temple,
            hair,
            rng,
            [-0.04, 0.0, -0.08] if which > 0 else [-0.10, -0.08, -0.12],
            14,
            30,
            shine_at=0.45,
            fineness=0.55,
            close=0.6,
            lap=2.0,
        )
    top = [
        [(AXIS + x, y) for x, y in line]
        for line in (
            [(-126, 158), (-150, 120), (-144, 76), (-104, 46)],
            [(-106, 134), (-128, 90), (-106, 48), (-50, 30)],
            [(-72, 124), (-92, 74), (-56, 36), (10, 22)],
            [(-36, 117), (-46, 66), (-4, 30), (62, 24)],
            [(0, 114), (0, 62), (42, 32), (104, 38)],
            [(36, 114), (46, 68), (86, 46), (134, 62)],
            [(72, 121), (90, 84), (122, 66), (153, 98)],
            [(105, 133), (124, 108), (146, 100), (162, 138)],
            [(126, 156), (142, 138), (157, 142), (163, 184)],
        )
    ]
    lay_locks(
        front,
        top[::-1],
        hair,
        rng,
        [-0.02, 0.04, 0.10, 0.12, 0.10, 0.06, 0.0, -0.06, -0.12],
        24,
        46,
        shine_at=0.42,
        fineness=0.9,
        close=0.2,
        lap=1.7,
        ragged=0.22,
    )
    lay_loose(front, top, hair, rng, 60, 6, 0.45)
    cast(sheet, kept_inside(front, face.shape()), face.skin.shadow, (-2, 7), 7, 0.6)
    sheet.lay(front)
    return finish(sheet, "#ffcf94", 1.0, "#0c1a22"), face


def paint_theo_clothes(sheet: Sheet, light: Light) -> None:
    """A knitted sweater with a ribbed collar over a pale shirt."""
    shoulders = ((0, 530), (80, 520), (140, 540), (226, 562), (304, 596), (358, 650), (390, 760), (0, 800))
    body = inflated(torso(shoulders), 135)
    shirt = symmetric(((0, 590), (46, 576), (80, 540), (90, 548), (88, 620), (0, 650)), AXIS)
    paint_cloth(sheet, shirt, "#dfe3e8", body * 0.5, light)
    edge = ((0, 612), (48, 600), (88, 566), (104, 530), (140, 540))
    sweater = symmetric((*edge, *shoulders[3:]), AXIS)
    rust = Linear((300, 560), (980, 720), [(0.0, "#8a3f2c"), (0.6, "#b05a3c"), (1.0, "#c4704a")])
    folds: list[Fold] = [
        ([(352, 640), (384, 690), (388, 740)], 14, -14, 7),
        ([(404, 620), (440, 680), (434, 740)], 16, 9, 9),
        ([(520, 630), (548, 680), (596, 725)], 14, 6, 9),
        ([(470, 640), (500, 700), (560, 745)], 14, -6, 9),
    ]
    paint_cloth(sheet, sweater, rust, body, light, both_sides(folds), knitted())
    collar = curve([(AXIS - 102, 528), (AXIS - 86, 572), (AXIS - 44, 608), (AXIS, 622)])
    collar = np.vstack([collar, mirrored(collar, AXIS)[-2::-1]])

    def ribs(xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
        return 1.5 * np.cos(96 * np.arctan2(xs - AXIS, ys - 430))

    paint_cloth(sheet, ribbon(collar, 25), rust, body, light, (), ribs, puff=13, shadow=0.5)


# --- Juno -------------------------------------------------------------------------------------------------------------

JUNO = Face(
    outline=(
        (0, 78),
        (70, 84),
        (128, 135),
        (147, 222),
        (144, 296),
        (130, 354),
        (104, 412),
        (66, 460),
        (32, 485),
        (0, 492),
    ),
    crown=46,
    skin=Skin("#f2c8b2", "#f2728a", "#a8606a", "#dc667c", "#9c3a55", blush_strength=0.44, gloss=0.10),
    eyes=Eyes(
        68,
        284,
        44,
        26.5,
        20,
        7,
        27,
        "#1c1452",
        "#5a4fd0",
        "#7fe6ff",
        lash="#1d1233",
        lash_length=11,
        liner=5.6,
        crease=11,
    ),
    brows=Brows(72, 221, 37, 11, -1, 9, "#3350b8"),
    nose=Nose(364, 13, 90, 0.6),
    mouth=Mouth(412, 38, 11, 14, 9),
)


def juno() -> tuple[np.ndarray, Face]:
    """Bright and playful: blue hair, cat-eared headphones, hoodie, a room full of neon."""
    face, rng = JUNO, np.random.default_rng(37)
    light = Light(
        key_colour="#fff0f2",
        fill_colour="#8fd4ff",
        fill_strength=0.34,
        sky_colour="#efe2ff",
        ground_colour="#9a78b8",
        rim_colour="#7fe9ff",
        rim_strength=0.9,
    )
    hair = Hair("#141a52", "#2b55c4", "#48a4f2", "#c4f4ff", tip="#b565f5", wave=(6.0, 150.0))
    sheet = neon_studio(rng)
    behind = Sheet()
    back = symmetric(((0, 50), (90, 56), (160, 112), (188, 230), (196, 380), (206, 520), (180, 640), (0, 660)), AXIS)
    depth: Stops = [(0.0, "#2450b8"), (0.28, "#1b358c"), (0.5, "#12154a"), (1.0, "#2a1656")]
    behind.fill(back, Linear((0, 60), (0, 640), depth))
    for which in (-1, 1):
        strands = [
            side(line, which)
            for line in (
                [(100, 300), (128, 360), (128, 450), (122, 550), (92, 650)],
                [(108, 220), (148, 290), (154, 400), (154, 530), (126, 660)],
                [(116, 140), (168, 240), (178, 380), (186, 530), (160, 665)],
                [(126, 100), (182, 220), (196, 380), (210, 520), (196, 655)],
            )
        ]
        glint = [-0.22, -0.10, 0.0, 0.08]
        lay_locks(behind, strands, hair, rng, glint, 14, shine_at=0.4, phase=which, close=0.5, lap=1.8, gleam=1.3)
    sheet.lay(behind)
    paint_neck(sheet, face, light, 56)
    paint_juno_clothes(sheet, light)
    paint_skin(sheet, face, light, rng)
    paint_features(sheet, face, rng)
    front = Sheet()
    for which in (-1, 1):
        dim = 0.0 if which < 0 else -0.07
        outer = [
            side(line, which)
            for line in (
                [(-3, 47), (80, 54), (150, 116), (182, 220), (190, 340), (202, 470), (196, 570)],
                [(-3, 58), (70, 68), (138, 128), (168, 222), (174, 340), (184, 470), (176, 580)],
                [(-2, 72), (62, 88), (124, 144), (155, 226), (158, 330), (162, 450), (150, 550)],
                [(-2, 88), (52, 106), (106, 154), (140, 222), (148, 310), (148, 400), (136, 490)],
            )
        ]
        glint = [-0.04 + dim, 0.05 + dim, 0.06 + dim, dim]
        lay_locks(front, outer, hair, rng, glint, 16, shine_at=0.26, phase=which, close=0.45, lap=1.8, gleam=1.25)
    fringe = [
        [(AXIS + x, y) for x, y in line]
        for line in (
            [(-34, 57), (-84, 86), (-122, 146), (-144, 236)],
            [(-33, 62), (-74, 92), (-108, 140), (-130, 200)],
            [(-31, 66), (-58, 98), (-84, 138), (-104, 180)],
            [(-29, 68), (-40, 102), (-52, 140), (-60, 176)],
            [(-27, 69), (-18, 104), (-4, 142), (20, 180)],
            [(-25, 67), (6, 98), (44, 138), (78, 182)],
            [(-24, 64), (24, 90), (80, 134), (114, 190)],
            [(-23, 60), (40, 82), (104, 134), (138, 216)],
            [(-22, 56), (52, 76), (124, 138), (150, 256)],
        )
    ]
    blue = replace(hair, tip=None, wave=(2.0, 110.0))
    glint = [0.0, 0.05, 0.08, 0.10, 0.08, 0.05, 0.02, 0.0, -0.06]
    lay_locks(front, fringe, blue, rng, glint, 22, 34, shine_at=0.42, close=0.04, lap=2.1, gleam=1.35)
    lay_loose(front, fringe, blue, rng, 40, 6, 0.5)
    cast(sheet, kept_inside(front, face.shape()), face.skin.shadow, (2, 9), 7, 0.55)
    sheet.lay(front)
    paint_headphones(sheet, light)
    return finish(sheet, "#c98bff", 0.0, "#120a30"), face


def paint_juno_clothes(sheet: Sheet, light: Light) -> None:
    """A soft hoodie with cords over a white shirt."""
    body = inflated(torso(), 130)
    soft = cv2.GaussianBlur(body, (0, 0), 24)  # what lies on the shoulders must not show their edge
    shirt = symmetric(((0, 590), (44, 578), (70, 544), (104, 560), (94, 660), (0, 700)), AXIS)
    paint_cloth(sheet, shirt, "#f4f1ff", body * 0.5, light)
    violet = Linear((330, 560), (960, 720), [(0.0, "#f3c6e6"), (0.5, "#dba6e0"), (1.0, "#b58be0")])
    shell = ((0, 640), (48, 618), (84, 570), (112, 544), (196, 570), (270, 600), (322, 652), (352, 760), (0, 800))
    folds: list[Fold] = [
        ([(362, 640), (392, 680), (394, 740)], 12, -12, 6),
        ([(420, 616), (452, 670), (446, 740)], 14, 9, 8),
        ([(530, 670), (566, 710), (620, 735)], 12, 7, 7),
        ([(480, 640), (506, 700), (560, 745)], 12, -6, 7),
    ]
    paint_cloth(sheet, symmetric(shell, AXIS), violet, body, light, both_sides(folds))
    lining = Linear((AXIS, 540), (AXIS, 700), [(0.0, "#f7d3ee"), (1.0, "#c796e2")])
    for which in (-1, 1):
        hood = [(66, 522), (116, 524), (158, 566), (126, 622), (62, 676), (4, 704), (2, 664), (46, 624), (78, 572)]
        fold: list[Fold] = [(side([(98, 540), (118, 578), (78, 632)], which), 18, -7, 8)]
        paint_cloth(sheet, curve(side(hood, which), closed=True), lining, soft, light, fold, puff=26, shadow=0.5)
    for which in (-1, 1):
        cord = curve(side([(34, 652), (42, 680), (38, 735)], which))
        paint_cloth(sheet, ribbon(cord, 7), "#fbf8ff", body, light, puff=8, shadow=0.6)
        paint_solid(sheet, ellipse(AXIS + which * 34, 652, 6.5, 6.5), "#7a6fb0", light, 5)


def paint_headphones(sheet: Sheet, light: Light) -> None:
    """Headphones with two small cat ears."""
    arc = np.radians(np.linspace(180, 360, 70))
    band = np.column_stack([AXIS + 179 * np.cos(arc), 268 + 228 * np.sin(arc)])
    parts = Sheet()
    white, pink = "#ece6ff", "#ff7fc4"
    for which in (-1, 1):
        ear = curve(side([(58, 58), (84, 20), (97, 13), (112, 30), (132, 88), (96, 66)], which), closed=True, steps=8)
        paint_solid(parts, ear, white, light, 22)
        inner = curve(side([(76, 57), (91, 32), (98, 31), (115, 76), (96, 60)], which), closed=True, steps=8)
        paint_solid(parts, inner, pink, light, 6)
    paint_solid(parts, ribbon(band, 21), white, light, 13)
    parts.stroke(band, pink, 3.5, blur=0.6, alpha=0.9)
    for which in (-1, 1):
        paint_solid(parts, ellipse(AXIS + which * 164, 306, 19, 60), "#3a2f77", light, 14)
        paint_solid(parts, ellipse(AXIS + which * 180, 306, 24, 56), white, light, 28)
        ring = ellipse(AXIS + which * 184, 306, 13, 36)
        parts.fill(ring, "#7fe9ff", blur=5, alpha=0.55, blend="screen")
        parts.fill(ring, Radial((AXIS + which * 184, 306), 34, [(0.0, "#e9fdff"), (0.6, "#7fe9ff"), (1.0, "#3fa8ff")]))
        parts.fill(ellipse(AXIS + which * 184, 306, 9, 28), "#d7cdf7")
    cast(sheet, parts, "#2a1f5c", (2, 8), 6, 0.55)
    sheet.lay(parts)


def paint_solid(sheet: Sheet, shape: np.ndarray, colour: str, light: Light, depth: float) -> None:
    """A smooth, slightly glossy thing."""
    colours = Sheet()
    colours.fill(shape, colour)
    sheet.lay(lit(colours.pixels(), inflated(shape, depth), light, (0.15, 0.15, 0.18), gloss=0.22, sharpness=24))


# --- all of them ------------------------------------------------------------------------------------------------------

PAINTERS: dict[str, Callable[[], tuple[np.ndarray, Face]]] = {"mara": mara, "theo": theo, "juno": juno}


def save(name: str) -> None:
    """Draw one persona and write its picture and its anchors."""
    picture, face = PAINTERS[name]()
    folder = PERSONAS / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "portrait.png"
    cv2.imwrite(str(path), picture[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
    points = {key: [round(float(x), 1), round(float(y), 1)] for key, (x, y) in face.anchors().items()}
    (folder / "portrait.anchors.json").write_text(json.dumps({"points": points}, indent=1) + "\n", encoding="utf-8")
    print(f"{name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or PAINTERS:
        save(wanted)
