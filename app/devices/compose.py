"""The visible label that tells everybody that they look at an AI persona. Hides how it is drawn at next to no cost."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from app.devices.lettering import font

_SHARE = 0.085
"""Height of the pill as a share of the picture: its letters are then 5 % high, legible at 640x360."""


def label_picture(picture: np.ndarray, text: str = "AI persona") -> np.ndarray:
    """A copy of the picture with the label at the bottom left; any thread may call.

    picture: uint8 (height, width, 3), RGB. The result is read-only, so that whoever sees it twice knows it again.
    """
    labelled = picture.copy()
    height, width = picture.shape[:2]
    over, through = _pill(text, height)
    margin = round(height * 0.03)
    rows, columns = min(over.shape[0], height - margin), min(over.shape[1], width - margin)
    if rows > 0 and columns > 0:
        under = labelled[height - margin - rows : height - margin, margin : margin + columns]
        # Whole numbers: (under * (255 - alpha)) / 255 + colour * alpha, the last product made beforehand.
        mixed = under * through[-rows:, :columns]
        mixed += 128
        mixed >>= 8
        mixed += over[-rows:, :columns]
        under[:] = mixed
    labelled.flags.writeable = False
    return labelled


@lru_cache(maxsize=8)
def _pill(text: str, height: int) -> tuple[np.ndarray, np.ndarray]:
    """The label for a picture of this height: what it adds, and how much it lets through (0 to 256).

    Both uint16 (rows, columns, 3).
    """
    from PIL import Image, ImageDraw

    tall = max(8, round(height * _SHARE))
    finer = 4  # drawn larger and reduced, so that the round ends are smooth
    letters = font(round(tall * 0.66) * finer, bold=True)
    pad, dot = tall * finer // 2, tall * finer // 4
    wide = round(letters.getlength(text)) + 2 * pad + dot
    wide += -wide % finer
    large = Image.new("RGBA", (wide, tall * finer), (0, 0, 0, 0))
    draw = ImageDraw.Draw(large)
    draw.rounded_rectangle((0, 0, wide - 1, tall * finer - 1), radius=tall * finer // 2, fill=(14, 16, 22, 175))
    middle = tall * finer / 2
    draw.ellipse((0.8 * pad, middle - dot / 2, 0.8 * pad + dot, middle + dot / 2), fill=(94, 214, 179, 255))
    draw.text((pad + 1.4 * dot, middle), text, font=letters, fill=(255, 255, 255, 255), anchor="lm")
    # Reducing mixes in the colour of clear pixels unless colour is weighted first.
    weighted = np.asarray(large, np.float32)
    alpha = weighted[..., 3:] / 255
    small = [
        plane.reshape(tall, finer, wide // finer, finer, -1).mean(axis=(1, 3))
        for plane in (weighted[..., :3] * alpha, alpha)
    ]
    over = np.floor(small[0]).astype(np.uint16)
    through = np.floor((1 - small[1]) * 256).astype(np.uint16).repeat(3, axis=2)
    return over, through
