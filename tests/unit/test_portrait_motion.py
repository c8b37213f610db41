"""What the motion of a face promises: it lives, it varies, and it never wanders off."""

from __future__ import annotations

import pickle
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from engines.contract import FPS
from engines.portrait import motion
from engines.portrait.motion import BLINK, Life, Spring, advance

MINUTE = 60 * FPS


@cache
def lived(seed: int, minutes: int, speaking: bool) -> tuple[Life, ...]:
    """Every picture's state. A speaker's loudness rises and falls three times a second."""
    life, lives = Life.begin(seed), []
    for k in range(minutes * MINUTE):
        loud = max(0.0, float(np.sin(2 * np.pi * 3 * k / FPS))) if speaking else 0.0
        life = advance(life, loud=loud, speaking=speaking)
        lives.append(life)
    return tuple(lives)


def blinks(lives: tuple[Life, ...]) -> list[int]:
    """The pictures at which a blink begins."""
    return [k for k, (a, b) in enumerate(pairwise(lives)) if a.blink != 0 and b.blink == 0]


@pytest.mark.parametrize("speaking", [True, False])
@pytest.mark.parametrize("seed", [0, 7])
def test_eyes_blink_eight_to_twenty_five_times_a_minute_and_never_in_step(seed: int, speaking: bool) -> None:
    begins = blinks(lived(seed, 5, speaking))
    assert 8 <= len(begins) / 5 <= 25
    gaps = np.diff(begins)
    assert gaps.std() > 0.3 * gaps.mean()


def test_a_blink_closes_the_eye_and_opens_it_again() -> None:
    lids = [motion.lids(life) for life in lived(0, 1, False)]
    assert max(lids) == 1.0
    assert lids.count(0.0) > 0.75 * len(lids)
    assert len(BLINK) / FPS < 0.4


def test_a_long_talk_does_not_wander_off() -> None:
    poses = np.array([motion.pose(life) for life in lived(3, 24, True)])
    assert np.abs(poses).max(axis=0).tolist() <= [8.0, 6.0, 5.0]
    for minutes in (poses[: 8 * MINUTE], poses[-8 * MINUTE :]):
        assert (np.abs(minutes.mean(axis=0)) < 0.8).all()
    assert poses[-8 * MINUTE :].std(axis=0) == pytest.approx(poses[: 8 * MINUTE].std(axis=0), rel=0.35)


def test_the_state_never_grows() -> None:
    lives = lived(0, 5, True)
    sizes = {len(pickle.dumps(lives[k])) for k in range(100, len(lives), 997)}
    assert max(sizes) - min(sizes) < 64  # whole numbers differ in their digits, nothing else
    assert max(sizes) < 2500


def test_a_listener_holds_still_where_a_speaker_moves() -> None:
    listener = np.array([motion.pose(life) for life in lived(0, 5, False)])
    speaker = np.array([motion.pose(life) for life in lived(0, 5, True)])
    assert (listener.std(axis=0) < 0.8 * speaker.std(axis=0)).all()
    assert (listener.std(axis=0) > 0.2).all()


def test_both_nod_and_only_a_speaker_lifts_the_brows() -> None:
    def nods(lives: tuple[Life, ...]) -> int:
        return sum(a.nod_left == 0 and b.nod_left > 0 for a, b in pairwise(lives))

    assert 3 <= nods(lived(0, 5, False)) / 5 <= 16
    assert nods(lived(0, 5, True)) > nods(lived(0, 5, False))
    assert max(life.brow.place for life in lived(0, 5, True)) > 0.1
    assert max(life.brow.place for life in lived(0, 5, False)) < 0.01


@pytest.mark.parametrize("speaking", [True, False])
def test_the_camera_is_looked_at_most_of_the_time(speaking: bool) -> None:
    gaze = np.array([life.gaze_at for life in lived(0, 5, speaking)])
    assert (np.hypot(*gaze.T) < 0.02).mean() > 0.6
    assert np.abs(gaze).max() <= 0.05


def test_no_picture_jumps() -> None:
    poses = np.array([motion.pose(life) for life in lived(5, 3, True)])
    assert np.abs(np.diff(poses, axis=0)).max() < 1.2  # degrees from one picture to the next


def test_the_seed_chooses_the_life_and_the_same_seed_the_same_one() -> None:
    assert lived(0, 1, True) == lived.__wrapped__(0, 1, True)
    assert motion.pose(lived(0, 1, True)[-1]) != motion.pose(lived(1, 1, True)[-1])


def test_a_life_goes_on_from_any_of_its_moments() -> None:
    lives = lived(2, 1, False)
    life = pickle.loads(pickle.dumps(lives[700]))
    for expected in lives[701:800]:
        life = advance(life, loud=0.0, speaking=False)
        assert life == expected


def test_a_spring_arrives_without_overshooting_in_any_step_size() -> None:
    coarse, fine = Spring(), Spring()
    for _ in range(10):
        coarse = coarse.follow(1.0, 12.0, 0.04)
        for _ in range(4):
            fine = fine.follow(1.0, 12.0, 0.01)
        assert coarse.place == pytest.approx(fine.place)
        assert coarse.place < 1.0
    assert coarse.place > 0.95
