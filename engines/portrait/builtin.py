"""The portrait that is always there: a photo with anchor points, moved by sound, drawn with NumPy and OpenCV.

Hides the stream: when a picture may be drawn (its sound and LOOK_AHEAD more have been heard), which sound leaves with
it, and how a face goes on from a picture that was shown.
"""

from __future__ import annotations

import importlib.util
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from itertools import chain, repeat
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from engines.contract import FPS, Anchors, AudioFrame, Problem, Segment, Ticket, frames_in
from engines.portrait import motion
from engines.portrait.ear import HOPS, SILENCE, Ear, Heard, closure, loudness, shape
from engines.portrait.motion import Life, Spring
from engines.portrait.rig import MOUTH, REST, Rig
from engines.portrait.speech import MODEL, Listener, SpeechNet, opened
from engines.portrait.visemes import LONGEST, Phone, blend, ceiling
from engines.sound import SampleQueue

if TYPE_CHECKING:  # it draws with OpenCV, which is loaded when the first picture is prepared
    from engines.portrait.painter import Painter

LOOK_AHEAD = 2
"""Pictures of sound (80 ms) that are heard before a picture is drawn: lips move before their sound."""
LEAD = 2
"""Hops (40 ms) by which the ear runs ahead of the picture, to make up for the springs of the lips."""
LAG = 0.040
"""Seconds before the middle of a picture at which its phones are asked for: the springs are as late."""
BATCHES = (1, 2)
"""Pictures of the first segments of an utterance; later ones have USUAL. The face answers soon, then travels light."""
USUAL = 4
REMEMBERED = 512
"""Pictures whose state is kept for recondition(): 20 seconds, longer than any queue behind this engine."""
_LIPS, _JAW = 95.0, 70.0  # radians per second: they lag by 21 and 29 ms
_RATES = tuple(_JAW if name == "open" else _LIPS for name in MOUTH)
_OPEN, _PRESS, _ROUND, _SMILE = (MOUTH.index(name) for name in ("open", "press", "round", "smile"))
_APART = tuple(MOUTH.index(name) for name in ("lift", "depress", "tuck"))


def probe() -> str | None:
    """Why this engine cannot run here, or None."""
    return None if importlib.util.find_spec("cv2") else "opencv-python-headless is not installed"


class BuiltinPortrait:
    """Prepares photos with anchor points. `size` is (width, height) of every frame, `seed` chooses the motion.

    `threads` is how many OpenCV may use, in the whole process. `ear` is the trained ear for sound without phones;
    where it cannot be had, the hand-made one listens. Raises Problem when OpenCV is missing.
    """

    def __init__(
        self, *, size: tuple[int, int] = (1280, 720), seed: int = 0, threads: int = 1, ear: Path = MODEL
    ) -> None:
        try:
            import cv2
        except ImportError as error:
            raise Problem(
                "The built-in portrait cannot draw because OpenCV is missing.",
                "Run the installer again, or: pip install opencv-python-headless",
            ) from error
        cv2.setNumThreads(threads)
        self.size = size
        self._seed = seed
        self._net = opened(ear)

    def prepare(self, image: np.ndarray, anchors: Anchors | None = None) -> BuiltinCast:
        """image: uint8 (height, width, 3), RGB. Without anchors the face is looked for.

        Raises Problem when none is found, when it cannot be read surely, or when the anchors describe no face.
        """
        if anchors is None:
            from engines.portrait.face import find_anchors

            anchors = find_anchors(image).anchors
        from engines.portrait.geometry import frame_photo
        from engines.portrait.painter import Painter

        photo, face = frame_photo(image, anchors, self.size)
        return BuiltinCast(Painter(photo, face), self.size, self._seed, self._net)

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True)
class State:
    """All that one picture leads to the next by: numbers only, always as many."""

    life: Life
    lips: tuple[Spring, ...] = (Spring(),) * len(MOUTH)
    usual: float = -18.0  # dB that this voice has when it is loud
    loud: float = 0.0


