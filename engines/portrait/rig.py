"""The muscles of the face: what the ear and the motion decide, and the drawing obeys. All zero is the photo itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

MOUTH = ("open", "wide", "round", "press", "lift", "depress", "tuck", "smile")
"""Weights of the mouth, 0 to 1: jaw down; corners apart; corners together and lips forward; lips pressed; upper lip up
(shows the upper teeth); lower lip down; lower lip under the upper teeth; corners up."""

REST = np.zeros(len(MOUTH), np.float32)


def mouth(**weights: float) -> np.ndarray:
    """Mouth weights by name, float32 (8,): mouth(open=0.5, wide=0.2)."""
    row = REST.copy()
    for name, weight in weights.items():
        row[MOUTH.index(name)] = weight
    return row


@dataclass(frozen=True, slots=True)
class Rig:
    """One moment of a face.

    `mouth`: float32 (8,) as MOUTH. `yaw`, `pitch`, `roll`: degrees; positive turns to the right of the picture, down,
    clockwise. `blink`: 0 open to 1 closed. `gaze`: (right, down) in units of the eye distance. `brow`: 0 to 1 up.
    `breath`: -1 out to 1 in.
    """

    mouth: np.ndarray
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    blink: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    brow: float = 0.0
    breath: float = 0.0
