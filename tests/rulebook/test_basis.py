"""Section 9 of the legal grounds as data: which rule ids ground a label, a limit or a block of each problem type."""

from __future__ import annotations

from datetime import date

import pytest

from brightline.errors import DataError
from brightline.model import Key
from brightline.rulebook import Basis, load_rulebook

BOOK = load_rulebook()
TODAY = date(2026, 11, 22)

# The block column, key A and key B, written down from the table by hand.
BLOCK = {
    1: "IM-4.1 PSA-50 PSA-80 CRI-363 CRI-364 CIV-1019 CIV-1033 RPM-22 MPL-52 IM-14.1 CSL-49 DS-10 DS-14.2 PIP-29 CIV-1023 IM-14.2",
    2: "FRA-14 CSL-29 CSL-48 CSL-49",
    3: "IM-7 PIP-13 PIP-29 PIP-31 DSL-32 NDR-8 NDR-22 NDR-24 CPR-53 AUC-13.3",
    4: "IM-14.2 DS-10 FRA-22 RPM-29",
    5: "DS-18 DS-10",
    6: "ADL-16 ADL-17 ADL-25 DRU-90 FUN-11 ADL-45 SEC-56 CSL-49 SIC-3 SIC-24 IM-14.1",
    7: "PSA-29.1 CRI-291-1.2 EMR-7 IIS-15.6 ECO-6.8 DS-6.2 ALG-13 CSL-49 IIS-16 IM-14.1",
    8: "DS-6.2 DS-10 CSL-13.2 CSL-49 AUC-12 ADL-28 ADL-45 IIS-15.5 IIS-16 ECO-6.7 PSA-31",
    9: "PSA-80 CRI-363 CRI-364 IIS-15.7 IM-4.1 CSL-49 IM-14.1 RPM-22 MPL-52 RPM-29",
    10: "PSA-58 PSA-62 PSA-63 CRI-266 CRI-279 CRI-280 CSL-48 CSL-49 FRA-25 PSA-50 CIV-1032 CIV-1033 HER-22 HER-23 DS-14.2 CIV-1019 CIV-1023",
    11: "FRA-14 FRA-31 ALG-14 AUC-9.2 AUC-13.4 ECL-17 IM-14.2 FRA-22 ALG-9.2",
    12: "AUC-7 TML-57 CIV-1014 CIV-1017 ECL-45 CIV-1197 FRA-23 FRA-25 CSL-50",
    13: "RPM-22 RPM-24 RPM-25 RPM-27 MPL-50 MPL-52 ANT-14a RPM-29 MPL-80",
}
LABEL = {
    1: "LM-7 FIL-G3",
    5: "IM-12 DS-16 DS-17.1 LM-6.1 NDR-10 GB-5.1",
    6: "DIA-13 IM-4.5 ADL-14",
    7: "DS-11",
    9: "RPM-23 MPL-51",
    13: "RPM-23",
}
LIMIT = {
    1: "IM-17 DS-19 DS-20 ALG-24 MDR-13",
    2: "ECO-7 FRA-25",
    3: "NDR-18 NDR-19 IM-8",
    4: "IM-14.2 DS-10 FRA-22 RPM-29",
    5: "ALG-9.1",
    6: "PHY-13 PHY-24 MIR-24 DIA-21 SIC-3 SIC-12 SEC-160.2",
    7: "ALG-12",
    8: "RPM-23",
    9: "ECO-7 RPM-24",
    10: "CIV-1195 CIV-994",
    11: "CSL-26 FRA-22 ALG-12 ALG-14 ECO-24",
    12: "CIV-1195 ECL-42",
    13: "IM-10 RPM-42 RPM-43 RPM-44 MPL-74 ALG-18 ANT-14b ANT-14c ANT-18b ANT-18c",
}


@pytest.mark.parametrize("problem_type", range(1, 14))
def test_the_basis_of_a_type_names_what_the_table_names(problem_type: int) -> None:
    basis = BOOK.basis(problem_type, TODAY)
    assert set(BLOCK[problem_type].split()) <= set(basis.block)
    assert set(LABEL.get(problem_type, "").split()) <= set(basis.label)
    assert set(LIMIT[problem_type].split()) <= set(basis.limit)
    assert basis.no_ground_zh
    assert basis.no_ground_en
    assert basis.verified


