"""Camera, loudspeaker and label: what a person is told when a device is missing, and what arrives when it is there."""

from __future__ import annotations

import importlib.util
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from app.devices import camera, speaker
from app.devices.camera import VirtualCamera
from app.devices.compose import label_picture
from engines.contract import Problem

ROOT = Path(__file__).parents[2]
SIZE = (160, 96)
PICTURE = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)


# --- the label --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shade", [0, 90, 255])
@pytest.mark.parametrize("size", [(640, 360), (1280, 720), (1920, 1080), (512, 512)])
def test_the_label_is_legible_at_the_bottom_left_of_any_picture(size: tuple[int, int], shade: int) -> None:
    picture = np.full((size[1], size[0], 3), shade, np.uint8)
    labelled = label_picture(picture)
    rows, columns = np.nonzero((labelled != shade).any(axis=2))
    assert rows.min() > size[1] * 0.85
    assert columns.max() < size[0] * 0.55
    pill = labelled[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1].astype(int)
    letters = (pill >= 215).all(axis=2)[:, pill.shape[1] // 6 : -pill.shape[1] // 10]
    assert letters.any(axis=1).sum() >= 0.05 * size[1]  # from the top of the letters to their bottom
    ground = np.median(pill[: pill.shape[0] // 6, pill.shape[1] // 3 : -pill.shape[1] // 3])
    assert ground < 105  # white letters on this have a contrast above 5 to 1 even over a white picture
    assert (labelled[: int(size[1] * 0.85)] == shade).all()


def test_the_label_is_not_mirrored_and_reads_from_left_to_right() -> None:
    """The dot stands before the words."""
    labelled = label_picture(np.zeros((720, 1280, 3), np.uint8)).astype(int)
    green = np.nonzero(labelled[..., 1] - labelled[..., 0] > 80)[1]
    white = np.nonzero((labelled > 230).all(axis=2))[1]
    assert green.max() < white.min()


def test_labelling_leaves_the_original_as_it_was_and_says_that_the_copy_stays() -> None:
    picture = PICTURE.copy()
    picture.flags.writeable = False
    labelled = label_picture(picture)
    assert (picture == 90).all()
    assert not labelled.flags.writeable
    assert labelled.shape == picture.shape
    np.testing.assert_array_equal(labelled, label_picture(picture))


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (200, 3), (40, 40)])
def test_a_picture_too_small_for_the_label_is_no_reason_to_fail(size: tuple[int, int]) -> None:
    assert label_picture(np.zeros((size[1], size[0], 3), np.uint8)).shape == (size[1], size[0], 3)


# --- the camera -------------------------------------------------------------------------------------------------------


class RememberingCamera:
    """A backend of pyvirtualcam that keeps what it is sent; `refusal` is the text it refuses to open with."""

    refusal = ""
    file = ""
    seen: list[np.ndarray]
    open = 0

    def __init__(self, *, width: int, height: int, fps: float, fourcc: int, device: str | None) -> None:
        if self.refusal:
            raise RuntimeError(self.refusal)
        self.asked = (width, height, fps, device)
        type(self).seen, type(self).open = [], type(self).open + 1

    def send(self, frame: np.ndarray) -> None:
        self.seen.append(frame.copy())

    def device(self) -> str:
        return self.file or self.asked[3] or "a camera"

    def native_fourcc(self) -> None:
        return None

    def close(self) -> None:
        type(self).open -= 1


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> type[RememberingCamera]:
    library = pytest.importorskip("pyvirtualcam")
    backend = type("Backend", (RememberingCamera,), {})
    monkeypatch.setattr(library.camera, "BACKENDS", {"test": backend})
    monkeypatch.setattr(camera, "find_camera", lambda device=None: device)
    return backend


def test_pictures_arrive_as_they_were_sent(backend: type[RememberingCamera]) -> None:
    output = VirtualCamera(SIZE, 25, "studio")
    picture = np.random.default_rng(1).integers(0, 256, PICTURE.shape, np.uint8)
    output.send(picture)
    output.send(picture[:, ::-1])  # not contiguous in memory
    output.close()
    output.close()
    output.send(picture)
    assert output.device == "studio"
    np.testing.assert_array_equal(backend.seen[0].reshape(picture.shape), picture)
    np.testing.assert_array_equal(backend.seen[1].reshape(picture.shape), picture[:, ::-1])
    assert len(backend.seen) == 2
    assert backend.open == 0


def test_a_camera_that_is_removed_is_noticed_within_a_second_and_said_once(
    backend: type[RememberingCamera], tmp_path: Path
) -> None:
    device = tmp_path / "video7"
    device.touch()
    backend.file = str(device)
    output = VirtualCamera(SIZE, 5)
    for _ in range(7):
        output.send(PICTURE)
    assert output.problem is None
    device.unlink()
    for _ in range(5):
        output.send(PICTURE)
    assert output.problem is not None
    assert "was removed while it was in use" in output.problem.what
    sent = len(backend.seen)
    output.send(PICTURE)
    assert len(backend.seen) == sent
    output.close()
    assert backend.open == 0


@pytest.mark.parametrize("size", [(9000, 9000), (8, 8)])
def test_a_size_that_no_camera_has_is_refused_before_the_driver_sees_it(
    backend: type[RememberingCamera], size: tuple[int, int]
) -> None:
    with pytest.raises(Problem, match="out of range"):
        VirtualCamera(size, 25)


@pytest.mark.parametrize(
    ("refusal", "what", "remedy"),
    [
        ("Could not access /dev/video7 due to missing permissions. Did you add", "You may not use", "video"),
        ("Device /dev/video7 is already in use.", "already in use by this program", "Stop"),
        ("Device /dev/video7 is not a video output device.", "another program is using it", "Close that program"),
        ("Device /dev/video7 could not be opened: Device or resource busy", "another program", "Close that program"),
        ("Device /dev/video7 does not exist.", "There is no virtual camera /dev/video7.", ""),
        ("No v4l2 loopback device found at /dev/video[0-99]. Did you run", "No virtual camera is installed.", ""),
        ("Device /dev/video7 is not a V4L2 device.", "not a camera", "Choose another camera"),
        ("Device capabilities of /dev/video7 could not be queried.", "not a camera that", "v4l2loopback"),
        ("Virtual camera device x could not be configured: Invalid argument", "take pictures of 160x96", "1280x720"),
        ("Device /dev/video7 could not be opened: Input/output error", "Input/output error", "Choose another camera"),
        ("OBS Virtual Camera device not found! Did you install OBS?", "No virtual camera is installed.", ""),
        ("virtual camera output could not be started", "another program is using it", "Close that program"),
        ("No camera registered for this", "No virtual camera is installed.", ""),
        ("", "did not open (", "Choose another camera"),
    ],
)
def test_every_refusal_of_the_driver_is_a_sentence_with_a_remedy(
    backend: type[RememberingCamera], refusal: str, what: str, remedy: str
) -> None:
    backend.refusal = refusal or " "
    with pytest.raises(Problem) as caught:
        VirtualCamera(SIZE, 25, "/dev/video7")
    assert what in caught.value.what
    assert remedy in caught.value.remedy
    assert caught.value.remedy.endswith((".", "!"))
    assert isinstance(caught.value.__cause__, RuntimeError)
    assert "{" not in str(caught.value)


def described(driver: bytes, roles: int, now: int | None = None) -> bytes:
    """A struct v4l2_capability as a driver fills it in."""
    known = 0 if now is None else 0x80000000
    return struct.pack("16s32s32sIII12x", driver, b"Persona Camera", b"platform:x", 0, roles | known, now or 0)


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (described(b"v4l2 loopback", 0x3, 0x2), None),
        (described(b"v4l2 loopback", 0x2), None),
        (described(b"v4l2 loopback", 0x3, 0x1), "another program is using it"),
        (described(b"v4l2 loopback", 0x3, 0x0), "must be reloaded"),
        (described(b"uvcvideo", 0x1, 0x1), "is a real camera"),
    ],
)
def test_a_device_is_judged_by_what_it_says_about_itself(answer: bytes, trouble: str | None) -> None:
    judged = camera._judge("/dev/video7", answer)
    assert judged.label == "Persona Camera"
    if trouble is None:
        assert judged.trouble is None
    else:
        assert judged.trouble is not None
        assert trouble in judged.trouble.what


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists its virtual cameras")
def test_a_camera_is_found_by_its_label_and_the_first_without_trouble_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    busy = camera.CameraDevice("/dev/video3", "Other", Problem("Other is busy.", "Close it."))
    free, second = camera.CameraDevice("/dev/video4", "Mine"), camera.CameraDevice("/dev/video5", "Yours")
    monkeypatch.setattr(camera, "list_cameras", lambda: [busy, free, second])
    assert camera.find_camera() == "/dev/video4"
    assert camera.find_camera("Yours") == "/dev/video5"
    with pytest.raises(Problem, match="Other is busy"):
        camera.find_camera("Other")
    with pytest.raises(Problem, match="no virtual camera with the name Nobody's"):
        camera.find_camera("Nobody's")
    monkeypatch.setattr(camera, "list_cameras", list)
    with pytest.raises(Problem, match="No virtual camera is installed"):
        camera.find_camera()


