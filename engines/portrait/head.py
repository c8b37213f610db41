"""Hides how a flat picture turns its head: a face-shaped depth, a neck to turn on, shoulders that breathe."""

from __future__ import annotations

import cv2
import numpy as np

from engines.portrait.geometry import Face, smoothstep
from engines.portrait.rig import Rig
from engines.portrait.warp import Patch

DEPTH = 1.15
"""How far the middle of the face lies in front of the neck's axis, in eye distances (a head's is near 1.3; drawn faces
bear a little less before the outline shears)."""
NOSE = 0.22
"""How much further the tip of the nose stands out."""
BROW_LIFT, BREATH = 0.085, 0.017
"""How far the brows and the shoulders rise at weight 1, in eye distances."""
FOLLOW_YAW, FOLLOW_ROLL = 0.0035, 0.12
"""How the shoulders follow the head: eye distances sideways per degree of yaw, and a share of its roll."""


class Head:
    """The pose of the head, the brows and the breath, as one field over the whole animated part of the frame.

    alone: the person is cut out of the room, so that nothing beside the head need hold still, and hair moves whole.
    glasses: brows move half as far, and nothing below them does, or the rim would bend.
    """

    def __init__(self, face: Face, size: tuple[int, int], *, alone: bool = False, glasses: bool = False) -> None:
        unit = face.unit
        self._face = face
        skull = face.middle("crown", "chin")
        half_height = float(np.hypot(*(face["chin"] - face["crown"]))) / unit / 2
        jaw = float(np.hypot(*(face["jaw_right"] - face["jaw_left"]))) / unit / 2
        half_width = max(1.32 * jaw, 0.78 * half_height)
        reach_x, reach_up = 1.75 * half_width * unit, 1.6 * half_height * unit
        box = (
            max(0, int(skull[0] - reach_x)),
            max(0, int(skull[1] - reach_up)),
            min(size[0], int(skull[0] + reach_x)),
            size[1],
        )
        self.patch = Patch(box, unit / 11)
        x, y = self.patch.x, self.patch.y

        u, v = face.local(x, y, skull)
        ring = np.hypot(u / half_width, v / half_height)
        chin = float((face["chin"] - skull) @ face.down) / unit
        head = (smoothstep(2.1, 1.5, ring) if alone else smoothstep(1.7, 1.0, ring)) * (
            0.16 + 0.84 * smoothstep(chin + 1.05, chin - 0.55, v)
        )
        # The frame's own border may cut the hair, but nothing else may move at the patch's border.
        torso = smoothstep(chin + 0.35, chin + 1.1, v)
        edge = self._edges(x, y, box, size)
        head = cv2.GaussianBlur(head * (1 - 0.8 * torso), (0, 0), 1.5) * edge
        self._torso = torso_weight = torso * edge * smoothstep(size[1] + 0.02 * unit, size[1] - 1.2 * unit, y)

        brow_line = face.middle("left_eye_inner", "right_eye_inner", "nose_tip")
        fu, fv = face.local(x, y, brow_line)
        bowl = np.sqrt(np.clip(1 - (fu / (1.12 * jaw)) ** 2 * 0.8 - (fv / (1.05 * half_height)) ** 2 * 0.8, 0, 1))
        nu, nv = face.local(x, y, face["nose_tip"])
        nose = np.exp(-((nu / 0.22) ** 2) - (np.where(nv < 0, nv / 0.5, nv / 0.2)) ** 2)
        depth = cv2.GaussianBlur((DEPTH * bowl).astype(np.float32), (0, 0), 2.5) + NOSE * nose

        pivot = face["chin"] + 0.25 * unit * face.down
        px, py = face.local(x, y, pivot)
        self._shoulders = torso_weight * px * unit
        self._fields = np.stack([head * px, head * py, head * depth]).astype(np.float32) * unit
        self._brow = self._brows(x, y, 0.12 if glasses else 0.75, 0.4 if glasses else 1.0)

    @staticmethod
    def _edges(x: np.ndarray, y: np.ndarray, box: tuple[int, int, int, int], size: tuple[int, int]) -> np.ndarray:
        """1 inside, 0 at those borders of the patch that lie inside the frame."""
        soft = 0.12 * (box[2] - box[0])
        weight = np.ones_like(x)
        if box[0] > 0:
            weight = weight * smoothstep(box[0] + 1, box[0] + soft, x)
        if box[2] < size[0]:
            weight = weight * smoothstep(box[2] - 2, box[2] - soft, x)
        if box[1] > 0:
            weight = weight * smoothstep(box[1] + 1, box[1] + soft, y)
        return weight

    def _brows(self, x: np.ndarray, y: np.ndarray, below: float, much: float) -> np.ndarray:
        """How far each node rises with the brows, pixels at weight 1; `below` is the share of the lid that follows."""
        face = self._face
        rise = np.zeros_like(x)
        for side in ("left", "right"):
            width = float(np.hypot(*(face[f"{side}_eye_outer"] - face[f"{side}_eye_inner"]))) / face.unit
            room = max(0.1, float((face[f"{side}_eye_top"] - face[f"{side}_brow"]) @ face.down) / face.unit)
            u, v = face.local(x, y, face[f"{side}_brow"])
            # Below the brow the lift dies before the lid, above it runs out in the forehead.
            rise += np.exp(-((u / (0.62 * width)) ** 2)) * np.exp(-(np.where(v > 0, v / (below * room), v / 0.4) ** 2))
        return (np.clip(rise, 0, 1) * much * BROW_LIFT * face.unit).astype(np.float32)

    def field(self, rig: Rig) -> np.ndarray | None:
        """Where the nodes of the patch move, float32 (rows, columns, 2) pixels; None when nothing moves."""
        if rig.yaw == rig.pitch == rig.roll == rig.brow == rig.breath == 0:
            return None
        across, below = self._turn(rig)
        unit = self._face.unit
        # Shoulders go with the head a little, and rise with the breath.
        across += (FOLLOW_YAW * unit * rig.yaw) * self._torso
        below += FOLLOW_ROLL * np.float32(np.radians(rig.roll)) * self._shoulders
        below -= rig.breath * BREATH * unit * self._torso + rig.brow * self._brow
        right, down = self._face.right, self._face.down
        return np.dstack([across * right[0] + below * down[0], across * right[1] + below * down[1]]).astype(np.float32)

    def _turn(self, rig: Rig) -> tuple[np.ndarray, np.ndarray]:
        """Roll after pitch after yaw, less the identity, on (right, down, towards the viewer)."""
        yaw, pitch, roll = np.radians([rig.yaw, rig.pitch, rig.roll])
        cy, sy, cp, sp, cr, sr = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch), np.cos(roll), np.sin(roll)
        turned_x = np.array([cy, 0.0, sy])
        turned_y = np.array([-sp * -sy, cp, sp * cy])
        row_x = cr * turned_x - sr * turned_y - [1, 0, 0]
        row_y = sr * turned_x + cr * turned_y - [0, 1, 0]
        flat = self._fields.reshape(3, -1)
        shape = self._fields.shape[1:]
        return (row_x.astype(np.float32) @ flat).reshape(shape), (row_y.astype(np.float32) @ flat).reshape(shape)
