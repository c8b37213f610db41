"""Hides in which order a face is put together: mouth and eyes in the plane of the photo, then the turn of the head."""

from __future__ import annotations

import numpy as np

from engines.portrait.eyes import Eye
from engines.portrait.geometry import Face
from engines.portrait.head import Head
from engines.portrait.lips import Mouth
from engines.portrait.rig import Rig


class Painter:
    """Draws one photo in any state of its rig. One thread at a time: it keeps a canvas between frames."""

    def __init__(self, photo: np.ndarray, face: Face) -> None:
        size = (photo.shape[1], photo.shape[0])
        self.photo = photo
        self.head = Head(face, size)
        self.mouth = Mouth(face, photo)
        self.eyes = (Eye(face, photo, "left"), Eye(face, photo, "right"))
        self._canvas = photo.copy()

    def draw(self, rig: Rig) -> np.ndarray:
        """The face in this state: a new, read-only uint8 (height, width, 3). At rest it is the photo, bit for bit."""
        self.mouth.draw(rig.mouth, self._canvas)
        for eye in self.eyes:
            eye.draw(rig.blink, rig.gaze, self._canvas)
        frame = self.photo.copy()
        rows, columns = self.head.patch.slices
        field = self.head.field(rig)
        if field is None:
            frame[rows, columns] = self._canvas[rows, columns]
        else:
            self.head.patch.render(self._canvas[rows, columns], field, frame[rows, columns])
        frame.flags.writeable = False
        return frame
