"""The commands. Thin: each chooses engines, runs a session and says what came out.

Exit codes: 0 done; 1 something failed on the way; 2 what was asked for cannot be done, and nothing was written; 130
Ctrl-C (what was recorded until then is kept).
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from app import film as session
from app.config import ASSETS, Settings, load_settings
from app.devices import camera, speaker
from app.devices.compose import label_picture
from app.devices.recorder import Recorder
from app.devices.sound_file import read_sound
from app.diagnostics import VERSION, Finding, describe, machine, split_reason
from app.live.clock import Clock, StudioClock, WallClock
from app.live.latency import LatencyBoard
from app.live.pipeline import EARS_RATE, RATE, Engines, News, Pipeline
from app.live.playout import PlayoutCounts
from app.personas import Persona, list_personas, load_persona, read_anchors, read_picture
from app.report import session_report, write_report, write_sheet
from engines import catalog
from engines.contract import FPS, AudioFrame, Cast, Generation, Problem, Segment

QUESTION = ASSETS / "starter" / "question.wav"
STARTER_BRAIN = ASSETS / "starter" / "brain.gguf"
SIZE = (1280, 720)


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # llama.cpp's workers must not spin while others work
    parser = _parser()
    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO if options.verbose else logging.ERROR, format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        return options.run(options)
    except Problem as problem:
        print(f"{problem.what}\n  -> {problem.remedy}" if problem.remedy else problem.what, file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130


# --- arguments --------------------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="One photo becomes a live, talking person on your virtual webcam. Nothing leaves this computer.",
        epilog="Without a command: the persona hears a question and answers it, filmed to out/conversation.mp4.",
    )
    parser.add_argument("--version", action="version", version=f"Understudy {VERSION}")
    parser.add_argument("--verbose", action="store_true", help="say more about what the engines do")
    parser.set_defaults(run=_demo, realtime=False, report=None, settings=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    say = commands.add_parser("say", help="the persona says a text; a film comes out")
    say.add_argument("text", help="what to say")
    say.add_argument("--out", type=Path, required=True, metavar="X.mp4")
    _engine_arguments(say, "voice", "portrait")
    say.set_defaults(run=_say)

    animate = commands.add_parser("animate", help="a sound file drives a photo; a film comes out")
    animate.add_argument("--audio", type=Path, required=True, metavar="A.wav", help="any sound or film file")
    animate.add_argument("--photo", type=Path, required=True, metavar="P.png", help="a photo or drawing of one face")
    animate.add_argument("--engine", default="auto", help="portrait generator: auto, builtin (default: auto)")
    animate.add_argument("--out", type=Path, required=True, metavar="X.mp4")
    animate.add_argument("--frames", type=Path, metavar="DIR", help="also write every picture as a PNG")
    animate.add_argument("--report", type=Path, metavar="R.json")
    animate.set_defaults(run=_animate)

    converse = commands.add_parser("converse", help="ask questions from sound files; the conversation is filmed")
    converse.add_argument(
        "--in",
        dest="questions",
        type=Path,
        action="append",
        required=True,
        metavar="A.wav",
        help="again for more turns",
    )
    converse.add_argument("--out", type=Path, required=True, metavar="X.mp4")
    converse.add_argument("--realtime", action="store_true", help="at the pace of a call, with the devices there are")
    converse.add_argument(
        "--camera", metavar="NAME", help="virtual camera for --realtime (default: the first there is)"
    )
    converse.add_argument(
        "--speaker", metavar="NAME", help="sound output for --realtime (default: the system's choice)"
    )
    converse.add_argument("--sheet", type=Path, metavar="S.png", help="also a contact sheet")
    _engine_arguments(converse, "voice", "portrait", "recognizer", "language-model")
    converse.set_defaults(run=_converse)

    doctor = commands.add_parser("doctor", help="what is installed, ready or missing, and the remedy for each")
    doctor.add_argument("--json", action="store_true")
    doctor.add_argument("--models", metavar="DIR", help="folder of installed models")
    doctor.set_defaults(run=_doctor)

    bench = commands.add_parser("bench", help="measure the engines and a paced conversation on this machine")
    bench.add_argument("--json", action="store_true")
    bench.add_argument("--turns", type=int, default=4, metavar="N", help="turns of the conversation (default: 4)")
    _engine_arguments(bench, "voice", "portrait", "recognizer", "language-model")
    bench.set_defaults(run=_bench)
    return parser


def _engine_arguments(parser: argparse.ArgumentParser, *kinds: str) -> None:
    parser.add_argument("--persona", metavar="P", help="name of a persona, or its folder")
    known = {
        "voice": "auto, piper, espeak, or a voice file",
        "portrait": "auto, builtin",
        "recognizer": "auto, vosk, pocketsphinx, or a model folder",
        "language-model": "auto, llama.cpp, starter, or a GGUF file",
    }
    for kind in kinds:
        parser.add_argument(f"--{kind}", metavar="ENGINE", help=known[kind])
    parser.add_argument("--models", metavar="DIR", help="folder of installed models")
    parser.add_argument("--report", type=Path, metavar="R.json", help="write what was measured")


def _settings(options: argparse.Namespace) -> Settings:
    """The user's settings, with what the command line says instead."""
    settings = load_settings()
    names = ("persona", "voice", "portrait", "recognizer", "language_model", "models", "camera", "speaker")
    said = {name: value for name in names if (value := getattr(options, name, None))}
    return replace(settings, **said)


