"""Citations in Chinese legal form (条, 款, 项, 之一) and in English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.model import Status
from brightline.rulebook import load_rulebook
from brightline.rulebook.citation import chinese_number, is_article

BOOK = load_rulebook()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "一"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (49, "四十九"),
        (100, "一百"),
        (102, "一百零二"),
        (110, "一百一十"),
        (217, "二百一十七"),
        (1000, "一千"),
        (1001, "一千零一"),
        (1019, "一千零一十九"),
        (1020, "一千零二十"),
        (1197, "一千一百九十七"),
        (9999, "九千九百九十九"),
    ],
)
def test_numbers_are_written_as_in_legal_texts(number: int, words: str) -> None:
    assert chinese_number(number) == words


@given(st.integers(1, 9999))
def test_chinese_numbers_read_back_to_the_same_number(number: int) -> None:
    assert _value(chinese_number(number)) == number


@pytest.mark.parametrize("number", [0, -1, 10_000])
def test_there_is_no_article_beyond_four_digits(number: int) -> None:
    with pytest.raises(ValueError, match="no article"):
        chinese_number(number)


@pytest.mark.parametrize(
    ("rule_id", "zh", "en"),
    [
        ("CSL-49", "《中华人民共和国网络安全法》第四十九条", "Cybersecurity Law, Art. 49"),
        ("CSL-13.2", "《中华人民共和国网络安全法》第十三条第二款", "Cybersecurity Law, Art. 13, para. 2"),
        (
            "IM-4.1",
            "《生成式人工智能服务管理暂行办法》第四条第一项",
            "Interim Measures for the Administration of Generative AI Services, Art. 4, item (1)",
        ),
        ("IIS-15.6", "《互联网信息服务管理办法》第十五条第六项", None),
        ("ECO-6.10", "《网络信息内容生态治理规定》第六条第十项", None),
        ("PSA-29.1", "《中华人民共和国治安管理处罚法》第二十九条第一项", None),
        ("ALG-9.1", "《互联网信息服务算法推荐管理规定》第九条第一款", None),
        ("PIP-24.3", "《中华人民共和国个人信息保护法》第二十四条第三款", None),
        ("CRI-291-1.2", "《中华人民共和国刑法》第二百九十一条之一第二款", "Criminal Law, Art. 291-1, para. 2"),
        ("CRI-120-3", "《中华人民共和国刑法》第一百二十条之三", "Criminal Law, Art. 120-3"),
        ("CIV-1019", "《中华人民共和国民法典》第一千零一十九条", "Civil Code, Art. 1019"),
        (
            "GB-5.1",
            "GB 45438-2025《网络安全技术 人工智能生成合成内容标识方法》第5.1条",
            "GB 45438-2025 Labelling Method for AI-Generated Synthetic Content, clause 5.1",
        ),
        ("QL25-2.6d", "中央网信办“清朗·整治AI技术滥用”专项行动通知（2025年）第2.6点", None),
        ("LM-6.1", "《人工智能生成合成内容标识办法》第六条第一项", None),
        ("MIN-2", "《移动互联网未成年人模式建设指南》", "Guide to Building the Minor Mode of the Mobile Internet"),
        ("SEC-160.2", "《中华人民共和国证券法》第一百六十条第二款", "Securities Law, Art. 160, para. 2"),
    ],
)
def test_a_rule_is_quoted_by_official_name_and_article(rule_id: str, zh: str, en: str | None) -> None:
    assert BOOK.citation(rule_id) == zh
    if en is not None:
        assert BOOK.citation(rule_id, "en") == en


def test_items_are_cited_without_brackets() -> None:
    assert not [rule_id for rule_id in BOOK.rules if "（" in BOOK.citation(rule_id).partition("》")[2]]


def test_a_former_id_is_quoted_with_the_number_now_in_force() -> None:
    assert BOOK.citation("CSL-47") == "《中华人民共和国网络安全法》第四十九条"


def test_language_tags_of_any_region_are_understood() -> None:
    assert BOOK.citation("CSL-49", "en-GB") == BOOK.citation("CSL-49", "en")
    assert BOOK.citation("CSL-49", "zh_CN") == BOOK.citation("CSL-49")


@pytest.mark.parametrize("article", ["", "1", "1019", "13.2", "4(1)", "291-1", "291-1.2", "57.1(2)"])
def test_articles_of_laws_follow_one_grammar(article: str) -> None:
    assert is_article(article, Status.LAW)


@pytest.mark.parametrize("article", ["0", "01", "4 (1)", "4(0)", "第四条", "4.", "٤", "1.2.3", "12345"])
def test_what_is_no_article_is_refused(article: str) -> None:
    assert not is_article(article, Status.LAW)


@pytest.mark.parametrize("article", ["5.1", "6.1 a)", "E j)", "4-9", "A.1 a)"])
def test_standards_have_clauses(article: str) -> None:
    assert is_article(article, Status.MANDATORY_STANDARD)


def test_every_shipped_rule_has_a_citation_in_both_languages() -> None:
    for rule_id in BOOK.rules:
        assert "条" in BOOK.citation(rule_id) or "点" in BOOK.citation(rule_id) or not BOOK[rule_id].article
        assert BOOK.citation(rule_id, "en").isprintable()


def _value(words: str) -> int:
    """An independent reader of Chinese numbers."""
    digits = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
    total, digit = 0, 0
    for word in words:
        if word in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[word]
            digit = 0
        else:
            digit = digits[word]
    return total + digit
