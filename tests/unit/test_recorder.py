"""The recorder: lips in step, equal lengths, and a film that plays whatever happened while it was made."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from app.devices.recorder import Recorder
from engines.contract import Problem

av = pytest.importorskip("av")

SIZE = (160, 96)
DARK = np.full((SIZE[1], SIZE[0], 3), 20, np.uint8)
DARK.flags.writeable = False
WHITE = np.full((SIZE[1], SIZE[0], 3), 255, np.uint8)


@dataclass(frozen=True, slots=True)
class Film:
    """A decoded recording: brightness and time of each picture, and the sound, whose first sample is at time 0."""

    brightness: np.ndarray
    times: np.ndarray
    sound: np.ndarray
    picture_seconds: float
    sound_seconds: float


def decode(path: Path) -> Film:
    with av.open(str(path)) as film:
        pictures = [(frame.time, frame.to_ndarray(format="gray").mean()) for frame in film.decode(video=0)]
    with av.open(str(path)) as film:
        blocks = list(film.decode(audio=0))
        lengths = [float((s.duration or 0) * s.time_base) for s in (film.streams.video[0], film.streams.audio[0])]
    assert not blocks or blocks[0].time == 0
    sound = np.concatenate([block.to_ndarray()[0] for block in blocks]) if blocks else np.zeros(0, np.float32)
    times, brightness = np.array(pictures).T
    return Film(brightness, times, sound, lengths[0], lengths[1])


def noise(count: int, seed: int) -> np.ndarray:
    """Pictures that do not compress, so that a small limit on the file is soon reached."""
    return np.random.default_rng(seed).integers(0, 256, (count, SIZE[1], SIZE[0], 3), np.uint8)


@pytest.mark.parametrize(("rate", "fps"), [(48000, 25), (22050, 25), (48000, 30), (16000, 25)])
def test_a_click_and_a_flash_of_the_same_instant_stay_together(tmp_path: Path, rate: int, fps: int) -> None:
    per_picture = rate // fps
    with Recorder(tmp_path / "film.mp4", size=SIZE, fps=fps, rate=rate) as recorder:
        for k in range(3 * fps):
            sound = np.zeros(per_picture, np.float32)
            if k == 40:
                sound[:200] = 0.8 * np.sin(np.arange(200))
            recorder.write(sound, [WHITE if k == 40 else DARK])
    film = decode(tmp_path / "film.mp4")
    flash = film.times[int(np.argmax(film.brightness > 128))]
    click = int(np.argmax(np.abs(film.sound) > 0.2)) / rate
    assert flash == pytest.approx(40 / fps, abs=1e-3)
    assert click == pytest.approx(40 / fps, abs=0.002)


@pytest.mark.parametrize(("samples", "pictures"), [(48000, 25), (50001, 3), (1000, 40), (48000, 0), (0, 25), (1, 1)])
def test_sound_and_picture_end_together_within_one_picture(tmp_path: Path, samples: int, pictures: int) -> None:
    recorder = Recorder(tmp_path / "film.mp4", size=SIZE, fps=25)
    recorder.write(np.full(samples, 0.1, np.float32), [DARK] * pictures)
    recorder.close()
    film = decode(tmp_path / "film.mp4")
    assert recorder.problem is None
    assert abs(film.sound_seconds - film.picture_seconds) < 1 / 25 + 1e-6
    assert film.picture_seconds >= max(samples / 48000, pictures / 25) - 1e-6
    assert len(film.times) == max(pictures, -(-samples * 25 // 48000))
    np.testing.assert_allclose(np.diff(film.times), 1 / 25, atol=1e-3)


def test_sound_that_comes_in_uneven_pieces_is_the_same_sound(tmp_path: Path) -> None:
    tone = (0.4 * np.sin(2 * np.pi * 440 * np.arange(96000) / 48000)).astype(np.float32)
    for name, cuts in {"whole": [], "pieces": [1, 700, 701, 5000, 48001]}.items():
        with Recorder(tmp_path / f"{name}.mp4", size=SIZE, fps=25) as recorder:
            for piece in np.split(tone, cuts):
                recorder.write(piece)
            recorder.write(np.zeros(0, np.float32), [DARK] * 50)
    whole, pieces = decode(tmp_path / "whole.mp4").sound, decode(tmp_path / "pieces.mp4").sound
    np.testing.assert_array_equal(whole, pieces)
    error = whole[2000:90000] - tone[2000:90000]
    assert np.sqrt(np.mean(error**2)) < 0.02


def test_sound_long_before_its_pictures_is_still_in_step(tmp_path: Path) -> None:
    """FFmpeg stops waiting for the other stream after ten seconds."""
    sound = np.zeros(24 * 48000, np.float32)
    sound[18 * 48000 : 18 * 48000 + 300] = 0.8
    with Recorder(tmp_path / "film.mp4", size=SIZE, fps=25) as recorder:
        recorder.write(sound)
        recorder.write(np.zeros(0, np.float32), [WHITE if k == 18 * 25 else DARK for k in range(24 * 25)])
    film = decode(tmp_path / "film.mp4")
    assert film.times[int(np.argmax(film.brightness > 128))] == pytest.approx(18, abs=1e-3)
    assert int(np.argmax(np.abs(film.sound) > 0.2)) / 48000 == pytest.approx(18, abs=0.002)


def test_colours_come_back_as_they_went_in(tmp_path: Path) -> None:
    skin = np.full((SIZE[1], SIZE[0], 3), (222, 164, 132), np.uint8)
    with Recorder(tmp_path / "film.mp4", size=SIZE, fps=25) as recorder:
        recorder.write(np.zeros(0, np.float32), [skin] * 3)
    with av.open(str(tmp_path / "film.mp4")) as film:
        back = next(film.decode(video=0)).to_ndarray(format="rgb24")
    np.testing.assert_allclose(back[48, 80].astype(int), (222, 164, 132), atol=4)


def test_a_picture_of_odd_size_loses_only_its_last_row_and_column(tmp_path: Path) -> None:
    with Recorder(tmp_path / "film.mp4", size=(161, 97), fps=25) as recorder:
        recorder.write(np.zeros(0, np.float32), [np.zeros((97, 161, 3), np.uint8)])
    with av.open(str(tmp_path / "film.mp4")) as film:
        assert (film.streams.video[0].width, film.streams.video[0].height) == SIZE


def test_a_picture_of_another_size_is_refused(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "film.mp4", size=SIZE, fps=25)
    with pytest.raises(ValueError, match="picture"):
        recorder.write(np.zeros(0, np.float32), [np.zeros((10, 10, 3), np.uint8)])
    recorder.abort()


def test_a_still_picture_is_converted_once_but_a_repainted_one_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    converted = []
    honest = Recorder._convert
    monkeypatch.setattr(Recorder, "_convert", lambda self, picture: converted.append(1) or honest(self, picture))
    canvas = DARK.copy()
    with Recorder(tmp_path / "film.mp4", size=SIZE, fps=25) as recorder:
        recorder.write(np.zeros(0, np.float32), [DARK] * 10)
        assert len(converted) == 1
        for shade in (20, 250):
            canvas[:] = shade
            recorder.write(np.zeros(0, np.float32), [canvas])
    film = decode(tmp_path / "film.mp4")
    assert film.brightness[-2] < 60
    assert film.brightness[-1] > 200


def test_broken_samples_become_silence_and_loud_ones_are_limited(tmp_path: Path) -> None:
    sound = np.full(48000, 0.1, np.float32)
    sound[100:200], sound[300], sound[400:500] = np.nan, np.inf, 7.0
    with Recorder(tmp_path / "film.mp4", size=SIZE, fps=25) as recorder:
        recorder.write(sound, [DARK])
    film = decode(tmp_path / "film.mp4")
    assert np.isfinite(film.sound).all()
    assert film.sound[5000:40000].mean() == pytest.approx(0.1, abs=0.01)


# --- names and ends ---------------------------------------------------------------------------------------------------


def test_the_name_is_taken_only_when_the_film_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "film.mp4"
    recorder = Recorder(path, size=SIZE, fps=25)
    recorder.write(np.zeros(4800, np.float32), [DARK] * 3)
    assert not path.exists()
    recorder.close()
    recorder.close()
    recorder.write(np.zeros(4800, np.float32), [DARK] * 3)
    assert [entry.name for entry in path.parent.iterdir()] == ["film.mp4"]
    assert len(decode(path).times) == 3


def test_abort_leaves_nothing_and_spares_the_older_film(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"the older film")
    recorder = Recorder(path, size=SIZE, fps=25)
    recorder.write(np.zeros(4800, np.float32), [DARK] * 3)
    recorder.abort()
    recorder.abort()
    assert [entry.name for entry in tmp_path.iterdir()] == ["film.mp4"]
    assert path.read_bytes() == b"the older film"


def test_a_recording_into_which_nothing_was_written_leaves_no_file(tmp_path: Path) -> None:
    Recorder(tmp_path / "film.mp4", size=SIZE, fps=25).close()
    assert not list(tmp_path.iterdir())


def record_and_raise(path: Path, error: type[BaseException]) -> None:
    with Recorder(path, size=SIZE, fps=25) as recorder:
        recorder.write(np.zeros(4800, np.float32), [DARK] * 3)
        raise error


def test_failed_work_leaves_no_film_and_interrupted_work_does(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        record_and_raise(tmp_path / "failed.mp4", RuntimeError)
    with pytest.raises(KeyboardInterrupt):
        record_and_raise(tmp_path / "stopped.mp4", KeyboardInterrupt)
    assert [entry.name for entry in tmp_path.iterdir()] == ["stopped.mp4"]
    assert len(decode(tmp_path / "stopped.mp4").times) == 3


@pytest.mark.parametrize("name", ["folder.mp4", "film.avi", "file/film.mp4"])
def test_a_path_that_is_no_place_for_a_film_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "file").write_text("in the way")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(Problem) as caught:
        Recorder(tmp_path / name, size=SIZE, fps=25)
    assert Path(name).name in caught.value.what or "folder" in caught.value.what
    assert caught.value.remedy
    assert sorted(tmp_path.rglob("*")) == before


@pytest.fixture
def forbidden(tmp_path: Path) -> Iterator[Path]:
    """A folder that may not be written, not even by root, who is nobody for the length of a test."""
    if not hasattr(os, "geteuid"):
        pytest.skip("folder permissions work differently on this system")
    folder = tmp_path / "forbidden"
    folder.mkdir()
    folder.chmod(0o500)
    person = os.geteuid()
    if person == 0:
        os.seteuid(65534)
    try:
        yield folder
    finally:
        os.seteuid(person)
        folder.chmod(0o700)


def test_a_folder_that_may_not_be_written_is_one_sentence(forbidden: Path) -> None:
    with pytest.raises(Problem, match=r"film\.mp4 cannot be written \(permission denied\)"):
        Recorder(forbidden / "film.mp4", size=SIZE, fps=25)


# --- accidents --------------------------------------------------------------------------------------------------------

ACCIDENT = """
import os, resource, sys
from pathlib import Path
from tests.unit.test_recorder import SIZE, noise
from app.devices.recorder import Recorder
import numpy as np
path, accident, limit = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
if accident == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
recorder = Recorder(path, size=SIZE, fps=25)
for picture in noise(160, 1):
    recorder.write(np.full(1920, 0.1, np.float32), [picture])
