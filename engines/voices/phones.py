"""How espeak-ng writes phones, and that there is only one espeak-ng in a process.

Both voices get their phones from it (Piper through its phonemizer), so both give the same marks: one IPA letter each,
without stress, length or diacritics; a diphthong or an affricate is its two letters; SILENCE is a pause.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from threading import RLock

SILENCE = "_"
"""The phone that is no sound: the mouth may close. It holds until the next phone."""

espeak_lock = RLock()
"""Voice, rate and callback of espeak-ng belong to the process: hold this from setting them to the last sample."""


def letters(ipa: str) -> str:
    """The plain letters of an IPA string, in order: "ˈɑːɹ" -> "ɑɹ", "ˌtʃ" -> "tʃ", "" -> ""."""
    return "".join(
        character for character in unicodedata.normalize("NFD", ipa) if unicodedata.category(character) in ("Ll", "Lo")
    )


def spread(words: Sequence[str], known: Sequence[int | None], end: int) -> list[int]:
    """Where each word begins, when only some places are known: the others share the gap by their length.

    known: one sample number or None per word; end: number of the first sample after the last word.
    """
    starts = list(known)
    if starts and starts[0] is None:
        starts[0] = 0
    first = 0
    while first < len(starts):
        last = first + 1
        while last < len(starts) and starts[last] is None:
            last += 1
        begin = starts[first] or 0
        room = (starts[last] if last < len(starts) else end) or 0
        weights = [len(word) for word in words[first:last]]
        for index in range(first + 1, last):
            starts[index] = begin + max(0, room - begin) * sum(weights[: index - first]) // sum(weights)
        first = last
    latest, ordered = 0, []
    for start in starts:
        latest = max(latest, start or 0)
        ordered.append(latest)
    return ordered