class BuiltinCast:
    """One photo that can be driven. Keeps the state behind its last pictures, found again by how they look."""

    def __init__(self, painter: Painter, size: tuple[int, int], seed: int, net: SpeechNet | None = None) -> None:
        self.size = size
        self.net = net
        self._painter = painter
        self._first = State(Life.begin(seed))
        self._shown: OrderedDict[bytes, State] = OrderedDict()

    def stream(self, ticket: Ticket) -> BuiltinStream:
        return BuiltinStream(self, ticket)

    def first(self) -> State:
        return self._first

    def draw(self, state: State) -> np.ndarray:
        """The picture of a state, remembered for recall()."""
        yaw, pitch, roll = motion.pose(state.life)
        frame = self._painter.draw(
            Rig(
                _weights(state),
                yaw,
                pitch,
                roll,
                motion.lids(state.life),
                motion.gaze(state.life),
                state.life.brow.place,
                float(np.sin(state.life.breath)),
            )
        )
        self._shown[_fingerprint(frame)] = state
        while len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)
        return frame

    def gap(self, frame: np.ndarray) -> float | None:
        """How far the lips are apart in a remembered picture, in eye distances; for measuring."""
        state = self.recall(frame)
        return None if state is None else self._painter.mouth.gap(_weights(state))

    def recall(self, frame: np.ndarray) -> State | None:
        """The state that this cast once drew as this very picture."""
        return self._shown.get(_fingerprint(frame))


def _weights(state: State) -> np.ndarray:
    """The mouth of a state, float32 (8,); what nobody would see is nothing, so that a closed mouth costs nothing."""
    weights = np.array([spring.place for spring in state.lips], np.float32)
    weights[_SMILE] += state.life.smile.place * (1 - 0.7 * min(1.0, weights[_ROUND]))
    return np.where(np.abs(weights) < 2e-3, np.float32(0), weights)


def _fingerprint(frame: np.ndarray) -> bytes:
    """Equal for equal pictures, whichever process they have been to."""
    return blake2b(np.ascontiguousarray(frame[1::7, 2::7]).tobytes(), digest_size=16).digest()


@dataclass(slots=True)
class _Utterance:
    """Sound that was pushed and has not left. `recent` begins at sample `start`, the oldest still listened to."""

    rate: int
    ear: Ear
    queue: SampleQueue = field(default_factory=SampleQueue)
    heard: int = 0
    recent: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32))
    start: int = 0
    drawn: int = 0
    batch: int = 0
    hops: dict[int, Heard] = field(default_factory=dict)
    phones: list[tuple[float, str]] = field(default_factory=list)
    finished: bool = False
    listener: Listener | None = None
    read: dict[int, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)


