"""Sound ring and picture timeline. Hides: when a reply may start, what an empty buffer shows, how silence falls.

The consumer (a sound card's callback, or a recorder's tick) pulls blocks of sound; its count of samples is the master
clock. The pictures of a reply are numbered in the samples of its own speech, so lips and sound cannot part: a picture
is due when its sample is played, a late one is skipped, and sound never waits for a picture. When nobody speaks, one
idle picture is due every 1 / FPS second, and when there is none the last one stays.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Condition

import numpy as np

from engines.contract import FPS, AudioFrame, Closed, Generation, Mark, Segment, Ticket
from engines.sound import SampleQueue

FADE = 0.015
"""Seconds of fading when the persona is interrupted: short enough to be silence at once, long enough not to click."""


@dataclass(frozen=True, slots=True)
class Block:
    """What is played now: float32 (n,) sound; `picture` is the newest that is due (None before the first one).

    `marks` of the speech in this block, `at` renumbered in samples played since the session began. `begins`: the number
    of the reply whose first sample is in this block, else 0.
    """

    samples: np.ndarray
    picture: np.ndarray | None
    marks: tuple[Mark, ...] = ()
    begins: int = 0


@dataclass(slots=True)
class PlayoutCounts:
    """What became of a session: pictures shown, skipped because they came late, and shown again because the next one
    was not there; and how often speech ran dry in mid-reply."""

    shown: int = 0
    late: int = 0
    repeated: int = 0
    dry: int = 0


@dataclass(frozen=True, slots=True)
class Spoken:
    """How much of a reply was heard: phrase -> words of it that were begun (None: the voice knows no words)."""

    number: int
    phrases: tuple[tuple[str, int | None], ...]
    complete: bool


class Playout:
    """Joins one producer (animate) and one consumer. `rate`: of every sample in and out.

    `gate`: seconds of speech to hold before a reply starts. `room`: seconds that may wait here. A reply is announced by
    expect(), filled by put(), closed by end(); its ticket's death fades it out within 15 ms.
    """

    def __init__(self, rate: int, generation: Generation, *, gate: float = 0.08, room: float = 1.0) -> None:
        self.rate = rate
        self.counts = PlayoutCounts()
        self.played = 0
        self._gate, self._room = round(gate * rate), round(room * rate)
        self._changed = Condition()
        self._closed = False
        self._idle: deque[np.ndarray] = deque()
        self._next_picture = 0
        self._shown: deque[np.ndarray] = deque(maxlen=2)
        self._reply = _Reply(generation.current())
        self._reply.ended = self._reply.finished = True

    # --- producer -----------------------------------------------------------------------------------------------------

    def expect(self, ticket: Ticket) -> None:
        """A reply is on its way: an offline consumer waits for it from now on."""
        with self._changed:
            if ticket.number > self._reply.ticket.number:
                self._adopt(ticket)

    def put(self, segment: Segment, ticket: Ticket) -> bool:
        """Wait for room; False when the reply is cancelled first. Raises Closed after close()."""
        with self._changed:
            if ticket.number > self._reply.ticket.number:
                self._adopt(ticket)
            while ticket.alive and not self._closed and len(self._reply.speech) >= self._room:
                self._changed.wait(0.02)
            if self._closed:
                raise Closed
            if wanted := ticket.alive:
                self._reply.add(segment)
                self._changed.notify_all()
            return wanted

    def end(self, ticket: Ticket) -> None:
        """Nothing more belongs to this reply."""
        with self._changed:
            if ticket.number >= self._reply.ticket.number:
                self._adopt(ticket)
                self._reply.ended = True
                self._changed.notify_all()

    def put_idle(self, picture: np.ndarray) -> None:
        with self._changed:
            self._idle.append(picture)
            self._changed.notify_all()

    def wants_idle(self, ahead: int = 2) -> bool:
        """Whether fewer than `ahead` idle pictures wait, and nothing is left to say that would come first."""
        with self._changed:
            saying = len(self._reply.pictures) if self._reply.ticket.alive else 0
            return len(self._idle) < ahead and saying < ahead

    def last_pictures(self) -> list[np.ndarray]:
        """What a viewer saw last, and the idle pictures that bridge the time until speech is there, oldest first: the
        pictures to go on from."""
        with self._changed:
            return [*self._shown, *self._idle]

    def close(self) -> None:
        """Producers that wait go home; the consumer gets silence and the last picture."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    # --- consumer -----------------------------------------------------------------------------------------------------

    def pull(self, count: int) -> Block:
        """The next `count` samples and the picture to show with them. Never waits."""
        with self._changed:
            begin = self.played
            silent = not self._reply.position
            spoken = self._speak(count)
            begins = self._reply.ticket.number if silent and self._reply.position else 0
            self.played += count
            picture = self._picture(begin)
            self._changed.notify_all()
            samples = spoken.samples
            if len(samples) < count:
                samples = np.concatenate([samples, np.zeros(count - len(samples), np.float32)])
            marks = tuple(Mark(mark.at - spoken.at + begin, mark.kind, mark.text) for mark in spoken.marks)
            return Block(samples, picture, marks, begins)

    def wait_until_ready(self, count: int) -> None:
        """For a consumer whose time can wait: until pull(count) would neither underrun nor repeat a picture."""
        with self._changed:
            while not (self._closed or self._ready(count)):
                self._changed.wait(0.5)

    @property
    def busy(self) -> bool:
        """Whether a reply is on its way or being heard."""
        with self._changed:
            return self._reply.ticket.alive and not self._reply.finished

    def spoken(self) -> Spoken:
        """How much of the newest reply was heard so far."""
        with self._changed:
            reply = self._reply
            return Spoken(reply.ticket.number, tuple(map(tuple, reply.heard)), reply.finished and not reply.cut)

    # --- inside, with the lock held -----------------------------------------------------------------------------------

    def _adopt(self, ticket: Ticket) -> None:
        """A newer reply takes the place of the old one; what the old one still plays is its fading tail."""
        if ticket.number != self._reply.ticket.number:
            self._reply = _Reply(ticket, tail=self._fade(self._reply))
            self._changed.notify_all()

    def _fade(self, reply: _Reply) -> AudioFrame | None:
        held = len(reply.speech) if reply.position else 0
        if not held:
            return reply.tail
        tail = reply.speech.take(min(held, round(FADE * self.rate)))
        ramp = np.linspace(1, 0, len(tail.samples), dtype=np.float32)
        return AudioFrame(tail.samples * ramp, tail.rate, tail.at)

    def _speak(self, count: int) -> AudioFrame:
        reply = self._reply
        if not reply.ticket.alive and not reply.finished:  # interrupted: 15 ms, then nothing of it is ever heard again
            reply.tail = self._fade(reply)
            reply.finished = reply.cut = True
            reply.speech, reply.pictures = SampleQueue(), deque()
        if reply.tail is not None:
            tail, reply.tail = reply.tail, None
            return AudioFrame(tail.samples[:count], tail.rate)
        if reply.finished:
            return AudioFrame(np.zeros(0, np.float32), self.rate)
        held = len(reply.speech)
        if not reply.ended and not reply.position and held < self._gate:
            return AudioFrame(np.zeros(0, np.float32), self.rate)
        frame = reply.speech.take(min(count, held)) if held else AudioFrame(np.zeros(0, np.float32), self.rate)
        if not reply.position:
            self._idle.clear()  # what is left of the bridge
        reply.hear(frame)
        reply.finished = reply.ended and not len(reply.speech)
        self.counts.dry += held < count and not reply.ended
        return frame

    def _picture(self, begin: int) -> np.ndarray | None:
        reply = self._reply
        period = self.rate // FPS
        due: list[np.ndarray] = []
        while reply.pictures and reply.pictures[0][0] < reply.position:
            due.append(reply.pictures.popleft()[1])
        if due:
            self.counts.late += len(due) - 1
            self._next_picture = begin + period
            self._show(due[-1])
        elif begin >= self._next_picture:
            self._next_picture = max(self._next_picture, begin - period + 1) + period
            if self._idle and (reply.finished or not reply.position):
                self._show(self._idle.popleft())
            else:
                self.counts.repeated += bool(self._shown)
        return self._shown[-1] if self._shown else None

    def _show(self, picture: np.ndarray) -> None:
        self.counts.shown += 1
        self._shown.append(picture)

    def _ready(self, count: int) -> bool:
        reply = self._reply
        if reply.finished or not reply.ticket.alive:
            return bool(self._idle)
        return reply.ended or len(reply.speech) >= max(count, 0 if reply.position else self._gate)


