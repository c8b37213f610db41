"""The loudspeaker, or the virtual microphone in its place. Hides PortAudio: its devices, threads and errors.

Measured with a PulseAudio null sink on two busy cores: blocks of 20 ms with a latency of 0.1 s had no gap in 20 s at a
load of 4 to 7; blocks of 10 ms with 0.02 s had dozens of underflows, and PortAudio's own choice ("low") was the worst.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engines.contract import Problem

_BLOCK_SECONDS = 0.02


class Speaker:
    """Plays what a function gives, for as long as it is open; silence is sound too.

    The function is called on PortAudio's thread with a number of samples and returns float32 (n,) in [-1, 1]. It
    copies, counts and returns: no log, no wait, no model. When it fails or the device vanishes, `problem` is set and
    the rest is silence.
    """

    def __init__(
        self,
        fill: Callable[[int], np.ndarray],
        *,
        rate: int = 48000,
        device: str | None = None,
        latency: float = 0.1,
    ) -> None:
        """Open and start. device: (part of) a device's name, None for the system's choice; latency in seconds.

        Raises Problem.
        """
        self.rate = rate
        self.problem: Problem | None = None
        self.played = 0
        """Samples handed to the sound card so far; they are heard `latency` seconds later."""
        self.gaps = 0
        """How often the sound card ran dry."""
        self._fill = fill
        self._closing = False
        portaudio = _library()
        name, channels = _choose(portaudio, device)
        try:
            self._stream: Any = portaudio.OutputStream(
                samplerate=rate,
                blocksize=round(rate * _BLOCK_SECONDS),
                device=device,
                channels=min(2, channels),
                dtype="float32",
                latency=latency,
                callback=self._play,
                finished_callback=self._finished,
            )
            self._stream.start()
        except (portaudio.PortAudioError, ValueError) as error:
            raise Problem(
                f"The loudspeaker {name} did not open at {rate} Hz ({_reason(error)}).",
                "Close programs that use it alone, or choose another in Settings > Output.",
            ) from error
        self.name = name
        self.latency = float(self._stream.latency)

    def close(self) -> None:
        """Play what the sound card still holds, then let go. Calling it twice is harmless."""
        if not self._closing:
            self._closing = True
            self._stream.stop()
            self._stream.close()

    def _play(self, out: np.ndarray, count: int, time: Any, status: Any) -> None:
        if status.output_underflow:
            self.gaps += 1
        if self.problem is None:
            try:
                out[:] = self._fill(count)[:, None]
            except Exception as error:  # an exception here would end the stream without a word
                self.problem = Problem("The sound stopped because of an internal error.", "Press Stop, then Start.")
                self.problem.__cause__ = error
        if self.problem is not None:
            out.fill(0)
        self.played += count

    def _finished(self) -> None:
        if not self._closing and self.problem is None:
            self.problem = Problem(
                "The loudspeaker was removed while it was in use.",
                "Connect it again or choose another in Settings > Output, then press Start.",
            )


def probe(device: str | None = None) -> str | None:
    """Why nothing can be played, with the remedy; None when there is a loudspeaker. Opens nothing."""
    try:
        _choose(_library(), device)
    except Problem as problem:
        return str(problem)
    return None


def list_speakers() -> list[str]:
    """The names of the devices that can play, in PortAudio's order; empty where nothing can."""
    try:
        portaudio = _library()
        return [device["name"] for device in portaudio.query_devices() if device["max_output_channels"]]
    except (Problem, OSError):
        return []


def _library() -> Any:
    try:
        import sounddevice
    except ImportError as error:
        raise Problem(
            "Playing sound needs the package sounddevice, which is not installed.",
            "Run the installer again, or: pip install sounddevice.",
        ) from error
    except OSError as error:  # the package is there, the library that it wraps is not
        raise Problem(
            "Playing sound needs the library PortAudio, which is not installed.",
            "Install it (sudo apt install libportaudio2), then start again.",
        ) from error
    return sounddevice


def _choose(portaudio: Any, device: str | None) -> tuple[str, int]:
    """The full name and the number of channels of a device. Raises Problem when there is no such, or several."""
    try:
        found = portaudio.query_devices(device, "output")
    except (portaudio.PortAudioError, ValueError) as error:
        if device is None:
            raise Problem(
                "There is no loudspeaker on this machine.", "Connect one, or record to a file instead."
            ) from error
        if "multiple" in str(error).lower():
            raise Problem(
                f"Several loudspeakers have {device} in their name.", "Give more of the name in Settings > Output."
            ) from error
        raise Problem(f"There is no loudspeaker {device}.", "Choose another in Settings > Output.") from error
    return found["name"], found["max_output_channels"]


def _reason(error: Exception) -> str:
    return str(error.args[0] if error.args else error).strip().rstrip(".").lower()
