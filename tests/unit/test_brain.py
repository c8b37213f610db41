"""What the starter brain promises: sensible answers to questions it never saw, its own name, and speakable replies."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.make import brain
from assets.make.brain import BRAIN, QUESTIONS, judge
from engines.contract import Generation, Message
from engines.language.llama import LlamaModel, probe

dialogues = __import__("dialogues")  # brain.py has put its folder on the path

pytestmark = pytest.mark.skipif(probe() is not None, reason=str(probe()))


@pytest.fixture(scope="module")
def model() -> Iterator[LlamaModel]:
    opened = LlamaModel(BRAIN)
    yield opened
    opened.close()


def ask(model: LlamaModel, name: str, *questions: str) -> list[str]:
    history = [Message("system", f"You are {name}, a friendly host. You speak in short, clear sentences.")]
    replies = []
    for question in questions:
        history.append(Message("user", question))
        replies.append("".join(model.reply(history, Generation().advance())))
        history.append(Message("assistant", replies[-1]))
    return replies


# Measured: see docs/starter-brain.md. The margins are for other processors, whose rounding may tip a close decision.
@pytest.mark.parametrize(("form", "turns", "share"), [("typed", 1, 0.88), ("heard", 1, 0.88), ("typed", 6, 0.86)])
def test_held_out_questions_get_sensible_replies(form: str, turns: int, share: float) -> None:
    verdicts = judge(BRAIN, form, turns)
    good = sum(verdict.sensible for verdict in verdicts)
    wrong = [f"{verdict.question} -> {verdict.reply}" for verdict in verdicts if not verdict.sensible]
    assert len(verdicts) >= 60
    assert good / len(verdicts) >= share, "\n".join(wrong)


@pytest.mark.parametrize("name", ["Mara", "Theo", "Juno", "Leo", "Nora", "Clara"])
def test_it_knows_its_own_name(model: LlamaModel, name: str) -> None:
    assert name in ask(model, name, "What is your name?")[0]


@pytest.mark.parametrize("question", ["Are you human?", "are you a real person", "You are a robot, right?"])
def test_it_never_claims_to_be_human(model: LlamaModel, question: str) -> None:
    assert re.search(r"\bAI\b", ask(model, "Mara", question)[0])


def test_declining_twice_it_uses_other_words(model: LlamaModel) -> None:
    first, second = ask(model, "Mara", "Who discovered penicillin?", "What is the boiling point of water?")
    assert first != second
    assert "unknown" in dialogues.intents_of(first, "Mara") & dialogues.intents_of(second, "Mara")


def test_capitals_and_punctuation_change_nothing(model: LlamaModel) -> None:
    assert ask(model, "Mara", "HOW DO I ADD A VOICE?!") == ask(model, "Mara", "how do i add a voice")


@given(st.text(st.characters(categories=["L", "N", "P", "Z"], exclude_characters="<|>"), max_size=60))
def test_the_chat_template_reads_people_as_the_training_did(text: str) -> None:
    formatter = __import__("llama_cpp.llama_chat_format", fromlist=["x"]).Jinja2ChatFormatter(
        template=brain.CHAT_TEMPLATE, eos_token="", bos_token=""
    )
    prompt = formatter(messages=[{"role": "user", "content": text}]).prompt
    assert prompt == f"<|im_start|>user\n {dialogues.plain(text)}<|im_end|>\n<|im_start|>assistant\n"


def test_the_file_is_small_and_says_what_it_is(model: LlamaModel) -> None:
    assert BRAIN.stat().st_size < 10_000_000
    assert model.context_tokens == 1024
    assert model._metadata("general.license") == "MIT"


# --- the dialogues ----------------------------------------------------------------------------------------------------


def test_every_reply_begins_with_a_clause_short_enough_to_speak_at_once() -> None:
    for reply in dialogues.every_reply():
        clause = re.match(r"[^,.!?]+[,.!?]", reply.replace("{name}", "Mara"))
        assert clause
        assert 6 <= len(clause[0]) <= 42, reply


def test_no_held_out_question_is_ever_written() -> None:
    questions = frozenset(entry["question"] for entry in json.loads(QUESTIONS.read_text("utf-8"))["questions"])
    held_out = {dialogues.plain(question) for question in questions}
    writer = dialogues.Writer(3, questions)
    for _ in range(1500):
        assert not held_out & {words for _, words, _ in writer.conversation(6)[2]}


def test_the_same_seed_writes_the_same_conversations() -> None:
    assert [dialogues.Writer(4).conversation(5) for _ in range(2)] == [dialogues.Writer(4).conversation(5)] * 2


def test_every_held_out_question_accepts_only_known_intents() -> None:
    for entry in json.loads(Path(QUESTIONS).read_text("utf-8"))["questions"]:
        assert entry["accept"]
        assert set(entry["accept"]) <= set(dialogues.INTENTS)


def test_the_judge_wants_whole_replies_and_the_right_name() -> None:
    reply = dialogues.answer("who_are_you", 0, "Mara")
    assert dialogues.intents_of(reply, "Mara") == {"who_are_you"}
    assert not dialogues.intents_of(reply, "Nora")
    assert not dialogues.intents_of(reply[:-1], "Mara")
