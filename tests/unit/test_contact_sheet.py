"""The contact sheet: every moment has its card, the words are readable, and the file stays small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.devices.contact_sheet import Moment, write_contact_sheet
from engines.contract import Problem

image = pytest.importorskip("PIL.Image")

GROUND = (13, 15, 20)


def plain(colour: tuple[int, int, int], size: tuple[int, int] = (1280, 720)) -> np.ndarray:
    return np.full((size[1], size[0], 3), colour, np.uint8)


def load(path: Path) -> np.ndarray:
    return np.asarray(image.open(path).convert("RGB"))


def twelve(words: str = "I am *Ada*, nice", note: str = "") -> list[Moment]:
    return [Moment(k * 0.5, plain((10 * k + 60, 90, 200)), words, note) for k in range(12)]


def test_twelve_moments_fill_four_columns_and_three_rows_in_order(tmp_path: Path) -> None:
    write_contact_sheet(tmp_path / "sheet.png", twelve(), title="conversation.mp4", seconds=6)
    sheet = load(tmp_path / "sheet.png")
    cell_wide, cell_tall = 500, (sheet.shape[0] - 84) // 3
    for k in range(12):
        row, column = divmod(k, 4)
        middle = sheet[84 + row * cell_tall + 135, 20 + column * cell_wide + 240]
        np.testing.assert_array_equal(middle, (10 * k + 60, 90, 200))


@pytest.mark.parametrize("change", ["words", "current word", "note", "time", "title", "length"])
def test_everything_that_is_said_about_a_moment_can_be_seen(tmp_path: Path, change: str) -> None:
    picture = plain((90, 90, 90))
    before, after = Moment(1.0, picture, "I am *Ada* today", "a"), Moment(1.0, picture, "I am *Ada* today", "a")
    facts: dict = {"title": "film.mp4", "seconds": 3.0}
    changed = dict(facts)
    match change:
        case "words":
            after = Moment(1.0, picture, "I was *Ada* today", "a")
        case "current word":
            after = Moment(1.0, picture, "I *am* Ada today", "a")
        case "note":
            after = Moment(1.0, picture, "I am *Ada* today", "ŋ")
        case "time":
            after = Moment(1.01, picture, "I am *Ada* today", "a")
        case "title":
            changed["title"] = "other.mp4"
        case "length":
            changed["seconds"] = 3.01
    write_contact_sheet(tmp_path / "a.png", [before], **facts)
    write_contact_sheet(tmp_path / "b.png", [after], **changed)
    assert (load(tmp_path / "a.png") != load(tmp_path / "b.png")).any()


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        "*alone*",
        "no current word in a sentence that is far too long to fit on one line of the card",
        "*incomprehensibilitiesandotherwordsthatnobodycouldeverfitintoacardofthiswidth*",
        "a long beginning of a sentence before the *current* word and a long end of it after the word",
        "a lone * star",
        "*two* marked *words*",
    ],
)
def test_any_words_stay_inside_their_card(tmp_path: Path, words: str) -> None:
    write_contact_sheet(tmp_path / "sheet.png", [Moment(0, plain((90, 90, 90)), words, "m" * 90)] * 2)
    sheet = load(tmp_path / "sheet.png")
    for gap in (sheet[84:, :20], sheet[84:, 500:520], sheet[84:, 1000:]):
        assert (gap == GROUND).all()


def test_the_current_word_is_kept_where_the_sentence_is_too_long(tmp_path: Path) -> None:
    """Its green ground is on the sheet whatever has to give way."""
    words = "many words come before the one that matters and *then* many more words come after it as well"
    write_contact_sheet(tmp_path / "sheet.png", [Moment(0, plain((90, 90, 90)), words)])
    assert (load(tmp_path / "sheet.png") == (33, 77, 68)).all(axis=2).sum() > 500


def test_a_region_fills_its_card(tmp_path: Path) -> None:
    picture = plain((200, 0, 0))
    picture[300:500, 500:800] = (0, 200, 0)
    write_contact_sheet(tmp_path / "sheet.png", [Moment(0, picture, "")], region=(520, 320, 780, 466))
    card = load(tmp_path / "sheet.png")[84 : 84 + 270, 20:500]
    np.testing.assert_array_equal(card[20:250, 20:460].reshape(-1, 3).mean(axis=0), (0, 200, 0))


@pytest.mark.parametrize("size", [(512, 512), (360, 640), (1280, 720), (1, 1), (2000, 50)])
def test_pictures_of_any_shape_are_shown_whole(tmp_path: Path, size: tuple[int, int]) -> None:
    write_contact_sheet(tmp_path / "sheet.png", [Moment(0, plain((200, 0, 0), size), "")])
    card = load(tmp_path / "sheet.png")[84 : 84 + 270, 20:500]
    red = (card == (200, 0, 0)).all(axis=2)
    shown_wide, shown_tall = red.any(axis=0).sum(), red.any(axis=1).sum()
    assert shown_wide == pytest.approx(min(480, 270 * size[0] / size[1]), abs=2)
    assert shown_tall == pytest.approx(min(270, 480 * size[1] / size[0]), abs=2)


def test_even_pictures_that_do_not_compress_make_a_small_file(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (12, 720, 1280, 3), np.uint8)
    moments = [Moment(k, picture, "*loud*") for k, picture in enumerate(noise)]
    write_contact_sheet(tmp_path / "sheet.png", moments)
    assert (tmp_path / "sheet.png").stat().st_size <= 2_500_000


def test_a_machine_without_fonts_still_gets_its_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.devices import lettering

    monkeypatch.setattr(lettering, "_FACES", {False: ("no such font.ttf",), True: ("no such font.ttf",)})
    lettering.font.cache_clear()
    try:
        write_contact_sheet(tmp_path / "sheet.png", twelve(note="lips closed: m")[:4])
    finally:
        lettering.font.cache_clear()
    assert (load(tmp_path / "sheet.png")[:84] != GROUND).any()


def test_a_path_that_cannot_be_written_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "sheet.png").mkdir()
    with pytest.raises(Problem, match=r"sheet\.png cannot be written"):
        write_contact_sheet(tmp_path / "sheet.png", twelve()[:1])
    assert [entry.name for entry in tmp_path.iterdir()] == ["sheet.png"]


def test_a_sheet_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least one"):
        write_contact_sheet(tmp_path / "sheet.png", [])
