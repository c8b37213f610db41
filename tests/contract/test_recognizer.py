"""What every recognizer promises. Each joins by adding one line to `opened`."""

from __future__ import annotations

import gc
import sys
import wave
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from engines.contract import AudioFrame, Hearing, Problem, Recognizer
from engines.recognizers import sphinx, vosk
from tests.models.vosk import tiny_model

STARTER = Path(__file__).parents[2] / "assets" / "starter"
QUESTION = "hello what is your name and what can you do"
SECOND = "how do i add a new photo"
RATE = 16_000


def sound(name: str) -> np.ndarray:
    """A starter question: float32 (n,) at RATE."""
    with wave.open(str(STARTER / name)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768


def room(seconds: float, decibels: float = -60) -> np.ndarray:
    """A room in which nobody speaks: white noise, float32 (n,), that loud (RMS against full scale)."""
    noise = np.random.default_rng(4).standard_normal(int(seconds * RATE))
    return (10 ** (decibels / 20) * noise).astype(np.float32)


def hear(recognizer: Recognizer, samples: np.ndarray, cuts: list[int], at: int = 0) -> tuple[list[Hearing], Hearing]:
    """One turn, cut at these samples: what was understood on the way, and in the end."""
    edges = [0, *cuts, len(samples)]
    frames = [AudioFrame(samples[start:end], RATE, at + start) for start, end in pairwise(edges)]
    on_the_way = [recognizer.feed(frame) for frame in frames]
    return [hearing for hearing in on_the_way if hearing is not None], recognizer.finish()


def every(count: int, samples: np.ndarray) -> list[int]:
    return list(range(count, len(samples), count))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model(tmp_path_factory.mktemp("vosk"))


@pytest.fixture(params=["sphinx", "vosk-tiny"])
def opened(request: pytest.FixtureRequest, tiny: Path) -> Callable[[], Recognizer]:
    """Opens one engine afresh."""
    return {"sphinx": sphinx.SphinxRecognizer, "vosk-tiny": partial(vosk.VoskRecognizer, tiny)}[request.param]


@pytest.fixture
def recognizer(opened: Callable[[], Recognizer]) -> Iterator[Recognizer]:
    one = opened()
    yield one
    one.close()


def test_a_question_is_understood_while_it_is_asked_and_word_for_word_in_the_end(recognizer: Recognizer) -> None:
    samples = sound("question.wav")
    partials, final = hear(recognizer, samples, every(1600, samples), at=7000)
    assert final == Hearing(QUESTION, True, 7000 + len(samples))
    assert not any(hearing.final for hearing in partials)
    assert [hearing.at for hearing in partials] == sorted({hearing.at for hearing in partials})
    assert all(before.text != after.text for before, after in pairwise(partials))
    first_words = next(hearing for hearing in partials if hearing.text)
    assert first_words.at < 7000 + len(samples) // 2
    assert len(first_words.text.split()) < len(partials[-1].text.split())


def test_a_frame_that_changes_nothing_gives_no_partial(recognizer: Recognizer) -> None:
    assert recognizer.feed(AudioFrame(np.zeros(1600, np.float32), RATE)) is None
    assert recognizer.feed(AudioFrame(np.zeros(0, np.float32), RATE, 1600)) is None


def test_chunked_speech_is_understood_like_whole_speech(opened: Callable[[], Recognizer]) -> None:
    samples = sound("question2.wav")
    finals = []
    for cuts in ([], every(333, samples)):
        one = opened()
        finals.append(hear(one, samples, cuts)[1])
        one.close()
    assert finals[0] == finals[1] == Hearing(SECOND, True, len(samples))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(cuts=some.lists(some.integers(0, len(sound("question2.wav"))), max_size=30).map(sorted))
def test_vosk_understands_the_same_however_the_sound_was_cut(tiny: Path, cuts: list[int]) -> None:
    one = vosk.VoskRecognizer(tiny)
    samples = sound("question2.wav")
    assert hear(one, samples, cuts)[1] == Hearing(SECOND, True, len(samples))
    one.close()


def test_finish_ends_one_turn_and_the_next_feed_begins_another(recognizer: Recognizer) -> None:
    first, second = sound("question.wav"), sound("question2.wav")
    assert hear(recognizer, first, every(8000, first))[1].text == QUESTION
    assert recognizer.finish() == Hearing("", True, len(first))
    partials, final = hear(recognizer, second, every(8000, second), at=len(first))
    assert final == Hearing(SECOND, True, len(first) + len(second))
    assert all("hello" not in hearing.text for hearing in partials)


def test_turns_without_words_are_empty_and_the_next_is_heard(recognizer: Recognizer) -> None:
    for decibels in (-300, -60, -40):  # digital silence, a quiet room, a noisy one
        assert hear(recognizer, room(1.6, decibels), every(1600, room(1.6)))[1].text == "", decibels
    samples = sound("question2.wav")
    assert hear(recognizer, samples, every(8000, samples))[1].text == SECOND


def test_a_long_turn_keeps_its_beginning(recognizer: Recognizer) -> None:
    samples = np.concatenate([sound("question.wav"), room(2.5), sound("question2.wav")])
    partials, final = hear(recognizer, samples, every(1600, samples))
    assert final.text == f"{QUESTION} {SECOND}"
    assert partials[-1].text.startswith(QUESTION)


def test_the_long_turn_really_is_one_that_vosk_alone_would_end(tiny: Path) -> None:
    from vosk import KaldiRecognizer, Model

    samples = np.concatenate([sound("question.wav"), room(2.5)])
    blocks = np.array_split((samples * 32767).astype(np.int16), 50)
    alone = KaldiRecognizer(Model(model_path=str(tiny)), RATE)
    assert any(alone.AcceptWaveform(block.tobytes()) for block in blocks)


def test_another_rate_is_refused(recognizer: Recognizer) -> None:
    with pytest.raises(ValueError, match="48000"):
        recognizer.feed(AudioFrame(np.zeros(480, np.float32), 48_000))


def test_close_lets_go_of_the_library_and_may_be_repeated(opened: Callable[[], Recognizer]) -> None:
    one = opened()
    libraries = ("vosk", "pocketsphinx", "_pocketsphinx")
    (native,) = [thing for thing in vars(one).values() if type(thing).__module__.split(".")[0] in libraries]
    one.close()
    one.close()
    gc.collect()
    assert sys.getrefcount(native) == 2  # this test's own name for it, and the call
    with pytest.raises(ValueError, match="closed"):
        hear(one, room(1), [])


# --- what can be wrong with a model -----------------------------------------------------------------------------------


def test_words_that_vosk_does_not_know_are_left_out(tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    words = model / "graph" / "words.txt"
    words.write_text(words.read_text().replace("\nname ", "\n[unk] "))
    one = vosk.VoskRecognizer(model)
    partials, final = hear(one, sound("question.wav"), every(1600, sound("question.wav")))
    assert final.text == QUESTION.replace("name ", "")
    assert not any("unk" in hearing.text for hearing in partials)


def test_a_ready_engine_has_nothing_to_complain_about(tiny: Path) -> None:
    assert vosk.probe(tiny) is None
    assert sphinx.probe() is None


def _nothing(folder: Path) -> Path:
    return folder / "never-installed"


def _no_model(folder: Path) -> Path:
    (folder / "notes").mkdir()
    (folder / "notes" / "README").write_text("hello")
    return folder / "notes"


def _one_folder_too_high(folder: Path) -> Path:
    tiny_model(folder / "download")
    return folder / "download"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (_nothing, "There is no Vosk model folder"),
        (_no_model, "The folder notes is not a Vosk model. Choose the folder that contains am/final.mdl."),
        (_one_folder_too_high, "The folder download is not a Vosk model. Choose the folder vosk-tiny inside it."),
    ],
)
def test_a_folder_without_a_vosk_model_is_one_sentence_and_a_remedy(
    make: Callable[[Path], Path], said: str, tmp_path: Path
) -> None:
    folder = make(tmp_path)
    assert said in (vosk.probe(folder) or "")
    with pytest.raises(Problem) as caught:
        vosk.VoskRecognizer(folder)
    assert str(caught.value) == vosk.probe(folder)


@pytest.mark.parametrize("damaged", ["am/final.mdl", "graph/HCLG.fst"])
def test_a_damaged_vosk_model_is_a_problem_with_its_cause(damaged: str, tmp_path: Path) -> None:
    model = tiny_model(tmp_path)
    whole = (model / damaged).read_bytes()
    (model / damaged).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Problem, match="install the model again") as caught:
        vosk.VoskRecognizer(model)
    assert caught.value.__cause__ is not None


def test_a_folder_without_a_sphinx_model_is_one_sentence_and_a_remedy(tmp_path: Path) -> None:
    assert "lacks" in (sphinx.probe(tmp_path) or "")
    with pytest.raises(Problem, match="whole PocketSphinx model"):
        sphinx.SphinxRecognizer(tmp_path)
