"""Hair from a few guide lines: hides how locks and thousands of strands are laid and lit.

A guide runs from root to tip. Strands are drawn between neighbouring guides, in passes from broad and dark to fine and
shining, so the result reads as volume from afar and as hair from near.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from portrait_canvas import (
    SCALE,
    Linear,
    Points,
    Sheet,
    curve,
    mixed,
    rgb,
    tapered,
)
from portrait_face import Face, beard_area


@dataclass(frozen=True, slots=True)
class Hair:
    """Colours from the deepest shadow to the shine; `tip` colours the ends. `wave` is (height, length) in pixels."""

    dark: str
    base: str
    light: str
    shine: str
    tip: str | None = None
    wave: tuple[float, float] = (0.0, 100.0)

    def tone(self, brightness: float, along: float = 0.0) -> str:
        """The colour for a brightness of 0 to 1, at a place `along` the strand (0 root, 1 tip)."""
        ramp = [self.dark, self.base, self.light, self.shine]
        place = float(np.clip(brightness, 0, 1)) * 3
        k = min(int(place), 2)
        colour = mixed(ramp[k], ramp[k + 1], place - k)
        if self.tip and along > 0.4:
            tinted = mixed(
                mixed(self.tip, "#2a0a5c", 0.62),
                mixed(self.tip, "#ffffff", 0.45),
                float(np.clip(brightness * 1.15, 0, 1)),
            )
            colour = mixed(colour, tinted, min((along - 0.4) / 0.5, 1.0))
        return colour


def evenly(points: Points, count: int = 46) -> np.ndarray:
    """A guide as `count` points at equal distances."""
    line = curve(points)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    where = np.linspace(0, length[-1], count)
    return np.column_stack([np.interp(where, length, line[:, k]) for k in (0, 1)])


def lay_locks(
    sheet: Sheet,
    guides: Sequence[Points],
    hair: Hair,
    rng: np.random.Generator,
    light: list[float],
    locks: int = 18,
    strands: int = 46,
    shine_at: float = 0.3,
    phase: float = 0.0,
    fineness: float = 1.0,
    close: float = 0.25,
    lap: float = 1.35,
    gleam: float = 1.0,
    ragged: float = 0.07,
) -> None:
    """Hair between guides, lock by lock, the last guide on top.

    `light` brightens or darkens each guide; `shine_at` is where along it the light lies; `close` is how much of its
    width a lock keeps at the tip; `lap` is how far locks overlap; `gleam` scales the shine and `ragged` says how
    unevenly the strands begin, as at a hairline.
    """
    lines = np.stack([evenly(guide) for guide in guides])
    t = np.linspace(0, 1, lines.shape[1])
    last = len(lines) - 1.001
    half = lap * 0.5 * last / locks

    def line_at(u: np.ndarray) -> np.ndarray:
        """A line whose place between the guides may change from point to point."""
        u = np.clip(u, 0, last)
        k = u.astype(int)
        share = (u - k)[:, None]
        points = np.arange(len(t))
        return lines[k, points] * (1 - share) + lines[np.minimum(k + 1, len(lines) - 1), points] * share

    for centre in np.linspace(half * 0.6, last - half * 0.6, locks):
        centre = centre + rng.normal(0, half * 0.18)
        drift = rng.normal(0, half * 0.5) * t**1.5
        lean = phase + 0.5 * centre + rng.normal(0, 0.25)
        tone = float(np.interp(centre, np.arange(len(light)), light)) + rng.normal(0, 0.035)
        reach = int(len(t) * rng.uniform(0.9, 1.0))
        long = length_of(line_at(centre + drift))
        narrow = np.clip(t * len(t) / reach, 0, 1)
        shape = np.where(narrow < 0.5, 1.0, close + (1 - close) * np.cos((narrow - 0.5) * np.pi).clip(0) ** 0.8)
        edges = [waved(line_at(centre + drift + sign * half * shape), hair, lean, long)[:reach] for sign in (-1, 1)]
        rooted = int(len(t) * max(ragged - 0.07, 0) * 0.8)
        edges = [edge[rooted:] for edge in edges]
        body = np.vstack([edges[0], edges[1][::-1]])
        spine = (edges[0] + edges[1]) / 2
        sheet.fill(body, hair.tone(0.0), blur=3.2 * fineness, alpha=0.50)
        sheet.fill(body, along_ink(spine, hair, 0.27 + tone, 0.16, shine_at), blur=0.6)
        # Strands darken towards both edges of their lock: that is what makes a lock round.
        for across in rng.permutation(np.linspace(-1, 1, strands)):
            across = across * 0.97 + rng.normal(0, 0.05)
            line = waved(line_at(centre + drift + across * half * shape), hair, lean + rng.normal(0, 0.07), long)
            begin = int(rng.uniform(0, ragged) * len(t))
            line = line[begin : max(int(reach * rng.uniform(0.86, 1.02)), begin + 6)]
            bright = 0.34 + tone - 0.17 * across**2 - 0.04 * across + rng.normal(0, 0.045)
            shine = gleam * (0.42 - 0.24 * abs(across + 0.25)) * rng.uniform(0.6, 1.15)
            ink = along_ink(line, hair, bright, shine, shine_at + rng.normal(0, 0.02))
            width = fineness * rng.choice((1.2, 2.2, 3.6), p=(0.45, 0.35, 0.20))
            sheet.fill(tapered(line, width, 0.4, 0.05, 0.4), ink, alpha=rng.uniform(0.45, 0.85))


def lay_loose(
    sheet: Sheet,
    guides: Sequence[Points],
    hair: Hair,
    rng: np.random.Generator,
    count: int,
    stray: float,
    bright: float = 0.4,
) -> None:
    """Single hairs that left their locks: what keeps an outline from looking cut with scissors."""
    lines = np.stack([evenly(guide) for guide in guides])
    t = np.linspace(0, 1, lines.shape[1])[:, None]
    for _ in range(count):
        u = rng.uniform(0, len(lines) - 1.001)
        k, share = int(u), u % 1
        line = lines[k] * (1 - share) + lines[k + 1] * share
        line = line + rng.normal(0, stray, 2) * t + rng.normal(0, stray * 0.6, 2) * np.sin(np.pi * t)
        line = waved(line, hair, rng.uniform(0, 6), length_of(line))
        begin = int(rng.uniform(0, 0.4) * len(t))
        line = line[begin : begin + int(rng.uniform(0.3, 0.6) * len(t))]
        colour = hair.tone(bright + rng.normal(0, 0.12), begin / len(t))
        sheet.fill(tapered(line, rng.uniform(0.6, 1.1), 0.2, 0.0, 0.4), colour, alpha=rng.uniform(0.35, 0.75))


def length_of(line: np.ndarray) -> float:
    """How long a line is."""
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())


def waved(line: np.ndarray, hair: Hair, phase: float, long: float) -> np.ndarray:
    """The line with the hair's natural wave, growing towards the tip.

    `long` is the length of the whole lock, so that all its strands swing together.
    """
    height, length = hair.wave
    if not height:
        return line
    ahead = np.gradient(line, axis=0)
    step = np.linalg.norm(ahead, axis=1)
    side = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.maximum(step, 1e-6)[:, None]
    t = np.linspace(0, 1, len(line))
    swing = height * np.clip(t * 1.6 - 0.15, 0, 1) * np.sin(2 * np.pi * t * long / length + phase)
    return line + side * swing[:, None]


def along_ink(line: np.ndarray, hair: Hair, bright: float, shine: float, shine_at: float) -> Linear:
    """Colour along a strand: dark root, a band of light, a second weaker one, darker tip."""
    first, last = line[0], line[-1]
    chord = last - first
    stops = []
    for t in (0.0, 0.12, 0.22, 0.32, 0.45, 0.6, 0.75, 1.0):
        band = np.exp(-(((t - shine_at) / 0.11) ** 2)) + 0.5 * np.exp(-(((t - shine_at - 0.42) / 0.12) ** 2))
        value = bright - 0.16 * (t < 0.06) - 0.12 * (t > 0.9) + shine * band
        point = line[int(t * (len(line) - 1))]
        place = float(np.clip((point - first) @ chord / max(chord @ chord, 1e-6), 0, 1))
        stops.append((place, hair.tone(value, t)))
    stops.sort(key=lambda stop: stop[0])
    return Linear(tuple(first), tuple(last), stops)


def cast(sheet: Sheet, layer: Sheet, colour: str, offset: tuple[float, float], blur: float, alpha: float) -> None:
    """The soft shadow that a layer throws on whatever `sheet` shows already; the layer itself is not drawn."""
    shadow = np.zeros_like(layer.pixels())
    cover = layer.pixels()[..., 3]
    move = np.array([[1, 0, offset[0] * SCALE], [0, 1, offset[1] * SCALE]], np.float32)
    cover = cv2.warpAffine(cover, move, cover.shape[::-1])
    shadow[..., :3] = rgb(colour)
    shadow[..., 3] = cv2.GaussianBlur(cover, (0, 0), blur * SCALE)
    sheet.lay(shadow, alpha=alpha, blend="multiply")


def kept_inside(layer: Sheet, shape: np.ndarray) -> Sheet:
    """A layer without anything outside a shape."""
    outside = Sheet()
    outside.fill(np.array([(-9.0, -9.0), (1289.0, -9.0), (1289.0, 729.0), (-9.0, 729.0)]), "#000000")
    outside.fill(shape, "#000000", blend="erase")
    result = Sheet()
    result.lay(layer)
    result.lay(outside, blend="erase")
    return result


def lay_beard(sheet: Sheet, face: Face, hair: Hair, rng: np.random.Generator, count: int, length: float) -> None:
    """A short beard: hairs that grow down and outwards wherever beard_area() lets them."""
    area = beard_area(face)
    rows, columns = np.nonzero(area > 0.25)
    axis, mouth = 640.0, face.mouth
    chosen = rng.choice(len(rows), count, p=area[rows, columns] / area[rows, columns].sum())
    for k in chosen[np.argsort(rows[chosen])]:
        x, y = float(columns[k] + rng.uniform(0, 1)), float(rows[k] + rng.uniform(0, 1))
        root = np.array([x, y])
        sideways = (x - axis) / 130
        moustache = y < mouth.y + 4 and abs(x - axis) < mouth.half + 8
        heading = (1.5 if moustache else 0.55) * sideways + rng.normal(0, 0.22)
        reach = length * (0.62 if moustache else 1.0) * rng.uniform(0.7, 1.2)
        ahead = np.array([np.sin(heading), np.cos(heading)])
        bend = np.array([-sideways, 0.0]) * reach * 0.15
        hairline = curve(np.array([root, root + ahead * reach * 0.55, root + ahead * reach + bend]), steps=4)
        glow = 0.30 + 0.12 * sideways - 0.10 * (y > mouth.y + 50) + rng.normal(0, 0.11)
        sheet.fill(tapered(hairline, rng.uniform(0.7, 1.25), 0.7, 0.05, 0.3), hair.tone(float(glow)), alpha=0.6)
