"""The live heart on small engines: what is heard is answered, in step, and an interruption leaves nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from app.devices.recorder import Recorder
from app.film import film, recite
from app.live.clock import ManualClock, StudioClock
from app.live.pipeline import EARS_RATE, RATE, Engines, News, Pipeline
from app.live.playout import Block
from engines.contract import FPS, Anchors, AudioFrame, Problem, Ticket
from tests.flow.fakes import (
    EchoModel,
    HummingVoice,
    LoudnessDetector,
    Opened,
    PaintingCast,
    PaintingPortrait,
    ReadingRecognizer,
    number,
    silence,
    speaks,
    speech,
)

TICK = RATE // FPS


class Stage:
    """A pipeline of fakes and the loop that a device or a recorder would be, one picture at a time."""

    def __init__(self, model: EchoModel | None = None, voice: HummingVoice | None = None) -> None:
        self.news: list[News] = []
        self.blocks: list[Block] = []
        self.model = model

        def opened() -> EchoModel:
            self.model = self.model or EchoModel()
            return self.model

        engines = Engines(
            lambda: voice or HummingVoice(),
            PaintingPortrait,
            np.zeros((2, 2, 3), np.uint8),
            None,
            opened,
            ReadingRecognizer,
            LoudnessDetector,
        )
        self.clock = ManualClock()
        self.pipeline = Pipeline(engines, "You are a test.", self.clock, watch=self.news.append)
        self.heard = 0

    def __enter__(self) -> Stage:
        self.pipeline.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.pipeline.stop()

    def play(self, sound: np.ndarray, *, wait: bool = True) -> list[Block]:
        """Let the persona hear this; the blocks it answered with meanwhile."""
        played = []
        step = EARS_RATE // FPS
        for begin in range(0, len(sound), step):
            self.clock.advance(1 / FPS)  # a sound is known when it is over
            self.pipeline.hear(AudioFrame(sound[begin : begin + step], EARS_RATE, self.heard))
            self.heard += len(sound[begin : begin + step])
            if wait:
                self.pipeline.settle(TICK)
            block = self.pipeline.pull(TICK)
            self.pipeline.sent(block)
            self.blocks.append(block)
            played.append(block)
        return played

    def texts(self, kind: str) -> list[str]:
        return [news.text for news in self.news if news.kind == kind]


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


def loud(blocks: list[Block]) -> list[bool]:
    return [bool(np.abs(block.samples).max() > 0.01) for block in blocks]


def test_a_question_is_heard_answered_and_spoken_once(stage: Stage) -> None:
    stage.play(np.concatenate([silence(0.4), speech(0.5), silence(3.0)]))
    assert stage.texts("turn") == ["one two"]
    assert "".join(stage.texts("reply")) == "You said one two. That is all I know about it."
    spoken = np.concatenate([block.samples for block in stage.blocks])
    assert np.count_nonzero(np.abs(spoken) > 0.01) / RATE == pytest.approx(11 * 0.1, abs=0.05)  # eleven words


def test_every_picture_of_speech_is_shown_with_its_own_sound(stage: Stage) -> None:
    stage.play(np.concatenate([silence(0.4), speech(0.5), silence(3.0)]))
    for block, heard in zip(stage.blocks, loud(stage.blocks), strict=True):
        if heard:
            assert block.picture is not None
            assert speaks(block.picture)
    shown = [number(block.picture) for block in stage.blocks if block.picture is not None and speaks(block.picture)]
    assert shown == sorted(set(shown))
    assert stage.pipeline.playout.counts.late == stage.pipeline.playout.counts.repeated == 0
    assert stage.pipeline.playout.counts.dry == 0


def test_the_face_lives_from_the_first_picture_to_the_last(stage: Stage) -> None:
    stage.play(silence(2.0))
    numbers = [number(block.picture) for block in stage.blocks if block.picture is not None]
    assert numbers == list(range(1, 2 * FPS + 1))


def test_marks_say_which_word_is_heard_at_which_sample(stage: Stage) -> None:
    blocks = stage.play(np.concatenate([silence(0.4), speech(0.5), silence(3.0)]))
    begin = next(k for k, heard in enumerate(loud(blocks)) if heard) * TICK
    words = [mark for block in blocks for mark in block.marks if mark.kind == "word"]
    assert [mark.text for mark in words] == "You said one two. That is all I know about it.".split()
    for k, mark in enumerate(words):
        assert abs(mark.at - (begin + k * RATE // 10)) <= RATE // 1000


def test_the_states_follow_one_another(stage: Stage) -> None:
    stage.play(np.concatenate([silence(0.4), speech(0.5), silence(3.0)]))
    assert stage.texts("state") == ["hearing", "thinking", "speaking", "listening"]


def test_speaking_over_the_persona_silences_it_within_one_picture_and_history_keeps_what_was_heard(
    stage: Stage,
) -> None:
    stage.play(np.concatenate([silence(0.4), speech(0.5), silence(0.8)]))
    assert loud(stage.blocks)[-1]
    # the persona is in its first words when the person speaks again
    blocks = stage.play(np.concatenate([speech(0.8), silence(3.0)]))
    insisted = next(k for k, heard in enumerate(loud(blocks)) if not heard)
    assert insisted * (1 / FPS) <= 0.09 + 0.3 + 2 / FPS  # noticed, insisted, and at most one block of fading
    assert stage.texts("turn")[-1] == "one two three four"
    model = stage.model
    assert model
    [_, second] = model.prompts
    assert [message.role for message in second] == ["system", "user", "assistant", "user"]
    heard = second[2].text
    assert heard
    assert "You said one two. That is all I know about it.".startswith(heard)
    assert heard != "You said one two. That is all I know about it."


def test_a_new_reply_continues_from_the_last_picture_shown(stage: Stage) -> None:
    stage.play(np.concatenate([silence(0.4), speech(0.5), silence(0.8), speech(0.8), silence(3.0)]))
    speech_begins = [
        k
        for k in range(1, len(stage.blocks))
        if speaks(stage.blocks[k].picture) and not speaks(stage.blocks[k - 1].picture)  # type: ignore[arg-type]
    ]
    assert len(speech_begins) == 2
    cast_history = [number(block.picture) for block in stage.blocks if block.picture is not None]
    assert cast_history == sorted(cast_history)  # nothing shown twice, nothing from an older reply after a newer one


def wait_for(condition: Callable[[], object]) -> None:
    """Until the other threads have come so far; the test's own time limit ends a wait that never would."""
    pause = Event()
    while not condition():
        pause.wait(0.005)


