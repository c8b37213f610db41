"""A face from numbers: hides how skin, eyes, brows, nose and lips are modelled and painted.

One `Face` says where everything is, so what is drawn and what the anchor file tells can never disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from portrait_canvas import (
    HEIGHT,
    SCALE,
    WIDTH,
    Light,
    Linear,
    Radial,
    Sheet,
    bump,
    curve,
    ellipse,
    inflated,
    lit,
    mirrored,
    mixed,
    moved,
    rgb,
    ribbon,
    ridge,
    stencil,
    symmetric,
    tapered,
)

AXIS = 640.0
SKIN_CREEP = (0.42, 0.24, 0.17)


@dataclass(frozen=True, slots=True)
class Skin:
    """Colours of a complexion."""

    base: str
    blush: str
    shadow: str
    lip: str
    lip_dark: str
    freckles: int = 0
    gloss: float = 0.10
    blush_strength: float = 0.5


@dataclass(frozen=True, slots=True)
class Eyes:
    """Eyes and lids. `half` is half the width of the opening, `up` and `down` its reach above and below the centre."""

    apart: float
    y: float
    half: float
    up: float
    down: float
    tilt: float
    iris: float
    iris_dark: str
    iris_mid: str
    iris_light: str
    lash: str = "#22140f"
    lash_length: float = 8.0
    liner: float = 4.2
    crease: float = 10.0


@dataclass(frozen=True, slots=True)
class Brows:
    """Middle point of a brow (as distance from the axis), its half length, arch and thickness."""

    apart: float
    y: float
    half: float
    arch: float
    slope: float
    thick: float
    colour: str


@dataclass(frozen=True, slots=True)
class Mouth:
    """Closed lips: seam height at the middle, half width, thickness of each lip, lift of the corners."""

    y: float
    half: float
    upper: float
    lower: float
    smile: float


@dataclass(frozen=True, slots=True)
class Nose:
    """Tip of the nose and its build."""

    y: float
    width: float
    length: float
    height: float = 1.0


@dataclass(frozen=True, slots=True)
class Face:
    """Everything about a head that does not move."""

    outline: tuple[tuple[float, float], ...]
    crown: float
    skin: Skin
    eyes: Eyes
    brows: Brows
    nose: Nose
    mouth: Mouth
    depth: float = 128.0

    def shape(self) -> np.ndarray:
        """The outline of the face, chin included: float (n, 2)."""
        return symmetric(self.outline, AXIS)

    def opening(self, side: int) -> tuple[np.ndarray, np.ndarray]:
        """Upper and lower lid edge of one eye (side -1 = left in the picture), both from the inner corner outwards."""
        eye = self.eyes

        def placed(points: Sequence[tuple[float, float]]) -> np.ndarray:
            return curve([(AXIS + side * (eye.apart + u * eye.half), eye.y + v) for u, v in points])

        inner, outer = (-1.0, 0.14 * eye.up + 1), (1.0, -eye.tilt)
        upper = [inner, (-0.62, -0.62 * eye.up), (0.0, -eye.up), (0.6, -0.84 * eye.up - 0.12 * eye.tilt), outer]
        lower = [inner, (-0.55, 0.78 * eye.down), (0.0, eye.down), (0.62, 0.72 * eye.down - 0.2 * eye.tilt), outer]
        return placed(upper), placed(lower)

    def lips(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Outer edge of the upper lip, the seam, outer edge of the lower lip; each from left to right."""
        mouth = self.mouth

        def placed(points: Sequence[tuple[float, float]]) -> np.ndarray:
            whole = [*((-u, v) for u, v in points[::-1] if u), *points]
            return curve([(AXIS + u * mouth.half, mouth.y + v) for u, v in whole])

        corner = (1.0, -mouth.smile)
        top = [(0.0, -0.78 * mouth.upper), (0.2, -mouth.upper), (0.56, -0.66 * mouth.upper - 0.3 * mouth.smile), corner]
        seam = [(0.0, 0.0), (0.22, -0.7), (0.60, -0.32 * mouth.smile), corner]
        bottom = [(0.0, mouth.lower), (0.34, 0.93 * mouth.lower), (0.72, 0.5 * mouth.lower - 0.3 * mouth.smile), corner]
        return placed(top), placed(seam), placed(bottom)

    def brow(self, side: int) -> np.ndarray:
        """The middle line of one brow, from the nose outwards."""
        brow = self.brows
        points = [
            (-1.0, brow.slope + 0.22 * brow.arch),
            (-0.5, 0.35 * brow.slope + 0.10 * brow.arch),
            (0.0, 0.0),
            (0.38, -0.14 * brow.arch),
            (1.0, 0.50 * brow.arch),
        ]
        return curve([(AXIS + side * (brow.apart + u * brow.half), brow.y + v) for u, v in points])

    def anchors(self) -> dict[str, tuple[float, float]]:
        """The twenty points of engines.contract.ANCHOR_NAMES."""
        eye, brow, mouth = self.eyes, self.brows, self.mouth
        top, seam, bottom = self.lips()
        outline = self.shape()
        points: dict[str, tuple[float, float]] = {}
        for name, side in (("left", -1), ("right", 1)):
            upper, _ = self.opening(side)
            points[f"{name}_eye_inner"], points[f"{name}_eye_outer"] = tuple(upper[0]), tuple(upper[-1])
            points[f"{name}_eye_top"] = (AXIS + side * eye.apart, eye.y - eye.up)
            points[f"{name}_eye_bottom"] = (AXIS + side * eye.apart, eye.y + eye.down)
            points[f"{name}_brow"] = (AXIS + side * brow.apart, brow.y)
            level = outline[np.sign(outline[:, 0] - AXIS) == side]
            order = np.argsort(level[:, 1])
            points[f"jaw_{name}"] = (float(np.interp(mouth.y, level[order, 1], level[order, 0])), mouth.y)
        middle = len(seam) // 2
        points |= {
            "nose_tip": (AXIS, self.nose.y),
            "mouth_left": tuple(seam[0]),
            "mouth_right": tuple(seam[-1]),
            "lip_top": (AXIS, float(top[middle, 1])),
            "lip_seam": (AXIS, float(seam[middle, 1])),
            "lip_bottom": (AXIS, float(bottom[middle, 1])),
            "chin": (AXIS, float(outline[:, 1].max())),
            "crown": (AXIS, self.crown),
        }
        return points


