"""Hides how a displacement becomes a picture: a coarse field says where things go, pictures ask where they are from.

Fields are written forwards (this point of the photo moves there) because that is how faces think; pictures are made
backwards. The inverse is found by fixed point on the coarse grid, where it costs almost nothing.
"""

from __future__ import annotations

import cv2
import numpy as np

ROUNDS = 4
"""Fixed-point rounds: fields here stretch by less than 0.8, so the rest is under a tenth of a pixel."""


def sample(
    picture: np.ndarray, places: np.ndarray, out: np.ndarray | None = None, *, sharp: bool = False
) -> np.ndarray:
    """The picture at these places, float32 (height, width, 2) as (x, y); its border repeats.

    sharp: cubic instead of linear, at two and a half times the cost.
    """
    how = {"interpolation": cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REPLICATE}
    # The binding's types ask for a second map; with None, the first carries both coordinates.
    return cv2.remap(picture, places, None, dst=out, **how)  # pyright: ignore[reportCallIssue, reportArgumentType]


class Fine:
    """A picture that never changes, kept at twice its size, so that it stays sharp between its pixels.

    picture: uint8 (height, width, 4), colours and cover. OpenCV moves four channels in half the time of three
    (measured, version 5.0), so a picture without holes has a fourth channel as well.
    """

    def __init__(self, picture: np.ndarray) -> None:
        rows, columns = np.indices((2 * picture.shape[0], 2 * picture.shape[1]), np.float32) / 2
        self._double = sample(picture, np.dstack([columns, rows]), sharp=True)

    def draw(self, places: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
        """What lies at these places, in twice the picture's pixels: uint8 (height, width, 4)."""
        return sample(self._double, places, out)


class Patch:
    """A rectangle (left, top, right, bottom) of the photo that is redrawn, with a coarse grid laid over it."""

    def __init__(self, box: tuple[int, int, int, int], step: float) -> None:
        self.box = box
        left, top, right, bottom = box
        self.width, self.height = right - left, bottom - top
        columns, rows = max(4, round(self.width / step)), max(4, round(self.height / step))
        # cv2.resize puts the middle of coarse cell j at (j + 0.5) * width / columns - 0.5.
        self._step = np.array([self.width / columns, self.height / rows], np.float32)
        self._nodes = np.stack(
            np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32)), axis=-1
        )
        self._pixels = 2 * np.stack(
            np.meshgrid(np.arange(self.width, dtype=np.float32), np.arange(self.height, dtype=np.float32)), axis=-1
        )
        self._full = np.empty_like(self._pixels)  # new memory costs more than the arithmetic it is for
        self.x = (self._nodes[..., 0] + 0.5) * self._step[0] - 0.5 + left
        self.y = (self._nodes[..., 1] + 0.5) * self._step[1] - 0.5 + top

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns of the patch in the frame."""
        left, top, right, bottom = self.box
        return slice(top, bottom), slice(left, right)

    def sources(self, forward: np.ndarray, rows: int | None = None) -> np.ndarray:
        """Where each pixel of the patch comes from, in half pixels of the patch, as Fine wants them.

        forward: float32 (rows, columns, 2), pixels by which each node moves. Returns float32 (height, width, 2), or
        only its first `rows`; good until the next call.
        """
        back = forward
        for _ in range(ROUNDS):
            # The displacement is interpolated, never the absolute place: that would smear the border.
            back = sample(forward, self._nodes - back / self._step)
        full = cv2.resize(2 * back, (self.width, self.height), dst=self._full, interpolation=cv2.INTER_LINEAR)[:rows]
        return cv2.subtract(self._pixels[:rows], full, dst=full)
