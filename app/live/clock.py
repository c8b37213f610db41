"""What time it is in a session. Hides: whether time is a sound card's, the wall's, or does not pass at all.

All times are seconds since the session began, on one scale: microphone sample n was spoken at n / rate. Code that needs
the time is handed a clock, and its test hands it one that moves by hand.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Protocol


class Clock(Protocol):
    """Tells the session's time and waits for a later one."""

    paced: bool
    """True where time passes by itself, so that late is late; False where it waits until the work is done."""

    def begin(self) -> None:
        """The session begins now: this moment is zero."""
        ...

    def now(self) -> float: ...

    def wait_until(self, moment: float) -> None: ...


class WallClock:
    """Real time, from the operating system's monotonic counter."""

    paced = True

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self._start = time.perf_counter()

    def now(self) -> float:
        return time.perf_counter() - self._start

    def wait_until(self, moment: float) -> None:
        if (rest := moment - self.now()) > 0:
            time.sleep(rest)


class StudioClock:
    """Time that waits for the work, as between two takes: offline runs advance it picture by picture.

    Between two steps it runs on with the time the work takes, so stamps measure the engines truly; the next step sets
    it to where the session stands.
    """

    paced = False

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.wait_until(0.0)

    def now(self) -> float:
        moment, stamp = self._step
        return moment + time.perf_counter() - stamp

    def wait_until(self, moment: float) -> None:
        self._step = (moment, time.perf_counter())


class AudioClock:
    """Seconds of sound played since the device opened, smooth between two audio blocks: ears notice what eyes forgive.

    The device's callback calls played(); anybody may ask. A device that stops calling must not stop the camera, so
    after `patience` seconds without a block the clock goes on by the wall's time.
    """

    paced = True

    def __init__(
        self, rate: int, block: int, *, patience: float = 0.5, wall: Callable[[], float] | None = None
    ) -> None:
        self._rate, self._block, self._patience = rate, block / rate, patience
        self._wall = wall or time.perf_counter
        self._anchor = (0.0, self._wall())  # replaced whole, so a reader needs no lock
        self._zero = 0.0

    def begin(self) -> None:
        self._zero += self.now()

    def played(self, samples: int) -> None:
        """`samples`: how many were handed to the device since it opened."""
        self._anchor = (max(samples / self._rate, self._anchor[0]), self._wall())

    def now(self) -> float:
        seconds, stamp = self._anchor
        since = self._wall() - stamp
        ahead = min(since, self._block) if since < self._patience else self._block + since - self._patience
        return seconds + ahead - self._zero

    def wait_until(self, moment: float) -> None:
        while (rest := moment - self.now()) > 0:
            time.sleep(min(max(rest, 0.001), self._block))


class ManualClock:
    """Moves when told. `wait_until` returns once somebody has advanced the clock that far."""

    paced = True

    def __init__(self) -> None:
        self._now = 0.0
        self._moved = Event()

    def begin(self) -> None:
        self._now = 0.0

    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds
        self._moved.set()

    def wait_until(self, moment: float) -> None:
        while self._now < moment - 1e-9:
            self._moved.wait(1.0)
            self._moved.clear()
