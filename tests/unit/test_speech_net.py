"""What the trained ear promises: the same mouth however loud it is and however it is cut, closed lips, constant memory.

The sound is made when the tests run, by timbres of espeak-ng that the network was never trained on.
"""

from __future__ import annotations

import pickle
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.make.speech_data import HELD_OUT_TIMBRES, RATE, RATE_OF_STEPS, espeak, targets
from engines.contract import FPS, AudioFrame, Generation, Problem
from engines.portrait import speech
from engines.portrait.builtin import BuiltinPortrait
from engines.portrait.rig import MOUTH
from engines.portrait.speech import KINDS, MODEL, ROWS, Bands, Listener, SpeechNet, most, rows_of
from engines.portrait.visemes import EARLY, Phone, blend
from engines.voices.espeak import EspeakVoice
from tests.contract.test_portrait import face

OPEN, ROUND, PRESS = (MOUTH.index(name) for name in ("open", "round", "press"))
TEXT = "Maybe my papa bought a big map. Pumpkin, bamboo, a happy baby, and a warm apple pie."


@cache
def net() -> SpeechNet:
    return SpeechNet()


@cache
def spoken(timbre: str, text: str = TEXT) -> tuple[np.ndarray, int, tuple[Phone, ...]]:
    samples, rate, phones = espeak(EspeakVoice(f"en-us+{timbre}"), text)
    return samples, rate, tuple(phones)


