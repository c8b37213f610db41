"""Hides where the person ends and the room begins, and what the room looks like behind the person.

With a matte the head turns in front of a room that stands still; without one the room near the head bends a little.
A wrong matte is worse than none, so a doubtful one is refused and the animator does without.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engines.portrait.geometry import Face

COARSE = 40.0
"""Pixels between the eyes in the small copy of the photo in which the person is found."""
APART = 20.0
"""How far, of 255 in Lab, the colours on both sides of an outline must differ for a viewer to see an outline there."""
CLEAR = 0.72
"""Share of the outline of the head that must be seen; below, the matte is doubtful. Measured: a drawn persona has more
than 0.9 and dark hair before a dark wall 0.4."""


@dataclass(frozen=True, slots=True)
class Matte:
    """A photo in two layers, which put together are the photo again, bit for bit.

    `layer`: uint8 (height, width, 4), the person, colours multiplied by the cover, and the cover, 255 where nothing but
    the person is seen. `room`: uint8 (height, width, 3), the photo where no person is, and invented behind.
    """

    layer: np.ndarray
    room: np.ndarray


def put(layer: np.ndarray, room: np.ndarray, out: np.ndarray) -> None:
    """Draw a layer before a room into `out`; all uint8, the layer (rows, columns, 4), the others (rows, columns, 3)."""
    cv2.add(cv2.cvtColor(layer, cv2.COLOR_RGBA2RGB), _left_over(layer[..., 3], room), dst=out)


def _left_over(cover: np.ndarray, room: np.ndarray) -> np.ndarray:
    """The share of the room that a cover leaves to be seen."""
    seen = cv2.cvtColor(cv2.bitwise_not(cover), cv2.COLOR_GRAY2RGB)
    return cv2.multiply(room, seen, dst=seen, scale=1 / 255)


def find_matte(photo: np.ndarray, face: Face) -> Matte | None:
    """Tell the person from the room: uint8 (height, width, 3), RGB. None when the two cannot be told apart surely."""
    height, width = photo.shape[:2]
    scale = COARSE / face.unit
    size = (max(16, round(width * scale)), max(16, round(height * scale)))
    if scale > 1.0 or min(size) < 64:
        return None  # too few pixels for a matte to matter
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    person = _cut(small, *_guess(face, size, (width, height)))
    if person is not None:
        person = _with_islands(small, person, round(float(face["chin"][1]) * scale))
    if person is None or _seen(small, person, face, (width, height)) < CLEAR:
        return None
    cover = _soft(photo, person, face.unit)
    room = _behind(photo, small, person, cover, face.unit)
    # Whatever the eye of a needle missed (a wisp of hair) differs from the room, and that difference moves along: the
    # cover is at least what makes the front layer a possible colour.
    here, there = photo.astype(np.float32), room.astype(np.float32)
    least = np.maximum((here - there) / np.maximum(255 - there, 1), (there - here) / np.maximum(there, 1)).max(axis=2)
    cover = np.maximum(cover, np.where(least > 0, least + 2 / 255, 0))
    cover = np.ceil(255 * np.clip(cover, 0, 1)).astype(np.uint8)
    for step in (2, 4, 255):  # where rounding left no colour, cover a little more
        short = (photo < _left_over(cover, room)).any(axis=2)
        cover[short] = np.minimum(255, cover[short].astype(int) + step)
    front = photo - _left_over(cover, room)
    return Matte(np.dstack([front, cover]), room)


def _guess(face: Face, size: tuple[int, int], frame: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """What the anchors tell about the small copy: GrabCut's labels; the face and the head, 2 for what is surely face
    and 1 for what must be head. uint8 (height, width) both."""
    x, y = np.meshgrid(np.arange(size[0], dtype=np.float32), np.arange(size[1], dtype=np.float32))
    x, y = (x + 0.5) * frame[0] / size[0] - 0.5, (y + 0.5) * frame[1] / size[1] - 0.5
    skull = face.middle("crown", "chin")
    jaw = float(np.hypot(*(face["jaw_right"] - face["jaw_left"]))) / face.unit / 2
    tall = float(np.hypot(*(face["chin"] - face["crown"]))) / face.unit / 2
    wide = max(1.32 * jaw, 0.78 * tall)
    u, v = face.local(x, y, skull)
    ring = np.hypot(u / wide, v / tall)
    eyes = face.middle("left_eye_inner", "right_eye_inner")
    fu, fv = face.local(x, y, (eyes + face["chin"]) / 2)
    long = float((face["chin"] - eyes) @ face.down) / face.unit / 2
    core = np.hypot(fu / max(0.62, 0.78 * jaw), fv / (1.05 * long)) < 1

    below = v - tall  # under the chin
    neck = (np.abs(u) < 0.45 * jaw) & (below > -0.3) & (below < 0.5)
    chest = (below > 0.5) & (np.abs(u) < np.minimum(0.5 + 1.1 * below, 2.6))
    labels = np.full(size[::-1], cv2.GC_PR_BGD, np.uint8)
    hair = (np.abs(u) < 0.98 * wide) & (v > -0.3) & (below < 0.35)
    labels[(ring < 1.02) | hair | neck | chest] = cv2.GC_PR_FGD
    labels[(ring > 1.75) & (below < 0.1)] = cv2.GC_BGD
    labels[(v < -tall - 0.5) | ((np.abs(u) > 2.2 * wide) & (below < 0.9))] = cv2.GC_BGD
    labels[core | neck | (chest & (below > 1.0) & (np.abs(u) < 0.6))] = cv2.GC_FGD
    return labels, np.where(core, 2, ring < 0.82).astype(np.uint8)


def _cut(small: np.ndarray, labels: np.ndarray, head: np.ndarray) -> np.ndarray | None:
    """The person in the small copy, bool (height, width); None when no plausible one was found."""
    if not (head == 2).any() or not 0.02 < (labels % 2).mean() < 0.98:
        return None  # GrabCut learns from both: odd labels are the person, even ones the room
    cv2.setRNGSeed(7)  # GrabCut draws lots; the same photo shall have the same matte
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(cv2.GaussianBlur(small, (0, 0), 0.7), labels, (0, 0, 1, 1), *models, 4, cv2.GC_INIT_WITH_MASK)
    person = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.uint8)
    person = cv2.morphologyEx(person, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
    # Curls and earphones count as the person's when they almost touch.
    joined = cv2.morphologyEx(person, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7)))
    _, parts = cv2.connectedComponents(joined, connectivity=4)
    numbers = np.bincount(parts[head == 2])
    if numbers[0] > 0.02 * (head == 2).sum():
        return None
    person &= parts == int(numbers.argmax())
    # What hangs on by a thread is a shelf behind the person.
    person = cv2.morphologyEx(person, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    # Holes are shine on hair, a white shirt, the room between neck and curls: filled, or they would shimmer.
    outlines, _ = cv2.findContours(person, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(person), outlines, -1, 1, cv2.FILLED)
    # A face without its hair would slide over the hair.
    return filled.astype(bool) if filled[head > 0].mean() > 0.94 and filled.mean() < 0.8 else None


def _with_islands(small: np.ndarray, person: np.ndarray, chin: int) -> np.ndarray:
    """The person with what is worn: things that touch the outline and end close to it, as an earphone does and a shelf
    does not; only above row `chin`, since shoulders hardly move. bool (height, width)."""
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(0.42 * COARSE) + 1,) * 2)
    around = cv2.dilate(person.astype(np.uint8), reach)
    continued = cv2.inpaint(small, around, 3, cv2.INPAINT_TELEA)
    lab = [cv2.cvtColor(cv2.GaussianBlur(image, (0, 0), 0.8), cv2.COLOR_RGB2LAB) for image in (small, continued)]
    strange = np.sqrt(((lab[0].astype(np.float32) - lab[1]) ** 2).sum(axis=2)) > 2.5 * APART
    strange = (strange & (around > 0) & ~person).astype(np.uint8)
    strange[max(0, chin) :] = 0
    count, parts, sizes, _ = cv2.connectedComponentsWithStats(strange, connectivity=4)
    rim = cv2.subtract(around, cv2.erode(around, np.ones((5, 5), np.uint8), borderValue=1))
    beside = cv2.dilate(person.astype(np.uint8), np.ones((3, 3), np.uint8))
    open_ended, touching = np.unique(parts[rim > 0]), np.unique(parts[beside > 0])
    worn = [
        part
        for part in range(1, count)
        if part in touching and part not in open_ended and sizes[part, cv2.CC_STAT_AREA] >= 0.02 * COARSE**2
    ]
    whole = (person | np.isin(parts, worn)).astype(np.uint8)
    return cv2.morphologyEx(whole, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)).astype(bool) if worn else person


def _seen(small: np.ndarray, person: np.ndarray, face: Face, frame: tuple[int, int]) -> float:
    """The share of the head's outline at which inside and outside differ in colour, 0 to 1."""
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    mask = person.astype(np.float32)
    inner, outer = cv2.erode(mask, np.ones((3, 3))), 1 - cv2.dilate(mask, np.ones((3, 3)))
    reach = (9, 9)

    def mean(weight: np.ndarray) -> np.ndarray:
        much = cv2.blur(weight, reach)
        return np.dstack([cv2.blur(lab[..., k] * weight, reach) / np.maximum(much, 1e-3) for k in range(3)])

    step = np.sqrt(((mean(inner) - mean(outer)) ** 2).sum(axis=2))
    edge = person & ~cv2.erode(person.astype(np.uint8), np.ones((3, 3), np.uint8), borderValue=1).astype(bool)
    chin = face["chin"] * np.array([person.shape[1] / frame[0], person.shape[0] / frame[1]])
    edge[int(chin[1]) :] = False  # shoulders hardly move
    edge[:2] = False
    return float((step[edge] > APART).mean()) if edge.any() else 0.0


