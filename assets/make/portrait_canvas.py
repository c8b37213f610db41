"""The drawing table of the portraits: hides Skia behind sheets, shapes and inks, and light behind one function.

All coordinates are pixels of the finished 1280x720 picture; everything is drawn at SCALE times that size and reduced at
the very end. Shapes and lines are float arrays (n, 2), so the same numbers serve drawing, light and anchors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import skia
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

WIDTH, HEIGHT, SCALE = 1280, 720, 2

Points = Sequence[tuple[float, float]] | np.ndarray
Stops = Sequence[tuple[float, str]]


# --- shapes and lines -------------------------------------------------------------------------------------------------


def curve(points: Points, closed: bool = False, steps: int = 14) -> np.ndarray:
    """A smooth line through every point (Catmull-Rom): float (n, 2)."""
    knots = np.asarray(points, float)
    if closed:
        padded = np.vstack([knots[-1:], knots, knots[:2]])
    else:
        padded = np.vstack([2 * knots[0] - knots[1], knots, 2 * knots[-1] - knots[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False)
    ]
    return np.vstack(pieces if closed else [*pieces, knots[-1:]])


def mirrored(points: Points, axis: float) -> np.ndarray:
    """The same points on the other side of the vertical line x = axis."""
    flipped = np.array(points, float)
    flipped[:, 0] = 2 * axis - flipped[:, 0]
    return flipped


def moved(points: Points, right: float, down: float) -> np.ndarray:
    """The same points, shifted."""
    return np.asarray(points, float) + np.array([right, down])


def symmetric(right: Points, axis: float) -> np.ndarray:
    """A closed smooth outline from its right half, given from top to bottom as (distance from the axis, y)."""
    half = moved(right, axis, 0)
    inner = half[np.abs(half[:, 0] - axis) > 0.01]
    return curve(np.vstack([half, mirrored(inner, axis)[::-1]]), closed=True)


def ellipse(x: float, y: float, across: float, down: float, turn: float = 0.0) -> np.ndarray:
    """An ellipse by its centre and half axes, turned by so many degrees."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    flat = np.column_stack([across * np.cos(angle), down * np.sin(angle)])
    cosine, sine = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return flat @ np.array([[cosine, sine], [-sine, cosine]]) + (x, y)


def rounded(left: float, top: float, right: float, bottom: float, radius: float) -> np.ndarray:
    """A rectangle with round corners."""
    angle = np.linspace(0, np.pi / 2, 8)
    corners = []
    for turn, x, y in (
        (0, right - radius, bottom - radius),
        (1, left + radius, bottom - radius),
        (2, left + radius, top + radius),
        (3, right - radius, top + radius),
    ):
        phase = angle + turn * np.pi / 2
        corners.append(np.column_stack([x + radius * np.cos(phase), y + radius * np.sin(phase)]))
    return np.vstack(corners)


def ribbon(line: np.ndarray, width: float | np.ndarray) -> np.ndarray:
    """The outline of a brush stroke along a line; `width` is one number or one per point."""
    ahead = np.gradient(line, axis=0)
    ahead /= np.maximum(np.linalg.norm(ahead, axis=1, keepdims=True), 1e-6)
    side = np.column_stack([-ahead[:, 1], ahead[:, 0]]) * (np.broadcast_to(width, len(line))[:, None] / 2)
    return np.vstack([line + side, (line - side)[::-1]])


def tapered(line: np.ndarray, width: float, start: float = 0.0, end: float = 0.0, belly: float = 0.5) -> np.ndarray:
    """A brush stroke that is `width` wide at its belly and thins to the given shares of it at both ends."""
    t = np.linspace(0, 1, len(line))
    rise = start + (1 - start) * np.sin(np.clip(t / belly, 0, 1) * np.pi / 2)
    fall = end + (1 - end) * np.sin(np.clip((1 - t) / (1 - belly), 0, 1) * np.pi / 2)
    return ribbon(line, width * np.minimum(rise, fall))


# --- inks -------------------------------------------------------------------------------------------------------------


def rgb(colour: str) -> np.ndarray:
    """'#rrggbb' as float (3,) in [0, 1]."""
    return np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255


def mixed(first: str, second: str, share: float) -> str:
    """A colour between two, `share` of the way to the second."""
    blend = np.round(255 * (rgb(first) * (1 - share) + rgb(second) * share)).astype(int)
    return "#" + "".join(f"{value:02x}" for value in np.clip(blend, 0, 255))


def _number(colour: str) -> int:
    """'#rrggbb' or '#rrggbbaa' as the 0xAARRGGBB that Skia takes."""
    alpha = colour[7:9] or "ff"
    return int(alpha + colour[1:7], 16)


@dataclass(frozen=True, slots=True)
class Linear:
    """Colour that changes from one point to another."""

    start: tuple[float, float]
    end: tuple[float, float]
    stops: Stops


@dataclass(frozen=True, slots=True)
class Radial:
    """Colour that changes from a centre outwards; `squash` flattens it vertically."""

    centre: tuple[float, float]
    radius: float
    stops: Stops
    squash: float = 1.0


