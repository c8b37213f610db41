"""What finding a face promises. The starter portraits have exact points and were never trained on."""

import json
import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from engines.contract import ANCHOR_NAMES, Problem
from engines.portrait import face

PERSONAS = Path(__file__).resolve().parents[2] / "assets" / "personas"
NAMES = ("juno", "mara", "theo")
MEAN, WORST = 8.0, 18.0
"""Percent of the eye distance that a starter portrait may be off; docs/landmarks.md has the measured figures."""


def load(name: str) -> tuple[np.ndarray, np.ndarray]:
    """A starter portrait, uint8 (720, 1280, 3), and its exact points, float (20, 2)."""
    folder = PERSONAS / name
    image = np.asarray(Image.open(folder / "portrait.png").convert("RGB"))
    points = json.loads((folder / "portrait.anchors.json").read_text(encoding="utf-8"))["points"]
    return image, np.array([points[anchor] for anchor in ANCHOR_NAMES], float)


def found(image: np.ndarray) -> np.ndarray:
    points = face.find_anchors(image).anchors.points
    return np.array([points[anchor] for anchor in ANCHOR_NAMES])


def assert_near(points: np.ndarray, exact: np.ndarray) -> None:
    eyes = float(np.linalg.norm(exact[4:8].mean(axis=0) - exact[:4].mean(axis=0)))
    off = 100 * np.linalg.norm(points - exact, axis=1) / eyes
    assert off.mean() < MEAN, dict(zip(ANCHOR_NAMES, off.round(1).tolist(), strict=True))
    assert off[:-1].max() < WORST, dict(zip(ANCHOR_NAMES, off.round(1).tolist(), strict=True))


