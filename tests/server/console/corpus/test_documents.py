"""Documents of a real small run: found, read on record, contested, compared."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from brightline.corpus.sources import Register, Source
from brightline.curation import stages
from brightline.curation.plan import RunPlan
from brightline.curation.rules import CorpusRule
from brightline.curation.runs import Curation
from brightline.server.console.corpus.documents import titled
from brightline.store import CorpusAppeals, CorpusRun
from tests.server.console.conftest import Console
from tests.server.console.corpus.making import make_run

STORY = "小镇的早晨从面包房开始，面粉的香气顺着石板路一直飘到河边，卖花的老人把木桶摆成一排，等第一班渡船靠岸。" * 3
PHONE = "请拨打13912345678联系我们，或者到前台登记。"


@pytest.fixture(scope="module")
def run(console: Console, tmp_path_factory: pytest.TempPathFactory) -> CorpusRun:
    """Five documents: a text, an exact and a near copy of it, one with a telephone number, one of no registered source."""
    folder = tmp_path_factory.mktemp("corpus")
    rows = [
        {"id": "kept", "source": "town", "text": STORY},
        {"id": "same", "source": "town", "text": STORY},
        {"id": "alike", "source": "town", "text": STORY.replace("老人", "人")},
        {"id": "phone", "source": "town", "text": PHONE},
        {"id": "stray", "source": "nobody", "text": "一份来历不明的文档，谁也不知道它从哪里来。"},
    ]
    (folder / "a.jsonl").write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    service = console.site.service
    Register(service.store.database).save(
        Source.from_document({"id": "town", "name": "Town", "kind": "own", "status": "approved"}), by="test"
    )
    curation = Curation(service.settings, service.store)
    plan = RunPlan("small", (str(folder / "a.jsonl"),), str(folder / "work"), kernels=("bands", "exact", "personal"), workers=1)
    made = curation.begin(plan, by="test")
    with made.working("test"):
        for stage in ("annotate", "cluster", "decide"):
            stages.STAGES[stage](made)
    return made.refresh()


def at(run: CorpusRun, more: str = "") -> str:
    return f"/console/corpus/runs/{run.id}{more}"


def document(console: Console, run: CorpusRun, name: str) -> str:
    page = console.as_("auditor").get(at(run, "/documents"), q=name).text
    found = re.search(r"/documents/([0-9a-f]{32})", page)
    assert found, page[:500]
    return found[1]


def test_the_run_page_counts_what_the_stages_did(console: Console, run: CorpusRun) -> None:
    page = console.as_("auditor").get(at(run)).text
    assert "Finished" in page
    assert "Find near duplicates" in page


def test_a_document_is_found_by_its_name_its_place_and_its_id(console: Console, run: CorpusRun) -> None:
    doc_id = document(console, run, "phone")
    auditor = console.as_("auditor")
    assert doc_id in auditor.get(at(run, "/documents"), q="a.jsonl:4").text
    assert doc_id in auditor.get(at(run, "/documents"), q=doc_id).text
    assert "No document is called that." in auditor.get(at(run, "/documents"), q="nothing").text
    assert auditor.get(at(run, f"/documents/{'0' * 32}")).status_code == 404


def test_documents_are_listed_by_outcome_and_rule(console: Console, run: CorpusRun) -> None:
    page = console.as_("auditor").get(at(run, "/documents"), outcome="redact").text
    assert document(console, run, "phone") in page
    assert "personal." in page
    quarantined = console.as_("auditor").get(at(run, "/documents"), outcome="quarantine").text
    assert document(console, run, "stray") in quarantined


def test_the_text_is_shown_on_request_marked_and_on_record(console: Console, run: CorpusRun) -> None:
    doc_id = document(console, run, "phone")
    reviewer = console.as_("reviewer")
    assert "13912345678" not in reviewer.get(at(run, f"/documents/{doc_id}")).text
    page = reviewer.post(at(run, f"/documents/{doc_id}/text")).text
    assert re.search(r"<mark[^>]*>13912345678</mark>", page)
    (event,) = console.site.service.store.audit.events(kind="corpus.text_opened", subject=doc_id, limit=1)
    assert reviewer.user is not None
    assert event.actor == reviewer.user.id
    assert console.as_("admin").post(at(run, f"/documents/{doc_id}/text")).status_code == 403


def test_a_decision_is_contested_by_one_and_decided_by_another(console: Console, run: CorpusRun) -> None:
    doc_id = document(console, run, "stray")
    address = at(run, f"/documents/{doc_id}")
    lead, reviewer = console.as_("lead"), console.as_("reviewer")
    assert reviewer.post(f"{address}/contest", {"reason": " "}).status_code == 400
    assert lead.post(f"{address}/contest", {"reason": "来源已补登记"}).status_code == 303
    assert "来源已补登记" in reviewer.get(address).text
    (appeal,) = CorpusAppeals(console.site.service.store.database).of_document(run.id, doc_id)
    decide = f"/console/corpus/appeals/{appeal.id}/decide"
    assert "somebody else decides" in lead.get("/console/corpus/appeals").text
    assert lead.post(decide, {"decision": "restore", "reason": "r"}).status_code == 400
    other = console.new("lead", "second-lead")
    assert other.post(decide, {"decision": "", "reason": "r"}).status_code == 422
    assert other.post(decide, {"decision": "restore", "reason": "核实无误"}).status_code == 303
    page = reviewer.get(address).text
    assert "Restored" in page
    assert "核实无误" in page
    assert appeal.id not in lead.get("/console/corpus/appeals", status="open").text


def test_duplicates_are_grouped_and_compared_character_by_character(console: Console, run: CorpusRun) -> None:
    reviewer = console.as_("reviewer")
    page = reviewer.get(at(run, "/duplicates")).text
    group = re.search(r"/duplicates/([0-9a-f]{32})", page)
    assert group
    address = at(run, f"/duplicates/{group[1]}")
    members = reviewer.get(address).text
    assert "exact copy" in members
    assert "面包房" not in members
    others = re.findall(r'name="member" value="([0-9a-f]{32})"', members)
    compared = [reviewer.post(address, {"member": other}).text for other in others]
    assert any("The two texts are the same" in each for each in compared)
    assert any('<mark class="only">老</mark>' in each for each in compared)
    assert console.as_("admin").post(address, {"member": others[0]}).status_code == 403
    assert reviewer.get(at(run, f"/duplicates/{'0' * 32}")).status_code == 404


@pytest.mark.parametrize("more", ["/documents", "/duplicates", f"/documents/{'0' * 32}", f"/duplicates/{'0' * 32}"])
def test_a_workspace_that_is_gone_is_said_and_is_no_fault_of_ours(console: Console, more: str) -> None:
    gone = make_run(console.site.service.store, "gone", workspace="/nowhere/at/all")
    answer = console.as_("auditor").get(at(gone, more))
    assert answer.status_code == 503
    assert "/nowhere/at/all" in answer.text


def test_an_input_that_was_changed_is_never_silently_mixed(console: Console, run: CorpusRun) -> None:
    doc_id = document(console, run, "kept")
    (file,) = [Path(name) for name in run.plan["inputs"]]
    content = file.read_bytes()
    try:
        file.write_bytes(content.replace("小镇".encode(), "小村".encode()))
        answer = console.as_("reviewer").post(at(run, f"/documents/{doc_id}/text"))
        assert answer.status_code == 503
        assert "小村" not in answer.text
    finally:
        file.write_bytes(content)


@pytest.mark.parametrize("module", ["brightline.corpus.storage", "brightline.corpus.planning"])
def test_without_the_extra_the_pages_say_what_is_missing_and_the_others_work(
    console: Console, run: CorpusRun, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # as where pyarrow is not installed: importing it fails
    auditor = console.as_("auditor")
    for more in ("/documents", "/duplicates"):
        answer = auditor.get(at(run, more))
        assert answer.status_code == 503
        assert "pip install &#39;brightline[corpus]&#39;" in answer.text or "pip install 'brightline[corpus]'" in answer.text
    for path in (at(run), at(run, "/report"), at(run, "/samples"), "/console/corpus", "/console/corpus/sources", "/console/corpus/appeals"):
        assert auditor.get(path).status_code == 200, path


def test_a_reason_names_rules_by_their_titles() -> None:
    fake = CorpusRule("illegal.fraud.fake", "冒充客服", "False helpdesk", ())
    longer = CorpusRule("illegal.fraud.fake_call", "冒充客服来电", "False call", ())
    nameless = CorpusRule("own.rule", "own.rule", "own.rule", ())
    assert titled("含有违法内容illegal.fraud.fake_call、illegal.fraud.fake。", [fake, longer, nameless], "zh") == (
        "含有违法内容冒充客服来电 [illegal.fraud.fake_call]、冒充客服 [illegal.fraud.fake]。"
    )
    assert titled("it says (illegal.fraud.fake).", [fake, nameless], "en") == "it says (False helpdesk [illegal.fraud.fake])."
    assert titled("身份证号（own.rule）", [nameless], "zh") == "身份证号（own.rule）"
