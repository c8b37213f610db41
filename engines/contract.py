"""The vocabulary of the house: what travels between the stages, and what every engine promises.

Everything here is a small frozen value or a protocol. Nothing here knows a library, a device or a thread pool, so any
engine can be written, swapped and tested against this one file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from types import TracebackType
from typing import Literal, Protocol, Self

import numpy as np

FPS = 25
"""Pictures per second that every portrait makes. 8, 16, 22.05, 24, 44.1 and 48 kHz all divide by it without rest."""


class Problem(Exception):
    """A failure a person can read: what happened, in one sentence, and what to do about it, in another."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


class Closed(Exception):
    """Raised by a channel after close(): whoever waits there goes home."""


# --- interruption -----------------------------------------------------------------------------------------------------


class Generation:
    """Numbers the replies; only the newest may still be heard. Any thread may call."""

    def __init__(self) -> None:
        self.number = 0
        self._lock = Lock()

    def advance(self) -> Ticket:
        """Begin a new reply: every older ticket dies at this moment."""
        with self._lock:
            self.number += 1
            return Ticket(self, self.number)

    def current(self) -> Ticket:
        """The newest ticket; dead only before the first advance()."""
        return Ticket(self, self.number)


@dataclass(frozen=True, slots=True)
class Ticket:
    """The generation that a piece of work belongs to. Work finds out by looking whether it is still wanted."""

    generation: Generation = field(repr=False)
    number: int

    @property
    def alive(self) -> bool:
        return self.number == self.generation.number


