"""Pages: a template, the reader's language and theme, and nothing that the template did not escape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from brightline import __version__
from brightline.config import Settings
from brightline.rulebook.contexts import context_name
from brightline.server.face.assets import asset_url
from brightline.server.face.catalogue import catalogue, locale_of
from brightline.server.face.headers import security_headers
from brightline.server.face.language import LANGUAGES, THEMES, Preferences, preferences

__all__ = ["Face"]

_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_TEMPLATES = Path(__file__).parent / "templates"


class Face:
    """Renders the pages of one room: the shared templates, and those in ``folder``."""

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        self.base_url = settings.base_url
        self.https = settings.base_url.startswith("https://")
        self._default = settings.language
        folders = [_TEMPLATES] if folder is None else [folder, _TEMPLATES]
        self._environments = {lang: _environment(lang, folders) for lang in LANGUAGES}

    def preferences(self, request: Request) -> Preferences:
        """The language and theme of the reader of this request."""
        return preferences(request, self._default)

    def text(self, request: Request, message: str) -> str:
        """``message`` (an English msgid) in the reader's language."""
        return catalogue(self.preferences(request).lang).gettext(message)

    def render(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        home: str = "",
        **values: Any,
    ) -> HTMLResponse:
        """A page or a fragment as a response that remembers what the reader chose.

        ``home`` is the address that language and theme links lead to, where this one cannot be opened by a link.
        """
        chosen = self.preferences(request)
        body = (
            self._environments[chosen.lang]
            .get_template(template)
            .render(
                chosen=chosen,
                languages=LANGUAGES,
                themes=THEMES,
                link_with=_link_maker(request, home),
                base_url=self.base_url,
                version=__version__,
                **values,
            )
        )
        sound = body.encode("utf-8", "replace")  # files of others may hold halves of surrogate pairs, which UTF-8 cannot
        response = HTMLResponse(sound, status_code=status, headers=dict(headers or {}))
        for name, value in security_headers(page=True, https=self.https).items():
            response.headers[name] = value
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Content-Language"] = chosen.html_lang
        response.headers["Vary"] = "Accept-Language, Cookie, HX-Request"
        chosen.remember(response, secure=self.https)
        return response


def _environment(lang: str, folders: list[Path]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.policies["ext.i18n.trimmed"] = True
    messages = catalogue(lang)

    def gettext(message: str) -> str:
        # Jinja takes what this returns for markup and for a format. Only what stands in the catalogue is ours to be taken so.
        told = messages.gettext(message)
        return told if told is not message else escape(message).replace("%", "%%")

    # Installed by the i18n extension at run time, so mypy does not know it.
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, messages.ngettext, newstyle=True, pgettext=messages.pgettext, npgettext=messages.npgettext
    )
    environment.globals["asset_url"] = asset_url
    environment.filters["number"] = lambda value: format_decimal(value, locale=locale_of(lang))
    environment.filters["tongue"] = _tongue
    environment.filters["context_name"] = lambda name: context_name(name, "en" if lang == "en" else "zh")
    return environment


def _tongue(text: str) -> str:
    """The ``lang`` attribute for quoted text, where it can be told: Chinese if it has Han characters (WCAG 2.2, 3.1.2)."""
    return "zh-CN" if _HAN.search(text) else "und"


def _link_maker(request: Request, home: str) -> Any:
    def link_with(**changes: str) -> str:
        kept = {} if home else {name: value for name, value in request.query_params.items() if name not in ("lang", "theme")}
        return f"{home or request.url.path}?{urlencode(kept | changes)}"

    return link_with
