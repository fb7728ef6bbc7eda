"""A rule is found however a person would ask for it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.moderation import goal_book
from brightline.rulebook import load_rulebook
from brightline.rulebook.citation import chinese_number
from brightline.server.console.rulebook.search import Article, Finder, Query, article_key, parse

BOOK = load_rulebook()


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(BOOK, goal_book(BOOK))


@pytest.mark.parametrize(
    "asked",
    ["PSA-82", "psa 82", "PSA82", "ＰＳＡ－８２", "第八十二条", "八十二条", "第82条", "８２", "82", "Art. 82", "article 82", "治安管理处罚法第八十二条",
     "治安管理处罚法82", "治安管理处罚法 第 82 条", "《中华人民共和国治安管理处罚法》第八十二条", "治安管理處罰法第八十二條", "Public Security Administration Punishments Law, Art. 82"],
)  # fmt: skip
def test_article_82_is_found_in_every_spelling(finder: Finder, asked: str) -> None:
    assert finder.find(asked).rules[0].id == "PSA-82"


@pytest.mark.parametrize(
    ("asked", "former"),
    [("CSL-47", "CSL-47"), ("csl 47", "CSL-47"), ("网络安全法第四十七条", "CSL-47"), ("CSL-47.1", "CSL-47"), ("CSL-log", "CSL-log")],
)
def test_a_former_number_leads_to_the_rule_of_today_and_says_so(finder: Finder, asked: str, former: str) -> None:
    found = finder.find(asked)
    assert found.rules[0] is BOOK[former]
    assert found.former == {BOOK[former].id: former}


def test_every_rule_is_found_by_its_id_and_by_its_citation(finder: Finder) -> None:
    for rule_id in BOOK.rules:
        assert finder.find(rule_id).rules[0].id == rule_id
        for lang in ("zh", "en"):
            assert rule_id in [rule.id for rule in finder.find(BOOK.citation(rule_id, lang)[:200]).rules], rule_id


def test_every_alias_leads_to_its_rule(finder: Finder) -> None:
    for old, new in BOOK.aliases.items():
        assert finder.find(old).rules[0].id == new, old


def test_words_of_both_languages_must_all_occur(finder: Finder) -> None:
    assert {rule.id for rule in finder.find("赌博").rules} >= {"PSA-82", "CRI-303"}
    assert {rule.id for rule in finder.find("GAMBLING  profit").rules} >= {"PSA-82"}
    assert finder.find("赌博 深度合成服务提供者 显著标识 商标").nearest


def test_a_goal_is_found_by_its_name_and_by_a_word_of_its_list(finder: Finder) -> None:
    assert finder.find("Gambling promotion").goals[0].id == "gambling.promotion"
    assert "gambling.promotion" in [goal.id for goal in finder.find("百家樂").goals]


def test_a_text_is_found_by_name_and_number(finder: Finder) -> None:
    assert finder.find("gb 45438").instruments == ("GB",)
    assert "PSA" in finder.find("治安管理处罚法").instruments


def test_where_nothing_fits_the_nearest_are_offered(finder: Finder) -> None:
    assert finder.find("gambeling advertisment").nearest
    assert {"PSA-82", "CRI-303"} & {rule.id for rule in finder.find("gambeling profitt").rules}
    assert not finder.find("nope").rules
    assert not finder.find("zzzzqqqq").rules


@pytest.mark.parametrize(
    ("text", "article"),
    [("第五十七条第一款第二项", Article(57, None, 1, 2)), ("第二百九十一条之一", Article(291, 1)), ("一零二条", Article(102)), ("第一千零十九条", Article(1019)),
     ("Art. 13, para. 2", Article(13, None, 2)), ("art 4(1)", Article(4, None, None, 1)), ("十条", Article(10))],
)  # fmt: skip
def test_articles_are_read_in_digits_and_numerals(text: str, article: Article) -> None:
    assert parse(text).articles == (article,)


@given(number=st.integers(1, 9999))
@settings(max_examples=100)
def test_every_number_is_read_as_it_is_written(number: int) -> None:
    assert parse(f"第{chinese_number(number)}条").articles == (Article(number),)


@given(text=st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_query(finder: Finder, text: str) -> None:
    assert isinstance(parse(text), Query)
    finder.find(text)


def test_numerals_that_are_no_number_are_no_article() -> None:
    assert parse("第十十条").articles == ()


def test_articles_stand_in_the_order_of_the_text() -> None:
    mixed = ["291-1", "4(10)", "13.2", "4(2)", "", "13", "291", "E a)"]
    assert sorted(mixed, key=article_key) == ["", "4(2)", "4(10)", "13", "13.2", "291", "291-1", "E a)"]
