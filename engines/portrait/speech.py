"""Hides the trained ear: how sound becomes rows of band levels, and the network that reads a mouth from them.

It serves sound without phone times (a microphone, a file). The rows are measured here for training too, so that the
network meets at run time exactly what it learned from. `docs/speech-net.md` tells how it was trained and how well it
hears.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from engines.contract import FPS, Problem
from engines.portrait.runtime import Graph

MODEL = Path(__file__).resolve().parents[2] / "assets/starter/speech.onnx"

STEPS = 2
"""Mouths per picture. Step k is the mouth at second k / (STEPS * FPS)."""
ROWS = 2 * STEPS
"""Rows of band levels per picture: one each 10 ms."""
BANDS = 40
AHEAD = 3
"""Steps (60 ms) of sound after its moment that a mouth waits for."""
WINDOW = 0.025
FLOOR = -55.0
"""Decibels of full scale: a voice is never taken to be quieter than this, so that silence stays silence."""
FADING = 0.02
"""Decibels by which the level that counts as loud falls with each row (2 dB a second)."""
STATE = 6_160
"""Numbers that the network remembers from one picture to the next."""

KINDS = {
    "silence": "",
    "bilabial": "pbmɓɸβ",
    "labiodental": "fvɱʋ",
    "dental": "θð",
    "stop": "tdɾʈɖȶȡʔ",
    "velar": "kgɡŋqɢxɣχʁcɟɴ",
    "hushing": "ʃʒʂʐɕʑçʧʤɧ",
    "sibilant": "szʦʣɬɮ",
    "lateral": "nlɳɲɫʎɭ",
    "rhotic": "rɹɻʀɽɚɝɜɞ",
    "a": "aɑɶ",
    "ae": "æ",
    "e": "eɛε",
    "i": "iɪɨjʝᵻ",
    "neutral": "əɘɤʌɐhɦħʕ",
    "o": "oɔɒɵ",
    "u": "uʊʉɯwʍɥyʏøœ",
}
"""The kinds of sound that it tells apart, and the phones of each: an order that the weights know."""

_MOST = {"bilabial": 0.0, "labiodental": 0.14, "hushing": 0.28, "sibilant": 0.22}
"""How far the mouth may be open during a kind of sound; as visemes.py has it."""
_HOLDS = np.array([_MOST.get(kind, 1.0) for kind in KINDS], np.float32)


class Bands:
    """Measures windows of sound at one rate: rows of levels in 40 bands of equal width to the ear (mel).

    Works at the rate of the sound itself, so that nothing is resampled; bands above half the rate are silent.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.length = max(16, round(WINDOW * rate))
        self._size = 1 << max(rate // 16, self.length).bit_length()
        self._window = np.hanning(self.length + 2)[1:-1]
        hertz = np.fft.rfftfreq(self._size, 1 / rate)
        hertz = hertz[hertz < 7600]
        edges = 700 * (10 ** (np.linspace(_mel(60), _mel(7600), BANDS + 2) / 2595) - 1)
        low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
        rising, falling = (hertz - low) / (middle - low), (high - hertz) / (high - middle)
        # Scaled so that the bands together hold the mean square of the sound.
        scale = 2 / (self._size * float(self._window @ self._window))
        self._filters = (np.clip(np.minimum(rising, falling), 0, None) * scale).T.astype(np.float32)

    def end(self, row: int) -> int:
        """The number of the first sample after what a row hears; it begins `length` before."""
        return (row + 2 * AHEAD - 1) * self.rate // (ROWS * FPS)

    def power(self, windows: np.ndarray) -> np.ndarray:
        """Mean squares, float32 (n, BANDS), of windows, float32 (n, length)."""
        spectrum = np.fft.rfft(windows * self._window, self._size)[:, : len(self._filters)]
        return (spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ self._filters


def _mel(hertz: float) -> float:
    return 2595 * np.log10(1 + hertz / 700)


class Level:
    """The loudness that a voice has when it is loud: follows upwards at once, falls slowly. One number is its state."""

    def __init__(self) -> None:
        self.usual = FLOOR

    def relate(self, power: np.ndarray) -> np.ndarray:
        """Rows for the network from consecutive mean squares (n, BANDS): decibels under the usual level, about -2 to 2.

        A microphone that is half as loud gives the same rows as soon as the first loud sound was heard.
        """
        decibels = 10 * np.log10(power + np.float32(1e-11))
        usual = np.empty((len(power), 1), np.float32)
        for number, whole in enumerate((10 * np.log10(power.sum(axis=1) + 1e-11)).tolist()):
            faded = max(FLOOR, self.usual - FADING)
            self.usual = faded + 0.5 * max(0.0, whole - faded)
            usual[number] = self.usual
        return ((decibels - usual).clip(-60, 10) + 30) / 15


class SpeechNet:
    """The trained ear, opened; it remembers nothing. Raises Problem when the model or ONNX Runtime is missing.

    `quiet`: the state after a while of silence, float32 (1, STATE), in which every utterance begins.
    """

    def __init__(self, model: Path = MODEL) -> None:
        self._graph = Graph(model)
        silence, self.quiet = Level().relate(np.zeros((ROWS, BANDS), np.float32)), np.zeros((1, STATE), np.float32)
        try:
            for _ in range(2 * FPS):
                _, _, self.quiet = self.run(silence, self.quiet)
        except Exception as error:  # ONNX Runtime's own errors have no common base
            raise Problem(
                f"The model {model.name} is not an ear of this version.", "Run the installer again."
            ) from error

    def run(self, rows: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One picture. rows: float32 (ROWS, BANDS); state: float32 (1, STATE).

        Returns the mouths (STEPS, 8), how likely each kind of sound is (STEPS, kinds), and the next state.
        """
        mouths, kinds, after = self._graph.run(rows=rows[None], state=state)
        return mouths[0], kinds[0], after


@lru_cache(maxsize=1)
def opened(model: Path = MODEL) -> SpeechNet | None:
    """The trained ear of this process, opened once; None when it cannot be had here, and the hand-made one must do."""
    try:
        return SpeechNet(model)
    except Problem:
        return None


class Listener:
    """One utterance at one rate, picture by picture; its memory has always the same size. One thread may call.

    `kinds`: how likely each kind of sound was at the steps of the last picture, float32 (STEPS, kinds).
    """

    def __init__(self, net: SpeechNet, rate: int) -> None:
        self._net = net
        self._bands = Bands(rate)
        self._level = Level()
        self._state = net.quiet
        self.kinds = np.zeros((STEPS, len(KINDS)), np.float32)

    def span(self, number: int) -> tuple[int, int]:
        """The samples [begin, end) that picture `number` is read from; before 0 and after the end there is silence."""
        return self._bands.end(ROWS * number) - self._bands.length, self._bands.end(ROWS * number + ROWS - 1)

    def read(self, number: int, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The mouths float32 (STEPS, 8) of the next picture, and how far each may be open at most, float32 (STEPS,).

        number: counts from 0, one more with each call. samples: float32, the whole span of it. Anything that is no
        number counts as silence.
        """
        begin, _ = self.span(number)
        clean = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0).clip(-4, 4)
        ends = [self._bands.end(ROWS * number + row) - begin for row in range(ROWS)]
        windows = np.stack([clean[end - self._bands.length : end] for end in ends])
        rows = self._level.relate(self._bands.power(windows))
        mouths, self.kinds, self._state = self._net.run(rows, self._state)
        return mouths.clip(0, 1), most(self.kinds)


def most(kinds: np.ndarray) -> np.ndarray:
    """How far the mouth may be open, float32 (n,), where so likely (n, kinds) are the kinds of sound.

    Holding begins when a kind is as likely as one in eight: to miss a p is seen more easily than to close for a t.
    """
    sure = ((kinds - 0.12) / 0.12).clip(0, 1)
    return (1 - sure * (1 - _HOLDS)).min(axis=-1)


def rows_of(samples: np.ndarray, rate: int, count: int) -> np.ndarray:
    """The rows of `count` whole pictures of a recording at once, float32 (count * ROWS, BANDS); for training."""
    bands = Bands(rate)
    ends = np.array([bands.end(row) for row in range(count * ROWS)])
    tail = max(0, int(ends[-1]) - len(samples)) if count else 0
    padded = np.pad(samples, (bands.length, tail))  # window [end - length, end) of the sound begins at `end` here
    windows = np.lib.stride_tricks.sliding_window_view(padded, bands.length)
    parts = [bands.power(windows[ends[at : at + 512]]) for at in range(0, len(ends), 512)]
    return Level().relate(np.concatenate(parts)) if parts else np.zeros((0, BANDS), np.float32)
