"""The room of the ledger over HTTP: head, entries, proofs, verification, events, the archive."""

from __future__ import annotations

import base64
import html
import io
import re
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from brightline.errors import LedgerError
from brightline.ledger import leaf_hash, open_checkpoint, parse_entry, verify_consistency, verify_tiles, verify_tlog_proof
from brightline.server.console.ledger import log
from brightline.server.console.ledger.verifying import Verifier
from brightline.server.console.ledger.words import FINDINGS, KINDS, subject_link
from brightline.service import Service
from brightline.store import AUDIT_KINDS
from tests.server.console.conftest import Console, Person
from tests.server.console.ledger.conftest import tamper, verified_page
from tests.server.face.site import REFUSED


def test_the_first_page_shows_the_head_that_the_log_signed(filled: Console, auditor: Person) -> None:
    page = html.unescape(auditor.get("/console/ledger").text)
    signer = filled.site.service.signer
    note = auditor.get("/console/ledger/head.txt").text
    checkpoint = open_checkpoint(note, signer.verifiers)
    assert checkpoint.size >= 13
    assert signer.vkey in page
    assert auditor.get("/console/ledger/vkey.txt").text.strip() == signer.vkey
    assert "No witness co-signs this log." in page
    assert '<svg class="stacked"' in page


def test_the_head_renews_itself_as_a_fragment(auditor: Person) -> None:
    part = auditor.get("/console/ledger/head", htmx=True).text
    assert "<html" not in part
    assert 'class="stats"' in part


def test_each_entry_has_a_proof_that_the_verifier_accepts(filled: Console, auditor: Person) -> None:
    keys = filled.site.service.signer.verifiers
    for seq in (0, 5, 12):
        proof = auditor.get(f"/console/ledger/entries/{seq}/proof.txt").text
        page = html.unescape(auditor.get(f"/console/ledger/entries/{seq}").text)
        raw = re.search(r"<code>(\{\"actor.*?\})</code>", page)
        assert raw
        assert parse_entry(raw[1].encode()).seq == seq
        assert verify_tlog_proof(proof, raw[1].encode(), keys).size >= 13
        assert leaf_hash(raw[1].encode()).hex() in page
        assert "is what was logged" in page


def test_entries_are_listed_by_kind_and_in_pages(filled: Console) -> None:
    service = filled.site.service
    first, following = log.entries(service, "", None, 5)
    second, _ = log.entries(service, "", following, 500)
    assert [row.seq for row in first + second] == list(reversed(range(service.ledger_state().size)))
    users, _ = log.entries(service, "user.created", None, 50)
    assert {row.entry.kind for row in users if row.entry} == {"user.created"}
    assert users[0].about == filled.as_("auditor").user.id  # type: ignore[union-attr]
    none, rest = log.entries(service, "erasure", None, 50)
    assert (none, rest) == ([], None)


def test_two_sizes_are_proved_consistent(filled: Console, auditor: Person) -> None:
    service = filled.site.service
    found = log.consistency(service, 5, 12)
    proof = [base64.b64decode(each) for each in found.proof]
    verify_consistency(5, 12, bytes.fromhex(found.old_root), bytes.fromhex(found.new_root), proof)
    page = auditor.get("/console/ledger/consistency", old="5", new="12").text
    assert found.old_root in page
    assert all(html.escape(each) in page for each in found.proof)
    for old, new, words in (("9", "3", "larger"), ("1", "999999", "fewer"), ("x", "3", "whole numbers"), ("٣", "4", "whole numbers")):
        assert words in auditor.get("/console/ledger/consistency", old=old, new=new).text


def test_a_kept_head_is_held_against_the_log(filled: Console, auditor: Person) -> None:
    note = auditor.get("/console/ledger/head.txt").text
    later = auditor.post("/console/ledger/consistency", {"note": note.replace("\n", "\r\n")})
    assert "The log continues this head." in later.text
    proof = auditor.get("/console/ledger/entries/3/proof.txt").text
    assert "The log continues this head." in auditor.post("/console/ledger/consistency", {"note": proof}).text
    foreign = auditor.post("/console/ledger/consistency", {"note": "nonsense <script>alert(1)</script>"})
    assert foreign.status_code == 422
    assert "This is no head of this log." in foreign.text
    assert "<script>alert" not in foreign.text


