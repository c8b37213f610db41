"""Rooms and clothes: hides how backgrounds fall out of focus and how cloth is folded and lit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
from portrait_canvas import (
    HEIGHT,
    WIDTH,
    Light,
    Linear,
    Points,
    Radial,
    Sheet,
    bump,
    curve,
    ellipse,
    grid,
    inflated,
    lit,
    mixed,
    moved,
    ridge,
    rounded,
    symmetric,
    tapered,
)
from portrait_face import AXIS, SKIN_CREEP, Face

WHOLE = np.array([(0.0, 0.0), (WIDTH, 0.0), (WIDTH, HEIGHT), (0.0, HEIGHT)])

Fold = tuple[Points, float, float, float]
"""Line, width, height (below zero: a groove) and softness of one fold."""


# --- rooms ------------------------------------------------------------------------------------------------------------


def box(sheet: Sheet, left: float, top: float, right: float, bottom: float, ink: object, radius: float = 3) -> None:
    """One piece of furniture."""
    sheet.fill(rounded(left, top, right, bottom, radius), ink)  # pyright: ignore[reportArgumentType]


def glow(sheet: Sheet, x: float, y: float, radius: float, colour: str, alpha: float) -> None:
    """Light in the air around a lamp."""
    ink = Radial((x, y), radius, [(0.0, colour + "ff"), (0.35, colour + "70"), (1.0, colour + "00")])
    sheet.fill(ellipse(x, y, radius, radius), ink, alpha=alpha, blend="screen")


def bokeh(sheet: Sheet, spots: Sequence[tuple[float, float, float, str, float]]) -> None:
    """Discs of light (x, y, radius, colour, alpha), a little brighter at the edge, as a lens makes them."""
    for x, y, radius, colour, alpha in spots:
        ink = Radial(
            (x, y), radius, [(0.0, colour + "b0"), (0.8, colour + "d0"), (0.93, colour + "ff"), (1.0, colour + "60")]
        )
        sheet.fill(ellipse(x, y, radius, radius), ink, blur=1.6, alpha=alpha, blend="screen")


def plant(sheet: Sheet, x: float, y: float, size: float, colours: Sequence[str], rng: np.random.Generator) -> None:
    """Leaves that fan out of a pot at (x, y)."""
    for angle in np.linspace(-1.25, 1.25, 17) + rng.normal(0, 0.1, 17):
        reach = size * rng.uniform(0.65, 1.05)
        tip = (x + np.sin(angle) * reach, y - np.cos(angle) * reach)
        middle = (x + np.sin(angle * 0.6) * reach * 0.55, y - np.cos(angle * 0.6) * reach * 0.6)
        leaf = tapered(curve([(x, y), middle, tip]), size * rng.uniform(0.12, 0.2), 0.1, 0.05, 0.62)
        sheet.fill(leaf, str(rng.choice(colours)))


def books(
    sheet: Sheet, left: float, right: float, floor: float, colours: Sequence[str], rng: np.random.Generator
) -> None:
    """A row of books standing on a shelf."""
    x = left
    while x < right:
        wide, high = rng.uniform(9, 21), rng.uniform(48, 84)
        box(sheet, x, floor - high, x + wide, floor, str(rng.choice(colours)), 1)
        x += wide + rng.uniform(0, 2)


def out_of_focus(sharp: Sheet, blur: float) -> Sheet:
    """The room as a lens sees it that looks at the person."""
    room = Sheet()
    room.lay(sharp)
    room.lay(sharp, blur=blur)
    return room


def morning_office(rng: np.random.Generator) -> Sheet:
    """A bright home office: a window on the left, a shelf and a plant on the right."""
    room = Sheet()
    room.fill(WHOLE, Linear((0, 0), (WIDTH, 260), [(0.0, "#f3dcc0"), (0.45, "#d9b795"), (1.0, "#a98468")]))
    box(room, -40, -20, 300, 560, "#fff6e6")
    room.fill(
        rounded(-40, -20, 290, 550, 2),
        Linear((0, 0), (0, 560), [(0.0, "#fdfbf2"), (0.55, "#f8e7c4"), (1.0, "#d6d9a8")]),
    )
    for x, y, radius, colour in (
        (60, 430, 110, "#a9bd7c"),
        (190, 470, 90, "#8fae74"),
        (250, 380, 60, "#c3cf94"),
        (20, 330, 70, "#cbd6a2"),
    ):
        room.fill(ellipse(x, y, radius, radius * 0.8), colour, blur=14)
    for x in (-40, 128, 288):
        box(room, x, -20, x + 15, 560, "#e9d5bb")
    box(room, -40, 240, 300, 252, "#e9d5bb")
    box(room, -40, 550, 320, 572, "#d7b892")
    curtain = Linear(
        (296, 0), (400, 0), [(0.0, "#fff3df"), (0.25, "#e6c8a4"), (0.45, "#fbe6c8"), (0.7, "#d9b48d"), (1.0, "#efd3ae")]
    )
    room.fill(curve([(296, -20), (400, -20), (392, 300), (414, 740), (300, 740)], closed=True), curtain)
    for top in (148, 300, 452):
        box(room, 905, top, 1300, top + 13, "#7a5138")
        box(room, 905, top + 13, 1300, top + 26, "#5d3c2a66")
    spines = ("#8c3f35", "#c98a4b", "#d9c3a0", "#4f6d6a", "#35505c", "#b65f47", "#e4d7bf", "#7d8f6b")
    books(room, 940, 1060, 148, spines, rng)
    books(room, 1120, 1290, 300, spines, rng)
    books(room, 930, 1010, 452, spines, rng)
    box(room, 1130, 82, 1204, 148, "#c77d56", 14)
    plant(room, 1167, 90, 105, ("#4f7a4c", "#6b9a5b", "#86b06a", "#3f6644"), rng)
    box(room, 950, 220, 1030, 300, "#efe2cf", 4)
    box(room, 958, 228, 1022, 292, "#8fa6a0", 2)
    box(room, 1060, 390, 1130, 452, "#d8a25f", 22)
    box(room, 1165, 395, 1215, 452, "#ece0cf", 8)
    plant(room, 1190, 400, 84, ("#5d8a56", "#7dab68", "#46724b"), rng)
    sofa = Linear((880, 560), (1300, 720), [(0.0, "#b9674a"), (1.0, "#8c4632")])
    room.fill(rounded(880, 556, 1400, 800, 46), sofa)
    room.fill(rounded(1010, 590, 1180, 760, 40), "#e8c9a0")
    scene = out_of_focus(room, 8)
    glow(scene, 120, 180, 560, "#ffe9bd", 0.55)
    glow(scene, 1240, 60, 300, "#ffcf8f", 0.20)
    bokeh(
        scene,
        [
            (346, 96, 15, "#ffe8b5", 0.20),
            (380, 220, 10, "#fff2d2", 0.22),
            (1085, 210, 9, "#ffdca0", 0.30),
            (1250, 362, 12, "#ffdca0", 0.20),
        ],
    )
    return scene


def evening_study(rng: np.random.Generator) -> Sheet:
    """A calm study at dusk: teal wall, a lamp on the right, city lights in the window on the left."""
    room = Sheet()
    room.fill(WHOLE, Linear((0, 0), (WIDTH, 500), [(0.0, "#27474f"), (0.5, "#2f5a60"), (1.0, "#3b6a67")]))
    room.fill(
        rounded(40, 40, 360, 520, 3),
        Linear((0, 40), (0, 520), [(0.0, "#263a63"), (0.5, "#6d6a97"), (0.8, "#d68f7d"), (1.0, "#f3b27c")]),
    )
    for left, top, right in (
        (50, 380, 110),
        (104, 330, 150),
        (150, 400, 214),
        (206, 350, 246),
        (250, 410, 330),
        (318, 366, 356),
    ):
        box(room, left, top, right, 520, "#2b3454", 1)
    for x in (32, 192, 352):
        box(room, x, 32, x + 13, 530, "#1c3237")
    box(room, 32, 32, 365, 45, "#1c3237")
    box(room, 32, 515, 365, 534, "#1c3237")
    for top in (190, 350):
        box(room, 880, top, 1300, top + 12, "#8a5a36")
        box(room, 880, top + 12, 1300, top + 24, "#14282c80")
    spines = ("#b8663f", "#d8b07a", "#e7dcc6", "#20363c", "#7c2f2b", "#c9863f", "#496b6b", "#94a79a")
    books(room, 890, 1000, 190, spines, rng)
    books(room, 1050, 1150, 350, spines, rng)
    box(room, 1030, 98, 1104, 190, "#d9c7a5", 3)
    room.fill(ellipse(1067, 144, 26, 30), "#b8663f")
    box(room, 906, 296, 966, 350, "#c98f5a", 16)
    plant(room, 936, 302, 92, ("#7a9c6b", "#97b47e", "#5c7f5b"), rng)
    box(room, 1196, 250, 1206, 350, "#2b2018")
    room.fill(curve([(1150, 252), (1172, 170), (1232, 170), (1254, 252), (1200, 258)], closed=True), "#ffdd9c")
    box(room, 1180, 92, 1280, 190, "#20363c", 3)
    box(room, 860, 560, 1300, 740, Linear((0, 560), (0, 720), [(0.0, "#5b3d2a"), (1.0, "#3a271c")]), 4)
    scene = out_of_focus(room, 8)
    glow(scene, 1202, 225, 430, "#ffc36f", 0.75)
    glow(scene, 300, 470, 340, "#f7a37a", 0.28)
    lights = [
        (float(x), float(y), float(r), str(c), float(a))
        for x, y, r, c, a in zip(
            rng.uniform(60, 345, 22),
            rng.uniform(385, 505, 22),
            rng.uniform(5, 12, 22),
            rng.choice(("#ffcf8a", "#ffe6bd", "#ff9f6b", "#bcd4ff"), 22),
            rng.uniform(0.25, 0.6, 22),
            strict=True,
        )
    ]
    bokeh(scene, lights)
    return scene


def neon_studio(rng: np.random.Generator) -> Sheet:
    """A streamer's room: dark violet walls, panels of light, a shelf of small treasures."""
    room = Sheet()
    room.fill(WHOLE, Linear((0, 0), (WIDTH, 620), [(0.0, "#2a1b52"), (0.5, "#39256b"), (1.0, "#1d2458")]))
    for x in range(-20, 1300, 64):
        box(room, x, -10, x + 30, 740, "#ffffff08", 4)
    for x, y, size, colour in (
        (150, 120, 66, "#ff5fb7"),
        (265, 186, 66, "#b06bff"),
        (150, 252, 66, "#5f7bff"),
        (35, 186, 66, "#ff8fd0"),
        (265, 318, 66, "#42c9ff"),
        (35, 318, 66, "#8a6bff"),
    ):
        turn = np.radians(np.arange(6) * 60 + 30)
        panel = np.column_stack([x + size * np.cos(turn), y + size * np.sin(turn)])
        room.fill(panel, mixed(colour, "#1a1036", 0.35))
        room.fill(
            panel * 0.86 + np.array([x, y]) * 0.14,
            Radial((x, y), size, [(0.0, mixed(colour, "#ffffff", 0.45)), (1.0, colour)]),
        )
    for top in (206, 372):
        box(room, 900, top, 1300, top + 12, "#120b2c")
        box(room, 900, top + 12, 1300, top + 17, "#3fe0ff")
    spines = ("#ff6fb5", "#ffd166", "#5ad1e6", "#8f7bff", "#f2f0ff", "#3d3a8c")
    books(room, 1120, 1230, 206, spines, rng)
    books(room, 940, 1010, 372, spines, rng)
    room.fill(ellipse(985, 166, 40, 40), Radial((975, 152), 48, [(0.0, "#ffe9fb"), (0.5, "#ff9bd8"), (1.0, "#a33f92")]))
    room.fill(curve([(952, 140), (956, 102), (982, 128)], closed=True), "#ff9bd8")
    room.fill(curve([(1018, 140), (1014, 102), (988, 128)], closed=True), "#ff9bd8")
    box(room, 1052, 128, 1096, 206, "#5ad1e6", 10)
    box(room, 1066, 300, 1190, 372, "#0e0a22", 8)
    room.fill(rounded(1074, 308, 1182, 364, 5), Linear((1074, 308), (1182, 364), [(0.0, "#5fe3ff"), (1.0, "#a56bff")]))
    box(room, 1220, 300, 1262, 372, "#ffd166", 14)
    plant(room, 1241, 306, 78, ("#3fd6a8", "#2aa58f", "#7df0c4"), rng)
    box(room, 860, 600, 1300, 740, "#150d33", 6)
    scene = out_of_focus(room, 8)
    glow(scene, 150, 220, 430, "#c45cff", 0.42)
    glow(scene, 1130, 390, 380, "#35c8ff", 0.34)
    bokeh(
        scene,
        [
            (405, 70, 13, "#ff8fd0", 0.30),
            (372, 420, 17, "#6fa0ff", 0.26),
            (330, 520, 11, "#c08bff", 0.30),
            (905, 80, 12, "#7fe9ff", 0.30),
            (1010, 500, 15, "#a98bff", 0.24),
            (1210, 520, 10, "#ff9bd8", 0.30),
            (90, 520, 20, "#7f6bff", 0.20),
        ],
    )
    return scene


