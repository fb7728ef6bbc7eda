"""A text: did this installation generate it? Compared with the fingerprints of its answers; the text is neither kept nor recorded."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.responses import Response

from brightline.errors import InputError, TooLarge
from brightline.server.console.desk import Desk, Visit
from brightline.server.face import msgid as _
from brightline.store import FingerprintMatch

__all__ = ["MOST_BYTES", "Texts"]

_HOME = "/console/labels/texts"
_MOST_CHARS = 50_000  # own choice: a chapter; longer texts go through the API
MOST_BYTES = 9 * _MOST_CHARS + 4096
"""The longest form: a Chinese character is nine bytes in it."""


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What came of a text. ``too_short``: it has too few letters to be anybody's; ``labelled``: it begins or ends with an explicit label."""

    matches: list[FingerprintMatch]
    letters: int
    too_short: bool
    labelled: bool


class Texts:
    """The page on which a text is looked up."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, visit: Visit) -> Response:
        """``GET /console/labels/texts``: the form."""
        return self._page(visit)

    async def find(self, visit: Visit) -> Response:
        """``POST /console/labels/texts``: the form with the answer beside it."""
        text = visit.form.get("text", "").replace("\r\n", "\n")
        if not text.strip():
            return self._page(visit, problem=InputError("BL-INPUT-792", _("Paste a text first.")))
        if len(text) > _MOST_CHARS:
            return self._page(
                visit, text[:_MOST_CHARS], problem=TooLarge("BL-INPUT-413", _("This is longer than 50,000 characters. Longer texts can be sent to the API."))
            )  # fmt: skip
        return self._page(visit, text, found=await asyncio.to_thread(self._look_up, text))

    def _look_up(self, text: str) -> LookedUp:
        from brightline.labels import has_text_label
        from brightline.labels.fingerprints import LEAST_LETTERS, normalised_letters

        letters = len(normalised_letters(text))
        matches = self._desk.service.labelling.whose_text(text)
        return LookedUp(matches, letters, letters < LEAST_LETTERS, has_text_label(text))

    def _page(self, visit: Visit, text: str = "", *, found: LookedUp | None = None, problem: InputError | None = None) -> Response:
        settings = self._desk.settings
        return self._desk.render(
            visit,
            "labels/texts.html",
            status=problem.http_status if problem else 200,
            home=_HOME if visit.request.method == "POST" else "",
            text=text,
            found=found,
            problem=problem,
            most_chars=_MOST_CHARS,
            kept_days=settings.label_fingerprint_days,
        )
