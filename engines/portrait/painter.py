"""Hides in which order a face is put together: mouth and eyes in the plane of the photo, then the turn of the head."""

from __future__ import annotations

import numpy as np

from engines.portrait.eyes import Eye
from engines.portrait.geometry import Face
from engines.portrait.head import Head
from engines.portrait.lips import Mouth
from engines.portrait.rig import Rig
from engines.portrait.warp import Fine, sample

MOUTH_REACH, EYE_REACH = 0.24, 0.32
"""Eye distances by which the turning head carries a mouth or an eye at most."""


class Painter:
    """Draws one photo in any state of its rig. One thread at a time: it keeps a canvas between frames."""

    def __init__(self, photo: np.ndarray, face: Face) -> None:
        size = (photo.shape[1], photo.shape[0])
        self.photo = photo
        self.head = Head(face, size)
        self.mouth = Mouth(face, photo)
        self.eyes = (Eye(face, photo, "left"), Eye(face, photo, "right"))
        self._canvas = photo.copy()
        self._fine = Fine(np.ascontiguousarray(photo[self.head.patch.slices]))
        changing = [(self.mouth.patch.slices, MOUTH_REACH), *((eye.slices, EYE_REACH) for eye in self.eyes)]
        self._changing = [self._within_head(slices, reach * face.unit) for slices, reach in changing]

    def _within_head(self, slices: tuple[slice, slice], reach: float) -> tuple[slice, slice]:
        """Rows and columns of the head's patch that may show what lies at `slices` of the frame."""
        left, top, right, bottom = self.head.patch.box
        rows, columns = slices
        return (
            slice(max(0, int(rows.start - reach) - top), min(bottom, int(rows.stop + reach)) - top),
            slice(max(0, int(columns.start - reach) - left), min(right, int(columns.stop + reach)) - left),
        )

    def draw(self, rig: Rig) -> np.ndarray:
        """The face in this state: a new, read-only uint8 (height, width, 3). At rest it is the photo, bit for bit."""
        self.mouth.draw(rig.mouth, self._canvas)
        for eye in self.eyes:
            eye.draw(rig.blink, rig.gaze, self._canvas)
        frame = self.photo.copy()
        view, canvas = frame[self.head.patch.slices], self._canvas[self.head.patch.slices]
        field = self.head.field(rig)
        if field is None:
            view[:] = canvas
        else:
            places = self.head.patch.sources(field)
            # Most of a head never changes but for its place; what changes was drawn a moment ago, and is sampled apart.
            self._fine.draw(places, view)
            for part in self._changing:
                view[part] = sample(canvas, places[part] / 2, sharp=True)
        frame.flags.writeable = False
        return frame
