"""Hides the eyes: a lid of real skin that comes down over each, and an iris that can look about inside the lids.

Eyes are drawn in the plane of the photo, before the head turns. The lid is the photo's own skin between the eye and the
brow, stretched downwards; a band along the lashes moves without stretching, so that lashes stay lashes.
"""

from __future__ import annotations

import cv2
import numpy as np

from engines.portrait.geometry import Face, smoothstep
from engines.portrait.warp import sample

RIM, BRIDGE = 18.0, 12.0
"""How much darker or brighter than the skin on both sides, of 255, the rim of glasses under an eye and their bridge are
at least. Measured on ten faces with drawn frames: dark rims reach 90 and more, thin ones 28, faces without 20 at most,
and bare noses 5."""
_STEP = 0.01  # eye distances


def glasses_of(face: Face, photo: np.ndarray) -> float:
    """How much the rim of this face's glasses stands out, of 255; 0 without glasses. photo: uint8 (height, width, 3).

    Glasses are a line under an eye, and another across the nose.
    """
    grey = cv2.GaussianBlur(
        cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), max(0.6, 0.008 * face.unit)
    )
    rims = []
    for side in ("left", "right"):
        below = _light(grey, face, face[f"{side}_eye_bottom"] + 0.05 * face.unit * face.down, 0.5, 0.12)
        rims.append(_line(below))
    nose = face.middle("left_eye_inner", "right_eye_inner") - 0.3 * face.unit * face.down
    bridge = _line(_light(grey, face, nose, 0.5, 0.05))
    return max(rims) if max(rims) > RIM and bridge > BRIDGE else 0.0


def _light(grey: np.ndarray, face: Face, start: np.ndarray, length: float, half: float) -> np.ndarray:
    """How bright the face is from `start` on, downwards (upwards when `length` is negative), in steps of _STEP eye
    distances, each the mean of a row `half` to both sides: float32 (n,)."""
    steps = np.arange(0, abs(length), _STEP) * np.sign(length)
    across = np.linspace(-half, half, 9)
    places = start + face.unit * (steps[:, None, None] * face.down + across[None, :, None] * face.right)
    return sample(grey, places.astype(np.float32)).mean(axis=1)


def _line(light: np.ndarray) -> float:
    """How much the strongest narrow line in a row of brightness stands out from both of its sides."""
    side = round(0.07 / _STEP)
    before, here, after = light[: -2 * side], light[side:-side], light[2 * side :]
    return float(max((np.minimum(before, after) - here).max(), (here - np.maximum(before, after)).max()))


