"""Playout: sound and pictures in step, silence at once when interrupted, never a picture too few."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.live.playout import FADE, Playout
from engines.contract import FPS, AudioFrame, Closed, Generation, Mark, Segment, frames_in

RATE = 48_000
PERIOD = RATE // FPS


def picture(number: int) -> np.ndarray:
    return np.full((2, 2, 3), number, np.uint8)


def segment(at: int, samples: int, first: int, marks: tuple[Mark, ...] = ()) -> Segment:
    """Sound whose every sample is 0.5, with pictures numbered from `first`."""
    frames = tuple(picture(first + k) for k in range(frames_in(samples, RATE)))
    return Segment(AudioFrame(np.full(samples, 0.5, np.float32), RATE, at, marks), frames)


@pytest.fixture
def generation() -> Generation:
    return Generation()


@pytest.fixture
def playout(generation: Generation) -> Playout:
    return Playout(RATE, generation, gate=0)


def test_before_anything_was_made_there_is_silence_and_no_picture(playout: Playout) -> None:
    block = playout.pull(PERIOD)
    assert not block.samples.any()
    assert block.picture is None


def test_an_idle_picture_lasts_as_long_as_a_picture_should(playout: Playout) -> None:
    for number in range(3):
        playout.put_idle(picture(number))
    shown = [playout.pull(PERIOD // 2).picture[0, 0, 0] for _ in range(6)]  # type: ignore[index]
    assert shown == [0, 0, 1, 1, 2, 2]
    assert playout.counts.shown == 3


def test_without_a_new_picture_the_last_one_stays_and_is_counted(playout: Playout) -> None:
    playout.put_idle(picture(7))
    for _ in range(3):
        block = playout.pull(PERIOD)
        assert block.picture is not None
        assert block.picture[0, 0, 0] == 7
    assert playout.counts.repeated == 2


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=8), st.integers(1, 40), st.lists(st.integers(1, 90), min_size=1)
)
def test_every_sample_is_played_once_with_its_own_picture(sizes: list[int], rest: int, counts: list[int]) -> None:
    rate, period = 1000, 40
    generation = Generation()
    playout = Playout(rate, generation, gate=0, room=10)
    ticket = generation.advance()
    at = 0
    for size in [*(size * period for size in sizes), rest]:  # only the last segment may end between two pictures
        frames = tuple(picture(at // period + k) for k in range(frames_in(size, rate)))
        playout.put(Segment(AudioFrame(np.full(size, 0.5, np.float32), rate, at), frames), ticket)
        at += size
    playout.end(ticket)
    played, k = 0, 0
    while playout.busy:
        block = playout.pull(counts[k % len(counts)])
        played, k = played + int((block.samples == 0.5).sum()), k + 1
        assert block.picture is not None
        assert block.picture[0, 0, 0] == (played - 1) // period
    assert played == at


def test_sound_does_not_wait_for_late_pictures_and_skips_them(playout: Playout, generation: Generation) -> None:
    ticket = generation.advance()
    playout.put(segment(0, 4 * PERIOD, 0), ticket)
    block = playout.pull(4 * PERIOD)
    assert block.picture is not None
    assert block.picture[0, 0, 0] == 3
    assert playout.counts.late == 3


def test_an_interruption_is_a_fade_of_15_ms_and_then_silence(playout: Playout, generation: Generation) -> None:
    ticket = generation.advance()
    playout.put(segment(0, RATE, 0), ticket)
    playout.pull(PERIOD)
    generation.advance()
    after = playout.pull(PERIOD).samples
    fade = round(FADE * RATE)
    assert (np.diff(after[:fade]) < 0).all()
    assert not after[fade:].any()
    assert not playout.pull(PERIOD).samples.any()
    assert not playout.put(segment(RATE, PERIOD, 0), ticket)  # nothing of the old reply is taken any more


def test_a_new_reply_follows_the_fade_of_the_old_one(playout: Playout, generation: Generation) -> None:
    old = generation.advance()
    playout.put(segment(0, RATE, 0), old)
    playout.pull(PERIOD)
    new = generation.advance()
    playout.put(segment(0, RATE, 100), new)
    assert not playout.pull(PERIOD).samples[round(FADE * RATE) :].any()
    block = playout.pull(PERIOD)
    assert (block.samples == 0.5).all()
    assert block.begins == new.number
    assert block.picture is not None
    assert block.picture[0, 0, 0] == 100


def test_what_was_heard_counts_words_that_began(playout: Playout, generation: Generation) -> None:
    ticket = generation.advance()
    marks = (Mark(0, "phrase", "one two three"), Mark(0, "word", "one"), Mark(1000, "word", "two"))
    playout.put(segment(0, PERIOD, 0, marks), ticket)
    playout.put(segment(PERIOD, PERIOD, 1, (Mark(PERIOD + 10, "word", "three"),)), ticket)
    playout.end(ticket)
    block = playout.pull(PERIOD)
    assert [(mark.at, mark.text) for mark in block.marks if mark.kind == "word"] == [(0, "one"), (1000, "two")]
    assert playout.spoken().phrases == (("one two three", 2),)
    assert not playout.spoken().complete
    playout.pull(2 * PERIOD)
    assert playout.spoken().phrases == (("one two three", 3),)
    assert playout.spoken().complete


def test_a_reply_waits_for_its_gate_but_not_for_ever(generation: Generation) -> None:
    playout = Playout(RATE, generation, gate=0.08)
    ticket = generation.advance()
    playout.put(segment(0, PERIOD, 0), ticket)
    assert not playout.pull(PERIOD).samples.any()  # 40 ms are held, 80 are wanted
    playout.end(ticket)
    assert playout.pull(PERIOD).samples.any()  # it is short, and complete


def test_speech_that_runs_dry_is_counted(playout: Playout, generation: Generation) -> None:
    ticket = generation.advance()
    playout.put(segment(0, PERIOD, 0), ticket)
    playout.pull(2 * PERIOD)
    assert playout.counts.dry == 1


def test_the_face_goes_on_from_what_was_seen_and_what_bridges_the_time_until_speech(
    playout: Playout, generation: Generation
) -> None:
    for number in range(3):
        playout.put_idle(picture(number))
    playout.pull(PERIOD)
    assert [int(frame[0, 0, 0]) for frame in playout.last_pictures()] == [0, 1, 2]
    playout.put(segment(0, PERIOD, 10), generation.advance())
    assert [int(playout.pull(PERIOD).picture[0, 0, 0]) for _ in range(2)] == [10, 10]  # type: ignore[index]
    assert playout.wants_idle()  # speech came before the bridge was used up: what is left of it is never shown


def test_closing_sends_the_producer_home(playout: Playout, generation: Generation) -> None:
    playout.close()
    with pytest.raises(Closed):
        playout.put(segment(0, PERIOD, 0), generation.advance())
