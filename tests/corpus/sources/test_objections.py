from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings

from brightline.corpus.sources import (
    KINDS,
    Contract,
    Evidence,
    Licence,
    PersonalData,
    Snapshot,
    Source,
    Use,
    completeness,
    composition,
    is_usable,
    objections,
)
from brightline.corpus.sources.completeness import _EVERY
from tests.corpus.sources.making import SOURCE

TODAY = date(2026, 11, 23)
PROOF = Evidence("evidence/x.pdf", "ab" * 32, TODAY)
SEEN = Snapshot("allowed", "https://a.example/robots.txt", "", TODAY)
FULL = Source(
    "full", "Full", "open_data", "approved", "https://a.example", "crawler", "CN", ("zh",), ("text",), TODAY, TODAY,
    Licence("CC-BY-4.0", PROOF),
    Contract("1", "B", date(2026, 1, 1), date(2027, 1, 1), permits_training=True, warrants_origin=True, evidence=PROOF),
    PROOF, SEEN, SEEN, PersonalData("consent", False, None, False, None, PROOF), "ada",
)  # fmt: skip


def codes(source: Source, **use: bool) -> list[str]:
    return [each.code for each in objections(source, use=Use(**use), today=TODAY)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_record_has_no_gap_and_no_objection_whatever_its_kind(kind: str) -> None:
    source = replace(FULL, kind=kind)
    assert completeness(source).missing == ()
    assert completeness(source).share == 1.0
    assert codes(source) == []
    assert is_usable(source, today=TODAY)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("open_data", {"licence.spdx", "licence.evidence"}),
        ("crawl", {"url", "robots", "opt_out"}),
        (
            "purchase",
            {
                "contract.number",
                "contract.counterparty",
                "contract.valid_from",
                "contract.permits_training",
                "contract.warrants_origin",
                "contract.evidence",
            },
        ),
        ("user_input", {"authorisation"}),
        ("own", set()),
    ],
)
def test_each_kind_of_source_is_asked_for_its_own_proof(kind: str, fields: set[str]) -> None:
    common = {"owner", "acquisition", "collected_from", "country", "languages", "media", "personal.basis"}
    missing = completeness(Source("a", "A", kind)).missing
    assert {each.field for each in missing} == common | fields
    assert all(each.rule.startswith("SEC-D") and each.clause and each.zh and each.en for each in missing)


def test_a_basis_for_personal_data_asks_for_more() -> None:
    missing = completeness(replace(FULL, personal=PersonalData("consent"))).missing
    assert {each.field for each in missing} == {"personal.evidence", "personal.sensitive", "personal.minors"}
    assert completeness(replace(FULL, personal=PersonalData("none"))).missing == ()


@pytest.mark.parametrize(
    ("change", "code", "forbids"),
    [
        ({"status": "blacklisted"}, "blacklisted", True),
        ({"status": "suspended"}, "suspended", True),
        ({"status": "retired"}, "retired", True),
        ({"status": "proposed"}, "not_approved", False),
        ({"contract": replace(FULL.contract, valid_until=date(2026, 11, 22))}, "contract_expired", True),
        ({"contract": replace(FULL.contract, valid_from=date(2026, 11, 24))}, "contract_not_begun", True),
        ({"contract": replace(FULL.contract, permits_training=False)}, "contract_excludes_training", True),
        ({"kind": "purchase", "contract": Contract()}, "no_contract", True),
        ({"kind": "purchase", "contract": replace(FULL.contract, warrants_origin=False)}, "no_warranty", True),
        ({"licence": Licence()}, "no_licence", True),
        ({"licence": Licence("CC-BY-4.0")}, "no_evidence", False),
        ({"licence": Licence("CC-BY-NC-4.0", PROOF)}, "licence_forbids_commercial", True),
        ({"licence": Licence("CC-BY-ND-4.0", PROOF)}, "licence_forbids_derivatives", True),
        ({"licence": Licence("BUSL-1.1", PROOF)}, "licence_forbids_production", True),
        ({"robots": replace(SEEN, verdict="refused")}, "robots_refuse", True),
        ({"robots": replace(SEEN, verdict="partly")}, "robots_refuse_parts", False),
        ({"opt_out": replace(SEEN, verdict="refused")}, "opted_out", True),
        ({"opt_out": replace(SEEN, verdict="partly")}, "opted_out_in_part", False),
        ({"kind": "user_input", "authorisation": Evidence()}, "no_authorisation", True),
        ({"personal": PersonalData("", sensitive=True, separate_consent=True)}, "no_basis", True),
        ({"personal": PersonalData("consent", sensitive=True)}, "no_separate_consent", True),
        ({"personal": PersonalData("consent", minors=True, guardian_consent=False)}, "no_guardian_consent", True),
    ],
)
def test_each_objection_stands_alone_and_says_whether_it_forbids(change: dict[str, object], code: str, forbids: bool) -> None:
    source = replace(FULL, **change)  # type: ignore[arg-type]
    found = objections(source, today=TODAY)
    assert [(each.code, each.forbids) for each in found] == [(code, forbids)]
    assert found[0].clause
    assert is_usable(source, today=TODAY) != forbids


def test_what_a_licence_forbids_does_not_matter_to_who_does_not_do_it() -> None:
    source = replace(FULL, licence=Licence("CC-BY-NC-ND-4.0", PROOF))
    assert codes(source, commercial=False, derivatives=False) == []
    assert codes(source, commercial=False) == ["licence_forbids_derivatives"]


@settings(max_examples=60)
@given(SOURCE)
def test_no_source_is_without_a_word_when_something_is_wrong(source: Source) -> None:
    found = objections(source, today=TODAY)
    assert [each.forbids for each in found] == sorted((each.forbids for each in found), reverse=True)
    assert completeness(source).asked <= len(_EVERY)
    if source.status != "approved":
        assert found


def test_the_mix_names_languages_with_one_source_and_much_from_overseas() -> None:
    sources = [
        Source("a", "A", "own", country="CN", languages=("zh",), media=("text",)),
        Source("b", "B", "own", country="US", languages=("zh", "en"), media=("text",)),
        Source("c", "C", "own", media=("text",)),
        Source("unused", "U", "own", country="FR", languages=("fr",)),
    ]
    mix = composition(sources, {"a": 50, "b": 40, "c": 10})
    assert (mix.overseas, mix.unknown) == (0.4, pytest.approx(0.1))
    assert mix.single == (("language", "en", "b"),)
    assert mix.languages == {"en": 40, "zh": 90}
    assert [remark.code for remark in mix.remarks] == ["single_source", "much_overseas", "unknown_country"]
    assert all(remark.zh and remark.en for remark in mix.remarks)


def test_rows_without_a_source_count_as_unknown_in_the_mix() -> None:
    mix = composition([Source("a", "A", "own", country="CN", languages=("zh",), media=("text",))], {"a": 1, "": 3})
    assert mix.unknown == 0.75
    assert composition([], {}).documents == 0


def test_a_language_that_is_named_twice_is_one_source_of_it() -> None:
    source = Source.from_document(
        {"id": "a", "name": "A", "kind": "own", "country": "CN", "languages": ["zh", "zh"], "media": ["text", "text"]}
    )
    mix = composition([source], {"a": 4})
    assert mix.languages == {"zh": 4}
    assert mix.single == (("language", "zh", "a"), ("media", "text", "a"))
