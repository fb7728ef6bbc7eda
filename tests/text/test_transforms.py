"""What is put over a text comes off again in the lane that claims it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.decoding import decoded_edits
from brightline.text.goals import LANES
from brightline.text.lanes import normalise
from brightline.text.shapes import shape_edits
from brightline.text.sounds import sounds_of
from brightline.text.splits import split_edits
from brightline.text.symbols import symbol_edits
from brightline.text.transforms import TRANSFORMS, compose
from brightline.text.views import View

CHINESE = "加我微信看片，办证刻章请联系客服，赌博网站注册送彩金"
ENGLISH = "buy cheap drugs online and gamble for money tonight"
ANY_TEXT = st.text(
    st.characters() | st.sampled_from("加微信赌博 weixin12，。\n\u200b\ud800") | st.characters(categories=["Cs"]), max_size=30
)


def named(lane: str) -> list[str]:
    return [name for name, transform in TRANSFORMS.items() if transform.lane == lane]


def in_disguise(name: str, text: str, seed: int = 1) -> str:
    return TRANSFORMS[name].apply(text, Random(seed))


def test_every_lane_has_its_disguises() -> None:
    assert {transform.lane for transform in TRANSFORMS.values()} == set(LANES)
    assert len(TRANSFORMS) >= 12
    assert all(name == transform.name for name, transform in TRANSFORMS.items())


@pytest.mark.parametrize("name", TRANSFORMS)
@settings(max_examples=30, deadline=None)
@given(text=ANY_TEXT, seed=st.integers(0, 99))
def test_a_disguise_is_the_same_every_time_and_takes_any_text(name: str, text: str, seed: int) -> None:
    assert in_disguise(name, text, seed) == in_disguise(name, text, seed)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_every_disguise_changes_something_it_can_carry(name: str) -> None:
    assert any(in_disguise(name, text) != text for text in (CHINESE, ENGLISH, "加QQ群12345", "开飞机"))


@pytest.mark.parametrize("name", named("base"))
@pytest.mark.parametrize("text", [CHINESE, ENGLISH, "加qq群12345"])
@pytest.mark.parametrize("seed", range(5))
def test_the_base_lane_undoes_its_disguises(name: str, text: str, seed: int) -> None:
    assert normalise(in_disguise(name, text, seed)).base == normalise(text).base


@pytest.mark.parametrize("name", named("skip"))
@pytest.mark.parametrize("text", [CHINESE, ENGLISH, "加qq群12345"])
@pytest.mark.parametrize("seed", range(5))
def test_the_skip_lane_undoes_its_disguises(name: str, text: str, seed: int) -> None:
    assert normalise(in_disguise(name, text, seed)).kept == normalise(text).kept


@pytest.mark.parametrize("name", named("split"))
@pytest.mark.parametrize("seed", range(10))
def test_the_split_lane_undoes_its_disguises(name: str, seed: int) -> None:
    disguised = in_disguise(name, CHINESE, seed)
    assert View.of(disguised).edited(split_edits(disguised)).text == CHINESE


@pytest.mark.parametrize("name", ["homophones", "near_sounds", "pinyin", "half_pinyin"])
@pytest.mark.parametrize("seed", range(10))
def test_the_sound_lane_undoes_its_disguises(name: str, seed: int) -> None:
    disguised = in_disguise(name, CHINESE, seed)
    assert disguised != CHINESE
    assert sounds_of(disguised).text == sounds_of(CHINESE).text


@pytest.mark.parametrize("name", named("symbol"))
def test_the_symbol_lane_undoes_its_disguise(name: str) -> None:
    disguised = in_disguise(name, "坐飞机去买鸡")
    assert disguised != "坐飞机去买鸡"
    assert View.of(disguised).edited(symbol_edits(disguised)).text == "坐飞机去买鸡"


@pytest.mark.parametrize("seed", range(3))
def test_the_shape_lane_undoes_look_alike_letters(seed: int) -> None:
    disguised = in_disguise("homoglyphs", ENGLISH, seed)
    read = normalise(View.of(disguised).edited(shape_edits(disguised)).text).base.split()
    assert sum(word in read for word in ENGLISH.split()) >= len(ENGLISH.split()) - 2


def test_reversing_twice_is_nothing_and_sentence_ends_stay() -> None:
    assert in_disguise("reverse", "加微信。看片！走") == "信微加。片看！走"
    assert in_disguise("reverse", in_disguise("reverse", CHINESE)) == CHINESE


@pytest.mark.parametrize("name", ["base64", "hex", "url", "unicode_escapes", "html", "binary"])
@pytest.mark.parametrize("text", [CHINESE, ENGLISH])
def test_the_decoded_lane_undoes_its_encodings(name: str, text: str) -> None:
    disguised = in_disguise(name, text)
    assert View.of(disguised).edited(decoded_edits(disguised)).text == text


@pytest.mark.parametrize("name", ["rot13", "morse"])
def test_the_decoded_lane_undoes_what_letters_alone_can_carry(name: str) -> None:
    disguised = in_disguise(name, ENGLISH)
    assert normalise(View.of(disguised).edited(decoded_edits(disguised)).text).base == ENGLISH
    assert in_disguise("morse", CHINESE) == CHINESE


def test_disguises_are_put_on_in_the_order_in_which_a_person_would() -> None:
    attack = compose("base64", "separators", "homophones")
    assert [transform.name for transform in attack.transforms] == ["homophones", "separators", "base64"]
    assert attack.name == "homophones+separators+base64"
    assert attack.lanes == {"sound", "skip", "decoded"}
    inner = compose("homophones", "separators").apply(CHINESE, Random(3))
    assert attack.apply(CHINESE, Random(3)) == in_disguise("base64", inner)


def test_an_unknown_disguise_is_refused() -> None:
    with pytest.raises(KeyError):
        compose("base64", "invisible ink")


def test_short_words_are_not_claimed_by_sound_and_order() -> None:
    assert not TRANSFORMS["homophones"].is_resisted("微信")
    assert TRANSFORMS["homophones"].is_resisted("加微信")
    assert not TRANSFORMS["homophones"].is_resisted("vx")
    assert not TRANSFORMS["reverse"].is_resisted("赌博")
    assert TRANSFORMS["reverse"].is_resisted("百家乐")
    assert TRANSFORMS["separators"].is_resisted("赌博")
    assert not TRANSFORMS["base64"].is_resisted("vx")