@pytest.mark.parametrize("problem_type", range(1, 14))
def test_every_rule_of_a_basis_is_a_row_and_serves_that_type(problem_type: int) -> None:
    for rule_id in BOOK.bases[problem_type].rule_ids():
        assert problem_type in BOOK.rules[rule_id].problem_types, rule_id


@pytest.mark.parametrize("problem_type", range(1, 14))
def test_a_verified_ground_has_a_usable_pair_of_keys_today(problem_type: int) -> None:
    for ground in BOOK.basis(problem_type, TODAY).grounds:
        for key, ids in ((Key.A, ground.key_a), (Key.B, ground.key_b)):
            usable = [
                rule_id
                for rule_id in ids
                if (rule := BOOK[rule_id]).verified
                and rule.number_verified
                and rule.status.binding
                and "block" in rule.at_most
                and key in rule.keys
            ]
            assert usable, f"{ground.id} has no usable key {key}"


def test_exceptions_come_first_where_the_law_has_them() -> None:
    obscene = next(ground for ground in BOOK.bases[9].grounds if ground.id == "9.obscene")
    clone = next(ground for ground in BOOK.bases[10].grounds if ground.id == "10.clone")
    assert obscene.exceptions == ("CRI-367",)
    assert set(clone.exceptions) == {"CIV-999", "CIV-1020", "CIV-1025", "CIV-1027"}
    for ground in (obscene, clone):
        assert all(Key.EXCEPTION in BOOK[rule_id].keys for rule_id in ground.exceptions)


def test_the_basis_follows_the_day_of_the_decision() -> None:
    before, after = (BOOK.basis(12, day) for day in (date(2026, 12, 31), date(2027, 1, 1)))
    assert "TML-57" in before.block
    assert "TML-72" not in before.block
    assert "TML-72" in after.block
    assert "TML-57" not in after.block


def test_before_the_law_was_in_force_there_is_no_ground() -> None:
    """The Deep Synthesis Provisions began on 2023-01-10: before, nothing forbade removing a label."""
    assert BOOK.basis(5, date(2023, 1, 9)).grounds == ()
    assert [ground.id for ground in BOOK.basis(5, date(2023, 1, 10)).grounds] == ["5.tampering"]


@pytest.mark.parametrize("problem_type", [0, 14, -1])
def test_there_are_thirteen_problem_types(problem_type: int) -> None:
    with pytest.raises(DataError) as caught:
        BOOK.basis(problem_type, TODAY)
    assert caught.value.code == "BL-DATA-113"


def test_what_nothing_grounds_is_said_in_both_languages() -> None:
    assert "未备案" in _basis(1).no_ground_zh
    assert "unfiled" in _basis(1).no_ground_en
    assert "must be answered" in _basis(6).no_ground_en
    assert "content farms" in _basis(11).no_ground_en.lower()


def _basis(problem_type: int) -> Basis:
    return BOOK.basis(problem_type, TODAY)


# What the block column has beyond section 9 or pairs by itself; each says so in its note.
OWN_READING = ["1.cloning", "2.crime-teaching", "2.intrusion", "4.accounts", "8.rival", "10.intimate", "11.paid-posts"]


def test_a_pair_that_section_9_does_not_name_says_that_it_is_our_own_reading() -> None:
    marked = [ground.id for basis in BOOK.bases.values() for ground in basis.grounds if "Brightline's own" in ground.note]
    assert sorted(marked) == sorted(OWN_READING)


def test_sexual_material_of_minors_knows_no_exception() -> None:
    for basis in BOOK.bases.values():
        for ground in basis.grounds:
            if {"MPL-52", "RPM-22"} <= set(ground.key_a):
                assert ground.exceptions == (), ground.id


def test_what_the_block_column_has_beyond_section_9_is_known() -> None:
    beyond = {number: set(BOOK.basis(number, TODAY).block) - set(BLOCK[number].split()) for number in BLOCK}
    assert {number: ids for number, ids in beyond.items() if ids} == {
        2: {"PSA-33.5", "CRI-285", "CRI-287-1", "IM-14.1", "PSA-80", "CRI-363", "CRI-364", "IIS-15.7", "IM-4.1"},
        4: {"IM-4.1", "DS-6.1"},
        6: {"SEC-160.2"},
        8: {"CIV-1195", "CIV-1197"},
        10: {"IM-14.1", "DS-10", "IM-14.2"},
        11: {"CRI-225"},
    }
