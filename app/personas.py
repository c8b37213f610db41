"""A persona: a picture, a voice, a prompt. Hides how it lies on disk and what a picture file may look like.

On disk it is a folder with persona.toml and one picture; anchor points lie beside the picture as NAME.anchors.json.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engines.contract import ANCHOR_NAMES, Anchors, Problem

LARGEST_PICTURE = 50_000_000
"""Pixels; a larger picture is scaled down while it is read."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to talk to. `voice`: its manner of speaking, setting by setting, as engines.catalog.Manner has them."""

    key: str
    name: str
    description: str
    greeting: str
    system: str
    picture: Path
    language: str = "en"
    voice: dict[str, str | float] = field(default_factory=dict)


def list_personas(folders: Iterable[Path]) -> list[str]:
    """The keys of all personas, the person's own first."""
    keys = [path.parent.name for folder in folders for path in sorted(folder.glob("*/persona.toml"))]
    return list(dict.fromkeys(keys))


def load_persona(wanted: str, folders: Iterable[Path]) -> Persona:
    """The persona of this key (its folder's name), or in this folder. Raises Problem with what is there instead."""
    folders = list(folders)
    for folder in (Path(wanted), *(folder / wanted for folder in folders)):
        if (folder / "persona.toml").is_file():
            return _read(folder)
    there = ", ".join(list_personas(folders))
    raise Problem(f'There is no persona called "{wanted}".', f"Choose one of {there}, or the folder of one.")


def _read(folder: Path) -> Persona:
    file = folder / "persona.toml"
    try:
        text = tomllib.loads(file.read_text(encoding="utf-8"))
        pictures = sorted(
            p for p in folder.glob("portrait.*") if p.suffix.lower() in {".png", ".jpg", ".jpeg", ".webp"}
        )
        return Persona(
            key=folder.name,
            name=str(text["name"]),
            description=str(text.get("description", "")),
            greeting=str(text.get("greeting", "")),
            system=" ".join(str(text["prompt"]["system"]).split()),
            voice=_manner(text.get("voice", {})),
            picture=pictures[0],
            language=str(text.get("language", "en")),
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Problem(
            f"The persona file {file} cannot be read: {error}.", "Mend it, or copy a starter persona."
        ) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise Problem(f"The persona file {file} lacks {error}.", "Add it as in the starter personas.") from error
    except IndexError as error:
        raise Problem(f"The persona {folder.name} has no picture.", f"Put a portrait.png into {folder}.") from error


def _manner(values: dict[str, Any]) -> dict[str, str | float]:
    kinds = {"espeak": str, "piper": str, "speed": float, "pitch": float, "size": float, "melody": float}
    if unknown := sorted(set(values) - set(kinds)):
        raise Problem(f"A persona's voice has no setting called {unknown[0]}.", f"Known are {', '.join(kinds)}.")
    return {name: kinds[name](value) for name, value in values.items()}


def read_picture(path: Path) -> np.ndarray:
    """A picture file as uint8 (height, width, 3), RGB, upright (EXIF), transparency on white. Raises Problem."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    remedy = "Choose a PNG, JPEG or WebP picture."
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > LARGEST_PICTURE:
                picture.draft("RGB", (6000, 6000))  # JPEGs decode smaller at once
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            if upright.mode == "I;16":
                upright = Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8))
            if "A" in upright.getbands() or "transparency" in upright.info:
                white = Image.new("RGBA", upright.size, "white")
                upright = Image.alpha_composite(white, upright.convert("RGBA"))
            return np.ascontiguousarray(np.asarray(upright.convert("RGB")))
    except FileNotFoundError as error:
        raise Problem(f"The picture {path} does not exist.", remedy) from error
    except UnidentifiedImageError as error:
        raise Problem(f"{path.name} is not a picture.", remedy) from error
    except Image.DecompressionBombError as error:
        raise Problem(f"The picture {path.name} is too large.", "Scale it down to 6000 pixels a side.") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise Problem(f"The picture {path.name} cannot be read: {error}.", remedy) from error


def read_anchors(picture: Path) -> Anchors | None:
    """The anchor points beside a picture, or None when there is no such file. Raises Problem when it is broken."""
    file = picture.with_name(f"{picture.stem}.anchors.json")
    try:
        points = json.loads(file.read_text(encoding="utf-8"))["points"]
        return Anchors(
            {name: (float(points[name][0]), float(points[name][1])) for name in ANCHOR_NAMES if name in points}
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise Problem(f"The anchor file {file.name} is broken.", "Set the points again, or delete the file.") from error