class Eye:
    """One eye of one photo. `side` is "left" or "right", as seen in the picture.

    glasses: as glasses_of(); if any, their rim runs over the lid and must neither be stretched nor covered. Where it
    leaves no skin to make a lid of, `blinks` is False.
    """

    def __init__(self, face: Face, photo: np.ndarray, side: str, *, glasses: float = 0.0) -> None:
        unit = face.unit
        outer, inner = face[f"{side}_eye_outer"], face[f"{side}_eye_inner"]
        top, bottom, brow = face[f"{side}_eye_top"], face[f"{side}_eye_bottom"], face[f"{side}_brow"]
        first, last = (outer, inner) if outer[0] < inner[0] else (inner, outer)
        width = float(last[0] - first[0])
        skin = max(0.06 * unit, 0.62 * float(top[1] - brow[1]))  # from the lid up to just below the brow
        if glasses:
            skin = min(skin, _bare(face, photo, top, skin, glasses))
        self.blinks = skin > 0.045 * unit
        margin = 0.10 * width
        box_left, box_right = int(first[0] - margin), int(last[0] + margin) + 2
        box_top = int(min(top[1], first[1], last[1]) - skin - 2)
        box_bottom = int(max(bottom[1], first[1], last[1]) + 0.12 * unit) + 2
        frame_height, frame_width = photo.shape[:2]
        box_left, box_top = max(0, box_left), max(0, box_top)
        box_right, box_bottom = min(frame_width, box_right), min(frame_height, box_bottom)
        self.slices = (slice(box_top, box_bottom), slice(box_left, box_right))
        self._photo = np.ascontiguousarray(photo[self.slices])
        self._unit = unit

        x = np.arange(box_left, box_right, dtype=np.float32)
        t = (x - first[0]) / width * 2 - 1
        chord = np.interp(x, [first[0], last[0]], [first[1], last[1]])
        self._upper = _lid(x, t, chord, top, first, last) - box_top
        self._lower = _lid(x, t, chord, bottom, first, last) - box_top
        self._lower = np.maximum(self._lower, self._upper)
        self._skin = skin
        self._band = self._lashes(t)
        # Stretched skin shows its grain as streaks, so it is taken from a softened copy.
        self._soft = cv2.GaussianBlur(self._photo, (0, 0), sigmaX=0.05 * unit, sigmaY=0.012 * unit)
        self._lash = max(1.0, 0.022 * unit)  # how far the rim reaches below the anchor line
        self._y = np.arange(box_bottom - box_top, dtype=np.float32)[:, None]
        self._x = np.repeat(np.arange(box_right - box_left, dtype=np.float32)[None], len(self._y), 0)
        inside = np.clip((self._y - self._upper - self._lash) / 2 + 0.5, 0, 1)
        inside = inside * np.clip((self._lower - self._y - 0.4 * self._lash) / 2 + 0.5, 0, 1)
        self._inside = (inside * (np.abs(t) < 1)).astype(np.float32)[..., None]
        # The middle of the eye moves whole, the corners hold the white.
        self._carry = smoothstep(1.0, 0.45, np.abs(t))[None].astype(np.float32)
        # A lid slides most in its middle; outside the corners there is none.
        self._lens = np.sqrt(np.clip(1 - t * t, 0, 1)).astype(np.float32)

    def _lashes(self, t: np.ndarray) -> float:
        """How far the dark of the lashes reaches above the lid, pixels: this band moves down without stretching."""
        least, most = 0.03 * self._unit, min(0.12 * self._unit, 0.55 * self._skin)
        if most <= least:
            return most
        grey = cv2.cvtColor(self._photo, cv2.COLOR_RGB2GRAY)
        columns = np.flatnonzero(np.abs(t) < 0.6).astype(np.float32)
        steps = np.arange(0, 0.9 * self._skin, 0.5, dtype=np.float32)
        rows = (self._upper[columns.astype(int)][None] - steps[:, None]).astype(np.float32)
        places = np.repeat(columns[None], len(steps), 0)
        light = cv2.remap(grey, places, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).mean(axis=1)
        darkest = int(light.argmin())
        bright = light[darkest:] > light[darkest] + 0.75 * (light.max() - light[darkest])
        return float(np.clip(steps[darkest + int(bright.argmax())], least, most))

    def draw(self, blink: float, gaze: tuple[float, float], texture: np.ndarray) -> None:
        """Draw the eye into `texture`: uint8 (height, width, 3 or 4), the person in the plane of the photo."""
        out = texture[(*self.slices, slice(3))]
        if not blink and gaze == (0.0, 0.0):
            out[:] = self._photo
            return
        eye = self._photo
        if gaze != (0.0, 0.0) and blink < 0.9:
            right, down = gaze[0] * self._unit, gaze[1] * self._unit
            moved = cv2.remap(
                eye,
                self._x - right * self._carry,
                np.broadcast_to(self._y, self._x.shape) - down * self._carry,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            eye = np.rint(eye + (moved - eye.astype(np.float32)) * self._inside).astype(np.uint8)
        out[:] = self._lidded(eye, blink) if blink else eye

    def _lidded(self, eye: np.ndarray, blink: float) -> np.ndarray:
        drop = blink * (self._lower - self._upper)
        edge = self._upper + drop
        above = edge - self._y  # how far this pixel lies above the edge of the lid
        height = self._skin + drop
        band = self._band
        stretched = band + (above - band) * (self._skin - band) / np.maximum(height - band, 1e-3)
        source = self._upper - np.where(above < band, above, stretched)
        source = np.where(above > height, self._y, source)
        source = source.astype(np.float32)
        lid = cv2.remap(self._photo, self._x, source, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        soft = cv2.remap(self._soft, self._x, source, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        skin = smoothstep(band, 1.6 * band, above) * smoothstep(height, 0.75 * height, above)
        skin = (skin * np.minimum(1, 2 * drop / np.maximum(height, 1)))[..., None]
        lid = lid + (soft - lid.astype(np.float32)) * skin
        rim = self._lash * np.minimum(1, 1.2 * self._lens) + 0.4
        cover = np.clip((above + rim) / 1.5 + 0.5, 0, 1) * (drop > 0.05)
        # A soft shadow under the lid keeps its moving edge from shimmering on the white of the eye.
        under = 1 - 0.28 * np.exp(-((np.clip(-above - rim, 0, None) / (0.03 * self._unit)) ** 2)) * (drop > 0.05)
        crease = 1 - 0.16 * blink * np.exp(-((above / (0.03 * self._unit)) ** 2)) * self._lens
        shown = eye * under[..., None]
        shown += (lid * crease[..., None] - shown) * cover[..., None]
        return np.rint(shown).astype(np.uint8)


def _bare(face: Face, photo: np.ndarray, top: np.ndarray, most: float, glasses: float) -> float:
    """How far above the lid the rim of the glasses begins, pixels; `most` when none is found there."""
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32)
    light = _light(grey, face, top, -most / face.unit, 0.14)
    brightest = 0.0
    for number, value in enumerate(light[2:]):  # past the lashes to the skin, and on until it ends
        brightest = max(brightest, float(value))
        if brightest - value > max(15.0, min(0.4 * brightest, 0.5 * glasses)):
            return number * _STEP * face.unit
    return most


def _lid(x: np.ndarray, t: np.ndarray, chord: np.ndarray, peak: np.ndarray, first: np.ndarray, last: np.ndarray):
    """Rows of a lid's edge for each column: from corner to corner through `peak`; the corners' own row outside."""
    at = float(np.clip((peak[0] - first[0]) / (last[0] - first[0]) * 2 - 1, -0.4, 0.4))
    height = peak[1] - np.interp(peak[0], [first[0], last[0]], [first[1], last[1]])
    # Bend the parameter so that the highest point of the arc lies where the anchor says.
    bent = np.where(t < at, (t - at) / (1 + at), (t - at) / (1 - at))
    return (chord + height * np.clip(1 - np.abs(bent) ** 2.2, 0, 1) ** 0.85).astype(np.float32)
