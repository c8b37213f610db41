"""The history and the phrases."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.live.dialogue import Dialogue, Phraser, heard_part
from app.live.playout import Spoken
from engines.contract import Message


def phrases(text: str, size: int = 3) -> list[str]:
    phraser = Phraser()
    found = [phrase for k in range(0, len(text), size) for phrase in phraser.push(text[k : k + size])]
    return found + phraser.finish()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Well, hello there. How are you?", ["Well, hello there.", "How are you?"]),
        ("Hello there, my friend, how are you? Fine.", ["Hello there,", "my friend, how are you?", "Fine."]),
        ("It costs 3.50 euros. Really.", ["It costs 3.50 euros.", "Really."]),
        ("Ask Dr. Miller about it. Now.", ["Ask Dr. Miller about it.", "Now."]),
        ("Yes", ["Yes"]),
        ("", []),
        ("你好，我是小明。很高兴认识你。", ["你好，我是小明。", "很高兴认识你。"]),
    ],
)
def test_the_first_phrase_is_a_short_clause_and_the_others_are_sentences(text: str, expected: list[str]) -> None:
    assert phrases(text) == expected
    assert phrases(text, 1) == expected


def test_a_sentence_without_any_stop_is_cut_at_a_space() -> None:
    found = phrases("word " * 100)
    assert len(found[0]) <= 60
    assert all(len(phrase) <= 240 for phrase in found)


@given(st.text(alphabet="ab .,!?\n", max_size=200), st.integers(1, 20))
def test_no_word_is_lost_or_doubled(text: str, size: int) -> None:
    assert " ".join(phrases(text, size)).split() == text.split()


@given(st.text(alphabet="ab .,!?\n", max_size=200), st.integers(1, 20))
def test_phrases_do_not_depend_on_how_the_text_arrives(text: str, size: int) -> None:
    assert phrases(text, size) == phrases(text, 1)


def words(messages: Sequence[Message]) -> int:
    return sum(len(message.text.split()) + 1 for message in messages)


def dialogue(budget: int = 1000) -> Dialogue:
    return Dialogue("You are a test.", words, budget)


def test_the_history_begins_with_the_system_prompt_and_only_grows() -> None:
    talk = dialogue()
    first = talk.hear("hello")
    talk.said("Hi there.", 1)
    talk.settle(Spoken(1, (("Hi there.", 2),), complete=True))
    second = talk.hear("how are you")
    assert second[: len(first)] == first
    assert [message.text for message in second] == ["You are a test.", "hello", "Hi there.", "how are you"]


def test_words_that_were_never_heard_leave_the_history() -> None:
    talk = dialogue()
    talk.hear("hello")
    talk.said("Hi there, friend. Nice to see you today.", 1)
    talk.settle(Spoken(1, (("Hi there,", 2), ("friend. Nice to see you today.", 3)), complete=False))
    assert talk.messages[-1] == Message("assistant", "Hi there, friend. Nice to")


def test_a_reply_that_was_not_heard_at_all_leaves_no_trace_and_the_person_has_one_turn() -> None:
    talk = dialogue()
    talk.hear("hello")
    talk.said("Hi.", 1)
    talk.settle(Spoken(1, (), complete=False))
    assert [message.text for message in talk.hear("are you there")][1:] == ["hello are you there"]


def test_old_exchanges_leave_together_before_the_budget_overflows() -> None:
    talk = dialogue(budget=60)
    for k in range(20):
        messages = talk.hear(f"question number {k} with some words")
        assert words(messages) <= 60
        assert messages[0].text == "You are a test."
        assert messages[1].role == "user"
        talk.said("a short answer", k + 1)
        talk.tidy()


def test_tidying_leaves_room_for_a_while() -> None:
    talk = dialogue(budget=60)
    while not talk.tidy():
        talk.hear("question with some words")
        talk.said("a short answer", 1)
    assert words(talk.messages) <= 30
    assert not talk.tidy()


@given(st.text(alphabet="ab ,.", max_size=60), st.integers(0, 30))
def test_what_was_heard_is_a_prefix_with_so_many_words(text: str, count: int) -> None:
    part = heard_part(text, count)
    assert text.startswith(part)
    assert len(part.split()) == min(count, len(text.split()))
