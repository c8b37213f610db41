"""The MP4 recorder. Hides how a film stays playable whatever happens to the program or the disk while it is made.

The file is written in fragments of at most two seconds, each complete in itself, beside its final name; a clean close
turns it into an ordinary MP4. Source of the file format: FFmpeg's mov muxer, flags hybrid_fragmented and delay_moov.
The second is what keeps lips in step: only with it does the file say that AAC begins 1024 samples early. Measured
without it: the start of the picture is 21 ms late, and with B-frames the picture runs 60 ms behind the sound.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType, TracebackType
from typing import Any, Self

import numpy as np

from engines.contract import Problem

_BLOCK = 1024
"""Samples in one AAC frame."""

_FRAGMENT_SECONDS = 2

_VIDEO_OPTIONS = {
    # 4.7 ms of one core per moving 720p picture and 0.8 Mbit/s; veryfast costs 2 ms more for a fifth less.
    "preset": "superfast",
    "crf": "21",
    "bf": "0",
    "threads": "1",
    "x264-params": "mbtree=1:rc-lookahead=8:weightp=0",
}


class Recorder:
    """Writes sound and pictures to an MP4 (H.264, AAC); picture k is shown at k / fps, sample n sounds at n / rate.

    One thread at a time may call. A failure while recording does not raise: it sets `problem`, keeps what was written,
    and from then on the recorder does nothing, so that the conversation goes on.
    """

    def __init__(self, path: Path, *, size: tuple[int, int], fps: int, rate: int = 48000) -> None:
        """Open the file. size: (width, height) of the pictures; an odd last column or row is not recorded.

        Raises Problem when the path is no place for a recording; nothing is left behind then.
        """
        self.path, self.size, self.fps, self.rate = path, size, fps, rate
        self.problem: Problem | None = None
        self.samples = self.pictures = 0
        self._part = path.with_name(f"{path.stem}.part.mp4")
        self._waiting = np.zeros(0, np.float32)
        self._picture: np.ndarray | None = None
        self._converted: Any = None
        self._open = True
        _make_room(path, self._part)
        try:
            self._begin()
        except OSError as error:
            self._discard()
            raise Problem(
                f"{_trouble(error)}; {path.name} could not be begun.",
                "Free some space, or choose another place for the recording.",
            ) from error

    @property
    def seconds(self) -> float:
        """How long the recording is so far."""
        return max(self.samples / self.rate, self.pictures / self.fps)

    def write(self, samples: np.ndarray, pictures: Sequence[np.ndarray] = ()) -> None:
        """Append sound and pictures.

        samples: float32 (n,) in [-1, 1] at `rate`; pictures: each uint8 (height, width, 3), RGB.
        The two need not be equally long here; close() makes them so. A read-only picture that is the same object as the
        one before is not converted again.
        """
        if self.problem or not self._open:
            return
        try:
            with _ctrl_c_waits():
                self._write_sound(samples)
                for picture in pictures:
                    self._write_picture(picture)
        except (OSError, self._av.FFmpegError) as error:
            self._give_up(error)

    def close(self) -> None:
        """Finish the file under its name. Sound and picture then have the same length within one picture.

        A recording into which nothing was written leaves no file. A failure sets `problem`. Calling twice is harmless.
        """
        if not self._open:
            return
        if not self.samples and not self.pictures:
            self.abort()
            return
        with _ctrl_c_waits():
            try:
                self._level()
                self._finish()
            except (OSError, self._av.FFmpegError) as error:
                self._give_up(error)
                return
            self._open = False
            self._publish()

    def abort(self) -> None:
        """Stop and leave nothing behind; after close() it does nothing."""
        if self._open:
            self._open = False
            self._discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Keep the recording when the work is done or was stopped by a person (Ctrl-C), not when it failed."""
        if isinstance(error, Exception):
            self.abort()
        else:
            self.close()

    # --- writing ------------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        import av
        from av.video.reformatter import Colorspace, VideoReformatter

        self._av: Any = av
        self._reformatter, self._colours = VideoReformatter(), Colorspace.ITU709
        width, height = self.size[0] // 2 * 2, self.size[1] // 2 * 2  # 4:2:0 has one colour for four pixels
        flags = {"movflags": "hybrid_fragmented+delay_moov+frag_keyframe", "flush_packets": "1"}
        self._container: Any = av.open(str(self._part), "w", format="mp4", options=flags)
        self._video: Any = self._container.add_stream("libx264", rate=self.fps, options=_VIDEO_OPTIONS)
        self._video.width, self._video.height, self._video.pix_fmt = width, height, "yuv420p"
        context = self._video.codec_context
        context.gop_size = _FRAGMENT_SECONDS * self.fps
        # Said in the file, since players that must guess take BT.601 for small pictures and BT.709 for large ones.
        context.colorspace = context.color_primaries = context.color_trc = 1
        context.color_range = 1
        self._sound: Any = self._container.add_stream("aac", rate=self.rate)
        self._sound.layout, self._sound.format, self._sound.bit_rate = "mono", "fltp", 128_000
        self._container.start_encoding()

    def _write_sound(self, samples: np.ndarray) -> None:
        """Encode whole AAC blocks; the rest waits."""
        clean = np.clip(np.nan_to_num(samples, posinf=0.0, neginf=0.0), -1.0, 1.0).astype(np.float32, copy=False)
        waiting = np.concatenate((self._waiting, clean))
        whole = len(waiting) // _BLOCK * _BLOCK
        first = self.samples - len(self._waiting)
        self.samples += len(clean)
        self._waiting = waiting[whole:]
        for start in range(0, whole, _BLOCK):
            self._encode_sound(waiting[start : start + _BLOCK], first + start)

    def _encode_sound(self, samples: np.ndarray, at: int) -> None:
        frame = self._av.AudioFrame.from_ndarray(samples[None], format="fltp", layout="mono")
        frame.sample_rate, frame.pts = self.rate, at
        self._container.mux(self._sound.encode(frame))

    def _write_picture(self, picture: np.ndarray) -> None:
        if picture.shape != (self.size[1], self.size[0], 3) or picture.dtype != np.uint8:
            raise ValueError(f"a picture of {picture.shape}, {picture.dtype} for a recording of {self.size}")
        # Only a read-only array is sure to hold what it held a moment ago.
        if picture is not self._picture or picture.flags.writeable:
            self._converted = self._convert(picture)
            self._picture = picture
        self._converted.pts = self.pictures
        self._container.mux(self._video.encode(self._converted))
        self.pictures += 1

    def _convert(self, picture: np.ndarray) -> Any:
        even = np.ascontiguousarray(picture[: self._video.height, : self._video.width])
        frame = self._av.VideoFrame.from_numpy_buffer(even, format="rgb24")
        return self._reformatter.reformat(
            frame, format="yuv420p", dst_colorspace=self._colours, interpolation="FAST_BILINEAR"
        )

    # --- the end ------------------------------------------------------------------------------------------------------

    def _level(self) -> None:
        """Make the shorter of the two as long as the other: the last picture stays, or it is silent."""
        missing = self.pictures * self.rate // self.fps - self.samples
        if missing >= self.rate // self.fps:
            self._write_sound(np.zeros(missing, np.float32))
        if len(self._waiting):
            self._encode_sound(self._waiting, self.samples - len(self._waiting))
        last = self._picture if self._picture is not None else np.zeros((self.size[1], self.size[0], 3), np.uint8)
        while self.pictures * self.rate < self.samples * self.fps:
            self._write_picture(last)

    def _finish(self) -> None:
        self._container.mux(self._sound.encode(None))
        self._container.mux(self._video.encode(None))
        self._container.close()

    def _publish(self) -> None:
        try:
            os.replace(self._part, self.path)
        except OSError as error:
            self.problem = Problem(
                f"The recording could not take the name {self.path.name} ({_reason(error)}).",
                f"It is complete in {self._part.name}; close the program that uses the old file and rename it.",
            )
            self.problem.__cause__ = error

    def _give_up(self, error: Exception) -> None:
        """Keep the whole fragments that reached the disk, and say what happened."""
        self._open = False
        with suppress(OSError, self._av.FFmpegError):
            self._container.close()
        kept = _keep_whole_fragments(self._part)
        if kept:
            what = f"{_trouble(error)}; the recording ends at {_clock(kept)}."
            remedy = f"What was recorded until then plays ({self.path.name}); free some space for the next one."
        else:
            what = f"{_trouble(error)}; nothing of the recording could be kept."
            remedy = "Free some space, or choose another place for the recording."
            self._discard()
        self.problem = Problem(what, remedy)
        self.problem.__cause__ = error
        if kept:
            with suppress(OSError):
                os.replace(self._part, self.path)

    def _discard(self) -> None:
        container = getattr(self, "_container", None)
        if container is not None:
            with suppress(OSError, ValueError):
                container.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)


