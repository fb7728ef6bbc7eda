"""Wordings: both elements of the standard in every one, three attributes told apart, and an operator's own words judged."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.labels import has_text_label
from brightline.labels.errors import LabelError
from brightline.labels.explicit.fonts import missing_characters
from brightline.labels.explicit.wording import LONGEST_WORDING, interface_hint, lacking, notice, require_wording, spoken, wording
from brightline.labels.label import Attribute

LANGS = ("zh", "en")
KINDS = ("text", "image", "audio", "video", "scene")
EVERY_WORDING = [
    *(make(attribute, lang) for make, attribute, lang in product((wording, spoken), Attribute, LANGS)),
    *(notice(attribute, kind, lang) for attribute, kind, lang in product(Attribute, KINDS, LANGS)),
    *map(interface_hint, LANGS),
]


@pytest.mark.parametrize("text", EVERY_WORDING)
def test_every_shipped_wording_names_both_elements_in_the_words_of_the_standard(text: str) -> None:
    assert re.search("人工智能|AI", text)
    assert re.search("生成|合成", text)
    assert require_wording(text) == text
    assert missing_characters(text) == ""


@pytest.mark.parametrize("lang", LANGS)
def test_the_three_attributes_read_differently(lang: str) -> None:
    for make in (wording, spoken):
        assert len({make(attribute, lang) for attribute in Attribute}) == 3  # type: ignore[arg-type]  # the literal's two values
    assert len({notice(attribute, "image", lang) for attribute in Attribute}) == 3  # type: ignore[arg-type]


def test_the_notice_uses_the_words_of_article_6() -> None:
    assert notice(Attribute.IS, "image") == "该图片属于人工智能生成合成内容"
    assert "可能为" in notice(Attribute.POSSIBLY, "video")
    assert "疑似" in notice(Attribute.SUSPECTED, "audio")


def test_the_shortest_wording_is_a_label_to_the_reader_of_texts_too() -> None:
    assert has_text_label(wording())
    assert has_text_label("answer\n\n" + wording(), wording())


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("AI生成", ()),
        ("由人工智能合成", ()),
        ("AI-generated", ()),
        ("synthesised by artificial intelligence", ()),
        ("AI", ("generation",)),
        ("生成内容", ("ai",)),
        ("原创作品", ("ai", "generation")),
        ("MAIL generated", ("ai",)),
        ("OpenAIx degenerate", ("ai", "generation")),
    ],
)
def test_the_element_that_a_wording_lacks_is_named(text: str, missing: tuple[str, ...]) -> None:
    assert lacking(text) == missing


@pytest.mark.parametrize("text", ["", "原创", "AI" + "生成" * LONGEST_WORDING, "AI\u200b生成", "AI生成\u202e"])
def test_words_that_cannot_be_a_label_are_refused(text: str) -> None:
    with pytest.raises(LabelError) as refused:
        require_wording(text)
    assert refused.value.code == "BL-LABEL-051"
    assert "AI生成" in refused.value.hint


def test_a_label_may_have_two_lines() -> None:
    assert require_wording(" AI生成\nAI-generated ") == "AI生成\nAI-generated"


@given(text=st.text(max_size=200))
def test_any_text_is_either_a_wording_or_refused(text: str) -> None:
    try:
        assert not lacking(require_wording(text))
    except LabelError as refused:
        assert refused.code == "BL-LABEL-051"
