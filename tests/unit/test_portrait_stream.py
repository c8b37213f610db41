"""What the stream of the built-in portrait keeps, and what it lets go."""

from __future__ import annotations

import pickle
from itertools import islice

import numpy as np
import pytest

from engines.contract import AudioFrame, Generation, Mark
from engines.portrait.builtin import LOOK_AHEAD, REMEMBERED, BuiltinCast, BuiltinPortrait
from tests.contract.test_portrait import face, pictures, say, voice


@pytest.fixture
def cast() -> BuiltinCast:
    return BuiltinPortrait(size=(160, 90)).prepare(*face())


def test_a_long_utterance_is_not_hoarded(cast: BuiltinCast) -> None:
    rate, piece = 16000, voice(0.5)
    with cast.stream(Generation().advance()) as stream:
        for k in range(40):
            marks = tuple(Mark(k * len(piece) + j * 800, "phone", "a") for j in range(10))
            list(stream.push(AudioFrame(piece, rate, k * len(piece), marks)))
            held = stream._utterance
            assert held is not None
            assert len(held.recent) < 2 * rate
            assert len(held.phones) < 80
            assert len(held.hops) < 20
            assert len(held.queue) <= (LOOK_AHEAD + 4) * rate // 25
        list(stream.finish())
        assert stream._utterance is None


def test_the_state_behind_a_picture_never_grows(cast: BuiltinCast) -> None:
    sizes = []
    with cast.stream(Generation().advance()) as stream:
        for _ in range(6):
            say(stream, AudioFrame(voice(2.0), 16000))
            list(islice(stream.idle(), 60))
            sizes.append(len(pickle.dumps(stream._state)))
    assert max(sizes) - min(sizes) < 100
    assert max(sizes) < 5000
    assert len(cast._shown) <= REMEMBERED


def test_a_shown_picture_leads_to_the_very_next_one(cast: BuiltinCast) -> None:
    """The state that is found again is the whole state: the listening face goes on as if nothing had happened."""
    generation = Generation()
    with cast.stream(generation.advance()) as stream:
        frames = list(islice(stream.idle(), 40))
        say(stream, AudioFrame(voice(0.5), 16000))
    with cast.stream(generation.advance()) as stream:
        stream.recondition([frames[18].copy(), frames[19].copy()])
        again = list(islice(stream.idle(), 20))
    assert all(np.array_equal(a, b) for a, b in zip(frames[20:], again, strict=True))


def test_two_seeds_are_two_lives() -> None:
    lives = []
    for seed in (1, 2):
        with BuiltinPortrait(size=(160, 90), seed=seed).prepare(*face()).stream(Generation().advance()) as stream:
            lives.append(list(islice(stream.idle(), 12))[-1])
    assert not np.array_equal(*lives)


def test_sound_that_jumps_or_changes_its_rate_is_refused(cast: BuiltinCast) -> None:
    with cast.stream(Generation().advance()) as stream:
        list(stream.push(AudioFrame(voice(0.1), 16000)))
        with pytest.raises(ValueError, match="22050"):
            stream.push(AudioFrame(voice(0.1), 22050, 1600))
        with pytest.raises(ValueError, match="continuous"):
            stream.push(AudioFrame(voice(0.1), 16000, 4000))
        assert len(pictures(list(stream.finish()))) == 3


def test_a_push_that_nobody_looks_at_is_not_lost(cast: BuiltinCast) -> None:
    sound = voice(0.6)
    with cast.stream(Generation().advance()) as stream:
        stream.push(AudioFrame(sound[:4000], 16000))
        segments = [*stream.push(AudioFrame(sound[4000:], 16000, 4000)), *stream.finish()]
    assert np.array_equal(np.concatenate([segment.audio.samples for segment in segments]), sound)
