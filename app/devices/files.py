"""Files that are whole or not there. Hides the temporary name and the error texts of the system."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from engines.contract import Problem


def write_whole(path: Path, data: bytes, what: str) -> None:
    """Write a file beside its name and rename it when it is complete; its folder is made. Raises Problem, which calls
    it `what` ("The report")."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise Problem(
            f"{what} {path} cannot be written ({(error.strerror or str(error)).lower()}).",
            "Choose a folder of your own, with room for it.",
        ) from error
