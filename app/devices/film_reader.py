"""Pictures out of a film. Hides decoding: the film is read once from its beginning, so any times may be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engines.contract import Problem


def read_pictures(path: Path, seconds: Sequence[float]) -> list[np.ndarray]:
    """The picture that is on the screen at each of these times, in their order: uint8 (height, width, 3), RGB.

    Times after the end give the last picture. Raises Problem when the film cannot be read.
    """
    import av
    from av.error import FFmpegError

    wanted = sorted(set(seconds))
    found: dict[float, np.ndarray] = {}
    try:
        with av.open(str(path)) as container:
            container.streams.video[0].thread_type = "AUTO"
            current = None
            for frame in container.decode(video=0):
                while len(found) < len(wanted) and current and frame.time > wanted[len(found)] + 1e-6:
                    found[wanted[len(found)]] = current.to_ndarray(format="rgb24")
                current = frame
                if len(found) == len(wanted):
                    break
            if current is None:
                raise Problem(f"The film {path.name} has no picture in it.", "Make it again.")
            for moment in wanted[len(found) :]:
                found[moment] = current.to_ndarray(format="rgb24")
    except (OSError, FFmpegError, IndexError) as error:
        raise Problem(f"The film {path.name} cannot be read.", "Make it again.") from error
    return [found[moment] for moment in seconds]
