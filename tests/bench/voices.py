"""How soon, how cheaply and how clearly the voices speak: python -m tests.bench.voices > voices.json

Hides the measuring. The listener is pocketsphinx with its own US English model, a stern judge that was trained on
people: its word error rate ranks settings of one engine, it does not say what a person understands.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from engines.contract import AudioFrame, Generation, Voice
from engines.sound import Resampler
from engines.voices.delivery import level_of
from engines.voices.espeak import EspeakVoice
from engines.voices.phones import SILENCE
from engines.voices.piper import PiperVoice
from tests.models.piper import make

SENTENCES = (
    "good morning and thank you for joining the meeting",
    "the weather will be cold and cloudy for most of the week",
    "please open the window and close the door behind you",
    "i would like to know how long the journey takes by train",
    "she bought some bread and a bottle of milk at the store",
    "we can talk about the new project after lunch",
    "my brother works in a small office near the river",
    "the computer is on the table next to the lamp",
    "how many people are coming to the party on friday night",
    "he was reading a book when the telephone started to ring",
    "it is a good idea to save your work before you leave",
    "the children are playing in the garden behind the house",
    "you can add a picture and a voice in the settings",
    "tell me what you would like to talk about today",
    "i am happy to answer all of your questions",
)

SETTINGS: dict[str, dict] = {
    "plain": {"variant": "en-us"},
    "woman": {"variant": "en-us+f5", "speed": 0.95},
    "man": {"variant": "en-us+f5", "speed": 0.95, "pitch": 0.62, "size": 1.12},
    "robot": {"variant": "en-us+f5", "speed": 0.95, "pitch": 0.8, "melody": 0.3},
}
"""The timbre f5 has breath and strong consonants: of 25 that were tried its words were understood best, by a factor of
two. A longer throat at a lower pitch makes a man of it, less melody a robot."""


def measure(name: str, build: Callable[[], Voice], sentences: Sequence[str]) -> dict:
    """Open one voice, let it say every sentence, and listen. Times in milliseconds, the rest as named."""
    before = time.perf_counter()
    voice = build()
    opened = time.perf_counter() - before
    firsts, busy_firsts, lengths, spoken, peaks, levels, phones = [], [], [], [], [], [], set()
    cpu = 0.0
    for sentence in sentences:
        begin, busy = time.perf_counter(), time.process_time()
        frames: list[AudioFrame] = []
        for frame in voice.speak(sentence.capitalize() + ".", Generation().advance()):
            if not frames:
                firsts.append(time.perf_counter() - begin)
                busy_firsts.append(time.process_time() - busy)
            frames.append(frame)
        cpu += time.process_time() - busy
        sound = np.concatenate([frame.samples for frame in frames])
        lengths.append(len(sound) / voice.rate)
        peaks.append(float(np.abs(sound).max()))
        levels.append(20 * np.log10(level_of(sound, voice.rate)))
        phones |= {mark.text for frame in frames for mark in frame.marks if mark.kind == "phone"}
        spoken.append(AudioFrame(sound, voice.rate))
    voice.close()
    heard = listen(spoken)
    wrong = sum(errors(sentence.split(), text.split()) for sentence, text in zip(sentences, heard, strict=True))
    return {
        "voice": name,
        "open_ms": round(opened * 1000, 1),
        "first_audio_ms_p50": round(statistics.median(firsts) * 1000, 1),
        "first_audio_ms_max": round(max(firsts) * 1000, 1),
        "first_audio_cpu_ms_p50": round(statistics.median(busy_firsts) * 1000, 1),
        "cpu_real_time_factor": round(cpu / sum(lengths), 4),
        "words_per_minute": round(sum(len(s.split()) for s in sentences) / sum(lengths) * 60),
        "level_dbfs": round(float(np.mean(levels)), 1),
        "peak": round(max(peaks), 2),
        "word_error_rate": round(wrong / sum(len(sentence.split()) for sentence in sentences), 3),
        "phones": "".join(sorted(phones - {SILENCE})),
    }


def listen(spoken: Sequence[AudioFrame]) -> list[str]:
    """What pocketsphinx understands of each utterance, with half a second of near silence around it."""
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=16000, loglevel="FATAL")
    noise = np.random.default_rng(0)
    texts = []
    for sound in spoken:
        resampler = Resampler(sound.rate, 16000)
        parts = [resampler.push(sound).samples, resampler.finish().samples]
        samples = np.concatenate([np.zeros(6000, np.float32), *parts, np.zeros(8000, np.float32)])
        samples = np.clip(samples + noise.normal(0, 1e-4, len(samples)), -1, 1)
        decoder.start_utt()
        decoder.process_raw((samples * 32767).astype(np.int16).tobytes(), full_utt=True)
        decoder.end_utt()
        found = decoder.hyp()
        texts.append(found.hypstr if found else "")
    return texts


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words wrong, missing or too many (Levenshtein distance)."""
    row = list(range(len(heard) + 1))
    for word in said:
        diagonal, row[0] = row[0], row[0] + 1
        for index, other in enumerate(heard, 1):
            diagonal, row[index] = row[index], min(row[index] + 1, row[index - 1] + 1, diagonal + (word != other))
    return row[-1]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="How soon, how cheaply and how clearly the voices speak.")
    parser.add_argument("--variant", action="append", default=[], help="measure this espeak variant instead of ours")
    for factor in ("speed", "pitch", "size", "melody"):
        parser.add_argument(f"--{factor}", type=float, default=1.0)
    parser.add_argument("--piper", type=Path, action="append", default=[], help="measure this Piper voice as well")
    chosen = parser.parse_args(arguments)
    builds: dict[str, Callable[[], Voice]] = {}
    if chosen.variant:
        for variant in chosen.variant:
            factors = {name: getattr(chosen, name) for name in ("speed", "pitch", "size", "melody")}
            builds[f"espeak {variant} {factors}"] = lambda v=variant, f=factors: EspeakVoice(v, **f)
    else:
        for name, values in SETTINGS.items():
            builds[f"espeak {name} {values}"] = lambda values=values: EspeakVoice(**values)
    with tempfile.TemporaryDirectory() as folder:
        if not chosen.variant:
            builds["piper tiny (hums: its word error rate means nothing)"] = lambda: PiperVoice(make(Path(folder)))
        for model in chosen.piper:
            builds[f"piper {model.name}"] = lambda model=model: PiperVoice(model)
        results = [measure(name, build, SENTENCES) for name, build in builds.items()]
    json.dump(results, sys.stdout, indent=1, ensure_ascii=False)
    print()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
