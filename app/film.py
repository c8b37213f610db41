"""The headless session: somebody asks from sound files, the persona answers, and all of it becomes a film.

Hides the caller (who speaks when) and the tick that joins ears, playout, film and devices. The same loop runs as fast
as it can, or paced by the wall's or the loudspeaker's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import Protocol

import numpy as np

from app.devices.camera import VirtualCamera
from app.devices.compose import label_picture
from app.devices.recorder import Recorder
from app.devices.speaker import Speaker
from app.live.clock import AudioClock, Clock, WallClock
from app.live.pipeline import EARS_RATE, RATE, Pipeline
from app.live.playout import Block
from engines.contract import FPS, AudioFrame, Closed, Mark, Problem

TICK = RATE // FPS
"""Samples of sound per picture: one turn of the loop."""

EARS_TICK = EARS_RATE // FPS

PATIENCE = 20.0
"""Seconds that the caller waits for an answer before going on."""


@dataclass(frozen=True, slots=True)
class Question:
    """The same sound twice: float32 at EARS_RATE for the ears, float32 at RATE for the film."""

    ears: np.ndarray
    track: np.ndarray

    def tick(self, number: int) -> Question:
        """The sound of one turn of the loop, filled up with silence at the end."""
        ears = self.ears[number * EARS_TICK : (number + 1) * EARS_TICK]
        track = self.track[number * TICK : (number + 1) * TICK]
        return Question(np.pad(ears, (0, EARS_TICK - len(ears))), np.pad(track, (0, TICK - len(track))))


SILENCE = Question(np.zeros(EARS_TICK, np.float32), np.zeros(TICK, np.float32))


def converse(pipeline: Pipeline, questions: Sequence[Question], unanswered: list[int]) -> Iterator[Question]:
    """A caller who asks each question in turn: waits until the last answer was heard, breathes, then speaks.

    Yields the sound of one tick after another; numbers of questions that got no answer are appended to `unanswered`.
    """
    yield from _silence(0.6)
    for number, question in enumerate(questions, 1):
        before = len(pipeline.board.replies)
        for tick in range(-(-len(question.ears) // EARS_TICK)):
            yield question.tick(tick)
        for _ in range(round(PATIENCE * FPS)):
            if len(pipeline.board.replies) > before and not pipeline.playout.busy:
                break
            yield SILENCE
        else:
            unanswered.append(number)
        yield from _silence(0.8)
    yield from _silence(0.6)


def recite(pipeline: Pipeline, text: str) -> Iterator[Question]:
    """Nobody asks: the persona says a text, and the film ends soon after."""
    yield from _silence(0.4)
    pipeline.say(text)
    yield SILENCE
    while pipeline.playout.busy:
        yield SILENCE
    yield from _silence(0.6)


def _silence(seconds: float) -> Iterator[Question]:
    for _ in range(round(seconds * FPS)):
        yield SILENCE


# --- outputs ----------------------------------------------------------------------------------------------------------


class Output(Protocol):
    """Where sound and pictures go besides the film. After a fault of its device, `problem` is set and it rests."""

    @property
    def problem(self) -> Problem | None: ...

    def play(self, samples: np.ndarray, picture: np.ndarray | None) -> None: ...

    def close(self) -> None: ...


class CameraOutput:
    """The virtual camera."""

    def __init__(self, size: tuple[int, int], device: str | None) -> None:
        self._camera = VirtualCamera(size, FPS, device)

    @property
    def problem(self) -> Problem | None:
        return self._camera.problem

    def play(self, samples: np.ndarray, picture: np.ndarray | None) -> None:
        if picture is not None:
            self._camera.send(picture)

    def close(self) -> None:
        self._camera.close()


class SpeakerOutput:
    """The loudspeaker or virtual microphone, whose sample counter is the session's clock."""

    def __init__(self, device: str | None) -> None:
        self._lock = Lock()
        self._waiting = np.zeros(2 * TICK, np.float32)  # a head start of two ticks of silence
        self.clock = AudioClock(RATE, RATE // 50)
        self._given = 0
        self._speaker = Speaker(self._fill, rate=RATE, device=device)

    @property
    def problem(self) -> Problem | None:
        return self._speaker.problem

    def play(self, samples: np.ndarray, picture: np.ndarray | None) -> None:
        with self._lock:
            self._waiting = np.concatenate([self._waiting, samples])

    def close(self) -> None:
        self._speaker.close()

    def _fill(self, count: int) -> np.ndarray:
        with self._lock:
            samples, self._waiting = self._waiting[:count], self._waiting[count:]
        self._given += count
        self.clock.played(self._given)
        return samples if len(samples) == count else np.pad(samples, (0, count - len(samples)))


def open_outputs(
    size: tuple[int, int], camera: str | None, speaker: str | None, say: Callable[[str], None]
) -> tuple[Clock, list[Output]]:
    """The devices that are there, and the clock to pace the session by; a missing one is one sentence."""
    outputs: list[Output] = []
    clock: Clock = WallClock()
    try:
        outputs.append(CameraOutput(size, camera))
    except Problem as problem:
        say(f"No virtual camera: {problem}")
    try:
        loud = SpeakerOutput(speaker)
        outputs.append(loud)
        clock = loud.clock
    except Problem as problem:
        say(f"No sound output: {problem}")
    return clock, outputs


# --- the loop ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Take:
    """How a session went. `marks`: (second of the film, mark of the speech). `late_ticks`: turns of the loop that came
    more than a picture too late. `problems`: outputs that failed on the way."""

    seconds: float = 0.0
    marks: list[tuple[float, Mark]] = field(default_factory=list)
    late_ticks: int = 0
    problems: list[Problem] = field(default_factory=list)


def film(
    pipeline: Pipeline,
    caller: Iterator[Question],
    recorder: Recorder,
    *,
    label: str,
    outputs: Sequence[Output] = (),
    progress: Callable[[float], None] = lambda seconds: None,
) -> Take:
    """Run the session to its end, tick by tick, and close the recording.

    An output or a recording that fails is noted, and the rest goes on; a stage that fails is noted, and ends it.
    """
    take = Take()
    clock = pipeline.clock
    pipeline.settle(TICK)  # the first tick already has a picture: there is no black frame
    clock.begin()
    seen: np.ndarray | None = None
    labelled: np.ndarray | None = None
    try:
        for number in count():
            clock.wait_until((number + 1) / FPS)  # a microphone's sound is known when it is over
            if (asked := next(caller, None)) is None:
                break
            take.late_ticks += clock.paced and clock.now() > (number + 2) / FPS
            with suppress(Closed):  # a stage failed; its problem ends the session below
                pipeline.hear(AudioFrame(asked.ears, EARS_RATE, number * EARS_TICK))
            if not clock.paced:
                pipeline.settle(TICK)
            block = pipeline.pull(TICK)
            if pipeline.problem:
                break
            if block.picture is not None and block.picture is not seen:
                seen, labelled = block.picture, label_picture(block.picture, label)
            for output in outputs:
                output.play(block.samples, labelled)
            recorder.write(_mix(block, asked), [] if labelled is None else [labelled])
            pipeline.sent(block)
            take.marks += [(mark.at / RATE, mark) for mark in block.marks]
            take.seconds = (number + 1) / FPS
            progress(take.seconds)
    finally:
        recorder.close()
        take.problems = [part.problem for part in (pipeline, recorder, *outputs) if part.problem]
    return take


def _mix(block: Block, asked: Question) -> np.ndarray:
    """What a third person in the room would hear."""
    return np.clip(block.samples + asked.track, -1, 1)
