"""Finds the face in a photo, a painting or a drawing, and the twenty anchor points on it.

Hides how: a small network looks for faces over a pyramid of the picture, a second one puts the points on a crop, again
on a straightened crop and then on several slightly different ones, whose agreement tells how sure it is. Both networks
were trained by us on drawn faces alone (docs/landmarks.md).
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engines.contract import ANCHOR_NAMES, Anchors, Problem

if TYPE_CHECKING:
    from engines.portrait.runtime import Graph

MODELS = Path(__file__).resolve().parents[2] / "assets" / "starter"
SMALLEST = 40
"""Pixels from one side of a face to the other; below that there is too little to animate."""
SURE = 0.75
"""Confidence from which anchors are used without asking; docs/landmarks.md says how it was chosen."""
_NOTHING = 0.15  # confidence below which a guess is not worth showing

_SIDE = 112  # of the crops of the landmark network, in pixels
_EYES = 10.0  # distance between the eyes at which the finder knows a face, in pixels
_LARGEST = 900  # longest side of the largest picture that the finder looks at, in pixels
_MIRRORED = [ANCHOR_NAMES.index(_n) for _n in (
    name.replace("left", "@").replace("right", "left").replace("@", "right") for name in ANCHOR_NAMES
)]  # fmt: skip
_CHIN, _CROWN = ANCHOR_NAMES.index("chin"), ANCHOR_NAMES.index("crown")
_JAW = (ANCHOR_NAMES.index("jaw_left"), ANCHOR_NAMES.index("jaw_right"))
_SEAM = ANCHOR_NAMES.index("lip_seam")
_BROWS = [(ANCHOR_NAMES.index(f"{side}_brow"), ANCHOR_NAMES.index(f"{side}_eye_top")) for side in ("left", "right")]
_VIEWS = (
    (3.3, 0.0, 0.0, 0.0), (3.5, 0.06, 0.05, 0.06), (3.8, -0.06, -0.05, -0.06), (4.2, 0.08, -0.06, -0.04),
    (4.5, -0.08, -0.1, 0.05), (6.0, 0.0, -0.75, 0.0), (6.2, 0.05, -0.6, 0.04), (6.5, -0.05, -0.8, -0.04),
)  # fmt: skip
"""Side, shift to the right and down, in eye distances, and turn, in radians, of the crops that must agree."""
_NEAR = 5
"""So many of them show the face alone; the others reach above the crown."""
_RIVAL = 0.65
"""A second place counts as another face when it is so likely, in parts of the likeliest; shelves and folds are less."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """The largest face of a picture. `confidence` is 0 to 1; `faces` counts all that were seen."""

    anchors: Anchors
    confidence: float
    faces: int


class UnsureFace(Problem):
    """There may be a face, but the points on it are a guess. `found` holds the guess, for an editor to begin with."""

    def __init__(self, found: Found) -> None:
        super().__init__(
            "The face in this picture is hard to read: it is turned away, covered, or drawn in an unusual way.",
            "Choose a picture that shows the face from the front, or put a file of anchor points (.anchors.json) "
            "beside it.",
        )
        self.found = found


def find_anchors(image: np.ndarray) -> Found:
    """Look for a face. image: uint8 (height, width, 3), RGB, upright.

    Raises UnsureFace (a Problem that carries the guess) when the confidence is below SURE, and Problem when there is no
    face or the largest is smaller than SMALLEST. The same picture always gives the same answer.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"a picture is uint8 (height, width, 3), not {image.dtype} {image.shape}")
    nobody = Problem(
        "There is no face to be found in this picture.",
        "Choose a picture that shows a face from the front, or put a file of anchor points (.anchors.json) beside it.",
    )
    if min(image.shape[:2]) < SMALLEST // 2:
        raise nobody
    floors = _halved(image)
    guesses = [guess for spot in _candidates(floors[0]) if (guess := _look(floors, spot)) is not None]
    if not guesses:
        raise nobody
    best = max(guess.likely for guess in guesses)
    guesses = _apart([guess for guess in guesses if guess.likely > _RIVAL * best])
    largest = max(guesses, key=lambda guess: guess.eyes)
    if len(guesses) > 1:
        _log.info("%d faces in the picture; the largest is used", len(guesses))
    points, confidence = _agreed(floors, largest)
    points = _snapped(floors, points)
    wide = float(np.linalg.norm(points[_JAW[1]] - points[_JAW[0]]))
    if confidence < (_NOTHING if wide >= SMALLEST else SURE):
        raise nobody
    if wide < SMALLEST:
        raise Problem(
            f"The face in this picture is only {wide:.0f} pixels wide.",
            f"Choose a picture in which the face is at least {SMALLEST} pixels wide, better 300.",
        )
    limit = np.array([image.shape[1] - 1, image.shape[0] - 1])
    inside = np.clip(points, 0, limit)
    anchors = Anchors({name: (float(x), float(y)) for name, (x, y) in zip(ANCHOR_NAMES, inside, strict=True)})
    found = Found(anchors, confidence, len(guesses))
    _log.info("face %.0f pixels wide, confidence %.2f", wide, confidence)
    if confidence < SURE:
        raise UnsureFace(found)
    return found


