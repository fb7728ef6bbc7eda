"""Decisions on documents, as a pure function of their circumstances."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.deciding import Circumstances, Copy, Seen, SourceStanding, decide_document, shipped_policy
from brightline.corpus.deciding.policy import severity

POLICY = shipped_policy()
GOOD = SourceStanding("approved", licensed=True)
PLAIN = Circumstances("news", GOOD)
ID_CARD = Seen("personal.id_card", 0.98, "cn.ric")
NOTICE = Seen("rights.copyright_notice", 0.8, "pattern")
MANIFEST = Seen("illegal.gambling.site", 1.0, "goal")

findings = st.lists(
    st.builds(
        Seen,
        st.sampled_from(sorted({*POLICY.rows, "personal.mobile", "illegal.fraud.x", "new.thing"} - {"*"})),
        st.floats(0, 1, width=32),
        st.sampled_from(["goal", "pattern", "excused:news", "model"]),
    ),
    max_size=6,
).map(tuple)
circumstances = st.builds(
    Circumstances,
    st.sampled_from([None, "news"]),
    st.one_of(
        st.none(),
        st.builds(
            SourceStanding, st.sampled_from(["proposed", "approved", "suspended", "blacklisted", "retired"]), st.booleans(), st.booleans()
        ),
    ),
    findings,
    st.one_of(st.none(), st.builds(Copy, st.just("0" * 32), st.booleans())),
    st.sampled_from(["", "complaint-1"]),
    st.sampled_from([(), ("personal",), ("illegal", "rights")]),
)


def test_a_document_of_which_nothing_is_known_but_good_is_kept_without_remark() -> None:
    assert decide_document(POLICY, PLAIN) == ("keep", (), "", "")


def test_personal_data_is_covered_and_both_reasons_name_it() -> None:
    decision = decide_document(POLICY, replace(PLAIN, findings=(ID_CARD, ID_CARD)))
    assert decision.outcome == "redact"
    assert decision.rules[0] == "personal.id_card"
    assert "PIP-13" in decision.rules
    assert "居民身份证号" in decision.reason_zh
    assert "Resident identity card number" in decision.reason_en


def test_manifest_illegal_content_is_dropped_and_excused_or_doubtful_content_is_not() -> None:
    for seen, outcome in (
        (MANIFEST, "drop"),
        (MANIFEST._replace(score=0.5), "keep"),
        (MANIFEST._replace(validator="excused:news,study"), "keep"),
        (MANIFEST._replace(score=0.800000012), "drop"),
        (MANIFEST._replace(validator="model"), "keep"),
    ):
        assert decide_document(POLICY, replace(PLAIN, findings=(seen,))).outcome == outcome


def test_a_rights_notice_waits_for_a_person_unless_the_source_is_licensed() -> None:
    unlicensed = replace(PLAIN, source=SourceStanding("approved"), findings=(NOTICE,))
    assert decide_document(POLICY, unlicensed).outcome == "quarantine"
    assert decide_document(POLICY, replace(unlicensed, source=GOOD)).outcome == "keep"


@pytest.mark.parametrize(
    ("source_id", "standing", "outcome", "rule"),
    [
        (None, None, "quarantine", "source.unnamed"),
        ("mirror", None, "quarantine", "source.unregistered"),
        ("news", SourceStanding("proposed"), "quarantine", "source.proposed"),
        ("news", SourceStanding("suspended"), "quarantine", "source.suspended"),
        ("news", SourceStanding("retired"), "quarantine", "source.retired"),
        ("news", SourceStanding("blacklisted"), "drop", "source.blacklisted"),
        ("news", SourceStanding("approved", over_limit=True), "drop", "source.over_limit"),
        ("news", SourceStanding("approved", objections=("contract_expired",)), "drop", "source.objection"),
    ],
)
def test_what_the_register_says_of_a_source_decides(
    source_id: str | None, standing: SourceStanding | None, outcome: str, rule: str
) -> None:
    decision = decide_document(POLICY, Circumstances(source_id, standing))
    assert (decision.outcome, decision.rules[0]) == (outcome, rule)


def test_a_source_without_registration_is_named_in_the_reason() -> None:
    assert "mirror" in decide_document(POLICY, Circumstances("mirror", None)).reason_zh


def test_what_was_not_inspected_is_never_kept() -> None:
    decision = decide_document(POLICY, replace(PLAIN, not_inspected=("personal",)))
    assert decision.outcome == "quarantine"
    assert "personal" in decision.reason_en


def test_a_copy_is_dropped_for_the_text_that_stays() -> None:
    decision = decide_document(POLICY, replace(PLAIN, copy=Copy("f" * 32, exact=False)))
    assert (decision.outcome, decision.rules[0]) == ("drop", "duplicate.near")
    assert "f" * 32 in decision.reason_zh


def test_an_upheld_complaint_drops() -> None:
    assert decide_document(POLICY, replace(PLAIN, withdrawn="c-1")).rules[0] == "complaint.upheld"


def test_a_rule_without_a_row_waits_for_a_person() -> None:
    decision = decide_document(POLICY, replace(PLAIN, findings=(Seen("novel.kind", 0.1, "pattern"),)))
    assert (decision.outcome, decision.rules[0]) == ("quarantine", "novel.kind")


def test_an_organisations_code_is_no_reason_to_cover_anything() -> None:
    assert decide_document(POLICY, replace(PLAIN, findings=(Seen("personal.uscc", 0.9, "cn.uscc"),))).outcome == "keep"


def test_what_was_restored_is_used_with_personal_data_still_covered() -> None:
    dropped = replace(PLAIN, findings=(MANIFEST, ID_CARD), appeal="restored")
    decision = decide_document(POLICY, dropped)
    assert decision.outcome == "redact"
    assert decision.reason_zh.startswith("经申诉恢复")
    assert decide_document(POLICY, replace(dropped, findings=(MANIFEST,))).outcome == "keep"


def test_covering_that_was_contested_and_lifted_is_lifted() -> None:
    assert decide_document(POLICY, replace(PLAIN, findings=(ID_CARD,), appeal="lifted")).outcome == "keep"


def test_what_was_restored_after_it_had_been_dropped_stays_covered_when_nothing_drops_it_any_more() -> None:
    assert decide_document(POLICY, replace(PLAIN, findings=(ID_CARD,), appeal="restored")).outcome == "redact"


def test_who_lifted_a_covering_said_nothing_of_what_is_graver() -> None:
    found = replace(PLAIN, findings=(MANIFEST, ID_CARD))
    assert decide_document(POLICY, replace(found, appeal="lifted")).outcome == "drop"
    assert decide_document(POLICY, replace(found, appeal="freed")).outcome == "keep"


def test_a_reason_calls_a_goal_by_its_title_and_its_name() -> None:
    titles = {MANIFEST.rule: ("赌博网站", "Gambling sites")}
    decision = decide_document(POLICY, replace(PLAIN, findings=(MANIFEST,)), titles)
    assert decision.reason_zh == "含有违法不良信息（赌博网站 illegal.gambling.site）"
    assert decision.reason_en == "illegal or harmful content (Gambling sites illegal.gambling.site)"
    assert MANIFEST.rule in decision.rules


def test_of_a_stand_in_no_more_is_said_than_was_compared() -> None:
    decision = decide_document(POLICY, replace(PLAIN, copy=Copy("f" * 32, exact=False, via="e" * 32)))
    assert (decision.outcome, decision.rules[0]) == ("drop", "duplicate.stand_in")
    assert "f" * 32 in decision.reason_en
    assert "未直接比对" in decision.reason_zh


def test_an_open_or_lost_appeal_changes_nothing() -> None:
    for appeal in ("open", "upheld"):
        assert decide_document(POLICY, replace(PLAIN, findings=(MANIFEST,), appeal=appeal)).outcome == "drop"


@settings(max_examples=100)
@given(circumstances, findings)
def test_more_findings_never_make_a_decision_milder(known: Circumstances, more: tuple[Seen, ...]) -> None:
    before = decide_document(POLICY, known)
    after = decide_document(POLICY, replace(known, findings=known.findings + more))
    assert severity(after.outcome) >= severity(before.outcome)


@settings(max_examples=100)
@given(circumstances)
def test_every_decision_that_takes_something_away_names_rules_and_reasons(known: Circumstances) -> None:
    decision = decide_document(POLICY, known)
    if decision.outcome != "keep":
        assert decision.rules
        assert decision.reason_zh
        assert decision.reason_en
    assert decision == decide_document(POLICY, replace(known, findings=known.findings[::-1]))