def moved(
    image: np.ndarray, exact: np.ndarray, matrix: np.ndarray, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """The picture and its points under an affine map; size is (width, height)."""
    flags = cv2.INTER_AREA if abs(np.linalg.det(matrix[:, :2])) < 0.5 else cv2.INTER_CUBIC
    picture = cv2.warpAffine(image, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return picture, exact @ matrix[:, :2].T + matrix[:, 2]


@pytest.mark.parametrize("name", NAMES)
def test_a_starter_portrait_is_found_where_its_author_put_it(name: str) -> None:
    image, exact = load(name)
    result = face.find_anchors(image)
    assert_near(found(image), exact)
    assert result.faces == 1
    assert face.SURE <= result.confidence <= 1


@pytest.mark.parametrize(("dx", "dy"), [(-260, 40), (300, -10), (0, 120)])
def test_a_shifted_face_is_found_as_well(dx: int, dy: int) -> None:
    image, exact = load("mara")
    picture, points = moved(image, exact, np.array([[1.0, 0, dx], [0, 1, dy]]), (1280, 720))
    assert_near(found(picture), points)


@pytest.mark.parametrize("scale", [0.35, 0.7, 1.6])
def test_a_larger_or_smaller_face_is_found_as_well(scale: float) -> None:
    image, exact = load("theo")
    size = (round(1280 * scale), round(720 * scale))
    picture = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    assert_near(found(picture), (exact + 0.5) * scale - 0.5)


@pytest.mark.parametrize("degrees", [-15, 15])
def test_a_tilted_face_is_found_as_well(degrees: int) -> None:
    image, exact = load("mara")
    matrix = cv2.getRotationMatrix2D((640, 300), degrees, 1.0)
    picture, points = moved(image, exact, matrix, (1280, 720))
    assert_near(found(picture), points)


def test_a_small_face_on_a_canvas_of_3000_pixels_is_found_as_well() -> None:
    image, exact = load("theo")
    canvas = np.full((3000, 3000, 3), 128, np.uint8)
    canvas[1900:2620, 1500:2780] = image
    assert_near(found(canvas), exact + (1500, 1900))


def test_a_grey_picture_is_as_good_as_a_coloured_one() -> None:
    image, exact = load("mara")
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    assert_near(found(grey), exact)


@pytest.mark.parametrize("name", NAMES)
def test_left_and_right_change_places_in_a_mirror(name: str) -> None:
    image, exact = load(name)
    swapped = [
        ANCHOR_NAMES.index(anchor.replace("left", "@").replace("right", "left").replace("@", "right"))
        for anchor in ANCHOR_NAMES
    ]
    points = found(np.ascontiguousarray(image[:, ::-1]))
    assert_near(points, (exact * (-1, 1) + (1279, 0))[swapped])
    assert points[ANCHOR_NAMES.index("mouth_left"), 0] < points[ANCHOR_NAMES.index("mouth_right"), 0]


def test_the_same_picture_gives_the_same_points() -> None:
    image, _ = load("juno")
    assert face.find_anchors(image) == face.find_anchors(image.copy())


def test_of_two_faces_the_larger_is_used(caplog: pytest.LogCaptureFixture) -> None:
    image, exact = load("mara")
    other, _ = load("theo")
    small = cv2.resize(other, (853, 480), interpolation=cv2.INTER_AREA)[:, 227:627]
    beside = np.vstack([np.full((240, 400, 3), 90, np.uint8), small])
    picture = np.concatenate([image[:, 340:940], beside], axis=1)
    with caplog.at_level("INFO"):
        result = face.find_anchors(picture)
    assert result.faces == 2
    assert "2 faces" in caplog.text
    assert_near(found(picture), exact - (340, 0))


def test_points_never_leave_the_picture() -> None:
    image, _ = load("mara")
    cut = image[120:470, 480:800]  # no hair, no chin
    try:
        points = face.find_anchors(cut).anchors.points
    except face.UnsureFace as problem:
        points = problem.found.anchors.points
    assert all(0 <= x <= 319 and 0 <= y <= 349 for x, y in points.values())


@pytest.mark.parametrize("shape", [(1, 1), (3, 800), (20, 20), (300, 400)])
def test_a_picture_of_nothing_says_that_there_is_no_face(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (*shape, 3), np.uint8)
    with pytest.raises(Problem, match="no face") as caught:
        face.find_anchors(noise)
    assert "front" in caught.value.remedy


@pytest.mark.parametrize("tone", [0, 127, 255])
def test_a_plain_picture_says_that_there_is_no_face(tone: int) -> None:
    with pytest.raises(Problem, match="no face"):
        face.find_anchors(np.full((240, 320, 3), tone, np.uint8))


def test_the_room_without_its_person_has_no_face() -> None:
    image, _ = load("theo")
    with pytest.raises(Problem, match="no face"):
        face.find_anchors(np.ascontiguousarray(image[:, 860:]))


def test_a_tiny_face_is_refused_with_its_width() -> None:
    image, _ = load("theo")
    height = 90
    small = cv2.resize(image, (height * 16 // 9, height), interpolation=cv2.INTER_AREA)
    with pytest.raises(Problem, match=r"only \d+ pixels wide"):
        face.find_anchors(small)


def test_an_unsure_guess_is_carried_by_the_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    image, exact = load("mara")
    monkeypatch.setattr(face, "SURE", 2.0)
    with pytest.raises(face.UnsureFace) as caught:
        face.find_anchors(image)
    points = caught.value.found.anchors.points
    assert_near(np.array([points[anchor] for anchor in ANCHOR_NAMES]), exact)
    assert math.isclose(caught.value.found.confidence, face_confidence(image, monkeypatch))
    assert "anchor points" in caught.value.remedy


def face_confidence(image: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(face, "SURE", 0.0)
    return face.find_anchors(image).confidence


@pytest.mark.parametrize(
    "picture", [np.zeros((50, 50), np.uint8), np.zeros((50, 50, 3)), np.zeros((50, 50, 4), np.uint8)]
)
def test_anything_but_an_rgb_picture_is_a_mistake_of_the_caller(picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8"):
        face.find_anchors(picture)