def test_a_sound_log_verifies_and_the_result_is_on_record(filled: Console) -> None:
    page = verified_page(filled)
    assert "Verified" in page
    assert "Does not verify" not in page
    event = filled.site.service.store.audit.events(kind="ledger.verified", limit=1)[0]
    assert event.actor == filled.as_("auditor").user.id  # type: ignore[union-attr]
    assert event.detail["ok"] is True
    assert event.detail["payloads"] >= 13


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE ledger_entries SET entry = CAST(replace(CAST(entry AS TEXT), 'default', 'another') AS BLOB) WHERE seq = 4",
            "Entry 5 or its stored hash",
        ),
        ("UPDATE ledger_entries SET leaf_hash = zeroblob(32) WHERE seq = 4", "Entry 5 or its stored hash"),
        ("DELETE FROM ledger_entries WHERE seq = 4", "Entry 5 was deleted"),
        ("UPDATE ledger_nodes SET hash = zeroblob(32) WHERE level = 1 AND position = 0", "over the entries 1 to 2"),
        (
            "UPDATE decisions SET body = CAST(replace(CAST(body AS TEXT), '\"refuse\"', '\"allow\"') AS BLOB) WHERE id = (SELECT subject FROM ledger_entries WHERE seq = 2)",
            "stored today for entry 3 is not what was logged",
        ),
        (
            "UPDATE audit_events SET body = CAST(replace(CAST(body AS TEXT), 'auditor', 'reviewer') AS BLOB) WHERE kind = 'user.created'",
            "is not what was logged",
        ),
        ("DELETE FROM ledger_checkpoints", "does not continue a head"),
    ],
)
def test_tampering_is_found_and_the_page_says_where(broken: Console, statement: str, said: str) -> None:
    tamper(broken, statement)
    page = verified_page(broken)
    assert "Does not verify" in page
    assert said in page
    assert "Do not repair the rows by hand." in page
    assert broken.as_("auditor").get("/console/ledger/entries").status_code == 200
    assert broken.as_("auditor").get("/console/ledger/entries/4").status_code == (404 if "CHECKPOINTS" in statement.upper() else 200)


def test_text_written_over_an_entry_is_no_entry_and_stops_no_page(broken: Console) -> None:
    tamper(broken, "UPDATE ledger_entries SET entry = replace(CAST(entry AS TEXT), 'default', 'another') WHERE seq = 4")
    page = verified_page(broken)
    assert "did not come to an end" not in page
    assert "Entry 5 " in page
    assert "does not lead to the signed head" in broken.as_("auditor").get("/console/ledger/entries/4").text
    assert broken.as_("auditor").get("/console/ledger/entries/4/proof.txt").status_code == 500


def test_a_halted_ledger_is_loud_on_every_page(broken: Console) -> None:
    service = broken.site.service
    tamper(broken, "DELETE FROM ledger_entries WHERE seq >= 4")
    broken.decide(REFUSED)
    with pytest.raises(LedgerError) as caught:
        service.sequencer.round()
    service.ledger_problem = caught.value
    for path in ("/console/ledger", "/console/ledger/entries", "/console/ledger/heads", "/console/ledger/verification"):
        page = html.unescape(broken.as_("auditor").get(path).text)
        assert "The ledger is halted" in page, path
        assert caught.value.code in page
        assert "it was rolled back. Restore the newest database." in page
    assert "日志已停止" in broken.as_("auditor", "zh").get("/console/ledger").text


def test_the_exported_archive_verifies_alone(filled: Console, auditor: Person, tmp_path: Path) -> None:
    answer = auditor.post("/console/ledger/export")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    checkpoint = verify_tiles(folder / "tiles", filled.site.service.signer.verifiers)
    assert folder.name == f"ledger-{checkpoint.size}"
    assert (folder / "vkey").read_text("utf-8").strip() == filled.site.service.signer.vkey
    events = filled.site.service.store.audit.events(kind="ledger.exported")
    assert events[0].detail["size"] == checkpoint.size
    assert not list(filled.site.service.settings.home.glob("export-*")), "nothing is left behind"


def test_the_downloaded_program_checks_a_bundle(filled: Console, auditor: Person, tmp_path: Path) -> None:
    decision = filled.decide(REFUSED)
    filled.site.sequence()
    (tmp_path / "verify_proof.py").write_bytes(auditor.get("/console/ledger/verify_proof.py").content)
    (tmp_path / "proof.json").write_bytes(filled.site.service.proof(decision.id))
    command = [sys.executable, "verify_proof.py", "proof.json", "--vkey", filled.site.service.signer.vkey]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_log_that_does_not_verify_is_not_exported(broken: Console) -> None:
    tamper(broken, "UPDATE ledger_entries SET entry = CAST(replace(CAST(entry AS TEXT), 'default', 'another') AS BLOB) WHERE seq = 4")
    answer = broken.as_("auditor").post("/console/ledger/export")
    assert answer.status_code == 409
    assert "BL-LEDGER-016" in answer.text
    assert not list(broken.site.service.settings.home.glob("export-*"))
    assert broken.site.service.store.audit.events(kind="ledger.exported") == []


def test_events_are_found_by_kind_person_and_time(filled: Console, auditor: Person) -> None:
    me = auditor.user.id  # type: ignore[union-attr]
    all_of_them = auditor.get("/console/ledger/events").text
    assert "User created" in all_of_them
    assert "Signed in" in auditor.get("/console/ledger/events", kind="session.opened", person=me).text
    assert "No event matches." in auditor.get("/console/ledger/events", person="nobody <b>").text
    assert "No event matches." in auditor.get("/console/ledger/events", until="2020-01-01T00:00").text
    assert "No event matches." in auditor.get("/console/ledger/events", since="2999-01-01T00:00").text
    assert "A time could not be read" in auditor.get("/console/ledger/events", since="soon").text