@contextmanager
def _ctrl_c_waits() -> Iterator[None]:
    """Ctrl-C comes after this, not inside: an encoder that was left in the middle of a picture cannot go on."""
    usual = signal.getsignal(signal.SIGINT)
    if not callable(usual) or current_thread() is not main_thread():
        yield
        return
    pressed: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: pressed.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        if pressed:
            usual(*pressed[0])


def _make_room(path: Path, part: Path) -> None:
    """Make the folder and find out, before any work is done, whether the file can be written."""
    if path.suffix.lower() != ".mp4":
        raise Problem(f"A recording is an MP4 file, and {path.name} is not named like one.", "End its name in .mp4.")
    if os.path.isdir(path):  # pathlib's raises where a folder may not be looked into
        raise Problem(f"{path} is a folder.", "Give the name of a file in it, such as conversation.mp4.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "wb"):
            pass
        if path.exists():
            with open(path, "r+b"):
                pass
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise Problem(
            f"{path} cannot be written ({_reason(error)}).", "Choose a folder of your own for the recording."
        ) from error


def _keep_whole_fragments(part: Path) -> float:
    """Cut a file that was not closed after its last complete fragment; the seconds it then plays, 0 for none.

    An MP4 is a row of boxes, each with its length in front: ftyp and moov first, then moof + mdat for each fragment.
    Source: ISO/IEC 14496-12, section 4.2.
    """
    import av

    try:
        with open(part, "r+b") as file:
            total, at, end = part.stat().st_size, 0, 0
            while at + 16 <= total:
                file.seek(at)
                head = file.read(16)
                length = int.from_bytes(head[:4], "big")
                if length == 1:
                    length = int.from_bytes(head[8:], "big")
                if length < 8 or at + length > total:
                    break
                at += length
                if head[4:8] == b"mdat":
                    end = at
            file.truncate(end)
        if not end:
            return 0.0
        with av.open(str(part)) as film:
            return (film.duration or 0) / av.time_base
    except (OSError, ValueError):  # what cannot be opened cannot be played either
        return 0.0


def _trouble(error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full"
    if number == errno.EFBIG:
        return "The recording has reached the largest size that a file may have here"
    return f"The recording could not be written ({_reason(error)})"


def _reason(error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number and number > 0:
        with suppress(ValueError, OverflowError):
            return os.strerror(number).lower()
    return str(error)


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02d}:{int(seconds) % 60:02d}"