class BuiltinStream:
    """See PortraitStream. Sound is taken in when push() is called, pictures are drawn as the result is iterated."""

    def __init__(self, cast: BuiltinCast, ticket: Ticket) -> None:
        self._cast, self._ticket = cast, ticket
        self._state = cast.first()
        self._utterance: _Utterance | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._utterance = None

    def recondition(self, shown: Sequence[np.ndarray]) -> None:
        """Continue from the newest picture that this cast has drawn; from where we are if it has drawn none of them."""
        if not len(shown):
            self._state = self._cast.first()
            return
        for frame in reversed(shown):
            state = self._cast.recall(frame)
            if state is not None:
                self._state = state
                return

    def push(self, audio: AudioFrame) -> Iterator[Segment]:
        """Raises ValueError when the sound does not continue the utterance, or changes its rate."""
        if self._utterance is None:
            listener = Listener(self._cast.net, audio.rate) if self._cast.net else None
            self._utterance = _Utterance(audio.rate, Ear(audio.rate), listener=listener)
        utterance = self._utterance
        if audio.rate != utterance.rate:
            raise ValueError(f"an utterance at {utterance.rate} Hz cannot go on at {audio.rate} Hz")
        utterance.queue.put(audio)
        offset = utterance.heard - audio.at
        utterance.phones += [((m.at + offset) / audio.rate, m.text) for m in audio.marks if m.kind == "phone"]
        utterance.heard += len(audio.samples)
        utterance.recent = np.concatenate([utterance.recent, audio.samples])
        return self._emit(utterance)

    def finish(self) -> Iterator[Segment]:
        utterance, self._utterance = self._utterance, None
        if utterance is None:
            return iter(())
        utterance.finished = True
        return self._emit(utterance)

    def idle(self) -> Iterator[np.ndarray]:
        while self._ticket.alive:
            self._state = _next(self._state, None)
            yield self._cast.draw(self._state)

    def _emit(self, utterance: _Utterance) -> Iterator[Segment]:
        """Segments of fixed sizes, each as soon as all of its pictures have their sound and look-ahead."""
        total = frames_in(utterance.heard, utterance.rate) if utterance.finished else None
        for size in chain(BATCHES[utterance.batch :], repeat(USUAL)):
            ready = total if total is not None else utterance.heard * FPS // utterance.rate - LOOK_AHEAD
            size = min(size, ready - utterance.drawn) if utterance.finished else size
            if size <= 0 or utterance.drawn + size > ready:
                return
            frames = []
            for number in range(utterance.drawn, utterance.drawn + size):
                if not self._ticket.alive:
                    return
                self._state = _next(self._state, _moment(utterance, number))
                frames.append(self._cast.draw(self._state))
            begin = utterance.drawn * utterance.rate // FPS
            end = min(utterance.heard, (utterance.drawn + size) * utterance.rate // FPS)
            utterance.drawn += size
            utterance.batch += 1
            yield Segment(utterance.queue.take(end - begin), tuple(frames))


@dataclass(frozen=True, slots=True)
class _Moment:
    """What is known of the sound when one picture is drawn. `hops`: two steps of (what the ear hears, the level
    nearby, the time whose phones the lips obey); `now`: what is heard in the middle of the picture itself. `read`: what
    the trained ear makes of it: the mouths of both steps, and how far the lips may be apart in this picture."""

    hops: tuple[tuple[Heard, float, float], ...]
    now: Heard
    phones: tuple[Phone, ...]
    begin: float
    read: tuple[np.ndarray, float] | None


def _moment(utterance: _Utterance, number: int) -> _Moment:
    """The sound around picture `number` of the utterance, up to its look-ahead and no further."""
    first = 2 * number
    for hop in range(first, first + 2 * LOOK_AHEAD + 1):
        if hop not in utterance.hops:
            utterance.hops[hop] = _hear(utterance, hop)
    for hop in [hop for hop in utterance.hops if hop < first - 2]:
        del utterance.hops[hop]
    read = None
    if (listener := utterance.listener) is not None:
        # Its mouths lie 40 ms ahead of the sound, as the times do below, for the springs' sake.
        for ahead in (number, number + 1):
            if ahead not in utterance.read:
                utterance.read[ahead] = listener.read(ahead, _sound(utterance, *listener.span(ahead)))
        utterance.read.pop(number - 1, None)
        read = utterance.read[number + 1][0], float(utterance.read[number][1].min())
    _forget(utterance, first)
    steps = []
    for hop in (first, first + 1):
        near = max(utterance.hops[h].level for h in range(max(first - 2, 0), hop + LEAD + 2) if h in utterance.hops)
        steps.append((utterance.hops[hop + LEAD], near, hop / HOPS + LAG))
    horizon = (number + 1 + LOOK_AHEAD) / FPS
    known = [(at, text) for at, text in utterance.phones if at < horizon]
    ends = [*(at for at, _ in known[1:]), horizon][: len(known)]
    phones = tuple(
        Phone(at, min(end, at + LONGEST), text)
        for (at, text), end in zip(known, ends, strict=True)
        if end > number / FPS - 0.3
    )
    return _Moment(tuple(steps), utterance.hops[first + 1], phones, number / FPS, read)


def _hear(utterance: _Utterance, hop: int) -> Heard:
    """What the ear hears in the window around a hop."""
    begin = hop * utterance.rate // HOPS - utterance.ear.length // 2
    return utterance.ear.hear(_sound(utterance, begin, begin + utterance.ear.length))


def _sound(utterance: _Utterance, begin: int, end: int) -> np.ndarray:
    """The samples [begin, end), float32; silence lies before the first sample of the utterance and after the last."""
    low, high = max(begin, utterance.start), min(end, utterance.heard)
    window = np.zeros(end - begin, np.float32)
    if high > low:
        window[low - begin : high - begin] = utterance.recent[low - utterance.start : high - utterance.start]
    return window


def _forget(utterance: _Utterance, hop: int) -> None:
    """Let go of sound and phones that no later picture will ask for."""
    keep = max(0, (hop - 2) * utterance.rate // HOPS - utterance.ear.length)
    if keep - utterance.start > utterance.rate:  # in steps of a second: moving samples costs more than holding them
        utterance.recent = utterance.recent[keep - utterance.start :].copy()
        utterance.start = keep
    oldest = hop / HOPS - 2.0
    while len(utterance.phones) > 1 and utterance.phones[1][0] < oldest:
        utterance.phones.pop(0)


def _next(state: State, moment: _Moment | None) -> State:
    """The state of the next picture: speaking through a moment of sound, or listening when there is none."""
    lips, usual, loud = state.lips, state.usual, 0.0
    if moment is None:
        for _ in range(2):
            lips = _follow(lips, REST)
        return replace(state, life=motion.advance(state.life, loud=0.0, speaking=False), lips=lips, loud=0.0)
    for step, (heard, near, time) in enumerate(moment.hops):
        # The voice's own loudness: learnt quickly upwards, forgotten slowly.
        if heard.level > SILENCE:
            usual = max(-40.0, usual + (heard.level + 3 - usual) * (0.12 if heard.level + 3 > usual else 0.008))
        loud = loudness(heard.level, usual)
        if moment.read is None:
            target = shape(heard, loud)
        else:  # it knows by itself whether anybody speaks; loud speech takes a bigger mouth
            target = moment.read[0][step] * np.float32(0.72 + 0.35 * loudness(near, usual))
        if moment.phones:
            said, explained = blend(moment.phones, time)
            presence = min(1.0, 2.5 * loudness(near, usual))
            strength = np.float32(presence * (0.72 + 0.35 * loudness(near, usual)))
            target = target + (said * strength - target) * np.float32(explained)
        lips = _follow(lips, target)
    if moment.phones:
        lips = _hold(lips, ceiling(moment.phones, moment.begin, moment.begin + 1 / FPS))
    elif moment.read is not None:
        lips = _hold(lips, moment.read[1])
    else:
        lips = _hold(lips, _heard_ceiling(moment, usual))
    life = motion.advance(state.life, loud=loud, speaking=True)
    return State(life, lips, usual, loud)


def _heard_ceiling(moment: _Moment, usual: float) -> float:
    """How far the mouth may be open by what is heard at this very picture, without the springs' delay."""
    _, near, _ = moment.hops[-1]
    loud = loudness(moment.now.level, usual)
    shut = closure(moment.now, loud)
    # A gap of silence between loud sounds is p, t or k: nobody can tell which, so the lips come close.
    stop = 0.86 * max(0.0, 1 - 6 * loud) * min(1.0, 2 * loudness(near, usual))
    return max(0.0, 1 - max(1.3 * shut, stop))


def _follow(lips: tuple[Spring, ...], target: np.ndarray) -> tuple[Spring, ...]:
    return tuple(
        spring.follow(float(goal), rate, 1 / HOPS) for spring, goal, rate in zip(lips, target, _RATES, strict=True)
    )


def _hold(lips: tuple[Spring, ...], most: float) -> tuple[Spring, ...]:
    """Close the mouth to `most` by force, as p, b, m, f or s do; it goes on from there. At 0 the lips are pressed."""
    held = list(lips)
    if lips[_OPEN].place > most:
        held[_OPEN] = Spring(most)
    if most == 0:
        for k in _APART:
            held[k] = Spring(0.0)
        held[_PRESS] = Spring(max(lips[_PRESS].place, 0.7), lips[_PRESS].speed)
    return tuple(held)
