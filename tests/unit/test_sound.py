"""Sound as values: nothing is lost, whatever the cutting and whatever the rate."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engines.contract import AudioFrame, Mark
from engines.sound import Resampler, SampleQueue


def cut(samples: np.ndarray, sizes: list[int], rate: int, marks: tuple[Mark, ...] = ()) -> list[AudioFrame]:
    """The sound in frames of these sizes, over and over."""
    frames, at, k = [], 0, 0
    while at < len(samples):
        part = samples[at : at + sizes[k % len(sizes)]]
        here = tuple(mark for mark in marks if at <= mark.at < at + len(part))
        frames.append(AudioFrame(part, rate, at, here))
        at, k = at + len(part), k + 1
    return frames


SIZES = st.lists(st.integers(1, 700), min_size=1, max_size=6)


@given(SIZES, SIZES)
def test_the_queue_gives_every_sample_and_mark_once_and_in_order(sizes: list[int], wanted: list[int]) -> None:
    samples = np.arange(2000, dtype=np.float32)
    marks = tuple(Mark(at, "phone", str(at)) for at in (0, 3, 700, 701, 1999))
    queue = SampleQueue()
    for frame in cut(samples, sizes, 16_000, marks):
        queue.put(frame)
    taken, k = [], 0
    while len(queue):
        taken.append(queue.take(min(len(queue), wanted[k % len(wanted)])))
        k += 1
    assert np.array_equal(np.concatenate([frame.samples for frame in taken]), samples)
    assert all(before.end == after.at for before, after in pairwise(taken))
    assert tuple(mark for frame in taken for mark in frame.marks) == marks
    assert all(frame.at <= mark.at < frame.end for frame in taken for mark in frame.marks)


def test_the_queue_refuses_a_gap_and_more_than_it_has() -> None:
    queue = SampleQueue()
    queue.put(AudioFrame(np.zeros(10, np.float32), 16_000))
    with pytest.raises(ValueError, match="not continuous"):
        queue.put(AudioFrame(np.zeros(10, np.float32), 16_000, at=11))
    with pytest.raises(ValueError, match="asked for"):
        queue.take(11)


@given(st.sampled_from([8_000, 16_000, 22_050, 24_000, 44_100, 48_000]), SIZES)
@settings(deadline=None, max_examples=30)
def test_resampling_keeps_the_length_the_marks_and_the_tone(rate: int, sizes: list[int]) -> None:
    time = np.arange(rate // 4) / rate
    tone = np.sin(2 * np.pi * 440 * time).astype(np.float32)
    marks = tuple(Mark(k * rate // 20, "word", str(k)) for k in range(5))
    resampler = Resampler(rate, 48_000)
    made = [resampler.push(frame) for frame in cut(tone, sizes, rate, marks)] + [resampler.finish()]
    sound = np.concatenate([frame.samples for frame in made])
    assert len(sound) == round(len(tone) * 48_000 / rate)
    expected = np.sin(2 * np.pi * 440 * np.arange(len(sound)) / 48_000)
    inside = slice(1000, -1000)
    assert np.abs(sound[inside] - expected[inside]).max() < 0.01
    found = [mark for frame in made for mark in frame.marks]
    assert [mark.text for mark in found] == ["0", "1", "2", "3", "4"]
    assert all(abs(mark.at - before.at * 48_000 / rate) <= 1 for before, mark in zip(marks, found, strict=True))
    assert all(frame.at <= mark.at < frame.end for frame in made for mark in frame.marks)
