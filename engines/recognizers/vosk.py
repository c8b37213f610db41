"""Vosk: streaming recognition with any Vosk model folder.

Hides that Vosk ends utterances by itself (we keep what it said and go on, since the turn is ours to end), that its
wrapper can download models (it is only ever given a folder), and how it words its results.
"""

from __future__ import annotations

import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from engines.contract import AudioFrame, Hearing, Problem
from engines.recognizers.turn import RATE, Turn

BLOCK = 1600
"""Samples in one call: 100 ms. Vosk decodes 200 ms at a time, so shorter blocks only cost calls."""

LANDMARKS = ("am/final.mdl", "final.mdl")
"""The acoustic model inside a model folder: where it lies today, and where it lay in the first models."""


def probe(model: Path) -> str | None:
    """None when Vosk could open this model folder; else why not and what to do, in two short sentences."""
    problem = _problem(model)
    return None if problem is None else str(problem)


class VoskRecognizer:
    """Turns speech into text with a Vosk model. Source: the vosk package, 0.3.45."""

    rate = RATE

    def __init__(self, model: Path) -> None:
        """model: the folder that contains am/ and conf/. Raises Problem when it holds no model that Vosk can open."""
        if problem := _problem(model):
            raise problem
        vosk = import_module("vosk")  # by name: type checkers take `import vosk` for this very file
        vosk.SetLogLevel(-1)  # for the whole process: the library knows no other way
        try:
            opened = vosk.Model(model_path=str(model))
            self._recognizer = vosk.KaldiRecognizer(opened, RATE)
        except Exception as error:  # the package raises plain Exception
            raise Problem(
                f"Vosk could not open the speech model in {model.name}.",
                "Its files are damaged or made for another program: remove the folder and install the model again.",
            ) from error
        self._turn = Turn(BLOCK)
        self._kept: list[str] = []

    def feed(self, frame: AudioFrame) -> Hearing | None:
        blocks = list(self._turn.blocks(frame))
        for block in blocks:
            self._hear(block)
        if not blocks:
            return None
        # Right after an end point of its own, Vosk answers with an empty "text" instead of a "partial".
        text = json.loads(self._opened.PartialResult()).get("partial", "")
        return self._turn.partial(self._whole(text))

    def finish(self) -> Hearing:
        if rest := self._turn.rest():
            self._hear(rest)
        text = self._whole(json.loads(self._opened.FinalResult())["text"])
        hearing = Hearing(text, True, self._turn.at)
        self._turn, self._kept = Turn(BLOCK, self._turn.at), []
        return hearing

    def close(self) -> None:
        self._recognizer = None

    def _hear(self, block: bytes) -> None:
        if self._opened.AcceptWaveform(block):  # Vosk thinks that somebody finished a sentence
            self._kept.append(json.loads(self._opened.Result())["text"])

    def _whole(self, text: str) -> str:
        """All of the turn: what was kept and what Vosk says now, without the marks for words it does not know."""
        return " ".join(word for part in (*self._kept, text) for word in part.split() if word != "[unk]")

    @property
    def _opened(self):
        if self._recognizer is None:
            raise ValueError("the recognizer is closed")
        return self._recognizer


def _problem(model: Path) -> Problem | None:
    if find_spec("vosk") is None:
        return Problem("The vosk package is not installed.", "Run the installer again.")
    try:
        if _holds_model(model):
            return None
        inner = [child for child in sorted(model.iterdir()) if _holds_model(child)] if model.is_dir() else None
    except OSError as error:
        return Problem(f"The folder {model.name} cannot be read ({error.strerror}).", "Check who may read it.")
    if inner is None:
        return Problem(f"There is no Vosk model folder at {model}.", "Choose a folder in Models, or install a model.")
    remedy = (
        f"Choose the folder {inner[0].name} inside it." if inner else "Choose the folder that contains am/final.mdl."
    )
    return Problem(f"The folder {model.name} is not a Vosk model.", remedy)


def _holds_model(folder: Path) -> bool:
    return any((folder / landmark).is_file() for landmark in LANDMARKS)
