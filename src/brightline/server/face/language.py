"""The reader's language and theme: asked for in the address, else remembered, else what the browser says, else the setting.

``?lang=zh|en`` and ``?theme=light|dark|system`` are links that work without JavaScript; the answer remembers the choice in
a cookie that holds nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from starlette.requests import Request
from starlette.responses import Response

__all__ = ["LANGUAGES", "THEMES", "Language", "Preferences", "Theme", "preferences"]

Language = Literal["zh", "en"]
Theme = Literal["system", "light", "dark"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
THEMES: tuple[Theme, ...] = ("system", "light", "dark")

_COOKIES = {"lang": "brightline_lang", "theme": "brightline_theme"}
_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Preferences:
    """What this reader wants: language, theme, and which of the two this very request asked to change."""

    lang: Language
    theme: Theme
    asked: tuple[tuple[str, str], ...] = ()

    @property
    def html_lang(self) -> str:
        """BCP 47 tag for ``<html lang>``."""
        return "zh-CN" if self.lang == "zh" else "en"

    def remember(self, response: Response, *, secure: bool) -> None:
        """Set the cookies for what this request asked to change."""
        for name, value in self.asked:
            response.set_cookie(_COOKIES[name], value, max_age=_YEAR_S, path="/", secure=secure, httponly=True, samesite="lax")


def preferences(request: Request, default: Language = "zh") -> Preferences:
    """Read the reader's preferences from a request. Unknown values are as good as none."""
    asked = tuple(
        (name, value) for name, known in (("lang", LANGUAGES), ("theme", THEMES)) if (value := request.query_params.get(name, "")) in known
    )
    chosen = dict(asked)
    lang = chosen.get("lang") or _remembered(request, "lang", LANGUAGES) or _accepted(request.headers.get("accept-language", "")) or default
    theme = chosen.get("theme") or _remembered(request, "theme", THEMES) or "system"
    return Preferences(cast(Language, lang), cast(Theme, theme), asked)


def _remembered(request: Request, name: str, known: tuple[str, ...]) -> str:
    value = request.cookies.get(_COOKIES[name], "")
    return value if value in known else ""


def _accepted(header: str) -> str:
    """Best of our languages in an ``Accept-Language`` header (RFC 9110, 12.5.4), or nothing."""
    best, best_quality = "", 0.0
    for entry in header.split(","):
        tag, _, parameters = entry.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(parameters)
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
