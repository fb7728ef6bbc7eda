"""The shipped tables are what the builder makes."""

from __future__ import annotations

import unicodedata

import pytest

from brightline.text.lanes import normalise
from brightline.text.tables import load_tables

BUILT_WITH_UNICODE = "14.0.0"  # data/README.md


@pytest.mark.skipif(unicodedata.unidata_version != BUILT_WITH_UNICODE, reason="this Python knows another Unicode version")
def test_the_table_is_what_the_builder_makes() -> None:
    opencc = pytest.importorskip("opencc", reason="OpenCC (the build dependency group) is not installed")
    from brightline.text.build_tables import base_of, class_of, own_table

    simplified, own = opencc.OpenCC("t2s"), own_table()
    classes = load_tables().classes
    for code in (*range(0x3000), *range(0x3000, 0x110000, 97), *own):
        once = base_of(chr(code), simplified, own)
        assert normalise(chr(code)).base == "".join(base_of(piece, simplified, own) for piece in once), hex(code)
        assert classes[code] == class_of(chr(code)), hex(code)


def test_only_what_a_person_cannot_see_is_dropped() -> None:
    for character in map(chr, range(0x110000)):
        if unicodedata.category(character)[0] in "LNPS" and not normalise(character).base:
            assert ord(character) in {0x115F, 0x1160, 0x3164, 0xFFA0, 0xFF9E, 0xFF9F}, hex(
                ord(character)
            )  # Hangul fillers, half-width kana marks
