"""From the raw sound of one clause to frames that are ready to travel: level, edges, pauses, numbering.

Hides that every engine leaves its own silence around the speech and speaks at its own level.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from engines.contract import AudioFrame, Mark, Ticket
from engines.voices.phones import SILENCE

LEVEL = 0.1
"""RMS that speech has in every voice (-20 dBFS), so that changing the persona does not change the volume."""

_KNEE = 0.7
_FADE = 0.002
_STEP = 0.01
_MARGIN = 0.01
_PICTURES_PER_FRAME = 2


@dataclass(frozen=True, slots=True)
class Spoken:
    """The raw sound of one clause: float32 (n,), marks numbered from its first sample, and the pause that follows."""

    samples: np.ndarray
    marks: tuple[Mark, ...]
    pause: float


def level_of(samples: np.ndarray, rate: int) -> float:
    """RMS of the parts that are speech: all steps of 10 ms within 30 dB of the loudest one. 0.0 for silence.

    samples: float32 (n,) at `rate` Hz.
    """
    steps = _steps(samples, rate)
    loud = steps[steps > steps.max(initial=0.0) * 10 ** (-30 / 20)]
    return float(np.sqrt(np.mean(loud**2))) if len(loud) else 0.0


def gain_for(samples: np.ndarray, rate: int) -> float:
    """The constant factor that brings a voice to LEVEL, measured once on a phrase of its own."""
    level = level_of(samples, rate)
    return float(np.clip(LEVEL / level, 0.05, 10.0)) if level > 1e-5 else 1.0


def deliver(spoken: Iterable[Spoken], rate: int, gain: float, ticket: Ticket) -> Iterator[AudioFrame]:
    """Frames of 80 ms (two pictures), numbered from 0, with marks; ends early once the ticket is dead."""
    at = 0
    size = rate * _PICTURES_PER_FRAME // 25
    for clause in spoken:
        samples, marks = _finish(clause, rate, gain)
        for begin in range(0, len(samples), size):
            if not ticket.alive:
                return
            piece = samples[begin : begin + size]
            held = tuple(
                Mark(at + mark.at, mark.kind, mark.text) for mark in marks if begin <= mark.at < begin + len(piece)
            )
            yield AudioFrame(piece, rate, at + begin, held)
        at += len(samples)
        if not ticket.alive:
            return


def _finish(clause: Spoken, rate: int, gain: float) -> tuple[np.ndarray, list[Mark]]:
    """Cut the silence of the engine off, set the level, soften the edges, add the pause of a speaker."""
    begin, end = _edges(clause.samples, rate)
    speech = _limit(clause.samples[begin:end].astype(np.float32) * np.float32(gain))
    fade = min(round(rate * _FADE), len(speech) // 2)
    if fade:
        ramp = np.linspace(0.0, 1.0, fade, endpoint=False, dtype=np.float32)
        speech[:fade] *= ramp
        speech[-fade:] *= ramp[::-1]
    pause = round(rate * clause.pause)
    samples = np.concatenate([speech, np.zeros(pause, np.float32)])
    last = max(0, len(speech) - 1)
    marks = [Mark(min(max(mark.at - begin, 0), last), mark.kind, mark.text) for mark in clause.marks]
    phones = [mark for mark in marks if mark.kind == "phone"]
    if pause and phones:
        marks.append(Mark(len(speech), "phone", SILENCE))
    return samples, _tidy(marks)


def _tidy(marks: list[Mark]) -> list[Mark]:
    """In order of time, a word before its first phone, and no silence of no length or after another silence."""
    marks = sorted(marks, key=lambda mark: (mark.at, mark.kind == "phone"))
    phones = [mark for mark in marks if mark.kind == "phone"]
    idle = {
        id(mark)
        for before, mark, after in zip([None, *phones], phones, [*phones[1:], None], strict=False)
        if mark.text == SILENCE and ((before and before.text == SILENCE) or (after and after.at == mark.at))
    }
    return [mark for mark in marks if id(mark) not in idle]


def _edges(samples: np.ndarray, rate: int) -> tuple[int, int]:
    """Where the speech begins and ends: 45 dB below its loudest step counts as silence."""
    steps = _steps(samples, rate)
    heard = np.flatnonzero(steps > steps.max(initial=0.0) * 10 ** (-45 / 20))
    if not len(heard):
        return 0, len(samples)
    step, margin = round(rate * _STEP), round(rate * _MARGIN)
    return max(0, int(heard[0]) * step - margin), min(len(samples), (int(heard[-1]) + 1) * step + margin)


def _steps(samples: np.ndarray, rate: int) -> np.ndarray:
    """RMS of every 10 ms; float32 (k,)."""
    step = round(rate * _STEP)
    padded = np.pad(samples.astype(np.float32), (0, -len(samples) % step))
    return np.sqrt(np.mean(padded.reshape(-1, step) ** 2, axis=1)) if len(samples) else np.zeros(0, np.float32)


def _limit(samples: np.ndarray) -> np.ndarray:
    """Leave what is below the knee as it is and bend the rest, so that nothing reaches 1."""
    over = np.abs(samples) - _KNEE
    bent = np.sign(samples) * (_KNEE + (0.99 - _KNEE) * np.tanh(np.maximum(over, 0.0) / (0.99 - _KNEE)))
    return np.where(over > 0, bent, samples).astype(np.float32)
