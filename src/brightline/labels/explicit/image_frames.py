"""What is done to every frame and page of a picture file between decoding and encoding: the label, then whatever else is asked for.

The formats' modules (``image_png`` and so on) decode and encode; a ``Drawer`` tells them nothing but how to change one raster. A
second change (``then``: a watermark) in the same pass saves a second loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageSequence

from brightline.labels.errors import ProofFailed
from brightline.labels.explicit.image import Drawn, Position, paint, place_label
from brightline.labels.explicit.image_paint import region_ink

__all__ = ["Drawer", "Encoded", "Then"]

Then = Callable[[Image.Image], Image.Image]
"""Changes pixels only: gives a raster of the mode and size it got (L, LA, RGB, RGBA, CMYK or I;16)."""

_NOTHING = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture file as a format's module made it: first and last frame with the label as drawn, notes on what was left out."""

    data: bytes
    drawn: Drawn
    last: Drawn
    frames: int = 1
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawer:
    """The label of one file, ``text`` None for none, and what comes after it. ``orientation``: how its rasters are turned."""

    text: str | None
    position: Position
    share: float
    font: Path
    plate: bool
    orientation: int
    then: Then | None

    def once(self, image: Image.Image) -> Drawn:
        """A copy of ``image`` with the label, its ink chosen for it."""
        return self._drawn(image.copy(), plate=self.plate)

    def frames(self, image: Image.Image, mode: str) -> Iterator[Drawn]:
        """Every frame of an animation as it is shown, in ``mode``, with the label on a plate: what comes later is not known yet."""
        ink = None
        for frame in ImageSequence.Iterator(image):
            shown = frame.convert(mode)
            shown.info.pop("transparency", None)
            if self.text is None:
                yield self._finished(_unlabelled(shown))
                continue
            placement = place_label(
                self.text, shown.size, orientation=self.orientation, position=self.position, share=self.share, font=self.font
            )
            ink = ink or region_ink(shown, placement.box, plate=True, opaque=mode == "RGBA")
            yield self._finished(paint(shown, placement, ink=ink))

    def _drawn(self, image: Image.Image, *, plate: bool) -> Drawn:
        if self.text is None:
            return self._finished(_unlabelled(image))
        placement = place_label(
            self.text, image.size, orientation=self.orientation, position=self.position, share=self.share, font=self.font
        )
        return self._finished(paint(image, placement, plate=plate))

    def _finished(self, drawn: Drawn) -> Drawn:
        """``drawn`` after ``then``, which gets half-tones in any case."""
        if self.then is None:
            return drawn
        image, notes = drawn.image, drawn.notes
        if image.mode in ("1", "P", "PA"):
            image = image.convert("L" if image.mode == "1" else "RGBA" if "transparency" in image.info or image.mode == "PA" else "RGB")
            notes = (*notes, f"the picture of mode {drawn.image.mode} now has half-tones, as {image.mode}")
        result = self.then(image)
        if (result.mode, result.size) != (image.mode, image.size):
            raise ProofFailed(
                f"what follows the label made {result.mode} of {result.size} out of {image.mode} of {image.size}", code="BL-LABEL-056"
            )
        result.info = image.info
        return replace(drawn, image=result, notes=notes)


def _unlabelled(image: Image.Image) -> Drawn:
    return Drawn(image, "", Image.new("L", (0, 0)), _NOTHING, _NOTHING, 0, 0.0, 0.0, False)
