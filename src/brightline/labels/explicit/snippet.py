"""A piece of HTML and CSS that shows people all the time that they talk with an AI (GB 45438-2025, 5.6; Order 21, Art. 18).

For chat pages: the hint stands above or below the conversation and stays in sight while it scrolls; beside a single content it
stands where the content stands. No script, no foreign request, no class that a page's own style could hit by accident. A label
in pale small print is a known evasion, so colours are checked and refused below 4.5 : 1 (WCAG 2.2, 1.4.3), sizes below 12 px.

The style is put out apart as well, for pages whose content security policy forbids inline styles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Literal

from brightline.labels.errors import LabelError
from brightline.labels.explicit.image_contrast import LEAST_CONTRAST, contrast_ratio
from brightline.labels.explicit.wording import Lang, interface_hint, require_wording

__all__ = ["LEAST_FONT_PX", "Snippet", "SnippetPlace", "chat_label", "require_contrast"]

SnippetPlace = Literal["top", "bottom", "inline"]
"""``top`` and ``bottom`` of the page or of the scrolling box around it; ``inline``: in the flow, before or after a content."""

LEAST_FONT_PX = 12
"""The smallest size at which Chinese characters stay apart on a screen; the same figure as in ``image_layout``."""

_LARGEST_FONT_PX = 48  # own choice: larger the hint would push the conversation away


@dataclass(frozen=True, slots=True)
class Snippet:
    """``html``: the element alone; ``css``: its style; ``page``: both together, to paste. ``contrast``: as it is shown."""

    html: str
    css: str
    contrast: float
    text: str
    lang: Lang

    @property
    def page(self) -> str:
        """The element with its style in front."""
        return f"<style>\n{self.css}</style>\n{self.html}"


def chat_label(
    *,
    lang: Lang = "zh",
    text: str = "",
    place: SnippetPlace = "top",
    colour: str = "#1b2a3a",
    background: str = "#eaf1f8",
    font_px: int = 14,
) -> Snippet:
    """The component in ``lang``, with ``text`` in place of the usual words.

    Raises ``LabelError``: BL-LABEL-051 the words lack an element, -057 a colour that is none, too little contrast, a size or a place
    that is not allowed.
    """
    words = require_wording(text or interface_hint(lang))
    if place not in _PLACES:
        raise LabelError("BL-LABEL-057", f"{place!r} is no place for a label in an interface", "one of " + ", ".join(_PLACES))
    if not LEAST_FONT_PX <= font_px <= _LARGEST_FONT_PX:
        raise LabelError("BL-LABEL-057", f"letters of {font_px} px are not allowed", f"from {LEAST_FONT_PX} to {_LARGEST_FONT_PX} px")
    contrast = require_contrast(colour, background)
    css = _STYLE.format(place=_PLACES[place], colour=_hex(colour), background=_hex(background), font_px=font_px)
    html = f'<p class="brightline-ai-label" lang="{_LANGS[lang]}" role="note" data-position="{place}">{escape(words)}</p>\n'
    return Snippet(html, css, contrast, words, lang)


def require_contrast(colour: str, background: str) -> float:
    """The contrast ratio of two colours given as ``#rgb`` or ``#rrggbb``.

    Raises ``LabelError`` BL-LABEL-057 below 4.5 : 1, or for a colour that is not of this form: names and half-transparent colours
    depend on what they are shown on.
    """
    ratio = contrast_ratio(_parts(colour), _parts(background))
    if ratio < LEAST_CONTRAST:
        raise LabelError(
            "BL-LABEL-057",
            f"a label in {colour} on {background} has a contrast of {ratio:.2f} : 1",
            f"at least {LEAST_CONTRAST} : 1 (WCAG 2.2, 1.4.3), for example #1b2a3a on #eaf1f8",
        )
    return ratio


def _parts(colour: str) -> tuple[int, int, int]:
    digits = _hex(colour)[1:]
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _hex(colour: str) -> str:
    """``#rrggbb`` in lower case."""
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", colour):
        raise LabelError("BL-LABEL-057", f"{colour!r} is no colour whose contrast is known", "give it as #rrggbb")
    digits = colour[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))


_LANGS = {"zh": "zh-CN", "en": "en"}
_PLACES = {
    "top": "position: sticky !important; top: 0 !important; z-index: 2147483000 !important;",
    "bottom": "position: sticky !important; bottom: 0 !important; z-index: 2147483000 !important;",
    "inline": "position: static !important;",
}
# What a page's own style says of all paragraphs is undone first, even where it says so with !important; then ours is said.
_STYLE = """\
.brightline-ai-label {{
  all: revert !important;
}}
.brightline-ai-label.brightline-ai-label {{
  display: block !important;
  visibility: visible !important;
  opacity: 1 !important;
  box-sizing: border-box !important;
  margin: 0 !important;
  padding: 0.5em 1em !important;
  {place}
  color: {colour} !important;
  background: {background} !important;
  border: 0 solid {colour} !important;
  border-inline-start-width: 4px !important;
  font: {font_px}px/1.5 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif !important;
  text-align: start !important;
  text-indent: 0 !important;
  overflow-wrap: anywhere !important;
}}
@media (forced-colors: active) {{
  .brightline-ai-label.brightline-ai-label {{ color: CanvasText !important; background: Canvas !important; }}
}}
@media print {{
  .brightline-ai-label.brightline-ai-label {{ position: static !important; }}
}}
"""