@pytest.mark.skipif(sys.platform != "linux", reason="device files are Linux's")
@pytest.mark.parametrize("device", ["/dev/video4711", "/dev/null", "Nobody's camera"])
def test_asking_for_a_camera_that_is_none_gives_a_sentence_and_never_raises(device: str) -> None:
    pytest.importorskip("pyvirtualcam")
    said = camera.probe(device)
    assert said is not None
    assert device in said


def test_without_the_camera_package_the_remedy_is_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    assert "pip install pyvirtualcam" in (camera.probe() or "")


STUDIO_CAMERA = r"""
/* /dev/video42 as a v4l2loopback camera that appends its pictures to STUDIO_FILE; STUDIO_TROUBLE spoils it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
static int camera_fd = -1;
static size_t picture_bytes;
static int spoiled(const char *how) {
    const char *trouble = getenv("STUDIO_TROUBLE");
    return trouble && !strcmp(trouble, how);
}
static int opened(const char *symbol, const char *path, int flags, mode_t mode) {
    int (*really)(const char *, int, ...) = dlsym(RTLD_NEXT, symbol);
    if (strcmp(path, "/dev/video42")) return really(path, flags, mode);
    if (spoiled("forbidden")) { errno = EACCES; return -1; }
    if (spoiled("busy")) { errno = EBUSY; return -1; }
    return camera_fd = really(getenv("STUDIO_FILE"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}
int open(const char *path, int flags, ...) {
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest);
    return opened("open", path, flags, mode);
}
int open64(const char *path, int flags, ...) {
    va_list rest; va_start(rest, flags); mode_t mode = va_arg(rest, mode_t); va_end(rest);
    return opened("open64", path, flags, mode);
}
int ioctl(int fd, unsigned long request, ...) {
    va_list rest; va_start(rest, request); void *argument = va_arg(rest, void *); va_end(rest);
    if (fd != camera_fd || fd < 0)
        return ((int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl"))(fd, request, argument);
    if (request == VIDIOC_QUERYCAP) {
        struct v4l2_capability *answer = memset(argument, 0, sizeof *answer);
        strcpy((char *)answer->driver, spoiled("real") ? "uvcvideo" : "v4l2 loopback");
        strcpy((char *)answer->card, "Studio");
        answer->device_caps = spoiled("fed") ? V4L2_CAP_VIDEO_CAPTURE : spoiled("spent") ? 0 : V4L2_CAP_VIDEO_OUTPUT;
        answer->capabilities = answer->device_caps | V4L2_CAP_DEVICE_CAPS;
        return 0;
    }
    if (request == VIDIOC_S_FMT && !spoiled("format")) {
        struct v4l2_pix_format *format = &((struct v4l2_format *)argument)->fmt.pix;
        picture_bytes = format->width * format->height * 3 / 2;
        return 0;
    }
    errno = EINVAL;
    return -1;
}
ssize_t write(int fd, const void *bytes, size_t count) {
    ssize_t (*really)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    if (fd == camera_fd && fd >= 0 && count != picture_bytes) { errno = EINVAL; return -1; }
    return really(fd, bytes, count);
}
int close(int fd) {
    if (fd == camera_fd) camera_fd = -1;
    return ((int (*)(int))dlsym(RTLD_NEXT, "close"))(fd);
}
"""

