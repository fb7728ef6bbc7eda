"""The register of sources: terms, gaps, objections, the 5 % rule, and who changed what."""

from __future__ import annotations

import httpx
import pytest

from brightline.corpus.sampling import Answer, Desk, plan_source_check
from brightline.corpus.sources import Register, Source
from brightline.store import CorpusSamples, NewItem
from tests.server.console.conftest import Console, Person
from tests.server.console.corpus.making import make_run

HOME = "/console/corpus/sources"
YAML = b"- {id: board-a, name: Board A, kind: crawl}\n- {id: board-b, name: Board B, kind: own, owner: desk}\n"


@pytest.fixture
def register(console: Console) -> Register:
    found = Register(console.site.service.store.database)
    found.save(Source.from_document({"id": "wiki", "name": "维基", "kind": "open_data", "licence": {"spdx": "CC-BY-4.0"}}), by="test")
    return found


def send_file(person: Person, content: bytes) -> httpx.Response:
    headers = {"Accept": "text/html", "Origin": person.site.url, "Sec-Fetch-Site": "same-origin"}
    files = {"file": ("sources.yaml", content, "application/yaml")}
    return person._send("POST", f"{HOME}/import", False, headers, data={"csrf": person.csrf}, files=files)


def test_an_empty_register_shows_what_a_file_looks_like(console: Console) -> None:
    page = console.as_("auditor").get(HOME).text
    assert "No source is registered yet." in page
    assert "kind: open_data" in page
    assert "/sources/new" not in page


