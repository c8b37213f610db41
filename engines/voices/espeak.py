"""The voice that is always there: espeak-ng, as it comes inside the piper-tts package.

Hides a C library with one global state, its callback and its events. Piper's extension module carries all of espeak-ng
and exports its C interface, so ctypes can speak with it: no system package, no process, no file.
Source: the interface of espeak-ng 1.52, speak_lib.h and espeak_ng.h; verified with piper-tts 1.8.
"""

from __future__ import annotations

import ctypes
import importlib.util
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from engines.contract import FPS, AudioFrame, Generation, Mark, Problem, Ticket
from engines.voices.delivery import Spoken, deliver, gain_for
from engines.voices.phones import SILENCE, espeak_lock, letters, spread
from engines.voices.text import Clause, clauses, speakable

WORDS_PER_MINUTE = 155
"""Rate at speed 1: the usual pace of a calm conversation."""

_CALIBRATION = "The quick brown fox jumps over the lazy dog near the old house."
_BUFFER_MS = 60
_SYNCHRONOUS, _PHONEME_EVENTS, _PHONEME_IPA, _KEEP_ALIVE_ON_ERROR = 2, 1, 2, 0x8000
_POSITION_CHARACTER, _TEXT_IS_UTF8 = 1, 1
_ALIASES = {"en-gb": "en", "fr-fr": "fr", "pt-pt": "pt", "es-es": "es"}
"""Common names of languages that espeak-ng lists but does not find by name."""

_RATE, _PITCH, _RANGE, _WORD_GAP = 1, 3, 4, 7
_EVENT_END, _EVENT_WORD, _EVENT_PHONE = 0, 1, 7


class _Identity(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("identity", _Identity),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(slots=True)
class _Take:
    """What one synthesis has delivered.

    blocks: sound, 16 bits a sample. words: (first sample, character of the text). phones: (first sample, IPA or "").
    """

    ticket: Ticket
    blocks: list[bytes] = field(default_factory=list)
    words: list[tuple[int, int]] = field(default_factory=list)
    phones: list[tuple[int, str]] = field(default_factory=list)


class _Library:
    """espeak-ng, loaded once for the life of the process. Every call is made under espeak_lock."""

    def __init__(self, package: Path, bridge: Path) -> None:
        self._c = ctypes.CDLL(str(bridge))
        self._take: _Take | None = None
        self._callback = _Callback(self._receive)  # kept here: the C side holds only the address
        options = _PHONEME_EVENTS | _PHONEME_IPA | _KEEP_ALIVE_ON_ERROR
        self.rate = int(self._c.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, str(package).encode(), options))
        if self.rate <= 0:
            raise OSError("espeak_Initialize did not find its data")

    def choose(self, voice: str) -> bool:
        """Load a voice by its name; False when there is none of that name."""
        language, plus, timbre = voice.partition("+")
        name = _ALIASES.get(language.lower(), language) + plus + timbre
        return self._c.espeak_SetVoiceByName(name.encode()) == 0

    def synthesize(self, text: str, parameters: dict[int, int], ticket: Ticket) -> _Take:
        """Speak with the chosen voice; stops at the next block (60 ms of sound) once the ticket is dead."""
        for name, value in parameters.items():
            self._c.espeak_SetParameter(name, value, 0)
        # Piper's phonemizer initializes the same library and switches the events off, so they are asked for each time.
        self._c.espeak_ng_SetPhonemeEvents(1, 1)
        self._c.espeak_SetSynthCallback(self._callback)
        take = self._take = _Take(ticket)
        data = text.encode()
        try:
            self._c.espeak_Synth(data, len(data) + 1, 0, _POSITION_CHARACTER, 0, _TEXT_IS_UTF8, None, None)
        finally:
            self._take = None
        return take

    def _receive(self, samples, count: int, events) -> int:  # called by C, in the thread that called synthesize()
        take = self._take
        if take is None or not take.ticket.alive:
            return 1
        if samples and count:
            take.blocks.append(ctypes.string_at(samples, count * 2))
        index = 0
        while (event := events[index]).type != _EVENT_END:
            if event.type == _EVENT_WORD:
                take.words.append((event.sample, event.text_position - 1))
            elif event.type == _EVENT_PHONE:
                take.phones.append((event.sample, event.identity.string.decode("utf-8", "ignore")))
            index += 1
        return 0


def probe() -> str | None:
    """None when this voice can be opened, else why not and what to do."""
    package = _package()
    if package is None or _bridge(package) is None:
        return "The espeak voice is missing. Install it with: pip install piper-tts"
    return None