if accident == "kill":
    os.kill(os.getpid(), 9)
recorder.close()
print(recorder.problem or "complete")
"""


def suffer(path: Path, accident: str, limit: int = 0) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", ACCIDENT, str(path), accident, str(limit)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def whole_bytes(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How large the film of these accidents is when none happens."""
    path = tmp_path_factory.mktemp("whole") / "whole.mp4"
    assert suffer(path, "none").stdout == "complete\n"
    return path.stat().st_size


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals and resource limits")
def test_a_killed_program_leaves_a_film_that_plays(tmp_path: Path) -> None:
    assert suffer(tmp_path / "film.mp4", "kill").returncode == -signal.SIGKILL
    film = decode(tmp_path / "film.part.mp4")
    assert len(film.times) >= 100
    assert len(film.sound) / 48000 >= 4
    assert not (tmp_path / "film.mp4").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
@pytest.mark.parametrize("share", [0.45, 0.8, 0.995, 0.9999])
def test_a_film_that_may_not_grow_further_plays_up_to_there(tmp_path: Path, whole_bytes: int, share: float) -> None:
    said = suffer(tmp_path / "film.mp4", "limit", int(share * whole_bytes))
    assert "largest size" in said.stdout, said.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["film.mp4"]
    film = decode(tmp_path / "film.mp4")
    assert len(film.times) >= (share * 160 // 50) * 50 - 50
    assert f"ends at 00:0{int(film.times[-1] + 0.05)}" in said.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")
def test_a_film_without_one_whole_fragment_leaves_no_file(tmp_path: Path) -> None:
    said = suffer(tmp_path / "film.mp4", "limit", 5000)
    assert "nothing of the recording could be kept" in said.stdout, said.stderr
    assert not list(tmp_path.iterdir())


def test_a_full_disk_ends_the_recording_and_nothing_else(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = sys.platform == "linux" and os.geteuid() == 0
    if mounted:
        command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    if not mounted:
        pytest.skip("a small disk can only be made as root")
    try:
        recorder = Recorder(disk / "film.mp4", size=SIZE, fps=25)
        for picture in noise(200, 2):
            recorder.write(np.full(1920, 0.1, np.float32), [picture])
        problem = recorder.problem
        assert problem is not None
        assert problem.what.startswith("The disk is full; the recording ends at 00:0")
        assert isinstance(problem.__cause__, OSError)
        recorder.write(np.zeros(1920, np.float32), [DARK])
        recorder.close()
        assert recorder.problem is problem
        assert [entry.name for entry in disk.iterdir()] == ["film.mp4"]
        assert len(decode(disk / "film.mp4").times) >= 50
    finally:
        subprocess.run(["umount", str(disk)], check=False)


@pytest.mark.parametrize("moment", ["_encode_sound", "_convert"])
def test_ctrl_c_in_the_middle_of_a_picture_comes_after_it_and_the_film_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    usual = getattr(Recorder, moment)

    def interrupted(recorder: Recorder, *arguments: object) -> object:
        if recorder.pictures == 5:
            signal.raise_signal(signal.SIGINT)
        return usual(recorder, *arguments)

    monkeypatch.setattr(Recorder, moment, interrupted)
    recorder = Recorder(tmp_path / "film.mp4", size=SIZE, fps=25)
    for _ in range(5):
        recorder.write(np.zeros(1920, np.float32), [WHITE.copy()])
    with pytest.raises(KeyboardInterrupt):
        recorder.write(np.zeros(1920, np.float32), [WHITE.copy()])
    recorder.close()
    assert recorder.problem is None
    assert recorder.pictures == 6
    with av.open(str(tmp_path / "film.mp4")) as film:
        assert sum(1 for _ in film.decode(video=0)) == 6
