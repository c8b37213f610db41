"""Hides how a picture becomes a framed face: where the photo lies in the frame, and the axes of the face in it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engines.contract import Anchors, Problem

HEAD_SHARE = 0.64
"""The head, crown to chin, takes at most this share of the frame's height when the photo leaves us a choice."""


@dataclass(frozen=True, slots=True)
class Face:
    """A face in pixels of the frame. `unit` is the distance between the eyes; `right` and `down` are its axes.

    Every length of the animator is a multiple of `unit`, so that near and far faces move alike.
    """

    points: dict[str, np.ndarray]
    unit: float
    right: np.ndarray
    down: np.ndarray

    @classmethod
    def of(cls, anchors: Anchors) -> Face:
        """Raises Problem when the points cannot be those of an upright face."""
        points = {name: np.array(place, np.float64) for name, place in anchors.points.items()}
        left = (points["left_eye_outer"] + points["left_eye_inner"]) / 2
        right = (points["right_eye_outer"] + points["right_eye_inner"]) / 2
        unit = float(np.hypot(*(right - left)))
        axis = (right - left) / max(unit, 1e-6)
        down = np.array([-axis[1], axis[0]])
        heights = [
            float((points[name] - left) @ down)
            for name in ("left_eye_bottom", "nose_tip", "lip_top", "lip_seam", "lip_bottom", "chin")
        ]
        if axis[0] < 0.7 or heights != sorted(heights) or (points["mouth_right"] - points["mouth_left"]) @ axis <= 0:
            raise Problem(
                "The anchor points do not describe an upright face.",
                "Set them again: eyes above nose, nose above mouth, and left meaning left in the picture.",
            )
        return cls(points, unit, axis, down)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.points[name]

    def middle(self, *names: str) -> np.ndarray:
        """The mean of some points, pixels (2,)."""
        return np.mean([self.points[name] for name in names], axis=0)

    def local(self, x: np.ndarray, y: np.ndarray, origin: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels to face axes: units to the right of and below `origin`, float32, in the shape of x and y."""
        dx, dy = x - origin[0], y - origin[1]
        across = (dx * self.right[0] + dy * self.right[1]) / self.unit
        below = (dx * self.down[0] + dy * self.down[1]) / self.unit
        return across.astype(np.float32), below.astype(np.float32)


def frame_photo(image: np.ndarray, anchors: Anchors, size: tuple[int, int]) -> tuple[np.ndarray, Face]:
    """Fill a frame with a photo, and say where its face lies.

    image: uint8 (height, width, 3), RGB. Returns uint8 (size[1], size[0], 3), and the Face in its pixels. A photo of
    the frame's shape is taken as it is; a taller one is cropped as far as the head allows, and then continues, blurred,
    at its sides. Raises Problem when there is no room for a face.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"a picture is uint8 (height, width, 3), not {image.dtype} {image.shape}")
    (height, width), (frame_width, frame_height) = image.shape[:2], size
    face = Face.of(anchors)
    fit, cover = sorted((frame_width / width, frame_height / height))
    head = np.hypot(*(face["chin"] - face["crown"]))
    scale = float(np.clip(HEAD_SHARE * frame_height / head, fit, cover))
    offset = np.array(
        [
            _place(width * scale, frame_width, face.middle("left_eye_inner", "right_eye_inner")[0] * scale, 0.5),
            _place(height * scale, frame_height, face.middle("crown", "chin")[1] * scale, 0.5),
        ]
    )
    framed = Face.of(
        Anchors({name: (x * scale + offset[0], y * scale + offset[1]) for name, (x, y) in anchors.points.items()})
    )
    if framed.unit < 0.03 * frame_height:
        raise Problem("The face in this picture is too small.", "Crop the picture closer to the head, and try again.")
    if any(not (0 <= p[0] < frame_width and -framed.unit <= p[1] < frame_height) for p in framed.points.values()):
        raise Problem("The anchor points lie outside the picture.", "Set them again for this picture.")
    return _paste(image, scale, offset, size), framed


def _place(length: float, room: float, focus: float, share: float) -> float:
    """Where a photo of this length begins so that its focus comes near `share` of the room, in whole pixels."""
    if length <= room:
        return float(round((room - length) / 2))
    return float(round(np.clip(room * share - focus, room - length, 0)))


def _paste(image: np.ndarray, scale: float, offset: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    width, height = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = image if (width, height) == image.shape[1::-1] else cv2.resize(image, (width, height), interpolation=how)
    x, y = int(offset[0]), int(offset[1])
    inner = scaled[max(0, -y) : max(0, -y) + size[1], max(0, -x) : max(0, -x) + size[0]]
    if inner.shape[1::-1] == tuple(size):
        return np.ascontiguousarray(inner)
    left, top = max(0, x), max(0, y)
    borders = (top, size[1] - top - inner.shape[0], left, size[0] - left - inner.shape[1])
    around = cv2.copyMakeBorder(inner, *borders, cv2.BORDER_REPLICATE)
    # Blurred at a twelfth of the size: a wide soft blur for the price of a narrow one.
    small = cv2.resize(around, (max(8, size[0] // 12), max(8, size[1] // 12)), interpolation=cv2.INTER_AREA)
    around = cv2.resize(cv2.GaussianBlur(small, (0, 0), 4), size, interpolation=cv2.INTER_CUBIC)
    matte = np.zeros((size[1], size[0]), np.float32)
    matte[top : top + inner.shape[0], left : left + inner.shape[1]] = 1
    soft = max(3, size[1] // 24)
    eroded = cv2.erode(matte, np.ones((1, 2 * soft + 1), np.uint8), borderValue=1)
    matte = np.minimum(matte, cv2.blur(eroded, (2 * soft + 1, 1), borderType=cv2.BORDER_REPLICATE))[..., None]
    frame = around.astype(np.float32)
    frame[top : top + inner.shape[0], left : left + inner.shape[1]] *= (
        1 - matte[top : top + inner.shape[0], left : left + inner.shape[1]]
    )
    frame[top : top + inner.shape[0], left : left + inner.shape[1]] += (
        inner * matte[top : top + inner.shape[0], left : left + inner.shape[1]]
    )
    return np.clip(np.rint(frame), 0, 255).astype(np.uint8)


def smoothstep(low: float, high: float, x: np.ndarray | float) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between; low may be above high."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