class EspeakVoice:
    """A small synthetic voice in many languages, ready at once.

    variant: a language of espeak-ng with an optional timbre, such as "en-us", "en-us+f5" or "de+m3". speed: 1.0 is 155
    words per minute. pitch: factor on the natural pitch of the timbre. size: of the speaker; 1.1 has a throat that is
    a tenth longer, with the same pitch and pace. melody: 0.0 speaks on one tone, 1.0 as usual, 2.0 sings. Raises
    Problem when the library or the variant is missing. Any thread may open one; several may live in one process.
    """

    def __init__(
        self, variant: str = "en-us", *, speed: float = 1.0, pitch: float = 1.0, size: float = 1.0, melody: float = 1.0
    ) -> None:
        self._library = _open()
        self._variant = variant
        # A longer throat is the same sound played slower: nothing is resampled, the sound just says that it has a lower
        # rate (still whole in pictures of 1 / 25 s), and pace and pitch are asked for as much higher.
        self.rate = round(self._library.rate / min(1.3, max(0.8, size)) / FPS) * FPS
        stretch = self._library.rate / self.rate
        self._parameters = {
            _RATE: min(450, max(80, round(WORDS_PER_MINUTE * speed * stretch))),
            _PITCH: min(99, max(0, round(50 + 50 * math.log2(max(0.1, pitch * stretch))))),
            _RANGE: min(99, max(0, round(50 * melody))),
            _WORD_GAP: 0,
        }
        timbre = variant.partition("+")[2]
        with espeak_lock:  # an unknown timbre is not an error to espeak-ng: it would silently use the plain voice
            known = not timbre or timbre in _timbres()
            if not known or not self._library.choose(variant):
                raise Problem(
                    f"The espeak voice {variant!r} does not exist.",
                    'Choose another one, for example "en-us", "en-us+f5" or "en-us+m3".',
                )
        wanted = Generation().advance()
        sound = [spoken.samples for spoken in self._clauses(_CALIBRATION, wanted)]
        self._gain = gain_for(np.concatenate(sound), self.rate)

    def speak(self, text: str, ticket: Ticket) -> Iterator[AudioFrame]:
        """One clause is made at a time (about 5 ms for each second of sound), then handed out in frames of 80 ms."""
        return deliver(self._clauses(text, ticket), self.rate, self._gain, ticket)

    def close(self) -> None:
        """Nothing to let go: the library stays for the other voices."""

    def _clauses(self, text: str, ticket: Ticket) -> Iterator[Spoken]:
        for clause in clauses(speakable(text)):
            if not ticket.alive:
                return
            with espeak_lock:
                self._library.choose(self._variant)
                take = self._library.synthesize(clause.text, self._parameters, ticket)
            if ticket.alive and take.blocks:
                yield _spoken(clause, take)


def _spoken(clause: Clause, take: _Take) -> Spoken:
    samples = np.frombuffer(b"".join(take.blocks), np.int16).astype(np.float32) / 32768
    marks = [Mark(at, "word", word) for at, word in _words(clause, take, len(samples))]
    ends = [at for at, _ in take.phones[1:]] + [len(samples)]
    for (at, ipa), end in zip(take.phones, ends, strict=True):
        parts = letters(ipa) or ("" if ipa else SILENCE)
        marks += [Mark(at + max(0, end - at) * k // len(parts), "phone", part) for k, part in enumerate(parts)]
    return Spoken(samples, tuple(marks), clause.pause)


def _words(clause: Clause, take: _Take, end: int) -> list[tuple[int, str]]:
    """Where each word begins. espeak-ng tells the character; some words ("of the") it says as one, some as several."""
    known: list[int | None] = []
    begin = 0
    for word in clause.words:
        inside = [at for at, character in take.words if begin <= character < begin + len(word)]
        known.append(inside[0] if inside else None)
        begin += len(word) + 1
    silent = [at for at, ipa in take.phones if not ipa]
    return list(zip(spread(clause.words, known, silent[-1] if silent else end), clause.words, strict=True))


def _package() -> Path | None:
    """The folder of piper-tts, found without importing it (that would load ONNX Runtime)."""
    found = importlib.util.find_spec("piper")
    places = list(found.submodule_search_locations or ()) if found else []
    return Path(places[0]) if places else None


def _bridge(package: Path) -> Path | None:
    return next((path for path in sorted(package.glob("espeakbridge.*")) if path.suffix in (".so", ".pyd")), None)


@lru_cache(maxsize=1)
def _timbres() -> frozenset[str]:
    package = _package()
    return frozenset(path.name for path in (package / "espeak-ng-data/voices/!v").iterdir()) if package else frozenset()


@lru_cache(maxsize=1)
def _loaded() -> _Library:
    package = _package()
    bridge = _bridge(package) if package else None
    if package is None or bridge is None:
        raise OSError("piper-tts is not installed")
    return _Library(package, bridge)


def _open() -> _Library:
    with espeak_lock:
        try:
            return _loaded()
        except (OSError, AttributeError) as error:
            raise Problem(
                "The espeak voice did not open.",
                "Install its package again with: pip install --force-reinstall piper-tts",
            ) from error