SEND = """
import numpy as np
from app.devices import camera
from engines.contract import Problem
print(camera.probe("/dev/video42"))
try:
    output = camera.VirtualCamera((64, 48), 25, "/dev/video42")
    for shade in (0, 128, 255):
        output.send(np.full((48, 64, 3), shade, np.uint8))
    output.close()
    print(output.problem)
except Problem as problem:
    print(problem)
"""


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that gives one process a virtual camera, for pyvirtualcam as it is."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if sys.platform != "linux" or not compiler or importlib.util.find_spec("pyvirtualcam") is None:
        pytest.skip("needs Linux with pyvirtualcam and a C compiler")
    folder = tmp_path_factory.mktemp("studio")
    (folder / "studio.c").write_text(STUDIO_CAMERA)
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(folder / "studio.so"), str(folder / "studio.c"), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "studio.so"


def send_three(studio: Path, file: Path, trouble: str = "") -> list[str]:
    environment = {**os.environ, "LD_PRELOAD": str(studio), "STUDIO_FILE": str(file), "STUDIO_TROUBLE": trouble}
    command = [sys.executable, "-c", SEND]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode == 0, said.stderr
    return said.stdout.splitlines()


def test_pictures_reach_a_loopback_device_through_the_real_library(studio: Path, tmp_path: Path) -> None:
    assert send_three(studio, tmp_path / "pictures") == ["None", "None"]
    planes = np.fromfile(tmp_path / "pictures", np.uint8).reshape(3, -1)
    assert planes.shape[1] == 64 * 48 * 3 // 2
    brightness = planes[:, : 64 * 48].mean(axis=1)
    np.testing.assert_allclose(brightness, (16, 126, 235), atol=2)
    np.testing.assert_allclose(planes[:, 64 * 48 :], 128, atol=1)


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        ("forbidden", "You may not use the virtual camera /dev/video42."),
        ("busy", "The virtual camera /dev/video42 did not open because another program is using it."),
        ("fed", "The virtual camera Studio (/dev/video42) did not open because another program is using it."),
        ("spent", "The virtual camera Studio (/dev/video42) must be reloaded: its driver lets it be used only once."),
        ("real", "Studio (/dev/video42) is a real camera, not a virtual one."),
        ("format", "The virtual camera /dev/video42 does not take pictures of 64x48."),
    ],
)
def test_a_spoiled_device_is_one_sentence_through_the_real_library(
    studio: Path, tmp_path: Path, trouble: str, sentence: str
) -> None:
    probed, opened = send_three(studio, tmp_path / "pictures", trouble)
    assert opened.startswith(sentence)
    # A device that refuses a size can only say so when it is asked for that size.
    assert probed == ("None" if trouble == "format" else opened)