# --- where ------------------------------------------------------------------------------------------------------------


@cache
def _graph(name: str) -> Graph:
    from engines.portrait.runtime import Graph

    return Graph(MODELS / name)


def _halved(image: np.ndarray) -> list[np.ndarray]:
    """The picture in grey, float32 from 0 to 1, then half as large, and so on."""
    import cv2

    floors = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)]
    while max(floors[-1].shape) > 128:
        height, width = floors[-1].shape
        floors.append(cv2.resize(floors[-1], ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA))
    return floors


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a face may be: its middle, the distance between its eyes, both in pixels, and how likely it is."""

    x: float
    y: float
    eyes: float
    likely: float


def _candidates(grey: np.ndarray) -> list[_Spot]:
    """Places that look like a face, the likeliest first, at most eight."""
    import cv2

    height, width = grey.shape
    spots: list[_Spot] = []
    scale = min(1.0, _LARGEST / max(height, width))
    while max(height, width) * scale >= 36:
        size = [max(16, 4 * round(side * scale / 4)) for side in (width, height)]
        floor = cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        (found,) = _graph("faces.onnx").run(picture=floor[None, None])
        likely, right, down, larger = found[0]
        for row, column in zip(*np.nonzero(likely > 0.3), strict=True):
            eyes = _EYES * math.exp(float(np.clip(larger[row, column], -1, 1)))
            x = column * 4 + 2 + float(right[row, column]) * _EYES
            y = row * 4 + 2 + float(down[row, column]) * _EYES
            spots.append(_Spot(x * width / size[0], y * height / size[1], eyes / scale, float(likely[row, column])))
        scale *= 0.7071
    spots.sort(key=lambda spot: -spot.likely)
    kept: list[_Spot] = []
    for spot in spots:
        if all(math.hypot(spot.x - one.x, spot.y - one.y) > 0.8 * max(one.eyes, spot.eyes) for one in kept):
            kept.append(spot)
    return kept[:8]


# --- which points -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Guess:
    """Points (20, 2) in pixels of the picture, the distance between the eyes, and how likely both networks find it."""

    points: np.ndarray
    eyes: float
    likely: float

    @property
    def middle(self) -> np.ndarray:
        """Between the eyes and the chin, where the crops that the network learned from had theirs."""
        return 0.55 * self.points[:8].mean(axis=0) + 0.45 * self.points[_CHIN]

    @property
    def roll(self) -> float:
        """Radians by which the eyes slope, clockwise as seen."""
        across = self.points[4:8].mean(axis=0) - self.points[:4].mean(axis=0)
        return math.atan2(across[1], across[0])


@dataclass(frozen=True, slots=True)
class _Crop:
    """A square cut out of the picture: its middle and side in pixels, its roll, and whether it is mirrored."""

    middle: np.ndarray
    side: float
    roll: float = 0.0
    mirrored: bool = False


def _eye_distance(points: np.ndarray) -> float:
    eyes = points[:4].mean(axis=0), points[4:8].mean(axis=0)
    tall = float(np.linalg.norm(points[_CHIN] - (eyes[0] + eyes[1]) / 2))
    return max(float(np.linalg.norm(eyes[1] - eyes[0])), 0.55 * tall)  # a turned face keeps its height


def _read(floors: list[np.ndarray], crops: list[_Crop]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What the network says of each crop: points (n, 20, 2) and spread (n, 20) in pixels of the picture, face (n,)."""
    import cv2

    pictures = np.empty((len(crops), 1, _SIDE, _SIDE), np.float32)
    matrices = []
    for k, crop in enumerate(crops):
        c, s, scale = math.cos(crop.roll), math.sin(crop.roll), _SIDE / crop.side
        matrix = np.array([[c, s], [-s, c]]) * scale
        if crop.mirrored:
            matrix[0] *= -1
        floor = int(np.clip(math.floor(math.log2(max(1.0, 1 / scale))), 0, len(floors) - 1))
        grey = floors[floor]
        ratio = np.array([floors[0].shape[1] / grey.shape[1], floors[0].shape[0] / grey.shape[0]])
        inner = matrix * ratio  # pixels of the floor to pixels of the crop, both counted at their middles
        shift = _SIDE / 2 - matrix @ crop.middle
        offset = shift - 0.5 + inner @ np.array([0.5, 0.5])
        whole = np.concatenate([inner, offset[:, None]], axis=1)
        cut = cv2.warpAffine(grey, whole, (_SIDE, _SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        pictures[k, 0] = cut.astype(np.float32) / 255
        matrices.append((matrix, shift))
    points, spread, face = _graph("landmarks.onnx").run(crops=pictures)
    placed = np.empty(points.shape)
    for k, (crop, (matrix, shift)) in enumerate(zip(crops, matrices, strict=True)):
        seen = points[k][_MIRRORED] if crop.mirrored else points[k]
        placed[k] = ((seen + 1) / 2 * _SIDE - shift) @ np.linalg.inv(matrix).T - 0.5
        spread[k] = (spread[k][_MIRRORED] if crop.mirrored else spread[k]) * crop.side / 2
    return placed, spread, face


def _look(floors: list[np.ndarray], spot: _Spot) -> _Guess | None:
    """Put the points on a likely place, twice; None when it turns out to be no face."""
    middle, eyes, roll = np.array([spot.x, spot.y]), spot.eyes, 0.0
    guess = None
    for _ in range(3):
        points, _, face = _read(floors, [_Crop(middle, 4.2 * eyes, roll), _Crop(middle, 4.2 * eyes, roll, True)])
        likely = float(face.mean())
        if likely < 0.3:
            return None
        guess = _Guess(points.mean(axis=0), _eye_distance(points.mean(axis=0)), likely * spot.likely)
        middle, eyes, roll = guess.middle, guess.eyes, guess.roll
        if eyes < 4:
            return None
    return guess


def _apart(guesses: list[_Guess]) -> list[_Guess]:
    """Each face once."""
    kept: list[_Guess] = []
    for guess in sorted(guesses, key=lambda guess: -guess.likely):
        if all(np.linalg.norm(guess.middle - one.middle) > 0.8 * max(one.eyes, guess.eyes) for one in kept):
            kept.append(guess)
    return kept


def _agreed(floors: list[np.ndarray], guess: _Guess) -> tuple[np.ndarray, float]:
    """Points that several crops agree on, (20, 2), and how well they agree, 0 to 1."""
    eyes, roll = guess.eyes, guess.roll
    along, down = np.array([math.cos(roll), math.sin(roll)]), np.array([-math.sin(roll), math.cos(roll)])
    crops = []
    for size, right, below, turn in _VIEWS:
        middle = guess.middle + eyes * (right * along + below * down)
        crops += [_Crop(middle, size * eyes, roll + turn, mirrored) for mirrored in (False, True)]
    points, spread, face = _read(floors, crops)
    near = 2 * _NEAR
    weight = 1 / (spread + 0.02 * eyes) ** 2
    weight[near:, :_CROWN] = 0  # the wide views are for the crown alone, which the near ones cannot see
    weight[:near, _CROWN] = 0
    weight /= weight.sum(axis=0)
    agreed = (points * weight[..., None]).sum(axis=0)
    strayed = np.linalg.norm(points - agreed, axis=2)[:near, :_CHIN].mean() / eyes
    doubt = np.median(spread[:near, :_CHIN], axis=0).mean() / eyes
    confidence = float(face[:near].mean()) * math.exp(-((strayed / 0.08) ** 2) - ((doubt / 0.25) ** 2))
    _log.debug("face %.3f, strayed %.4f, doubt %.4f", face.mean(), strayed, doubt)
    return agreed, confidence


# --- what the picture itself shows ------------------------------------------------------------------------------------


def _snapped(floors: list[np.ndarray], points: np.ndarray) -> np.ndarray:
    """Lip seam and brows moved, up or down the face, onto the dark line that is really there.

    Only these: on pictures with known points the darkest line brought both nearer, while the strongest edge near the
    chin was as often a collar or the shadow below as the chin.
    """
    import cv2

    guess = _Guess(points, _eye_distance(points), 1.0)
    floor = int(np.clip(math.floor(math.log2(max(guess.eyes / 60, 1.0))), 0, len(floors) - 1))
    grey = floors[floor].astype(np.float32)
    ratio = np.array([grey.shape[1] / floors[0].shape[1], grey.shape[0] / floors[0].shape[0]])
    eyes, along = guess.eyes, np.array([math.cos(guess.roll), math.sin(guess.roll)])
    down = np.array([-along[1], along[0]])
    moved = points.copy()

    def profile(spot: np.ndarray, wide: float, reach: float, blur: float) -> tuple[np.ndarray, np.ndarray]:
        """Offsets down the face, in eye distances, and how bright the picture is there over `wide` to either side."""
        steps, across = np.linspace(-reach, reach, 91), np.linspace(-wide, wide, 15)
        grid = spot + eyes * (steps[:, None, None] * down + across[None, :, None] * along)
        grid = ((grid + 0.5) * ratio - 0.5).astype(np.float32)
        seen = cv2.remap(grey, grid[..., 0], grid[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        bright = cv2.GaussianBlur(seen.mean(axis=1)[:, None], (1, 9), 1, sigmaY=blur / reach * 45)[:, 0]
        return steps, bright

    steps, bright = profile(points[_SEAM], 0.10, 0.16, 0.012)
    if (contrast := float(np.ptp(bright))) > 3:
        cost = bright / contrast + 0.6 * (steps / 0.12) ** 2  # dark, and not far from where it was expected
        moved[_SEAM] += steps[np.argmin(cost)] * eyes * down
    for brow, lid in _BROWS:
        steps, bright = profile(points[brow], 0.14, 0.30, 0.03)
        around = cv2.blur(bright[:, None], (1, 45), borderType=cv2.BORDER_REPLICATE)[:, 0]
        if (contrast := float(np.std(bright - around))) > 1.5:
            cost = (bright - around) / contrast + (steps / 0.2) ** 2
            cost[steps > ((points[lid] - points[brow]) @ down) / eyes - 0.07] = np.inf  # not the lashes
            if np.isfinite(cost).any():
                moved[brow] += steps[np.argmin(cost)] * eyes * down
    return moved
