"""A labelled AVIF: coded anew at a high quality, frames, EXIF, XMP and colour profile as they were.

AVIF tells neither the quality nor the effort of its encoder; the label's file is a little larger rather than a little worse.
HEIC is not drawn on: its codec is not free to ship.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

from brightline.labels.explicit.image_frames import Drawer, Encoded

__all__ = ["labelled"]

_QUALITY = 85
"""Own choice: Pillow's default is 75; 85 keeps further generations from showing."""


def labelled(data: bytes, image: Image.Image, drawer: Drawer) -> Encoded:
    """Draw on the picture or on every frame, and encode."""
    settings: dict[str, Any] = {"quality": _QUALITY}
    settings |= {key: image.info[key] for key in ("exif", "xmp", "icc_profile") if image.info.get(key)}
    if int(getattr(image, "n_frames", 1)) == 1:
        frames = [drawer.once(image)]
    else:
        frames, durations = [], []
        for drawn in drawer.frames(image, image.mode):
            frames.append(drawn)
            durations.append(int(image.info.get("duration", 0)))
        settings |= {"save_all": True, "append_images": [drawn.image for drawn in frames[1:]], "duration": durations}
    buffer = BytesIO()
    frames[0].image.save(buffer, "AVIF", **settings)
    return Encoded(buffer.getvalue(), frames[0], frames[-1], len(frames))