def test_events_speak_the_language_of_their_reader(filled: Console, auditor: Person) -> None:
    audit = filled.site.service.store.audit
    exported = {"format": "csv", "texts": False, "phase": "ended", "how": "whole", "rows": 3, "bytes": 9, "filter": {}, "file": "a.csv"}
    told: list[tuple[str, dict[str, object], str, str]] = [
        ("session.opened", {"way": "recovery code", "session": "s"}, "with a recovery code", "凭恢复码"),
        ("session.refused", {"reason": "oidc: nonce"}, "by the identity provider", "被身份提供方拒绝"),
        ("user.changed", {"was": "auditor", "role": "lead"}, "Auditor → Lead", "审计员 → 主管"),
        ("totp.changed", {"recovery_code_used": True, "left": 7}, "a recovery code was used; left: 7", "使用了一个恢复码，剩余 7 个"),
        ("decision.opened", {"decisions": ["a", "b"]}, "in the list of decisions: 2", "在决定列表中，共 2 项"),
        ("decision.replayed", {"law": "then", "same": False}, "law of that day · another result", "当日法律 · 结果不同"),
        ("decisions.exported", exported, "CSV · without the quoted texts · 3 decisions sent", "CSV · 不含引用的文本 · 已发送 3 项决定"),
        ("ledger.verified", {"ok": False, "found": 2, "size": 9}, "does not verify; problems found: 2", "未通过核验，发现 2 处问题"),
        ("setting.changed", {"key": "notices", "value": "false"}, "off", "未开启"),
        ("setting.changed", {"key": "notices", "value": None}, "back to file or default", "恢复为文件值或默认值"),
        (
            "rule.example",
            {"must": "pass", "holds": True, "characters": 8},
            "must pass · holds · 8 characters",
            "必须放行 · 成立 · 8 个字符",
        ),
    ]
    for kind, detail, _, _ in told:
        audit.record(kind, actor="somebody", subject="", detail=detail, tenant="default")
    for lang, column in (("en", 2), ("zh", 3)):
        page = auditor.get("/console/ledger/events", person="somebody", lang=lang).text
        assert [row[column] for row in told if str(row[column]) not in page] == []
        assert not re.search(r"True|False|None|[a-z_]+=", re.sub(r"<[^>]*>", " ", page[page.index("<tbody>") : page.index("</tbody>")]))


def test_pages_of_events_neither_miss_nor_repeat(filled: Console) -> None:
    from brightline.server.console.ledger.events import EventFilter, page_of_events

    service = filled.site.service
    for number in range(7):
        service.store.audit.record("view.saved", actor="somebody", subject=str(number), detail={}, tenant="default")
    seen: list[str] = []
    wanted = EventFilter(kind="view.saved")
    while True:
        page = page_of_events(service.store, wanted, "UTC", "default", 3)
        seen += [event.subject for event in page.events]
        if not page.next:
            break
        wanted = EventFilter(kind="view.saved", after=page.next)
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_growth_counts_what_was_signed_in_each_hour(filled: Console) -> None:
    service = filled.site.service
    filled.site.sequence()
    found = log.growth(service, "Asia/Shanghai", datetime.now(UTC))
    assert found is not None
    assert found.hourly
    assert sum(found.counts) == service.ledger_state().size
    assert len(found.counts) == 24


@pytest.mark.parametrize("path", ["entries/999999", "entries/x", "entries/-1", "entries/" + "9" * 30, "heads/999999", "heads/0x10"])
def test_what_is_not_there_is_said_plainly(auditor: Person, path: str) -> None:
    assert auditor.get(f"/console/ledger/{path}").status_code in (400, 404)


def test_who_may_not_export_sees_no_button(filled: Console) -> None:
    reviewer = filled.as_("reviewer")
    assert "Export the whole log" not in reviewer.get("/console/ledger").text
    assert reviewer.post("/console/ledger/export").status_code == 403


def test_every_kind_and_finding_has_words() -> None:
    assert set(KINDS) == {"decision", "erasure", *AUDIT_KINDS}
    assert set(FINDINGS) == {"leaf", "node", "entry", "gap", "extra", "payload", "head"}
    assert subject_link("key.created", "abc123") == "/console/keys/abc123"
    assert subject_link("key.created", "../settings") == ""
    assert subject_link("view.saved", "x") == ""


def test_one_verification_runs_at_a_time(tmp_path: Path, settings: object) -> None:
    with Service.open(settings) as service:  # type: ignore[arg-type]
        verifier = Verifier(service)
        assert verifier.start("somebody")
        verifier.start("somebody else")
        assert verifier.wait(60)
        actors = [event.actor for event in service.store.audit.events(kind="ledger.verified")]
        assert "somebody" in actors
