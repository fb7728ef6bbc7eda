"""What sounds alike is heard alike, wherever it stands in the text; what cannot be spoken stays a break."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.lanes import BREAK
from brightline.text.sounds import FIRST, folded, readings_of, sound_form, sound_forms, sounds_of, syllables_of

WEIXIN = sound_form("微信")
ANY_TEXT = st.text(
    st.characters() | st.sampled_from("微信银行 .*。\nweixnag12\u200b\u0301ｗ\x00\ud800㎏🐔") | st.characters(categories=["Cs"]),
    max_size=60,
)


@pytest.mark.parametrize(
    "written",
    [
        "微信", "威信", "薇芯", "維欣", "weixin", "wei xin", "WeiXin", "ｗｅｉｘｉｎ", "wēixìn", "we\u0304ixi\u0300n", "wei1xin4", "wei1 xin4", "w e i x i n", "w-e-i-x-i-n",
        "w.e.i.x.i.n", "微xin", "wei信", "威 信", "微*xin", "w\u200bei\u200bxin", "𝐰𝐞𝐢𝐱𝐢𝐧", "ⓦⓔⓘⓧⓘⓝ", "wei'xin", "维🐔心", "伪行", "wei4xing2",
    ],
)  # fmt: skip
def test_homophones_and_pinyin_sound_like_the_word(written: str) -> None:
    heard = sounds_of(f"加{written}看")
    assert heard.text == sound_form("加微信看")
    assert heard.at[1] == 1
    assert heard.until[2] == 1 + len(written)


@pytest.mark.parametrize("written", ["微。信", "微\n信", "微！信", "微----信", "微8信", "微ab信", "wei. xin", "微   \u200b 信"])
def test_nothing_is_heard_across_a_sentence_end_or_what_cannot_be_spoken(written: str) -> None:
    heard = sounds_of(written)
    assert WEIXIN not in heard.text
    assert BREAK in heard.text


@pytest.mark.parametrize(
    "written",
    [
        "I can change the name of the game", "women and men have fun", "he can see me", "database", "machine learning", "the genie in a can", "banana", "manga",
        "panda", "release the cache", "Change the data in the table and save it", "engine", "language", "no", "a", "e", "we", "xxx", "qq", "vx", "http", "",
    ],
)  # fmt: skip
def test_english_is_not_taken_for_pinyin(written: str) -> None:
    assert set(sounds_of(written).text) <= {BREAK}


def test_doubtful_words_count_beside_pinyin_and_beside_a_character() -> None:
    assert sounds_of("wo men wan").text == sound_form("我们玩")
    assert sounds_of("can jia wo men").text == sound_form("参加我们")
    assert sounds_of("wo jia ni de qun").text == sound_form("我加你的群")
    assert sounds_of("参加wo们").text == sound_form("参加我们")


def test_a_run_of_letters_counts_only_if_all_of_it_divides() -> None:
    assert set(sounds_of("weixinbot weixinx").text) == {BREAK}


@pytest.mark.parametrize(
    ("run", "heard"),
    [("fangan", "犯肝"), ("xian", "先"), ("zhuangbi", "装逼"), ("nver", "女儿"), ("nuer", "女儿"), ("lvse", "绿色"), ("lüse", "绿色"), ("jiaweixin", "加微信")],
)  # fmt: skip
def test_how_a_run_divides(run: str, heard: str) -> None:
    assert sounds_of(run + " wei").text == sounds_of(heard + "微").text


@pytest.mark.parametrize(
    ("one", "other"), [("zhuang", "zuan"), ("chi", "ci"), ("shen", "seng"), ("ning", "lin"), ("lv", "nu"), ("fang", "fan"), ("xing", "xin")]
)
def test_confused_pairs_are_merged(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@pytest.mark.parametrize(
    ("one", "other"), [("fa", "hua"), ("wang", "huang"), ("ren", "len"), ("jia", "qia"), ("bo", "po"), ("tong", "ton")]
)
def test_what_sounds_different_stays_apart(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize("entry", ["", "微", "vx", "加拿大28", "线上casino", "a片", "微，信。群", "18+", "🐔", "🐔🐔", "microsoft"])
def test_entries_that_cannot_be_carried_have_no_form(entry: str) -> None:
    assert sound_form(entry) == ""
    assert sound_forms(entry) == ()


def test_words_with_a_reading_of_their_own_have_two_forms() -> None:
    by_character, in_words = sound_forms("银行卡")
    assert by_character == sounds_of("银行卡").text
    assert in_words == sounds_of("yinhangka").text == sounds_of("因航咖").text
    assert sound_forms("微信") == (WEIXIN,)
    assert syllables_of("重庆银行") == ["chong", "qing", "yin", "hang"]
    assert syllables_of("微x") is None


def test_entries_in_letters_and_in_characters_have_the_same_form() -> None:
    assert sound_form("weixin") == sound_form("wei xin") == WEIXIN


def test_most_characters_have_a_reading() -> None:
    assert len(readings_of()) > 15_000
    assert readings_of()["赌"] == "du"


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT)
def test_every_syllable_knows_where_it_stands(text: str) -> None:
    heard = sounds_of(text)
    assert len(heard.text) == len(heard.at) == len(heard.until)
    end = 0
    for sound, start, until in zip(heard.text, map(int, heard.at), map(int, heard.until), strict=True):
        assert end <= start < until <= len(text)
        assert sound == BREAK or ord(sound) >= FIRST
        end = until


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(sorted(readings_of())), min_size=1, max_size=12))
def test_characters_and_the_letters_of_their_readings_sound_alike(characters: list[str]) -> None:
    """Syllables apart: written together, xi an and xian are the same letters."""
    spoken = " ".join(readings_of()[character] for character in characters)
    assert sounds_of(f"{spoken} wei").text.replace(BREAK, "")[-1] == WEIXIN[0]
    if not {"a", "e", "o"} & set(spoken.split()):
        assert sounds_of(f"{spoken} wei").text == sounds_of("".join(characters) + "微").text


@pytest.mark.parametrize(
    "text",
    ["微信" * 300_000, "weixin" * 100_000, "wei xin " * 50_000, "w e i " * 100_000, "w" + "\u0301" * 100_000, "w\u200b" * 100_000, "a    " * 50_000, "zhuang" * 42 + "x", "\x00" * 500_000,
     ("zhuan" * 50 + " ") * 1_000, (" " + "\u200b" * 50) * 10_000, "change " * 50_000],
    ids=range(12),
)  # fmt: skip
def test_hostile_texts_are_heard_like_any_other(text: str) -> None:
    assert len(sounds_of(text).text) <= len(text)