def heard(samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """The mouths (n, 8) of a recording, held where the kind of sound holds the lips, and the same unheld."""
    listener, mouths, held = Listener(net(), rate), [], []
    for number in range(len(samples) * FPS // rate):
        begin, end = listener.span(number)
        part = samples[max(0, begin) : end]
        said, limit = listener.read(number, np.pad(part, (max(0, -begin), end - max(0, begin) - len(part))))
        mouths.append(said)
        held.append(np.minimum(said[:, OPEN], limit))
    return np.concatenate(mouths), np.concatenate(held)


# --- what is seen -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("timbre", HELD_OUT_TIMBRES[:3])
def test_lips_close_for_p_b_and_m_of_a_voice_that_it_never_heard(timbre: str):
    samples, rate, phones = spoken(timbre)
    _, held = heard(samples, rate)
    closed = [
        held[int((phone.begin - EARLY) * RATE_OF_STEPS) + 1 : int(phone.end * RATE_OF_STEPS) + 1].min() < 0.06
        for phone in phones
        if phone.text in tuple("pbm")
    ]
    assert len(closed) > 15
    assert np.mean(closed) > 0.8


@pytest.mark.parametrize("timbre", HELD_OUT_TIMBRES[:3])
def test_the_mouth_opens_for_vowels_and_goes_round_for_oo(timbre: str):
    samples, rate, phones = spoken(timbre, "Father, calm. Father, calm. Two, do, soon, moon. Two, do, soon, moon.")
    mouths, _ = heard(samples, rate)

    def at(letter: str, weight: int) -> float:
        moments = [(phone.begin + phone.end) / 2 for phone in phones if phone.text == letter]
        return float(np.mean([mouths[round(moment * RATE_OF_STEPS), weight] for moment in moments]))

    assert at("ɑ", OPEN) > 0.2 + at("u", OPEN)
    assert at("u", ROUND) > 0.3 + at("ɑ", ROUND)


def test_silence_is_a_mouth_at_rest():
    quiet = np.zeros(3 * RATE, np.float32)
    hiss = np.random.default_rng(1).normal(0, 10 ** (-65 / 20), 3 * RATE).astype(np.float32)
    for sound in (quiet, hiss):
        mouths, held = heard(sound, RATE)
        assert np.abs(mouths).max() < 0.12
        assert held[10:].max() < 0.06


@pytest.mark.parametrize("gain", [0.1, 0.3])
def test_a_microphone_that_is_turned_down_gives_the_same_mouth(gain: float):
    samples, rate, _ = spoken("f3")
    loud, _ = heard(samples, rate)
    quiet, _ = heard(samples * np.float32(gain), rate)
    assert np.abs(loud - quiet)[RATE_OF_STEPS // 2 :].mean() < 0.02
    assert np.corrcoef(loud[:, OPEN], quiet[:, OPEN])[0, 1] > 0.97


def test_sound_that_is_no_number_is_silence():
    broken = np.full(RATE, np.nan, np.float32)
    assert np.array_equal(heard(broken, RATE)[0], heard(np.zeros(RATE, np.float32), RATE)[0])


# --- how it is measured -----------------------------------------------------------------------------------------------


def vowel(rate: int) -> np.ndarray:
    """One window of a steady sound of five partials, float32 (1, n)."""
    time = np.arange(Bands(rate).length) / rate
    partials = [np.sin(2 * np.pi * hertz * time) / k for k, hertz in enumerate((180, 360, 730, 1090, 2440), 1)]
    return 0.1 * np.array(partials, np.float32).sum(axis=0, keepdims=True)


@pytest.mark.parametrize("rate", [22050, 24000, 44100, 48000])
def test_the_rate_of_the_sound_hardly_matters(rate: int):
    power, usual = (Bands(some).power(vowel(some)) for some in (rate, RATE))
    loud = usual > usual.max() / 1000
    assert np.abs(10 * np.log10(power / usual))[loud].max() < 0.7


def test_bands_together_hold_the_mean_square():
    sound = np.random.default_rng(2).normal(0, 0.1, (50, Bands(RATE).length)).astype(np.float32)
    assert Bands(RATE).power(sound).sum(axis=1).mean() == pytest.approx(0.01 * 7540 / 8000, rel=0.1)


def test_no_mouth_waits_for_more_than_80_ms_of_sound_after_its_picture():
    for rate in (8000, 16000, 22050, 44100, 48000):
        listener = Listener(net(), rate)
        # The portrait asks for reading n + 1 when it draws picture n, with two pictures of sound after it.
        assert all(listener.span(n + 1)[1] <= (n + 3) * rate // FPS for n in range(50))


def test_training_measures_what_the_application_measures():
    samples, rate, _ = spoken("m2")
    count = len(samples) * FPS // rate
    rows, state, parts = rows_of(samples, rate, count), net().quiet, []
    for number in range(count):
        mouths, _, state = net().run(rows[ROWS * number : ROWS * (number + 1)], state)
        parts.append(mouths)
    assert np.abs(np.concatenate(parts).clip(0, 1) - heard(samples, rate)[0]).max() < 1e-5


def test_its_memory_never_grows():
    samples, rate, _ = spoken("f3")
    listener, sizes = Listener(net(), rate), set()
    for number in range(40):
        begin, end = listener.span(number)
        listener.read(number, samples[max(0, begin) : max(0, begin) + end - begin])
        memory = {name: value for name, value in vars(listener).items() if name not in ("_net", "_bands")}
        sizes.add(len(pickle.dumps(memory)))
    assert len(sizes) == 1


# --- what it is taught ------------------------------------------------------------------------------------------------


def test_targets_are_the_mouths_that_marks_would_make_and_closures_are_forced():
    phones = tuple(Phone(0.1 * k, 0.1 * k + 0.1, text) for k, text in enumerate("_hɛloʊʌmbwiz_"))
    mouths, kinds = targets(phones, 60)
    shut = kinds == list(KINDS).index("bilabial")
    assert 5 <= shut.sum() <= 12
    assert mouths[shut, OPEN].max() == 0
    assert mouths[shut, PRESS].min() >= 0.699
    for step in np.flatnonzero(~shut):
        blended, _ = blend(phones, step / RATE_OF_STEPS)
        wanted = np.delete(blended, OPEN)
        assert np.abs(np.delete(mouths[step], OPEN) - wanted).max() < 1e-6
        assert mouths[step, OPEN] <= blended[OPEN] + 1e-6


def test_every_kind_of_sound_has_phones_of_its_own():
    letters = "".join(KINDS.values())
    assert len(set(letters)) == len(letters)


@given(st.lists(st.floats(0, 1), min_size=len(KINDS), max_size=len(KINDS)))
@settings(max_examples=50, deadline=None)
def test_lips_are_held_only_by_kinds_that_hold_them(likely: list[float]):
    kinds = np.array([likely], np.float32)
    limit = most(kinds)
    assert 0 <= limit[0] <= 1
    free = kinds.copy()
    free[:, [list(KINDS).index(name) for name in ("bilabial", "labiodental", "hushing", "sibilant")]] = 0
    assert most(free)[0] == 1
    free[:, list(KINDS).index("bilabial")] = 0.6
    assert most(free)[0] == 0


# --- when it is not there ---------------------------------------------------------------------------------------------


def test_a_missing_or_foreign_file_is_told_with_its_remedy(tmp_path: Path):
    with pytest.raises(Problem, match=r"Run the installer again"):
        SpeechNet(tmp_path / "none.onnx")
    (tmp_path / "foreign.onnx").write_bytes(b"this is no graph")
    with pytest.raises(Problem, match=r"Run the installer again"):
        SpeechNet(tmp_path / "foreign.onnx")


def test_without_the_file_there_is_no_trained_ear(tmp_path: Path):
    assert speech.opened(tmp_path / "none.onnx") is None


def gaps(samples: np.ndarray, rate: int, ear: Path = MODEL) -> np.ndarray:
    """How far the lips are apart in each picture of a portrait that is given sound without marks."""
    cast = BuiltinPortrait(size=(160, 90), ear=ear).prepare(*face())
    with cast.stream(Generation().advance()) as stream:
        segments = [*stream.push(AudioFrame(samples, rate)), *stream.finish()]
    return np.array([cast.gap(frame) for segment in segments for frame in segment.frames])


def test_a_portrait_without_marks_closes_its_lips_for_the_phones_it_hears():
    samples, rate, phones = spoken("f3")
    pictures = gaps(samples, rate)
    closed = [
        pictures[int((phone.begin - EARLY) * FPS) : int(phone.end * FPS) + 1].min() < 0.02
        for phone in phones
        if phone.text in tuple("pbm")
    ]
    assert np.mean(closed) > 0.8
    assert pictures.max() > 0.15


def test_a_portrait_without_the_file_listens_with_the_ear_made_by_hand(tmp_path: Path):
    samples, rate, _ = spoken("f3")
    by_hand = gaps(samples, rate, ear=tmp_path / "none.onnx")
    assert by_hand.max() > 0.1
    assert not np.allclose(by_hand, gaps(samples, rate), atol=1e-3)
