"""A persona: a picture, a voice, a prompt. Hides how it lies on disk and what a picture file may look like.

On disk it is a folder with persona.toml and one picture; anchor points lie beside the picture as NAME.anchors.json.
"""

from __future__ import annotations

import json
import struct
import tomllib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engines.contract import ANCHOR_NAMES, Anchors, Problem

if TYPE_CHECKING:  # Pillow is loaded when the first picture is read
    from PIL.Image import Image

LARGEST_PICTURE = 36_000_000
"""Pixels; a larger picture is halved while it is read, until it has no more."""
_MOST_PIXELS = 150_000_000
"""Pixels of a picture that must be unpacked whole before it can be halved: half a gigabyte."""
_MOST_PIXELS_JPEG = 1_000_000_000
"""The same for a JPEG, which is unpacked at an eighth of its size if need be."""
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM")
"""What is opened; others that Pillow knows run programs (EPS) or hold pictures of undeclared size (ICO)."""


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
    """A picture file as uint8 (height, width, 3), RGB, upright (EXIF), transparency on white. Raises Problem.

    One of more than LARGEST_PICTURE pixels comes at a half, a quarter and so on; read_anchors() follows.
    """
    from PIL import ImageOps, UnidentifiedImageError

    remedy, smaller = "Choose a PNG, JPEG or WebP picture.", "Scale it down to 6000 pixels a side."
    try:
        with _opened(path) as picture:
            width, parts = picture.width, _parts(*picture.size)
            pixels = width * picture.height
            drafted = picture.format == "JPEG" and not picture.info.get("progressive")  # those are unpacked whole
            if pixels > (_MOST_PIXELS_JPEG if drafted else _MOST_PIXELS):
                raise Problem(f"The picture {path.name} is too large: {pixels // 1_000_000} megapixels.", smaller)
            if parts > 1 and drafted:
                picture.draft(None, (picture.width // parts, picture.height // parts))
            picture.load()
            small = _smaller(picture, max(1, parts // round(width / picture.width)))
            ImageOps.exif_transpose(small, in_place=True)
            return np.ascontiguousarray(np.asarray(small if small.mode == "RGB" else small.convert("RGB")))
    except FileNotFoundError as error:
        raise Problem(f"The picture {path} does not exist.", remedy) from error
    except UnidentifiedImageError as error:
        raise Problem(f"{path.name} is not a picture.", remedy) from error
    except MemoryError as error:
        raise Problem(f"There is not enough memory for the picture {path.name}.", smaller) from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error) as error:
        raise Problem(f"The picture {path.name} cannot be read: {error}.", remedy) from error


def _opened(path: Path) -> Image:
    """The head of a picture file; its pixels are read later. Raises what Pillow raises."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit knows nothing of drafts; read_picture() has one for each format
    return Image.open(path, formats=_FORMATS)


def _parts(width: int, height: int) -> int:
    """A picture of this size is read at one part in 1, 2, 4, 8 ... of its width and height."""
    parts = 1
    while -(-width // parts) * -(-height // parts) > LARGEST_PICTURE:
        parts *= 2
    return parts


def _smaller(picture: Image, parts: int) -> Image:
    """A loaded picture at one part in `parts` of its size, as _in_bytes() has it; strip by strip, to save memory."""
    from PIL import Image

    width, height, tall = *picture.size, 128 * parts
    top = float(np.max(picture.getextrema())) if picture.mode in ("I", "F") else 255.0
    if parts == 1:
        small = _in_bytes(picture, top)
    else:
        small = Image.new("RGB", (-(-width // parts), -(-height // parts)))
        for y in range(0, height, tall):
            strip = _in_bytes(picture.crop((0, y, width, min(height, y + tall))), top)
            small.paste(strip.reduce(parts).convert("RGB"), (0, y // parts))
    if "exif" in picture.info:
        small.info["exif"] = picture.info["exif"]
    return small


def _in_bytes(picture: Image, top: float) -> Image:
    """The same picture as L, RGB or CMYK, nothing of it transparent. `top`: its lightest value in I and F."""
    from PIL import Image

    if picture.mode == "F":
        grey = np.nan_to_num(np.asarray(picture)) * (255 if top <= 1 else 1)
        return Image.fromarray(grey.clip(0, 255).astype(np.uint8))
    if picture.mode.startswith("I"):  # I;16 and its kin hold 16 bits; I may hold as many or 8
        grey = np.asarray(picture) >> (8 if top > 255 or picture.mode != "I" else 0)
        return Image.fromarray(grey.clip(0, 255).astype(np.uint8))
    if "A" in picture.getbands() or "transparency" in picture.info:
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB")
    return picture if picture.mode in ("L", "RGB", "CMYK") else picture.convert("RGB")


def read_anchors(picture: Path) -> Anchors | None:
    """The anchor points beside a picture, or None when there is no such file. Raises Problem when it is broken.

    The file counts pixels of the upright picture as it was saved; the points fit what read_picture() gives.
    """
    file = picture.with_name(f"{picture.stem}.anchors.json")
    try:
        points = json.loads(file.read_text(encoding="utf-8"))["points"]
        parts = _parts_of(picture)
        return Anchors(
            {
                name: (float(points[name][0]) / parts, float(points[name][1]) / parts)
                for name in ANCHOR_NAMES
                if name in points
            }
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise Problem(f"The anchor file {file.name} is broken.", "Set the points again, or delete the file.") from error


def _parts_of(path: Path) -> int:
    """One part in how many of a picture file is read; 1 for what is no picture, which read_picture() tells of."""
    try:
        with _opened(path) as picture:
            return _parts(*picture.size)
    except (OSError, SyntaxError, ValueError):
        return 1
