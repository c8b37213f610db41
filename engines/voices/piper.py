"""The neural voice: any Piper voice file, spoken clause by clause.

Hides piper-tts: how it phonemizes, how its durations become phone and word marks, and that a voice comes as two files.
Source: piper-tts 1.8, voice.py. piper-tts and onnxruntime are imported when a voice is opened.
"""

from __future__ import annotations

import importlib.util
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engines.contract import AudioFrame, Generation, Mark, Problem, Ticket
from engines.voices.delivery import Spoken, deliver, gain_for
from engines.voices.phones import SILENCE, espeak_lock, letters, spread
from engines.voices.text import Clause, clauses, speakable

_CALIBRATION = "The quick brown fox jumps over the lazy dog near the old house."

_SHORTEST_CLAUSE = 24
"""A neural voice needs a little context for its melody: "Well, yes." is said in one go."""

_LONGEST_CLAUSE = 120
"""A network cannot be interrupted inside a clause: this bounds the wait to about eight seconds of speech."""

_PAUSES = frozenset(".,:;!?")
_STRESSES = frozenset("ˈˌ")

_log = logging.getLogger(__name__)


def probe(model: Path) -> str | None:
    """None when the voice can probably be opened (its files are there), else why not and what to do."""
    missing = [name for name in ("piper", "onnxruntime") if importlib.util.find_spec(name) is None]
    if missing:
        return "The Piper engine is missing. Install it with: pip install piper-tts"
    problem = _missing_file(model)
    return str(problem) if problem else None