Ink = str | Linear | Radial

_BLENDS = {
    "normal": skia.BlendMode.kSrcOver,
    "multiply": skia.BlendMode.kMultiply,
    "screen": skia.BlendMode.kScreen,
    "glow": skia.BlendMode.kPlus,
    "soft": skia.BlendMode.kSoftLight,
    "inside": skia.BlendMode.kSrcATop,
    "erase": skia.BlendMode.kDstOut,
}


def _shader(ink: Linear | Radial) -> skia.Shader:
    colours = [_number(colour) for _, colour in ink.stops]
    places = [place for place, _ in ink.stops]
    if isinstance(ink, Linear):
        return skia.GradientShader.MakeLinear(points=[ink.start, ink.end], colors=colours, positions=places)
    flatten = skia.Matrix()
    flatten.setScale(1.0, ink.squash, *ink.centre)
    return skia.GradientShader.MakeRadial(
        center=ink.centre, radius=ink.radius, colors=colours, positions=places, localMatrix=flatten
    )


def _path(shape: np.ndarray) -> skia.Path:
    return skia.Path.Polygon([skia.Point(float(x), float(y)) for x, y in shape], True)


# --- sheets -----------------------------------------------------------------------------------------------------------


class Sheet:
    """One transparent layer to draw on."""

    def __init__(self) -> None:
        self._surface = skia.Surface(WIDTH * SCALE, HEIGHT * SCALE)
        self._canvas = self._surface.getCanvas()
        self._canvas.scale(SCALE, SCALE)

    def fill(
        self,
        shape: np.ndarray,
        ink: Ink,
        blur: float = 0.0,
        alpha: float = 1.0,
        inside: np.ndarray | None = None,
        blend: str = "normal",
    ) -> None:
        """Colour a shape. `blur` softens its edge by so many pixels; `inside` is a second shape that may be touched."""
        paint = skia.Paint(AntiAlias=True, BlendMode=_BLENDS[blend])
        if isinstance(ink, str):
            paint.setColor(_number(ink))
        else:
            paint.setShader(_shader(ink))
        paint.setAlphaf(paint.getAlphaf() * alpha)
        if blur:
            paint.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, blur))
        self._canvas.save()
        if inside is not None:
            self._canvas.clipPath(_path(inside), doAntiAlias=True)
        self._canvas.drawPath(_path(shape), paint)
        self._canvas.restore()

    def stroke(self, line: np.ndarray, ink: Ink, width: float, **options: object) -> None:
        """Draw a line of even width with round ends melted away: a ribbon."""
        self.fill(ribbon(line, width), ink, **options)  # pyright: ignore[reportArgumentType]

    def lay(self, other: Sheet | np.ndarray, blur: float = 0.0, alpha: float = 1.0, blend: str = "normal") -> None:
        """Put another sheet, or RGBA float (height, width, 4) at drawing size, on top of this one."""
        if isinstance(other, Sheet):
            image = other._surface.makeImageSnapshot()
        else:
            pixels = np.ascontiguousarray(np.clip(other * 255 + 0.5, 0, 255).astype(np.uint8))
            image = skia.Image.fromarray(pixels, colorType=skia.ColorType.kRGBA_8888_ColorType)
        paint = skia.Paint(Alphaf=alpha, BlendMode=_BLENDS[blend])
        if blur:
            paint.setImageFilter(skia.ImageFilters.Blur(blur * SCALE, blur * SCALE, skia.TileMode.kClamp))
        self._canvas.save()
        self._canvas.resetMatrix()
        self._canvas.drawImage(image, 0, 0, skia.SamplingOptions(), paint)
        self._canvas.restore()

    def pixels(self) -> np.ndarray:
        """RGBA float32 (height, width, 4) in [0, 1], colours not multiplied by alpha."""
        return self._surface.toarray(colorType=skia.ColorType.kRGBA_8888_ColorType).astype(np.float32) / 255

    def picture(self) -> np.ndarray:
        """The finished picture: RGB uint8 (720, 1280, 3)."""
        full = self.pixels()[..., :3]
        return np.clip(cv2.resize(full, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA) * 255 + 0.5, 0, 255).astype(
            np.uint8
        )


# --- relief and light -------------------------------------------------------------------------------------------------
# A relief is the height of a surface towards the viewer: float32 (HEIGHT, WIDTH), in pixels.


