"""The brightness of a picture of any mode, as 8 bits: what marks are read from and hashes taken of."""

from __future__ import annotations

import numpy as np
from PIL import Image

__all__ = ["brightness"]


def brightness(image: Image.Image) -> Image.Image:
    """A greyscale picture of the same size (ITU-R 601-2 weights, as Pillow has them); transparency is left out of account."""
    if image.mode == "LAB":  # Pillow converts it with colour profiles only; its first band is the lightness
        return image.getchannel(0)
    if image.mode in ("I;16", "I", "F"):  # 16 bits, or numbers of unknown range: what fits into 8 bits is taken for 8 bits
        levels = np.nan_to_num(np.asarray(image).astype(np.float32))
        return Image.fromarray(np.clip(levels / (257 if levels.max() > 255 else 1), 0, 255).astype(np.uint8))
    if image.mode == "La":
        return image.convert("LA").convert("L")
    return (image.convert("RGBA") if "transparency" in image.info else image).convert("L")
