"""The size of letters and the breaks of lines."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import ImageFont

from brightline.labels.explicit.fonts import LABEL_FONT
from brightline.labels.explicit.image_layout import LEAST_GLYPH_PX, laid_out


@pytest.mark.parametrize("shorter", [180, 333, 720, 1080, 2160, 5000])
@pytest.mark.parametrize("share", [0.05, 0.06, 0.08])
def test_every_full_height_glyph_is_as_high_as_asked(shorter: int, share: float) -> None:
    block = laid_out("AI人工智能生成", (shorter * 2, shorter), share=share)
    face = ImageFont.truetype(str(LABEL_FONT), block.em_px, layout_engine=ImageFont.Layout.BASIC)
    for character in "AI人工智能生成":
        box = face.getmask(character, mode="1").getbbox()
        assert box[3] - box[1] >= math.ceil(share * shorter - 1e-9)


def test_letters_are_never_smaller_than_can_be_read() -> None:
    assert laid_out("AI生成", (100, 60)).glyph_px == LEAST_GLYPH_PX


def test_flat_characters_and_small_letters_do_not_blow_the_label_up() -> None:
    assert laid_out("第一AI生成", (900, 900)).em_px == laid_out("AI生成", (900, 900)).em_px
    assert laid_out("AI-generated", (900, 900)).em_px <= 80


def test_a_wording_too_wide_for_one_line_gets_more() -> None:
    wide = laid_out("Suspected AI-generated 疑似AI生成", (2000, 1000))
    narrow = laid_out("Suspected AI-generated 疑似AI生成", (1000, 2000))
    assert len(wide.lines) == 1
    assert len(narrow.lines) > 1
    assert "".join(narrow.lines).replace(" ", "") == "SuspectedAI-generated疑似AI生成"


def test_words_stay_whole_and_closing_signs_do_not_begin_a_line() -> None:
    for width in range(180, 900, 20):
        lines = laid_out("AI-generated，本内容由人工智能合成。（AI生成）", (width, 900)).lines
        assert not any(line[0] in "，。）" for line in lines)
        assert any("AI-generated" in line for line in lines)


def test_lines_break_between_words_before_they_break_words() -> None:
    assert laid_out("Suspected AI-generated 疑似AI生成", (240, 640)).lines == ("Suspected", "AI-generated", "疑似AI生成")


def test_the_elements_of_a_label_stay_whole_wherever_lines_break() -> None:
    for width in range(90, 400, 7):
        lines = laid_out("本内容由人工智能生成合成", (width, 300)).lines
        assert all(sum(element in line for line in lines) == 1 for element in ("人工智能", "生成", "合成"))


def test_a_wanted_line_break_is_kept() -> None:
    assert laid_out("AI生成\nAI-generated", (2000, 1000)).lines == ("AI生成", "AI-generated")


def test_a_text_that_does_not_fit_at_the_wanted_size_shrinks_but_not_below_five_percent() -> None:
    block = laid_out("AI-generated", (400, 400), share=0.15)
    assert 0.05 <= block.glyph_px / 400 < 0.15


def test_the_ink_box_holds_all_ink_and_nothing_is_cut() -> None:
    block = laid_out("AI生成gjpqy（）", (1500, 900))
    ink = np.array(block.mask) > 0
    rows, columns = np.where(ink.any(axis=1))[0], np.where(ink.any(axis=0))[0]
    assert block.ink_box == (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    assert rows[0] > 0
    assert rows[-1] < block.mask.height - 1
