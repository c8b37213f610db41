"""The commands as a person types them: what comes out, and one clear sentence for every bad input."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from app.cli import QUESTION, main
from app.config import ASSETS
from app.devices.sound_file import write_wav

MARA = ASSETS / "personas" / "mara" / "portrait.png"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _no_installed_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs the tests has installed must not matter."""
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    path = tmp_path / "tone.wav"
    write_wav(path, (0.3 * np.sin(np.arange(4_800) / 20)).astype(np.float32), 16_000)
    return path


def streams(path: Path) -> tuple[int, float]:
    """Pictures in a film, and seconds of its sound."""
    with av.open(str(path)) as container:
        pictures = sum(1 for _ in container.decode(video=0))
        container.seek(0)
        sound = container.streams.audio[0]
        assert sound.duration is not None
        assert sound.time_base is not None
        return pictures, float(sound.duration * sound.time_base)


def refused(arguments: list[str], out: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command says when it cannot do what was asked; it must write nothing."""
    before = sorted(out.parent.rglob("*")) if out.parent.is_dir() else []
    assert main(arguments) == 2
    said = capsys.readouterr().err.strip()
    assert "Traceback" not in said
    assert "->" in said  # the remedy
    after = sorted(out.parent.rglob("*")) if out.parent.is_dir() else []
    assert after == before
    return said


def animate(sound: Path, photo: Path, out: Path) -> list[str]:
    return ["animate", "--audio", str(sound), "--photo", str(photo), "--out", str(out)]


# --- animate ----------------------------------------------------------------------------------------------------------


def test_animate_makes_a_film_as_long_as_its_sound_and_its_pictures(tone: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "film.mp4", tmp_path / "report.json"
    extra = ["--frames", str(tmp_path / "frames"), "--report", str(report)]
    assert main(animate(tone, MARA, out) + extra) == 0
    pictures, seconds = streams(out)
    assert pictures == 8  # 0.3 s: seven and a half pictures
    assert abs(pictures / 25 - seconds) <= 1 / 25
    assert [path.name for path in sorted((tmp_path / "frames").iterdir())] == [f"{k:06d}.png" for k in range(8)]
    written = json.loads(report.read_text())
    assert written["pictures"]["shown"] == 8
    assert written["engines"]["portrait generator"]["name"].startswith("builtin")


@pytest.mark.parametrize("kind", ["8 bit", "24 bit", "float", "5.1", "8 kHz stereo"])
def test_every_ordinary_kind_of_wav_works(kind: str, tmp_path: Path) -> None:
    file, out = tmp_path / "sound.wav", tmp_path / "film.mp4"
    rate = 8_000 if kind == "8 kHz stereo" else 16_000
    channels = {"5.1": 6, "8 kHz stereo": 2}.get(kind, 1)
    codec = {"8 bit": "pcm_u8", "24 bit": "pcm_s24le", "float": "pcm_f32le"}.get(kind, "pcm_s16le")
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[channels]
    with av.open(str(file), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        samples = np.zeros((1, rate // 5 * channels), np.int16)
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=layout)
        frame.sample_rate = rate
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(packet)
    assert main(animate(file, MARA, out)) == 0
    assert streams(out)[0] == 5


def truncated_wav() -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(32_000))
    return buffer.getvalue()[:9_000]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "does not exist"),
        (b"", "empty"),
        (b"Dear diary, today I spoke.\n" * 40, "not a sound file"),
        (truncated_wav(), "cut"),
    ],
    ids=["missing", "no bytes", "a text", "truncated"],
)
def test_a_bad_sound_file_is_one_sentence(
    content: bytes | None, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sound.wav"
    if content is not None:
        file.write_bytes(content)
    out = tmp_path / "out" / "film.mp4"
    assert told in refused(animate(file, MARA, out), out, capsys)
    assert told in refused(["converse", "--in", str(file), "--out", str(out)], out, capsys)


def test_a_photo_that_is_none_is_one_sentence(tone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo, out = tmp_path / "photo.png", tmp_path / "out" / "film.mp4"
    photo.write_text("this is no photo")
    assert "is not a picture" in refused(animate(tone, photo, out), out, capsys)
    Image.new("RGB", (200, 200)).save(photo)  # a picture, but nobody has said where the face is
    assert "anchor" in refused(animate(tone, photo, out), out, capsys)


def test_an_output_that_cannot_be_written_is_one_sentence(
    tone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    for out in (tmp_path / "file" / "film.mp4", Path("/proc/film.mp4")):
        assert main(animate(tone, MARA, out)) == 2
        assert "->" in capsys.readouterr().err
    folder = tmp_path / "film.mp4"
    folder.mkdir()
    assert main(animate(tone, MARA, folder)) == 2


def test_an_unknown_engine_names_those_there_are(
    tone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "film.mp4"
    assert "builtin" in refused([*animate(tone, MARA, out), "--engine", "hologram"], out, capsys)


# --- say --------------------------------------------------------------------------------------------------------------


def test_say_films_the_words_and_reports_the_engines(tmp_path: Path) -> None:
    out, report = tmp_path / "say.mp4", tmp_path / "say.json"
    assert main(["say", "Hello there.", "--persona", "theo", "--out", str(out), "--report", str(report)]) == 0
    pictures, seconds = streams(out)
    assert abs(pictures / 25 - seconds) <= 1 / 25
    written = json.loads(report.read_text())
    assert written["pictures"]["late"] == written["pictures"]["dry"] == 0
    assert "No Piper voice is installed" in written["engines"]["voice"]["passed_over"]["piper"]


def test_saying_nothing_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "say.mp4"
    assert "nothing to say" in refused(["say", "  ", "--out", str(out)], out, capsys)


# --- converse ---------------------------------------------------------------------------------------------------------


def test_a_question_from_a_file_is_heard_and_answered(tmp_path: Path) -> None:
    out, report, sheet = tmp_path / "talk.mp4", tmp_path / "talk.json", tmp_path / "sheet.png"
    files = ["--out", str(out), "--report", str(report), "--sheet", str(sheet)]
    assert main(["converse", "--in", str(QUESTION), *files]) == 0
    pictures, seconds = streams(out)
    assert abs(pictures / 25 - seconds) <= 1 / 25
    [turn] = json.loads(report.read_text())["turns"]
    assert "what is your name" in turn["heard"]
    assert "Understudy" in turn["said"]
    assert set(turn["steps_s"]) == {
        "turn decided",
        "first token",
        "first phrase",
        "first sound",
        "first segment",
        "first sample played",
        "first picture sent",
    }
    with Image.open(sheet) as picture:
        assert picture.width > 1000


def test_a_command_lets_go_of_every_file_and_thread(tmp_path: Path) -> None:
    def held() -> tuple[set[str], set[str]]:
        links = [os.path.join("/proc/self/fd", name) for name in os.listdir("/proc/self/fd")]
        files = {os.readlink(link) for link in links if os.path.exists(link)}
        return {name for name in files if str(tmp_path) in name}, {t.name for t in threading.enumerate()}

    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("this system does not list the files of a process")
    before = held()
    assert main(["say", "Hello.", "--out", str(tmp_path / "say.mp4")]) == 0
    assert held() == before


def test_a_model_that_is_none_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out" / "talk.mp4"
    arguments = ["converse", "--in", str(QUESTION), "--out", str(out)]
    (tmp_path / "model.gguf").write_text("I am no model")
    assert "not a GGUF" in refused([*arguments, "--language-model", str(tmp_path / "model.gguf")], out, capsys)
    (tmp_path / "vosk").mkdir()
    assert "vosk" in refused([*arguments, "--recognizer", str(tmp_path / "vosk")], out, capsys).lower()
    (tmp_path / "voice.onnx").write_text("I am no voice")
    refused([*arguments, "--voice", str(tmp_path / "voice.onnx")], out, capsys)
    assert "mara" in refused([*arguments, "--persona", "nobody"], out, capsys)


# --- doctor, help, and an installed program ---------------------------------------------------------------------------


def test_the_doctor_finds_the_starter_engines_ready(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    findings = {finding["name"]: finding for finding in json.loads(capsys.readouterr().out)}
    for kind in ("speech recognizer", "language model", "voice", "portrait generator"):
        assert findings[kind]["state"] == "ready"
    for finding in findings.values():
        assert finding["state"] == "ready" or finding["remedy"] or finding["name"] == "graphics card"


@pytest.mark.parametrize("command", [[], ["say"], ["animate"], ["converse"], ["doctor"], ["bench"]])
def test_every_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    assert "usage" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGINT to send to a child on Windows")
def test_ctrl_c_ends_cleanly_and_keeps_what_was_recorded(tmp_path: Path) -> None:
    import signal

    out = tmp_path / "say.mp4"
    long = "One two three four five. " * 60
    process = subprocess.Popen(
        [sys.executable, "main.py", "say", long, "--out", str(out)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    part = out.with_name("say.part.mp4")
    while process.poll() is None and not (part.exists() and part.stat().st_size > 50_000):
        os.sched_yield()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert streams(out)[0] > 10
    assert not part.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pseudo terminal on Windows")
def test_who_watches_a_long_film_sees_how_far_it_is_and_a_pipe_does_not(tmp_path: Path) -> None:
    import pty

    command = [sys.executable, "main.py", "say", "One two three four five six.", "--out", str(tmp_path / "say.mp4")]
    ours, theirs = pty.openpty()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=theirs, check=True)
    os.close(theirs)
    assert b"1 s filmed" in os.read(ours, 10_000)
    os.close(ours)
    piped = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    assert piped.stderr == b""