# --- a session --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Company:
    """A persona and the engines that play it."""

    persona: Persona
    voice: catalog.Choice[Any]
    portrait: catalog.Choice[Any]
    recognizer: catalog.Choice[Any] | None = None
    detector: catalog.Choice[Any] | None = None
    model: catalog.Choice[Any] | None = None

    @property
    def choices(self) -> list[catalog.Choice[Any]]:
        parts = (self.recognizer, self.detector, self.model, self.voice, self.portrait)
        return [choice for choice in parts if choice]


def _company(settings: Settings, *, listens: bool) -> Company:
    """Choose the persona and its engines; nothing is opened yet."""
    persona = load_persona(settings.persona, settings.persona_folders)
    models = settings.models_folder
    manner = catalog.Manner(**persona.voice)  # pyright: ignore[reportArgumentType]
    company = Company(
        persona, catalog.voice(models, manner, settings.voice), catalog.portrait(settings.portrait, size=SIZE)
    )
    if not listens:
        return company
    return replace(
        company,
        recognizer=catalog.recognizer(models, settings.recognizer),
        detector=catalog.detector(),
        model=catalog.language_model(models, STARTER_BRAIN, settings.language_model),
    )


def _pipeline(company: Company, clock: Clock, watch: Callable[[News], None]) -> Pipeline:
    picture = company.persona.picture
    engines = Engines(
        voice=company.voice.open,
        portrait=company.portrait.open,
        image=read_picture(picture),
        anchors=read_anchors(picture),
        model=company.model.open if company.model else None,
        recognizer=company.recognizer.open if company.recognizer else None,
        detector=company.detector.open if company.detector else None,
    )
    return Pipeline(engines, company.persona.system, clock, watch=watch)


def _play(
    company: Company,
    pipeline: Pipeline,
    caller: Iterator[session.Question],
    out: Path,
    settings: Settings,
    outputs: Sequence[session.Output] = (),
) -> session.Take:
    """Film the session; everything is closed afterwards. When an engine does not open, no file is left."""
    recorder = Recorder(out, size=SIZE, fps=FPS, rate=RATE)
    try:
        pipeline.start()
        for choice in company.choices:
            print("\n".join(choice.aloud()))
        print()
        return session.film(pipeline, caller, recorder, label=settings.label, outputs=outputs, progress=_show_progress)
    finally:
        recorder.abort()  # after a session this does nothing: its recording is closed
        pipeline.stop()
        for output in outputs:
            output.close()


def _show_progress(seconds: float) -> None:
    """How much is filmed, once a second, where a person watches; the next line that is printed covers it."""
    if sys.stderr.isatty() and round(seconds * FPS) % FPS == 0:
        print(f"\r{seconds:6.0f} s filmed\r", end="", file=sys.stderr, flush=True)


