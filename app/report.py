"""What a finished session leaves besides its film: the report and the contact sheet. Hides which moments are shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from app.devices.contact_sheet import Moment, write_contact_sheet
from app.devices.files import write_whole
from app.devices.film_reader import read_pictures
from app.diagnostics import peak_memory, versions
from app.film import Take
from app.live.latency import LatencyBoard
from app.live.playout import PlayoutCounts
from engines.catalog import Choice
from engines.contract import Mark

PICTURES = 12
"""How many pictures a contact sheet shows."""

OPEN, CLOSED, ROUND = frozenset("aɑæɐʌɛɔ"), frozenset("mbp"), frozenset("uʊoɒw")
"""First letters of phones (IPA) that show most clearly whether the mouth does what the word asks for."""


def session_report(
    command: str,
    choices: Sequence[Choice[Any]],
    take: Take,
    board: LatencyBoard,
    counts: PlayoutCounts,
    *,
    paced: bool,
    dropped: int = 0,
) -> dict[str, Any]:
    """Everything a person may want to know of a session, ready for JSON. Times in seconds."""
    return {
        "command": command,
        "paced": paced,
        "seconds": round(take.seconds, 3),
        "engines": {choice.kind: {"name": choice.name, "passed_over": dict(choice.passed_over)} for choice in choices},
        "turns": [
            {
                "heard": reply.heard,
                "said": reply.said,
                "steps_s": {moment: round(seconds, 4) for moment, seconds in reply.steps().items()},
                "end_of_speech_to_first_moving_picture_s": None if reply.latency is None else round(reply.latency, 4),
            }
            for reply in board.replies
        ],
        "latency_s": {name: round(value, 4) for name, value in board.summary().items()},
        "pictures": asdict(counts),
        "late_ticks": take.late_ticks,
        "microphone_blocks_dropped": dropped,
        "real_time_factors": {stage: round(value, 4) for stage, value in board.real_time_factors.items()},
        "peak_memory_mb": round(peak_memory() / 1e6, 1),
        "problems": [str(problem) for problem in take.problems],
        "versions": versions(),
    }


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write JSON, whole or not at all. Raises Problem."""
    write_whole(path, f"{json.dumps(report, indent=2, ensure_ascii=False)}\n".encode(), "The report")


def write_sheet(path: Path, film: Path, take: Take) -> None:
    """A contact sheet of the film as it was encoded: listening, speaking with many mouths, listening again."""
    chosen = choose_moments(take)
    pictures = read_pictures(film, [seconds for seconds, _, _ in chosen])
    moments = [
        Moment(seconds, picture, words, note) for (seconds, words, note), picture in zip(chosen, pictures, strict=True)
    ]
    write_contact_sheet(path, moments, title=film.name, seconds=take.seconds)


def choose_moments(take: Take) -> list[tuple[float, str, str]]:
    """(second, words around it with the current one between asterisks, note), PICTURES in all, in order of time.

    Phones that ask for a clear mouth are preferred, taken in turns (open, closed, round) and spread over the speech;
    without phones the words are taken as they come.
    """
    phones = [(second, mark) for second, mark in take.marks if mark.kind == "phone"]
    clear: list[tuple[float, str]] = []
    for (second, mark), (end, _) in pairwise([*phones, (take.seconds, None)]):
        assert mark is not None  # only the end has none
        middle = second + min(end - second, 0.2) / 2
        for shape, letters in (("open", OPEN), ("lips closed", CLOSED), ("round", ROUND)):
            if mark.text[:1] in letters:
                clear.append((middle, f"{shape}: {mark.text}"))
    if not clear:
        clear = [(second + 0.08, "") for second, mark in take.marks if mark.kind == "word"]
    quiet = [(0.2, "listening"), (max(0.0, take.seconds - 0.3), "listening")]
    if not clear:
        steps = [(k + 0.5) * take.seconds / PICTURES for k in range(PICTURES)]
        return [(second, "", "") for second in steps]
    spoken = _spread(clear, PICTURES - len(quiet))
    return [(second, _words_at(take.marks, second), note) for second, note in sorted([*quiet, *spoken])]


def _spread(moments: list[tuple[float, str]], count: int) -> list[tuple[float, str]]:
    """So many moments, evenly over time, each of another kind than the one before and of the rarest kind, if it can."""
    chosen: list[tuple[float, str]] = []
    shown: Counter[str] = Counter()
    before = ""  # the kind of the last one
    for k in range(count):
        begin, end = k * len(moments) // count, (k + 1) * len(moments) // count
        fresh = [moment for moment in moments[begin : max(begin + 1, end)] if moment not in chosen]
        if not fresh:
            continue
        second, note = min(fresh, key=partial(_rank, before, shown))
        before = _kind(note)
        shown[before] += 1
        chosen.append((second, note))
    return chosen


def _rank(before: str, shown: Counter[str], moment: tuple[float, str]) -> tuple[bool, int]:
    kind = _kind(moment[1])
    return kind == before, shown[kind]


def _kind(note: str) -> str:
    """The part of a note before its phone."""
    return note.partition(":")[0]


def _words_at(marks: Sequence[tuple[float, Mark]], second: float) -> str:
    """The words around this time, from two before to two after; "" while nobody speaks."""
    words = [(at, mark.text) for at, mark in marks if mark.kind == "word"]
    current = max((k for k, (at, _) in enumerate(words) if at <= second), default=None)
    if current is None or second - words[current][0] > 1.2:
        return ""
    around = range(max(0, current - 2), min(len(words), current + 3))
    return " ".join(f"*{words[k][1]}*" if k == current else words[k][1] for k in around)