# --- skin -------------------------------------------------------------------------------------------------------------


def face_relief(face: Face) -> np.ndarray:
    """The head as a height towards the viewer, in pixels: float32 (720, 1280)."""
    eye, brow, nose, mouth = face.eyes, face.brows, face.nose, face.mouth
    chin = float(face.shape()[:, 1].max())
    relief = inflated(face.shape(), face.depth)
    hills = np.zeros_like(relief)
    for side in (-1, 1):
        x = AXIS + side * eye.apart
        hills += bump(x - side * 2, brow.y + 6, eye.half * 1.15, 15, 7, side * 4)
        hills += bump(x - side * eye.half * 0.35, eye.y - 6, eye.half * 0.95, eye.up * 1.15 + 4, -13)
        hills += bump(x, eye.y, eye.half * 0.72, (eye.up + eye.down) * 0.55, 9)
        hills += bump(x - side * 2, eye.y + eye.down + 12, eye.half * 0.8, 6, -2.0)
        hills += bump(x + side * 16, (eye.y + mouth.y) / 2 - 2, 38, 34, 10, side * -25)
        hills += bump(AXIS + side * (mouth.half + 7), mouth.y - mouth.smile, 8, 9, -3.2)
        hills += bump(AXIS + side * (mouth.half + 20), mouth.y - 8, 14, 22, 5.0)
        hills += bump(AXIS + side * nose.width, nose.y + 5, nose.width * 0.45, nose.width * 0.42, 8 * nose.height)
        fold = curve(
            [
                (AXIS + side * (nose.width + 9), nose.y - 2),
                (AXIS + side * (nose.width + 22), nose.y + 22),
                (AXIS + side * (mouth.half + 12), mouth.y - 8),
            ]
        )
        hills += ridge(fold, 6, -3.0, 4.5)
    # The bridge of the nose rises towards the tip and falls steeply under it.
    rows = np.arange(relief.shape[0], dtype=np.float32)
    start = nose.y - nose.length
    climb = np.clip((rows - start) / nose.length, 0, 1) ** 1.25
    under = 1 / (1 + np.exp(np.clip((rows - nose.y - 8) / 3.6, -30, 30)))
    begin = 1 / (1 + np.exp(np.clip(-(rows - start - 10) / 9, -30, 30)))
    across = 4.5 + nose.width * (0.44 + 0.12 * climb)
    columns = np.arange(relief.shape[1], dtype=np.float32) - AXIS
    hills += (
        ((3 + 15 * climb) * begin * under * nose.height)[:, None]
        * np.exp(-0.5 * (columns[None] / across[:, None]) ** 2)
    ).astype(np.float32)
    hills += bump(AXIS, nose.y, nose.width * 0.62, nose.width * 0.56, 10 * nose.height)
    hills += bump(AXIS, nose.y + 20, 5, 7, -2.4)
    hills += bump(AXIS, mouth.y - mouth.upper * 0.45, mouth.half * 0.55, mouth.upper * 0.55, 5.5)
    hills += bump(AXIS, mouth.y + mouth.lower * 0.5, mouth.half * 0.48, mouth.lower * 0.5, 8.0)
    hills += ridge(face.lips()[1], 3.0, -7, 1.6)
    hills += bump(AXIS, mouth.y + mouth.lower + 9, mouth.half * 0.6, 6, -5.0)
    hills += bump(AXIS, chin - 23, 23, 15, 10)
    hills += bump(AXIS, (brow.y + face.crown) / 2 + 30, 70, 40, 5)
    return relief + hills * np.clip(relief / (face.depth * 0.35), 0, 1)


