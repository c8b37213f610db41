"""The four stages: listen, think, speak, animate. Each is a loop that reads like its name, and runs on its own thread.

They know engines by contract alone. Nobody stops a stage from outside: an old ticket, or a closed channel, tells it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

import numpy as np

from app.live.channel import Channel, Newest
from app.live.dialogue import Dialogue, Phraser
from app.live.latency import LatencyBoard
from app.live.playout import Playout, Spoken
from app.live.turns import TurnTaker
from engines.contract import (
    FPS,
    AudioFrame,
    Cast,
    Generation,
    LanguageModel,
    Mark,
    PortraitStream,
    Problem,
    Recognizer,
    Ticket,
    Voice,
    VoiceDetector,
)
from engines.sound import Resampler, SampleQueue

EARS_RATE = 16_000
"""Samples per second of everything that is heard; the rate of every speech recognizer we know."""

PRE_ROLL = 0.4
"""Seconds before speech was noticed that the recognizer hears too, so that no first consonant is lost."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Something to answer, or with `verbatim` something to say as it is. `before`: what was heard of the last reply."""

    text: str
    before: Spoken
    verbatim: bool = False


class Attention(Protocol):
    """What the ears tell the conversation. Called on the listening thread."""

    def speech_began(self, at: float) -> None: ...

    def words_changed(self, text: str) -> None: ...

    def speech_insists(self, at: float) -> None: ...

    def turn_ended(self, text: str, spoken_until: float) -> None: ...


class Thoughts(Protocol):
    """What the mind tells the conversation. Called on the thinking thread."""

    def thought(self, piece: str, ticket: Ticket) -> None: ...

    def failed(self, problem: Problem) -> None: ...


def listen(
    ears: Newest[AudioFrame],
    recognizer: Recognizer,
    detector: VoiceDetector,
    taker: TurnTaker,
    attention: Attention,
    board: LatencyBoard,
) -> None:
    """Sound in; words while they are spoken, and a turn when the person is done."""
    sound = SampleQueue()
    before: deque[AudioFrame] = deque(maxlen=round(PRE_ROLL * EARS_RATE / detector.window))
    words = ""

    def understand(window: AudioFrame) -> str:
        begin = perf_counter()
        hearing = recognizer.feed(window)
        board.worked("listen", perf_counter() - begin, window.seconds)
        if hearing is None or hearing.text == words:
            return words
        attention.words_changed(hearing.text)
        return hearing.text

    for frame in ears:
        sound.put(frame)
        while len(sound) >= detector.window:
            window = sound.take(detector.window)
            event = taker.step(
                detector.probability(window.samples), window.at / EARS_RATE, window.end / EARS_RATE, words
            )
            if event and event.kind == "started":
                attention.speech_began(event.at)
                words = ""
                while before:
                    words = understand(before.popleft())
            if taker.speaking:
                words = understand(window)
            else:
                before.append(window)
            if event and event.kind == "insists":
                attention.speech_insists(event.at)
            if event and event.kind == "ended":
                attention.turn_ended(recognizer.finish().text, event.at)
                words = ""


def think(
    turns: Channel[Turn],
    phrases: Channel[str | None],
    model: LanguageModel | None,
    dialogue: Dialogue,
    thoughts: Thoughts,
    board: LatencyBoard,
) -> None:
    """Turns in, phrases out; None ends a reply. Between replies the model reads ahead."""
    for turn, ticket in turns:
        dialogue.settle(turn.before)
        phraser, text = Phraser(), ""
        try:
            for piece in _pieces(turn, model, dialogue, ticket):
                board.stamp(ticket.number, "first token")
                thoughts.thought(piece, ticket)
                text += piece
                for phrase in phraser.push(piece):
                    board.stamp(ticket.number, "first phrase")
                    phrases.put(phrase, ticket)
            for phrase in phraser.finish():
                board.stamp(ticket.number, "first phrase")
                phrases.put(phrase, ticket)
        except Problem as problem:
            thoughts.failed(problem)
        phrases.put(None, ticket)
        dialogue.said(text, ticket.number)
        if model is not None and dialogue.tidy():
            model.warm(dialogue.messages, ticket)


