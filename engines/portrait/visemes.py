"""Hides which shape of the mouth belongs to which phone, and how neighbouring phones share the mouth."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from engines.portrait.rig import REST, mouth

EARLY = 0.015
"""Seconds by which lips and teeth meet before their phone is heard: what a voice marks is often its release."""
LONGEST = 0.45
"""Seconds after which a phone no longer explains the sound: then the ear decides again."""


@dataclass(frozen=True, slots=True)
class Viseme:
    """A target of the mouth.

    `weight` says how firmly it holds its ground, `reach` over how many seconds (one sigma) it is felt before it begins
    and after it has ended. While it sounds the mouth may not be open wider than `most`: a closure may not be missed.
    """

    mouth: np.ndarray
    weight: float = 1.0
    reach: float = 0.034
    most: float = 1.0


_SILENCE = Viseme(REST, 0.7)
_NEUTRAL = Viseme(mouth(open=0.26, lift=0.1), 0.5)

_BILABIAL = Viseme(mouth(press=0.85), 1.5, 0.026, most=0.0)
_LABIODENTAL = Viseme(mouth(open=0.12, lift=0.5, tuck=0.9), 1.8, 0.03, most=0.14)
_DENTAL = Viseme(mouth(open=0.24, wide=0.1, lift=0.2, depress=0.2), 1.2, 0.03)
_ALVEOLAR = Viseme(mouth(open=0.2, wide=0.12, lift=0.14, depress=0.12), 0.7)
_SIBILANT = Viseme(mouth(open=0.12, wide=0.32, lift=0.28, depress=0.32), 1.3, 0.03, most=0.22)
_HUSHING = Viseme(mouth(open=0.24, round=0.5, lift=0.35, depress=0.32), 1.5, most=0.28)
_VELAR = Viseme(mouth(open=0.24, lift=0.1), 0.45)
_RHOTIC = Viseme(mouth(open=0.2, round=0.35, lift=0.15), 0.9)
_LATERAL = Viseme(mouth(open=0.28, wide=0.1, lift=0.2), 0.7)
_GLIDE_W = Viseme(mouth(open=0.2, round=0.95), 1.8, 0.048)
_GLIDE_J = Viseme(mouth(open=0.16, wide=0.6, lift=0.2), 1.0)
_IY = Viseme(mouth(open=0.22, wide=0.8, lift=0.2, depress=0.2), 1.1)
_IH = Viseme(mouth(open=0.3, wide=0.45, lift=0.15, depress=0.1))
_EH = Viseme(mouth(open=0.5, wide=0.38, lift=0.15))
_AE = Viseme(mouth(open=0.7, wide=0.35, lift=0.18), 1.1)
_A = Viseme(mouth(open=0.85, wide=0.18, lift=0.14), 1.2)
_AA = Viseme(mouth(open=0.95, wide=0.03, lift=0.1), 1.2)
_AO = Viseme(mouth(open=0.62, round=0.5), 1.1)
_OH = Viseme(mouth(open=0.52, round=0.75), 1.2)
_UU = Viseme(mouth(open=0.34, round=1.0), 1.4, 0.048)
_UH = Viseme(mouth(open=0.36, round=0.6))
_SCHWA = Viseme(mouth(open=0.32, lift=0.1), 0.6)
_AH = Viseme(mouth(open=0.6, lift=0.1))
_ER = Viseme(mouth(open=0.32, round=0.3, lift=0.1))
_FRONT_ROUND = Viseme(mouth(open=0.34, round=0.85, lift=0.1), 1.2)

_BY_LETTER: dict[str, Viseme] = {
    letter: viseme
    for letters, viseme in (
        ("pbmɓ", _BILABIAL),
        ("fvɱʋ", _LABIODENTAL),
        ("ɸβ", Viseme(mouth(open=0.05, press=0.2), 1.6, 0.03)),
        ("θð", _DENTAL),
        ("tdnɾʈɖɳȶȡ", _ALVEOLAR),
        ("szʦʣɬɮ", _SIBILANT),
        ("ʃʒʂʐɕʑçʧʤ", _HUSHING),
        ("kgɡŋqɢxɣχʁhɦħʕʔɲcɟɴ", _VELAR),
        ("rɹɻʀɽɚɝ", _RHOTIC),
        ("lɫʎɭ", _LATERAL),
        ("wʍɥ", _GLIDE_W),
        ("jʝ", _GLIDE_J),
        ("iɨ", _IY),
        ("ɪ", _IH),
        ("eɛ", _EH),
        ("æ", _AE),
        ("a", _A),
        ("ɑ", _AA),
        ("ɒɔ", _AO),
        ("oɵ", _OH),
        ("uʉɯ", _UU),
        ("ʊ", _UH),
        ("əɘɤ", _SCHWA),
        ("ʌɐ", _AH),
        ("ɜɞ", _ER),
        ("yʏøœɶ", _FRONT_ROUND),
    )
    for letter in letters
}


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone as heard so far: seconds since the utterance began, and IPA without stress."""

    begin: float
    end: float
    text: str


@lru_cache(maxsize=512)
def visemes_of(text: str) -> tuple[Viseme, ...]:
    """The shapes of one phone in order: none for silence, two for a diphthong or an affricate."""
    shapes: list[Viseme] = []
    for letter in unicodedata.normalize("NFD", text):
        if not letter.isalpha() or unicodedata.category(letter) == "Lm":  # length, stress, aspiration, punctuation
            continue
        shape = _BY_LETTER.get(letter.lower(), _NEUTRAL)
        if not shapes or shapes[-1] is not shape:
            shapes.append(shape)
    return tuple(shapes)


def blend(phones: Sequence[Phone], time: float) -> tuple[np.ndarray, float]:
    """The mouth at a moment, float32 (8,), and how well the phones explain it: 1 inside them, 0 far away.

    Every phone pulls with its weight, less the further away it is (dominance blending: Cohen and Massaro, 1993).
    """
    total, pull, near = np.zeros(len(REST)), 1e-6, 0.0
    for phone in phones:
        shapes = visemes_of(phone.text) or (_SILENCE,)
        length = (phone.end - phone.begin) / len(shapes)
        for number, shape in enumerate(shapes):
            begin = phone.begin + number * length
            early, late = begin - time, time - (begin + length)
            away = max(early, late, 0.0) / shape.reach
            force = shape.weight * float(np.exp(-0.5 * away * away))
            total += force * shape.mouth
            pull += force
            near = max(near, float(np.exp(-0.5 * away * away)))
    return (total / pull).astype(np.float32), near


def ceiling(phones: Sequence[Phone], begin: float, end: float) -> float:
    """How far the mouth may be open in a picture shown from `begin` to `end`: 0 where p, b or m falls into it."""
    most = 1.0
    for phone in phones:
        length = max(phone.end - phone.begin, 0.02)
        start = phone.begin - EARLY
        inside = min(end, phone.begin + length) - max(begin, start)
        # Half a phone or half a picture must fall together, so that even the shortest closure gets one picture.
        if inside > min(0.02, 0.45 * length):
            most = min([most, *(shape.most for shape in visemes_of(phone.text))])
    return most
