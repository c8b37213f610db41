"""Hides what makes a face look alive: blinks, glances, the sway of a head, nods, brows and breath.

Each frame is made from the state of the one before and a few random numbers that are part of that state, so any frame
can be continued from, and everything returns to its mean: an hour does not wander off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import cos, exp, log, pi, sin, sqrt

from engines.contract import FPS

STEP = 1 / FPS
BLINK = (0.5, 1.0, 1.0, 0.72, 0.38, 0.14)
"""How far the lids are closed, picture by picture: down in two, up in four, as lids do."""
_MASK = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Spring:
    """A critically damped follower: it arrives without overshooting."""

    place: float = 0.0
    speed: float = 0.0

    def follow(self, target: float, rate: float, seconds: float) -> Spring:
        """One exact step. `rate`: radians per second; it lags by about 2 / rate."""
        off = self.place - target
        fade, push = exp(-rate * seconds), (self.speed + rate * off) * seconds
        return Spring(target + (off + push) * fade, (self.speed - rate * push) * fade)


@dataclass(frozen=True, slots=True)
class Life:
    """Everything that the motion remembers: numbers only, always as many."""

    random: int
    sway: tuple[float, float, float] = (0.0, 0.0, 0.0)
    head: tuple[Spring, Spring, Spring] = (Spring(), Spring(), Spring())
    nod: Spring = Spring()
    nod_left: int = 0
    nod_size: float = 0.0
    nod_wait: int = 40
    gaze_at: tuple[float, float] = (0.0, 0.0)
    gaze: tuple[Spring, Spring] = (Spring(), Spring())
    gaze_wait: int = 25
    blink: int = -1
    blink_wait: int = 50
    brow: Spring = Spring()
    smile_at: float = 0.0
    smile: Spring = Spring()
    breath: float = 0.0
    speaking: Spring = Spring()
    stress: float = 0.0

    @classmethod
    def begin(cls, seed: int) -> Life:
        return cls(random=_mix(seed + 1))


class _Dice:
    """Random numbers whose whole state is one integer (splitmix64)."""

    def __init__(self, state: int) -> None:
        self.state = state

    def even(self) -> float:
        """0 (excluded) to 1."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & _MASK
        return (_mix(self.state) + 1) / (_MASK + 2)

    def normal(self) -> float:
        return sqrt(-2 * log(self.even())) * cos(2 * pi * self.even())

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.even()


