"""Small real engines for tests of timing: a voice that hums, a portrait that paints its number, ears that count."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event
from typing import Self

import numpy as np

from engines.contract import (
    FPS,
    Anchors,
    AudioFrame,
    Hearing,
    Mark,
    Message,
    Segment,
    Ticket,
    frames_in,
)
from engines.sound import SampleQueue


class Opened:
    """Counts how many engines are open."""

    count = 0

    def __init__(self) -> None:
        Opened.count += 1

    def close(self) -> None:
        Opened.count -= 1


class HummingVoice(Opened):
    """A tenth of a second of a 200 Hz tone per word, with word marks. With a `gate`, waits for it between two words."""

    rate = 16_000

    def __init__(self, gate: Event | None = None) -> None:
        super().__init__()
        self.gate = gate
        self.begun = self.cancelled = 0

    def speak(self, text: str, ticket: Ticket) -> Iterator[AudioFrame]:
        at = 0
        self.begun += 1
        for word in text.split():
            while at and self.gate and ticket.alive and not self.gate.wait(0.01):
                pass
            if not ticket.alive:
                self.cancelled += 1
                return
            time = (at + np.arange(self.rate // 10)) / self.rate
            tone = (0.3 * np.sin(2 * np.pi * 200 * time)).astype(np.float32)
            yield AudioFrame(tone, self.rate, at, (Mark(at, "word", word),))
            at += len(tone)


class PaintingPortrait(Opened):
    """Small frames: red tells idle (0) or speech (1), green and blue the number of the frame in the session."""

    def prepare(self, image: np.ndarray, anchors: Anchors | None = None) -> PaintingCast:
        return PaintingCast()


class PaintingCast:
    def __init__(self, size: tuple[int, int] = (2, 2)) -> None:
        self.size = size
        self.made = 0
        self.reconditioned: list[list[int]] = []

    def stream(self, ticket: Ticket) -> PaintingStream:
        return PaintingStream(self, ticket)

    def paint(self, speech: bool) -> np.ndarray:
        self.made += 1
        picture = np.zeros((self.size[1], self.size[0], 3), np.uint8)
        picture[...] = (int(speech), self.made >> 8, self.made & 255)
        picture.setflags(write=False)
        return picture


def number(picture: np.ndarray) -> int:
    return int(picture[0, 0, 1]) * 256 + int(picture[0, 0, 2])


def speaks(picture: np.ndarray) -> bool:
    return bool(picture[0, 0, 0])


class PaintingStream:
    def __init__(self, cast: PaintingCast, ticket: Ticket) -> None:
        self.cast, self.ticket = cast, ticket
        self.sound = SampleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def recondition(self, shown: Sequence[np.ndarray]) -> None:
        self.cast.reconditioned.append([number(picture) for picture in shown])

    def push(self, audio: AudioFrame) -> Iterator[Segment]:
        self.sound.put(audio)
        step = audio.rate // FPS
        while len(self.sound) >= step and self.ticket.alive:
            yield Segment(self.sound.take(step), (self.cast.paint(True),))

    def finish(self) -> Iterator[Segment]:
        if len(self.sound) and self.ticket.alive:
            rest = self.sound.take(len(self.sound))
            yield Segment(rest, tuple(self.cast.paint(True) for _ in range(frames_in(len(rest.samples), rest.rate))))

    def idle(self) -> Iterator[np.ndarray]:
        while self.ticket.alive:
            yield self.cast.paint(False)


class ReadingRecognizer(Opened):
    """Understands a sound whose loudness says how many words: 'one two three ...', a word per 0.2 s."""

    rate = 16_000

    def __init__(self) -> None:
        super().__init__()
        self.heard = 0
        self.turns = 0

    def feed(self, frame: AudioFrame) -> Hearing | None:
        self.heard += int((np.abs(frame.samples) > 0.1).sum())
        return Hearing(self._text(), False, frame.end)

    def finish(self) -> Hearing:
        text, self.heard = self._text(), 0
        self.turns += 1
        return Hearing(text, True, 0)

    def _text(self) -> str:
        words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
        return " ".join(words[: min(10, self.heard // 3200)])


class LoudnessDetector(Opened):
    rate = 16_000
    window = 512

    def probability(self, samples: np.ndarray) -> float:
        return 1.0 if np.abs(samples).max() > 0.1 else 0.0


class EchoModel(Opened):
    """Repeats what the person said, word by word. With a `gate`, waits for it before every word but the first."""

    context_tokens = 1000

    def __init__(self, gate: Event | None = None) -> None:
        super().__init__()
        self.gate = gate
        self.prompts: list[tuple[Message, ...]] = []
        self.cancelled = 0

    def count(self, messages: Sequence[Message]) -> int:
        return sum(len(message.text.split()) + 1 for message in messages)

    def warm(self, messages: Sequence[Message], ticket: Ticket) -> None: ...

    def reply(self, messages: Sequence[Message], ticket: Ticket) -> Iterator[str]:
        self.prompts.append(tuple(messages))
        words = f"You said {messages[-1].text}. That is all I know about it.".split()
        for k, word in enumerate(words):
            while k and self.gate and ticket.alive and not self.gate.wait(0.01):
                pass
            if not ticket.alive:
                self.cancelled += 1
                return
            yield word if not k else f" {word}"


def speech(seconds: float, rate: int = 16_000) -> np.ndarray:
    """Something the fake ears take for speech."""
    return np.full(round(seconds * rate), 0.5, np.float32)


def silence(seconds: float, rate: int = 16_000) -> np.ndarray:
    return np.zeros(round(seconds * rate), np.float32)