def grid() -> tuple[np.ndarray, np.ndarray]:
    """x and y of every pixel of a relief."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    return x, y


def stencil(shape: np.ndarray) -> np.ndarray:
    """1 inside a shape and 0 outside, smooth at the edge: float32 (HEIGHT, WIDTH)."""
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(mask, [np.round(shape * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return mask.astype(np.float32) / 255


def inflated(shape: np.ndarray, depth: float) -> np.ndarray:
    """A balloon of this outline, `depth` high: the square root of the membrane that solves Poisson's equation."""
    mask = stencil(shape) > 0.5
    index = np.full(mask.shape, -1)
    index[mask] = np.arange(mask.sum())
    rows, columns = np.nonzero(mask)
    here = index[rows, columns]
    entries = [(here, here, np.full(len(here), 4.0))]
    for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        # At the border of the picture the membrane goes on as it is, so a shoulder that leaves it keeps its height.
        there = index[np.clip(rows + down, 0, HEIGHT - 1), np.clip(columns + right, 0, WIDTH - 1)]
        kept = there >= 0
        entries.append((here[kept], there[kept], np.full(kept.sum(), -1.0)))
    row, column, value = (np.concatenate(part) for part in zip(*entries, strict=True))
    membrane = np.asarray(spsolve(coo_matrix((value, (row, column))).tocsc(), np.ones(len(here))))
    relief = np.zeros(mask.shape, np.float32)
    relief[mask] = depth * np.sqrt(np.maximum(membrane, 0) / membrane.max())
    return cv2.GaussianBlur(relief, (0, 0), 1.2)


def bump(x: float, y: float, across: float, down: float, amount: float, turn: float = 0.0) -> np.ndarray:
    """A soft hill (or, below zero, a hollow)."""
    xs, ys = grid()
    cosine, sine = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    along, athwart = (xs - x) * cosine + (ys - y) * sine, (ys - y) * cosine - (xs - x) * sine
    return amount * np.exp(-0.5 * ((along / across) ** 2 + (athwart / down) ** 2))


def ridge(line: np.ndarray, width: float, amount: float, softness: float) -> np.ndarray:
    """A soft wall (or, below zero, a groove) along a line: folds, seams, creases."""
    relief = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(relief, [np.round(tapered(line, width) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return cv2.GaussianBlur(relief.astype(np.float32) * (amount / 255), (0, 0), softness)


@dataclass(frozen=True, slots=True)
class Light:
    """How a room lights whoever sits in it. Directions point to the lamp: x right, y down, z to the viewer."""

    key: tuple[float, float, float] = (-0.5, -0.55, 0.67)
    key_colour: str = "#fff1de"
    key_strength: float = 0.94
    fill: tuple[float, float, float] = (0.8, -0.1, 0.5)
    fill_colour: str = "#b9cdf2"
    fill_strength: float = 0.16
    sky_colour: str = "#f4ecff"
    ground_colour: str = "#b08d7a"
    ambient: float = 0.36
    rim_colour: str = "#ffe3bd"
    rim_side: float = 1.0
    rim_strength: float = 0.5


def _unit(vector: tuple[float, float, float] | np.ndarray) -> np.ndarray:
    return np.asarray(vector, np.float32) / np.linalg.norm(vector)


def lit(
    albedo: np.ndarray,
    relief: np.ndarray,
    light: Light,
    wrap: tuple[float, float, float] = (0.1, 0.1, 0.1),
    gloss: float = 0.0,
    sharpness: float = 18.0,
    hollow: float = 0.02,
    detail: float = 7.0,
) -> np.ndarray:
    """Colours of a surface in this light.

    albedo: float (height, width, 4) at drawing size; its alpha is kept. `wrap` says, per colour, how far light creeps
    around an edge (skin lets red creep furthest). `hollow` darkens dents of about `detail` pixels.
    """
    size = (WIDTH * SCALE, HEIGHT * SCALE)
    down, right = np.gradient(relief)
    length = np.sqrt(down**2 + right**2 + 1)
    normal = np.stack([-right / length, -down / length, 1 / length], axis=-1)

    def lamp(direction: tuple[float, float, float], creep: float) -> np.ndarray:
        return np.clip((normal @ _unit(direction) + creep) / (1 + creep), 0, 1)

    up = (0.5 - 0.5 * normal[..., 1])[..., None]
    shade = light.ambient * (rgb(light.sky_colour) * up + rgb(light.ground_colour) * (1 - up))
    key = np.stack([lamp(light.key, creep) for creep in wrap], axis=-1)
    shade = shade + light.key_strength * rgb(light.key_colour) * key
    shade = shade + light.fill_strength * rgb(light.fill_colour) * lamp(light.fill, 0.2)[..., None]
    dents = np.clip(cv2.GaussianBlur(relief, (0, 0), detail) - relief, 0, None)
    shade *= 1 / (1 + hollow * dents[..., None] ** 1.2)

    halfway = _unit(_unit(light.key) + np.array([0, 0, 1]))
    shine = gloss * np.clip(normal @ halfway, 0, 1) ** sharpness
    edge = (1 - normal[..., 2]) ** 3 * np.clip(0.25 + light.rim_side * normal[..., 0] - 0.3 * normal[..., 1], 0, 1)
    added = shine[..., None] * rgb(light.key_colour) + light.rim_strength * edge[..., None] * rgb(light.rim_colour)

    shade, added = (cv2.resize(part.astype(np.float32), size, interpolation=cv2.INTER_CUBIC) for part in (shade, added))
    linear = albedo[..., :3] ** 2.2 * shade + added * 0.6
    colour = np.clip(linear, 0, None)
    colour = np.where(colour > 0.8, 0.8 + 0.2 * np.tanh((colour - 0.8) / 0.2), colour) ** (1 / 2.2)
    return np.dstack([colour, albedo[..., 3]]).astype(np.float32)
