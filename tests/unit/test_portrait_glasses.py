"""What a face with glasses is promised: they are found, and neither lids nor brows smear them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engines.portrait.eyes import glasses_of
from engines.portrait.geometry import Face, frame_photo
from engines.portrait.painter import Painter
from engines.portrait.rig import REST, Rig
from tests.contract.test_portrait import face

SIZE = (1280, 720)
DARK, THIN = ((25, 25, 30), 7), ((110, 90, 80), 3)


def worn(colour: tuple[int, int, int], width: int, height: int = 34) -> tuple[np.ndarray, Face, np.ndarray]:
    """The drawn face with glasses; its face; and where the rims are, bool (height, width)."""
    photo, found = frame_photo(*face(), SIZE)
    rims = np.zeros(SIZE[::-1], np.uint8)
    for side in ("left", "right"):
        x, y = ((found[f"{side}_eye_top"] + found[f"{side}_eye_bottom"]) / 2 + [0, 12]).astype(int)
        cv2.ellipse(rims, (int(x), int(y)), (56, height), 0, 0, 360, 255, width)
    cv2.line(rims, (628, 320), (652, 320), 255, width)
    photo = photo.copy()
    photo[rims > 0] = colour
    return photo, found, rims > 0


@pytest.mark.parametrize(("colour", "width"), [DARK, THIN])
def test_rims_and_a_bridge_are_glasses(colour: tuple[int, int, int], width: int) -> None:
    photo, found, _ = worn(colour, width)
    assert glasses_of(found, photo) > 0


def test_a_bare_face_and_one_with_rings_under_its_eyes_wear_none() -> None:
    photo, found = frame_photo(*face(), SIZE)
    assert glasses_of(found, photo) == 0
    tired = photo.copy()
    for side in ("left", "right"):
        x, y = found[f"{side}_eye_bottom"].astype(int)
        cv2.ellipse(tired, (int(x), int(y)), (30, 16), 0, 20, 160, (170, 130, 120), 5)
    assert glasses_of(found, tired) == 0
    assert glasses_of(found, np.zeros_like(photo)) == 0


def test_a_blink_behind_glasses_closes_the_eyes_and_leaves_the_rims() -> None:
    photo, found, rims = worn(*DARK, height=46)
    picture = Painter(photo, found)
    assert all(eye.blinks for eye in picture.eyes)
    for closed in (0.5, 1.0):
        frame = picture.draw(Rig(REST, blink=closed)).astype(int)
        assert np.abs(frame - photo)[cv2.erode(rims.astype(np.uint8), np.ones((3, 3))) > 0].max() < 12
    x, y = ((found["left_eye_top"] + found["left_eye_bottom"]) / 2).astype(int)
    assert np.abs(frame[y, x] - photo[y, x]).max() > 60


def test_glasses_that_leave_no_lid_leave_the_blink_out() -> None:
    photo, found, _ = worn(*DARK, height=38)
    picture = Painter(photo, found)
    assert np.array_equal(picture.draw(Rig(REST, blink=1.0)), photo)


def test_brows_rise_and_the_rims_do_not_bend() -> None:
    photo, found, rims = worn(*DARK)
    upper = rims & (np.arange(SIZE[1])[:, None] < found["left_eye_top"][1])
    frame = Painter(photo, found).draw(Rig(REST, brow=1.0)).astype(int)
    assert np.abs(frame - photo)[cv2.erode(upper.astype(np.uint8), np.ones((5, 5))) > 0].max() < 25
    x, y = found["left_brow"].astype(int)
    assert np.abs(frame - photo)[y - 16 : y + 16, x - 20 : x + 20].max() > 40
