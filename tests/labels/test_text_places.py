"""Where in the middle of a text its label may stand, and where not; the same for every cutting of a stream."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.labels.text_places import BEYOND_CHARS, WITHIN_CHARS, MiddlePlace, middle_breaks

PROSE = "长城位于中国北方，始建于春秋战国时期，历代都有修缮。" * 9  # a paragraph that reaches beyond the beginning
NEXT = "今天所见的城墙大多建于明代。"

pieces = st.lists(
    st.sampled_from(
        [
            PROSE, NEXT, "\n\n", "\n\n", "\n\n", "\n", "\r\n\r\n", "```\n", "~~~\n", "> ", "- ", "1. ", "| a | b |\n", "# 标题\n",
            "如下：", "$$", "<details>\n", "</details>\n", "   ", "　　", "（", "**", "<!--", "-->", "一、", "a",
        ]
    ),
    max_size=14,
)  # fmt: skip


def place_of(text: str) -> int | None:
    return MiddlePlace().feed(text)


def streamed_place_of(text: str, cuts: list[int]) -> int | None:
    search, passed = MiddlePlace(), 0
    for start, end in pairwise(sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})):
        place = search.feed(text[start:end])
        if place is not None:
            assert search.before == text[: passed + place]
            return passed + place
        passed += end - start
    return None


@pytest.mark.parametrize("gap", ["\n\n", "\n\n\n", "\n \n", "\r\n\r\n"])
def test_it_is_the_first_break_between_paragraphs_beyond_the_beginning(gap: str) -> None:
    early = f"{NEXT}{gap}{NEXT}{gap}"
    text = f"{early}{PROSE}{gap}{NEXT}{gap}{NEXT}"
    assert place_of(text) == len(early + PROSE + gap)


@pytest.mark.parametrize(
    "text",
    [
        NEXT,
        f"{NEXT}\n\n{NEXT}",
        PROSE + PROSE,
        f"{PROSE}\n{NEXT}",
        f"{PROSE}\n\n",
        f"{PROSE}\n\n \n\n",
        "",
    ],
)
def test_a_short_text_and_one_without_breaks_have_no_middle(text: str) -> None:
    assert place_of(text) is None


BLOCKS = {
    "code": "```python\nprint(1)\n\n# 注释\n\nprint(2)\n```",
    "code in tildes": "~~~~\na\n\n~~~\n\nb\n~~~~",
    "code in a list": "- 用法\n\n  ```sh\n  a\n\n  b\n  ```",
    "indented code": "    a = 1\n\n    b = 2",
    "list": "- 甲\n\n- 乙\n\n- 丙",
    "list of paragraphs": "1. 甲\n\n   甲的说明。\n\n2. 乙\n\n   乙的说明。",
    "numbers in brackets": "（1）甲。\n\n（2）乙。\n\n（3）丙。",
    "circled numbers": "① 甲。\n\n② 乙。",
    "table": "| 甲 | 乙 |\n|---|---|\n| 1 | 2 |",
    "quotation": "> 一段话。\n\n> 又一段话。",
    "formula": "$$\nx = 1\n\ny = 2\n$$",
    "formula in brackets": "\\[\nx = 1\n\ny = 2\n\\]",
    "element that folds away": "<details>\n<summary>更多</summary>\n\n说明。\n\n又说明。\n</details>",
    "thoughts": "<think>\n先想。\n\n再想。\n</think>",
    "comment": "<!--\n甲\n\n乙\n-->",
    "heading": "## 一个标题",
    "bold heading": "**一个标题**",
    "rule": "---",
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_it_is_never_within_or_directly_around_a_block_that_is_no_prose(block: str) -> None:
    text = f"{PROSE}\n\n{block}\n\n{NEXT}\n\n{NEXT}"
    place = place_of(text)
    if block.startswith("#"):
        assert place == len(f"{PROSE}\n\n")  # a heading begins something new: before it is a good place
    else:
        assert place == len(f"{PROSE}\n\n{block}\n\n{NEXT}\n\n")


@pytest.mark.parametrize("opened", ["```\n甲", "<details>\n甲", "$$\nx", "<!-- 甲"])
def test_what_is_never_closed_leaves_no_place(opened: str) -> None:
    assert place_of(f"{opened}\n\n{PROSE}\n\n{NEXT}\n\n{NEXT}") is None


@pytest.mark.parametrize("lead_in", ["具体写法如下：", "For example:", "**步骤：**", "他说——"])
def test_a_lead_in_is_not_parted_from_what_it_leads_to(lead_in: str) -> None:
    text = f"{PROSE}{lead_in}\n\n{NEXT}\n\n{NEXT}"
    assert place_of(text) == len(f"{PROSE}{lead_in}\n\n{NEXT}\n\n")


def test_paragraphs_that_are_indented_the_chinese_way_are_paragraphs() -> None:
    assert place_of(f"　　{PROSE}\n\n　　{NEXT}") == len(f"　　{PROSE}\n\n")


def test_a_place_far_down_is_none() -> None:
    code = "```\n" + "x = 1\n" * WITHIN_CHARS + "```"
    assert place_of(f"{code}\n\n{NEXT}\n\n{NEXT}") is None
    assert streamed_place_of(f"{code}\n\n{NEXT}\n\n{NEXT}", list(range(0, 9000, 7))) is None


@given(parts=pieces, data=st.data())
def test_every_cutting_of_a_stream_has_the_place_of_the_whole(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=20))
    place = place_of(text)
    assert streamed_place_of(text, cuts) == place
    assert streamed_place_of(text, list(range(len(text)))) == place


@given(parts=pieces)
def test_a_place_has_a_paragraph_on_either_side_and_is_where_labels_are_looked_for(parts: list[str]) -> None:
    text = "".join(parts)
    place = place_of(text)
    breaks = list(middle_breaks(text))
    assert all(BEYOND_CHARS <= each < WITHIN_CHARS for each in breaks)
    if place is None:
        return
    assert breaks[-1] == place
    before, after = text[:place], text[place:]
    assert before.strip()
    assert before.endswith("\n")
    fences = [line for line in before.splitlines() if line.strip() == "```"]  # behind words on a line it opens nothing
    assert not len(fences) % 2 or any(other in before for other in ("~~~", "<details>", "<!--"))
    assert after.strip() or after.startswith("　")


@given(text=st.text(max_size=400))
def test_no_text_is_too_strange(text: str) -> None:
    place = place_of("一" * BEYOND_CHARS + text)
    assert place is None or BEYOND_CHARS <= place < len(text) + BEYOND_CHARS