def paint_skin(sheet: Sheet, face: Face, light: Light, rng: np.random.Generator, stubble: str | None = None) -> None:
    """The head without eyes, brows and hair, shaded."""
    skin, eye, nose = face.skin, face.eyes, face.nose
    shape = face.shape()
    chin = float(shape[:, 1].max())
    colours = Sheet()
    colours.fill(shape, skin.base)

    def tint(part: np.ndarray, colour: str, blur: float, alpha: float) -> None:
        colours.fill(part, colour, blur=blur, alpha=alpha, blend="inside")

    for side in (-1, 1):
        x = AXIS + side * eye.apart
        tint(ellipse(x + side * 18, nose.y - 8, 34, 22, side * -15), skin.blush, 16, skin.blush_strength)
        tint(ellipse(x, eye.y - eye.up * 0.8, eye.half * 0.95, eye.up * 0.8), skin.shadow, 8, 0.34)
        tint(ellipse(x - side * 4, eye.y + eye.down + 5, eye.half * 0.75, 6), skin.shadow, 5, 0.22)
        tint(ellipse(x - side * eye.half, eye.y + 2, 9, 10), skin.blush, 6, 0.30)
        tint(ellipse(AXIS + side * nose.width, nose.y + 5, 8, 7), skin.blush, 5, 0.45)
    tint(ellipse(AXIS, nose.y, 17, 14), skin.blush, 8, 0.42)
    tint(ellipse(AXIS, chin - 20, 28, 14), skin.blush, 12, 0.22)
    tint(ellipse(AXIS, face.crown + 70, 120, 50), mixed(skin.base, "#ffe9b8", 0.5), 30, 0.25)
    if stubble:
        paint_stubble(colours, face, stubble, rng)
    for _ in range(skin.freckles):
        x = AXIS + rng.choice((-1, 1)) * abs(rng.normal(46, 26))
        y = rng.normal(nose.y - 20, 11)
        tint(ellipse(x, y, rng.uniform(0.7, 1.5), rng.uniform(0.7, 1.4)), skin.shadow, 0.5, rng.uniform(0.2, 0.5))
    top, seam, bottom = face.lips()
    upper, lower = np.vstack([top, seam[::-1]]), np.vstack([seam, bottom[::-1]])
    tint(np.vstack([top, bottom[::-1]]), skin.lip, 2.2, 0.5)
    tint(upper, mixed(skin.lip, skin.lip_dark, 0.45), 0.8, 0.9)
    tint(lower, skin.lip, 0.8, 0.9)
    tint(np.vstack([ribbon(np.vstack([shape, shape[:1]]), 26)]), skin.shadow, 17, 0.42)
    sheet.lay(lit(colours.pixels(), face_relief(face), light, SKIN_CREEP, gloss=skin.gloss, sharpness=22, hollow=0.035))
    paint_sheen(sheet, face, chin_shines=stubble is None)
    paint_nose(sheet, face)
    paint_lips(sheet, face)


