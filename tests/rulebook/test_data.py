"""The shipped rows against the two reference files (``reference_ids``): a row that is dropped, added or renamed fails here."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import brightline.rulebook
from brightline.model import Key, Status
from brightline.rulebook import load_rulebook
from brightline.rulebook.loader import VERIFYING_GRADES
from tests.rulebook.reference_ids import CAMPAIGN_2025, CAMPAIGN_2026, FORMER_IDS, NAMED_ELSEWHERE, SAFETY, SECTIONS, ids, span

BOOK = load_rulebook()
TODAY = date(2026, 11, 22)
DATA = Path(brightline.rulebook.__file__).with_name("data")


@pytest.mark.parametrize("section", SECTIONS)
def test_every_row_of_the_section_is_in_the_rulebook(section: str) -> None:
    assert SECTIONS[section] - set(BOOK.rules) == set()


def test_no_row_is_in_the_rulebook_that_no_section_has() -> None:
    assert set(BOOK.rules) - set().union(*SECTIONS.values()) == set()


@pytest.mark.parametrize(("former", "now"), list(FORMER_IDS.items()))
def test_a_former_id_leads_to_the_later_row(former: str, now: str) -> None:
    assert BOOK[former].id == now


def test_there_are_no_other_former_ids() -> None:
    assert dict(BOOK.aliases) == FORMER_IDS


# Sections 0.7 and 5: numbers of before, the rule that holds the matter now, and since when.
RENUMBERED = {
    "AUC-8": ("AUC-9.2", date(2025, 10, 15)),
    "AUC-11": ("AUC-12", date(2025, 10, 15)),
    "CSL-12": ("CSL-13.2", date(2026, 1, 1)),
    "CSL-21": ("CSL-23", date(2026, 1, 1)),
    "CSL-24": ("CSL-26", date(2026, 1, 1)),
    "CSL-46": ("CSL-48", date(2026, 1, 1)),
    "CSL-47": ("CSL-49", date(2026, 1, 1)),
    "CSL-68": ("CSL-69", date(2026, 1, 1)),
    "PSA-25": ("PSA-29.1", date(2026, 1, 1)),
    "PSA-68": ("PSA-80", date(2026, 1, 1)),
}


def test_the_numbers_that_still_circulate_are_known_as_numbers_of_before() -> None:
    assert {each.id: (each.now, each.since) for each in BOOK.renumbered.values()} == RENUMBERED


def test_a_number_of_before_is_no_id_and_no_article_of_a_row() -> None:
    assert not set(RENUMBERED) & set(BOOK.rules)
    assert all(BOOK.stale(rule_id) is None for rule_id in (*BOOK.rules, *BOOK.aliases))


@pytest.mark.parametrize("rule_id", NAMED_ELSEWHERE.split())
def test_an_id_that_other_rooms_use_is_the_id_of_a_row(rule_id: str) -> None:
    assert rule_id in BOOK.rules


@pytest.mark.parametrize(
    "rule_id",
    ["CSL-49", "IIS-16", "IM-14.1", "DS-10", "ALG-9.2", "RPM-29", "MPL-80", "HER-23", "ADL-45", "FRA-14", "FRA-22", "FRA-25", "ECL-45"],
)
def test_the_texts_that_oblige_an_operator_to_act_are_usable_keys_b(rule_id: str) -> None:
    rule = BOOK[rule_id]
    assert Key.B in rule.keys
    assert rule.verified
    assert rule.number_verified
    assert rule.status.binding
    assert "block" in rule.at_most
    assert rule.in_force(TODAY)


def test_what_rests_on_a_summary_or_on_memory_is_not_verified() -> None:
    assert [rule.id for rule in BOOK.rules.values() if rule.verified and rule.evidence_grade not in VERIFYING_GRADES] == []


@pytest.mark.parametrize(
    "rule_id",
    sorted(
        {"IM-13", "IM-4.3", "IM-4.4", "IM-22.2", "DS-12", "DS-13", "VIO-1", "COM-1", "APP-6", "DOM-1", "PUB-1", "LIV-1", "NTP-1", "MIN-10"}
        | {"MED-1", "MED-2", "ADV-1", "GB-5.1", "GB-5.5", "LM-4.1", "LM-4.2", "LM-11", "LM-12", "FIL-G1", "FIL-G2", "ACC-15"}
        | span("ECO", 8, 17)
        | ids("FAC", "1 2 3 4 5 6")
        | SAFETY
    ),
)
def test_rows_to_keep_unverified_are_unverified(rule_id: str) -> None:
    assert not BOOK[rule_id].verified


@pytest.mark.parametrize(
    "rule_id", ["DS-11", "ECO-21", "ECO-22", "ECO-23", "ECO-24", "ECO-25", "ACC-8", "ACC-10", "ACC-11", "GB-5.6", "MIR-24", "DOS-1"]
)
def test_a_number_that_was_not_seen_is_not_verified(rule_id: str) -> None:
    assert not BOOK[rule_id].number_verified


def test_an_unverified_row_of_binding_rank_that_names_a_block_says_why_it_may_not_yet() -> None:
    silent = [rule.id for rule in BOOK.rules.values() if not rule.verified and "block" in rule.at_most and not rule.note]
    assert silent == []


def test_a_campaign_a_guide_or_a_standard_never_reaches_a_block() -> None:
    assert [rule.id for rule in BOOK.rules.values() if "block" in rule.at_most and not rule.status.binding] == []


def test_what_the_law_ties_to_manifest_cases_is_marked() -> None:
    assert {rule.id for rule in BOOK.rules.values() if rule.manifest_only} == {"IIS-16", "TEL-61", "DS-6.2"}


# Texts read by several named readers, of which no single row says how many; QL25 in reprints, DOS without numbers (grade n?).
READ_AS_A_WHOLE = {"MIN", "PG-A", "PG-I", "PG-S", "PG-T", "PG-V", "QL25", "DOS"}


def test_one_reader_verifies_a_quoted_article_only_with_its_number() -> None:
    """Section 1: grade T verifies if there are two readers, or if number and wording were quoted."""
    alone = [rule for rule in BOOK.rules.values() if rule.verified and rule.evidence_grade == "T" and rule.readers < 2]
    unquoted = {rule.id for rule in alone if not (rule.article and rule.number_verified) and rule.instrument not in READ_AS_A_WHOLE}
    # Wording seen, number not (grade n? or "number to check"): content verified, number not.
    assert unquoted == ids("ACC", "8 10 11") | ids("ECO", "21 22 23 24 25") | {"DS-11", "GB-5.6", "LM-6.5"}
    assert not any(BOOK[rule_id].number_verified for rule_id in unquoted)


def test_a_row_counts_as_many_readers_as_its_grade_says() -> None:
    for rule in BOOK.rules.values():
        grade, _, count = rule.evidence_grade.partition("×")
        expected = {"T2": 2, "T2*": 2, "T1": 1, "S": 0, "M": 0, "S/M": 0}.get(rule.evidence_grade, int(count or 1))
        assert rule.readers == expected, f"{rule.id}: {grade}, {rule.readers} readers"


def test_one_article_may_forbid_and_oblige() -> None:
    both = {rule.id for rule in BOOK.rules.values() if {Key.A, Key.B} <= set(rule.keys) and "block" in rule.at_most}
    assert both == {"FRA-14", "FRA-25", "IM-7", "DS-14.2", "CSL-50", "MPL-77", "RPM-26"}


@pytest.mark.parametrize(
    ("prefix", "measures"),
    [("LM", {"label", "duty"}), ("DIA", {"label", "limit"}), ("CAT", {"limit"}), ("INT13", {"report"}), ("GB", {"label", "duty"})],
)
def test_what_is_not_binding_justifies_no_more_than_its_rank(prefix: str, measures: set[str]) -> None:
    """Section 10, point 5, and the rank of judicial interpretations here: report only."""
    assert set().union(*(rule.at_most for rule in BOOK.rules.values() if rule.instrument == prefix)) <= measures


def test_an_article_in_the_bad_information_list_never_deletes() -> None:
    assert BOOK["ECO-7"].at_most == ("label", "limit")
    assert BOOK["ALG-9.1"].at_most == ("label", "limit"), "unlabelled content is held until it is labelled, never removed"


@pytest.mark.parametrize(
    ("prefix", "status"),
    [
        ("LM", Status.NORMATIVE),
        ("DIA", Status.NORMATIVE),
        ("CAT", Status.NORMATIVE),
        ("COM", Status.NORMATIVE),
        ("APP", Status.NORMATIVE),
        ("ECO", Status.RULE),
        ("ALG", Status.RULE),
        ("ACC", Status.RULE),
        ("DS", Status.RULE),
        ("IM", Status.RULE),
        ("VIO", Status.RULE),
        ("FAC", Status.RULE),
        ("ANT", Status.RULE),
        ("GB", Status.MANDATORY_STANDARD),
        ("SIC", Status.REGULATION),
        ("QL25", Status.CAMPAIGN),
        ("QL26", Status.CAMPAIGN),
        ("MIN", Status.GUIDE),
        ("CSL", Status.LAW),
    ],
)
def test_each_text_has_its_rank(prefix: str, status: Status) -> None:
    assert BOOK.instruments[prefix].status is status


def test_the_trademark_article_changes_its_number_with_the_year() -> None:
    last, first = date(2026, 12, 31), date(2027, 1, 1)
    assert [BOOK["TML-57"].in_force(day) for day in (last, first)] == [True, False]
    assert [BOOK["TML-72"].in_force(day) for day in (last, first)] == [False, True]


def test_draft_values_were_never_law_and_have_ended() -> None:
    for rule_id in ("MIN-DRAFT-40", "ANT-DRAFT-2025"):
        rule = BOOK[rule_id]
        assert rule.in_force_to is not None
        assert not rule.in_force(TODAY)
        assert rule.at_most == ("duty",)
        assert not rule.verified


def test_the_two_editions_of_the_campaign_map_to_each_other() -> None:
    for rule in BOOK.rules.values():
        for other in rule.maps_to:
            assert rule.id in BOOK[other].maps_to, f"{other} does not map back to {rule.id}"
            assert rule.editions != BOOK[other].editions


def test_what_is_new_in_2026_maps_to_nothing() -> None:
    assert [rule_id for rule_id in sorted(CAMPAIGN_2026) if not BOOK[rule_id].maps_to] == ["QL26-1.4", "QL26-1.7"]


@pytest.mark.parametrize(
    ("point", "problem_type"),
    list(zip(["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7"], range(1, 14), strict=True)),
)
def test_each_point_of_the_2025_notice_is_one_problem_type(point: str, problem_type: int) -> None:
    rows = [BOOK[rule_id] for rule_id in CAMPAIGN_2025 if rule_id.removeprefix("QL25-").startswith(point)]
    assert rows
    assert all(rule.article == point and problem_type in rule.problem_types for rule in rows)


def test_every_rule_serves_a_problem_type() -> None:
    assert [rule.id for rule in BOOK.rules.values() if not rule.problem_types] == []


def test_every_text_is_written_in_its_language() -> None:
    for rule in BOOK.rules.values():
        chinese = rule.title_zh + rule.obligation_zh
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), rule.id
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in rule.title_en), rule.id


def test_rows_are_sorted_and_separated() -> None:
    for path in DATA.glob("*.yaml"):
        text = path.read_text("utf-8")
        assert text.startswith("# "), f"{path.name} does not say what it holds"
        assert text.endswith("\n"), path.name
        names = [line.removeprefix("- id: ") for line in text.splitlines() if line.startswith("- id: ")]
        assert names == sorted(names, key=_natural), path.name


def _natural(name: str) -> list[tuple[bool, int, str]]:
    pieces, digits = [], ""
    for letter in name + "\0":
        if letter.isdigit():
            digits += letter
            continue
        if digits:
            pieces.append((False, int(digits), ""))
            digits = ""
        pieces.append((True, 0, letter))
    return pieces