# --- neck and clothes -------------------------------------------------------------------------------------------------

SHOULDERS = ((0, 530), (66, 522), (120, 545), (196, 570), (270, 600), (322, 652), (350, 760), (0, 800))


def torso(shoulders: Sequence[tuple[float, float]] = SHOULDERS) -> np.ndarray:
    """The outline of the clothed body."""
    return symmetric(shoulders, AXIS)


def paint_neck(sheet: Sheet, face: Face, light: Light, half: float) -> None:
    """Neck, collarbones and the start of the chest, with the shadow of the chin."""
    outline = face.shape()
    chin = float(outline[:, 1].max())
    shape = symmetric(
        (
            (0, chin - 130),
            (half, chin - 110),
            (half - 3, chin - 20),
            (half, chin + 12),
            (half + 10, chin + 40),
            (half + 34, chin + 70),
            (half + 56, 760),
            (0, 800),
        ),
        AXIS,
    )
    colours = Sheet()
    colours.fill(shape, mixed(face.skin.base, face.skin.shadow, 0.10))
    relief = inflated(shape, 90)
    for side in (-1, 1):
        tendon = curve(
            [
                (AXIS + side * (half - 8), chin - 20),
                (AXIS + side * half * 0.62, chin + 34),
                (AXIS + side * 15, chin + 84),
            ]
        )
        relief += ridge(tendon, 13, 9, 6)
        bone = curve([(AXIS + side * 18, chin + 92), (AXIS + side * 70, chin + 80), (AXIS + side * 150, chin + 70)])
        relief += ridge(bone, 10, 9, 4) + ridge(moved(bone, 0, 13), 10, -6, 5)
    relief += bump(AXIS, chin + 86, 13, 11, -9)
    sheet.lay(lit(colours.pixels(), relief, light, SKIN_CREEP, gloss=0.05, hollow=0.03))
    deep = mixed(face.skin.shadow, "#2a0d10", 0.35)
    fall = np.column_stack([AXIS + 8 + (outline[:, 0] - AXIS) * 0.95, outline[:, 1] + 30])
    sheet.fill(fall, face.skin.shadow, blur=13, alpha=0.72, inside=shape, blend="multiply")
    near = np.column_stack([AXIS + 3 + (outline[:, 0] - AXIS) * 0.98, outline[:, 1] + 9])
    sheet.fill(near, deep, blur=7, alpha=0.42, inside=shape, blend="multiply")