class PiperVoice:
    """A voice of Piper's own format: `model` is the .onnx file, its settings lie beside it as .onnx.json.

    speed: 1.0 is the voice's own pace. speaker: which one of a voice with several, None for its first. Marks: words
    always; phones where the file tells its durations (nearly all do) and the onnx package is there. Raises Problem
    when a file is missing or broken. The thread that opened it is the only one that calls it.
    """

    def __init__(self, model: Path, *, speed: float = 1.0, speaker: int | None = None) -> None:
        if problem := _missing_file(model):
            raise problem
        try:
            from piper import PiperVoice as Engine
            from piper import SynthesisConfig
            from piper.config import PiperConfig
        except ImportError as error:
            raise Problem("The Piper engine is missing.", "Install it with: pip install piper-tts") from error
        try:
            config = PiperConfig.from_dict(json.loads(_settings_of(model).read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise Problem(
                f"The settings file {_settings_of(model).name} is not one of a Piper voice.",
                "Download the .onnx and the .onnx.json of the voice again, both from the same place.",
            ) from error
        if speaker is not None and not 0 <= speaker < max(1, config.num_speakers):
            raise Problem(
                f"The voice {model.name} has no speaker {speaker}.",
                f"Choose a number from 0 to {max(1, config.num_speakers) - 1}.",
            )
        self._name = model.name
        self.rate = config.sample_rate
        self._engine: Any = Engine(session=_session(model), config=config)
        self._manner = SynthesisConfig(
            speaker_id=speaker, length_scale=config.length_scale / min(3.0, max(0.3, speed)), normalize_audio=False
        )
        self._gain = 1.0
        # One phrase of its own tells how loud the voice is; it also pays for the first, slow run of the session.
        sound = [spoken.samples for spoken in self._clauses(_CALIBRATION, Generation().advance())]
        if not sound:
            raise Problem(
                f"The voice {model.name} does not make any sound.",
                "Download the .onnx and the .onnx.json of the voice again, both from the same place.",
            )
        self._gain = gain_for(np.concatenate(sound), self.rate)

    def speak(self, text: str, ticket: Ticket) -> Iterator[AudioFrame]:
        """One clause is made at a time; the ticket is looked at before each, and before each frame of 80 ms."""
        return deliver(self._clauses(text, ticket), self.rate, self._gain, ticket)

    def close(self) -> None:
        """Let go of the session; the voice is spent."""
        self._engine = None

    def _clauses(self, text: str, ticket: Ticket) -> Iterator[Spoken]:
        for clause in clauses(speakable(text), _SHORTEST_CLAUSE, _LONGEST_CLAUSE):
            if not ticket.alive or self._engine is None:
                return
            try:
                spoken = self._say(clause)
            except Exception as error:  # whatever a foreign model file raises inside the runtime
                raise Problem(
                    f"The voice {self._name} could not say {clause.text!r}.",
                    "Try another voice, or download this one again.",
                ) from error
            if spoken:
                yield spoken

    def _say(self, clause: Clause) -> Spoken | None:
        phonemes = self._phonemes(clause.text)
        table = self._engine.config.phoneme_id_map
        if not any(phoneme in table and phoneme not in _PAUSES and not phoneme.isspace() for phoneme in phonemes):
            return None  # nothing that this voice can say, such as a word in a foreign script
        ids = self._engine.phonemes_to_ids(phonemes)
        samples, durations = self._engine.phoneme_ids_to_audio(ids, self._manner, include_alignments=True)
        samples = np.atleast_1d(samples).astype(np.float32)
        starts = self._starts(phonemes, durations, len(samples))
        timed = starts is not None
        if starts is None:  # without durations every phoneme counts the same: good enough for words, not for lips
            starts = [len(samples) * index // len(phonemes) for index in range(len(phonemes))]
        phones = _phones(phonemes, starts)
        lengths = [len(letters("".join(self._phonemes(word)))) for word in clause.words]
        marks = _word_marks(clause.words, lengths, phones, len(samples))
        marks += [Mark(phone.at, "phone", phone.text) for phone in phones if timed]
        return Spoken(samples, tuple(marks), clause.pause)

    def _phonemes(self, text: str) -> list[str]:
        """What Piper will say; where espeak-ng sees several sentences in the text, a space parts them."""
        with espeak_lock:
            sentences = self._engine.phonemize(text)
        return [phoneme for sentence in sentences for phoneme in (*sentence, " ")][:-1]

    def _starts(self, phonemes: Sequence[str], durations: np.ndarray | None, length: int) -> list[int] | None:
        """The first sample of each phoneme, None when the durations are missing or belong to other ids.

        durations: int64, samples of each phoneme id. A phoneme that the voice does not know takes no time.
        """
        if durations is None:
            return None
        table = self._engine.config.phoneme_id_map
        pad = len(table.get("_", ()))
        widths = [len(table[phoneme]) + pad if phoneme in table else 0 for phoneme in phonemes]
        first = len(table.get("^", ())) + pad
        durations = np.atleast_1d(durations)
        if first + sum(widths) + len(table.get("$", ())) != len(durations) or durations.sum() <= 0:
            return None
        # Scaled, because the frame size in some settings files is not the one of the model.
        ends = np.concatenate([[0], np.cumsum(durations)]) * (length / durations.sum())
        return [int(ends[at]) for at in np.cumsum([first, *widths])[:-1]]


@dataclass(frozen=True, slots=True)
class _Phone:
    """One letter or a silence; `opens` when it is the first letter after a space."""

    at: int
    text: str
    opens: bool = False


def _phones(phonemes: Sequence[str], starts: Sequence[int]) -> list[_Phone]:
    """The letters in order, a silence at the beginning and at punctuation. A stress belongs to the letter after it."""
    found = [_Phone(0, SILENCE)]
    opens, stressed = True, None
    for phoneme, start in zip(phonemes, starts, strict=True):
        if phoneme == " ":
            opens = True
        elif phoneme in _STRESSES:
            stressed = start
        elif phoneme in _PAUSES:
            found.append(_Phone(start, SILENCE))
        for letter in letters(phoneme):
            found.append(_Phone(start if stressed is None else stressed, letter, opens))
            opens, stressed = False, None
    return found


def _word_marks(words: Sequence[str], lengths: Sequence[int], phones: Sequence[_Phone], end: int) -> list[Mark]:
    """Where each word begins: at its phones between spaces, when there are as many groups of phones as words.

    espeak-ng says some words as one ("of the") and some as several ("1999"); then `lengths`, how many letters each word
    has when said alone, tell how far into the phones it begins.
    """
    phones = [phone for phone in phones if phone.text != SILENCE]
    opening = [index for index, phone in enumerate(phones) if phone.opens]
    if len(opening) == len(words):
        firsts: list[int | None] = [*opening]
    elif not opening:
        firsts = [None] * len(words)
    else:
        firsts, said = [], 0
        for length in lengths:
            expected = said * len(phones) / max(1, sum(lengths))
            nearest = min(opening, key=lambda index, wanted=expected: abs(index - wanted))
            first = nearest if abs(nearest - expected) <= 1.5 else min(round(expected), len(phones) - 1)
            firsts.append(first if length else None)
            said += length
    known = [None if first is None else phones[first].at for first in firsts]
    return [Mark(at, "word", word) for at, word in zip(spread(words, known, end), words, strict=True)]


def _settings_of(model: Path) -> Path:
    return Path(f"{model}.json")


def _missing_file(model: Path) -> Problem | None:
    if not model.is_file():
        return Problem(f"The voice file {model.name} is missing.", "Choose an existing .onnx file in Models.")
    if not _settings_of(model).is_file():
        return Problem(
            f"The voice {model.name} has no settings file {_settings_of(model).name} beside it.",
            "Download that file from the same place as the voice and put both into one folder.",
        )
    return None


def _session(model: Path):
    """An ONNX Runtime session with one thread: more would fight with the portrait for the cores."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            _with_durations(model) or str(model), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime has an exception of its own for every kind of broken file
        raise Problem(
            f"The voice file {model.name} is not a Piper voice, or it is damaged.", "Download it again."
        ) from error


def _with_durations(model: Path) -> bytes | None:
    """The model with its durations as a second output; None when it has them already or they cannot be found."""
    try:
        import onnx
        from piper.patch_voice_with_alignment import add_alignment_output

        graph = onnx.load(str(model))
        add_alignment_output(graph)
        return graph.SerializeToString()
    except ImportError:
        _log.info("no phone times for %s: the onnx package is not installed", model.name)
    except ValueError as error:
        _log.info("no phone times for %s beyond its own: %s", model.name, error)
    return None