class _Reply:
    """One reply on its way through the loudspeaker."""

    def __init__(self, ticket: Ticket, tail: AudioFrame | None = None) -> None:
        self.ticket = ticket
        self.tail = tail
        self.speech = SampleQueue()
        self.pictures: deque[tuple[int, np.ndarray]] = deque()
        self.position = 0  # samples of speech played
        self.received = 0
        self.ended = self.finished = self.cut = False
        self.heard: list[list] = []  # [phrase, words begun or None]

    def add(self, segment: Segment) -> None:
        """Sound and pictures, renumbered from the beginning of the reply."""
        audio = segment.audio
        shift = self.received - audio.at
        marks = tuple(Mark(mark.at + shift, mark.kind, mark.text) for mark in audio.marks)
        self.speech.put(AudioFrame(audio.samples, audio.rate, self.received, marks))
        for k, picture in enumerate(segment.frames):
            self.pictures.append((self.received + k * audio.rate // FPS, picture))
        self.received += len(audio.samples)

    def hear(self, frame: AudioFrame) -> None:
        self.position += len(frame.samples)
        for mark in frame.marks:
            if mark.kind == "phrase":
                self.heard.append([mark.text, None])
            elif mark.kind == "word" and self.heard:
                self.heard[-1][1] = (self.heard[-1][1] or 0) + 1
