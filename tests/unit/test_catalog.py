"""Engines are chosen aloud: the best that is ready, with every reason why another was not."""

from __future__ import annotations

from pathlib import Path

import pytest

from engines import catalog
from engines.catalog import Choice, Manner, Option
from engines.contract import Problem
from tests.models import piper, vosk


def piper_voice(models: Path) -> Path:
    (models / "piper").mkdir()
    return piper.make(models / "piper")


class Engine:
    def __init__(self, name: str) -> None:
        self.name = name


def broken() -> Engine:
    raise Problem("It broke while opening.", "Mend it.")


def test_the_first_ready_option_is_taken_and_the_others_keep_their_reasons() -> None:
    choice = Choice(
        "engine",
        [
            Option("best", "It is not installed. Install it.", broken),
            Option("breaks", None, broken),
            Option("good", None, lambda: Engine("good")),
            Option("spare", None, lambda: Engine("spare")),
        ],
    )
    assert choice.name == "breaks"
    assert choice.open().name == "good"
    assert choice.name == "good"
    assert [name for name, _ in choice.passed_over] == ["best", "breaks"]
    assert choice.aloud() == [
        "engine: good",
        "    not best: It is not installed. Install it.",
        "    not breaks: It broke while opening. Mend it.",
    ]


def test_an_engine_that_was_asked_for_is_never_replaced() -> None:
    with pytest.raises(Problem, match="It broke while opening"):
        Choice("engine", [Option("breaks", None, broken)]).open()


def test_when_none_is_left_every_reason_is_told() -> None:
    choice = Choice("engine", [Option("a", "A is missing.", broken), Option("b", None, broken)])
    with pytest.raises(Problem, match=r"A is missing\..*It broke while opening"):
        choice.open()


def test_without_models_the_built_in_engines_are_taken(tmp_path: Path) -> None:
    assert catalog.recognizer(tmp_path).name.startswith("pocketsphinx")
    assert catalog.voice(tmp_path, Manner()).name.startswith("espeak")
    assert catalog.language_model(tmp_path, tmp_path / "starter.gguf").name == ""  # even the starter is missing here


def test_installed_models_come_first(tmp_path: Path) -> None:
    vosk.tiny_model(tmp_path / "vosk")
    piper_voice(tmp_path)
    (tmp_path / "vosk" / "empty").mkdir()
    heard = catalog.recognizer(tmp_path)
    assert heard.name == "vosk vosk-tiny"
    assert "vosk empty" in dict(heard.passed_over)
    heard.open().close()
    said = catalog.voice(tmp_path, Manner())
    assert said.name.startswith("piper ")
    said.open().close()


def test_the_personas_own_piper_voice_comes_before_the_others(tmp_path: Path) -> None:
    file = piper_voice(tmp_path)
    other = file.with_name("zoe.onnx")
    other.write_bytes(file.read_bytes())
    Path(f"{other}.json").write_bytes(Path(f"{file}.json").read_bytes())
    assert catalog.voice(tmp_path, Manner(piper="zoe")).name == "piper zoe"
    assert catalog.voice(tmp_path, Manner()).name == f"piper {file.stem}"


def test_language_models_are_tried_from_the_largest_down(tmp_path: Path) -> None:
    folder = tmp_path / "llm"
    folder.mkdir()
    (folder / "a.gguf").write_bytes(b"GGUF" + bytes(10))
    (folder / "b.gguf").write_bytes(b"GGUF" + bytes(1000))
    (folder / "c.gguf").write_bytes(b"text" * 1000)
    choice = catalog.language_model(tmp_path, tmp_path / "starter.gguf")
    assert [option.name for option in choice.options][:3] == [
        "llama.cpp c.gguf",
        "llama.cpp b.gguf",
        "llama.cpp a.gguf",
    ]
    assert choice.name == "llama.cpp b.gguf"  # c is the largest, and no model


@pytest.mark.parametrize("wanted", ["hologram", "vosk"])
def test_what_is_unknown_or_missing_names_the_remedy(tmp_path: Path, wanted: str) -> None:
    with pytest.raises(Problem) as caught:
        catalog.recognizer(tmp_path, wanted)
    assert caught.value.remedy
