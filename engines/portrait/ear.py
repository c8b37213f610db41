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
        self._close = _band(hertz, 180, 430)
        self._open = _band(hertz, 520, 1000)
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
        mean_square = float(np.mean(clean * clean))
        level = 10 * np.log10(mean_square + 1e-12)
        if level < SILENCE - 20:
            return QUIET
        raw = np.abs(np.fft.rfft(clean * self._window, self._size)) ** 2
        lifted = raw * self._lift**2
        close, opened = lifted @ self._close, lifted @ self._open
        back, front = lifted @ self._back, lifted @ self._front
        voice, hiss = raw @ self._voice, raw @ self._hiss
        hum, above = raw @ self._hum, raw @ self._above
        tiny = 1e-12
        return Heard(
            level,
            _squash(float(10 * np.log10((opened + tiny) / (close + tiny))), -7, 9),
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
    floor = max(SILENCE, usual - 34)
    return _squash(level, floor, usual)


def shape(heard: Heard, loud: float) -> np.ndarray:
    """The mouth that makes such a sound, float32 (8,). `loud`: 0 to 1."""
    if loud <= 0:
        return REST
    voiced = 1 - _squash(heard.hiss, 0.25, 0.7)
    hum = heard.hum * voiced
    jaw = (0.12 + 0.88 * heard.openness) * (0.35 + 0.65 * loud) * voiced * (1 - 0.9 * hum)
    spread = max(0.0, heard.front - 0.42) / 0.58
    rounded = max(0.0, 0.46 - heard.front) / 0.46
    vowel = voiced * (1 - hum) * min(1.0, 2 * loud)
    hissing = (1 - voiced) * min(1.0, 2.5 * loud)
    row = mouth(
        open=min(1.0, 1.05 * jaw) + 0.12 * hissing,
        wide=0.75 * spread * vowel + 0.3 * hissing,
        round=0.85 * rounded * vowel * (1 - 0.55 * heard.openness),
        press=0.6 * hum * min(1.0, 3 * loud),
        lift=(0.12 + 0.2 * spread) * vowel + 0.38 * hissing,
        depress=0.2 * spread * vowel + 0.35 * hissing,
    )
    return row * np.float32(min(1.0, 4 * loud))
