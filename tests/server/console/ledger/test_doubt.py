"""A log that does not verify is the first thing that is said, on every page that shows the ledger."""

from __future__ import annotations

import html

from tests.server.console.conftest import Console
from tests.server.console.ledger.conftest import tamper, verified_page

TAMPER = "UPDATE ledger_entries SET entry = CAST(replace(CAST(entry AS TEXT), 'default', 'defauIt') AS BLOB) WHERE seq = 1"
UNDO = "UPDATE ledger_entries SET entry = CAST(replace(CAST(entry AS TEXT), 'defauIt', 'default') AS BLOB) WHERE seq = 1"


def pages_with_the_ledger(console: Console) -> dict[str, str]:
    lead = console.as_("lead")
    paths = ("/console", "/console/overview/standing", "/console/ledger", "/console/ledger/entries", "/console/ledger/events")
    paths = (*paths, "/console/ledger/heads", "/console/health", "/console/health/part")
    return {path: html.unescape(lead.get(path).text) for path in paths}


def test_the_proof_of_one_decision_is_not_a_verification_of_the_log(broken: Console) -> None:
    reviewer = broken.as_("reviewer")
    assert "Verified" in verified_page(broken)
    decision = broken.site.service.store.decisions(limit=1)[0].decision
    for _ in range(3):
        assert reviewer.post(f"/console/decisions/{decision.id}/verified", {"size": "3"}).status_code == 303
    for path in ("/console/ledger", "/console/ledger/verification", "/console/ledger/verification/part"):
        answer = broken.as_("auditor").get(path)
        assert answer.status_code == 200
        assert "Verified" in answer.text


def test_only_proofs_were_verified_so_far(broken: Console) -> None:
    decision = broken.site.service.store.decisions(limit=1)[0].decision
    broken.as_("reviewer").post(f"/console/decisions/{decision.id}/verified", {"size": "3"})
    assert "Nobody has verified this log from here yet." in broken.as_("auditor").get("/console/ledger").text


def test_a_finding_is_said_first_everywhere_until_a_verification_is_clean(broken: Console) -> None:
    assert "does not verify" not in broken.as_("lead").get("/console/ledger").text
    assert "does not verify" not in broken.as_("lead").get("/console/health").text
    tamper(broken, TAMPER)
    verified_page(broken)
    for path, page in pages_with_the_ledger(broken).items():
        assert "The ledger does not verify." in page, path
        assert "Everything is running" not in page, path
        assert "All is well" not in page, path
        assert "Do not repair the rows by hand" in page, path
    health = broken.as_("lead").get("/console/health.json").json()
    assert health["ok"] is False
    ledger = pages_with_the_ledger(broken)["/console/ledger"]
    assert ledger.index("The ledger does not verify.") < ledger.index("Entries under the signed head")
    chinese = broken.as_("lead", "zh")
    assert all("日志未通过核验。" in chinese.get(path).text for path in ("/console", "/console/ledger", "/console/health"))
    tamper(broken, UNDO)
    verified_page(broken)
    assert "does not verify" not in broken.as_("lead").get("/console/ledger").text
    assert "does not verify" not in broken.as_("lead").get("/console/health").text


def test_a_newest_head_that_another_key_signed_is_said_without_a_verification(broken: Console) -> None:
    tamper(broken, "UPDATE ledger_checkpoints SET note = replace(note, char(10) || char(8212) || ' ', char(10) || char(8212) || ' x')")
    for path in ("/console", "/console/ledger", "/console/health"):
        page = broken.as_("lead").get(path).text
        assert "The ledger does not verify." in page, path


def test_a_damaged_record_of_the_last_verification_takes_no_page_down(broken: Console) -> None:
    verified_page(broken)
    tamper(broken, "UPDATE audit_events SET body = '{}' WHERE kind = 'ledger.verified'")
    for path in ("/console", "/console/ledger", "/console/ledger/verification", "/console/health"):
        answer = broken.as_("lead").get(path)
        assert answer.status_code == 200, path
        assert "The ledger does not verify." in answer.text or path.endswith("verification"), path


def test_a_log_that_does_not_verify_is_not_exported_and_the_page_says_why(broken: Console) -> None:
    tamper(broken, TAMPER)
    answer = broken.as_("auditor").post("/console/ledger/export")
    assert answer.status_code == 409
    assert "The log does not verify, so it was not exported" in answer.text
    assert "Verify the whole log" in answer.text
    assert "wrong on our side" not in answer.text


def test_text_in_place_of_bytes_is_a_finding_like_another(broken: Console) -> None:
    tamper(broken, "UPDATE ledger_entries SET entry = CAST(entry AS TEXT) WHERE seq = 2")
    page = verified_page(broken)
    assert "did not come to an end" not in page
    assert "Entry 3 " in page
    assert broken.as_("auditor").post("/console/ledger/export").status_code == 409
    assert broken.as_("auditor").get("/console/ledger/entries/2").status_code == 200


def test_a_decision_that_cannot_be_read_does_not_stop_a_verification(broken: Console) -> None:
    tamper(broken, "UPDATE decisions SET body = '[1]' WHERE id = (SELECT min(id) FROM decisions)")
    page = verified_page(broken)
    assert "did not come to an end" not in page
    assert "is not what was logged" in page


def test_the_page_of_a_changed_entry_begins_with_the_warning(broken: Console) -> None:
    tamper(broken, TAMPER)
    page = broken.as_("auditor").get("/console/ledger/entries/1").text
    assert page.index("This entry does not lead to the signed head.") < page.index("What it says")


def test_a_short_verification_took_less_than_a_second(broken: Console) -> None:
    assert "<dt>Took</dt>" in verified_page(broken)
    for seconds, said in ((0, "less than a second"), (4, "4,000 ms"), (75, "75.0 s")):
        tamper(broken, f"UPDATE audit_events SET body = json_set(body, '$.detail.seconds', {seconds}) WHERE kind = 'ledger.verified'")  # noqa: S608 - numbers of this test
        assert said in broken.as_("auditor").get("/console/ledger/verification").text