def beard_area(face: Face) -> np.ndarray:
    """Where a beard grows: float32 (720, 1280), 0 to 1."""
    mouth, nose = face.mouth, face.nose
    shape = face.shape()
    left, right = shape[:, 0].min(), shape[:, 0].max()
    chin = shape[:, 1].max()
    cheek = [
        (left - 5, nose.y - 46),
        (left + 17, nose.y - 14),
        (left + 40, nose.y + 38),
        (AXIS - mouth.half - 26, mouth.y - 12),
        (AXIS - mouth.half + 2, nose.y + 26),
        (AXIS - 16, nose.y + 21),
        (AXIS, nose.y + 25),
    ]
    line = np.vstack([curve(cheek), mirrored(curve(cheek)[::-1], AXIS)])
    area = stencil(np.vstack([line, [(right + 10, chin + 30), (left - 10, chin + 30)]]))
    top, _, bottom = face.lips()
    lips = np.vstack([moved(top, 0, -0.6), bottom[::-1]])
    bare = stencil(lips)
    soft = cv2.GaussianBlur(area, (0, 0), 6) * stencil(shape)
    return soft * (1 - cv2.GaussianBlur(bare, (0, 0), 0.8)).clip(0, 1)


def paint_stubble(colours: Sheet, face: Face, colour: str, rng: np.random.Generator) -> None:
    """The shadow that a short beard lays on the skin (its hairs come later)."""
    area = cv2.resize(beard_area(face), (WIDTH * SCALE, HEIGHT * SCALE), interpolation=cv2.INTER_CUBIC)
    layer = np.empty((*area.shape, 4), np.float32)
    layer[..., :3] = rgb(colour)
    layer[..., 3] = np.clip(area, 0, 1) * 0.78
    colours.lay(layer, blend="inside")


def paint_sheen(sheet: Sheet, face: Face, chin_shines: bool) -> None:
    """Soft light where skin faces the lamp: cheekbones, forehead, chin, and the apples of a friendly cheek."""
    eye, nose, mouth = face.eyes, face.nose, face.mouth
    warm = mixed(face.skin.base, "#fff4e4", 0.72)
    for side in (-1, 1):
        x = AXIS + side * (eye.apart + 14)
        strength = face.skin.gloss * (2.6 if side < 0 else 1.9)
        cheek = ellipse(x, eye.y + eye.down + 30, 25, 10, side * -18)
        sheet.fill(cheek, warm, blur=9, alpha=strength, blend="screen")
        sheet.fill(
            ellipse(x + side * 6, eye.y + eye.down + 27, 9, 3.5, side * -18), "#ffffff", blur=4, alpha=strength * 0.4
        )
        corner = (AXIS + side * (mouth.half + 3.5), mouth.y - mouth.smile - 1)
        dimple = curve(
            [(corner[0] - side, corner[1] - 7), (corner[0] + side * 2.6, corner[1]), (corner[0], corner[1] + 7)]
        )
        sheet.fill(tapered(dimple, 3.0, 0.0, 0.0), face.skin.shadow, blur=1.8, alpha=0.42)
        hollow = ellipse(AXIS + side * (mouth.half + 52), mouth.y - 26, 15, 42, side * 24)
        sheet.fill(hollow, face.skin.shadow, blur=16, alpha=0.34, blend="multiply", inside=face.shape())
    forehead = ellipse(AXIS - 14, face.brows.y - 42, 58, 20)
    sheet.fill(forehead, warm, blur=18, alpha=face.skin.gloss * 1.5, blend="screen")
    chin = ellipse(AXIS - 5, (mouth.y + mouth.lower + float(face.shape()[:, 1].max())) / 2 + 4, 17, 8)
    if chin_shines:
        sheet.fill(chin, warm, blur=7, alpha=face.skin.gloss * 2.0, blend="screen")
    sheet.fill(ellipse(AXIS, nose.y + 24, 4, 7), face.skin.shadow, blur=2.6, alpha=0.16)