def test_interrupting_while_the_model_thinks_stops_it_between_two_words() -> None:
    model = EchoModel(gate=Event())  # hangs after its first word until its ticket dies
    with Stage(model) as stage:
        stage.play(np.concatenate([silence(0.4), speech(0.5), silence(0.7)]), wait=False)
        wait_for(lambda: stage.texts("reply"))
        stage.pipeline.interrupt()
        wait_for(lambda: model.cancelled)
        assert not any(loud(stage.play(silence(0.5))))


def test_interrupting_while_the_voice_speaks_stops_it_between_two_sounds() -> None:
    voice = HummingVoice(gate=Event())  # hangs after its first word until its ticket dies
    with Stage(voice=voice) as stage:
        stage.play(np.concatenate([silence(0.4), speech(0.5), silence(0.7)]), wait=False)
        wait_for(lambda: voice.begun)
        stage.pipeline.interrupt()
        wait_for(lambda: voice.cancelled)
        assert not any(loud(stage.play(silence(0.5))))
        stage.pipeline.say("Here again.")
        wait_for(lambda: any(loud(stage.play(silence(1 / FPS), wait=False))))


def test_the_persona_is_silent_at_once_on_the_sessions_clock(stage: Stage) -> None:
    stage.play(np.concatenate([silence(0.4), speech(0.5), silence(0.8)]))
    assert loud(stage.blocks)[-1]
    stage.pipeline.interrupt()
    after = np.concatenate([block.samples for block in stage.play(silence(0.5))])
    assert np.flatnonzero(np.abs(after) > 0)[-1] < 0.015 * RATE  # the fade, and nothing else


@pytest.mark.parametrize("moment", [0.0, 0.5, 1.2, 1.7, 2.2])
def test_stopping_at_any_moment_leaves_no_thread_and_no_open_engine(moment: float) -> None:
    before = Opened.count
    with Stage() as stage:
        stage.play(np.concatenate([silence(0.4), speech(0.5), silence(3.0)])[: round(moment * EARS_RATE)])
    assert Opened.count == before
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("understudy-")]


