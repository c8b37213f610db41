"""How fast, how faithful and how well timed the built-in portrait is: python -m tests.bench.portrait > portrait.json

Hides the measuring. Sound comes from espeak voices, whose phones are known exactly, in timbres that the trained ear
never heard; closures are read from the state behind each picture, in eye distances, everything else from the pictures
(portrait_sight.py). Faults are planted into a good take, and each must be found: if one is not, or a good take is
called faulty, the exit code is 1. CPU milliseconds are of the one drawing thread, so other programs on the machine
disturb them little. `--sheet FILE.png` also draws every shape of mouth and head, to be looked at. `--clip FILE.mp4`
(or UNDERSTUDY_TALKING_CLIP) compares our mouth with that of a real person who says the same.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np

from engines.contract import FPS, Anchors, AudioFrame, Generation, Mark
from engines.portrait import motion
from engines.portrait.builtin import BuiltinCast, BuiltinPortrait
from engines.portrait.geometry import Face, frame_photo
from engines.portrait.painter import Painter
from engines.portrait.rig import REST, Rig, mouth
from engines.portrait.visemes import visemes_of
from engines.voices.espeak import EspeakVoice
from tests.bench.portrait_sight import FAULTS, MINUTE, LipReader, Take, blinking, findings, largest_change

SENTENCES = (
    "Good morning, my name is Mara. Maybe we should begin with a simple question.",
    "The people in the park were happy about the beautiful blue balloons.",
    "Five very famous friends arrive before half past four, I believe.",
    "You know what I mean: please put the paper back into the box on the table.",
    "She sells sea shells, but I would choose the smooth round moon above the roof.",
)
VOICES = ("en-us+f3", "en-gb+m2", "en-us+Annie", "en-gb-scotland+Andy", "en-us+iven3", "en-gb+grandma")
"""Timbres that the trained ear never heard; assets/make/speech_data.py keeps them out."""
SMALL = (640, 360)
"""Size of the pictures where many takes are made and looked at; every length of a face grows with its picture."""
CLIP_MOUTH = (195, 300, 325, 414)
"""Left, top, right and bottom of the mouth in the clip that --clip was made for, 512 pixels a side."""
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
            "largest_change": max(largest_change(a, b) for a, b in pairwise(pictures)),
        }
    report["largest_change_idle"] = max(largest_change(a, b) for a, b in pairwise(idle))
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


def take_of(cast: BuiltinCast, marked: AudioFrame, sound: AudioFrame) -> tuple[Take, np.ndarray]:
    """A face that says `sound`, with the phones of `marked`, and the gaps of the lips behind its pictures."""
    frames, gaps = [], []
    with cast.stream(Generation().advance()) as stream:
        for segments in (stream.push(sound), stream.finish()):
            for segment in segments:
                frames += segment.frames
                gaps += [cast.gap(frame) or 0.0 for frame in segment.frames]
    return Take(marked, frames), np.array(gaps)


def look(picture: Path) -> tuple[dict, list[str]]:
    """What pictures show: timing and closures of many voices, what stays still, seams, planted faults.

    Also the complaints about this bench itself: a fault that was not found, or a good take that was called faulty.
    """
    image, anchors = read(picture)
    photo, face = frame_photo(image, anchors, SMALL)
    reader = LipReader(Painter(photo, face), face)
    cast = BuiltinPortrait(size=SMALL).prepare(image, anchors)
    report: dict = {"reader_error": reader.error, "voices": {}, "faults": {}}
    complaints, name = [], picture.parent.name
    still = np.ones(photo.shape[:2], bool)
    for variant in VOICES:
        marked = spoken(variant)
        for kind, sound in (("marks", marked), ("sound_alone", AudioFrame(marked.samples, marked.rate))):
            take, gaps = take_of(cast, marked, sound)
            said, figures = findings(take, reader, photo)
            report["voices"].setdefault(variant, {})[kind] = {**closures(marked, gaps), **figures, "findings": said}
            if said:
                complaints.append(f"{name}: a good take ({variant}, {kind}) is called {', '.join(said)}")
            for frame in take.frames[::5]:
                still &= (frame == photo).all(axis=2)
            if variant == VOICES[0] and kind == "marks":
                for fault, (must, plant) in FAULTS.items():
                    found, figures = findings(plant(take, face), reader, photo)
                    report["faults"][fault] = {"found": found, **figures}
                    if must not in found:
                        complaints.append(f"{name}: the fault {fault} is not found")
    corner = SMALL[0] // 7
    report["still_share"] = float(still.mean())
    report["upper_corners_exact"] = bool(still[:corner, :corner].all() and still[:corner, -corner:].all())
    report["seams"] = seams(cast, face, spoken(VOICES[0]))
    return report, complaints


def seams(cast: BuiltinCast, face: Face, audio: AudioFrame, count: int = 30) -> dict[str, float]:
    """Speech broken off at random pictures, up to 6 of them made and never shown; then listening, then speech again.

    The largest change from the last picture shown to the first that follows, and what is usual while speaking, both
    beside the eyes: a blink changes more than any seam, and would hide it.
    """
    dice = np.random.default_rng(4)
    reach = int(0.4 * face.unit)
    eyes = [face.middle(f"{side}_eye_inner", f"{side}_eye_outer").astype(int) for side in ("left", "right")]

    def change(a: np.ndarray, b: np.ndarray) -> float:
        a, b = a.copy(), b.copy()
        for x, y in eyes:
            a[y - reach : y + reach, x - reach : x + reach] = b[y - reach : y + reach, x - reach : x + reach] = 0
        return largest_change(a, b)

    take, _ = take_of(cast, audio, audio)
    usual = float(np.percentile([change(a, b) for a, b in pairwise(take.frames)], 99))
    stops, resumes = [], []
    for _ in range(count):
        begin = int(dice.integers(0, len(audio.samples) - 5 * audio.rate))
        piece = replace(
            audio,
            samples=audio.samples[begin : begin + 5 * audio.rate],
            at=begin,
            marks=tuple(mark for mark in audio.marks if begin <= mark.at < begin + 5 * audio.rate),
        )
        stop, unseen, rest = int(dice.integers(10, 110)), int(dice.integers(0, 7)), int(dice.integers(5, 60))
        made: list[np.ndarray] = []
        generation = Generation()
        with cast.stream(generation.advance()) as stream:
            for segment in stream.push(piece):
                made += segment.frames
                if len(made) > stop + unseen:
                    break
        shown = made[: max(1, len(made) - unseen)]
        with cast.stream(generation.advance()) as stream:
            stream.recondition(shown[-8:])
            listening = list(islice(stream.idle(), rest))
        stops.append(change(shown[-1], listening[0]))
        with cast.stream(generation.advance()) as stream:
            stream.recondition(listening[-8:])
            resumes.append(change(listening[-1], next(stream.push(piece)).frames[0]))
    return {
        "usual_p99": usual,
        "largest_at_stop": max(stops),
        "largest_at_resume": max(resumes),
        "ratio": max(*stops, *resumes) / usual,
    }


def blinks(minutes: int = 20) -> dict[str, dict]:
    """Blinks of a face that listens, and of one that speaks all the time; moved, but not drawn."""
    report = {}
    for name, speaking in (("listening", False), ("speaking", True)):
        life, begins = motion.Life.begin(7), []
        for number in range(minutes * MINUTE):
            loud = 0.5 + 0.5 * float(np.sin(number)) if speaking else 0.0
            life = motion.advance(life, loud=loud, speaking=speaking)
            if life.blink == 0:
                begins.append(number)
        report[name] = blinking(np.array(begins), minutes * MINUTE)
    return report


def _inside(picture: np.ndarray) -> float:
    """The share of a box around a mouth that lies between the lips: the largest spot without the red of lips and skin.

    Spots at the edge of the box are hair or nostrils. Teeth are white, the depth of a mouth is dark.
    """
    soft = cv2.GaussianBlur(picture, (0, 0), 1).astype(int)
    colour = soft.max(axis=2) - soft.min(axis=2)
    spots = ((colour < 58) | (soft.max(axis=2) < 110)).astype(np.uint8)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(spots)
    height, width = spots.shape
    inner = [box[4] for box in boxes[1:count] if box[0] > 0 and box[0] + box[2] < width and box[1] + box[3] < height]
    return float(max(inner, default=0)) / spots.size


def beside(clip: Path, picture: Path) -> dict:
    """Our mouth, driven by the sound of a film, beside the mouth in that film. Raises Problem for an unreadable film.

    Hers is the area inside her lips, in a box that a person looked up once.
    """
    import av

    from app.devices.sound_file import read_sound

    left, top, right, bottom = CLIP_MOUTH
    areas, times = [], []
    with av.open(str(clip)) as film:
        for frame in film.decode(video=0):
            areas.append(_inside(frame.to_ndarray(format="rgb24")[top:bottom, left:right]))
            times.append(float(frame.time or 0.0))
    samples = read_sound(clip, 16_000)
    image, anchors = read(picture)
    cast = BuiltinPortrait(size=SMALL).prepare(image, anchors)
    _, gaps = take_of(cast, AudioFrame(samples, 16_000), AudioFrame(samples, 16_000))
    hers = np.interp((np.arange(len(gaps)) + 0.5) / FPS, np.array(times) + 0.5 / 30, areas)
    count = min(len(gaps), int(times[-1] * FPS))
    ours, hers = gaps[:count], hers[:count]

    def fit(lag: int, shift: int = 0) -> float:
        """Ours, `lag` pictures later than hers; `shift` turns hers around in time, as a control."""
        a, b = ours[10 + lag : count - 10 + lag], np.roll(hers, shift)[10 : count - 10]
        return float(np.corrcoef(a, b)[0, 1])

    fits = {lag: fit(lag) for lag in range(-10, 11)}
    best = max(fits, key=lambda lag: fits[lag])
    shifts = np.linspace(2 * FPS, count - 2 * FPS, 20).astype(int)
    return {
        "correlation": fits[best],
        "ours_later_by_ms": best * 1000 // FPS,
        "correlation_within_80_ms": max(fits[lag] for lag in range(-2, 3)),
        "controls_mean": float(np.mean([fit(best, int(shift)) for shift in shifts])),
        "controls_mean_of_best_within_80_ms": float(
            np.mean([max(fit(lag, int(shift)) for lag in range(-2, 3)) for shift in shifts])
        ),
    }


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
    clip = os.environ.get("UNDERSTUDY_TALKING_CLIP")
    parser.add_argument("--clip", type=Path, default=clip, help="a film of a person who speaks (CLIP_MOUTH: where)")
    parser.add_argument("--quick", action="store_true", help="only costs and rest, no voices and no faults")
    parser.add_argument("--sheet", type=Path, default=None, help="also draw all shapes into this PNG")
    chosen = parser.parse_args(arguments)
    personas = Path(__file__).parents[2] / "assets" / "personas"
    pictures = [chosen.picture] if chosen.picture else sorted(personas.glob("*/portrait.png"))
    if not pictures:
        print("There is no portrait to measure; name one with --picture.", file=sys.stderr)
        return 2
    if chosen.sheet:
        sheet(pictures[0], chosen.sheet)
    report: dict = {picture.parent.name: measure(picture) for picture in pictures}
    complaints: list[str] = []
    if not chosen.quick:
        report["blinks"] = blinks()
        for picture in pictures:
            seen, said = look(picture)
            report[picture.parent.name]["looked_at"] = seen
            complaints += said
        report["clip"] = (
            {picture.parent.name: beside(Path(chosen.clip), picture) for picture in pictures}
            if chosen.clip
            else "skipped: no film of a real person was named with --clip"
        )
        report["complaints"] = complaints
    json.dump(report, sys.stdout, indent=1)
    print("\n".join(complaints), file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
