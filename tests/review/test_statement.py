"""The statement of reasons says everything that a person is owed, in both languages, and marks the exact evidence."""

from __future__ import annotations

import string
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.model import (
    Context,
    Decision,
    Door,
    Finding,
    Ground,
    ItemKind,
    NotInspected,
    Outcome,
    Side,
    Span,
    Status,
)
from brightline.review import Statement, render_statement
from brightline.review.sentences import SENTENCES
from brightline.rulebook import OperatorTerm, Rulebook, decide, load_rulebook

TEXT = "欢迎来玩百家乐，加微信开户上分，名额不多。"
CONTEXT = Context(on=date(2026, 11, 22), door=Door.GATEWAY)


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return load_rulebook()


def a_finding(**changes: object) -> Finding:
    finding = Finding(
        detector="text",
        detector_version="0123abcd",
        goal="gambling.promotion",
        rules=("PSA-82", "CRI-303", "CSL-49", "IM-4.1"),
        problem_types=(12,),
        effect=Outcome.BLOCK,
        part="messages[0].content",
        side=Side.PROMPT,
        lane="base",
        spans=(Span(4, 7), Span(11, 13)),
        evidence=("百家乐", "开户"),
        excerpt=TEXT,
        excerpt_start=0,
    )
    return replace(finding, **changes)  # type: ignore[arg-type]


def a_decision(book: Rulebook, *findings: Finding, **changes: object) -> Decision:
    terms: dict[str, OperatorTerm] = changes.pop("terms", {})  # type: ignore[assignment]
    gaps: tuple[NotInspected, ...] = changes.pop("not_inspected", ())  # type: ignore[assignment]
    context = replace(CONTEXT, terms=tuple(terms))
    judgement = decide(findings, context, book, terms, gaps)
    decision = Decision(
        id="019a0000-0000-7000-8000-000000000001",
        token="tokentokentokentoken",
        tenant="default",
        made_at=1_795_365_900_000_000,
        door=Door.GATEWAY,
        item_kind=ItemKind.DIALOGUE,
        item_digest="00",
        outcome=judgement.outcome,
        ground=judgement.ground,
        rules=judgement.rules,
        findings=findings,
        not_inspected=gaps,
        reason_zh=judgement.reason_zh,
        reason_en=judgement.reason_en,
        context=context,
        versions={},
    )
    return replace(decision, **changes)  # type: ignore[arg-type]


def a_statement(decision: Decision, book: Rulebook, lang: str = "zh", **named: object) -> Statement:
    return render_statement(decision, book, lang, base_url="https://ai.example/", seq=7, **named)  # type: ignore[arg-type]