def paint_nose(sheet: Sheet, face: Face) -> None:
    """Nostrils, wings and the shadow under the tip."""
    nose, skin = face.nose, face.skin
    dark = mixed(skin.shadow, "#1a0805", 0.45)
    size = nose.width / 21
    under = ellipse(AXIS, nose.y + 8 + 9 * size, nose.width * 1.0, 5.5 * size)
    sheet.fill(under, skin.shadow, blur=4.5, alpha=0.42 * nose.height, blend="multiply")
    for side in (-1, 1):
        x = AXIS + side * nose.width * 0.48
        hole = curve(
            [
                (x - side * 4.8 * size, nose.y + 12.4 * size),
                (x, nose.y + 9.6 * size),
                (x + side * 5.0 * size, nose.y + 12.0 * size),
            ]
        )
        sheet.fill(tapered(hole, 4.4 * size, 0.2, 0.2), dark, blur=1.0, alpha=0.72 * min(nose.height, 1))
        wing = curve(
            [
                (AXIS + side * nose.width * 0.98, nose.y - 3),
                (AXIS + side * nose.width * 1.26, nose.y + 5 * size),
                (AXIS + side * nose.width * 1.02, nose.y + 12.5 * size),
            ]
        )
        sheet.fill(tapered(wing, 3.4 * size, 0.1, 0.2), skin.shadow, blur=1.4, alpha=0.55 * min(nose.height, 1))
    sheet.fill(ellipse(AXIS - 4, nose.y - 5, 5.5, 4), "#ffffff", blur=2.6, alpha=0.34, blend="screen")
    bridge = curve([(AXIS - 3, nose.y - nose.length * 0.78), (AXIS - 3.5, nose.y - 22)])
    sheet.fill(tapered(bridge, 6, 0.2, 0.3), "#fff3e2", blur=5, alpha=0.10, blend="screen")


def paint_lips(sheet: Sheet, face: Face) -> None:
    """What makes lips of two coloured areas: the seam, the sheen, the light on the edge, the shadow below."""
    mouth, skin = face.mouth, face.skin
    top, seam, bottom = face.lips()
    upper, lower = np.vstack([top, seam[::-1]]), np.vstack([seam, bottom[::-1]])
    dark = mixed(skin.lip_dark, "#22060a", 0.5)
    below = ellipse(AXIS, mouth.y + mouth.lower + 5, mouth.half * 0.5, 3.6)
    sheet.fill(below, skin.shadow, blur=3.4, alpha=0.40, blend="multiply")
    top_middle = (AXIS, mouth.y - mouth.upper)
    sheet.fill(
        upper, Linear(top_middle, (AXIS, mouth.y), [(0.0, skin.lip + "00"), (1.0, skin.lip_dark + "b0")]), inside=upper
    )
    sheet.fill(
        lower,
        Linear((AXIS, mouth.y), (AXIS, mouth.y + mouth.lower), [(0.0, skin.lip_dark + "80"), (0.35, skin.lip + "00")]),
        inside=lower,
    )
    for x, y, across, strength in ((-6, 0.50, 0.30, 0.42), (12, 0.46, 0.10, 0.25)):
        sheen = ellipse(AXIS + x, mouth.y + mouth.lower * y, mouth.half * across, mouth.lower * 0.13)
        sheet.fill(sheen, "#fff0ea", blur=2.0, alpha=strength, inside=lower, blend="screen")
    for side in (-1, 1):
        peak = ellipse(AXIS + side * mouth.half * 0.2, mouth.y - mouth.upper * 0.98, 7, 1.3)
        sheet.fill(peak, "#fff2e6", blur=1.3, alpha=0.34, blend="screen")
        corner = seam[0] if side < 0 else seam[-1]
        sheet.fill(ellipse(corner[0], corner[1], 4.5, 3.4), dark, blur=2.4, alpha=0.42)
    sheet.fill(tapered(seam, 2.9, 0.35, 0.35), dark, blur=0.55, alpha=0.92)
    sheet.fill(tapered(moved(seam, 0, 1.2), 5.0, 0.1, 0.1), dark, blur=1.8, alpha=0.30)


