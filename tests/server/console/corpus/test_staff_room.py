"""Annotation staff at the console: who is ready, who is not and why, kept by somebody else than the person; and the written rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from brightline.store import CorpusStaff
from tests.server.console.conftest import Console
from tests.server.console.corpus.making import make_run, make_sample

HOME = "/console/corpus/staff"
TODAY = datetime.now(UTC).date()
GOOD = {
    "function_review": "yes",
    "trained_on": str(TODAY - timedelta(days=30)),
    "training": "语料安全标注培训",
    "examined_on": str(TODAY - timedelta(days=20)),
    "score": "88",
    "pass_mark": "80",
}
RULES = {"name": "safety", "version": "3", "effective_from": str(TODAY), "covers": "safety", "digest": "ab" * 32, "title": "安全标注规则"}


def test_who_has_no_record_is_led_from_the_desk_to_the_page_where_it_is_kept(console: Console) -> None:
    reviewer, lead = console.new("reviewer", "untrained"), console.as_("lead")
    assert reviewer.user is not None
    sample = make_sample(console.site.service.store, make_run(console.site.service.store, "staffed"), ["河水很清。", "第二份。"])
    at = f"/console/corpus/samples/{sample.id}/desk"
    assert f'href="{HOME}"' in reviewer.get(at).text.partition("notice-warning")[2].partition("</div>")[0]
    listed = lead.get(HOME).text
    assert "There is no record of this person" in listed
    assert f"{HOME}/edit?person={reviewer.user.id}" in listed

    assert lead.post(f"{HOME}/edit", GOOD | {"person": reviewer.user.id}).status_code == 303

    assert "notice-warning" not in reviewer.get(at).text
    row = lead.get(HOME).text.partition(f"person={reviewer.user.id}")[2].partition("</tr>")[0]
    assert "Ready" in row
    assert str(TODAY + timedelta(days=345)) in row  # a year after the examination
    assert reviewer.get(f"{HOME}/edit", person=reviewer.user.id).status_code == 403


def test_every_revision_stays_and_says_who_kept_it(console: Console) -> None:
    reviewer, lead = console.new("reviewer", "examined-twice"), console.as_("lead")
    assert reviewer.user is not None
    for score in ("70", "90"):
        assert lead.post(f"{HOME}/edit", GOOD | {"person": reviewer.user.id, "score": score}).status_code == 303
    page = lead.get(f"{HOME}/edit", person=reviewer.user.id).text
    assert "70/80" in page
    assert "90/80" in page
    assert 'value="90"' in page
    kinds = [event.kind for event in console.site.service.store.audit.events(subject=reviewer.user.id, kind="corpus.staff_changed")]
    assert len(kinds) == 2


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"score": "79"}, "No passed examination is on record"),
        ({"examined_on": str(TODAY - timedelta(days=400))}, "The examination has expired"),
        ({"trained_on": ""}, "No training is on record"),
        ({"function_label": "yes"}, "Labelling, review and arbitration are not apart"),
        ({"left": "yes"}, "No longer here"),
        ({"valid_until": str(TODAY + timedelta(days=3))}, "To be examined again soon"),
    ],
)
def test_a_gap_is_told_in_words(console: Console, changes: dict[str, str], says: str) -> None:
    lead = console.as_("lead")
    assert lead.post(f"{HOME}/edit", GOOD | {"person": "key:tool:annotator-7"} | changes).status_code == 303
    assert says in lead.get(HOME).text.partition("person=key")[2].partition("</tr>")[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"person": ""},
        {"person": "rules/safety"},
        {"function_review": ""},
        {"score": "101"},
        {"score": "many"},
        {"examined_on": "yesterday"},
    ],
)
def test_what_is_no_record_is_refused_and_what_was_entered_stays(console: Console, changes: dict[str, str]) -> None:
    before = len(CorpusStaff(console.site.service.store.database).latest())
    answer = console.as_("lead").post(f"{HOME}/edit", GOOD | {"person": "key:tool:nobody"} | changes)
    assert answer.status_code == 422
    assert "BL-CORPUS-059" in answer.text
    assert "语料安全标注培训" in answer.text
    assert len(CorpusStaff(console.site.service.store.database).latest()) == before


def test_nobody_keeps_a_record_of_their_own(console: Console) -> None:
    lead = console.as_("lead")
    assert lead.user is not None
    assert lead.post(f"{HOME}/edit", GOOD | {"person": lead.user.id}).status_code == 422
    assert "let somebody else enter yours" in lead.get(f"{HOME}/edit", person=lead.user.id).text


def test_rules_are_kept_by_version_and_what_is_lacking_is_said(console: Console) -> None:
    lead = console.as_("lead")
    assert "No rules are in force for function labelling." in lead.get(HOME).text
    assert lead.post(f"{HOME}/rules", RULES).status_code == 303
    page = console.as_("auditor").get(HOME).text
    assert "安全标注规则" in page
    assert "No rules are in force for safety labelling." not in page
    assert lead.post(f"{HOME}/rules", RULES | {"digest": "cd" * 32}).status_code == 303  # the same version, another text
    page = lead.get(HOME).text
    assert (page.count("holds today"), page.count("replaced")) == (1, 1)
    for wrong in ({"name": " "}, {"version": ""}, {"digest": "abc"}, {"covers": "all"}, {"effective_from": ""}):
        assert lead.post(f"{HOME}/rules", RULES | wrong).status_code == 422
    assert lead.post(f"{HOME}/rules", RULES | {"version": "4", "effective_from": str(TODAY + timedelta(days=9))}).status_code == 303
    page = lead.get(HOME).text
    assert "not yet" in page
    assert "No rules are in force for safety labelling." not in page  # those of today hold until then
