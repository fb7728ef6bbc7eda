"""Words by their initials: as a whole run of letters, in Chinese or beside digits, and never where ordinary people mean something else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.errors import DataError
from brightline.model import Outcome, Side
from brightline.text import GoalBook, TextEngine
from brightline.text.initials import INITIALS_FILE, heard_forms, heard_in, initials_of, is_of_initials, reviewed_initials
from brightline.text.lanes import BREAK
from brightline.text.sounds import FIRST, sound_form, sounds_of

ZFB = next(form for form in next(heard_forms(["支付宝"])) if is_of_initials(form))
GOALS = """
- id: sample.accounts
  title: {zh: 买卖账号, en: Trade in accounts}
  types: [9]
  rules: [A-1, B-1]
  sides: [prompt, answer, post, listing]
  effect: stop
  slots:
    - {name: thing, words: [支付宝, 加微信, 实名微信号, 高息揽储]}
    - {name: trade, words: [出租, 收购]}
  examples: [支付宝出租]
  twins: [支付宝打不开]
  owner: tests
- id: sample.block_lanes
  title: {zh: 只看原文, en: As written only}
  types: [9]
  rules: [A-1, B-1]
  sides: [post]
  effect: stop
  lanes: [base, skip]
  slots: [{name: thing, words: [支付宝]}, {name: trade, words: [出租]}]
  examples: [支付宝出租]
  twins: [支付宝打不开]
  owner: tests
- id: sample.alone
  title: {zh: 一词即可, en: One word}
  types: [9]
  rules: [A-1, B-1]
  sides: [post]
  effect: stop
  slots: [{name: word, words: [地下钱庄, 代办营业执照]}]
  examples: [地下钱庄]
  twins: [钱庄]
  owner: tests
"""


@pytest.fixture(scope="module")
def initials(load: Callable[..., GoalBook]) -> TextEngine:
    return TextEngine(load(GOALS))


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("zfb出租，日结", ("zfb", "出租")), ("收购ZFB的来", ("ZFB", "收购")), ("z f b 出租", ("z f b", "出租")), ("z.f.b出租", ("z.f.b", "出租")),
        ("ｚｆｂ出租", ("ｚｆｂ", "出租")), ("出租，加wx", ("加wx", "出租")), ("出租，加 v x 123", ("加 v x", "出租")), ("实名wxh出租", ("实名wxh", "出租")),
        ("jia wx 出租", ("jia wx", "出租")), ("gxlc收购", ("gxlc", "收购")),
    ],
)  # fmt: skip
def test_letters_stand_for_the_word_and_a_person_looks(initials: TextEngine, text: str, evidence: tuple[str, str]) -> None:
    (found,) = initials.scan(text, Side.POST)
    assert (found.goal, found.lane, found.effect, found.manifest) == ("sample.accounts", "sound", Outcome.REVIEW, False)
    assert found.evidence == evidence


@pytest.mark.parametrize(
    "text",
    [
        "zfbx出租", "xzfb出租", "gxlcs收购", "z f b x 出租", "zf b出租", "zfb", "支付宝的缩写是zfb", "出租。zfb", "z。fb出租", "z    f    b出租",
        "gxlc rent", "加wxy 出租", "a zfb b 出租 abc"[:5],
    ],
)  # fmt: skip
def test_other_letters_are_no_initials(initials: TextEngine, text: str) -> None:
    assert initials.scan(text, Side.POST) == []


def test_six_letters_count_alone_and_four_do_not(initials: TextEngine) -> None:
    assert [found.evidence for found in initials.scan("快速dbyyzz，来问", Side.POST)] == [("dbyyzz",)]
    assert initials.scan("这里有dxqz，来问", Side.POST) == []


def test_letters_need_a_chinese_sentence_or_a_digit_beside_them() -> None:
    assert ZFB in heard_in("加 zfb 吧").text
    assert ZFB in heard_in("zfb 138").text
    assert ZFB in heard_in("138-zfb ok").text
    assert ZFB not in heard_in("the zfb is here").text
    assert ZFB not in heard_in("走吧。the zfb is here. 走吧").text


def test_letters_that_are_pinyin_stay_pinyin() -> None:
    assert heard_in("微xin看").text == sounds_of("微xin看").text == sound_form("微信看")


@pytest.mark.parametrize("word", ["代理", "红包", "微", "微信群里", "abcd", "啊我死了", "哈哈哈哈", "的额吃看"])
def test_what_ordinary_people_write_stands_for_no_entry(word: str) -> None:
    """dl is a tenth of a litre, awsl a sigh of fans, deck an English word; 红包 stands in no row; of 微信群里 the initials are wxql."""
    assert initials_of(word) == ("wxql" if word == "微信群里" else "")


def test_entries_have_their_initials_as_further_forms() -> None:
    plain, *others = next(heard_forms(["加微信"]))
    assert plain == sound_form("加微信")
    assert len(others) == 2
    assert not any(is_of_initials(form) for form in others)
    assert [sum(map(is_of_initials, forms)) for forms in heard_forms(["支付宝", "微", "高息揽储", "刷单app", "总代理"])] == [1, 0, 1, 0, 0]


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters() | st.sampled_from("微信 .*。\nzfbwx12\u200b") | st.characters(categories=["Cs"]), max_size=60))
def test_any_text_is_heard_where_its_sounds_stand(text: str) -> None:
    plain, heard = sounds_of(text), heard_in(text)
    assert list(plain.at) == list(heard.at)
    assert list(plain.until) == list(heard.until)
    assert all(sound == BREAK or ord(sound) >= FIRST for sound in heard.text)
    assert all(before in (BREAK, after) for before, after in zip(plain.text, heard.text, strict=True))


@pytest.mark.parametrize("text", ["微" + "wx " * 200_000, "微" + "w " * 300_000, "微" + "w" * 1_000_000, "微wx" * 150_000], ids=range(4))
def test_hostile_texts_are_heard_like_any_other(text: str) -> None:
    assert len(heard_in(text).text) <= len(text)


def test_the_table_is_sorted_and_every_row_says_why() -> None:
    rows = [line.split("letters: ")[1].split(",")[0] for line in INITIALS_FILE.read_text("utf-8").splitlines() if line.startswith("- ")]
    assert rows == sorted(rows)
    read = {letters for several in reviewed_initials().letters.values() for letters in several}
    assert read | reviewed_initials().ordinary == set(rows)


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("- {letters: wx, reads: [微信]}", 1), ("- {letters: wx, reads: [微信], why: x}\n- {letters: wx, reads: [维修], why: x}", 2), ("- {letters: wx, reads: [微信号], why: x}", 1),
        ("- {letters: WX, reads: [微信], why: x}", 1), ("- {letters: w, reads: [微], why: x}", 1), ("- {letters: wx, reads: [微信], why: ''}", 1), ("- {letters: zb, reads: [賭博], why: x}", 1),
        ("- wx", 1), ("letters: wx", 1), ("- {letters: wx, reads: 微信, why: x}", 1), ("", 1), ("- {letters: wx, reads: [微信], why: x, more: y}", 1),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_file_and_line(tmp_path: Path, rows: str, line: int) -> None:
    path = tmp_path / "initials.yaml"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(DataError, match=rf"BL-DATA-242: initials\.yaml:{line}:"):
        reviewed_initials(path)
