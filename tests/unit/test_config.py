"""Settings and personas: whole, or one sentence with its remedy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.config import ASSETS, Settings, load_settings
from app.personas import list_personas, load_persona, read_anchors, read_picture
from engines.contract import ANCHOR_NAMES, Problem


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "none.toml") == Settings()


def test_what_the_file_says_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('persona = "theo"\nmodels = "/somewhere"\n')
    settings = load_settings(file)
    assert settings.persona == "theo"
    assert settings.models_folder == Path("/somewhere")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('persona = "theo', "is broken"),
        ("voise = 'auto'", "unknown entry: voise"),
        ("persona = 3", '"persona" must be text'),
        ("label = ''", "2 to 24 characters"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_broken_file_is_one_sentence_and_its_remedy(tmp_path: Path, text: str | bytes, told: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(Problem) as caught:
        load_settings(file)
    assert told in caught.value.what
    assert caught.value.remedy


@pytest.mark.parametrize("key", ["mara", "theo", "juno"])
def test_every_starter_persona_is_complete(key: str) -> None:
    persona = load_persona(key, [ASSETS / "personas"])
    assert persona.system.startswith(f"You are {persona.name}")
    assert persona.greeting
    image, anchors = read_picture(persona.picture), read_anchors(persona.picture)
    assert image.shape == (720, 1280, 3)
    assert anchors is not None
    assert all(0 <= x < 1280 and 0 <= y < 720 for x, y in anchors.points.values())
    assert anchors.points["lip_top"][1] < anchors.points["lip_seam"][1] < anchors.points["lip_bottom"][1]


def test_the_persons_own_persona_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "mara"
    own.mkdir()
    (own / "persona.toml").write_text('name = "My Mara"\n[prompt]\nsystem = "You are My Mara."\n')
    Image.new("RGB", (8, 8)).save(own / "portrait.png")
    assert load_persona("mara", [tmp_path, ASSETS / "personas"]).name == "My Mara"
    assert list_personas([tmp_path, ASSETS / "personas"])[0] == "mara"


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("name = ", "cannot be read"),
        ('name = "X"', "lacks 'prompt'"),
        ('name = "X"\n[prompt]\nsystem = "You are X."\n[voice]\nvolume = 3', "no setting called volume"),
        ('name = "X"\n[prompt]\nsystem = "You are X."', "has no picture"),
    ],
)
def test_a_broken_persona_says_what_is_wrong(tmp_path: Path, toml: str, told: str) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    (folder / "persona.toml").write_text(toml)
    with pytest.raises(Problem, match=told):
        load_persona("x", [tmp_path])


def test_an_unknown_persona_names_those_there_are() -> None:
    with pytest.raises(Problem, match="mara"):
        load_persona("nobody", [ASSETS / "personas"])


def test_pictures_of_every_kind_become_upright_rgb(tmp_path: Path) -> None:
    red = np.zeros((4, 6, 3), np.uint8)
    red[..., 0] = 200
    kinds = {
        "plain.png": Image.fromarray(red),
        "grey.png": Image.new("L", (6, 4), 90),
        "alpha.png": Image.new("RGBA", (6, 4), (200, 0, 0, 0)),
        "palette.png": Image.fromarray(red).convert("P"),
        "deep.png": Image.fromarray(np.full((4, 6), 0x8000, np.uint16)),
        "cmyk.jpg": Image.fromarray(red).convert("CMYK"),
    }
    for name, image in kinds.items():
        image.save(tmp_path / name)
        picture = read_picture(tmp_path / name)
        assert picture.shape == (4, 6, 3), name
        assert picture.dtype == np.uint8
    assert (read_picture(tmp_path / "alpha.png") == 255).all()  # what is transparent is white
    assert (read_picture(tmp_path / "deep.png") == 128).all()
    turned = Image.fromarray(red)
    exif = turned.getexif()
    exif[0x0112] = 6  # the camera was held upright
    turned.save(tmp_path / "turned.jpg", exif=exif)
    assert read_picture(tmp_path / "turned.jpg").shape == (6, 4, 3)


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "does not exist"), (b"", "is not a picture"), (b"hello, I am text", "is not a picture")],
)
def test_what_is_no_picture_is_one_sentence(tmp_path: Path, content: bytes | None, told: str) -> None:
    file = tmp_path / "photo.png"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Problem, match=told):
        read_picture(file)


def test_a_cut_picture_is_one_sentence(tmp_path: Path) -> None:
    whole = tmp_path / "whole.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)).save(whole)
    file = tmp_path / "photo.png"
    file.write_bytes(whole.read_bytes()[:3000])
    with pytest.raises(Problem, match="cannot be read"):
        read_picture(file)


def test_anchor_points_are_read_or_missed_by_name(tmp_path: Path) -> None:
    picture = tmp_path / "photo.png"
    assert read_anchors(picture) is None
    file = tmp_path / "photo.anchors.json"
    file.write_text(json.dumps({"points": {name: [1, 2] for name in ANCHOR_NAMES}}))
    anchors = read_anchors(picture)
    assert anchors is not None
    assert anchors.points["chin"] == (1.0, 2.0)
    file.write_text(json.dumps({"points": {name: [1, 2] for name in ANCHOR_NAMES if name != "chin"}}))
    with pytest.raises(Problem, match="lacks chin"):
        read_anchors(picture)
    file.write_text("{")
    with pytest.raises(Problem, match="is broken"):
        read_anchors(picture)