def test_an_engine_that_does_not_open_is_one_problem_and_nothing_stays_open() -> None:
    def broken() -> EchoModel:
        raise Problem("The model is gone.", "Bring it back.")

    before = Opened.count
    engines = Engines(HummingVoice, PaintingPortrait, np.zeros((2, 2, 3), np.uint8), None, broken)
    pipeline = Pipeline(engines, "You are a test.", ManualClock())
    with pytest.raises(Problem, match="The model is gone"):
        pipeline.start()
    assert Opened.count == before
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("understudy-")]


def test_a_stage_that_fails_names_itself_and_the_session_ends_tidily() -> None:
    class FallingVoice(HummingVoice):
        def speak(self, text: str, ticket: Ticket) -> Iterator[AudioFrame]:
            raise RuntimeError("no breath")

    engines = Engines(FallingVoice, PaintingPortrait, np.zeros((2, 2, 3), np.uint8))
    pipeline = Pipeline(engines, "You are a test.", ManualClock())
    pipeline.start()
    pipeline.say("Hello there.")
    pipeline.settle(TICK)  # returns although nothing will ever come
    assert pipeline.problem is not None
    assert "'speak'" in pipeline.problem.what
    assert "no breath" in pipeline.problem.what
    pipeline.stop()


def test_a_persona_without_ears_and_mind_says_its_text() -> None:
    pipeline = Pipeline(
        Engines(HummingVoice, PaintingPortrait, np.zeros((2, 2, 3), np.uint8)), "You are a test.", ManualClock()
    )
    pipeline.start()
    pipeline.say("Good morning.")
    heard = 0
    while pipeline.playout.busy:
        pipeline.hear(AudioFrame(silence(1 / FPS), EARS_RATE))
        pipeline.settle(TICK)
        heard += int(np.abs(pipeline.pull(TICK).samples).max() > 0.01)
    pipeline.stop()
    assert heard >= 0.2 * FPS


def test_words_given_to_say_are_said_as_they_are(stage: Stage) -> None:
    stage.pipeline.say("Good morning, everybody.")
    blocks = stage.play(silence(1.0))
    assert [mark.text for block in blocks for mark in block.marks if mark.kind == "word"] == [
        "Good",
        "morning,",
        "everybody.",
    ]
    assert stage.model
    assert stage.model.prompts == []


def test_latency_is_stamped_at_every_moment_in_order(stage: Stage) -> None:
    stage.play(np.concatenate([silence(0.4), speech(0.5), silence(3.0)]))
    [reply] = stage.pipeline.board.replies
    times = list(reply.stamps.values())
    assert len(times) == 8
    assert sorted(times) == [reply.stamps[moment] for moment in sorted(reply.stamps, key=reply.stamps.__getitem__)]
    assert reply.steps()["turn decided"] >= 0.5
    assert reply.latency is not None
    assert reply.latency >= 0.5
    assert "end of speech to first moving picture" in stage.pipeline.board.table()


def test_a_session_whose_stage_fails_is_filmed_up_to_there(tmp_path: Path) -> None:
    class FallingVoice(HummingVoice):
        def speak(self, text: str, ticket: Ticket) -> Iterator[AudioFrame]:
            yield from super().speak("one two", ticket)
            raise RuntimeError("no breath")

    class PaintingLarge(PaintingPortrait):
        def prepare(self, image: np.ndarray, anchors: Anchors | None = None) -> PaintingCast:
            return PaintingCast((64, 48))

    pipeline = Pipeline(
        Engines(FallingVoice, PaintingLarge, np.zeros((2, 2, 3), np.uint8)), "You are a test.", StudioClock()
    )
    pipeline.start()
    out = tmp_path / "film.mp4"
    recorder = Recorder(out, size=(64, 48), fps=FPS)
    take = film(pipeline, recite(pipeline, "One two three."), recorder, label="AI persona")
    pipeline.stop()
    assert [problem.what.split(":")[0] for problem in take.problems] == ["The stage 'speak' stopped"]
    assert out.stat().st_size > 0
