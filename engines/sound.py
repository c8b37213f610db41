"""Sound as values: a queue that keeps every sample, and a resampler that works while the sound arrives.

Shared by engines and by the live path, so that numbering and marks are handled in one place.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import soxr

from engines.contract import AudioFrame, Mark


class SampleQueue:
    """Takes frames of any length and gives back any length, in order, each sample once, marks with their samples."""

    def __init__(self) -> None:
        self._frames: deque[AudioFrame] = deque()
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def put(self, frame: AudioFrame) -> None:
        """Append; every frame after the first continues the numbering and the rate of the one before."""
        if self._frames and (self._frames[-1].end, self._frames[-1].rate) != (frame.at, frame.rate):
            raise ValueError(f"sound is not continuous: expected sample {self._frames[-1].end}, got {frame.at}")
        if len(frame.samples):
            self._frames.append(frame)
            self._length += len(frame.samples)

    def take(self, count: int) -> AudioFrame:
        """The next `count` samples. Raises ValueError when there are fewer, or none were asked for."""
        if not 0 < count <= self._length:
            raise ValueError(f"{count} samples asked for, {self._length} held")
        first = self._frames[0]
        parts, marks, missing = [], [], count
        while missing:
            head = self._frames.popleft()
            used = min(missing, len(head.samples))
            end = head.at + used
            parts.append(head.samples[:used])
            marks.extend(mark for mark in head.marks if mark.at < end)
            if used < len(head.samples):
                rest = tuple(mark for mark in head.marks if mark.at >= end)
                self._frames.appendleft(AudioFrame(head.samples[used:], head.rate, end, rest))
            missing -= used
        self._length -= count
        samples = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return AudioFrame(samples, first.rate, first.at, tuple(marks))


class Resampler:
    """Changes the rate of one stream of sound, frame by frame, with marks; nothing is lost and the length is exact.

    Source: soxr's ResampleStream, high quality. The output has round(total * rate / from) samples after finish().
    """

    def __init__(self, source_rate: int, rate: int) -> None:
        self._from, self._to = source_rate, rate
        self._soxr = soxr.ResampleStream(source_rate, rate, 1, dtype="float32") if source_rate != rate else None
        self._heard = self._made = 0
        self._marks: deque[Mark] = deque()

    def push(self, frame: AudioFrame) -> AudioFrame:
        """The sound that is ready so far (often less than went in, sometimes nothing)."""
        for mark in frame.marks:
            at = (mark.at - frame.at + self._heard) * self._to // self._from
            self._marks.append(Mark(at, mark.kind, mark.text))
        self._heard += len(frame.samples)
        return self._give(frame.samples if self._soxr is None else self._soxr.resample_chunk(frame.samples))

    def finish(self) -> AudioFrame:
        """The rest of the stream. The resampler is spent."""
        wanted = round(self._heard * self._to / self._from) - self._made
        if self._soxr is None:
            return self._give(np.zeros(0, np.float32), last=True)
        rest = self._soxr.resample_chunk(np.zeros(0, np.float32), last=True)
        rest = np.pad(rest, (0, max(0, wanted - len(rest))))[:wanted]
        return self._give(rest.astype(np.float32, copy=False), last=True)

    def _give(self, samples: np.ndarray, *, last: bool = False) -> AudioFrame:
        at, self._made = self._made, self._made + len(samples)
        marks = []
        while self._marks and (last or self._marks[0].at < self._made):
            mark = self._marks.popleft()
            marks.append(Mark(min(mark.at, max(at, self._made - 1)), mark.kind, mark.text))
        return AudioFrame(samples, self._to, at, tuple(marks))
