"""What was said, and what is said next. Hides: the history's rules, the prompt budget and where a sentence is cut.

The history only ever grows at its end, and begins with a constant system prompt, so that the language model can keep
what it has read (its KV prefix). Words that were never heard leave it; when it grows too long, whole old exchanges
leave it in one go, in idle time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from app.live.playout import Spoken
from engines.contract import Message

FIRST_CLAUSE, FIRST_CUT = 6, 60
"""The first phrase may end at any clause of at least 6 characters, and is cut at a space after 60, to be heard soon."""
LATER_CUT = 240
"""Later phrases are whole sentences; one that never ends is cut at a space here."""

_CLAUSE = re.compile(r"[,;:—–.!?…。！？，；：]+[\"'”’)\]]*(?=\s|$)|\n|(?<=[。！？，；：])")
_SENTENCE = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|\n|(?<=[。！？])")
_ABBREVIATION = re.compile(r"(?:\b(?:mr|mrs|ms|dr|prof|st|no|vs|etc|e\.g|i\.e|[a-z])|\b\d+)\.$", re.IGNORECASE)


class Phraser:
    """Cuts a stream of text into phrases to speak: a short first clause, then sentences."""

    def __init__(self) -> None:
        self._text = ""
        self._first = True

    def push(self, piece: str) -> list[str]:
        """More text; the phrases that are complete now, each ready to be spoken."""
        self._text += piece
        phrases = []
        while (cut := self._cut()) is not None:
            phrase, self._text = self._text[:cut].strip(), self._text[cut:]
            if phrase:
                phrases.append(phrase)
                self._first = False
        return phrases

    def finish(self) -> list[str]:
        """What is left when the text is over."""
        rest, self._text, self._first = self._text.strip(), "", True
        return [rest] if rest else []

    def _cut(self) -> int | None:
        text, least = self._text, FIRST_CLAUSE if self._first else 2
        for end in (_CLAUSE if self._first else _SENTENCE).finditer(text):
            complete = end.end() < len(text) or text[-1:] in "\n。！？"  # one more character tells "3." from "3.5"
            if complete and len(text[: end.end()].strip()) >= least and not _ABBREVIATION.search(text[: end.end()]):
                return end.end()
        longest = FIRST_CUT if self._first else LATER_CUT
        space = text.rfind(" ", least, longest) if len(text) > longest else -1
        return space if space > 0 else None


def heard_part(text: str, words: int) -> str:
    """The beginning of `text` that holds so many words, with the punctuation that follows the last one."""
    if words <= 0:
        return ""
    ends = [match.end() for match in re.finditer(r"\S+", text)]
    return text if words >= len(ends) else text[: ends[words - 1]]


class Dialogue:
    """The conversation as the language model shall see it. One thread (think) calls it.

    count(messages): tokens in the prompt. `budget`: how many the prompt may take; the rest of the context is for the
    reply.
    """

    def __init__(self, system: str, count: Callable[[Sequence[Message]], int], budget: int) -> None:
        self._system = Message("system", system)
        self._turns: list[Message] = []
        self._count, self._budget = count, budget
        self._open = 0  # the reply whose message is last in the history and not settled yet

    @property
    def messages(self) -> tuple[Message, ...]:
        return (self._system, *self._turns)

    def hear(self, text: str) -> tuple[Message, ...]:
        """The person said this; the prompt for the reply. Who goes on before an answer was heard still has one turn."""
        if self._turns and self._turns[-1].role == "user":
            text = f"{self._turns.pop().text} {text}"
        self._turns.append(Message("user", text))
        while len(self._turns) > 1 and self._count(self.messages) > self._budget:
            self._forget_oldest()
        return self.messages

    def said(self, text: str, number: int) -> None:
        """The persona answers with this, in reply `number`; settle() will tell how much of it was heard.

        Templates of many models want the roles to alternate, so words that follow the persona's own are one message,
        and a greeting before anybody spoke is not remembered.
        """
        if not text or not self._turns:
            return
        if self._turns[-1].role == "assistant":
            text = f"{self._turns.pop().text} {text}"
        self._turns.append(Message("assistant", text))
        self._open = number

    def settle(self, spoken: Spoken) -> None:
        """What was heard of a reply is known now: words that were never heard leave the history."""
        if self._open != spoken.number or spoken.complete:
            return
        text = self._turns.pop().text
        end = 0
        for k, (phrase, words) in enumerate(spoken.phrases):
            heard = phrase if words is None or k < len(spoken.phrases) - 1 else heard_part(phrase, words)
            if (start := text.find(phrase, end)) >= 0:
                end = start + len(heard)
        if text[:end].strip():
            self._turns.append(Message("assistant", text[:end]))
        self._open = 0

    def tidy(self) -> bool:
        """In idle time: when three quarters of the budget are used, forget old exchanges down to half of it.

        True when the history changed, and with it the prompt's beginning: the model should read it again now.
        """
        if self._count(self.messages) <= self._budget * 3 // 4:
            return False
        while len(self._turns) > 2 and self._count(self.messages) > self._budget // 2:
            self._forget_oldest()
        return True

    def _forget_oldest(self) -> None:
        """Drop the oldest exchange: a user's message and the answers up to the next one."""
        del self._turns[0]
        while self._turns and self._turns[0].role != "user":
            del self._turns[0]