def paint_cloth(
    sheet: Sheet,
    shape: np.ndarray,
    colour: str | Linear | Radial,
    body: np.ndarray,
    light: Light,
    folds: Sequence[Fold] = (),
    weave: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
    puff: float = 10.0,
    shadow: float = 0.45,
    gloss: float = 0.02,
) -> None:
    """One piece of clothing on a body (its relief), with its shadow on what lies below."""
    sheet.fill(moved(shape, 0, 5), "#120a0c", blur=8, alpha=shadow)
    colours = Sheet()
    colours.fill(shape, colour)
    relief = body + inflated(shape, puff)
    for points, width, amount, softness in folds:
        relief = relief + ridge(curve(points), width, amount, softness)
    if weave is not None:
        xs, ys = grid()
        relief = relief + weave(xs, ys)
    sheet.lay(lit(colours.pixels(), relief, light, (0.18, 0.18, 0.2), gloss=gloss, sharpness=10, hollow=0.06))


def both_sides(folds: Sequence[Fold]) -> list[Fold]:
    """Every fold and its mirror image."""
    result: list[Fold] = []
    for points, width, amount, softness in folds:
        flat = np.asarray(points, float)
        other = flat.copy()
        other[:, 0] = 2 * AXIS - other[:, 0]
        result += [(flat, width, amount, softness), (other, width, amount, softness)]
    return result


