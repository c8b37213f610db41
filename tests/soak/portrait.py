"""An hour of the built-in portrait in one stream: python -m tests.soak.portrait > hour.json

Hides how a long run is judged. A face listens and speaks by turns for 90,000 pictures; what must stay as it was is
measured on the way (memory, time, colour, sharpness, place of the face), and what must never repeat is looked for
afterwards (blinks, sway, whole pictures). Pictures are small, 480 x 270, so that an hour of them is made in minutes;
`--size` makes them larger. Milliseconds are processor time of the drawing thread. Exit code 1 when a promise is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import psutil

from engines.contract import FPS, AudioFrame, Generation
from engines.portrait import motion
from engines.portrait.builtin import BuiltinCast, BuiltinPortrait, BuiltinStream
from engines.portrait.geometry import frame_photo
from tests.bench.portrait import read, spoken
from tests.bench.portrait_sight import MINUTE, blinking, repeats, trend

LOOKED_AT = 5
"""Colour, sharpness and place are measured on every fifth picture."""
VOICES = ("en-us", "en-us+f3", "en-gb-scotland", "en-us+m7")


def held_bytes(value: object, around: frozenset[int] = frozenset()) -> int:
    """What an object keeps alive, in bytes: 8 for a number, arrays and texts by their content, the rest by its parts.

    The cast is left out: many streams share it. `around` are the objects that this one is a part of.
    """
    if isinstance(value, int | float | bool | complex | np.generic) or value is None:
        return 8
    if isinstance(value, BuiltinCast | type) or callable(value) or id(value) in around:
        return 0
    around |= {id(value)}
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, bytes | str):
        return len(value)
    if isinstance(value, dict):
        return sum(held_bytes(one, around) for pair in value.items() for one in pair)
    if is_dataclass(value):
        return sum(held_bytes(getattr(value, field.name), around) for field in fields(value))
    if isinstance(value, Sequence) or hasattr(value, "__iter__"):
        return sum(held_bytes(one, around) for one in value)  # pyright: ignore[reportGeneralTypeIssues]
    return sum(held_bytes(one, around) for one in vars(value).values()) if hasattr(value, "__dict__") else 8


def conversation(stream: BuiltinStream, seed: int) -> Iterator[tuple[str, tuple[np.ndarray, ...]]]:
    """What is done and its pictures, for ever: 3 to 12 seconds of listening, then an utterance with or without marks.

    Between two turns there is ("turn", ()): then the stream holds nothing but its state.
    """
    dice = np.random.default_rng(seed)
    clips = [spoken(name) for name in VOICES]
    while True:
        yield "turn", ()
        for frame in islice(stream.idle(), int(dice.integers(3 * FPS, 12 * FPS))):
            yield "listening", (frame,)
        clip = clips[dice.integers(len(clips))]
        begin = int(dice.integers(0, len(clip.samples) - 4 * clip.rate))
        end = min(len(clip.samples), begin + int(dice.integers(2 * clip.rate, 12 * clip.rate)))
        marked = bool(dice.integers(2))
        for at in range(begin, end, clip.rate // 4):
            to = min(end, at + clip.rate // 4)
            marks = tuple(mark for mark in clip.marks if at <= mark.at < to) if marked else ()
            for segment in stream.push(AudioFrame(clip.samples[at:to], clip.rate, at, marks)):
                yield "speaking", segment.frames
        for segment in stream.finish():
            yield "speaking", segment.frames


def run(picture: Path, size: tuple[int, int], count: int, seed: int) -> dict:
    """Make the pictures and measure."""
    image, anchors = read(picture)
    _, face = frame_photo(image, anchors, size)
    x, y = (int(value) for value in face.middle("nose_tip"))
    reach = int(1.2 * face.unit)
    box = (slice(max(0, y - reach), y + reach), slice(max(0, x - reach), x + reach))
    cast = BuiltinPortrait(size=size, seed=seed).prepare(image, anchors)
    reference = cv2.cvtColor(frame_photo(image, anchors, size)[0][box], cv2.COLOR_RGB2GRAY).astype(np.float32)
    window = cv2.createHanningWindow(reference.shape[1::-1], cv2.CV_32F)

    process, began = psutil.Process(os.getpid()), time.time()
    # Made before the first picture, so that what memory grows by is the portrait's own.
    steps, yaws, spoke = np.zeros(count), np.zeros(count), np.zeros(count, bool)
    looks, blinks, number = np.zeros((-(-count // LOOKED_AT), 6)), [], 0
    state_bytes, memory, seen, doubles = [], [], set(), 0
    with cast.stream(Generation().advance()) as stream:
        turns = conversation(stream, seed)
        while number < count:
            before = time.thread_time()
            doing, frames = next(turns)
            spent = 1000 * (time.thread_time() - before)
            if not frames:
                state_bytes.append(held_bytes(stream))
            for frame in frames[: count - number]:
                steps[number], spoke[number] = spent / len(frames), doing == "speaking"
                state = cast.recall(frame)
                assert state is not None
                yaws[number] = motion.pose(state.life)[0]
                if state.life.blink == 0:
                    blinks.append(number)
                if number % LOOKED_AT == 0:
                    part = frame[box]
                    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
                    (right, down), _ = cv2.phaseCorrelate(reference, grey.astype(np.float32), window)
                    sharp = cv2.Laplacian(grey, cv2.CV_32F).var()
                    place = right / face.unit, down / face.unit
                    looks[number // LOOKED_AT] = *part.reshape(-1, 3).mean(axis=0), sharp, *place
                    mark = blake2b(frame.tobytes(), digest_size=8).digest()
                    doubles += mark in seen
                    seen.add(mark)
                if number % MINUTE == 0:
                    memory.append(process.memory_info().rss / 2**20)
                    print(
                        f"{number // MINUTE} min of pictures, {time.time() - began:.0f} s", file=sys.stderr, flush=True
                    )
                number += 1

    minutes = count // MINUTE
    looked = np.median(looks[: minutes * MINUTE // LOOKED_AT].reshape(minutes, -1, 6), axis=1)
    report: dict = {
        "pictures": count,
        "size": list(size),
        "share_speaking": float(spoke.mean()),
        "seconds": time.time() - began,
        "state_bytes": {"least": min(state_bytes), "most": max(state_bytes), "turns": len(state_bytes)},
        "memory_mb": {"after_2_minutes": memory[min(2, len(memory) - 1)], "at_the_end": memory[-1]},
        "blinks": blinking(np.array(blinks), count),
        "same_picture_again": doubles,
    }
    for name, chosen in (("listening", ~spoke), ("speaking", spoke)):
        line = trend(np.array([_middle(steps[k * MINUTE : (k + 1) * MINUTE], chosen, k) for k in range(minutes)]))
        report[f"step_{name}"] = {
            "cpu_ms": line["mean"], "whole_run_percent": 100 * line["whole_run"] / line["mean"],
            "in_errors": line["in_errors"],
        }  # fmt: skip
    for k, name in enumerate(("red", "green", "blue", "sharpness", "right", "down")):
        report[f"trend_{name}"] = trend(looked[:, k])
    found, lag = repeats(yaws, 10 * FPS, min(count // 2, 10 * MINUTE))
    first, second = np.array_split(yaws, 2)
    report["sway"] = {
        "repeats": found,
        "repeats_after_s": lag / FPS,
        "yaw_deviation": float(np.std(yaws)),
        "yaw_deviation_second_half_over_first": float(second.std() / first.std()),
    }
    report["broken"] = broken(report)
    return report


def _middle(spent: np.ndarray, chosen: np.ndarray, minute: int) -> float:
    """The median of one minute: another program's moment does not count."""
    return float(np.median(spent[chosen[minute * MINUTE : (minute + 1) * MINUTE]]))


