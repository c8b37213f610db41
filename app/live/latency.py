"""How long everything takes. Hides: which stamps a reply carries and how they become one table.

Every reply is stamped once at each of eight moments, all on the session's clock; every stage counts how long it worked
and for how much sound or picture. `converse`, the benchmarks and the window print the same table from here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import quantiles
from threading import Lock
from typing import TypeVar

T = TypeVar("T")

MOMENTS = (
    "end of speech",
    "turn decided",
    "first token",
    "first phrase",
    "first sound",
    "first segment",
    "first sample played",
    "first picture sent",
)


@dataclass(slots=True)
class Reply:
    """One reply's stamps: moment -> second of the session. `words`: what was heard of the person, and answered."""

    number: int
    stamps: dict[str, float] = field(default_factory=dict)
    heard: str = ""
    said: str = ""

    @property
    def latency(self) -> float | None:
        """Seconds from the end of speech to the first moving picture, or None when either did not happen."""
        begin, end = self.stamps.get(MOMENTS[0]), self.stamps.get(MOMENTS[-1])
        return None if begin is None or end is None else end - begin

    def steps(self) -> dict[str, float]:
        """Seconds from each moment's predecessor, for the moments that happened."""
        passed = [(moment, self.stamps[moment]) for moment in MOMENTS if moment in self.stamps]
        return {moment: at - before for (_, before), (moment, at) in pairwise(passed)}


class LatencyBoard:
    """Collects stamps and work from all stages. Any thread may call. Keeps the last 500 replies."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = Lock()
        self._replies: dict[int, Reply] = {}
        self._work: dict[str, list[float]] = {}

    def stamp(self, number: int, moment: str, at: float | None = None) -> None:
        """Note when `moment` happened first for this reply."""
        when = self._now() if at is None else at
        with self._lock:
            self._reply(number).stamps.setdefault(moment, when)

    def note(self, number: int, *, heard: str = "", said: str = "") -> None:
        with self._lock:
            reply = self._reply(number)
            reply.heard += heard
            reply.said += said

    def working(self, stage: str, results: Iterable[T], made: Callable[[T], float]) -> Iterator[T]:
        """Pass results on, and count the time it takes to make each; made(result): seconds of media in it."""
        iterator = iter(results)
        while True:
            begin = time.perf_counter()
            try:
                result = next(iterator)
            except StopIteration:
                self.worked(stage, time.perf_counter() - begin, 0.0)
                return
            self.worked(stage, time.perf_counter() - begin, made(result))
            yield result

    def worked(self, stage: str, seconds: float, made: float) -> None:
        with self._lock:
            work = self._work.setdefault(stage, [0.0, 0.0])
            work[0] += seconds
            work[1] += made

    @property
    def replies(self) -> list[Reply]:
        with self._lock:
            return list(self._replies.values())

    @property
    def real_time_factors(self) -> dict[str, float]:
        """Stage -> seconds of work per second of sound or picture; below 1 is faster than real time."""
        with self._lock:
            return {stage: busy / made for stage, (busy, made) in self._work.items() if made > 0}

    def summary(self) -> dict[str, float]:
        """p50 and p95 of the whole latency, in seconds, over the replies that have one."""
        values = sorted(reply.latency for reply in self.replies if reply.latency is not None)
        if not values:
            return {}
        if len(values) == 1:
            return {"p50": values[0], "p95": values[0]}
        cuts = quantiles(values, n=100, method="inclusive")
        return {"p50": cuts[49], "p95": cuts[94]}

    def table(self) -> str:
        """The latency table in milliseconds: one row per moment, one column per reply (the last six), and the sum."""
        replies = [reply for reply in self.replies if len(reply.stamps) > 1][-6:]
        if not replies:
            return "No reply was given."
        rows = [["milliseconds after the row above", *(f"turn {k}" for k in range(1, len(replies) + 1))]]
        for moment in MOMENTS[1:]:
            cells = [reply.steps().get(moment) for reply in replies]
            if any(cell is not None for cell in cells):
                rows.append([moment, *("-" if cell is None else f"{cell * 1000:.0f}" for cell in cells)])
        sums = [reply.latency for reply in replies]
        if any(value is not None for value in sums):
            total = ["end of speech to first moving picture"]
            rows.append([*total, *("-" if value is None else f"{value * 1000:.0f}" for value in sums)])
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if k else cell.ljust(width)
                for k, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in rows
        )

    def _reply(self, number: int) -> Reply:
        if number not in self._replies:
            self._replies[number] = Reply(number)
            while len(self._replies) > 500:
                del self._replies[next(iter(self._replies))]
        return self._replies[number]
