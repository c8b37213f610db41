"""Measures the trained ear on voices that it was never trained on, beside the hand-made ear on the same sound.

    python -m tests.bench.speech_net --json report.json

espeak-ng speaks with timbres and languages that were held out; flite's voice rms joins in where flite is installed.
Milliseconds are processor time of one thread.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assets.make.speech_data import RATE, Clip, clips_of_espeak, clips_of_flite, targets
from engines.contract import FPS
from engines.portrait.ear import HOPS, Ear, closure, loudness, shape
from engines.portrait.ear import SILENCE as QUIET
from engines.portrait.rig import MOUTH
from engines.portrait.speech import KINDS, MODEL, STEPS, Listener, SpeechNet
from engines.portrait.visemes import EARLY
from engines.voices.phones import SILENCE

CLOSED = 0.06
"""Weight of the open jaw below which nobody sees the lips apart at the size of a call."""
_OPEN = MOUTH.index("open")
_LIPS = tuple("pbm")


@dataclass(frozen=True, slots=True)
class Heard:
    """mouths float32 (n, 8) without any holding; held float32 (n,): how open the mouth may be; kinds int (n,)."""

    mouths: np.ndarray
    held: np.ndarray
    kinds: np.ndarray | None = None


@dataclass(frozen=True, slots=True)
class Lesson:
    """One clip with what should be seen: mouths (n, 8), kinds (n,)."""

    clip: Clip
    mouths: np.ndarray
    kinds: np.ndarray


def by_net(net: SpeechNet, samples: np.ndarray) -> tuple[Heard, list[float]]:
    """What the trained ear makes of a recording, and the milliseconds of each 20 ms."""
    listener, mouths, kinds, held, cost = Listener(net, RATE), [], [], [], []
    for number in range(len(samples) * FPS // RATE):
        begin, end = listener.span(number)
        part = samples[max(0, begin) : end]
        part = np.pad(part, (max(0, -begin), max(0, end - max(0, begin) - len(part))))
        before = time.thread_time()
        said, most = listener.read(number, part)
        cost.append(1000 * (time.thread_time() - before) / STEPS)
        mouths.append(said)
        held.append(most)
        kinds.append(listener.kinds.argmax(axis=1))
    return Heard(np.concatenate(mouths), np.concatenate(held), np.concatenate(kinds)), cost


def by_hand(samples: np.ndarray) -> Heard:
    """What the hand-made ear makes of it, with the loudness and the holding that the portrait gives it."""
    ear, usual = Ear(RATE), -18.0
    half = ear.length // 2
    padded = np.pad(samples, (half, ear.length + RATE // HOPS))
    mouths, held = [], []
    heard = [
        ear.hear(padded[hop * RATE // HOPS : hop * RATE // HOPS + ear.length])
        for hop in range(len(samples) * FPS // RATE * STEPS)
    ]
    for hop, one in enumerate(heard):
        if one.level > QUIET:
            usual = max(-40.0, usual + (one.level + 3 - usual) * (0.12 if one.level + 3 > usual else 0.008))
        loud = loudness(one.level, usual)
        near = max(other.level for other in heard[max(0, hop - 2) : hop + 4])
        mouths.append(shape(one, loud))
        stop = 0.86 * max(0.0, 1 - 6 * loud) * min(1.0, 2 * loudness(near, usual))
        held.append(max(0.0, 1 - max(1.3 * closure(one, loud), stop)))
    return Heard(np.array(mouths), np.array(held))


def closures(lessons: Sequence[Lesson], heard: Sequence[Heard]) -> dict[str, float]:
    """The share of p, b, m during which the lips are closed once; of sounds of the tongue during which they are closed
    all the same, though the lips have no part in them; and of long open vowels during which they never part."""
    shut, wrong, missed = [], [], []
    for lesson, one in zip(lessons, heard, strict=True):
        gaps = np.minimum(one.mouths[:, _OPEN], one.held)
        phones = lesson.clip.phones
        for before, phone, after in zip((None, *phones), phones, (*phones[1:], None), strict=False):
            first = max(0, int((phone.begin - EARLY) * HOPS + 0.999))
            during = gaps[first : max(first, int(phone.end * HOPS)) + 1]
            if not len(during):
                continue
            beside = {near.text for near in (before, after) if near}
            if phone.text in _LIPS:
                shut.append(during.min() < CLOSED)
            elif phone.text in tuple("tdkgɡnlszɹ") and not beside & {*_LIPS, SILENCE}:
                wrong.append(during.min() < CLOSED)
            elif phone.text in tuple("aɑæɔɛ") and phone.end - phone.begin > 0.05:
                missed.append(during.max() < 0.15)
    return {
        "closures": len(shut),
        "closed": float(np.mean(shut)),
        "closed_for_the_tongue": float(np.mean(wrong)),
        "vowels_never_open": float(np.mean(missed)),
    }


def lag(said: np.ndarray, wanted: np.ndarray) -> tuple[float, float]:
    """Milliseconds by which `said` comes after `wanted`, where both correlate best (within 200 ms), and how well."""
    scores = [_correlation(said[10 + k : len(said) - 10 + k], wanted[10:-10]) for k in range(-10, 11)]
    best = int(np.argmax(scores))
    if 0 < best < 20:
        left, middle, right = scores[best - 1 : best + 2]
        return 20 * (best - 10 + 0.5 * (left - right) / (left - 2 * middle + right)), middle
    return 20.0 * (best - 10), scores[best]


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    return (
        float(np.corrcoef(one, other)[0, 1]) if one.std() > 1e-6 else 0.0
    )  # a weight that never moves follows nothing


def judged(lessons: Sequence[Lesson], heard: Sequence[Heard]) -> dict:
    said, wanted = np.concatenate([h.mouths for h in heard]), np.concatenate([lesson.mouths for lesson in lessons])
    held = np.minimum(said[:, _OPEN], np.concatenate([h.held for h in heard]))
    late, best = lag(held, wanted[:, _OPEN])
    report: dict = {
        "correlation": {
            name: round(_correlation(held if k == _OPEN else said[:, k], wanted[:, k]), 3)
            for k, name in enumerate(MOUTH)
            if wanted[:, k].std() > 0.01
        },
        "open_after_target_ms": round(late, 1),
        "open_correlation_at_best_lag": round(best, 3),
        "error_rms": round(float(np.sqrt(((said - wanted) ** 2).mean())), 4),
        **{name: round(value, 3) for name, value in closures(lessons, heard).items()},
    }
    named = np.concatenate([lesson.kinds for lesson in lessons])
    guessed = [h.kinds for h in heard if h.kinds is not None]
    if guessed:
        right = named == np.concatenate(guessed)
        report["kinds_right"] = round(float(right.mean()), 3)
        report["kinds_right_in_speech"] = round(float(right[named > 0].mean()), 3)
        report["right_of_kind"] = {
            name: round(float(right[named == k].mean()), 3) for k, name in enumerate(KINDS) if (named == k).any()
        }
    return report


def lessons_of(clips: Iterable[Clip]) -> list[Lesson]:
    found = []
    for clip in clips:
        if len(clip.phones) > 3:
            found.append(Lesson(clip, *targets(clip.phones, len(clip.samples) * FPS // RATE * STEPS)))
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--minutes", type=float, default=5.0, help="of speech from each kind of voice")
    parser.add_argument("--gain", type=float, default=1.0, help="factor on all sound")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    options = parser.parse_args(arguments)
    net = SpeechNet(options.model)
    voices = {"espeak": clips_of_espeak}
    report: dict = {"model": options.model.name, "bytes": options.model.stat().st_size}
    if shutil.which("flite"):
        voices["flite rms"] = clips_of_flite
    else:
        report["flite rms"] = "unavailable: flite is not installed"
    for name, clips in voices.items():
        # A seed that speech_data.py does not use: new sentences, in voices that it holds out.
        lessons = lessons_of(clips(60 * options.minutes, True, random.Random(f"bench {name}")))
        sounds = [lesson.clip.samples.astype(np.float32) / 32768 * np.float32(options.gain) for lesson in lessons]
        heard, costs = zip(*(by_net(net, sound) for sound in sounds), strict=True)
        cost = np.concatenate([np.array(one) for one in costs])
        report[name] = {
            "minutes": round(sum(len(sound) for sound in sounds) / RATE / 60, 1),
            "net": judged(lessons, heard),
            "hand": judged(lessons, [by_hand(sound) for sound in sounds]),
            "cpu_ms_per_20_ms": {"median": round(float(np.median(cost)), 3), "p95": float(np.percentile(cost, 95))},
        }
    text = json.dumps(report, indent=1, ensure_ascii=False)
    print(text)
    if options.json:
        options.json.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