def broken(report: dict) -> list[str]:
    """Which promises a run broke, in words."""
    blinks, minutes, said = report["blinks"], report["pictures"] // MINUTE, []
    if report["state_bytes"]["least"] != report["state_bytes"]["most"]:
        said.append("the state of a face does not keep its size")
    for name in ("listening", "speaking"):
        step = report[f"step_{name}"]
        if minutes >= 10 and step["whole_run_percent"] > 2 and step["in_errors"] > 4:
            said.append(f"a picture while {name} takes longer and longer")
    for name in ("red", "green", "blue", "sharpness", "right", "down"):
        line = report[f"trend_{name}"]
        large = 0.01 if name in ("right", "down") else 0.01 * abs(line["mean"])
        if minutes >= 10 and abs(line["in_errors"]) > 4 and abs(line["whole_run"]) > large:
            said.append(f"there is a trend in {name}")
    if not 8 <= blinks["per_minute"] <= 25:
        said.append("the eyes blink too often or too seldom")
    if blinks["repeats"] > 1.5 * blinks["repeats_by_chance_at_most"] or blinks["pause_variation"] < 0.25:
        said.append("blinks are periodic")
    if report["sway"]["repeats"] > 0.5:
        said.append("the head repeats its motion")
    if report["same_picture_again"]:
        said.append("a picture was shown twice")
    return said


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    personas = Path(__file__).parents[2] / "assets" / "personas"
    parser.add_argument("--picture", type=Path, default=personas / "mara" / "portrait.png")
    parser.add_argument("--size", default="480x270", metavar="WxH")
    parser.add_argument("--pictures", type=int, default=90_000, metavar="N", help="at least 3000 (default: 90000)")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    width, height = (int(side) for side in chosen.size.split("x"))
    report = run(chosen.picture, (width, height), max(2 * MINUTE, chosen.pictures), chosen.seed)
    json.dump(report, sys.stdout, indent=1)
    return 1 if report["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
