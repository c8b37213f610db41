"""Hides how sound becomes a mouth when nobody says which phones it holds: loudness, brightness and the first formants.

Everything is measured on windows at fixed places of the utterance, HOPS to the second, so that it does not matter in
which pieces the sound arrived.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engines.contract import FPS
from engines.portrait.rig import REST, mouth

HOPS = 2 * FPS
SILENCE = -52.0
"""Decibels under full scale below which nobody speaks."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one window of sound holds. `level`: dB of full scale. `low`, `front`, `hiss`, `hum`: 0 to 1.

    `openness`: where the first formant lies, 0 close (ee, oo) to 1 open (ah). `front`: how much of the voice lies where
    spread lips put it. `hiss`: share of the sound above 3 kHz. `hum`: share under 350 Hz, near 1 for m and n.
    """

    level: float
    openness: float
    front: float
    hiss: float
    hum: float


QUIET = Heard(-120.0, 0.0, 0.0, 0.0, 0.0)


class Ear:
    """Measures windows of one rate."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._length = max(16, 2 * rate // HOPS)
        self._size = 1 << (self._length * 2 - 1).bit_length()
        self._window = np.hanning(self._length + 2)[1:-1]
        hertz = np.fft.rfftfreq(self._size, 1 / rate)
        # Voices fall by 6 dB per octave; lifted by as much, formants stand out from the pitch.
        self._lift = (hertz / 500) / np.sqrt(1 + (hertz / 4000) ** 2)
        self._hertz = hertz
        self._first = _band(hertz, 220, 1050)
        self._back = _band(hertz, 600, 1350)
        self._front = _band(hertz, 1650, 2900)
        self._voice = _band(hertz, 90, 3000)
        self._hum = _band(hertz, 90, 350)
        self._above = _band(hertz, 420, 3000)
        self._hiss = _band(hertz, 3200, min(8000, 0.48 * rate))

    @property
    def length(self) -> int:
        """Samples of one window: it reaches half of this to each side of its hop."""
        return self._length

    def hear(self, samples: np.ndarray) -> Heard:
        """samples: float32 (length,). Anything that is no number counts as silence."""
        clean = np.nan_to_num(samples.astype(np.float64), nan=0.0, posinf=1.0, neginf=-1.0).clip(-4, 4)
        # Loudness is taken from the middle half: a closure is short, and its neighbours are loud.
        middle = clean[self._length // 4 : self._length - self._length // 4]
        level = 10 * np.log10(float(np.mean(middle * middle)) + 1e-12)
        if level < SILENCE - 20:
            return QUIET
        raw = np.abs(np.fft.rfft(clean * self._window, self._size)) ** 2
        lifted = raw * self._lift**2
        first = float((lifted * self._hertz) @ self._first / (lifted @ self._first + 1e-20))
        back, front = lifted @ self._back, lifted @ self._front
        voice, hiss = raw @ self._voice, raw @ self._hiss
        hum, above = raw @ self._hum, raw @ self._above
        tiny = 1e-12
        return Heard(
            level,
            _squash(first, 340, 800),
            _squash(float(10 * np.log10((front + tiny) / (back + tiny))), -9, 7),
            float(hiss / (hiss + voice + tiny)),
            _squash(float(10 * np.log10((hum + tiny) / (above + tiny))), 4, 16),
        )


def _band(hertz: np.ndarray, low: float, high: float) -> np.ndarray:
    return ((hertz >= low) & (hertz < high)).astype(np.float64)


def _squash(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


def loudness(level: float, usual: float) -> float:
    """0 in silence, 1 at the speaker's usual loud moments. `usual`: dB that the voice has when it is loud."""
    floor = max(SILENCE, usual - 27)
    return _squash(level, floor, usual)


def closure(heard: Heard, loud: float) -> float:
    """How much it sounds as if the lips were closed, 0 to 1.

    A weak voice without overtones comes through the nose or a closed mouth; n is brighter than m, z hisses.
    """
    weak = _squash(0.55 * heard.front + loud, 1.0, 0.72)
    return weak * _squash(heard.hum, 0.12, 0.30) * _squash(heard.hiss, 0.12, 0.04) * min(1.0, 8 * loud)


def shape(heard: Heard, loud: float) -> np.ndarray:
    """The mouth that makes such a sound, float32 (8,). `loud`: 0 to 1."""
    if loud <= 0:
        return REST
    voiced = 1 - _squash(heard.hiss, 0.25, 0.7)
    hum = heard.hum * voiced
    shut = closure(heard, loud)
    jaw = (0.14 + 0.86 * heard.openness) * (0.4 + 0.6 * loud) * voiced * (1 - 0.8 * hum) * (1 - shut)
    spread = max(0.0, heard.front - 0.42) / 0.58
    rounded = max(0.0, 0.46 - heard.front) / 0.46
    vowel = voiced * (1 - hum) * (1 - shut) * min(1.0, 2 * loud)
    hissing = (1 - voiced) * min(1.0, 2.5 * loud)
    rounding = 0.9 * rounded * vowel * (1 - heard.openness**2)
    row = mouth(
        open=min(1.0, 1.05 * jaw + 0.12 * rounding) + 0.12 * hissing,
        wide=0.75 * spread * vowel + 0.3 * hissing,
        round=rounding,
        press=0.7 * shut,
        lift=(0.08 + 0.16 * spread) * vowel + 0.28 * hissing,
        depress=0.2 * spread * vowel + 0.35 * hissing,
    )
    return row * np.float32(min(1.0, 3.5 * loud))
