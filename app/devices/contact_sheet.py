"""The contact sheet: one PNG from which a person sees in a glance whether the mouth does what the words ask for.

Hides the layout: cards in four columns, each a picture, its time, the words being said and a note.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from app.devices.files import write_whole
from app.devices.lettering import font

_COLUMNS = 4
_LARGEST_FILE = 2_500_000
_WIDTHS = (480, 400, 320, 240)
"""Widths of a picture in pixels; a sheet that is too large as a file is drawn again with the next."""

_GROUND, _CARD, _HOLE = (13, 15, 20), (24, 27, 36), (8, 9, 13)
_BRIGHT, _SOFT, _FAINT, _ACCENT = (244, 245, 248), (164, 170, 186), (98, 104, 122), (94, 214, 179)


@dataclass(frozen=True, slots=True)
class Moment:
    """One picture of a film. picture: uint8 (height, width, 3), RGB.

    words: what is being said around this time, the current word between asterisks, as in "I am *Ada*, nice". note: what
    to look for, such as "lips closed: m".
    """

    seconds: float
    picture: np.ndarray
    words: str
    note: str = ""


def write_contact_sheet(
    path: Path,
    moments: Sequence[Moment],
    *,
    title: str = "",
    seconds: float | None = None,
    region: tuple[int, int, int, int] | None = None,
) -> None:
    """Draw the moments in their order and write a PNG of at most 2.5 MB.

    title: the film's name; seconds: its length; region: the part of every picture to show (left, top, right, bottom in
    pixels), widened to 16:9, so that a face can fill its card. Raises Problem when the file cannot be written.
    """
    if not moments:
        raise ValueError("a contact sheet needs at least one moment")
    data = b""
    for width in _WIDTHS:
        data = _as_png(_draw(moments, title, seconds, region, width))
        if len(data) <= _LARGEST_FILE:
            break
    write_whole(path, data, "The contact sheet")


# --- drawing ----------------------------------------------------------------------------------------------------------


def _draw(
    moments: Sequence[Moment],
    title: str,
    seconds: float | None,
    region: tuple[int, int, int, int] | None,
    width: int,
) -> Any:
    from PIL import Image, ImageDraw

    unit = width / 480  # every measure below is made for cards of 480 pixels
    gap, head, foot = round(20 * unit), round(84 * unit), round(104 * unit)
    height = width * 9 // 16
    columns = min(_COLUMNS, len(moments))
    rows = -(-len(moments) // columns)
    size = (gap + columns * (width + gap), head + rows * (height + foot + gap))
    sheet = Image.new("RGB", size, _GROUND)
    draw = ImageDraw.Draw(sheet)
    facts = [f"{len(moments)} pictures" if len(moments) > 1 else "1 picture"]
    if seconds is not None:
        facts.insert(0, _clock(seconds))
    aside = " · ".join(facts)
    quiet = font(round(22 * unit))
    draw.text((size[0] - gap, head / 2), aside, font=quiet, fill=_SOFT, anchor="rm")
    bold = font(round(30 * unit), bold=True)
    room = size[0] - 4 * gap - quiet.getlength(aside)
    draw.text((gap, head / 2), _shorten(title or "Contact sheet", bold, room), font=bold, fill=_BRIGHT, anchor="lm")
    for number, moment in enumerate(moments):
        row, column = divmod(number, columns)
        place = (gap + column * (width + gap), head + row * (height + foot + gap))
        sheet.paste(_card(moment, region, (width, height), foot, unit), place)
    return sheet


def _card(
    moment: Moment, region: tuple[int, int, int, int] | None, size: tuple[int, int], foot: int, unit: float
) -> Any:
    from PIL import Image, ImageDraw

    width, height = size
    card = Image.new("RGB", (width, height + foot), _CARD)
    card.paste(_fit(moment.picture, region, size), (0, 0))
    draw = ImageDraw.Draw(card)
    pad, line = round(16 * unit), height + round(27 * unit)
    time = font(round(19 * unit), bold=True)
    draw.text((pad, line), _clock(moment.seconds), font=time, fill=_ACCENT, anchor="lm")
    if moment.note:
        small = font(round(17 * unit))
        note = _shorten(moment.note, small, width - 4 * pad - time.getlength("00:00.00"))
        long, tall = small.getlength(note), round(15 * unit)
        box = (width - pad - long - 1.4 * tall, line - tall, width - pad, line + tall)
        draw.rounded_rectangle(box, radius=tall, fill=(43, 48, 63))
        draw.text((width - pad - 0.7 * tall, line), note, font=small, fill=_BRIGHT, anchor="rm")
    _say(draw, moment.words, (pad, height + round(54 * unit)), width - 2 * pad, unit)
    return _rounded(card, round(14 * unit))


def _say(draw: Any, words: str, place: tuple[int, int], width: int, unit: float) -> None:
    """The words in one line, the current one bright on a ground of its own and never cut off."""
    plain, bold = font(round(21 * unit)), font(round(21 * unit), bold=True)
    middle = place[1] + round(18 * unit)
    if not words.strip():
        draw.text((place[0], middle), "listening", font=plain, fill=_FAINT, anchor="lm")
        return
    before, current, after = _split(words)
    edge = round(7 * unit)
    shown = _shorten(current, bold, width - 2 * edge)
    taken = bold.getlength(shown) + 2 * edge + 2 * plain.getlength(" ") if shown else 0
    room = width - taken
    # Each side gets half of the room, and what the other side leaves.
    left_wants, right_wants = plain.getlength(before), plain.getlength(after)
    left_room = max(room / 2, room - right_wants) if shown else room
    before = _shorten(before, plain, left_room, from_front=bool(shown))
    after = _shorten(after, plain, room - min(left_wants, plain.getlength(before)))
    x = float(place[0])
    if before:
        draw.text((x, middle), before, font=plain, fill=_SOFT, anchor="lm")
        x += plain.getlength(before) + (plain.getlength(" ") if shown else 0)
    if shown:
        long, tall = bold.getlength(shown), 17 * unit
        draw.rounded_rectangle((x, middle - tall, x + long + 2 * edge, middle + tall), radius=edge, fill=(33, 77, 68))
        draw.text((x + edge, middle), shown, font=bold, fill=_BRIGHT, anchor="lm")
        x += long + 2 * edge + plain.getlength(" ")
    if after and shown:
        draw.text((x, middle), after, font=plain, fill=_SOFT, anchor="lm")


def _split(words: str) -> tuple[str, str, str]:
    """Before, current and after, from words with the current one between asterisks; without them all is before."""
    before, star, rest = words.partition("*")
    current, end, after = rest.partition("*")
    if not (star and end):
        return words.replace("*", "").strip(), "", ""
    return before.strip(), current.strip(), after.strip()


def _shorten(text: str, letters: Any, width: float, *, from_front: bool = False) -> str:
    """The text, or the words of it that fit and an ellipsis; of a word that is too long alone, its beginning."""
    if letters.getlength(text) <= width:
        return text
    words = text.split()
    while words:
        words = words[1:] if from_front else words[:-1]
        short = "… " + " ".join(words) if from_front else " ".join(words) + " …"
        if words and letters.getlength(short) <= width:
            return short
    while text and letters.getlength(f"{text}…") > width:
        text = text[:-1]
    return f"{text}…" if text and not from_front else ""


def _fit(picture: np.ndarray, region: tuple[int, int, int, int] | None, size: tuple[int, int]) -> Any:
    """The region of the picture, widened to the shape of the card; what lies outside the picture stays dark."""
    from PIL import Image

    height, width = picture.shape[:2]
    left, top, right, bottom = region or (0, 0, width, height)
    shape = size[0] / size[1]
    wide, tall = max(right - left, (bottom - top) * shape), max(bottom - top, (right - left) / shape)
    # Never more than the picture has in the direction that fits, so that no needless dark border appears.
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    x = min(max(middle_x - wide / 2, 0), width - wide) if wide <= width else (width - wide) / 2
    y = min(max(middle_y - tall / 2, 0), height - tall) if tall <= height else (height - tall) / 2
    image = Image.fromarray(picture)
    scale = size[0] / wide
    inside = (max(x, 0), max(y, 0), min(x + wide, width), min(y + tall, height))
    target = (max(1, round((inside[2] - inside[0]) * scale)), max(1, round((inside[3] - inside[1]) * scale)))
    part = image.resize(target, Image.Resampling.LANCZOS, box=inside)
    hole = Image.new("RGB", size, _HOLE)
    hole.paste(part, ((size[0] - target[0]) // 2, (size[1] - target[1]) // 2))
    return hole


def _rounded(card: Any, radius: int) -> Any:
    from PIL import Image

    ground = Image.new("RGB", card.size, _GROUND)
    ground.paste(card, (0, 0), _corners(card.size, radius))
    return ground


@lru_cache(maxsize=4)
def _corners(size: tuple[int, int], radius: int) -> Any:
    """A mask with round corners, drawn larger and reduced, so that they are smooth."""
    from PIL import Image, ImageDraw

    large = Image.new("L", (size[0] * 4, size[1] * 4), 0)
    box = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius=radius * 4, fill=255)
    return large.resize(size, Image.Resampling.BOX)


def _as_png(sheet: Any) -> bytes:
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def _clock(seconds: float) -> str:
    hundredths = round(seconds * 100)
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"
