"""What the drawing promises: rest is the photo, lips part and meet, lids close, and nothing else is touched."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product

import cv2
import numpy as np
import pytest

from engines.contract import Anchors, Problem
from engines.portrait.geometry import Face, frame_photo
from engines.portrait.matte import put
from engines.portrait.painter import Painter
from engines.portrait.rig import MOUTH, REST, Rig, mouth
from engines.portrait.visemes import visemes_of
from engines.portrait.warp import sample
from tests.contract.test_portrait import face, opening

SIZE = (640, 360)


@cache
def painter() -> Painter:
    return Painter(*frame_photo(*face(), SIZE))


def difference(rig: Rig) -> np.ndarray:
    """How much each pixel differs from the photo, (height, width)."""
    picture = painter()
    return np.abs(picture.draw(rig).astype(int) - picture.photo.astype(int)).max(axis=2)


# --- drawing ----------------------------------------------------------------------------------------------------------


def test_a_face_at_rest_is_the_photo_bit_for_bit() -> None:
    picture = painter()
    picture.draw(Rig(mouth(open=0.8), yaw=5, blink=1.0, gaze=(0.02, 0.01), brow=1, breath=1))
    assert np.array_equal(picture.draw(Rig(REST)), picture.photo)


def test_the_smallest_motion_is_a_small_change() -> None:
    tiny = Rig(mouth(open=0.003), yaw=0.02, pitch=0.01, roll=0.01, gaze=(1e-4, 1e-4), brow=0.01, breath=0.02)
    error = (painter().draw(tiny).astype(float) - painter().photo.astype(float)) ** 2
    assert 10 * np.log10(255**2 / error.mean()) > 48


def test_the_gap_grows_with_the_jaw_and_the_picture_shows_it() -> None:
    weights = [mouth(open=value) for value in (0.0, 0.2, 0.5, 0.9)]
    gaps = [painter().mouth.gap(row) for row in weights]
    dark = [opening(painter().draw(Rig(row))) for row in weights]
    assert gaps[0] == 0.0
    assert dark[0] == 0
    assert gaps == sorted(gaps)
    assert dark == sorted(dark)
    assert 0.2 < gaps[-1] < 0.4


@pytest.mark.parametrize("phone", ["p", "b", "m"])
def test_lips_that_press_do_not_part(phone: str) -> None:
    row = visemes_of(phone)[0].mouth
    assert painter().mouth.gap(row) < 0.01
    assert opening(painter().draw(Rig(row))) == 0


def test_a_closed_mouth_shows_no_seam_when_it_widens_or_smiles() -> None:
    for row in (mouth(wide=1), mouth(smile=1), mouth(press=1), mouth(wide=0.5, smile=0.5)):
        assert painter().mouth.gap(row) < 1e-3
        assert opening(painter().draw(Rig(row))) == 0


def test_every_weight_moves_the_lower_face_and_no_more() -> None:
    for name in MOUTH:
        moved = difference(Rig(mouth(open=0.3, **{} if name == "open" else {name: 0.8})))
        assert moved[200:300, 250:390].max() > 30
        assert moved[:185].max() == 0
        assert moved[:, :180].max() == moved[:, 460:].max() == 0


def test_a_blink_covers_the_iris_and_half_a_blink_half_of_it() -> None:
    def blue(closed: float) -> int:
        eyes = painter().draw(Rig(REST, blink=closed))[148:172, 265:375].astype(int)
        return int(((eyes[..., 2] > eyes[..., 0] + 20) & (eyes.max(axis=2) < 130)).sum())

    assert blue(0.0) > 100
    assert 0.2 * blue(0.0) < blue(0.5) < 0.8 * blue(0.0)
    assert blue(1.0) < 0.06 * blue(0.0)


def test_the_iris_follows_the_gaze() -> None:
    def centre(gaze: tuple[float, float]) -> float:
        eye = painter().draw(Rig(REST, gaze=gaze))[152:168, 270:303].astype(int)
        return float(np.nonzero(eye.max(axis=2) < 130)[1].mean())

    assert centre((0.04, 0.0)) - centre((-0.04, 0.0)) == pytest.approx(0.08 * 68, abs=1.5)


@pytest.mark.parametrize(
    ("turn", "direction"), [({"yaw": 6.0}, (1, 0)), ({"yaw": -6.0}, (-1, 0)), ({"pitch": 5.0}, (0, 1))]
)
def test_the_nose_leads_when_the_head_turns(turn: dict[str, float], direction: tuple[int, int]) -> None:
    head = painter().head
    field = head.field(replace(Rig(REST), **turn))
    assert field is not None
    nose = (np.hypot(head.patch.x - 320, head.patch.y - 200)).argmin()
    ear = (np.hypot(head.patch.x - 405, head.patch.y - 165)).argmin()
    flat = field.reshape(-1, 2)
    assert flat[nose] @ direction > 4
    assert flat[nose] @ direction > 1.5 * abs(flat[ear] @ direction)


def test_no_turn_of_the_head_folds_the_picture() -> None:
    """The field must stay invertible at the limits of the motion, or the picture tears."""
    for yaw in (-8.0, 8.0):
        for pitch in (-6.0, 6.0):
            for roll in (-5.0, 5.0):
                field = painter().head.field(Rig(REST, yaw, pitch, roll, brow=1, breath=1))
                assert field is not None
                step = 68 / 11
                assert np.diff(field[..., 0], axis=1).min() > -0.9 * step
                assert np.diff(field[..., 1], axis=0).min() > -0.9 * step


def test_a_turned_head_carries_its_mouth_and_its_eyes_along() -> None:
    """Only the parts that change are drawn anew; no limit of the pose may take them out of their parts."""
    picture = painter()
    rows, columns = picture.head.patch.slices
    for yaw, pitch, roll in product((-8.0, 8.0), (-6.0, 6.0), (-5.0, 5.0)):
        rig = Rig(mouth(open=0.9), yaw, pitch, roll, blink=1.0)
        frame = picture.draw(rig)[rows, columns].astype(int)
        field = picture.head.field(rig)
        assert field is not None
        layer = sample(picture._canvas[rows, columns], picture.head.patch.sources(field) / 2, sharp=True)
        whole = np.empty(frame.shape, np.uint8)
        put(layer, picture._stage[rows, columns], whole)
        assert np.abs(cv2.blur(np.abs(frame - whole).max(axis=2).astype(np.float32), (5, 5))).max() < 6


# --- framing ----------------------------------------------------------------------------------------------------------


def test_a_photo_of_the_frames_shape_is_taken_as_it_is() -> None:
    picture, _ = face()
    framed, found = frame_photo(picture, face()[1], (640, 360))
    assert np.array_equal(framed, picture)
    assert found["nose_tip"].tolist() == [320, 200]


def test_a_tall_photo_keeps_its_head_and_is_continued_at_its_sides() -> None:
    picture, anchors = face()
    tall = picture[:, 150:490]
    moved = Anchors({name: (x - 150, y) for name, (x, y) in anchors.points.items()})
    framed, found = frame_photo(tall, moved, (640, 360))
    assert framed.shape == (360, 640, 3)
    assert 0 <= found["crown"][1] < found["chin"][1] < 360
    assert np.abs(np.diff(framed[180].astype(int), axis=0)).max() < 120  # no bars
    assert framed[:, :40].std() > 0


def test_a_large_photo_is_cropped_around_the_face() -> None:
    picture, anchors = face()
    wide = np.pad(picture, ((0, 0), (0, 900), (0, 0)), mode="edge")
    framed, found = frame_photo(wide, anchors, (640, 360))
    assert framed.shape == (360, 640, 3)
    assert 100 < found["nose_tip"][0] < 540


@pytest.mark.parametrize("change", ["swap", "tiny", "outside"])
def test_points_that_are_no_face_are_refused(change: str) -> None:
    picture, anchors = face()
    points = dict(anchors.points)
    if change == "swap":
        points["chin"], points["crown"], points["lip_seam"] = points["crown"], points["chin"], points["left_brow"]
    elif change == "tiny":
        points = {name: (300 + x / 40, 200 + y / 40) for name, (x, y) in points.items()}
    else:
        points = {name: (x + 400, y) for name, (x, y) in points.items()}
    with pytest.raises(Problem) as caught:
        frame_photo(picture, Anchors(points), (640, 360))
    assert caught.value.remedy


def test_a_face_that_tilts_has_axes_that_tilt() -> None:
    _, anchors = face()
    turn = np.radians(12)
    turned = {
        name: (
            320 + (x - 320) * np.cos(turn) - (y - 180) * np.sin(turn),
            180 + (x - 320) * np.sin(turn) + (y - 180) * np.cos(turn),
        )
        for name, (x, y) in anchors.points.items()
    }
    tilted = Face.of(Anchors(turned))
    assert np.degrees(np.arctan2(tilted.right[1], tilted.right[0])) == pytest.approx(12)
    assert tilted.unit == pytest.approx(Face.of(anchors).unit)
