"""What of a written reply can be said aloud, and where a speaker would pause.

Hides the mess that language models write: emoji, markdown, addresses, stray symbols. Both voices say exactly
`speakable(text).split()`, one word mark for each, so whoever counts words counts the same ones.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

CLAUSE_PAUSE = 0.12
"""Seconds of silence after a comma, a colon or a semicolon."""

SENTENCE_PAUSE = 0.25
"""Seconds of silence after a full stop, a question mark or an exclamation mark."""

LONGEST_CLAUSE = 200
"""Characters after which a text without any punctuation is cut between two words, so that sound never waits long."""

_SPOKEN_SYMBOLS = "&+%=@$€£¥°×÷±<>"
_PUNCTUATION = ".,;:!?'\"()/#-"

_FENCE = re.compile(r"```[^\n`]*\n|```|~~~")
_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\s[^()]*)?\)")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
_ADDRESS = re.compile(
    r"(?:https?|ftp|file)://(?:www\.)?([^\s/<>?#\"')\]]*)[^\s<>\"')\]]*|\bwww\.([^\s/<>?#\"')\]]+)[^\s<>\"')\]]*"
)
_LINE_START = re.compile(r"(?m)^[ \t]*(?:#{1,6}[ \t]+|>+[ \t]*|[-*+•‣▪·–][ \t]+)+")
_RULE = re.compile(r"(?m)^[ \t]*(?:[-*_=][ \t]*){3,}$")
_PARAGRAPH = re.compile(r"([^\s.,;:!?])[ \t]*\n\s*\n\s*|([^\s.,;:!?])[ \t]*\n(?=[ \t]*(?:[-*+•‣▪·–#]|\d+[.)])[ \t]*\S)")
_MARKUP_INSIDE = re.compile(r"(?<=[^\W_])[*_~`|^\\]+(?=[^\W_])")
_MARKUP = re.compile(r"[*_~`|^\\]+")
_DASH = re.compile(r"\s+(?:[-–—→⇒]+|[-=]+>)\s+|\s*[–—→⇒]+\s*")
_TITLE = re.compile(r"\b(Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr)\.(?=\s+[A-Z])")
_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "…": "... ", "−": "-"})
_ALIKE |= str.maketrans("‐‑[]{}", "--()()")
_ALIKE |= str.maketrans({"，": ", ", "、": ", ", "。": ". ", "？": "? ", "！": "! ", "：": ": ", "；": "; "})
_SHORTENED = re.compile(r"[\"'(]*(?:[^\W\d_]\.)+|[\"'(]*(?:vs|ca|approx|resp|incl|bzw|No|Nr)\.")  # J. R., e.g., vs.
_NUMBERING = re.compile(r"\d{1,3}[.):]+")
_NUMBER_RANGE = re.compile(r"(?<=\d)[–—](?=\d)")


def speakable(text: str) -> str:
    """The words of a text in one line, as a voice will say them; "" when there is no letter or digit in it.

    Markup, emoji and control characters go, an address keeps its host, a dash between words becomes a comma. The
    result is stable: speakable(speakable(text)) == speakable(text).
    """
    for _ in range(8):  # what one pass uncovers (a list inside a quote) the next one cleans; most texts need one
        cleaned = _clean(text)
        if cleaned == text:
            break
        text = cleaned
    return text


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = _FENCE.sub("\n", text)
    text = _IMAGE_OR_LINK.sub(r"\1", text)
    text = _TAG.sub(" ", text)
    text = _ADDRESS.sub(lambda match: match[1] or match[2] or " ", text)
    text = _RULE.sub("", text)
    text = _PARAGRAPH.sub(lambda match: (match[1] or match[2]) + ".\n", text)
    text = _LINE_START.sub("", text)
    text = _NUMBER_RANGE.sub("-", text)
    text = _DASH.sub(", ", text.translate(_ALIKE))
    text = _MARKUP.sub("", _MARKUP_INSIDE.sub(" ", text))
    text = _TITLE.sub(r"\1", text)
    text = "".join(character if _is_kept(character) else " " for character in text)
    text = re.sub(r"[!?]*\?[!?]*", "?", re.sub(r"!{2,}", "!", re.sub(r"\.{2,}", "...", text)))
    text = re.sub(r"\s+(?=[.,;:!?](?:\s|$))", "", re.sub(r"([,;:])[,;:]+", r"\1", text))
    words = [word for word in text.split() if _is_word(word)]
    return " ".join(words) if any(_is_sound(character) for word in words for character in word) else ""


def _is_kept(character: str) -> bool:
    if character in _SPOKEN_SYMBOLS or character in _PUNCTUATION:
        return True
    if "\ufe00" <= character <= "\ufe0f" or character == "\ufffd":
        return False  # variation selectors count as marks, but only emoji wear them
    return unicodedata.category(character) in ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No")


def _is_sound(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"


def _is_word(word: str) -> bool:
    return any(_is_sound(character) or character in _SPOKEN_SYMBOLS for character in word)


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that are said in one breath, with their punctuation, and the silence that follows (seconds)."""

    words: tuple[str, ...]
    pause: float

    @property
    def text(self) -> str:
        return " ".join(self.words)


def clauses(text: str, shortest: int = 0, longest: int = LONGEST_CLAUSE) -> list[Clause]:
    """Cut a speakable text where a speaker would breathe.

    shortest: a clause with fewer characters is joined with the next one of its sentence, for engines whose melody
    suffers from snippets. longest: characters after which a clause is cut after the next word, without a pause.
    """
    found: list[Clause] = []
    words: list[str] = []
    length = 0
    tokens = text.split()
    for word, following in zip(tokens, [*tokens[1:], ""], strict=False):
        words.append(word)
        length += len(word) + 1
        pause = _pause_after(word, following)
        if len(words) == 1 and following and _NUMBERING.fullmatch(word):
            pause = None
        if pause is None and length >= longest:
            pause = 0.0
        if pause == SENTENCE_PAUSE or not following or (pause is not None and length > shortest):
            found.append(Clause(tuple(words), SENTENCE_PAUSE if pause is None else pause))
            words, length = [], 0
    return found


def _pause_after(word: str, following: str) -> float | None:
    """The silence between two words in seconds, None when they belong together."""
    bare = word.rstrip("'\")")
    if bare.endswith((",", ";", ":")):
        return CLAUSE_PAUSE
    if not bare.endswith((".", "!", "?")):
        return None
    if _SHORTENED.fullmatch(bare) and following:
        return None
    spoken_on = not bare.endswith(".") and following[:1].islower()  # "Stop!" she said
    return CLAUSE_PAUSE if spoken_on else SENTENCE_PAUSE
