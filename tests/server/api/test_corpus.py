"""The corpus routes: an annotation tool's day, the register, complaints, and what other tenants do not see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2 as httpx
import pytest

from brightline.corpus.sampling import Plan
from brightline.store import CorpusReports, CorpusRun, CorpusRuns, CorpusSamples, NewItem, StoredSample
from tests.server.face.site import Site

SOURCE = {"id": "letters", "name": "来信", "kind": "own", "owner": "desk"}


@pytest.fixture
def tool(site: Site) -> Iterator[httpx.Client]:
    """A client whose key may read and work with corpora."""
    _, secret = site.service.store.keys.create("tool", ("read", "corpus"))
    with httpx.Client(base_url=f"{site.url}/api/v1/corpus", headers={"Authorization": f"Bearer {secret}"}, timeout=30) as client:
        yield client


@pytest.fixture
def run(site: Site) -> CorpusRun:
    runs = CorpusRuns(site.service.store.database)
    made = runs.begin(corpus="letters", workspace=f"/{id(runs)}", versions={"code": "1"}, plan={})
    runs.note(made.id, "annotate", {"documents": 3})
    runs.finish(made.id)
    return made


@pytest.fixture
def sample(site: Site, run: CorpusRun) -> StoredSample:
    plan = Plan("human", "kept", {"letters": 2}, {"letters": 2}, {}, 96, 0.95, 1)
    items = [NewItem(f"{n:032x}", "letters", "letters", n == 0, f"a:{n}", text) for n, text in enumerate(("第一封信", "第二封信"))]
    return CorpusSamples(site.service.store.database).create(run=run.id, kind="human", plan=plan.to_document(), items=items, by="test")


def answer(tool: httpx.Client, sample: StoredSample, reviewer: str, **more: Any) -> httpx.Response:
    """The answer of somebody who took the next document before."""
    tool.post(f"/samples/{sample.id}/next", json={"reviewer": reviewer})
    return tool.post(f"/samples/{sample.id}/answers", json={"reviewer": reviewer, "position": 0, "label": "pass"} | more)


def test_a_tool_takes_documents_and_answers_until_nothing_is_left(tool: httpx.Client, sample: StoredSample) -> None:
    seen = []
    while task := tool.post(f"/samples/{sample.id}/next", json={"reviewer": "a"}).json()["task"]:
        seen.append(task["text"])
        kept = answer(tool, sample, "a", position=task["position"], label="fail", rules=["RISK-A.4-f"], spans=[[0, 2]])
        assert kept.status_code == 200
    assert seen == ["第一封信", "第二封信"]
    assert answer(tool, sample, "b", label="fail").status_code == 200
    document = tool.get(f"/samples/{sample.id}").json()
    assert (document["items"], document["decided"], document["answers"]) == (2, 2, 3)
    assert document["outcome"]["legal"]["met"] is False


def test_an_answer_for_a_document_that_was_not_handed_out_is_refused(tool: httpx.Client, sample: StoredSample) -> None:
    refused = answer(tool, sample, "a", position=1)
    assert (refused.status_code, refused.json()["code"]) == (400, "BL-CORPUS-056")
    assert tool.get(f"/samples/{sample.id}").json()["answers"] == 0


def test_an_answer_names_known_rules_and_a_number(tool: httpx.Client, sample: StoredSample) -> None:
    refused = answer(tool, sample, "a", label="fail", rules=["RISK-A.4-f", "no.such.rule"])
    assert (refused.status_code, refused.json()["code"]) == (422, "BL-CORPUS-057")
    assert answer(tool, sample, "a", position=False).status_code == 422
    assert answer(tool, sample, "a", label="fail", rules=["RISK-A.4-f", "quality.unusable"]).status_code == 200


def test_a_key_that_reads_learns_nothing_of_what_was_answered_before_all_answers_are_in(tool: httpx.Client, sample: StoredSample) -> None:
    for reviewer, label in (("a", "pass"), ("b", "pass")):
        assert answer(tool, sample, reviewer, label=label).status_code == 200
        listed = next(each for each in tool.get("/samples").json()["samples"] if each["id"] == sample.id)
        read = tool.get(f"/samples/{sample.id}").json()
        assert {listed["decided"], read["decided"], read["outcome"]} == {None}
        assert read["answers_wanted"] == 3


def test_nobody_sees_another_s_answer_and_two_who_differ_wait_for_a_third(tool: httpx.Client, sample: StoredSample) -> None:
    assert answer(tool, sample, "a", note="a secret remark").json() == {"answers": 1, "answers_wanted": 3}
    assert "a secret remark" not in tool.post(f"/samples/{sample.id}/next", json={"reviewer": "b"}).text
    assert answer(tool, sample, "b", label="fail").json() == {"answers": 2, "answers_wanted": 3}
    again = answer(tool, sample, "b")
    assert (again.status_code, again.json()["code"]) == (400, "BL-CORPUS-056")


def test_the_same_name_under_another_key_is_somebody_else(site: Site, tool: httpx.Client, sample: StoredSample) -> None:
    _, secret = site.service.store.keys.create("second tool", ("read", "corpus"))
    with httpx.Client(base_url=f"{site.url}/api/v1/corpus", headers={"Authorization": f"Bearer {secret}"}) as other:
        assert answer(tool, sample, "a").status_code == 200
        assert answer(other, sample, "a").json()["answers"] == 2


def test_an_answer_that_cannot_be_meant_is_a_problem(tool: httpx.Client, sample: StoredSample) -> None:
    for more in ({"spans": [[3, 99]]}, {"label": "perhaps"}, {"position": -1}, {"took_ms": -1}, {"extra": 1}):
        refused = answer(tool, sample, "a", **more)
        assert refused.status_code == 422, more
        assert refused.headers["content-type"] == "application/problem+json"
    assert answer(tool, sample, "a", position=77).status_code in (404, 422)


def test_a_source_is_registered_changed_and_read(tool: httpx.Client) -> None:
    made = tool.post("/sources", json={"source": SOURCE, "revision": 0}).json()
    assert made["revision"] == 1
    assert "country" in made["missing"]
    stale = tool.post("/sources", json={"source": SOURCE | {"name": "书信"}, "revision": 0})
    assert stale.json()["code"] == "BL-CORPUS-043"
    assert tool.post("/sources", json={"source": SOURCE | {"name": "书信"}, "revision": 1}).json()["revision"] == 2
    assert tool.get("/sources/letters").json()["source"]["name"] == "书信"
    assert [each["source"]["id"] for each in tool.get("/sources", params={"status": "proposed"}).json()["sources"]] == ["letters"]
    assert tool.get("/sources/nobody").status_code == 404
    assert tool.post("/sources", json={"source": {"id": "x"}}).json()["code"] == "BL-CORPUS-041"


def test_a_complaint_gets_a_number(tool: httpx.Client) -> None:
    receipt = tool.post("/complaints", json={"kind": "privacy", "what": "我的日记", "contact": "me@letters.example"})
    assert len(receipt.json()["id"]) == 36
    refused = tool.post("/complaints", json={"kind": "privacy", "what": "x", "contact": "y", "urls": ["https://*"]})
    assert refused.json()["code"] == "BL-CORPUS-047"


def test_inspections_and_reports_are_listed_and_read(site: Site, tool: httpx.Client, run: CorpusRun) -> None:
    assert run.id in [each["id"] for each in tool.get("/runs", params={"corpus": "letters"}).json()["runs"]]
    assert tool.get(f"/runs/{run.id}").json()["figures"] == {"annotate": {"documents": 3}}
    report = CorpusReports(site.service.store.database).sign(run.id, b'{"a":1}', content_digest="0" * 64, made_by="test")
    assert tool.get("/reports").json()["reports"][0]["id"] == report.id
    assert tool.get(f"/reports/{report.id}").content == b'{"a":1}'
    first = tool.get("/runs", params={"limit": 1}).json()
    assert tool.get("/runs", params={"limit": 1, "after": first.get("next", first["runs"][0]["id"])}).json()["runs"] != first["runs"]
    assert tool.get("/runs", params={"after": "x"}).status_code == 400


def test_other_tenants_see_nothing_of_it(site: Site, tool: httpx.Client, run: CorpusRun, sample: StoredSample) -> None:
    _, secret = site.service.store.keys.create("elsewhere", ("read", "corpus"), tenant="elsewhere")
    with httpx.Client(base_url=f"{site.url}/api/v1/corpus", headers={"Authorization": f"Bearer {secret}"}) as stranger:
        assert stranger.get(f"/runs/{run.id}").status_code == 404
        assert stranger.get(f"/samples/{sample.id}").status_code == 404
        assert stranger.post(f"/samples/{sample.id}/next", json={"reviewer": "a"}).status_code == 404
        assert answer(stranger, sample, "a").status_code == 404
        assert stranger.get("/runs").json()["runs"] == []
        assert stranger.get("/sources").json()["sources"] == []