class Narrator:
    """Says what happens, as it happens."""

    def __init__(self) -> None:
        self._reply = ""

    def __call__(self, news: News) -> None:
        if news.kind == "reply":
            self._reply += news.text
        elif self._reply and news.kind in {"state", "turn"} and news.text != "speaking":
            print(f'          said:  "{self._reply.strip()}"', flush=True)
            self._reply = ""
        if news.kind == "turn":
            print(f'{news.at:6.2f} s  heard: "{news.text}"', flush=True)
        elif news.kind == "problem":
            print(f"{news.at:6.2f} s  {news.text}", flush=True)


def _finish(command: str, company: Company, pipeline: Pipeline, take: session.Take, report: Path | None) -> None:
    for problem in take.problems:
        if problem is not pipeline.problem:  # that one was said when it happened
            print(problem)
    if report:
        write_report(
            report,
            session_report(
                command,
                company.choices,
                take,
                pipeline.board,
                pipeline.playout.counts,
                paced=pipeline.clock.paced,
                dropped=pipeline.ears.dropped,
            ),
        )


# --- commands ---------------------------------------------------------------------------------------------------------


def _demo(options: argparse.Namespace) -> int:
    """The main job where there is no window: hear the starter question and answer it."""
    folder = Path("out")
    options.questions, options.out = [QUESTION], folder / "conversation.mp4"
    options.sheet, options.report = folder / "contact-sheet.png", folder / "report.json"
    print(f"Understudy {VERSION}: a conversation with the built-in persona, offline.\n")
    code = _converse(options)
    print(f"\nLook at {options.out}, {options.sheet} and {options.report}.")
    return code


def _converse(options: argparse.Namespace) -> int:
    settings = _settings(options)
    questions = [session.Question(read_sound(path, EARS_RATE), read_sound(path, RATE)) for path in options.questions]
    company = _company(settings, listens=True)
    clock, outputs = (
        session.open_outputs(SIZE, settings.camera or None, settings.speaker or None, print)
        if options.realtime
        else (StudioClock(), [])
    )
    pipeline = _pipeline(company, clock, Narrator())
    unanswered: list[int] = []
    take = _play(company, pipeline, session.converse(pipeline, questions, unanswered), options.out, settings, outputs)
    _finish("converse", company, pipeline, take, options.report)
    print(f"\n{pipeline.board.table()}")
    if not options.realtime:
        print("(offline: the pause that ends a turn is session time, the rest is the engines' work)")
    if options.sheet:
        write_sheet(options.sheet, options.out, take)
    for number in unanswered:
        print(f"Question {number} was not understood and got no answer.", file=sys.stderr)
    return 1 if take.problems or unanswered else 0


def _say(options: argparse.Namespace) -> int:
    settings = _settings(options)
    if not options.text.strip():
        raise Problem("There is nothing to say.", "Give a text with words in it.")
    company = _company(settings, listens=False)
    pipeline = _pipeline(company, StudioClock(), Narrator())
    take = _play(company, pipeline, session.recite(pipeline, options.text), options.out, settings)
    _finish("say", company, pipeline, take, options.report)
    print(f"Look at {options.out}.")
    return 1 if take.problems else 0


