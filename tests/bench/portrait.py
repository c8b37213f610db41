"""How fast, how faithful and how well timed the built-in portrait is: python -m tests.bench.portrait > portrait.json

Hides the measuring. Sound comes from the espeak voice, whose phones are known exactly; the opening of the mouth is read
from the state behind each picture, in eye distances. CPU milliseconds are of the one drawing thread, so other programs
on the machine disturb them little. `--sheet FILE.png` also draws every shape of mouth and head, to be looked at.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np

from engines.contract import FPS, Anchors, AudioFrame, Generation, Mark
from engines.portrait.builtin import BuiltinCast, BuiltinPortrait
from engines.portrait.geometry import frame_photo
from engines.portrait.painter import Painter
from engines.portrait.rig import REST, Rig, mouth
from engines.portrait.visemes import visemes_of
from engines.voices.espeak import EspeakVoice

SENTENCES = (
    "Good morning, my name is Mara. Maybe we should begin with a simple question.",
    "The people in the park were happy about the beautiful blue balloons.",
    "Five very famous friends arrive before half past four, I believe.",
    "You know what I mean: please put the paper back into the box on the table.",
    "She sells sea shells, but I would choose the smooth round moon above the roof.",
)
CLOSED = 0.02
"""Eye distances between the lips that nobody sees as open at the size of a call."""


def spoken(variant: str) -> AudioFrame:
    """All sentences in one frame, with marks."""
    voice = EspeakVoice(variant)
    parts: list[np.ndarray] = []
    marks: list[Mark] = []
    at = 0
    for sentence in SENTENCES:
        for frame in voice.speak(sentence, Generation().advance()):
            marks += [replace(mark, at=mark.at - frame.at + at) for mark in frame.marks]
            parts.append(frame.samples)
            at += len(frame.samples)
    voice.close()
    return AudioFrame(np.concatenate(parts), voice.rate, 0, tuple(marks))


def talk(cast: BuiltinCast, audio: AudioFrame) -> tuple[list[np.ndarray], np.ndarray, list[float]]:
    """Every 2nd pixel of each picture, the gaps of the lips, and the CPU milliseconds of each picture."""
    small, gaps, cost = [], [], []
    with cast.stream(Generation().advance()) as stream:
        list(islice(stream.idle(), 3))
        before = time.thread_time()
        for segments in (stream.push(audio), stream.finish()):
            for segment in segments:
                cost += [1000 * (time.thread_time() - before) / len(segment.frames)] * len(segment.frames)
                for frame in segment.frames:
                    gap = cast.gap(frame)
                    assert gap is not None
                    gaps.append(gap)
                    small.append(frame[::2, ::2].copy())
                before = time.thread_time()
    return small, np.array(gaps), cost


def closures(audio: AudioFrame, gaps: np.ndarray) -> dict[str, float]:
    """The share of p, b and m with a picture of closed lips, and how open the mouth is in vowels and in pauses."""
    phones = [mark for mark in audio.marks if mark.kind == "phone"]
    closed, vowels, pauses = [], [], []
    for mark, after in pairwise(phones):
        shapes = visemes_of(mark.text)
        first, last = mark.at * FPS // audio.rate, max(mark.at, after.at - 1) * FPS // audio.rate
        during = gaps[first : last + 1]
        if not len(during):
            continue
        if shapes and shapes[0].most == 0:
            closed.append(during.min() < CLOSED)
        elif mark.text in tuple("aɑæɔɛ"):
            vowels.append(during.max())
        elif not shapes and after.at - mark.at > audio.rate // 5:
            pauses.append(during[len(during) // 2])
    return {
        "closures": len(closed),
        "closed_share": float(np.mean(closed)),
        "gap_in_open_vowels": float(np.mean(vowels)),
        "gap_in_pauses": float(np.mean(pauses)) if pauses else 0.0,
    }


def timing(audio: AudioFrame, gaps: np.ndarray) -> tuple[int, float]:
    """Milliseconds from loudness to lips, where both correlate best (within 200 ms), and that correlation."""
    hop = audio.rate // FPS
    loud = np.sqrt((audio.samples[: len(audio.samples) // hop * hop].reshape(-1, hop) ** 2).mean(axis=1))
    loud = np.maximum(20 * np.log10(loud + 1e-4), -45)
    gaps = gaps[: len(loud)]
    scores = {lag: np.corrcoef(gaps[5 + lag : len(gaps) - 5 + lag], loud[5:-5])[0, 1] for lag in range(-5, 6)}
    best = max(scores, key=lambda lag: scores[lag])
    if abs(best) < 5:  # the peak lies between pictures: a parabola through three of them finds it
        left, middle, right = (float(scores[best + k]) for k in (-1, 0, 1))
        return round(1000 / FPS * (best + 0.5 * (left - right) / (left - 2 * middle + right))), middle
    return best * 1000 // FPS, float(scores[best])


def read(picture: Path) -> tuple[np.ndarray, Anchors]:
    """A portrait and its points. Raises FileNotFoundError."""
    bgr = cv2.imdecode(np.frombuffer(picture.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise FileNotFoundError(f"{picture} is not a picture")
    points = json.loads(picture.with_suffix(".anchors.json").read_text())["points"]
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), Anchors({name: (x, y) for name, (x, y) in points.items()})


def measure(picture: Path) -> dict:
    image, anchors = read(picture)
    before = time.thread_time()
    cast = BuiltinPortrait().prepare(image, anchors)
    report: dict = {"prepare_cpu_ms": 1000 * (time.thread_time() - before)}

    with cast.stream(Generation().advance()) as stream:
        faces = stream.idle()
        next(faces)
        idle, cost = [], 0.0
        for _ in range(200):
            before = time.thread_time()
            frame = next(faces)
            cost += time.thread_time() - before
            idle.append(frame[::2, ::2].copy())
        report["idle_cpu_ms"] = 1000 * cost / len(idle)
    photo, face = frame_photo(image, anchors, (1280, 720))
    painter = Painter(photo, face)
    painter.draw(Rig(mouth(open=0.5), yaw=3, blink=0.5))
    rest = painter.draw(Rig(REST)).astype(float)
    error = float(((rest - photo) ** 2).mean())
    report["rest_psnr_db"] = "exact" if error == 0 else 10 * float(np.log10(255**2 / error))

    audio = spoken("en-us")
    plain = AudioFrame(audio.samples, audio.rate)
    for name, sound in (("with_marks", audio), ("without_marks", plain)):
        pictures, gaps, cost = talk(cast, sound)
        lag, score = timing(audio, gaps)
        report[name] = {
            "pictures": len(pictures),
            "cpu_ms_median": float(np.median(cost)),
            "cpu_ms_p95": float(np.percentile(cost, 95)),
            **closures(audio, gaps),
            "lips_after_loudness_ms": lag,
            "correlation": score,
            "largest_change": max(_change(a, b) for a, b in pairwise(pictures)),
        }
    report["largest_change_idle"] = max(_change(a, b) for a, b in pairwise(idle))
    report["first_segment_ms"] = _first(cast, plain)
    return report


def _first(cast: BuiltinCast, audio: AudioFrame) -> float:
    """Milliseconds of sound that must be heard until the first picture leaves."""
    with cast.stream(Generation().advance()) as stream:
        for at in range(0, audio.rate, audio.rate // 100):
            piece = AudioFrame(audio.samples[at : at + audio.rate // 100], audio.rate, at)
            if list(stream.push(piece)):
                return 1000 * piece.end / audio.rate
    return float("nan")


def _change(a: np.ndarray, b: np.ndarray) -> float:
    """The mean difference of two pictures over the patch where it is largest, 0 to 255."""
    return float(cv2.blur(np.abs(a.astype(np.float32) - b).mean(axis=2), (15, 15)).max())


def sheet(picture: Path, out: Path) -> None:
    """Draw the shapes of one face side by side."""
    photo, face = frame_photo(*read(picture), (1280, 720))
    painter = Painter(photo, face)
    rigs = {phone: Rig(visemes_of(phone)[0].mouth) for phone in "ɑæieouwʃsfmθ"}
    rigs |= {"blink .5": Rig(REST, blink=0.5), "blink 1": Rig(REST, blink=1.0), "gaze": Rig(REST, gaze=(0.04, -0.01))}
    rigs |= {"yaw 8": Rig(REST, yaw=8.0), "yaw -8": Rig(REST, yaw=-8.0), "pitch 6": Rig(REST, pitch=6.0)}
    rigs |= {"roll 5": Rig(REST, roll=5.0), "brows": Rig(REST, brow=1.0)}
    middle, reach = face.middle("nose_tip"), 2.1 * face.unit
    left, top = int(max(0, middle[0] - reach)), int(max(0, middle[1] - reach))
    tiles = []
    for name, rig in rigs.items():
        tile = painter.draw(rig)[top : int(middle[1] + reach), left : int(middle[0] + reach)]
        tile = cv2.resize(tile, (320, 320), interpolation=cv2.INTER_AREA)
        tiles.append(cv2.putText(tile, name, (6, 18), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 255, 0), 1))
    rows = [np.hstack(tiles[k : k + 5]) for k in range(0, len(tiles), 5)]
    cv2.imwrite(str(out), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--picture", type=Path, default=None, help="a portrait with its .anchors.json beside it")
    parser.add_argument("--sheet", type=Path, default=None, help="also draw all shapes into this PNG")
    chosen = parser.parse_args(arguments)
    personas = Path(__file__).parents[2] / "assets" / "personas"
    pictures = [chosen.picture] if chosen.picture else sorted(personas.glob("*/portrait.png"))
    if not pictures:
        print("There is no portrait to measure; name one with --picture.", file=sys.stderr)
        return 2
    if chosen.sheet:
        sheet(pictures[0], chosen.sheet)
    json.dump({picture.parent.name: measure(picture) for picture in pictures}, sys.stdout, indent=1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