# --- eyes and brows ---------------------------------------------------------------------------------------------------


def paint_eye(sheet: Sheet, face: Face, side: int, rng: np.random.Generator) -> None:
    """One eye, lids and lashes included (side -1 = left in the picture)."""
    eye, skin = face.eyes, face.skin
    x, y = AXIS + side * eye.apart, eye.y - 0.5
    upper, lower = face.opening(side)
    opening = np.vstack([upper, lower[::-1]])
    white = Radial(
        (x, y - 1),
        eye.half * 1.1,
        [(0.0, "#fbf7f4"), (0.6, "#f2e9e6"), (0.86, "#e2d2ce"), (1.0, "#bd9a94")],
        squash=0.8,
    )
    sheet.fill(opening, white)
    paint_iris(sheet, eye, x, y, opening, rng)
    sheet.stroke(moved(upper, 0, 2), "#3a1e22", 11, blur=3.6, alpha=0.60, inside=opening)
    sheet.stroke(moved(upper, 0, 1), "#2a1214", 4, blur=1.4, alpha=0.55, inside=opening)
    sheet.stroke(lower, "#a8746c", 3.0, blur=1.3, alpha=0.55, inside=opening)
    duct = upper[0] + (side * 3.0, 0.4)
    sheet.fill(ellipse(duct[0], duct[1], 4.2, 3.0), "#d98d86", blur=1.0, alpha=0.95, inside=opening)
    sheet.fill(ellipse(duct[0] + side, duct[1] - 0.8, 1.1, 0.8), "#ffffff", blur=0.5, alpha=0.7, inside=opening)
    paint_glints(sheet, eye, x, y, opening)
    # The lid above: crease, the light that lies on it, and the line of lashes.
    drop = np.linspace(0, 1, len(upper))[:, None]
    crease = upper + np.hstack(
        [side * (1.5 * drop), -eye.crease * (0.55 + 0.75 * np.sin(np.pi * (0.12 + 0.70 * drop)))]
    )
    crease = crease[len(crease) // 12 :]
    sheet.fill(tapered(crease, 4.4, 0.05, 0.15), skin.shadow, blur=1.6, alpha=0.55)
    sheet.fill(tapered(crease, 1.7, 0.05, 0.1), mixed(skin.shadow, "#1d0a08", 0.4), blur=0.6, alpha=0.62)
    shine = moved(upper, 0, -0.55 * eye.crease)
    sheet.fill(tapered(shine[8:-8], 4.0, 0.1, 0.1), "#ffe9d6", blur=2.0, alpha=0.26, blend="screen")
    sheet.fill(tapered(moved(lower[4:-2], 0, 2.6), 2.2, 0.1, 0.2), "#ffe4d6", blur=1.1, alpha=0.38, blend="screen")
    sheet.fill(tapered(moved(lower[10:], 0, 0.4), 1.7, 0.0, 0.9, 0.8), eye.lash, blur=0.6, alpha=0.50)
    paint_lashes(sheet, eye, side, upper, lower, rng)


def paint_iris(sheet: Sheet, eye: Eyes, x: float, y: float, opening: np.ndarray, rng: np.random.Generator) -> None:
    """Iris and pupil, lit from above, so that the lower half of the iris glows."""
    disc = ellipse(x, y, eye.iris, eye.iris)
    sheet.fill(ellipse(x, y, eye.iris + 1, eye.iris + 1), eye.iris_dark, blur=1.6, alpha=0.6, inside=opening)
    colours = Radial(
        (x, y),
        eye.iris,
        [(0.0, eye.iris_dark), (0.36, eye.iris_mid), (0.66, eye.iris_mid), (0.9, eye.iris_dark), (1.0, "#140c10")],
    )
    inner = Sheet()
    inner.fill(disc, colours)
    for angle in np.linspace(0, 2 * np.pi, 84, endpoint=False) + rng.normal(0, 0.03, 84):
        reach = rng.uniform(0.72, 0.93) * eye.iris
        begin = rng.uniform(0.36, 0.5) * eye.iris
        ray = np.array([(np.cos(angle), np.sin(angle))])
        line = (x, y) + ray * np.linspace(begin, reach, 5)[:, None]
        colour = eye.iris_light if rng.random() < 0.62 else eye.iris_dark
        inner.fill(tapered(line, rng.uniform(0.5, 1.2), 0.3, 0.1), colour, blur=0.3, alpha=rng.uniform(0.15, 0.5))
    glow = ellipse(x + 2, y + eye.iris * 0.52, eye.iris * 0.62, eye.iris * 0.36)
    inner.fill(glow, eye.iris_light, blur=3.2, alpha=0.75, inside=disc, blend="screen")
    inner.fill(ellipse(x, y - eye.iris * 0.75, eye.iris, eye.iris * 0.6), "#0d0609", blur=4, alpha=0.5, inside=disc)
    inner.fill(ellipse(x, y, eye.iris * 0.43, eye.iris * 0.43), "#0a0607", blur=0.8)
    outside = Sheet()
    outside.fill(ellipse(640, 360, 2000, 2000), "#000000")
    outside.fill(opening, "#000000", blend="erase")
    inner.lay(outside, blend="erase")
    sheet.lay(inner)


def paint_glints(sheet: Sheet, eye: Eyes, x: float, y: float, opening: np.ndarray) -> None:
    """The lamp and the screen that every eye in a call mirrors."""
    size = eye.iris
    lamp = ellipse(x - size * 0.34, y - size * 0.36, size * 0.23, size * 0.25)
    sheet.fill(lamp, "#ffffff", blur=0.7, alpha=0.97, inside=opening)
    sheet.fill(ellipse(x + size * 0.36, y + size * 0.34, size * 0.12, size * 0.10), "#ffffff", blur=0.8, alpha=0.7)
    rim = curve([(x - size * 0.5, y + size * 0.52), (x, y + size * 0.74), (x + size * 0.5, y + size * 0.52)])
    sheet.fill(tapered(rim, 2.2), "#ffffff", blur=1.3, alpha=0.26, blend="screen", inside=opening)


def paint_lashes(
    sheet: Sheet, eye: Eyes, side: int, upper: np.ndarray, lower: np.ndarray, rng: np.random.Generator
) -> None:
    """The dark line of the lid edge, and single lashes that fan outwards."""
    share = np.linspace(0, 1, len(upper))
    line = ribbon(upper - (0, 0.4), eye.liner * (0.30 + 0.70 * share**0.8) * np.clip((1.02 - share) / 0.06, 0.3, 1))
    sheet.fill(line, eye.lash, blur=0.45, alpha=0.95)
    for t in np.linspace(0.22, 1.0, 26):
        root = upper[int(t * (len(upper) - 1))]
        length = eye.lash_length * (0.35 + 0.65 * t**1.4) * rng.uniform(0.8, 1.12)
        lean = np.radians(-88 + 74 * t)
        tip = root + length * np.array([side * np.cos(lean), np.sin(lean)])
        bend = (root + tip) / 2 + length * np.array([side * 0.16, 0.14])
        sheet.fill(
            tapered(curve(np.array([root, bend, tip]), steps=6), 1.7, 0.9, 0.0, 0.2), eye.lash, blur=0.25, alpha=0.85
        )
    for t in np.linspace(0.45, 0.97, 9):
        root = lower[int(t * (len(lower) - 1))]
        length = eye.lash_length * 0.34 * rng.uniform(0.7, 1.1)
        tip = root + length * np.array([side * (t - 0.35), 0.8])
        sheet.fill(tapered(np.linspace(root, tip, 4), 0.9, 0.9, 0.0, 0.2), eye.lash, blur=0.3, alpha=0.38)


def paint_brow(sheet: Sheet, face: Face, side: int, rng: np.random.Generator) -> None:
    """One brow: a soft ground and many hairs that lie along it."""
    brow = face.brows
    line = face.brow(side)
    ahead = np.gradient(line, axis=0)
    angles = np.arctan2(ahead[:, 1], side * ahead[:, 0])
    share = np.linspace(0, 1, len(line))
    thick = brow.thick * np.minimum(0.30 + 2.2 * share, 1.0) * np.clip((1.04 - share) / 0.62, 0.05, 1) ** 0.85
    sheet.fill(ribbon(line, thick * 0.95), brow.colour, blur=2.2, alpha=0.55)
    sheet.fill(ribbon(line, thick * 0.7), brow.colour, blur=1.2, alpha=0.55)
    for t in rng.uniform(0, 0.97, 170):
        if rng.random() > 0.35 + 4 * t:
            continue
        k = int(t * (len(line) - 1))
        across = rng.uniform(-0.5, 0.5)
        root = line[k] + (0, across * thick[k] * 0.72)
        # Inner hairs stand up, outer ones lie flat; both lean to the middle line of the brow.
        lean = angles[k] - 0.75 * (1 - t) ** 1.8 - 0.55 * across * (0.2 + t)
        length = brow.thick * rng.uniform(0.6, 0.9)
        root = root - 0.4 * length * np.array([side * np.cos(lean), np.sin(lean)])
        tip = root + length * np.array([side * np.cos(lean), np.sin(lean)])
        hair = curve(np.array([root, (root + tip) / 2 - (0, 0.6), tip]), steps=5)
        colour = mixed(brow.colour, "#ffffff" if rng.random() < 0.18 else "#0a0504", rng.uniform(0.0, 0.25))
        sheet.fill(
            tapered(hair, rng.uniform(0.8, 1.5), 0.6, 0.05, 0.3), colour, blur=0.25, alpha=rng.uniform(0.4, 0.85)
        )


def paint_ear(sheet: Sheet, face: Face, light: Light, side: int, x: float, y: float, size: float) -> None:
    """One ear at (distance from the axis, y), `size` half its height."""
    skin = face.skin
    rim = [
        (x - 8, y - size * 0.55),
        (x + 4, y - size),
        (x + size * 0.55, y - size * 0.78),
        (x + size * 0.56, y - size * 0.1),
        (x + size * 0.30, y + size * 0.55),
        (x + size * 0.06, y + size),
        (x - 12, y + size * 0.75),
    ]
    shape = curve([(AXIS + side * u, v) for u, v in rim], closed=True)
    colours = Sheet()
    colours.fill(shape, mixed(skin.base, skin.blush, 0.35))
    relief = inflated(shape, 16)
    bowl = curve([(AXIS + side * (x + size * u), y + size * v) for u, v in ((0.0, -0.55), (0.30, -0.45), (0.26, 0.1))])
    relief += ridge(bowl, 9, -7, 3)
    sheet.lay(lit(colours.pixels(), relief, light, SKIN_CREEP, gloss=0.06, hollow=0.05))
    inner = ellipse(AXIS + side * (x + size * 0.14), y + size * 0.05, size * 0.16, size * 0.42, side * 12)
    sheet.fill(inner, skin.shadow, blur=3, alpha=0.55, inside=shape)


def paint_features(sheet: Sheet, face: Face, rng: np.random.Generator) -> None:
    """Eyes and brows, both sides."""
    for side in (-1, 1):
        paint_eye(sheet, face, side, rng)
        paint_brow(sheet, face, side, rng)
