"""Message catalogues: gettext ``.po`` files, compiled when first needed, so that a clean clone has them.

Source strings are English. The public pages keep their messages in ``face/locale/``, each room of the console in a
``locale/`` of its own; together they are one catalogue, in which a message has one translation. After a change of texts
``python tools/messages.py`` (or with the name of a room) brings the files up to date; what is new waits there untranslated.
"""

from __future__ import annotations

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from brightline.errors import DataError

__all__ = ["LOCALES", "catalogue", "catalogue_file", "catalogue_files", "locale_of", "msgid"]

LOCALES = {"zh": "zh_CN", "en": "en"}


@cache
def locale_of(lang: str) -> Locale:
    """Babel's locale of ``zh`` or ``en``. Parsing its name anew for each number on a page would be most of that page's cost."""
    return Locale.parse(LOCALES[lang])


def msgid(message: str) -> str:
    """Mark a string for extraction, imported as ``_``; it is translated where it is shown."""
    return message


def catalogue_file(lang: str) -> Path:
    """Path of the ``.po`` file of ``zh`` or ``en``."""
    return Path(__file__).parent / "locale" / LOCALES[lang] / "LC_MESSAGES" / "messages.po"


def catalogue_files(lang: str) -> list[Path]:
    """Paths of all ``.po`` files of ``zh`` or ``en``: the public pages' first, then those of the console's rooms."""
    rooms = Path(__file__).parent.parent / "console"
    return [catalogue_file(lang), *sorted(rooms.glob(f"*/locale/{LOCALES[lang]}/LC_MESSAGES/messages.po"))]


@cache
def catalogue(lang: str) -> gettext.GNUTranslations:
    """The compiled messages of ``zh`` or ``en``. Raises ``DataError`` BL-DATA-900 when a file is not a catalogue."""
    first, *others = (_read(path, lang) for path in catalogue_files(lang))
    for other in others:
        for message in other:
            if message.id and message.string:
                first.add(message.id, message.string, context=message.context)
    compiled = BytesIO()
    write_mo(compiled, first)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _read(path: Path, lang: str) -> Catalog:
    try:
        with path.open("rb") as source:
            return read_po(source, locale=LOCALES[lang], abort_invalid=True)
    except (OSError, ValueError, PoFileError) as problem:
        raise DataError(
            "BL-DATA-900", f"not a message catalogue: {problem}", "restore the file from the repository", file=str(path)
        ) from None