# --- the loudspeaker --------------------------------------------------------------------------------------------------


class CardError(Exception):
    """PortAudio's own kind of error."""


class SoundCard:
    """A sound library with one loudspeaker, which plays when it is told to."""

    PortAudioError = CardError

    def __init__(self) -> None:
        self.heard: list[np.ndarray] = []
        self.stream: SoundCard.OutputStream | None = None
        card = self

        class OutputStream:
            latency = 0.1

            def __init__(self, **how: object) -> None:
                if how["samplerate"] != 48000:
                    raise CardError("Invalid sample rate")
                self.how, card.stream, self.calls = how, self, []

            def start(self) -> None:
                self.calls.append("start")

            def stop(self) -> None:
                self.calls.append("stop")
                self.how["finished_callback"]()

            def close(self) -> None:
                self.calls.append("close")

        self.OutputStream = OutputStream

    def query_devices(self, device: str | None = None, kind: str | None = None) -> dict:
        if device == "twice":
            raise ValueError("Multiple output devices found for 'twice'")
        if device not in (None, "Card"):
            raise ValueError(f"No output device matching {device!r}")
        return {"name": "Sound Card", "max_output_channels": 6}

    def play(self, count: int, *, dry: bool = False) -> None:
        out = np.full((count, self.stream.how["channels"]), 9, np.float32)
        self.stream.how["callback"](out, count, None, SimpleNamespace(output_underflow=dry))
        self.heard.append(out)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> SoundCard:
    card = SoundCard()
    monkeypatch.setitem(sys.modules, "sounddevice", card)
    return card


