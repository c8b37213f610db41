"""Turn-taking as a pure function of what was heard and when."""

from __future__ import annotations

import pytest

from app.live.turns import TurnEvent, TurnSettings, TurnTaker
from engines.contract import Problem

WINDOW = 0.032


def play(taker: TurnTaker, pattern: list[tuple[float, float]], words: str = "hello") -> list[TurnEvent]:
    """pattern: (probability, seconds) after one another."""
    events, at = [], 0.0
    for probability, seconds in pattern:
        for _ in range(round(seconds / WINDOW)):
            if event := taker.step(probability, at, at + WINDOW, words):
                events.append(event)
            at += WINDOW
    return events


def kinds(events: list[TurnEvent]) -> list[str]:
    return [event.kind for event in events]


def test_a_turn_begins_with_speech_and_ends_half_a_second_after_it() -> None:
    [started, insists, ended] = play(TurnTaker(), [(0, 0.32), (1, 0.96), (0, 1.0)])
    assert (started.kind, insists.kind, ended.kind) == ("started", "insists", "ended")
    assert started.at == pytest.approx(0.32, abs=WINDOW)
    assert ended.at == pytest.approx(1.28, abs=WINDOW)


def test_a_click_is_no_speech() -> None:
    assert play(TurnTaker(), [(0, 0.3), (1, 0.064), (0, 1.0)]) == []


def test_a_pause_inside_a_sentence_does_not_end_it() -> None:
    events = play(TurnTaker(), [(1, 0.64), (0, 0.4), (1, 0.64), (0, 0.4)])
    assert "ended" not in kinds(events)


def test_after_an_unfinished_sentence_the_person_gets_more_time() -> None:
    pattern = [(1, 0.64), (0, 0.8)]
    assert "ended" not in kinds(play(TurnTaker(), pattern, "i would like to and"))
    assert "ended" in kinds(play(TurnTaker(), pattern, "i would like to go"))


def test_short_speech_does_not_insist() -> None:
    assert kinds(play(TurnTaker(), [(1, 0.19), (0, 1.0)])) == ["started", "ended"]


def test_a_voice_between_the_thresholds_keeps_a_turn_but_does_not_begin_one() -> None:
    assert play(TurnTaker(), [(0.4, 1.0)]) == []
    assert kinds(play(TurnTaker(), [(1, 0.64), (0.4, 2.0)])) == ["started", "insists"]


def test_a_turn_that_never_ends_is_cut_at_a_minute() -> None:
    assert kinds(play(TurnTaker(), [(1, 61.0)]))[:3] == ["started", "insists", "ended"]


@pytest.mark.parametrize("wrong", [{"speech_probability": 0.2}, {"end_after": 0.01}, {"end_after": 2.0}])
def test_settings_out_of_range_name_the_remedy(wrong: dict[str, float]) -> None:
    with pytest.raises(Problem, match="Settings > Turns"):
        TurnSettings(**wrong)