# --- values -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that begins at a known sample of the speech: a phrase, a word, or a phone (IPA, without stress).

    `at` counts samples in the same numbering as the AudioFrame that carries the mark.
    """

    at: int
    kind: Literal["phrase", "word", "phone"]
    text: str


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """Mono sound: `samples` float32 (n,) in [-1, 1] at `rate` Hz; `at` numbers the first sample of its stream.

    `marks` lie in [at, at + n), in order of time. A voice that knows no times gives none.
    """

    samples: np.ndarray
    rate: int
    at: int = 0
    marks: tuple[Mark, ...] = ()

    @property
    def end(self) -> int:
        """The number of the first sample after this frame."""
        return self.at + len(self.samples)

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True)
class Segment:
    """Speech with its pictures: frame k is due at sample k * rate // FPS of `audio`, so lips match by construction.

    `frames`: each uint8 (height, width, 3), RGB, read-only. A segment begins on a frame boundary; only the last one of
    an utterance may end between two, and then its last frame has less than 1 / FPS of sound.
    """

    audio: AudioFrame
    frames: tuple[np.ndarray, ...]


def frames_in(samples: int, rate: int) -> int:
    """How many pictures belong to so many samples: every k with k * rate // FPS < samples."""
    return -(-samples * FPS // rate)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What a recognizer has understood of the current turn. `at`: number of the first sample after what it covers."""

    text: str
    final: bool
    at: int


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a conversation, in the roles that chat templates know."""

    role: Literal["system", "user", "assistant"]
    text: str


# --- engines ----------------------------------------------------------------------------------------------------------
# An engine opens in its constructor (raising Problem), streams through a generator and lets go in close(). The stage
# that opened it is the only thread that calls it. Everything it needs is an argument; there is nothing global to read.


class VoiceDetector(Protocol):
    """Tells speech from everything else, window by window."""

    rate: int
    window: int

    def probability(self, samples: np.ndarray) -> float:
        """How likely the window holds speech, 0 to 1. samples: float32 (window,) at `rate`, consecutive."""
        ...

    def close(self) -> None: ...


class Recognizer(Protocol):
    """Turns speech into text while it arrives. `rate` is the sample rate it wants."""

    rate: int

    def feed(self, frame: AudioFrame) -> Hearing | None:
        """Hear a little more; a partial when the text changed, else None. `frame.rate` equals `rate`."""
        ...

    def finish(self) -> Hearing:
        """The turn is over: its final text ("" when nothing was understood). The next feed() begins a new turn."""
        ...

    def close(self) -> None: ...


class LanguageModel(Protocol):
    """Turns a conversation into the next reply, token by token."""

    context_tokens: int

    def count(self, messages: Sequence[Message]) -> int:
        """How many tokens these messages take in the prompt."""
        ...

    def warm(self, messages: Sequence[Message], ticket: Ticket) -> None:
        """Read a conversation ahead of time, so that reply() with the same beginning reads only what is new."""
        ...

    def reply(self, messages: Sequence[Message], ticket: Ticket) -> Iterator[str]:
        """Pieces of the reply, each valid text. Ends early, without raising, once the ticket is dead: between two
        tokens, and inside the reading of a long prompt after at most one slice of it. Raises Problem when the messages
        do not fit the context."""
        ...

    def close(self) -> None: ...


class Voice(Protocol):
    """Turns text into speech. `rate` is the sample rate it makes."""

    rate: int

    def speak(self, text: str, ticket: Ticket) -> Iterator[AudioFrame]:
        """The sound of one phrase, numbered from 0 in each call, with marks where the voice knows them. Ends early,
        without raising, once the ticket is dead. Text without anything to say gives nothing."""
        ...

    def close(self) -> None: ...


class Portrait(Protocol):
    """Turns one picture into a face that can be driven by sound."""

    def prepare(self, image: np.ndarray, anchors: Anchors | None = None) -> Cast:
        """Fit the picture once. image: uint8 (height, width, 3), RGB. Raises Problem when no face can be made of it."""
        ...

    def close(self) -> None: ...


class Cast(Protocol):
    """One prepared face. `size` is (width, height) of every frame it makes, fixed for its life."""

    size: tuple[int, int]

    def stream(self, ticket: Ticket) -> PortraitStream:
        """A face that is alive for as long as the ticket; one stream of a cast is used at a time."""
        ...


class PortraitStream(Protocol):
    """A face that listens (idle) or speaks (push ... finish) for the life of one ticket.

    State between calls has constant size and includes the last frames made. Conservation law: after finish() every
    sample pushed since the last finish() has left in a segment, in order, once, its marks with it; the frames are
    frames_in(samples, rate) in number; and the way the sound was cut into pushes changes nothing. All frames of sound
    pushed in one utterance share a rate. A dead ticket ends every generator early, without raising.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def recondition(self, shown: Sequence[np.ndarray]) -> None:
        """Continue from these pictures, the last that a viewer saw (oldest first), without a jump. Frames that were
        made but never shown are forgotten. An empty sequence begins afresh."""
        ...

    def push(self, audio: AudioFrame) -> Iterator[Segment]: ...

    def finish(self) -> Iterator[Segment]:
        """The utterance is over: the look-ahead comes out. The face may then idle, or speak again."""
        ...

    def idle(self) -> Iterator[np.ndarray]:
        """Living, listening frames for as long as anybody asks, one per 1 / FPS second."""
        ...


# --- anchors ----------------------------------------------------------------------------------------------------------

ANCHOR_NAMES = (
    "left_eye_outer",
    "left_eye_top",
    "left_eye_inner",
    "left_eye_bottom",
    "right_eye_inner",
    "right_eye_top",
    "right_eye_outer",
    "right_eye_bottom",
    "left_brow",
    "right_brow",
    "nose_tip",
    "mouth_left",
    "mouth_right",
    "lip_top",
    "lip_seam",
    "lip_bottom",
    "chin",
    "jaw_left",
    "jaw_right",
    "crown",
)
"""Twenty points of a face. Left is left in the picture. lip_top and lip_bottom are the outer edges of the lips on the
middle line, lip_seam the line where they meet; brows are the middle of each brow; jaw points lie on the outline of the
face at the height of the mouth; crown is the top of the head, hair included."""


@dataclass(frozen=True, slots=True)
class Anchors:
    """Where the face is: name -> (x, y) in pixels of the upright picture, origin at the top left."""

    points: dict[str, tuple[float, float]]

    def __post_init__(self) -> None:
        if missing := [name for name in ANCHOR_NAMES if name not in self.points]:
            raise Problem(
                f"The anchor file lacks {', '.join(missing)}.", "Set these points again, or delete the anchor file."
            )