def _pieces(turn: Turn, model: LanguageModel | None, dialogue: Dialogue, ticket: Ticket) -> Iterator[str]:
    if turn.verbatim:
        return iter([turn.text])
    assert model is not None  # a pipeline without a model never makes such a turn
    return model.reply(dialogue.hear(turn.text), ticket)


def speak(
    phrases: Channel[str | None],
    speech: Channel[AudioFrame | None],
    voice: Voice,
    rate: int,
    board: LatencyBoard,
) -> None:
    """Phrases in, speech out at `rate`, numbered through each reply, with a mark where each phrase begins."""
    number, at = 0, 0
    for phrase, ticket in phrases:
        if ticket.number != number:
            number, at = ticket.number, 0
        if phrase is None:
            speech.put(None, ticket)
            continue
        frames = _at_rate(voice.speak(phrase, ticket), voice.rate, rate)
        start: tuple[Mark, ...] = (Mark(at, "phrase", phrase),)
        for frame in board.working("speak", frames, lambda frame: frame.seconds):
            marks = start + tuple(Mark(mark.at - frame.at + at, mark.kind, mark.text) for mark in frame.marks)
            start = ()
            board.stamp(number, "first sound")
            if not speech.put(AudioFrame(frame.samples, rate, at, marks), ticket):
                break  # the person spoke: the rest of this phrase is worth nothing
            at += len(frame.samples)


def _at_rate(frames: Iterator[AudioFrame], source_rate: int, rate: int) -> Iterator[AudioFrame]:
    resampler = Resampler(source_rate, rate)
    for frame in frames:
        if len((ready := resampler.push(frame)).samples):
            yield ready
    if len((rest := resampler.finish()).samples):
        yield rest


def animate(
    speech: Channel[AudioFrame | None],
    playout: Playout,
    cast: Cast,
    generation: Generation,
    board: LatencyBoard,
) -> None:
    """Speech in, speech with pictures out; between replies a face that listens. One portrait stream per ticket."""
    found: tuple[AudioFrame | None, Ticket] | None = None
    while True:  # until the speech channel is closed
        ticket = found[1] if found else generation.current()
        with cast.stream(ticket) as stream:
            stream.recondition(playout.last_pictures())
            found = _perform(stream, ticket, found, speech, playout, board)


def _perform(
    stream: PortraitStream,
    ticket: Ticket,
    found: tuple[AudioFrame | None, Ticket] | None,
    speech: Channel[AudioFrame | None],
    playout: Playout,
    board: LatencyBoard,
) -> tuple[AudioFrame | None, Ticket] | None:
    """Live through one ticket; what was found of the next one."""
    idle = stream.idle()
    talking = False
    while ticket.alive:
        if found is None:
            wanted = not talking and playout.wants_idle()
            found = speech.get(0 if wanted else 0.01)
            if found is None:
                if wanted:
                    _show_idle(idle, playout, board)
                continue
        audio, owner = found
        if owner.number != ticket.number:
            return found
        found = None
        if audio is None:
            for segment in board.working("animate", stream.finish(), lambda segment: len(segment.frames) / FPS):
                playout.put(segment, ticket)
            playout.end(ticket)
            idle, talking = stream.idle(), False
            continue
        if not talking:
            stream.recondition(playout.last_pictures())
            talking = True
        for segment in board.working("animate", stream.push(audio), lambda segment: len(segment.frames) / FPS):
            board.stamp(ticket.number, "first segment")
            playout.put(segment, ticket)
    return None


def _show_idle(idle: Iterator[np.ndarray], playout: Playout, board: LatencyBoard) -> None:
    for picture in board.working("idle", idle, lambda _: 1 / FPS):
        playout.put_idle(picture)
        return
