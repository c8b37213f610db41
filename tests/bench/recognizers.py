"""How well and how fast the recognizers hear: one JSON on standard output.

    python -m tests.bench.recognizers [--vosk MODEL_FOLDER] [--first-turns] [--compare]

Two flite voices (Debian package `flite`) read 24 sentences, 0.3 s of quiet before and 0.5 s after, in frames of 100 ms.
`wer_percent`: word errors per word. `cpu_per_second`: CPU seconds of this thread per second of sound. `finish_ms`:
what a person waits for after the turn is over, in CPU time (`wall_ms` beside it counts what else the machine does).
--first-turns: every sentence is the first thing a recognizer hears, at three loudnesses, with PocketSphinx's own
start and with ours. --compare: PocketSphinx bare, with its passes over the whole turn switched on and off.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np

from engines.contract import AudioFrame, Recognizer
from engines.recognizers.sphinx import SphinxRecognizer
from engines.recognizers.turn import RATE, pcm
from engines.recognizers.vosk import VoskRecognizer

VOICES = ("slt", "rms")
SENTENCES = """
hello who are you and what can you do
how do i add a photo
how do i change your voice
what is the weather like today
can you tell me a short story about a cat
please open the settings and choose another camera
where did you grow up
i would like to talk about music for a while
do you remember what i said a minute ago
that was very funny thank you
what time does the meeting start tomorrow
my sister lives in a small town near the river
how much does it cost to run this program
stop talking for a moment please
i think we should take a break now
could you explain how a rainbow is made
what is your favorite color
turn the light on in the kitchen
he bought three apples and a loaf of bread
the train to the city leaves at half past nine
tell me something interesting about the ocean
i am not sure that i understand the question
can we meet again on friday afternoon
good night and see you tomorrow
""".split("\n")[1:-1]


def spoken(text: str, voice: str, loudness: float = 1.0) -> np.ndarray:
    """A sentence in a quiet room: float32 (n,) at RATE."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "said.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
        with wave.open(str(path)) as file:
            if file.getframerate() != RATE:
                raise SystemExit(f"flite's voice {voice} does not speak at {RATE} Hz.")
            speech = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    speech = np.pad(speech * loudness, (int(0.3 * RATE), int(0.5 * RATE)))
    return speech + 2e-4 * np.random.default_rng(len(text)).standard_normal(len(speech)).astype(np.float32)


def errors(said: str, heard: str) -> int:
    """Words to change, add or take away."""
    row = list(range(len(heard.split()) + 1))
    for index, word in enumerate(said.split(), 1):
        above, row[0] = row[0], index
        for column, other in enumerate(heard.split(), 1):
            above, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, above + (word != other))
    return row[-1]


def measure(
    recognizer: Recognizer, sounds: list[tuple[str, np.ndarray]], fresh: Callable[[], None] | None = None
) -> dict:
    """Every sound is one turn, after fresh() when given."""
    wrong = words = 0
    seconds = work = 0.0
    cpu, wall, misheard = [], [], []
    for text, sound in sounds:
        if fresh:
            fresh()
        started = time.thread_time()
        for start in range(0, len(sound), RATE // 10):
            recognizer.feed(AudioFrame(sound[start : start + RATE // 10], RATE, start))
        over, clock = time.thread_time(), time.perf_counter()
        heard = recognizer.finish().text
        wall.append(1000 * (time.perf_counter() - clock))
        cpu.append(1000 * (time.thread_time() - over))
        work, seconds = work + time.thread_time() - started, seconds + len(sound) / RATE
        wrong, words = wrong + errors(text, heard), words + len(text.split())
        if heard != text:
            misheard.append(f"{text} -> {heard}")
    return {
        "sentences": len(sounds),
        "wer_percent": round(100 * wrong / words, 1),
        "cpu_per_second": round(work / seconds, 3),
        "finish_ms": {"p50": round(float(np.median(cpu)), 1), "p95": round(float(np.quantile(cpu, 0.95)), 1)},
        "wall_ms": {"p50": round(float(np.median(wall)), 1), "p95": round(float(np.quantile(wall, 0.95)), 1)},
        "misheard": misheard,
    }


def first_turns() -> dict:
    """PocketSphinx's first turn, from its own cepstral mean and from ours. Loudness 1, 0.3 and 0.1."""
    table = {}
    for loudness in (1.0, 0.3, 0.1):
        sounds = [(text, spoken(text, voice, loudness)) for voice in VOICES for text in SENTENCES[::2]]
        for name, mean in {"own": "40,3,-1,0,0,0,0,0,0,0,0,0,0", "ours": None}.items():
            recognizer = SphinxRecognizer() if mean is None else SphinxRecognizer(mean=mean)
            start = recognizer._mean

            def forget(recognizer: SphinxRecognizer = recognizer, start: str = start) -> None:
                recognizer._mean = start

            table[f"{name} at {loudness}"] = measure(recognizer, sounds, forget)["wer_percent"]
    return table


def compare(sounds: list[tuple[str, np.ndarray]]) -> dict:
    """PocketSphinx without our module, its two later passes on and off."""
    import pocketsphinx

    table = {}
    for flat in (True, False):
        for best in (True, False):
            decoder = pocketsphinx.Decoder(samprate=RATE, loglevel="FATAL", fwdflat=flat, bestpath=best)
            wrong = words = 0
            waits = []
            for text, sound in sounds:
                decoder.start_utt()
                for start in range(0, len(sound), 800):
                    decoder.process_raw(pcm(sound[start : start + 800]), no_search=False, full_utt=False)
                over = time.thread_time()
                decoder.end_utt()
                found = decoder.hyp()
                waits.append(1000 * (time.thread_time() - over))
                heard = [
                    word.partition("(")[0] for word in (found.hypstr if found else "").split() if word[0] not in "<["
                ]
                wrong, words = wrong + errors(text, " ".join(heard)), words + len(text.split())
            table[f"fwdflat={flat} bestpath={best}"] = {
                "wer_percent": round(100 * wrong / words, 1),
                "finish_ms_p50": round(float(np.median(waits)), 1),
                "finish_ms_p95": round(float(np.quantile(waits, 0.95)), 1),
            }
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--vosk", type=Path, help="a Vosk model folder to measure as well")
    parser.add_argument("--first-turns", action="store_true")
    parser.add_argument("--compare", action="store_true")
    arguments = parser.parse_args()
    sounds = [(text, spoken(text, voice)) for voice in VOICES for text in SENTENCES]
    report: dict = {"voices": VOICES, "sphinx": measure(SphinxRecognizer(), sounds)}
    if arguments.vosk:
        report["vosk"] = {"model": arguments.vosk.name, **measure(VoskRecognizer(arguments.vosk), sounds)}
    if arguments.first_turns:
        report["first_turns_wer_percent"] = first_turns()
    if arguments.compare:
        report["bare"] = compare(sounds)
    json.dump(report, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
