"""Letters in pictures. Hides which fonts a machine has; IPA signs come out where one of them knows them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

_FACES = {
    False: ("DejaVuSans.ttf", "segoeui.ttf", "Arial Unicode.ttf", "arial.ttf", "NotoSans-Regular.ttf"),
    True: ("DejaVuSans-Bold.ttf", "segoeuib.ttf", "Arial Bold.ttf", "arialbd.ttf", "NotoSans-Bold.ttf"),
}
"""Font files with IPA signs, by whether they are bold: Linux, Windows, macOS. Pillow knows the font folders."""


@lru_cache(maxsize=32)
def font(size: int, *, bold: bool = False) -> Any:
    """A Pillow font of so many pixels; Pillow's own, which knows Latin letters only, where the machine has none."""
    from PIL import ImageFont

    for name in _FACES[bold]:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
