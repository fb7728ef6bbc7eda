"""Character references of HTML and XML (``&quot;``, ``&#34;``, ``&#x22;``) in texts of files that anybody may have made.

As ``html.unescape`` (HTML, 13.5 and 13.2.5.80), which raises ``ValueError`` over a decimal reference of more than 4,300 digits
(``sys.get_int_max_str_digits``). One that long is no character, as any above U+10FFFF, and reads as U+FFFD like those.
"""

from __future__ import annotations

import html
import re

__all__ = ["dereferenced"]

_TOO_LONG = re.compile(r"&#[0-9]{1000,};?")  # own choice: U+10FFFF has seven digits, and nobody writes a thousand zeros before them


def dereferenced(text: str) -> str:
    """``text`` with the characters that its references stand for. Never raises."""
    return html.unescape(_TOO_LONG.sub("\ufffd", text))
