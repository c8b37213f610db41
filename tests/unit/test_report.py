"""What a session leaves: the moments of a contact sheet, the latency table, a report that is whole or absent."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from app.film import Take
from app.live.latency import MOMENTS, LatencyBoard
from app.report import PICTURES, choose_moments, write_report
from engines.contract import Mark, Problem


def take(*marks: tuple[float, str, str]) -> Take:
    return Take(seconds=10.0, marks=[(at, Mark(round(at * 48_000), kind, text)) for at, kind, text in marks])  # type: ignore[arg-type]


def test_a_sheet_shows_listening_and_clear_mouths_of_changing_kinds() -> None:
    phones = [(1 + k * 0.1, "phone", "amuk"[k % 4]) for k in range(60)]
    words = [(1 + k * 0.4, "word", f"w{k}") for k in range(15)]
    moments = choose_moments(take(*sorted(phones + words)))
    assert len(moments) == PICTURES
    assert [second for second, _, _ in moments] == sorted(second for second, _, _ in moments)
    notes = [note for _, _, note in moments]
    assert notes[0] == notes[-1] == "listening"
    kinds = [note.partition(":")[0] for note in notes[1:-1]]
    assert {"open", "lips closed", "round"} == set(kinds)
    assert all(before != after for before, after in pairwise(kinds))


def test_the_word_being_said_is_marked() -> None:
    words = [(1.0, "word", "one"), (1.5, "word", "two"), (2.0, "word", "three"), (2.5, "word", "four")]
    moments = choose_moments(take(*words))
    assert "one *two* three four" in [text for _, text, _ in moments]


def test_a_session_without_speech_still_has_its_pictures() -> None:
    assert len(choose_moments(take())) == PICTURES


def test_the_latency_table_has_a_row_for_each_moment_and_the_sum() -> None:
    board = LatencyBoard(lambda: 0.0)
    for k, moment in enumerate(MOMENTS):
        board.stamp(1, moment, 10 + k * 0.1)
        board.stamp(1, moment, 99.0)  # the first stamp counts
    [reply] = board.replies
    assert reply.latency == pytest.approx(0.7)
    table = board.table().splitlines()
    assert len(table) == 1 + 7 + 1
    assert table[1].split()[-1] == "100"
    assert table[-1].split()[-1] == "700"
    assert board.summary() == {"p50": pytest.approx(0.7), "p95": pytest.approx(0.7)}


def test_work_is_counted_per_second_of_media() -> None:
    board = LatencyBoard(lambda: 0.0)
    board.worked("speak", 0.5, 2.0)
    board.worked("speak", 0.5, 2.0)
    assert list(board.working("idle", [1, 2], float)) == [1, 2]
    assert board.real_time_factors["speak"] == pytest.approx(0.25)
    assert board.real_time_factors["idle"] < 1


def test_a_report_is_whole_or_one_sentence(tmp_path: Path) -> None:
    write_report(tmp_path / "new" / "report.json", {"seconds": 1})
    assert json.loads((tmp_path / "new" / "report.json").read_text()) == {"seconds": 1}
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem, match="cannot be written"):
        write_report(tmp_path / "file" / "report.json", {})
