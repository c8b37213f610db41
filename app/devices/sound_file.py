"""Sound files. Hides containers, codecs, sample formats, channel layouts, and all that can be wrong with a file.

Reading goes through FFmpeg (PyAV); only what FFmpeg passes over in silence, a WAV that was cut short, is found here.
"""

from __future__ import annotations

import io
import os
import wave
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from app.devices.files import write_whole
from engines.contract import AudioFrame, Problem
from engines.sound import Resampler

_EXPORT = "Export it again as WAV, MP3, M4A, FLAC or OGG."

_WEIGHTS = {"FL": 0.5, "FR": 0.5, "FC": 1.0, "LFE": 0.0, "BL": 0.25, "BR": 0.25, "SL": 0.25, "SR": 0.25, "BC": 0.25}
"""How loud each channel of a surround recording is in the mix: speech is in the middle, the rumble is left out."""

_UNKNOWN_FROM = 0x7FFF0000
"""A WAV that was written to a pipe gives a length like this or above, or 0: it did not know how long it would be."""


def read_sound(path: Path, rate: int) -> np.ndarray:
    """All the sound of a file, mixed to one channel, at `rate` Hz: float32 (n,), n = round(length * rate / its rate).

    Any container and codec that FFmpeg knows, also the sound of a film. Samples that are no numbers become silence;
    sound above full scale is turned down as a whole, never clipped. Raises Problem, with one sentence for each thing
    that may be wrong with a file.
    """
    import av
    from av.error import FFmpegError

    with _open(path) as file:
        _refuse_empty_and_cut(file, path)
        try:
            # An open file needs no protocol; with one, a playlist could name more files, or addresses on the net.
            with av.open(file, metadata_errors="replace", options={"protocol_whitelist": "none"}) as container:
                samples = _decode(container, path, rate)
        except (OSError, ValueError, FFmpegError) as error:
            raise Problem(f"{path.name} is not a sound file, or it is damaged.", _EXPORT) from error
    if not len(samples):
        raise Problem(f"{path.name} has no sound in it: it is zero samples long.", "Record it again.")
    return samples


def write_wav(path: Path, samples: np.ndarray, rate: int) -> None:
    """Write a mono 16-bit WAV; samples: float32 (n,), limited to [-1, 1]. Raises Problem when that is not possible."""
    clean = np.clip(np.nan_to_num(samples, posinf=0.0, neginf=0.0), -1.0, 1.0)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        file.writeframes(np.round(clean * 32767).astype("<i2").tobytes())
    write_whole(path, buffer.getvalue(), "The sound file")


# --- decoding ---------------------------------------------------------------------------------------------------------


def _decode(container: Any, path: Path, rate: int) -> np.ndarray:
    if not container.streams.audio:
        if container.streams.video:
            raise Problem(f"{path.name} has no sound, only a picture.", "Choose a file in which somebody speaks.")
        raise Problem(f"{path.name} is not a sound file, or it is damaged.", _EXPORT)
    stream = container.streams.audio[0]
    if stream.codec_context is None:
        raise Problem(f"The sound in {path.name} is packed in a way that is not known here.", _EXPORT)
    pieces: list[np.ndarray] = []
    resampler, heard = None, 0
    for block in _blocks(container, stream):
        if resampler is None or resampler[0] != block.sample_rate:
            if resampler:
                pieces.append(resampler[1].finish().samples)
            resampler, heard = (block.sample_rate, Resampler(block.sample_rate, rate)), 0
        mono = _mix(block)
        pieces.append(resampler[1].push(AudioFrame(mono, block.sample_rate, heard)).samples)
        heard += len(mono)
    if resampler:
        pieces.append(resampler[1].finish().samples)
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    loudest = max(samples.max(initial=0.0), -samples.min(initial=0.0))
    if loudest > 1:
        samples /= loudest
    return samples


def _blocks(container: Any, stream: Any) -> Any:
    """Decoded blocks, passing over the damaged packets that a player would pass over too."""
    from av.error import InvalidDataError

    heard, error = False, None
    for packet in container.demux(stream):
        try:
            for block in packet.decode():
                heard = True
                yield block
        except InvalidDataError as trouble:
            error = trouble
    if error and not heard:
        raise error


def _mix(block: Any) -> np.ndarray:
    """One block of sound as float32 (n,): scaled to [-1, 1], cleaned and mixed to one channel."""
    raw = block.to_ndarray()
    names = [channel.name for channel in block.layout.channels]
    channels = raw if block.format.is_planar else raw.reshape(-1, len(names)).T
    if channels.dtype == np.uint8:  # the only unsigned kind: silence is at 128
        sound = (channels.astype(np.float32) - 128) / 128
    elif channels.dtype.kind == "i":
        sound = (channels / -float(np.iinfo(channels.dtype).min)).astype(np.float32)
    else:
        with np.errstate(over="ignore"):
            sound = channels.astype(np.float32)
    sound = np.nan_to_num(sound, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    if len(names) <= 2:
        return sound.mean(axis=0, dtype=np.float32)
    weights = np.array([_WEIGHTS.get(name, 0.5) for name in names], np.float32)
    return weights @ sound


# --- what FFmpeg does not say -----------------------------------------------------------------------------------------


def _open(path: Path) -> BinaryIO:
    try:
        return open(path, "rb")
    except FileNotFoundError as error:
        raise Problem(f"The sound file {path} does not exist.", "Check the name and the folder.") from error
    except OSError as error:
        if os.path.isdir(path):
            raise Problem(f"{path} is a folder, not a sound file.", "Give the name of a file in it.") from error
        raise Problem(
            f"The sound file {path.name} may not be read ({(error.strerror or str(error)).lower()}).",
            "Change its permissions, or copy it to your own folder.",
        ) from error


def _refuse_empty_and_cut(file: BinaryIO, path: Path) -> None:
    """Raise Problem for a file without a byte, and for a WAV with fewer than its header promises; rewind otherwise.

    Source of the layout: "Multimedia Programming Interface and Data Specifications 1.0", RIFF and WAVE chapters.
    """
    total = file.seek(0, os.SEEK_END)
    file.seek(0)
    if not total:
        raise Problem(f"{path.name} is empty (0 bytes).", "Record or copy it again.")
    head = file.read(12)
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        while len(chunk := file.read(8)) == 8:
            name, length = chunk[:4], int.from_bytes(chunk[4:], "little")
            if name == b"data":
                there = total - file.tell()
                if there < length < _UNKNOWN_FROM:
                    raise Problem(
                        f"{path.name} was cut short: {there:,} of {length:,} bytes of its sound are there.",
                        "Copy or record it again.",
                    )
                break
            file.seek(length + length % 2, os.SEEK_CUR)
        else:
            raise Problem(f"{path.name} was cut short: it ends before its sound begins.", "Copy or record it again.")
    file.seek(0)
