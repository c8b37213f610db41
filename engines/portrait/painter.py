"""Hides in which order a face is put together: mouth and eyes in the plane of the photo, then the turn of the head."""

from __future__ import annotations

import cv2
import numpy as np

from engines.portrait.eyes import Eye, glasses_of
from engines.portrait.geometry import Face
from engines.portrait.head import Head
from engines.portrait.lips import Mouth
from engines.portrait.matte import find_matte, put
from engines.portrait.rig import Rig
from engines.portrait.warp import Fine, sample


class Painter:
    """Draws one photo in any state of its rig. One thread at a time: it keeps a canvas between frames.

    With a matte the head turns in front of a room that stands still; where the person cannot be told from the room
    surely, `cut_out` is False and the room bends a little with the head.
    """

    def __init__(self, photo: np.ndarray, face: Face) -> None:
        size = (photo.shape[1], photo.shape[0])
        self.photo = photo
        matte = find_matte(photo, face)
        self.cut_out = matte is not None
        layer = cv2.cvtColor(photo, cv2.COLOR_RGB2RGBA) if matte is None else matte.layer
        glasses = glasses_of(face, photo)
        self.head = Head(face, size, alone=self.cut_out, glasses=glasses > 0)
        patch = self.head.patch.slices
        self._room = None if matte is None else np.ascontiguousarray(matte.room[patch])
        self._stage = photo.copy()  # what a picture shows before the person is drawn
        if self._room is not None:
            self._stage[patch] = self._room
        self._layer = np.empty((*self._stage[patch].shape[:2], 4), np.uint8)
        self.mouth = Mouth(face, photo, layer)
        person = np.ascontiguousarray(layer[..., :3])
        self.eyes = tuple(Eye(face, person, side, glasses=glasses) for side in ("left", "right"))
        self._canvas = layer.copy()
        self._fine = Fine(np.ascontiguousarray(layer[patch]))
        self._changing = [self.mouth.patch.slices, *(eye.slices for eye in self.eyes)]

    def _within_head(self, slices: tuple[slice, slice], reach: int) -> tuple[slice, slice]:
        """Rows and columns of the head's patch that may show what lies at `slices` of the frame, carried so far."""
        left, top, right, bottom = self.head.patch.box
        rows, columns = slices
        return (
            slice(max(0, rows.start - reach - top), min(bottom, rows.stop + reach) - top),
            slice(max(0, columns.start - reach - left), min(right, columns.stop + reach) - left),
        )

    def draw(self, rig: Rig) -> np.ndarray:
        """The face in this state: a new, read-only uint8 (height, width, 3). At rest it is the photo, bit for bit."""
        self.mouth.draw(rig.mouth, self._canvas)
        blink = rig.blink if all(eye.blinks for eye in self.eyes) else 0.0
        for eye in self.eyes:
            eye.draw(blink, rig.gaze, self._canvas)
        frame = self._stage.copy()
        view, layer = frame[self.head.patch.slices], self._canvas[self.head.patch.slices]
        field = self.head.field(rig)
        if field is not None:
            places, drawn, layer = self.head.patch.sources(field), layer, self._layer
            # Most of a head never changes but for its place; what changes was drawn a moment ago, and is sampled apart.
            self._fine.draw(places, layer)
            reach = int(np.abs(field).max()) + 2
            for slices in self._changing:
                part = self._within_head(slices, reach)
                layer[part] = sample(drawn, places[part] / 2, sharp=True)
        if self._room is None:
            cv2.cvtColor(layer, cv2.COLOR_RGBA2RGB, dst=view)
        else:
            put(layer, self._room, view)
        frame.flags.writeable = False
        return frame
