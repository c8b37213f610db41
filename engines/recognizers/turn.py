"""What every recognizer does the same way: one turn cut into equal blocks, its numbering, and "only when it changed".

Both libraries decide things at the end of each call (an end point, a new cepstral mean), so what they understand would
depend on how the sound happened to arrive. Equal blocks make chunked speech and whole speech the same by construction.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engines.contract import AudioFrame, Hearing

RATE = 16_000


class Turn:
    """The bookkeeping of one turn of a person."""

    def __init__(self, block: int, at: int = 0) -> None:
        """block: samples that the library gets in each call. at: where the turn before this one ended."""
        self.at = at
        self.text = ""
        self._block = block
        self._waiting: list[np.ndarray] = []
        self._held = 0

    def blocks(self, frame: AudioFrame) -> Iterator[bytes]:
        """Take the frame in; every block that is complete now, as 16-bit sound. Raises ValueError for another rate."""
        if frame.rate != RATE:
            raise ValueError(f"a recognizer hears {RATE} Hz, not {frame.rate} Hz")
        self.at = frame.end
        self._waiting.append(frame.samples)
        self._held += len(frame.samples)
        if self._held < self._block:
            return
        sound = np.concatenate(self._waiting)
        whole = len(sound) - len(sound) % self._block
        self._waiting, self._held = [sound[whole:]], len(sound) - whole
        for start in range(0, whole, self._block):
            yield pcm(sound[start : start + self._block])

    def rest(self) -> bytes:
        """What did not fill a block, for the end of the turn."""
        return pcm(np.concatenate(self._waiting)) if self._held else b""

    def partial(self, text: str) -> Hearing | None:
        """The text so far, when it is another one than before."""
        if text == self.text:
            return None
        self.text = text
        return Hearing(text, False, self.at)


def pcm(samples: np.ndarray) -> bytes:
    """float32 (n,) in [-1, 1] as 16-bit little-endian sound, louder samples cut off."""
    return np.rint(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