def test_every_sample_is_asked_for_once_and_heard_on_both_sides(card: SoundCard) -> None:
    given = np.arange(3000, dtype=np.float32) / 3000
    taken = 0

    def fill(count: int) -> np.ndarray:
        nonlocal taken
        taken += count
        return given[taken - count : taken]

    output = speaker.Speaker(fill)
    for count in (960, 960, 480):
        card.play(count)
    heard = np.concatenate(card.heard)
    np.testing.assert_array_equal(heard[:, 0], given[:2400])
    np.testing.assert_array_equal(heard[:, 1], given[:2400])
    assert (output.played, output.gaps, output.problem) == (2400, 0, None)
    assert card.stream.how["blocksize"] == 960
    output.close()
    output.close()
    assert card.stream.calls == ["start", "stop", "close"]
    assert output.problem is None


def test_a_failure_while_filling_is_silence_and_a_sentence_not_a_crash(card: SoundCard) -> None:
    def fill(count: int) -> np.ndarray:
        raise ZeroDivisionError

    output = speaker.Speaker(fill)
    card.play(960)
    card.play(960)
    assert not np.concatenate(card.heard).any()
    assert output.problem is not None
    assert isinstance(output.problem.__cause__, ZeroDivisionError)
    assert output.played == 1920


def test_running_dry_is_counted_and_losing_the_device_is_said(card: SoundCard) -> None:
    output = speaker.Speaker(lambda count: np.zeros(count, np.float32))
    card.play(960, dry=True)
    card.play(960)
    assert output.gaps == 1
    card.stream.how["finished_callback"]()
    assert "was removed" in output.problem.what


@pytest.mark.parametrize(
    ("device", "rate", "sentence"),
    [
        ("nobody", 48000, "There is no loudspeaker nobody."),
        ("twice", 48000, "Several loudspeakers have twice in their name."),
        ("Card", 1, "The loudspeaker Sound Card did not open at 1 Hz (invalid sample rate)."),
    ],
)
def test_a_loudspeaker_that_does_not_open_is_one_sentence(
    card: SoundCard, device: str, rate: int, sentence: str
) -> None:
    with pytest.raises(Problem) as caught:
        speaker.Speaker(lambda count: np.zeros(count, np.float32), rate=rate, device=device)
    assert caught.value.what == sentence
    assert caught.value.remedy


def test_a_machine_without_a_loudspeaker_says_so(card: SoundCard, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_: object) -> dict:
        raise CardError("Error querying device -1")

    assert speaker.probe() is None
    monkeypatch.setattr(card, "query_devices", nothing)
    assert (speaker.probe() or "").startswith("There is no loudspeaker on this machine.")


def test_without_portaudio_the_remedy_is_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert "libportaudio2" in (speaker.probe() or "")
    assert speaker.list_speakers() == []
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    assert "pip install sounddevice" in (speaker.probe() or "")