def knitted(
    across: float = 9.0, down: float = 8.0, depth: float = 1.5
) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Plain knitting: columns of small V shapes."""

    def weave(xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
        bent = xs - AXIS
        column = np.abs((bent / across) % 1 - 0.5) * 2
        stitch = np.cos(2 * np.pi * (ys + 0.00045 * bent**2 * -1 - column * 4.5) / down)
        height = depth * (np.sin(np.pi * np.clip(column, 0.02, 0.98)) ** 0.5 * (0.72 + 0.28 * stitch))
        return cv2.GaussianBlur(height.astype(np.float32), (0, 0), 0.7)

    return weave


def finish(sheet: Sheet, glow_colour: str, glow_side: float, shade: str) -> np.ndarray:
    """The last look: light from one side, a gentle vignette, a little contrast. Returns RGB uint8 (720, 1280, 3)."""
    edge = Radial(
        (WIDTH / 2, HEIGHT * 0.44), WIDTH * 0.66, [(0.0, shade + "00"), (0.5, shade + "00"), (1.0, shade + "90")], 0.72
    )
    sheet.fill(WHOLE, edge, blend="multiply")
    wash = Linear(
        (glow_side * WIDTH, 0),
        ((1 - glow_side) * WIDTH, HEIGHT),
        [(0.0, glow_colour + "30"), (0.5, glow_colour + "00"), (1.0, glow_colour + "00")],
    )
    sheet.fill(WHOLE, wash, blend="screen")
    colour = sheet.picture().astype(np.float32) / 255
    colour = colour + 0.22 * (colour * colour * (3 - 2 * colour) - colour)
    grey = colour.mean(axis=2, keepdims=True)
    return np.clip((grey + (colour - grey) * 1.10) * 255 + 0.5, 0, 255).astype(np.uint8)
