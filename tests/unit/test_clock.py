"""Clocks."""

from __future__ import annotations

from threading import Thread

import pytest

from app.live.clock import AudioClock, ManualClock, StudioClock, WallClock


class Wall:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_audio_clock_runs_smoothly_between_two_blocks() -> None:
    wall = Wall()
    clock = AudioClock(48_000, 960, wall=wall)
    clock.played(960)
    assert clock.now() == pytest.approx(0.02)
    wall.now += 0.01
    assert clock.now() == pytest.approx(0.03)
    wall.now += 0.1  # the next block is late: time does not run ahead of the sound
    assert clock.now() == pytest.approx(0.04)
    clock.played(1920)
    assert clock.now() == pytest.approx(0.04)


def test_the_audio_clock_goes_on_when_the_device_is_gone() -> None:
    wall = Wall()
    clock = AudioClock(48_000, 960, patience=0.5, wall=wall)
    clock.played(960)
    wall.now += 2.5
    assert clock.now() == pytest.approx(0.02 + 0.02 + 2.0)


def test_a_session_begins_at_zero_on_every_clock() -> None:
    wall = Wall()
    heard = AudioClock(48_000, 960, wall=wall)
    heard.played(48_000)
    moved = ManualClock()
    moved.advance(7.0)
    for clock in (heard, moved, WallClock(), StudioClock()):
        clock.begin()
        assert 0 <= clock.now() < 0.5
    heard.played(96_000)
    assert heard.now() == pytest.approx(1.0)


def test_the_audio_clock_never_goes_back() -> None:
    clock = AudioClock(48_000, 960, wall=Wall())
    clock.played(48_000)
    clock.played(960)
    assert clock.now() >= 1.0


def test_studio_time_is_where_it_was_set_and_runs_on_with_the_work() -> None:
    clock = StudioClock()
    clock.wait_until(1000.0)
    assert 1000.0 <= clock.now() < 1010.0
    clock.wait_until(2000.0)
    assert clock.now() >= 2000.0


def test_wall_time_passes_by_itself() -> None:
    clock = WallClock()
    clock.wait_until(0.01)
    assert clock.now() >= 0.01


def test_manual_time_moves_when_told() -> None:
    clock = ManualClock()
    waiter = Thread(target=clock.wait_until, args=(1.0,))
    waiter.start()
    clock.advance(0.5)
    waiter.join(0.05)
    assert waiter.is_alive()
    clock.advance(0.5)
    waiter.join(5)
    assert not waiter.is_alive()
    assert clock.now() == 1.0
