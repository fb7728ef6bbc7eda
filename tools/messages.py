"""Bring the message catalogues up to date with the texts in templates and Python: ``python tools/messages.py [room …]``.

Room ``face`` holds the public pages, the API and the errors; every folder of the console is a room of its own, ``frame``
also has the console's kernel. New messages come in untranslated (zh_CN) or as they are (en); stale ones go. Exits 1 while
a translation is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

SERVER = Path(__file__).parent.parent / "src" / "brightline" / "server"
CONSOLE = SERVER / "console"
LOCALES = ("zh_CN", "en")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
JINJA = {"trimmed": "true", "silent": "false"}


def rooms() -> list[str]:
    """All rooms that have messages."""
    return ["face", *sorted(path.parent.name for path in CONSOLE.glob("*/__init__.py"))]


def sources(room: str) -> Iterator[Path]:
    """The files whose texts belong to a room."""
    if room == "face":
        yield from (path for path in [*SERVER.rglob("*.py"), *SERVER.rglob("*.html")] if CONSOLE not in path.parents)
        return
    yield from (CONSOLE / room).rglob("*.py")
    yield from (CONSOLE / "templates" / room).rglob("*.html")
    if room == "frame":
        yield from CONSOLE.glob("*.py")
        yield from (CONSOLE / "templates").glob("*.html")


def extracted(room: str) -> Catalog:
    """All messages of a room."""
    found = Catalog()
    for path in sorted(sources(room)):
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        options = {} if path.suffix == ".py" else JINJA
        for _, message, _, context in extract_from_file(method, path, keywords=KEYWORDS, options=options):
            found.add(message, context=context)
    return found


def catalogue_path(room: str, locale: str) -> Path:
    """Where a room's translations are."""
    home = SERVER / "face" if room == "face" else CONSOLE / room
    return home / "locale" / locale / "LC_MESSAGES" / "messages.po"


def refresh(room: str, locale: str) -> list[str]:
    """Rewrite one catalogue; returns the messages that wait for a translation."""
    path = catalogue_path(room, locale)
    known = Catalog(locale=locale)
    if path.is_file():
        with path.open("rb") as source:
            known = read_po(source, locale=locale)
    wanted = extracted(room)
    fresh = Catalog(
        locale=locale, project="Brightline", fuzzy=False, header_comment=f"# Brightline: messages of {room}; see tools/messages.py."
    )
    waiting = []
    for message in wanted:
        if not message.id:
            continue
        old = known.get(message.id, message.context)
        string = old.string if old is not None else ""
        if locale == "en" and not any(string):
            string = message.id
        fresh.add(message.id, string, context=message.context)
        if not string or (isinstance(string, tuple) and not all(string)):
            waiting.append(str(message.id))
    if not len(wanted):
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as target:
        write_po(target, fresh, sort_output=True, no_location=True, width=0)
    text = path.read_text("utf-8")
    kept = [
        line
        for line in text.splitlines(keepends=True)
        if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date', '"Last-Translator', '"Report-Msgid'))
    ]
    path.write_text("".join(kept), "utf-8")
    return waiting


def main(names: list[str]) -> int:
    """Refresh the rooms named, or all."""
    missing = 0
    for room in names or rooms():
        for locale in LOCALES:
            waiting = refresh(room, locale)
            missing += len(waiting)
            for message in waiting:
                print(f"{room} {locale}: {message!r}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
