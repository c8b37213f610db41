"""The live conversation: four stage threads, the generation that numbers the replies, and news for whoever watches.

Hides: which thread opens and closes which engine, in what order things start and end, and what an interruption does.
A device, a file reader or a window only calls hear(), say(), interrupt() and pulls from `playout`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Event, Thread
from typing import Literal, Protocol, TypeVar

import numpy as np

from app.live.channel import Channel, Newest
from app.live.clock import Clock
from app.live.dialogue import Dialogue
from app.live.latency import LatencyBoard
from app.live.playout import Block, Playout
from app.live.stages import EARS_RATE, Turn, animate, listen, speak, think
from app.live.turns import TurnSettings, TurnTaker
from engines.contract import (
    Anchors,
    AudioFrame,
    Closed,
    Generation,
    LanguageModel,
    Portrait,
    Problem,
    Recognizer,
    Ticket,
    Voice,
    VoiceDetector,
)

log = logging.getLogger(__name__)

RATE = 48_000
"""Samples per second of everything that is said: what sound cards, virtual cables and calls run at."""

REPLY_SHARE = 4
"""One part in so many of the context window is kept free for the reply."""


@dataclass(frozen=True, slots=True)
class Engines:
    """How to open each engine; the stage that needs it does so on its own thread. None: this stage is not wanted.

    `image`: uint8 (height, width, 3), RGB, the picture that the portrait brings to life, with its `anchors` if known.
    """

    voice: Callable[[], Voice]
    portrait: Callable[[], Portrait]
    image: np.ndarray
    anchors: Anchors | None = None
    model: Callable[[], LanguageModel] | None = None
    recognizer: Callable[[], Recognizer] | None = None
    detector: Callable[[], VoiceDetector] | None = None


@dataclass(frozen=True, slots=True)
class News:
    """Something a watcher may want to show. States are listening, hearing, thinking, speaking. `text` is the new state,
    the words so far, the whole turn, a piece of the reply, or the problem in words. `at`: second of the session."""

    kind: Literal["state", "partial", "turn", "reply", "problem"]
    text: str
    number: int
    at: float


@dataclass(slots=True)
class _Stage:
    name: str
    run: Callable[[_Stage], None]
    opened: Event = field(default_factory=Event)
    thread: Thread | None = None


class Pipeline:
    """One persona in one conversation. start(), then any of hear / say / interrupt from any thread, then stop()."""

    def __init__(
        self,
        engines: Engines,
        system: str,
        clock: Clock,
        *,
        turns: TurnSettings | None = None,
        watch: Callable[[News], None] = lambda news: None,
    ) -> None:
        self.clock = clock
        self.board = LatencyBoard(clock.now)
        self.generation = Generation()
        self.playout = Playout(RATE, self.generation)
        self.problem: Problem | None = None
        self.ears: Newest[AudioFrame] = Newest(500)
        self._watch = watch
        self._system = system
        self._taker = TurnTaker(turns)
        self._turns: Channel[Turn] = Channel(2)
        self._phrases: Channel[str | None] = Channel(8)
        self._speech: Channel[AudioFrame | None] = Channel(16)
        self._speaking = 0
        self._stages = [
            _Stage("animate", partial(self._animate, engines)),
            _Stage("speak", partial(self._speak, engines.voice)),
            _Stage("think", partial(self._think, engines.model)),
        ]
        self._listens = engines.recognizer is not None and engines.detector is not None
        if engines.recognizer and engines.detector:
            self._stages.append(_Stage("listen", partial(self._listen, engines.recognizer, engines.detector)))

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Open all engines at once, each on its own thread. Raises the first Problem, and then nothing stays open."""
        for stage in self._stages:
            stage.thread = Thread(target=self._run, args=(stage,), name=f"understudy-{stage.name}", daemon=True)
            stage.thread.start()
        for stage in self._stages:
            stage.opened.wait()
        if self.problem:
            self.stop()
            raise self.problem

    def stop(self) -> None:
        """Silence, and every thread home. Called twice, it does nothing the second time."""
        self.generation.advance()
        self.ears.close()
        for channel in (self._turns, self._phrases, self._speech):
            channel.close()
        self.playout.close()
        for stage in reversed(self._stages):
            if stage.thread:
                stage.thread.join()

    # --- what the world does to it ------------------------------------------------------------------------------------

    def hear(self, frame: AudioFrame) -> None:
        """Sound from the microphone or a file, at EARS_RATE, numbered from the session's beginning.

        A persona without ears does not notice.
        """
        if frame.rate != EARS_RATE:
            raise ValueError(f"the ears want {EARS_RATE} Hz, not {frame.rate}")
        if self._listens:
            self.ears.put(frame)

    def say(self, text: str) -> None:
        """Speak this as it is, instead of whatever is being said."""
        self._answer(text, self.clock.now(), verbatim=True)

    def interrupt(self) -> None:
        """Fall silent at once."""
        self.generation.advance()
        self._tell("state", "listening")

    # --- what the world takes from it ---------------------------------------------------------------------------------

    def pull(self, count: int) -> Block:
        """The next `count` samples of sound at RATE and the picture to show with them. Never waits."""
        block = self.playout.pull(count)
        if block.begins:
            self._speaking = block.begins
            self.board.stamp(block.begins, "first sample played")
            self._tell("state", "speaking", block.begins)
        elif self._speaking and not self.playout.busy:
            self._speaking = 0
            self._tell("state", "listening")
        return block

    def sent(self, block: Block) -> None:
        """The picture of this block has reached the camera or the recording."""
        if block.begins:
            self.board.stamp(block.begins, "first picture sent")

    def settle(self, count: int) -> None:
        """For a session whose time can wait: until the ears have worked off everything they were given, and pull(count)
        would neither run dry nor repeat a picture."""
        self.ears.wait_until_finished()
        self.playout.wait_until_ready(count)

    # --- what the ears and the mind report ----------------------------------------------------------------------------

    def speech_began(self, at: float) -> None:
        if not self.playout.busy:
            self._tell("state", "hearing")

    def words_changed(self, text: str) -> None:
        self._tell("partial", text)

    def speech_insists(self, at: float) -> None:
        if self.playout.busy:
            self.interrupt()
            self._tell("state", "hearing")

    def turn_ended(self, text: str, spoken_until: float) -> None:
        if text:
            self._answer(text, spoken_until)
        elif not self.playout.busy:
            self._tell("state", "listening")

    def thought(self, piece: str, ticket: Ticket) -> None:
        self.board.note(ticket.number, said=piece)
        self._tell("reply", piece, ticket.number)

    def failed(self, problem: Problem) -> None:
        log.warning("%s", problem)
        self._tell("problem", str(problem))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _answer(self, text: str, spoken_until: float, *, verbatim: bool = False) -> None:
        before = self.playout.spoken()
        ticket = self.generation.advance()
        self.playout.expect(ticket)
        self.board.stamp(ticket.number, "end of speech", spoken_until)
        self.board.stamp(ticket.number, "turn decided")
        if not verbatim:
            self.board.note(ticket.number, heard=text)
            self._tell("turn", text, ticket.number)
        self._tell("state", "thinking", ticket.number)
        self._turns.put(Turn(text, before, verbatim), ticket)

    def _tell(self, kind: Literal["state", "partial", "turn", "reply", "problem"], text: str, number: int = 0) -> None:
        self._watch(News(kind, text, number, self.clock.now()))

    def _run(self, stage: _Stage) -> None:
        """The stage runner: catches the rest once, names the stage, and lets the session end tidily."""
        try:
            stage.run(stage)
        except Closed:
            pass
        except Exception as error:
            log.exception("the stage '%s' stopped", stage.name)
            if self.problem is None:
                self.problem = error if isinstance(error, Problem) else _fault(stage.name, error)
                self._tell("problem", str(self.problem))
            self.playout.close()
            self.ears.close()
        finally:
            stage.opened.set()

    def _listen(
        self, recognizer: Callable[[], Recognizer], detector: Callable[[], VoiceDetector], stage: _Stage
    ) -> None:
        with _open(recognizer) as ears, _open(detector) as sense:
            stage.opened.set()
            listen(self.ears, ears, sense, self._taker, self, self.board)

    def _think(self, model: Callable[[], LanguageModel] | None, stage: _Stage) -> None:
        if model is None:
            stage.opened.set()
            think(self._turns, self._phrases, None, Dialogue(self._system, lambda _: 0, 1), self, self.board)
            return
        with _open(model) as mind:
            budget = mind.context_tokens * (REPLY_SHARE - 1) // REPLY_SHARE
            dialogue = Dialogue(self._system, mind.count, budget)
            mind.warm(dialogue.messages, self.generation.current())
            stage.opened.set()
            think(self._turns, self._phrases, mind, dialogue, self, self.board)

    def _speak(self, voice: Callable[[], Voice], stage: _Stage) -> None:
        with _open(voice) as mouth:
            stage.opened.set()
            speak(self._phrases, self._speech, mouth, RATE, self.board)

    def _animate(self, engines: Engines, stage: _Stage) -> None:
        with _open(engines.portrait) as portrait:
            cast = portrait.prepare(engines.image, engines.anchors)
            stage.opened.set()
            animate(self._speech, self.playout, cast, self.generation, self.board)


class _Closes(Protocol):
    def close(self) -> None: ...


E = TypeVar("E", bound=_Closes)


@contextmanager
def _open(build: Callable[[], E]) -> Iterator[E]:
    engine = build()
    try:
        yield engine
    finally:
        engine.close()


def _fault(stage: str, error: Exception) -> Problem:
    """A fault of ours in words a person can pass on."""
    problem = Problem(
        f"The stage '{stage}' stopped: {type(error).__name__}: {error}.",
        "Start again; if it happens twice, report it with the log.",
    )
    problem.__cause__ = error
    return problem
