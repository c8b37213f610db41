"""Reading sound files: every kind sounds the same, and every broken one is one clear sentence."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.devices.sound_file import read_sound, write_wav
from engines.contract import Problem

av = pytest.importorskip("av")

RATE = 16000
TONE = (0.5 * np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE)).astype(np.float32)


def wav(payload: bytes, *, tag: int = 1, bits: int = 16, channels: int = 1, rate: int = RATE, mask: int = 0) -> bytes:
    """A WAV file; with a channel mask in the extensible form that surround recordings use."""
    block = channels * bits // 8
    form = struct.pack("<HHIIHH", 0xFFFE if mask else tag, channels, rate, rate * block, block, bits)
    if mask:
        kind = struct.pack("<H", tag) + bytes.fromhex("000000001000800000aa00389b71")
        form += struct.pack("<HHI", 22, bits, mask) + kind
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(payload)) + payload
    return b"RIFF" + struct.pack("<I", len(body)) + body


def whole_numbers(sound: np.ndarray, bits: int) -> bytes:
    """Samples as integers of 8, 16, 24 or 32 bits; sound: (n,) or (n, channels) in [-1, 1)."""
    scaled = np.round(sound.astype(np.float64) * 2 ** (bits - 1)).clip(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    if bits == 8:
        return (scaled + 128).astype(np.uint8).tobytes()
    four = scaled.astype("<i4").reshape(-1, 1).view(np.uint8)
    return np.ascontiguousarray(four[:, : bits // 8]).tobytes()


@pytest.mark.parametrize(("bits", "tolerance"), [(8, 0.01), (16, 1e-4), (24, 1e-6), (32, 1e-6)])
def test_whole_number_samples_of_every_width_mean_the_same_sound(tmp_path: Path, bits: int, tolerance: float) -> None:
    (tmp_path / "a.wav").write_bytes(wav(whole_numbers(TONE, bits), bits=bits))
    sound = read_sound(tmp_path / "a.wav", RATE)
    assert sound.dtype == np.float32
    np.testing.assert_allclose(sound, TONE, atol=tolerance)


@pytest.mark.parametrize("kind", ["<f4", "<f8"])
def test_float_samples_mean_the_same_sound(tmp_path: Path, kind: str) -> None:
    bits = int(kind[-1]) * 8
    (tmp_path / "a.wav").write_bytes(wav(TONE.astype(kind).tobytes(), tag=3, bits=bits))
    np.testing.assert_allclose(read_sound(tmp_path / "a.wav", RATE), TONE, atol=1e-6)


def test_silence_in_eight_bits_is_silent(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(b"\x80" * RATE, bits=8))
    assert not read_sound(tmp_path / "a.wav", RATE).any()


def test_two_equal_channels_are_as_loud_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(whole_numbers(np.stack((TONE, TONE), 1), 16), channels=2))
    np.testing.assert_allclose(read_sound(tmp_path / "a.wav", RATE), TONE, atol=1e-4)


def test_surround_keeps_the_speech_in_the_middle_and_drops_the_rumble(tmp_path: Path) -> None:
    silence, rumble = np.zeros_like(TONE), np.full_like(TONE, 0.9)
    six = np.stack((silence, silence, TONE, rumble, silence, silence), 1)  # FL FR FC LFE BL BR
    (tmp_path / "a.wav").write_bytes(wav(whole_numbers(six, 16), channels=6, mask=0x3F))
    np.testing.assert_allclose(read_sound(tmp_path / "a.wav", RATE), TONE, atol=1e-4)


def test_loud_surround_is_turned_down_not_clipped(tmp_path: Path) -> None:
    six = np.stack((TONE * 1.9,) * 6, 1)
    (tmp_path / "a.wav").write_bytes(wav(whole_numbers(six, 16), channels=6, mask=0x3F))
    sound = read_sound(tmp_path / "a.wav", RATE)
    assert np.abs(sound).max() == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(sound, 2 * TONE, atol=2e-3)


def test_float_sound_above_full_scale_is_turned_down_not_clipped(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav((TONE * 6).astype("<f4").tobytes(), tag=3, bits=32))
    np.testing.assert_allclose(read_sound(tmp_path / "a.wav", RATE), TONE * 2, atol=1e-3)


def test_samples_that_are_no_numbers_become_silence(tmp_path: Path) -> None:
    broken = TONE.copy()
    broken[100:110], broken[200], broken[300] = np.nan, np.inf, -np.inf
    (tmp_path / "a.wav").write_bytes(wav(broken.tobytes(), tag=3, bits=32))
    sound = read_sound(tmp_path / "a.wav", RATE)
    expected = TONE.copy()
    expected[100:110] = expected[200] = expected[300] = 0
    np.testing.assert_allclose(sound, expected, atol=1e-6)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 48000, 96000])
def test_every_rate_arrives_at_the_one_asked_for_with_its_exact_length(tmp_path: Path, rate: int) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 300 * np.arange(rate + 7) / rate)
    (tmp_path / "a.wav").write_bytes(wav(whole_numbers(tone, 16), rate=rate))
    sound = read_sound(tmp_path / "a.wav", RATE)
    assert len(sound) == round((rate + 7) * RATE / rate)
    np.testing.assert_allclose(sound[500:-500], TONE[500 : len(sound) - 500], atol=0.01)


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp3", "libmp3lame"), ("a.m4a", "aac"), ("a.flac", "flac"), ("a.ogg", "libopus")]
)
def test_packed_sound_is_heard_at_its_place(tmp_path: Path, name: str, codec: str) -> None:
    if codec not in av.codecs_available:
        pytest.skip(f"this FFmpeg cannot write {codec}")
    burst = np.zeros(96000, np.float32)
    burst[48000:72000] = 0.5 * np.sin(2 * np.pi * 300 * np.arange(24000) / 48000)
    with av.open(str(tmp_path / name), "w") as container:
        stream = container.add_stream(codec, rate=48000)
        stream.layout = "mono"
        frame = av.AudioFrame.from_ndarray(burst[None], format="flt", layout="mono")
        frame.sample_rate, frame.pts = 48000, 0
        for block in (frame, None):
            container.mux(stream.encode(block))
    sound = read_sound(tmp_path / name, RATE)
    assert len(sound) == pytest.approx(32000, abs=1200)
    # Packing smears a sudden beginning a little, never by as much as one picture.
    assert int(np.argmax(np.abs(sound) > 0.2)) == pytest.approx(16000, abs=RATE // 50)
    assert np.abs(sound[17000:23000]).max() == pytest.approx(0.5, abs=0.06)
    assert np.abs(sound[26000:]).max() < 0.01


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF, 0x7FFFF000, 0xFFFFFFFF - 36])
def test_a_wav_that_was_written_to_a_pipe_is_read_to_its_end(tmp_path: Path, length: int) -> None:
    data = bytearray(wav(whole_numbers(TONE, 16)))
    data[40:44] = data[4:8] = struct.pack("<I", length)
    (tmp_path / "a.wav").write_bytes(data)
    np.testing.assert_allclose(read_sound(tmp_path / "a.wav", RATE), TONE, atol=1e-4)


def test_chunks_beside_the_sound_are_passed_over(tmp_path: Path) -> None:
    data = wav(whole_numbers(TONE, 16))
    extra = b"LIST" + struct.pack("<I", 5) + b"INFOx" + b"\0"
    (tmp_path / "a.wav").write_bytes(data[:12] + extra + data[12:] + extra)
    np.testing.assert_allclose(read_sound(tmp_path / "a.wav", RATE), TONE, atol=1e-4)


def test_a_long_file_needs_little_more_memory_than_its_result(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(bytes(2 * 5 * 60 * 8000), rate=8000))
    tracemalloc.start()
    sound = read_sound(tmp_path / "a.wav", 8000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.5 * sound.nbytes


# --- what can be wrong ------------------------------------------------------------------------------------------------

WHOLE = wav(whole_numbers(TONE, 16))


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.wav", b"", "empty.wav is empty (0 bytes)."),
        ("text.wav", b"Dear sound card, how are you?\n" * 9, "text.wav is not a sound file, or it is damaged."),
        ("noise.wav", bytes(range(256)) * 9, "noise.wav is not a sound file, or it is damaged."),
        ("page.mp3", b"<html><body>404</body></html>" * 9, "page.mp3 is not a sound file, or it is damaged."),
        ("short.wav", WHOLE[:5044], "short.wav was cut short: 5,000 of 32,000 bytes of its sound are there."),
        ("header.wav", WHOLE[:44], "header.wav was cut short: 0 of 32,000 bytes of its sound are there."),
        ("start.wav", WHOLE[:30], "start.wav was cut short: it ends before its sound begins."),
        ("nothing.wav", wav(b""), "nothing.wav has no sound in it: it is zero samples long."),
        ("odd.wav", wav(b"\0" * 999, tag=0x1234), "The sound in odd.wav is packed in a way that is not known here."),
        ("rate.wav", wav(b"\0" * 999, rate=0), "rate.wav is not a sound file, or it is damaged."),
    ],
)
def test_a_broken_file_is_one_clear_sentence(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Problem) as caught:
        read_sound(tmp_path / name, RATE)
    assert caught.value.what == sentence
    assert caught.value.remedy


def test_a_missing_file_a_folder_and_a_forbidden_file_each_have_their_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Problem, match=r"nobody\.wav does not exist"):
        read_sound(tmp_path / "nobody.wav", RATE)
    with pytest.raises(Problem, match="is a folder, not a sound file"):
        read_sound(tmp_path, RATE)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(Problem, match=r"secret\.wav may not be read"):
        read_sound(tmp_path / "secret.wav", RATE)


def test_a_film_without_sound_says_so(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "silent.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for picture in (av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24"), None):
            container.mux(stream.encode(picture))
    with pytest.raises(Problem, match=r"silent\.mp4 has no sound, only a picture"):
        read_sound(tmp_path / "silent.mp4", RATE)


def test_a_playlist_cannot_make_the_program_open_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.wav").write_bytes(WHOLE)
    (tmp_path / "list.wav").write_text("ffconcat version 1.0\nfile 'other.wav'\n")
    with pytest.raises(Problem, match=r"list\.wav is not a sound file"):
        read_sound(tmp_path / "list.wav", RATE)


@given(st.integers(0, len(WHOLE)), st.binary(min_size=1, max_size=40))
def test_damage_anywhere_ends_in_sound_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, at: int, by: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.wav"
    path.write_bytes(WHOLE[:at] + by + WHOLE[at + len(by) :])
    try:
        sound = read_sound(path, RATE)
    except Problem:
        return
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 1


# --- writing ----------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_wav(tmp_path / "new" / "a.wav", TONE, RATE)
    np.testing.assert_allclose(read_sound(tmp_path / "new" / "a.wav", RATE), TONE, atol=1e-4)
    assert [entry.name for entry in (tmp_path / "new").iterdir()] == ["a.wav"]


def test_writing_limits_what_is_too_loud_and_silences_what_is_no_number(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", np.array([2.0, -2.0, np.nan, np.inf, 0.25], np.float32), RATE)
    np.testing.assert_allclose(read_sound(tmp_path / "a.wav", RATE), [1, -1, 0, 0, 0.25], atol=1e-4)


def test_a_path_that_cannot_be_written_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder.wav").mkdir()
    with pytest.raises(Problem, match=r"folder\.wav cannot be written"):
        write_wav(tmp_path / "folder.wav", TONE, RATE)
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder.wav"]
