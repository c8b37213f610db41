"""What every voice detector promises."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engines.contract import VoiceDetector
from engines.recognizers import silero

STARTER = Path(__file__).parents[2] / "assets" / "starter"


@pytest.fixture(params=[silero.SileroDetector], ids=["silero"])
def detector(request: pytest.FixtureRequest) -> Iterator[VoiceDetector]:
    one = request.param()
    yield one
    one.close()


def probabilities(detector: VoiceDetector, samples: np.ndarray) -> np.ndarray:
    count = len(samples) // detector.window
    windows = samples[: count * detector.window].reshape(count, detector.window)
    return np.array([detector.probability(window) for window in windows])


@pytest.fixture
def question(detector: VoiceDetector) -> np.ndarray:
    """0.3 s of room, a question, 0.8 s of room: float32 (n,) at the detector's rate."""
    with wave.open(str(STARTER / "question.wav")) as file:
        assert file.getframerate() == detector.rate
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768


def test_speech_is_told_from_the_room_around_it(detector: VoiceDetector, question: np.ndarray) -> None:
    likely = probabilities(detector, question)
    windows_per_second = detector.rate / detector.window
    before, after = int(0.25 * windows_per_second), int(0.4 * windows_per_second)
    assert ((likely >= 0) & (likely <= 1)).all()
    assert likely[:before].max() < 0.3
    assert likely[-after:].max() < 0.3
    assert np.median(likely[2 * before : -3 * after]) > 0.8


@pytest.mark.parametrize("decibels", [-300, -60, -30], ids=["digital-silence", "quiet-room", "noisy-room"])
def test_a_room_without_speech_is_not_taken_for_speech(detector: VoiceDetector, decibels: float) -> None:
    noise = np.random.default_rng(0).standard_normal(2 * detector.rate) * 10 ** (decibels / 20)
    assert probabilities(detector, noise.astype(np.float32)).max() < 0.5


def test_two_detectors_do_not_disturb_each_other(detector: VoiceDetector, question: np.ndarray) -> None:
    other = type(detector)()
    alone = probabilities(type(detector)(), question)
    both = []
    for start in range(0, len(question) - detector.window, detector.window):
        both.append(detector.probability(question[start : start + detector.window]))
        other.probability(np.zeros(detector.window, np.float32))
    assert np.allclose(both, alone[: len(both)])


def test_a_window_of_another_length_is_refused(detector: VoiceDetector) -> None:
    with pytest.raises(ValueError, match="samples"):
        detector.probability(np.zeros(detector.window - 1, np.float32))


def test_a_closed_detector_says_so_and_may_be_closed_again(detector: VoiceDetector) -> None:
    detector.close()
    detector.close()
    with pytest.raises(ValueError, match="closed"):
        detector.probability(np.zeros(detector.window, np.float32))


def test_a_ready_detector_has_nothing_to_complain_about() -> None:
    assert silero.probe() is None
