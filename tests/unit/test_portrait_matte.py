"""What the matte promises: the person turns before a room that stands still, and a doubtful outline is not used."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import pytest

from engines.contract import Anchors
from engines.portrait.geometry import frame_photo
from engines.portrait.matte import find_matte, put
from engines.portrait.painter import Painter
from engines.portrait.rig import REST, Rig, mouth
from tests.contract.test_portrait import face

SIZE = (1280, 720)


def before_stripes() -> tuple[np.ndarray, Anchors]:
    """The drawn face in front of a wall with thin stripes, at which every bend would be seen."""
    picture, anchors = face()
    wall = cv2.inRange(picture, (115, 135, 160), (135, 155, 180)) > 0
    striped = picture.copy()
    striped[wall & (np.arange(picture.shape[1]) % 16 < 3)] = (90, 120, 190)
    return striped, anchors


def in_the_dark() -> tuple[np.ndarray, Anchors]:
    """A face between hair and a wall of one colour."""
    picture, anchors = face()
    dark = picture.copy()
    skin = (picture[..., 0] > 170) | (picture.min(axis=2) > 200)
    dark[~skin] = np.random.default_rng(2).integers(18, 30, (int((~skin).sum()), 3))
    return dark, anchors


@cache
def striped() -> Painter:
    return Painter(*frame_photo(*before_stripes(), SIZE))


def test_the_layers_put_together_are_the_photo_bit_for_bit() -> None:
    photo, found = frame_photo(*before_stripes(), SIZE)
    matte = find_matte(photo, found)
    assert matte is not None
    whole = np.empty_like(photo)
    put(matte.layer, matte.room, whole)
    assert np.array_equal(whole, photo)


def test_the_person_is_in_the_layer_and_the_room_is_not() -> None:
    photo, found = frame_photo(*before_stripes(), SIZE)
    matte = find_matte(photo, found)
    assert matte is not None
    cover = matte.layer[..., 3]
    person = cv2.ellipse(np.zeros(SIZE[::-1], np.uint8), (640, 350), (150, 200), 0, 0, 360, 255, -1)
    assert cover[person > 0].min() == 255
    assert cover[:, :200].max() == cover[:, -200:].max() == 0
    assert np.array_equal(matte.room[cover == 0], photo[cover == 0])


@pytest.mark.parametrize("rig", [Rig(REST, yaw=12), Rig(REST, yaw=-12), Rig(mouth(open=0.7), 3, 4, 5, breath=1)])
def test_the_room_stands_still_where_the_head_turns(rig: Rig) -> None:
    picture = striped()
    assert picture.cut_out
    frame = picture.draw(rig)
    beside = np.zeros(SIZE[::-1], bool)
    beside[60:480, 330:380] = beside[60:480, 900:950] = True  # a hand's width from the hair, within the head's patch
    assert np.array_equal(frame[beside], picture.photo[beside])
    assert np.abs(frame[350].astype(int) - picture.photo[350]).max() > 30  # and the head did turn


def test_what_the_head_uncovers_looks_like_the_wall() -> None:
    picture = striped()
    frame = picture.draw(Rig(REST, roll=5.0))
    uncovered = np.abs(frame.astype(int) - picture.photo).max(axis=2) > 30
    uncovered[:, 480:] = uncovered[300:] = False  # left of the hair, which leans to the right
    assert uncovered.sum() > 50
    assert (frame[uncovered].astype(int)[:, 2] > frame[uncovered].astype(int)[:, 0]).mean() > 0.9


def test_hair_before_a_wall_of_its_colour_is_no_outline_and_the_face_still_turns() -> None:
    picture = Painter(*frame_photo(*in_the_dark(), SIZE))
    assert not picture.cut_out
    assert np.array_equal(picture.draw(Rig(REST)), picture.photo)
    assert np.abs(picture.draw(Rig(REST, yaw=6.0)).astype(int) - picture.photo).max() > 30


def test_the_same_photo_has_the_same_matte() -> None:
    photo, found = frame_photo(*before_stripes(), SIZE)
    first, again = find_matte(photo, found), find_matte(photo.copy(), found)
    assert first is not None
    assert again is not None
    assert np.array_equal(first.layer, again.layer)


def test_a_picture_depends_on_its_rig_and_on_nothing_drawn_before() -> None:
    picture = striped()
    rigs = [Rig(mouth(open=0.6, smile=0.3), 5, 2, -3, 0.5, (0.02, 0.01), 0.5, 1.0), Rig(REST), Rig(mouth(press=1), -7)]
    first = [picture.draw(rig) for rig in rigs]
    assert np.array_equal(first[1], picture.photo)
    for rig, frame in reversed(list(zip(rigs, first, strict=True))):
        assert np.array_equal(picture.draw(rig), frame)


@pytest.mark.parametrize("zoom", [0.6, 1.0, 2.2, 3.0])
@pytest.mark.parametrize("plain", [False, True])
def test_no_crop_and_no_plain_picture_is_too_strange(zoom: float, plain: bool) -> None:
    picture, anchors = face()
    size = (round(640 * zoom), round(360 * zoom))
    large = cv2.resize(picture, size)
    x, y = max(0, (size[0] - 640) // 2), max(0, int(0.5 * (size[1] - 360)))
    crop = np.ascontiguousarray(large[y : y + 360, x : x + 640])
    inside = {
        name: (float(np.clip(px * zoom - x, 0, crop.shape[1] - 1)), float(np.clip(py * zoom - y, 0, crop.shape[0] - 1)))
        for name, (px, py) in anchors.points.items()
    }
    crop = np.full_like(crop, 128) if plain else crop
    drawn = Painter(*frame_photo(crop, Anchors(inside), SIZE))
    assert np.array_equal(drawn.draw(Rig(REST)), drawn.photo)
    assert not (plain and drawn.cut_out)
