"""The shipped letters: all of GB 2312, a licence beside them, no reserved name, and a word about what they cannot write."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from PIL import ImageFont

from brightline.labels.errors import LabelError
from brightline.labels.explicit.build_font import characters
from brightline.labels.explicit.fonts import FAMILY, LABEL_FONT, LICENCE_FILE, missing_characters, require_characters


def test_every_chinese_character_of_gb_2312_has_a_glyph() -> None:
    hanzi = [
        bytes((lead, trail)).decode("gb2312")
        for lead in range(0xB0, 0xF8)
        for trail in range(0xA1, 0xFF)
        if not (lead == 0xD7 and trail > 0xF9)
    ]
    assert len(hanzi) == 6763
    assert missing_characters("".join(hanzi)) == ""


def test_every_character_of_the_list_draws_something() -> None:
    font = ImageFont.truetype(str(LABEL_FONT), 20)
    blank = {code for code in characters() if font.getmask(chr(code)).getbbox() is None}
    assert blank == {0x20, 0xA0, 0xAD, 0x3000}


def test_the_map_of_characters_is_the_one_that_fonttools_reads() -> None:
    known = set(TTFont(LABEL_FONT).getBestCmap())
    assert known == set(characters())
    assert missing_characters("".join(map(chr, range(0x20, 0xFFFF)))) == "".join(chr(c) for c in range(0x20, 0xFFFF) if c not in known)


def test_a_character_without_a_glyph_is_named() -> None:
    with pytest.raises(LabelError, match="'喆𠀀'") as refused:
        require_characters("喆由AI生成𠀀喆")
    assert refused.value.code == "BL-LABEL-052"
    require_characters("本内容由人工智能（AI）生成合成\nAI-generated")


def test_the_subset_bears_neither_the_reserved_name_nor_the_trademark() -> None:
    names = {record.nameID: str(record) for record in TTFont(LABEL_FONT)["name"].names}
    assert names[1] == FAMILY
    assert not any(word in names[number] for word in ("Noto", "Source") for number in (1, 3, 4, 6))
    assert "Reserved Font Name 'Source'" in names[0]
    assert "SIL Open Font License" in names[13]
    assert "SIL OPEN FONT LICENSE Version 1.1" in LICENCE_FILE.read_text("utf-8")


def test_the_file_stays_small() -> None:
    assert LABEL_FONT.stat().st_size < 2_500_000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no font at all, only words",
        b"\0\1\0\0\0\1" + bytes(10),
        LABEL_FONT.read_bytes()[:300],
        b"ttcf\0\1\0\0\0\0\0\1" + struct.pack(">I", 1 << 31),
    ],
)
def test_a_broken_font_file_is_an_error_with_a_hint(tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(content)
    with pytest.raises(LabelError) as refused:
        missing_characters("字", broken)
    assert refused.value.code == "BL-LABEL-053"
    assert refused.value.hint


def test_an_absent_font_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="absent"):
        missing_characters("字", tmp_path / "absent.ttf")
