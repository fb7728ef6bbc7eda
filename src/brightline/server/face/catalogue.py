"""Message catalogues: gettext ``.po`` files in ``locale/``, compiled when first needed, so that a clean clone has them.

Source strings are English. Refresh both catalogues after a change of texts with Babel's own tools, from the repository root::

    pybabel extract -F src/brightline/server/face/babel.cfg --sort-by-file -o /tmp/messages.pot src/brightline/server
    pybabel update -i /tmp/messages.pot -d src/brightline/server/face/locale --no-fuzzy-matching --ignore-obsolete
"""

from __future__ import annotations

import gettext
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from brightline.errors import DataError

__all__ = ["LOCALES", "catalogue", "catalogue_file", "msgid"]

LOCALES = {"zh": "zh_CN", "en": "en"}


def msgid(message: str) -> str:
    """Mark a string for extraction, imported as ``_``; it is translated where it is shown."""
    return message


def catalogue_file(lang: str) -> Path:
    """Path of the ``.po`` file of ``zh`` or ``en``."""
    return Path(__file__).parent / "locale" / LOCALES[lang] / "LC_MESSAGES" / "messages.po"


@cache
def catalogue(lang: str) -> gettext.GNUTranslations:
    """The compiled messages of ``zh`` or ``en``. Raises ``DataError`` BL-DATA-900 when the file is not a catalogue."""
    path = catalogue_file(lang)
    try:
        with path.open("rb") as source:
            messages = read_po(source, locale=LOCALES[lang], abort_invalid=True)
    except (OSError, ValueError, PoFileError) as problem:
        raise DataError(
            "BL-DATA-900", f"not a message catalogue: {problem}", "restore the file from the repository", file=str(path)
        ) from None
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
