"""Runs a trained graph. Hides ONNX Runtime; the only module of the portrait that knows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from engines.contract import Problem


class Graph:
    """One ONNX model on the CPU. One thread at a time may call.

    threads: 1 by default, since recognizer, voice and recorder share the processor and spinning workers starve them.
    Raises Problem when the file or ONNX Runtime is missing or broken.
    """

    def __init__(self, model: Path, *, threads: int = 1) -> None:
        try:
            import onnxruntime
        except ImportError as error:
            raise Problem("ONNX Runtime is not installed.", "Run the installer again.") from error
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session: Any = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's own errors have no common base
            raise Problem(f"The model {model.name} cannot be opened.", "Run the installer again.") from error

    def run(self, **inputs: np.ndarray) -> list[np.ndarray]:
        """The outputs, in the order of the graph, for inputs by name."""
        return self._session.run(None, inputs)
