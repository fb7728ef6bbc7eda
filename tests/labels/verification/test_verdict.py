"""The table of docs/label-verification.md, cell by cell: what a thing found is worth, and which of several decides."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.labels.containers.reading import Entry
from brightline.labels.sites import Site, sites_in
from brightline.labels.verification.verdict import (
    FRONT_MATTER,
    Claim,
    Ground,
    GroundKind,
    Integrity,
    State,
    claim_of,
    decide,
    ground_of_label,
    integrity_of,
)


def labelled(value: str, **more: str) -> Site:
    fields = ",".join(f'"{key}":"{each}"' for key, each in ({"Label": value, "ContentProducer": "p", "ProduceID": "n-7"} | more).items())
    (site,) = sites_in([Entry("png.tEXt", "AIGC", "{" + fields + "}", 8, 90)])
    return site


def unreadable(key: str, value: str, place: str = "png.tEXt") -> Site:
    return Site(place, key, 8, 90, "unreadable", value, defects=("not-an-object",))


CELLS = {
    ("1", Integrity.OK): State.CONFIRMED,
    ("1", Integrity.UNKNOWN): State.CONFIRMED,
    ("1", Integrity.TAMPERED): State.SUSPECTED,
    ("2", Integrity.OK): State.POSSIBLE,
    ("2", Integrity.UNKNOWN): State.POSSIBLE,
    ("2", Integrity.TAMPERED): State.SUSPECTED,
    ("3", Integrity.OK): State.SUSPECTED,
    ("3", Integrity.UNKNOWN): State.SUSPECTED,
    ("3", Integrity.TAMPERED): State.SUSPECTED,
    ("AIGC", Integrity.UNKNOWN): State.CONFIRMED,
    ("true", Integrity.UNKNOWN): State.CONFIRMED,
    ("", Integrity.UNKNOWN): State.SUSPECTED,
    ("7", Integrity.UNKNOWN): State.SUSPECTED,
    ("maybe", Integrity.TAMPERED): State.SUSPECTED,
}


@pytest.mark.parametrize(("value", "integrity"), CELLS)
def test_a_label_is_worth_what_it_says_unless_it_was_changed(value: str, integrity: Integrity) -> None:
    ground = ground_of_label(labelled(value), integrity)

    assert ground is not None
    assert ground.state is CELLS[value, integrity]
    assert ground.rule == {State.CONFIRMED: "LM-6.1", State.POSSIBLE: "LM-6.2", State.SUSPECTED: "LM-6.3"}[ground.state]


@pytest.mark.parametrize("value", ["0", "false", "No", "否"])
def test_a_label_that_says_no_claims_nothing(value: str) -> None:
    assert ground_of_label(labelled(value), Integrity.UNKNOWN) is None


def test_a_quotation_claims_nothing_whatever_it_quotes() -> None:
    (site,) = sites_in([Entry("markdown.fence.quoted", "AIGC", '{"Label":"1","ContentProducer":"p"}', 8, 90)])

    assert claim_of(site) is Claim.NOTHING


def test_the_fields_of_a_cloud_service_say_that_the_content_is_generated() -> None:
    (site,) = sites_in([Entry("png.tEXt", "AIGC", '{"ServiceProvider":"p","ServiceUser":"u","Time":"t","ContentId":"c"}', 8, 90)])

    assert claim_of(site) is Claim.IS


@pytest.mark.parametrize(
    ("site", "claim"),
    [
        (unreadable("AIGC", '{"Label":"1"'), Claim.UNCLEAR),
        (unreadable("TC260:AIGC", "yes"), Claim.UNCLEAR),
        (unreadable("AIGC", "false"), Claim.NOTHING),
        (unreadable("AIGC", '"0"'), Claim.NOTHING),
        (unreadable("AigcInfo", '{"aigc_label_type":0}'), Claim.NOTHING),
        (unreadable("x-aigc-api", "v2"), Claim.NOTHING),
        (unreadable(FRONT_MATTER, "title: [aigc\nAIGC: {Label: 1", "markdown.front_matter"), Claim.UNCLEAR),
        (unreadable(FRONT_MATTER, "title: [the aigc rules", "markdown.front_matter"), Claim.NOTHING),
        (unreadable(FRONT_MATTER, "true", "markdown.front_matter"), Claim.UNCLEAR),
        (unreadable(FRONT_MATTER, "false", "markdown.front_matter"), Claim.NOTHING),
    ],
)
def test_a_field_that_cannot_be_read_is_a_trace_only_if_it_is_called_aigc(site: Site, claim: Claim) -> None:
    assert claim_of(site) is claim


@pytest.mark.parametrize(("states", "complete"), list(itertools.product(itertools.product(list(State)[:3], repeat=2), [True, False])))
def test_the_strongest_ground_decides_whether_or_not_the_file_was_inspected_in_full(states: tuple[State, State], complete: bool) -> None:
    grounds = [Ground(GroundKind.TRACE, state, "LM-6.3", str(state)) for state in states]

    state, decisive = decide(grounds, complete=complete)

    assert state is min(states, key=list(State).index)
    assert decisive is grounds[states.index(state)]


def test_nothing_found_is_none_only_if_all_was_inspected() -> None:
    assert decide([], complete=True) == (State.NONE, None)
    assert decide([], complete=False) == (State.INCONCLUSIVE, None)


@given(st.lists(st.sampled_from(list(Integrity))))
def test_anything_tampered_taints_the_file_and_one_proof_is_enough_otherwise(parts: list[Integrity]) -> None:
    found = integrity_of(parts)

    assert (found is Integrity.TAMPERED) == (Integrity.TAMPERED in parts)
    assert (found is Integrity.OK) == (Integrity.OK in parts and Integrity.TAMPERED not in parts)