PLAY = """
import os, signal, sys, time
import numpy as np
from app.devices import speaker
at = 0
def tone(count):
    global at
    at += count
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(at - count, at) / 48000)).astype(np.float32)
assert speaker.probe() is None, speaker.probe()
output = speaker.Speaker(tone)
def wait(for_what):
    for _ in range(600):
        if for_what():
            return
        time.sleep(0.05)
wait(lambda: output.played >= 96000)
print(output.problem, output.played >= 96000)
os.kill(int(sys.argv[1]), signal.SIGKILL)
wait(lambda: output.problem)
print(output.problem)
output.close()
"""


@pytest.fixture
def pulse(tmp_path: Path) -> Iterator[tuple[dict[str, str], subprocess.Popen[bytes]]]:
    """A sound server of its own with one loudspeaker that plays into nothing."""
    missing = [program for program in ("pulseaudio", "parec") if not shutil.which(program)]
    if missing or sys.platform != "linux" or importlib.util.find_spec("sounddevice") is None:
        pytest.skip("needs Linux with sounddevice, pulseaudio and parec")
    run, home = tmp_path / "run", tmp_path / "home"
    run.mkdir(mode=0o700)
    home.mkdir()
    environment = {
        **os.environ,
        "XDG_RUNTIME_DIR": str(run),
        "HOME": str(home),
        "PULSE_SERVER": f"unix:{run}/pulse.sock",
    }
    (home / ".asoundrc").write_text("pcm.!default { type pulse }\nctl.!default { type pulse }\n")
    (tmp_path / "start.pa").write_text(
        f"load-module module-native-protocol-unix auth-anonymous=1 socket={run}/pulse.sock\n"
        "load-module module-null-sink sink_name=studio rate=48000 channels=2\nset-default-sink studio\n"
    )
    command = ["pulseaudio", "-n", "-F", str(tmp_path / "start.pa"), "--exit-idle-time=-1", "--daemonize=no"]
    options = ["--use-pid-file=no", f"--log-target=file:{tmp_path}/log"]
    server = subprocess.Popen([*command, *options], env=environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            if (run / "pulse.sock").exists() or server.poll() is not None:
                break
            time.sleep(0.05)
        if not (run / "pulse.sock").exists():
            pytest.skip("pulseaudio does not start here")
        yield environment, server
    finally:
        server.kill()
        server.wait()


def test_a_tone_is_heard_on_a_real_sound_server_and_its_end_is_noticed(
    pulse: tuple[dict[str, str], subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    environment, server = pulse
    if subprocess.run(
        [sys.executable, "-c", "from app.devices import speaker; print(speaker.probe() or '')"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    ).stdout.strip():  # fmt: skip
        pytest.skip("PortAudio does not reach PulseAudio here (libportaudio2, libasound2-plugins)")
    with open(tmp_path / "heard", "wb") as file:
        kind = ["--format=float32le", "--rate=48000", "--channels=1", "--latency-msec=50"]
        ear = subprocess.Popen(["parec", "-d", "studio.monitor", *kind], env=environment, stdout=file)
        try:
            command = [sys.executable, "-c", PLAY, str(server.pid)]
            said = subprocess.run(
                command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
            )
        finally:
            ear.kill()
            ear.wait()
    lines = said.stdout.splitlines()
    assert lines[0] == "None True", said.stderr
    assert lines[1].startswith("The loudspeaker was removed while it was in use."), said.stderr
    heard = np.fromfile(tmp_path / "heard", np.float32)
    loud = heard[np.abs(heard) > 1e-3]
    assert len(loud) > 24000
    # Gaps may come on a busy machine; most of what was heard is the tone all the same.
    blocks = heard[: len(heard) // 4800 * 4800].reshape(-1, 4800)
    pitches = np.argmax(np.abs(np.fft.rfft(blocks * np.hanning(4800))), axis=1) * 10
    strong = np.abs(blocks).max(axis=1) > 0.45
    assert strong.sum() >= 5
    assert np.median(pitches[strong]) == 440
