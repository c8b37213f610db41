"""Measures talking pictures by looking at them, so that a fault planted in the pictures is seen. Hides how.

A `Take` is sound with its pictures. The opening of a mouth is read from the pixels: a linear reader learns, for one
photo, what the patch around the lips looks like when they are apart, from drawings with known openings and random
poses. When the mouth ought to be open comes from the phones of the voice and a table of our own, apart from the
portrait's visemes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np

from engines.contract import FPS, AudioFrame
from engines.portrait.geometry import Face
from engines.portrait.painter import Painter
from engines.portrait.rig import MOUTH, Rig

MINUTE = 60 * FPS
_WIDE = {"aɑæɐʌ": 1.0, "ɛɔɒɜ": 0.75, "eoəɪʊ": 0.45, "iuɚɨ": 0.3, "pbm": 0.0, "fvw": 0.1, "szʃʒtdnkɡgŋlɹrθðjh": 0.2}


@dataclass(frozen=True, slots=True)
class Take:
    """Sound (with the marks of its voice) and the pictures that were made of it, uint8 RGB, all of one size."""

    audio: AudioFrame
    frames: list[np.ndarray]


class LipReader:
    """Reads the opening of one photo's mouth from pictures. `error`: its deviation on drawings it did not learn."""

    def __init__(self, painter: Painter, face: Face, seed: int = 0) -> None:
        x, y = (int(value) for value in face.middle("mouth_left", "mouth_right"))
        across, up, down = int(0.62 * face.unit), int(0.42 * face.unit), int(0.72 * face.unit)
        self._box = (slice(max(0, y - up), y + down), slice(max(0, x - across), x + across))
        dice = np.random.default_rng(seed)
        patches, gaps = [], []
        for number in range(420):
            row = (dice.random(len(MOUTH)) * (dice.random(len(MOUTH)) < 0.4) * 0.8).astype(np.float32)
            row[MOUTH.index("open")] = 0.0 if number % 4 == 0 else dice.random()
            yaw, pitch, roll = dice.normal(0, (2.5, 1.5, 1.2))
            patches.append(self._patch(painter.draw(Rig(row, yaw, pitch, roll))))
            gaps.append(painter.mouth.gap(row))
        seen, known = np.array(patches), np.array(gaps)
        self._weights = _ridge(seen[:340], known[:340])
        self.error = float(np.sqrt(np.mean((seen[340:] @ self._weights - known[340:]) ** 2)))

    def _patch(self, frame: np.ndarray) -> np.ndarray:
        """What of a picture the reader looks at: a small grey patch, its dark and its light part, and a constant."""
        small = cv2.resize(frame[self._box], (22, 20), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        grey = small.mean(axis=2)
        red = small[..., 0] - small[..., 1]
        dark = np.clip(0.35 - grey, 0, None)
        return np.concatenate([grey.ravel(), red.ravel(), 3 * dark.ravel(), [1.0]])

    def read(self, frames: list[np.ndarray]) -> np.ndarray:
        """Openings in eye distances, float (n,)."""
        return np.array([self._patch(frame) for frame in frames]) @ self._weights


def _ridge(seen: np.ndarray, known: np.ndarray) -> np.ndarray:
    """The linear map with the least error and small weights."""
    return np.linalg.solve(seen.T @ seen + 0.3 * np.eye(seen.shape[1]), seen.T @ known)


def asked(audio: AudioFrame, seconds: float) -> np.ndarray:
    """How open the phones want the mouth at each millisecond, 0 to 1."""
    phones = [mark for mark in audio.marks if mark.kind == "phone"]
    edges = [1000 * mark.at // audio.rate for mark in phones] + [1000 * len(audio.samples) // audio.rate]
    wide = np.zeros(int(1000 * seconds))
    for mark, (begin, end) in zip(phones, pairwise(edges), strict=True):
        letter = mark.text[:1]
        wide[begin:end] = next((value for letters, value in _WIDE.items() if letter and letter in letters), 0.0)
    # A mouth cannot jump: an even window of 80 ms, which moves nothing in time.
    return np.convolve(np.pad(wide, 40, mode="edge"), np.ones(81) / 81, "valid")


def offset(audio: AudioFrame, seen: np.ndarray) -> tuple[float, float]:
    """Milliseconds by which a mouth is later than its phones (within 300 ms), and how well they fit there.

    seen: openings, one for each picture of `audio`, whose first sample has the number 0.
    """
    wanted = asked(audio, len(seen) / FPS + 0.5)
    numbers = np.arange(8, len(seen) - 8)
    middles = (1000 * (numbers + 0.5) / FPS).astype(int)
    lags = np.arange(-300, 301, 5)
    fits = np.array([np.corrcoef(wanted[middles - lag], seen[numbers])[0, 1] for lag in lags])
    best = int(np.argmax(np.nan_to_num(fits, nan=-1.0)))
    return float(lags[best]), float(np.nan_to_num(fits[best]))


def sharpness(frame: np.ndarray) -> float:
    """The variance of the Laplacian of the grey picture."""
    return float(cv2.Laplacian(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), cv2.CV_32F).var())


def largest_change(a: np.ndarray, b: np.ndarray) -> float:
    """The mean difference of two pictures over the patch where it is largest, 0 to 255."""
    return float(cv2.blur(np.abs(a.astype(np.float32) - b).mean(axis=2), (15, 15)).max())


def trend(values: np.ndarray) -> dict[str, float]:
    """The straight line through evenly spaced values: what it comes to over all of them, and that over its error."""
    places = np.arange(len(values)) - (len(values) - 1) / 2
    slope = float(places @ values / (places @ places))
    rest = values - values.mean() - slope * places
    error = float(np.sqrt(rest @ rest / max(1, len(values) - 2) / (places @ places))) + 1e-12
    return {"mean": float(values.mean()), "whole_run": slope * len(values), "in_errors": slope / error}


def repeats(train: np.ndarray, shortest: int, longest: int) -> tuple[float, int]:
    """The largest correlation of a signal with its own past, `shortest` to `longest` pictures ago, and when."""
    centred = train - train.mean()
    spectrum = np.fft.rfft(centred, 2 * len(centred))
    power = np.fft.irfft(spectrum * spectrum.conj())[: longest + 1]
    power /= power[0] + 1e-12
    lag = int(np.argmax(power[shortest:])) + shortest
    return float(power[lag]), lag


def blinking(begins: np.ndarray, count: int) -> dict:
    """How often the lids close, and whether their rhythm repeats more than the same pauses in random order do.

    begins: the numbers of the pictures, out of `count`, in which a blink begins; at least three.
    """
    pauses = np.diff(begins)

    def strongest(places: np.ndarray) -> tuple[float, int]:
        train = np.zeros(count)
        train[places[places < count]] = 1
        return repeats(np.convolve(train, np.ones(5), "same"), 3 * FPS // 2, min(count // 2, 5 * MINUTE))

    dice = np.random.default_rng(5)
    found, lag = strongest(begins)
    chance = [strongest(begins[0] + np.concatenate([[0], np.cumsum(dice.permutation(pauses))]))[0] for _ in range(40)]
    each = np.bincount(begins // MINUTE, minlength=count // MINUTE)[: max(1, count // MINUTE)]
    return {
        "per_minute": len(begins) / count * MINUTE,
        "fewest_in_a_minute": int(each.min()),
        "most_in_a_minute": int(each.max()),
        "pause_s_mean": float(pauses.mean() / FPS),
        "pause_variation": float(pauses.std() / pauses.mean()),
        "repeats": found,
        "repeats_after_s": lag / FPS,
        "repeats_by_chance_at_most": max(chance),
    }


# --- faults -----------------------------------------------------------------------------------------------------------


def frozen(take: Take, face: Face) -> Take:
    """The mouth of the first picture on every picture."""
    x, y = (int(value) for value in face.middle("mouth_left", "mouth_right"))
    reach = int(0.8 * face.unit)
    box = (slice(max(0, y - reach // 2), y + reach), slice(max(0, x - reach), x + reach))
    frames = [frame.copy() for frame in take.frames]
    for frame in frames:
        frame[box] = take.frames[0][box]
    return replace(take, frames=frames)


def late(take: Take, pictures: int = 2) -> Take:
    """The pictures 80 ms later than their sound."""
    return replace(take, frames=[take.frames[0]] * pictures + take.frames[:-pictures])


def shuffled(take: Take, seed: int = 3) -> Take:
    """The seconds of the sound in another order; the pictures stay."""
    rate = take.audio.rate
    pieces = [(at, min(at + rate, len(take.audio.samples))) for at in range(0, len(take.audio.samples), rate)]
    order = np.random.default_rng(seed).permutation(len(pieces))
    samples, marks, to = [], [], 0
    for number in order:
        begin, end = pieces[number]
        samples.append(take.audio.samples[begin:end])
        marks += [replace(mark, at=mark.at - begin + to) for mark in take.audio.marks if begin <= mark.at < end]
        to += end - begin
    return replace(take, audio=AudioFrame(np.concatenate(samples), rate, 0, tuple(marks)))


def blurred(take: Take) -> Take:
    """All pictures a little out of focus."""
    return replace(take, frames=[cv2.GaussianBlur(frame, (0, 0), 0.8) for frame in take.frames])


def drifting(take: Take, levels: float = 4.0) -> Take:
    """Red grows by a few levels of 255 from the first picture to the last."""
    steps = np.linspace(0, levels, len(take.frames))
    frames = []
    for frame, step in zip(take.frames, steps, strict=True):
        warm = frame.astype(np.float32)
        warm[..., 0] += step
        frames.append(np.clip(np.rint(warm), 0, 255).astype(np.uint8))
    return replace(take, frames=frames)


FAULTS: dict[str, tuple[str, Callable[[Take, Face], Take]]] = {
    "80 ms late": ("out of step", lambda take, _: late(take)),
    "80 ms early": ("out of step", lambda take, _: replace(take, frames=take.frames[2:] + take.frames[-1:] * 2)),
    "frozen mouth": ("lips do not follow", frozen),
    "shuffled sound": ("lips do not follow", lambda take, _: shuffled(take)),
    "blur": ("blurred", lambda take, _: blurred(take)),
    "colour drift": ("colour drifts", lambda take, _: drifting(take)),
}
"""Each fault with the finding that must name it, and how it is planted."""


def findings(take: Take, reader: LipReader, photo: np.ndarray) -> tuple[list[str], dict[str, float]]:
    """What is wrong with a take, in words, and the figures that say so. photo: the picture at rest."""
    milliseconds, fit = offset(take.audio, reader.read(take.frames))
    ratio = float(np.median([sharpness(frame) for frame in take.frames[::10]])) / sharpness(photo)
    colours = np.array([frame[::4, ::4].reshape(-1, 3).mean(axis=0) for frame in take.frames[::5]])
    drift = max(abs(trend(colours[:, channel])["whole_run"]) for channel in range(3))
    said = []
    if fit < 0.4:
        said.append("lips do not follow")
    elif abs(milliseconds) > 40:
        said.append("out of step")
    if ratio < 0.5:  # a head that moves is sampled again, which costs a drawing of fine lines 0.3
        said.append("blurred")
    if drift > 1.0:
        said.append("colour drifts")
    return said, {"offset_ms": milliseconds, "fit": fit, "sharpness": ratio, "colour_drift": drift}
