"""Where tests get a real Vosk model from: the one that make_vosk.py made, unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

ARCHIVE = Path(__file__).with_name("vosk-tiny.zip")


def tiny_model(folder: Path) -> Path:
    """The folder of a Vosk model that knows four flite voices and about 120 words, unpacked inside `folder`.

    It understands assets/starter/question.wav and question2.wav; it is no measure of how well Vosk hears people.
    """
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(folder)
    return folder / "vosk-tiny"