def _mix(state: int) -> int:
    state = ((state & _MASK) ^ ((state & _MASK) >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    state = (state ^ (state >> 27)) * 0x94D049BB133111EB & _MASK
    return state ^ (state >> 31)


def advance(life: Life, *, loud: float, speaking: bool) -> Life:
    """The next picture's state. `loud`: 0 to 1, how loud the voice is now; `speaking`: an utterance is under way."""
    dice = _Dice(life.random)
    voice = life.speaking.follow(1.0 if speaking else 0.0, 3.0, STEP)
    busy = min(1.0, max(0.0, voice.place))
    # Stress is loudness above its own recent mean: what a speaker nods and lifts the brows to.
    mean = life.stress + (loud - life.stress) * STEP / 0.5
    stress = max(0.0, loud - mean - 0.12) if speaking else 0.0
    life = replace(life, speaking=voice, stress=mean, breath=(life.breath + 2 * pi * STEP / 4.1) % (2 * pi))
    life = _sway(life, dice, busy)
    life = _nod(life, dice, busy, stress)
    life = _look(life, dice, busy)
    life = _blink(life, dice, busy)
    lift = min(1.0, 1.5 * stress + 0.25 * busy * max(0.0, life.sway[1] * -0.3))
    brow, smile = life.brow.follow(lift, 9.0, STEP), life.smile.follow(life.smile_at, 2.2, STEP)
    return replace(life, brow=brow, smile=smile, random=dice.state)


def _sway(life: Life, dice: _Dice, busy: float) -> Life:
    """An Ornstein-Uhlenbeck walk of the three angles, then a neck that smooths it."""
    sway, head = [], []
    for was, spring, seconds, calm, lively in zip(
        life.sway, life.head, (1.6, 1.2, 1.9), (1.3, 0.8, 0.8), (3.0, 1.7, 1.5), strict=True
    ):
        spread = calm + (lively - calm) * busy
        now = was - was * STEP / seconds + spread * sqrt(2 * STEP / seconds) * dice.normal()
        now = min(2.6 * spread, max(-2.6 * spread, now))
        sway.append(now)
        head.append(spring.follow(now, 4.5, STEP))
    return replace(life, sway=(sway[0], sway[1], sway[2]), head=(head[0], head[1], head[2]))


def _nod(life: Life, dice: _Dice, busy: float, stress: float) -> Life:
    """Down and back on a stressed syllable; a listener's small nods come now and then."""
    left, size, wait = life.nod_left, life.nod_size, life.nod_wait - 1
    if left > 0:
        left -= 1
    elif wait <= 0:
        if busy > 0.5 and stress > 0.16:
            left, size, wait = 6, dice.between(1.2, 2.6), int(dice.between(26, 75))
        elif busy < 0.2:
            left, size, wait = 8, dice.between(0.9, 2.0), int(dice.between(90, 260))
        else:
            wait = 1 if busy > 0.5 else 10
    target = size * sin(pi * left / 8) if left else 0.0
    return replace(life, nod=life.nod.follow(target, 11.0, STEP), nod_left=left, nod_size=size, nod_wait=wait)


def _look(life: Life, dice: _Dice, busy: float) -> Life:
    """Fixations and quick jumps between them, most of the time at the camera; and the trace of a smile."""
    at, wait, smile = life.gaze_at, life.gaze_wait - 1, life.smile_at
    if wait <= 0:
        # With each glance the mood may change a little: a listener looks friendly, a speaker has other things to do.
        smile = max(0.0, dice.between(-0.15, 0.5)) * (1 - 0.75 * busy)
        away = dice.even() < 0.14 + 0.2 * busy
        if away:
            at = (0.030 * dice.normal(), 0.012 * dice.normal() - 0.004)
            wait = int(dice.between(8, 26))
        else:
            at = (0.006 * dice.normal(), 0.004 * dice.normal())
            wait = int(dice.between(14, 60) * (1.4 - 0.5 * busy))
        at = (min(0.05, max(-0.05, at[0])), min(0.022, max(-0.022, at[1])))
    gaze = tuple(spring.follow(goal, 60.0, STEP) for spring, goal in zip(life.gaze, at, strict=True))
    return replace(life, gaze_at=at, gaze=(gaze[0], gaze[1]), gaze_wait=wait, smile_at=smile)


def _blink(life: Life, dice: _Dice, busy: float) -> Life:
    if life.blink >= 0:
        return replace(life, blink=life.blink + 1 if life.blink + 1 < len(BLINK) else -1)
    if life.blink_wait > 0:
        return replace(life, blink_wait=life.blink_wait - 1)
    again = dice.even() < 0.08
    seconds = 0.12 if again else max(0.8, (3.3 - 0.6 * busy) * exp(0.5 * dice.normal()))
    return replace(life, blink=0, blink_wait=int(seconds * FPS))


def pose(life: Life) -> tuple[float, float, float]:
    """yaw, pitch and roll in degrees, kept where a flat picture still turns well."""
    yaw, pitch, roll = (spring.place for spring in life.head)
    return _keep(yaw, 8.0), _keep(pitch + life.nod.place - 0.25 * sin(life.breath), 6.0), _keep(roll, 5.0)


def gaze(life: Life) -> tuple[float, float]:
    """Where the irises are, in eye distances: eyes hold the camera while the head turns under them."""
    yaw, pitch, _ = pose(life)
    return (
        _keep(life.gaze[0].place - 0.0032 * yaw, 0.06),
        _keep(life.gaze[1].place - 0.0026 * pitch, 0.028),
    )


def lids(life: Life) -> float:
    return BLINK[life.blink] if life.blink >= 0 else 0.0


def _keep(value: float, most: float) -> float:
    """Bounded without a corner: nothing may stop dead at a limit."""
    return value / (1 + (abs(value) / most) ** 4) ** 0.25
