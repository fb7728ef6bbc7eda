"""Machine spin: what programs that rewrite leave behind is found with its places, and odd authors, code and forms are not taken for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from brightline.corpus.annotators.quality import kernel
from brightline.corpus.annotators.spin import RULE, WORDS_FILE, read_words
from brightline.corpus.errors import CorpusError
from tests.corpus.annotators.documents import KEY, annotated

DOCS = Path(__file__).parents[3] / "docs"
SPUN = (
    "起首，本文经由过程对收集平安的阐发，存眷办事器的设置装备摆设。今朝野生智能手艺成长很是迅速，是以咱们必要进修各类常识，"
    "晋升本身的程度。良多企业都正视职员的培训，不竭立异，促成经济可延续成长，庇护小我信息。"
)
NATURAL = (
    "首先，本文通过对网络安全的分析，关注服务器的配置。目前人工智能技术发展非常迅速，因此我们需要学习各种知识，"
    "提升自己的水平。很多企业都重视人员的培训，不断创新，促进经济可持续发展，保护个人信息。"
)
TORTURED = "We train counterfeit consciousness on colossal information with profound\nlearning and a neural organization."
SPINTAX = "{Hello|Hi} readers, this is a {great|really good} way to {lose|drop} some weight before summer comes."


def _evidence(text: str) -> set[str]:
    return {text[each["start"] : each["end"]] for each in annotated(kernel(KEY), text)["findings"] if each["rule"] == RULE}


def test_words_of_spinning_tables_are_found_where_they_stand() -> None:
    found = _evidence(SPUN)
    assert {"经由过程", "存眷", "办事器", "阐发", "庇护"} <= found
    assert len(found) <= 20


def test_the_same_text_before_it_was_spun_has_none() -> None:
    assert not _evidence(NATURAL)


@pytest.mark.parametrize(
    "text",
    [
        "今朝有酒今朝醉，明日愁来明日愁。" * 4,
        "他晋升为经理以后，在手艺人的小镇上供给侧改革很有成效，部分歧视性条款已被删去。" * 3,
        "老大师傅的手艺很好，他的伴侣和门生都这么说，大夫却说他的身材需要好好调养。",
    ],
)
def test_words_that_only_look_like_it_are_no_spin(text: str) -> None:
    assert not _evidence(text)


def test_one_odd_word_said_often_is_an_odd_author() -> None:
    assert not _evidence("他总写存眷二字，读者存眷，编辑存眷，大家存眷。" * 10)


def test_a_long_natural_text_is_not_condemned_by_a_few_lines_of_a_spun_one() -> None:
    quoted = SPUN[:40]
    assert not _evidence(NATURAL * 60 + quoted)


def test_tortured_phrases_are_found_over_the_end_of_a_line() -> None:
    assert _evidence(TORTURED) == {"counterfeit consciousness", "colossal information", "profound\nlearning", "neural organization"}


def test_one_tortured_term_said_often_is_a_quotation() -> None:
    assert not _evidence("Some write counterfeit consciousness, where others write of intelligence, and counterfeit consciousness again.")


def test_tortured_phrases_far_apart_do_not_add_up() -> None:
    apart = "The committee met in the morning and talked about the new library near the old harbour. " * 40
    assert not _evidence(TORTURED.replace("colossal", apart).replace("organization", apart))


def test_spintax_inside_sentences_is_found() -> None:
    assert _evidence(SPINTAX) == {"{Hello|Hi}", "{great|really good}", "{lose|drop}"}


def test_two_groups_of_several_words_are_enough() -> None:
    assert _evidence("{If you want to|When you need to} buy shoes, {look no further|stop right here}!") == {
        "{If you want to|When you need to}",
        "{look no further|stop right here}",
    }


def test_chinese_spintax_is_found() -> None:
    text = "我们提供{优质|专业|贴心}的服务，{欢迎|期待}您的来电，{马上|立即}为您安排。"
    assert _evidence(text) == {"{优质|专业|贴心}", "{欢迎|期待}", "{马上|立即}"}


@pytest.mark.parametrize(
    "text",
    [
        "Usage: service {start|stop|restart} [options]\nUsage: service {up|down} [options]\nUsage: service {on|off} [options]",
        r"the set $\{x|x>0\}$ and \{y|y\in Y\} and the sets {a|b} {c|d} {e|f} with \alpha in all of these lines",
        "const f = ({a|b}) => {x||y}; if (a) {b|c} else {d|e} return the value of this line to the caller",
        "{{cite|first=A|last=B}} was the first one and {{cite|first=C|last=D}} the next one of {{cite|x=1|y=2}} the list",
        "Set the level to {debug|info|warn} in the file before you start the service for the first time.",
        "{ cat one two | sort; } and { ls -l | wc -l; } and {|x| puts x} and ${name|upper} and {a: string | number} in a page",
        "ip link { add | change | replace } and ip route { list the routes | flush them } and ip rule { show all | save all }",
    ],
)
def test_braces_of_code_usage_and_formulas_are_no_spintax(text: str) -> None:
    assert not _evidence(text)


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("选择{城市}的{关键词}公司，{关键词}价格优惠。欢迎来电咨询{品牌}的各项服务。", {"{城市}", "{关键词}", "{品牌}"}),
        ("Are you looking for the best [keyword] in [city]? Our team in [city] is here.", {"[keyword]", "[city]"}),
    ],
)
def test_placeholders_of_content_mills_are_found(text: str, evidence: set[str]) -> None:
    assert _evidence(text) == evidence


@pytest.mark.parametrize(
    "text",
    [
        "【摘要】本文研究了方法。\n【关键词】网络；安全\n【标题】论网络安全",
        "Dear {name}, your order {order} has been shipped to {city}.",
        "本文的[关键词]是什么，请在这里写明。",
        "甲方【姓名】与乙方【姓名】在【城市】签订合同，提供【产品名称】若干，总价【金额】元，于【日期】在【城市】交付。",
        "Dear [Name], thank you for visiting our [city] store and buying the [product]. Your order is in [city] now.",
    ],
)
def test_forms_and_abstracts_have_no_placeholders_of_mills(text: str) -> None:
    assert not _evidence(text)


def test_natural_texts_that_ship_have_no_spin() -> None:
    pages = [page.read_text("utf-8") for page in sorted(DOCS.glob("*.md"))]
    assert pages
    assert not [page[:60] for page in pages if _evidence(page)]


def test_every_word_of_the_table_can_be_found() -> None:
    words = read_words(WORDS_FILE)
    assert len(words) > 500
    assert [each.word for each in words] == sorted(each.word for each in words)
    assert all(each.weight > 0 and each.instead_of and each.word not in each.instead_of for each in words)


@pytest.mark.parametrize("row", ["存眷\t关注", "存眷\t关注\tmuch", "x\t关注\t1.0", "存眷\t\t1.0"])
def test_a_wrong_row_is_refused_with_file_and_line(tmp_path: Path, row: str) -> None:
    file = tmp_path / "spin_own.tsv"
    file.write_text("# head\n" + row + "\n", "utf-8")
    with pytest.raises(CorpusError, match=r"spin_own\.tsv, line 2") as refused:
        read_words(file)
    assert refused.value.code == "BL-CORPUS-081"
