"""Which engines there are, which is taken, and why the others are not. Hides where each looks for its model.

"auto" takes the first that is ready, best first, and keeps every reason why another was passed over, so that a choice
can be said aloud. Nothing is loaded here: an engine's library is imported when the stage that needs it opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from engines.contract import LanguageModel, Portrait, Problem, Recognizer, Voice, VoiceDetector

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Option(Generic[E]):
    """An engine that could be taken. `why_not`: None when it seems ready, else a sentence with the remedy."""

    name: str
    why_not: str | None
    build: Callable[[], E]


@dataclass(slots=True)
class Choice(Generic[E]):
    """The engine of one kind. Before open(), `name` is the one to be tried first; after it, the one that runs."""

    kind: str
    options: Sequence[Option[E]]
    passed_over: list[tuple[str, str]] = field(default_factory=list)
    name: str = ""

    def __post_init__(self) -> None:
        self.passed_over = [(option.name, option.why_not) for option in self.options if option.why_not]
        self.name = next((option.name for option in self.options if not option.why_not), "")

    def open(self) -> E:
        """Open the first option that is ready; one that fails after all is passed over like the rest.

        Raises Problem when none is left; with a single option, that option's own.
        """
        reasons: list[tuple[str, str]] = []
        for option in self.options:
            if option.why_not:
                reasons.append((option.name, option.why_not))
                continue
            try:
                engine = option.build()
            except Problem as problem:
                if len(self.options) == 1:
                    raise
                reasons.append((option.name, str(problem)))
                continue
            self.name, self.passed_over = option.name, reasons
            return engine
        raise Problem(f"No {self.kind} can be used: {'; '.join(f'{name}: {why}' for name, why in reasons)}", "")

    def aloud(self) -> list[str]:
        """The choice in words: one line, and one more for every engine that would have come first."""
        better = [(name, why) for name, why in self.passed_over if name != self.name]
        return [f"{self.kind}: {self.name or 'none'}", *(f"    not {name}: {why}" for name, why in better)]


def _choose(kind: str, options: Iterable[Option[E]], wanted: str) -> Choice[E]:
    """All options for "auto"; else those whose name begins with what was asked for, and nothing may replace them."""
    options = list(options)
    if wanted != "auto":
        named = [option for option in options if option.name.split(" ")[0] == wanted]
        if not named:
            known = ", ".join(dict.fromkeys(option.name.split(" ")[0] for option in options))
            raise Problem(f'There is no {kind} called "{wanted}".', f"Choose auto, {known}, or the path of a model.")
        options = named
        if all(option.why_not for option in options):
            what, _, remedy = (options[0].why_not or "").partition(". ")
            raise Problem(f"{what.rstrip('.')}.", remedy)
    return Choice(kind, options)


def _is_path(wanted: str) -> bool:
    return "/" in wanted or "\\" in wanted or Path(wanted).exists()


def recognizer(models: Path, wanted: str = "auto") -> Choice[Recognizer]:
    """Speech-to-text: every Vosk model below `models`/vosk, then pocketsphinx. `wanted` may be a model's folder."""
    from engines.recognizers import sphinx, vosk

    def vosk_option(folder: Path) -> Option[Recognizer]:
        return Option(f"vosk {folder.name}", vosk.probe(folder), lambda: vosk.VoskRecognizer(folder))

    if _is_path(wanted):
        return Choice("speech recognizer", [Option(f"vosk {Path(wanted).name}", None, vosk_option(Path(wanted)).build)])
    found: list[Option[Recognizer]] = [vosk_option(folder) for folder in _children(models / "vosk", "*")]
    missing = f"No Vosk model is installed. Put one into {models / 'vosk'}."
    return _choose(
        "speech recognizer",
        [
            *(found or [Option("vosk", missing, lambda: vosk.VoskRecognizer(models / "vosk"))]),
            Option("pocketsphinx (built in, English)", sphinx.probe(), sphinx.SphinxRecognizer),
        ],
        wanted,
    )


def detector() -> Choice[VoiceDetector]:
    """Voice activity: Silero, which needs no download."""
    from engines.recognizers import silero

    return Choice("voice detector", [Option("silero (built in)", silero.probe(), silero.SileroDetector)])


def language_model(models: Path, starter: Path, wanted: str = "auto", *, threads: int = 2) -> Choice[LanguageModel]:
    """Language model: every GGUF below `models`/llm, the largest first, then the starter brain. Or a GGUF file."""
    from engines.language import llama

    def option(name: str, file: Path) -> Option[LanguageModel]:
        return Option(name, llama.probe(file), lambda: llama.LlamaModel(file, threads=threads))

    if _is_path(wanted):
        return Choice(
            "language model", [Option(f"llama.cpp {Path(wanted).name}", None, option("", Path(wanted)).build)]
        )
    files = sorted(_children(models / "llm", "*.gguf"), key=lambda file: -file.stat().st_size)
    missing = f"No language model is installed. Put a GGUF file into {models / 'llm'}."
    found = [option(f"llama.cpp {file.name}", file) for file in files]
    return _choose(
        "language model",
        [
            *(found or [Option("llama.cpp", missing, option("", starter).build)]),
            option("starter (built in, small talk in English)", starter),
        ],
        wanted,
    )


@dataclass(frozen=True, slots=True)
class Manner:
    """How a persona speaks: the Piper voice it prefers (by file name, without .onnx) and its espeak settings.

    speed, pitch and size are factors; `espeak` is a language with an optional timbre, such as "en-us+f3".
    """

    piper: str = ""
    espeak: str = "en-us"
    speed: float = 1.0
    pitch: float = 1.0
    size: float = 1.0
    melody: float = 1.0


def voice(models: Path, manner: Manner, wanted: str = "auto") -> Choice[Voice]:
    """Text-to-speech: the Piper voices below `models`/piper, the persona's own first, then espeak. Or a voice file."""
    from engines.voices import espeak, piper

    def piper_option(file: Path) -> Option[Voice]:
        return Option(f"piper {file.stem}", piper.probe(file), lambda: piper.PiperVoice(file, speed=manner.speed))

    if _is_path(wanted):
        return Choice("voice", [Option(f"piper {Path(wanted).stem}", None, piper_option(Path(wanted)).build)])
    files = sorted(_children(models / "piper", "**/*.onnx"), key=lambda file: file.stem != manner.piper)
    missing = f"No Piper voice is installed. Put a voice (.onnx and .onnx.json) into {models / 'piper'}."
    found = [piper_option(file) for file in files]
    return _choose(
        "voice",
        [
            *(found or [Option("piper", missing, piper_option(models / "piper").build)]),
            Option(
                f"espeak {manner.espeak} (built in)",
                espeak.probe(),
                lambda: espeak.EspeakVoice(
                    manner.espeak, speed=manner.speed, pitch=manner.pitch, size=manner.size, melody=manner.melody
                ),
            ),
        ],
        wanted,
    )


def portrait(wanted: str = "auto", *, size: tuple[int, int] = (1280, 720)) -> Choice[Portrait]:
    """Portrait generator: the built-in one, on the CPU."""
    from engines.portrait import builtin

    options: list[Option[Portrait]] = [
        Option("builtin (CPU)", builtin.probe(), lambda: builtin.BuiltinPortrait(size=size))
    ]
    return _choose("portrait generator", options, wanted)


def _children(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith(".")) if folder.is_dir() else []