def test_a_source_is_registered_by_the_form_and_its_gaps_are_listed_with_their_clause(console: Console) -> None:
    lead = console.as_("lead")
    form = {
        "id": "news-1",
        "name": "晨报",
        "kind": "crawl",
        "url": "https://news.example/",
        "languages": "zh，en",
        "robots.verdict": "allowed",
    }
    answer = lead.post(f"{HOME}/new", form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HOME}/news-1")
    page = lead.get(f"{HOME}/news-1").text
    assert "晨报" in page
    assert "TC260-003 5.1" in page
    assert "country of origin" in page
    assert "Collecting allowed" in page


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"id": "UPPER", "name": "n", "kind": "own"}, "id"),
        ({"id": "a", "name": "n", "kind": "stolen"}, "kind"),
        ({"id": "a", "name": "n", "kind": "own", "country": "China"}, "country"),
        ({"id": "a", "name": "n", "kind": "own", "collected_from": "yesterday"}, "collected_from"),
        ({"id": "a", "name": "n", "kind": "own", "licence.evidence.sha256": "xyz"}, "licence.evidence.sha256"),
        ({"id": "a", "kind": "own"}, "name"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_field_and_nothing_is_lost(console: Console, form: dict[str, str], field: str) -> None:
    answer = console.as_("lead").post(f"{HOME}/new", form | {"notes": "not to be lost"})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert "not to be lost" in answer.text


def test_a_source_is_changed_as_a_revision_that_says_what_and_who(console: Console, register: Register) -> None:
    lead = console.as_("lead")
    page = lead.get(f"{HOME}/wiki/edit").text
    revision = register.get("wiki").revision
    assert f'name="revision" value="{revision}"' in page
    form = {"name": "维基百科", "kind": "open_data", "licence.spdx": "CC-BY-4.0", "owner": "data desk", "revision": str(revision)}
    assert lead.post(f"{HOME}/wiki/edit", form).status_code == 303
    page = lead.get(f"{HOME}/wiki").text
    assert "Who answers for it here" in page
    assert "the-lead" in page
    stale = lead.post(f"{HOME}/wiki/edit", form | {"name": "something else"})
    assert (stale.status_code, "BL-CORPUS-043" in stale.text) == (400, True)
    assert "something else" in stale.text


def test_a_status_needs_a_reason_and_approval_needs_that_nothing_forbids_it(console: Console, register: Register) -> None:
    lead = console.as_("lead")
    assert lead.post(f"{HOME}/wiki/status", {"status": "suspended"}).status_code == 422
    assert lead.post(f"{HOME}/wiki/status", {"status": "suspended", "reason": "complaints"}).status_code == 303
    assert register.get("wiki").source.status == "suspended"
    register.save(Source.from_document({"id": "bought", "name": "Bought", "kind": "purchase"}), by="test")
    refused = lead.post(f"{HOME}/bought/status", {"status": "approved", "reason": "we like it"})
    assert (refused.status_code, "BL-CORPUS-042" in refused.text) == (422, True)
    events = console.site.service.store.audit.events(kind="corpus.source_changed", subject="wiki", limit=1)
    assert events[0].detail["status"] == "suspended"


def test_a_file_is_taken_in_whole_or_not_at_all_and_goes_out_again(console: Console) -> None:
    lead = console.as_("lead")
    assert send_file(lead, YAML).status_code == 303
    assert "board-a" in lead.get("/console/corpus/sources.yaml").text
    broken = send_file(lead, b"- {id: board-c, name: C, kind: own}\n- {id: board-d, kind: nothing}\n")
    assert broken.status_code >= 400
    assert "sources.yaml" in broken.text
    unknown = lead.get(f"{HOME}/board-c")
    assert (unknown.status_code, f'{HOME}/new?id=board-c"' in unknown.text) == (404, True)
    assert 'value="board-c"' in lead.get(f"{HOME}/new", id="board-c").text
    assert "/new?id=" not in console.as_("auditor").get(f"{HOME}/board-c").text


def test_the_list_is_narrowed(console: Console) -> None:
    lead = console.as_("lead")
    send_file(lead, YAML)
    assert "Board B" not in lead.get(HOME, q="board-a").text
    assert "Board A" not in lead.get(HOME, status="blacklisted").text
    assert "Board A" in lead.get(HOME, lacking="fields").text
    assert "Board A" in lead.get(HOME, status="nonsense", verdict="none", page="9" * 30).text


def test_the_verdict_of_a_source_comes_from_the_people_who_looked(console: Console, register: Register) -> None:
    store = console.site.service.store
    plan = plan_source_check({"wiki": 4000}, size=80)
    items = [NewItem(f"{n:032x}", "wiki", "wiki", False, f"a:{n}", f"文档{n}") for n in range(80)]
    sample = CorpusSamples(store.database).create(
        run=make_run(store, "checked", workspace="/c").id, kind="human", plan=plan.to_document(), items=items, by="test"
    )
    desk = Desk(store.database, staffing="off")
    for number in range(70):
        task = desk.next_for(sample.id, "u")
        assert task is not None
        desk.answer(sample.id, task.item.position, "u", Answer("fail" if number < 30 else "pass"))
    assert "More than 5 %: not to be used" not in console.as_("auditor").get(f"{HOME}/wiki").text  # nothing stands before the end
    desk.close(sample.id, "test", partial=True)
    page = console.as_("auditor").get(f"{HOME}/wiki").text
    assert "More than 5 %: not to be used" in page
    assert "30 of 70" in page


def test_a_reader_cannot_change_anything(console: Console, register: Register) -> None:
    for role in ("admin", "reviewer", "auditor"):
        person = console.as_(role)
        assert person.get(f"{HOME}/wiki").status_code == 200
        assert person.get(f"{HOME}/wiki/edit").status_code == 403
        assert person.post(f"{HOME}/wiki/status", {"status": "retired", "reason": "x"}).status_code == 403


def test_markup_in_a_source_is_text(console: Console, register: Register) -> None:
    register.save(Source.from_document({"id": "evil", "name": "<img src=x>", "kind": "own", "notes": "</p><script>"}), by="test")
    for path in (HOME, f"{HOME}/evil", f"{HOME}/evil/edit"):
        page = console.as_("lead").get(path).text
        assert "<img src=x>" not in page
        assert "</p><script>" not in page
