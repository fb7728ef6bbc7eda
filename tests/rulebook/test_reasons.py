"""Reasons are whole sentences in both languages, and say who decided and what nobody looked at."""

from __future__ import annotations

import string
from typing import Literal

import pytest

from brightline.model import NotInspected, Outcome, Side
from brightline.rulebook.reasons import SENTENCES, Because, Why, explain

PSA = {"zh": "《中华人民共和国治安管理处罚法》第八十条", "en": "Public Security Administration Punishments Law, Art. 80"}
CSL = {"zh": "《中华人民共和国网络安全法》第四十九条", "en": "Cybersecurity Law, Art. 49"}
LANGS = ("zh", "en")


def occurs(outcome: Outcome, side: Side) -> bool:
    return outcome is not Outcome.ALLOW and outcome is not (Outcome.BLOCK if side.own_output else Outcome.REFUSE)


def gaps_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_sentences_with_the_same_gaps() -> None:
    assert SENTENCES["zh"].keys() == SENTENCES["en"].keys()
    for key, chinese in SENTENCES["zh"].items():
        assert gaps_in(chinese) - {"count"} == gaps_in(SENTENCES["en"][key]) - {"count"}, key


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(("outcome", "side"), [(outcome, side) for outcome in Outcome for side in Side if occurs(outcome, side)])
def test_every_outcome_says_what_happened_and_that_it_was_automatic(outcome: Outcome, side: Side, lang: str) -> None:
    for why in Why:
        text = explain(Because(outcome, side, why, (PSA[lang],), (CSL[lang],), (PSA[lang], CSL[lang])), lang=lang)
        assert text.startswith(SENTENCES[lang][f"{outcome}/{side}"])
        assert text.endswith(SENTENCES[lang]["automated"])
        assert "{" not in text


def test_a_block_names_both_keys() -> None:
    because = {lang: Because(Outcome.BLOCK, Side.POST, Why.KEYS, (PSA[lang],), (CSL[lang],)) for lang in LANGS}
    assert explain(because["zh"]) == (
        "这条内容已停止传播。内容明显属于《中华人民共和国治安管理处罚法》第八十条禁止的情形，"
        "《中华人民共和国网络安全法》第四十九条要求服务提供者发现后予以处置。本决定由系统自动作出。"
    )
    assert explain(because["en"], lang="en") == (
        "This post is no longer shown. The content is manifestly of a kind that is forbidden (Public Security Administration "
        "Punishments Law, Art. 80), and the provider is obliged to act once it is found (Cybersecurity Law, Art. 49). "
        "This decision was made automatically."
    )


def test_one_article_with_both_keys_is_cited_once() -> None:
    for lang in LANGS:
        text = explain(Because(Outcome.BLOCK, Side.POST, Why.KEYS, (PSA[lang],), (PSA[lang],)), lang=lang)
        assert text.count(PSA[lang]) == 1


def test_a_refusal_names_only_what_forbids() -> None:
    for lang in LANGS:
        text = explain(Because(Outcome.REFUSE, Side.PROMPT, Why.KEYS, (PSA[lang],), (CSL[lang],)), lang=lang)
        assert PSA[lang] in text
        assert CSL[lang] not in text


def test_own_terms_claim_no_law() -> None:
    for lang in LANGS:
        text = explain(Because(Outcome.REFUSE, Side.PROMPT, Why.TERMS, (PSA[lang],), (), (PSA[lang],), terms=("T",)), lang=lang)
        assert PSA[lang] not in text
        assert {"zh": "不主张法律依据", "en": "No legal ground is claimed"}[lang] in text


def test_what_was_not_inspected_is_named_and_a_long_list_is_cut() -> None:
    gaps = [NotInspected(f"messages[{i}].content", "image", "no detector") for i in range(5)]
    allow = Because(Outcome.ALLOW, Side.PROMPT, Why.NOTHING_ASKED)
    assert explain(allow) == explain(allow, lang="en") == ""
    assert explain(allow, gaps[:1]) == "有一处内容未经检查（messages[0].content），本决定不涉及该处内容。"
    english = explain(allow, gaps, "en")
    assert english == (
        "5 parts were not inspected (messages[0].content; messages[1].content; messages[2].content and others); "
        "this decision does not cover them."
    )


def test_a_part_without_a_path_is_named_by_its_detector() -> None:
    gap = NotInspected("", "remote-classifier", "timeout")
    assert "remote-classifier" in explain(Because(Outcome.ALLOW, Side.PROMPT, Why.NOTHING_ASKED), [gap])


def test_a_minor_and_a_strict_setting_are_told_apart() -> None:
    minor = explain(Because(Outcome.REFUSE, Side.ANSWER, Why.TIGHTENED, (PSA["zh"],), for_a_minor=True))
    strict = explain(Because(Outcome.REFUSE, Side.ANSWER, Why.TIGHTENED, (PSA["zh"],)))
    assert "未成年人" in minor
    assert "从严" in strict


def test_an_operators_own_context_keeps_its_name() -> None:
    text = explain(Because(Outcome.ALLOW, Side.POST, Why.EXCEPTION, contexts=("news", "our-archive")), lang="en")
    assert text == "The content stands in a legitimate context (news reporting; our-archive), so nothing follows."


def test_more_than_two_texts_of_a_kind_are_cut_in_the_reason() -> None:
    text = explain(Because(Outcome.REFUSE, Side.PROMPT, Why.KEYS, ("甲", "乙", "丙")))
    assert "甲、乙等禁止" in text


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "有一处内容未经检查（模型的回答）"), ("en", "One part was not inspected (the model's answer)")]
)
def test_a_part_with_a_name_is_called_by_it(lang: Literal["zh", "en"], said: str) -> None:
    because = Because(Outcome.ALLOW, Side.ANSWER, Why.NOTHING_ASKED)
    assert said in explain(because, [NotInspected("answer", "gateway", "gone")], lang)