def _animate(options: argparse.Namespace) -> int:
    """The portrait alone, driven by any sound."""
    settings = load_settings()
    sound = AudioFrame(read_sound(options.audio, RATE), RATE)
    image, anchors = read_picture(options.photo), read_anchors(options.photo)
    choice = catalog.portrait(options.engine, size=SIZE)
    portrait = choice.open()
    board, counts, take = LatencyBoard(time.perf_counter), PlayoutCounts(), session.Take(sound.seconds)
    try:
        cast = portrait.prepare(image, anchors)
        with Recorder(options.out, size=SIZE, fps=FPS, rate=RATE) as recorder:
            for segment in board.working("animate", _driven(cast, sound), lambda segment: len(segment.frames) / FPS):
                pictures = [label_picture(picture, settings.label) for picture in segment.frames]
                recorder.write(segment.audio.samples, pictures)
                if options.frames:
                    _write_pictures(options.frames, counts.shown, segment.frames)
                counts.shown += len(pictures)
                _show_progress(counts.shown // FPS)
        take.problems = [recorder.problem] if recorder.problem else []
    finally:
        portrait.close()
    print("\n".join(choice.aloud()))
    print("\n".join(str(problem) for problem in take.problems))
    factor = board.real_time_factors.get("animate", 0.0)
    print(f"{counts.shown} pictures for {sound.seconds:.2f} s of sound, {factor:.2f} s of work per second.")
    print(f"Look at {options.out}.")
    if options.report:
        write_report(options.report, session_report("animate", [choice], take, board, counts, paced=False))
    return 1 if take.problems else 0


def _driven(cast: Cast, sound: AudioFrame) -> Iterator[Segment]:
    with cast.stream(Generation().advance()) as stream:
        for begin in range(0, len(sound.samples), RATE):
            yield from stream.push(AudioFrame(sound.samples[begin : begin + RATE], RATE, begin))
        yield from stream.finish()


def _write_pictures(folder: Path, first: int, pictures: Sequence[np.ndarray]) -> None:
    from PIL import Image

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, picture in enumerate(pictures, first):
            Image.fromarray(picture).save(folder / f"{number:06d}.png", compress_level=1)
    except OSError as error:
        raise Problem(
            f"The pictures cannot be written to {folder} ({error.strerror}).", "Choose another place."
        ) from error


def _doctor(options: argparse.Namespace) -> int:
    settings = _settings(options)
    findings = [
        Finding("python", "ready", f"{platform.python_version()} on {platform.platform()}"),
        *machine(),
        Finding("models folder", "ready", str(settings.models_folder)),
        Finding("personas", "ready", ", ".join(list_personas(settings.persona_folders))),
    ]
    for choice in _company(settings, listens=True).choices:
        missing = Finding(choice.kind, "missing", "None is ready.", "Mend one of those below.")
        findings.append(Finding(choice.kind, "ready", choice.name) if choice.name else missing)
        findings += [split_reason(f"  {name}", why, ready="", optional=True) for name, why in choice.passed_over]
    findings.append(split_reason("virtual camera", camera.probe(settings.camera or None), ready="found", optional=True))
    findings.append(split_reason("sound output", speaker.probe(settings.speaker or None), ready="found", optional=True))
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        print(describe(findings))
    return 1 if any(finding.state == "missing" for finding in findings) else 0


def _bench(options: argparse.Namespace) -> int:
    """A paced conversation without devices, measured."""
    settings = _settings(options)
    files = [QUESTION, QUESTION.with_name("question2.wav")]
    questions = [session.Question(read_sound(file, EARS_RATE), read_sound(file, RATE)) for file in files]
    company = _company(settings, listens=True)
    pipeline = _pipeline(company, WallClock(), lambda news: None)
    unanswered: list[int] = []
    asked = [questions[k % len(questions)] for k in range(max(1, options.turns))]
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(sys.stderr):
        out = Path(folder) / "bench.mp4"
        take = _play(company, pipeline, session.converse(pipeline, asked, unanswered), out, settings)
    report = session_report(
        "bench",
        company.choices,
        take,
        pipeline.board,
        pipeline.playout.counts,
        paced=True,
        dropped=pipeline.ears.dropped,
    )
    if options.report:
        write_report(options.report, report)
    if options.json:
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        print(pipeline.board.table())
        latency = ", ".join(f"{name} {value * 1000:.0f} ms" for name, value in report["latency_s"].items())
        print(f"end of speech to first moving picture over {len(asked)} turns: {latency or 'no turn was answered'}")
        factors = ", ".join(f"{stage} {value:.3f}" for stage, value in report["real_time_factors"].items())
        print(f"seconds of work per second of sound or picture: {factors}")
        print(f"pictures: {report['pictures']}; peak memory {report['peak_memory_mb']:.0f} MB")
    return 1 if unanswered or take.problems else 0
