"""Makes the two questions that a first run hears: assets/starter/question.wav and question2.wav.

flite (Debian package `flite`, CMU, BSD-style licence) says them at 16 kHz, because the bundled recognizer understands
that voice; a little silence surrounds them, as in a call, and a quiet room hums below, since no microphone is ever
digitally silent. Run from the repository root:  python -m assets.make.question
"""

from __future__ import annotations

import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np

RATE = 16_000
BEFORE, AFTER = 0.3, 0.8
"""Seconds of room before the first and after the last word."""

ROOM = 10 ** (-62 / 20)
"""How loud the room is: RMS, full scale being 1."""

PEAK = 0.6

VOICE = "rms"

STRETCH = 1.15
"""A little slower than flite likes to speak: of eleven wordings in two voices and three speeds, these two in this voice
at this speed are what pocketsphinx understands word for word, even as the first thing it hears."""

QUESTIONS = {
    "question.wav": "Hello. What is your name, and what can you do?",
    "question2.wav": "How do I add a new photo?",
}


def spoken(text: str) -> np.ndarray:
    """One text in the voice of this page. Returns float32 (n,) at RATE."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        manner = ["-voice", VOICE, "--setf", f"duration_stretch={STRETCH}"]
        subprocess.run(["flite", *manner, "-t", text, "-o", str(path)], check=True)
        with wave.open(str(path)) as file:
            if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
                raise SystemExit(f"flite's voice {VOICE} does not speak 16-bit mono at {RATE} Hz.")
            return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768


def room(count: int, seed: int) -> np.ndarray:
    """Pink noise, the colour of a quiet room. Returns float64 (count,), RMS ROOM."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    spectrum /= np.sqrt(np.maximum(20.0, np.arange(len(spectrum)) * RATE / count))
    sound = np.fft.irfft(spectrum, count)
    return sound * ROOM / np.std(sound)


def main() -> None:
    folder = Path(__file__).parents[1] / "starter"
    for seed, (name, text) in enumerate(QUESTIONS.items()):
        speech = spoken(text)
        sound = np.pad(speech * PEAK / np.abs(speech).max(), (int(BEFORE * RATE), int(AFTER * RATE)))
        sound = sound + room(len(sound), seed)
        with wave.open(str(folder / name), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(np.rint(sound * 32767).astype("<i2").tobytes())
        print(f"{name}: {len(sound) / RATE:.2f} s: {text}")


if __name__ == "__main__":
    main()