def _soft(photo: np.ndarray, person: np.ndarray, unit: float) -> np.ndarray:
    """The person at full size with soft edges that follow the photo's own: float32 (height, width), 0 to 1.

    Source: the guided filter (He, Sun, Tang 2010), whose linear model in small windows is fitted to the coarse matte.
    """
    height, width = photo.shape[:2]
    coarse = cv2.resize(person.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    window = (2 * round(unit / 22) + 1,) * 2
    mean, meant = cv2.blur(grey, window), cv2.blur(coarse, window)
    slope = (cv2.blur(grey * coarse, window) - mean * meant) / (cv2.blur(grey * grey, window) - mean * mean + 4e-4)
    offset = meant - slope * mean
    fine = cv2.blur(slope, window) * grey + cv2.blur(offset, window)
    # Nothing far from the outline is in doubt.
    sure = cv2.blur(coarse, (2 * round(unit / 14) + 1,) * 2)
    fine = np.where(sure > 0.99, 1, np.where(sure < 0.01, 0, fine))
    return np.clip((fine - 0.12) / 0.76, 0, 1).astype(np.float32)


def _behind(photo: np.ndarray, small: np.ndarray, person: np.ndarray, cover: np.ndarray, unit: float) -> np.ndarray:
    """The room without the person: the photo itself where it is certainly seen, its continuation elsewhere."""
    hidden = cv2.dilate(person.astype(np.uint8), np.ones((7, 7), np.uint8))
    invented = cv2.inpaint(small, hidden, 4, cv2.INPAINT_TELEA)
    invented = cv2.resize(invented, photo.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    # The photo reaches up to a margin around the person, and passes softly into what is invented.
    margin = 2 * max(3, round(unit / 18)) + 1
    away = cv2.dilate((cover > 0.004).astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (margin, margin)))
    soft = 2 * max(1, round(unit / 40)) + 1
    mine = cv2.blur(cv2.dilate(away, np.ones((soft, soft), np.uint8)).astype(np.float32), (soft, soft))[..., None]
    room = photo + (invented.astype(np.float32) + _grain(photo, away, unit) - photo) * mine
    return np.clip(np.rint(room), 0, 255).astype(np.uint8)


def _grain(photo: np.ndarray, hidden: np.ndarray, unit: float) -> np.ndarray:
    """The fine texture of the room, mirrored into what is hidden: float32 (height, width, 3), 0 elsewhere.

    hidden: uint8 (height, width), not 0 where the room is not seen.
    """
    soft = max(1.0, unit / 50)
    known = (hidden == 0).astype(np.float32)
    even = cv2.GaussianBlur(photo * known[..., None], (0, 0), soft) / np.maximum(
        cv2.GaussianBlur(known, (0, 0), soft)[..., None], 1e-2
    )
    rough = photo - even
    found = cv2.distanceTransformWithLabels(hidden, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    labels = found.astype(np.int64)
    seen = np.flatnonzero(hidden.ravel() == 0)
    where = np.zeros(int(labels.max()) + 1, np.int64)
    where[labels.ravel()[seen]] = seen
    rows, columns = np.nonzero(hidden)
    nearest = where[labels[rows, columns]]
    near_rows, near_columns = nearest // hidden.shape[1], nearest % hidden.shape[1]
    from_rows = np.clip(2 * near_rows - rows, 0, hidden.shape[0] - 1)
    from_columns = np.clip(2 * near_columns - columns, 0, hidden.shape[1] - 1)
    grain = np.zeros_like(rough)
    grain[rows, columns] = rough[from_rows, from_columns] * (hidden[from_rows, from_columns] == 0)[:, None]
    return grain
