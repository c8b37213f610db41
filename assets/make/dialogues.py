"""Everything the starter brain knows: what people say, what it answers, and how the two become conversations.

Hides the little grammar the lines are written in. `{a|b|}` is a choice (an empty one may be nothing), choices nest, and
`<word>` names a list of LISTS. All text is our own. Whatever a person says is trained in the form the model's chat
template gives it (`plain`): small letters, no punctuation, so that typed and recognized speech look alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

MARKS_REMOVED = ".,?!;:\"'’‘“”…()*"
"""Characters that disappear from what a person says, before the model reads it."""


def plain(text: str) -> str:
    """What the chat template makes of a person's words: lower case, no punctuation, single spaces."""
    text = text.lower()
    for mark in MARKS_REMOVED:
        text = text.replace(mark, "")
    return " ".join(text.replace("-", " ").split())


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing a person may want: ways to say it, and replies for the first, second, third time it comes up."""

    says: tuple[str, ...]
    replies: tuple[str, ...]
    weight: float = 1.0


def _read(path: Path) -> tuple[dict[str, Intent], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Intents, lists and slips of the file; how it is written is told at its top."""
    intents: dict[str, Intent] = {}
    lists: dict[str, tuple[str, ...]] = {}
    slips: dict[str, tuple[str, ...]] = {}
    for part in path.read_text("utf-8").split("\n= ")[1:]:
        title, *lines = [line.strip() for line in part.splitlines() if line.strip()]
        match title.split():
            case ["intent", name, weight]:
                says = tuple(line for line in lines if not line.startswith("> "))
                replies = tuple(line.removeprefix("> ") for line in lines if line.startswith("> "))
                intents[name] = Intent(says, replies, float(weight))
            case ["list", name]:
                lists[name] = tuple(word for word in "".join(lines).split("|") if word)
            case ["slips"]:
                slips = {word: tuple(others.strip().split("|")) for word, others in (line.split(":") for line in lines)}
            case _:
                raise ValueError(f"{path.name}: unknown part {title!r}")
    return intents, lists, slips


INTENTS, LISTS, SLIPS = _read(Path(__file__).with_suffix(".txt"))
"""What the brain understands. The unknown is as large as the world, so it weighs as much as many intents."""

BARE = {"greeting", "goodbye", "yes", "no", "okay", "repeat", "thanks", "stop", "nice_to_meet", "compliment"}
"""Intents that mostly come alone: a filler around "yes" is rarer than around a question."""

SYLLABLES = (
    "ba be bi bo da de do fa fe ga go ha ja jo ka ke ki la le li lo lu ma me mi "
    "mo na ne ni no pa pe ra re ri ro sa se so ta te ti to va ve wa ya zo"
).split()
ENDINGS = ("", "n", "r", "l", "s", "x", "th", "ck", "ly", "ng", "ment", "tion", "er", "ing", "ed", "ism")


