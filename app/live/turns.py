"""When the person begins and stops speaking. Hides: thresholds and waiting times.

A pure function of what was heard and when: it knows no clock, thread or engine, so a test can play any conversation
through it in microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engines.contract import Problem

UNFINISHED = frozenset(
    "a,an,and,as,because,but,er,from,if,into,my,of,or,our,than,the,their,then,uh,um,when,which,while,with,your".split(
        ","
    )
)
"""Last words after which an English sentence is rarely over: the person gets more time."""


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """Seconds and probabilities of turn-taking.

    A gap inside a sentence is mostly below 0.4 s and a turn gap between people around 0.2 s, so half a second of
    silence ends a turn unless the words say that more is to come (Levinson & Torreira 2015; measured norms).
    """

    speech_probability: float = 0.5
    silence_probability: float = 0.35
    start_after: float = 0.09
    end_after: float = 0.5
    end_after_unfinished: float = 1.1
    interrupt_after: float = 0.3
    longest_turn: float = 60.0

    def __post_init__(self) -> None:
        if not 0 < self.silence_probability <= self.speech_probability < 1:
            raise Problem(
                "The speech thresholds are out of order.",
                "Keep 0 < silence_probability <= speech_probability < 1 in Settings > Turns.",
            )
        if not 0.1 <= self.end_after <= self.end_after_unfinished <= 5:
            raise Problem(
                "The pause that ends a turn is out of range.",
                "Choose 0.1 to 5 seconds in Settings > Turns, the longer pause not below the shorter.",
            )


@dataclass(frozen=True, slots=True)
class TurnEvent:
    """`started`: somebody speaks, since second `at`. `insists`: they have spoken long enough to interrupt a reply.
    `ended`: they stopped, and the last speech was at second `at`."""

    kind: Literal["started", "insists", "ended"]
    at: float


class TurnTaker:
    """Follows one person, window by window."""

    def __init__(self, settings: TurnSettings | None = None) -> None:
        self.settings = settings or TurnSettings()
        self.speaking = False
        self._since = 0.0  # start of the speech under way, or of the suspicion of one
        self._last_speech = 0.0
        self._suspected = False
        self._insisted = False

    def step(self, probability: float, begin: float, end: float, words: str) -> TurnEvent | None:
        """One window of sound from second `begin` to `end`; `words` is the text understood so far in this turn."""
        s = self.settings
        speech = probability >= (s.silence_probability if self.speaking else s.speech_probability)
        if not self.speaking:
            return self._suspect(speech, begin, end)
        if speech:
            self._last_speech = end
        if not self._insisted and self._last_speech - self._since >= s.interrupt_after:
            self._insisted = True
            return TurnEvent("insists", self._since)
        last_word = words.rsplit(" ", 1)[-1].lower()
        patience = s.end_after_unfinished if last_word in UNFINISHED else s.end_after
        if end - self._last_speech >= patience - 1e-9 or end - self._since >= s.longest_turn:
            self.speaking = self._suspected = False
            return TurnEvent("ended", self._last_speech)
        return None

    def _suspect(self, speech: bool, begin: float, end: float) -> TurnEvent | None:
        if not speech:
            self._suspected = False
            return None
        if not self._suspected:
            self._suspected, self._since = True, begin
        if end - self._since < self.settings.start_after:
            return None
        self.speaking, self._insisted, self._last_speech = True, False, end
        return TurnEvent("started", self._since)