def everything_said(value: object) -> str:
    """Every string inside a Statement, at any depth."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n".join(map(everything_said, value.values()))
    if isinstance(value, tuple):
        return "\n".join(map(everything_said, value))
    if hasattr(value, "__dataclass_fields__"):
        return "\n".join(everything_said(getattr(value, each.name)) for each in fields(value))  # type: ignore[arg-type]
    return ""


def gaps_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_have_the_same_sentences_with_the_same_gaps() -> None:
    assert SENTENCES["zh"].keys() == SENTENCES["en"].keys()
    for key, chinese in SENTENCES["zh"].items():
        english = SENTENCES["en"][key]
        assert {name.removesuffix("_name") for name in gaps_in(english)} == gaps_in(chinese), key


def test_every_word_of_the_vocabulary_has_a_sentence() -> None:
    for words in SENTENCES.values():
        assert all(f"headline/{outcome}" in words for outcome in Outcome)
        assert all(f"status/{status}" in words for status in Status)
        assert all(f"kind/{kind}" in words for kind in ItemKind)
        assert all(f"evidence/where/{side}" in words for side in Side)
        assert all(f"ground/{ground}" in words for ground in Ground)


def test_a_refusal_names_rule_evidence_appeal_and_proof(book: Rulebook) -> None:
    statement = a_statement(a_decision(book, a_finding()), book)
    assert statement.headline == "没有回答这项请求"
    assert statement.happened.startswith("2026年11月23日00:45（北京时间），本服务检查了您与人工智能模型的一次对话。")
    assert statement.rules[0].citation == "《中华人民共和国治安管理处罚法》第八十二条"
    assert statement.rules[0].status == "法律"
    assert statement.rules[0].role == "禁止这类内容或行为"
    assert statement.rules[0].settled
    assert statement.rules[0].source
    assert [rule.id for rule in statement.appeal.rules] == ["ALG-22", "IM-15", "PIP-24.3"]
    assert "第二十四条第三款" in statement.rights
    assert statement.rights.startswith("如果这一决定对您的权益有重大影响"), "PIP 24, para. 3 gives the right for such decisions only"
    assert statement.automated == "这一决定由系统自动作出，没有人参与。"
    assert statement.proof.url == "https://ai.example/d/tokentokentokentoken/proof.json"
    assert "第 8 条（日志索引 7，从 0 起计）" in statement.proof.sentence
    assert statement.all_inspected
    assert statement.made_iso == "2026-11-22T16:45:00+00:00"


def test_evidence_is_cut_at_the_exact_code_points(book: Rulebook) -> None:
    evidence = a_statement(a_decision(book, a_finding()), book).evidence[0]
    assert [tuple(segment) for segment in evidence.segments] == [
        ("欢迎来玩", False),
        ("百家乐", True),
        ("，加微信", False),
        ("开户", True),
        ("上分，名额不多。", False),
    ]
    assert (evidence.before, evidence.match, evidence.after) == ("欢迎来玩", "百家乐，加微信开户", "上分，名额不多。")
    assert evidence.where == "您的请求"
    assert evidence.how == "在文字中直接看到（检测器 text，版本 0123abcd）"


@given(
    st.text(max_size=30),
    st.integers(0, 50),
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 90)).map(lambda pair: Span(min(pair), max(pair))), max_size=4),
)
def test_cutting_an_excerpt_loses_no_character(book: Rulebook, text: str, start: int, spans: list[Span]) -> None:
    finding = a_finding(excerpt=text, excerpt_start=start, spans=tuple(spans), evidence=())
    evidence = a_statement(a_decision(book, finding), book).evidence[0]
    assert "".join(segment.text for segment in evidence.segments) == evidence.before + evidence.match + evidence.after == text
    marked = {start + place for place, character in enumerate(_marks(evidence.segments)) if character}
    assert marked == {place for span in spans for place in range(*span) if start <= place < start + len(text)}


def _marks(segments: object) -> list[bool]:
    return [segment.marked for segment in segments for _ in segment.text]  # type: ignore[attr-defined]


def test_evidence_without_an_excerpt_is_the_evidence_itself(book: Rulebook) -> None:
    evidence = a_statement(a_decision(book, a_finding(excerpt="")), book).evidence[0]
    assert [segment.text for segment in evidence.segments] == ["百家乐", "开户"]
    assert all(segment.marked for segment in evidence.segments)


@pytest.mark.parametrize("lang", ["en", "en-GB", "EN"])
def test_the_english_statement_holds_no_chinese_sentence(book: Rulebook, lang: str) -> None:
    gap = NotInspected("messages[0].content[1]", "gateway", "an image")
    statement = a_statement(a_decision(book, a_finding(), not_inspected=(gap,)), book, lang)
    assert statement.lang == "en"
    assert statement.headline == "The request was not answered"
    assert "Public Security" in statement.rules[0].citation
    said = everything_said(replace(statement, evidence=()))
    assert not [character for character in said if "\u4e00" <= character <= "\u9fff"]


@pytest.mark.parametrize("lang", ["zh", "zh-CN", "fr", ""])
def test_all_other_languages_fall_back_to_chinese(book: Rulebook, lang: str) -> None:
    assert a_statement(a_decision(book, a_finding()), book, lang).lang == "zh"


def test_an_allowed_exchange_shows_no_evidence_and_needs_no_ground(book: Rulebook) -> None:
    for decision in (a_decision(book), a_decision(book, a_finding(exceptions=("news",)))):
        statement = a_statement(decision, book)
        assert statement.headline == "没有采取任何措施"
        assert statement.evidence == statement.rules == statement.terms == ()
        assert statement.no_evidence
        assert statement.ground == "这一决定不限制任何内容，因此不需要依据。"


def test_a_finding_inside_an_exception_is_not_shown_as_evidence(book: Rulebook) -> None:
    statement = a_statement(a_decision(book, a_finding(exceptions=("news",), excerpt="新闻"), a_finding()), book)
    assert [evidence.match for evidence in statement.evidence] == ["百家乐，加微信开户"]


def test_a_milder_finding_beside_a_refusal_is_not_shown_as_its_evidence(book: Rulebook) -> None:
    notice = a_finding(effect=Outcome.NOTICE, goal="finance.notice", excerpt="无关", spans=(), evidence=())
    assert len(a_statement(a_decision(book, notice, a_finding()), book).evidence) == 1


def test_own_terms_are_quoted_and_claim_no_law(book: Rulebook) -> None:
    term = OperatorTerm("no-tips", "不荐股", "No stock tips", "本服务不提供个股建议。", "No advice on single stocks.", Outcome.REFUSE)
    decision = a_decision(book, a_finding(rules=(), term="no-tips", side=Side.ANSWER), terms={"no-tips": term})
    statement = a_statement(decision, book, "en", terms={"no-tips": term})
    assert statement.rules == ()
    assert (statement.terms[0].title, statement.terms[0].text) == ("No stock tips", "No advice on single stocks.")
    assert statement.ground == "No legal ground is claimed for this decision; the operator acts under its own published terms."
    assert a_statement(decision, book, "en").terms[0].title == "no-tips"  # a term that was withdrawn since


def test_a_flag_says_that_nothing_is_established(book: Rulebook) -> None:
    statement = a_statement(a_decision(book, a_finding(manifest=False)), book)
    assert statement.outcome is Outcome.REVIEW
    assert "还不是对内容的认定" in statement.ground


def test_an_unsettled_rule_says_so(book: Rulebook) -> None:
    pending = next(rule for rule in book.rules.values() if not rule.verified)
    stated = a_statement(replace(a_decision(book, a_finding()), rules=(pending.id,)), book).rules[0]
    assert not stated.settled
    assert stated.standing == "依据待核对，只用作提示"


def test_a_rule_that_left_the_rulebook_keeps_its_id(book: Rulebook) -> None:
    stated = a_statement(replace(a_decision(book, a_finding()), rules=("OLD-1",)), book).rules[0]
    assert (stated.id, stated.citation, stated.settled) == ("OLD-1", "OLD-1", False)


@pytest.mark.parametrize(("types", "sensitive"), [((9,), True), ((12, 13), True), ((12,), False), ((), False)])
def test_passages_that_may_distress_are_marked(book: Rulebook, types: tuple[int, ...], sensitive: bool) -> None:
    evidence = a_statement(a_decision(book, a_finding(problem_types=types)), book).evidence[0]
    assert evidence.sensitive is sensitive
    assert bool(evidence.notes) is sensitive


def test_an_answer_that_was_held_back_is_marked_as_withheld(book: Rulebook) -> None:
    assert a_statement(a_decision(book, a_finding(side=Side.ANSWER)), book).evidence[0].withheld
    assert not a_statement(a_decision(book, a_finding()), book).evidence[0].withheld


def test_what_was_not_inspected_is_listed(book: Rulebook) -> None:
    gaps = (NotInspected("messages[0].content[1]", "gateway", "an image"), NotInspected("", "classifier", "timeout"))
    statement = a_statement(a_decision(book, not_inspected=gaps), book)
    assert statement.all_inspected == ""
    assert [gap.sentence for gap in statement.not_inspected] == [
        "messages[0].content[1]：网关没有检查（an image）",
        "内容整体：classifier没有检查（timeout）",
    ]


def test_a_decision_with_a_person_in_it_says_so(book: Rulebook) -> None:
    statement = a_statement(a_decision(book, a_finding(), automated="none"), book, "en")
    assert statement.automated == "This decision was made by a person."
    assert statement.rights == ""


def test_the_appeal_names_the_operators_door(book: Rulebook) -> None:
    decision = a_decision(book, a_finding())
    assert "https://ai.example/appeal" in a_statement(decision, book, appeal_url="https://ai.example/appeal").appeal.sentence
    assert "appeal@ai.example" in a_statement(decision, book, contact="appeal@ai.example").appeal.sentence
    unnamed = a_statement(decision, book).appeal
    assert decision.id in unnamed.sentence
    assert "{" not in unnamed.sentence
    assert "第二十二条" in unnamed.basis


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "可核验日志中的第 1 条（日志索引 0，从 0 起计）"), ("en", "number 1 in a tamper-evident log (index 0, counted from 0)")],
)
def test_the_first_entry_of_the_log_is_not_called_number_0(book: Rulebook, lang: str, said: str) -> None:
    statement = render_statement(a_decision(book, a_finding()), book, lang, base_url="https://ai.example", seq=0)
    assert said in statement.proof.sentence
    assert statement.proof.seq == 0


def test_a_pending_proof_says_when_it_will_be_there(book: Rulebook) -> None:
    statement = render_statement(a_decision(book, a_finding()), book, base_url="https://ai.example", seq=None)
    assert statement.proof.pending
    assert statement.proof.how == ""
    assert "稍后" in statement.proof.sentence


def test_a_trial_run_and_a_replacement_are_named(book: Rulebook) -> None:
    statement = a_statement(a_decision(book, a_finding(), mode="shadow", supersedes="earlier"), book, "en")
    assert "trial run" in statement.trial
    assert "earlier" in statement.supersedes


def test_a_lane_without_a_word_is_named(book: Rulebook) -> None:
    evidence = a_statement(a_decision(book, a_finding(lane="ocr")), book, "en").evidence[0]
    assert evidence.how == "found by way of “ocr” (detector text, version 0123abcd)"