class Writer:
    """Makes endless conversations from the lists above. The same seed writes the same ones.

    `forbidden`: questions, in any form, that may never appear (the held-out ones).
    """

    def __init__(self, seed: int, forbidden: frozenset[str] = frozenset()) -> None:
        self._random = Random(seed)
        self._forbidden = frozenset(map(plain, forbidden))
        self._names = list(INTENTS)
        self._weights = [intent.weight for intent in INTENTS.values()]
        # A line that stands for many sentences is drawn more often than one that stands for a few.
        self._line_weights = {
            name: [min(_variants(line), 4000) ** 0.4 for line in intent.says] for name, intent in INTENTS.items()
        }
        self.dropped = 0

    def conversation(
        self, turns: int, about: tuple[str, ...] = (), again: float = 0.12
    ) -> tuple[str | None, str, list[tuple[str, str, str]]]:
        """A system prompt (or None), the persona's name, and `turns` exchanges (intent, words of the person as `plain`,
        reply). `about`: intents that half of the turns are taken from; `again`: how often a turn comes back to what was
        said before."""
        system, name = self.system()
        said: dict[str, int] = {}
        exchanges = []
        for _ in range(turns):
            wanted = about and self._random.random() < 0.5
            intent = self._random.choice(about) if wanted else self._pick(said, again)
            words = self.utterance(intent, name)
            reply = answer(intent, said.get(intent, 0), name)
            said[intent] = said.get(intent, 0) + 1
            exchanges.append((intent, words, reply))
        return system, name, exchanges

    def _pick(self, said: dict[str, int], again: float) -> str:
        if said and self._random.random() < again:
            return self._random.choice([*said, "repeat"])
        return self._random.choices(self._names, self._weights)[0]

    def system(self) -> tuple[str | None, str]:
        """A system prompt and the name in it; (None, "Understudy") now and then."""
        pick = self._random
        if pick.random() < 0.02:
            return None, "Understudy"
        name = self._name()
        shape = pick.random()
        role, trait = pick.choice(LISTS["roles"]), pick.choice(LISTS["traits"])
        article = "an" if role[0] in "aeiou" else "a"
        if shape < 0.12:
            text = f"You are {name}."
        elif shape < 0.3:
            text = f"You are {name}, {article} {role}."
        elif shape < 0.7:
            text = f"You are {name}, {article} {role} who {trait}."
        elif shape < 0.85:
            text = f"You are {name}, {article} {role} who {trait} and {pick.choice(LISTS['traits'])}."
        else:
            house = pick.choice(
                ("our team", "the house", "this company", "a small museum", "the programme", "Understudy")
            )
            text = f"You are {name}, {pick.choice(('the', 'our'))} {role} of {house}."
        more = pick.choices((0, 1, 2, 3, 5, 8), (2, 3, 3, 2, 1, 0.5))[0]
        return " ".join([text, *pick.sample(LISTS["sentences"], more)]), name

    def introduction(self, about: tuple[str, ...]) -> tuple[str, str, str, str]:
        """The shortest conversation with a name in it: system prompt, name, words of the person, reply."""
        name = self._name()
        role = self._random.choice(("", "", f", a {self._random.choice(LISTS['roles'])}"))
        intent = self._random.choice(about)
        return f"You are {name}{role}.", name, self.utterance(intent, name), answer(intent, 0, name)

    def _name(self) -> str:
        if self._random.random() < 0.45:
            return self._random.choice(LISTS["names"])
        return self._junk(self._random.choice((1, 2, 2, 3))).capitalize()

    def utterance(self, intent: str, name: str) -> str:
        """One way to say `intent`, as the model will read it: sometimes with fillers, slips and mishearings."""
        while True:
            words = self._clean(intent, name)
            noisy = self._noise(words) if self._random.random() < 0.35 else words
            if noisy and noisy not in self._forbidden:
                return noisy
            self.dropped += 1

    def _clean(self, intent: str, name: str) -> str:
        pick = self._random
        text = self.expand(pick.choices(INTENTS[intent].says, self._line_weights[intent])[0])
        often = 0.08 if intent in BARE else 0.22
        if pick.random() < often:
            text = f"{self._filler(LISTS['prefixes'], name)} {text}"
        if pick.random() < often * 0.7:
            text = f"{text} {self._filler(LISTS['suffixes'], name)}"
        return plain(text)

    def _filler(self, fillers: tuple[str, ...], name: str) -> str:
        filler = self._random.choice(fillers)
        return filler.replace("<name>", name) if self._random.random() < 0.7 else self.expand(filler)

    def expand(self, text: str) -> str:
        """One random reading of a line of the grammar."""
        pick = self._random
        while match := re.search(r"\{([^{}]*)\}|<(\w+)>", text):
            if match[2] == "junk":
                chosen = self._junk(pick.choice((1, 2, 2, 3)))
            elif match[2]:
                chosen = pick.choice(LISTS[match[2]])
            else:
                chosen = pick.choice(match[1].split("|"))
            text = text[: match.start()] + chosen + text[match.end() :]
        return text

    def _junk(self, syllables: int) -> str:
        """A word nobody has heard: half of the world is unknown, and unknown names must be copied, not recalled."""
        return "".join(self._random.choices(SYLLABLES, k=syllables)) + self._random.choice(ENDINGS)

    def _noise(self, text: str) -> str:
        pick = self._random
        words = text.split()
        kind = pick.random()
        at = pick.randrange(len(words))
        if kind < 0.3:  # a recognizer's mistake
            options = [i for i, word in enumerate(words) if word in SLIPS]
            if options:
                at = pick.choice(options)
                words[at] = pick.choice(SLIPS[words[at]])
        elif kind < 0.5 and len(words) > 3:  # a word swallowed
            del words[at]
        elif kind < 0.62:  # a word that was never said
            words.insert(
                at,
                pick.choice(
                    ("the", "a", "um", "uh", "and", "of", "in", "er", "to", "it", "like", "that", "oh", "you know")
                ),
            )
        elif kind < 0.72 and len(words) > 2:  # a word said twice
            words.insert(at, words[at])
        elif len(words[at]) > 3:  # a slip of the finger
            word = words[at]
            i = pick.randrange(1, len(word) - 1)
            words[at] = pick.choice(
                (
                    word[:i] + word[i + 1 :],
                    word[:i] + word[i + 1] + word[i] + word[i + 2 :],
                    word[:i] + word[i] + word[i:],
                )
            )
        return plain(" ".join(words))


def answer(intent: str, before: int, name: str) -> str:
    """The right reply when `intent` came up `before` times already."""
    replies = INTENTS[intent].replies
    return replies[before % len(replies)].replace("{name}", name)


def intents_of(reply: str, name: str) -> set[str]:
    """Which intents a reply belongs to, word for word and with the right name; empty when to none."""
    return {
        intent for intent, entry in INTENTS.items() if reply in {line.replace("{name}", name) for line in entry.replies}
    }


def every_reply() -> Iterator[str]:
    """All reply texts, for the tokenizer."""
    for intent in INTENTS.values():
        yield from intent.replies


def _variants(line: str) -> int:
    """Roughly how many sentences a line stands for (choices of one level, lists counted)."""
    total = 1
    while match := re.search(r"\{([^{}]*)\}", line):
        total *= len(match[1].split("|"))
        line = line[: match.start()] + line[match.end() :]
    for name in re.findall(r"<(\w+)>", line):
        total *= len(LISTS.get(name, SYLLABLES))
    return total
