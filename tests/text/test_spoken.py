"""Sentences written by their sound are read as what they say; ordinary ones are left as they are."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brightline.model import Outcome, Side
from brightline.text import TextEngine
from brightline.text.pairs import familiar_pairs
from brightline.text.spoken import spoken_edits
from brightline.text.views import Edit, View


def spoken(text: str, *words: str) -> str:
    return View.of(text).edited(spoken_edits(text, familiar_pairs(words) if words else None)).text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("请问进田天器狠号，谢谢", "请问今天天气很好，谢谢"),
        ("進田天器狠號", "今天天气很好"),
        ("请把哲涨找片涣恋", "请把这张照片换脸"),
        ("jin tian tian qi hen hao", "今天天气很好"),
        ("jintiantianqihenhao", "今天天气很好"),
        ("帮wo写yi封xin", "帮我写一封信"),
        ("请·问·进·田·田·器·狠·号", "请·问·今天天气很好"),
        ("幫我寫一封信", "幫我寫一封信"),
    ],
)
def test_a_sentence_is_read_as_it_sounds(written: str, said: str) -> None:
    assert spoken(written) == said


def test_familiar_words_are_preferred() -> None:
    assert spoken("推见一歌六和踩裙") == "推荐一个刘和彩群"
    assert spoken("推见一歌六和踩裙", "六合彩") == "推荐一个六合彩群"


@pytest.mark.parametrize(
    "text",
    [
        "", "你好", "今天带孩子去医院看病，医生说没有什么大问题", "川芎、当归、白芍各十克", "请问 how are you 怎么说", "I can go home now", "春江潮水连海平，海上明月共潮生",
        "\ud800\x00", "㎏㎏㎏", "123 456", "他狞笑着走开了", "San Francisco, Los Angeles", "饕餮", "taobao",
    ],
)  # fmt: skip
def test_what_is_written_as_people_write_is_left_as_it_is(text: str) -> None:
    assert spoken_edits(text) == []


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters() | st.sampled_from("梆沃谐衣俸心woxinyi ，。\u200b\ud800㎏") | st.characters(categories=["Cs"]), max_size=60))
@example("UBA1UF")  # read backwards, a whole sentence is one edit
def test_edits_are_in_order_and_never_longer_than_what_they_replace(text: str) -> None:
    edits = spoken_edits(text)
    assert all(left.end <= right.start for left, right in pairwise(edits))
    for edit in edits:
        assert 0 <= edit.start < edit.end <= len(text)
        assert 1 <= len(edit.reads) <= edit.end - edit.start
        assert edit.lane == "sound"


def test_only_what_was_exchanged_is_edited() -> None:
    text = "请问进田天器狠号"
    assert Edit(2, 3, "今", "sound") in spoken_edits(text)
    assert all(edit.start >= 2 for edit in spoken_edits(text))


@pytest.mark.parametrize(
    "text",
    ["绑涡变夷奋茵惺硫谁" * 3000, "绑涡变夷奋，" * 3000, "woyaomai" * 2000, "wo " * 5000, "\u0301" * 100_000, "薇 " * 10_000],
    ids=range(6),
)
def test_hostile_texts_are_read_like_any_other(text: str) -> None:
    assert len(spoken_edits(text)) <= len(text)


def test_a_pattern_met_in_a_spoken_sentence_goes_to_a_person_with_the_raw_evidence(engine: TextEngine) -> None:
    text = "请问进田天器狠号，食实菜骑架窝的围新"
    found = [finding for finding in engine.scan(text, Side.POST) if finding.goal == "sample.gambling"]
    assert [(finding.lane, finding.effect, finding.manifest) for finding in found] == [("sound", Outcome.REVIEW, False)]
    assert found[0].evidence == ("食实菜", "架窝的围新")


@pytest.mark.parametrize(
    ("written", "said"),
    [("oahneh iqnait naitnij", "今天天气很好"), ("𝐣𝐢𝐧𝐭𝐢𝐚𝐧 𝐭𝐢𝐚𝐧𝐪𝐢 𝐡𝐞𝐧𝐡𝐚𝐨", "今天天气很好")],
)
def test_a_sentence_by_sound_is_read_through_another_disguise(written: str, said: str) -> None:
    assert spoken(written).replace(" ", "") == said
