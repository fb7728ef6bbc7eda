"""From the report in somebody's hand to the signed head of the log, with the real ledger."""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson
import pytest

from brightline.corpus.reporting import Report
from brightline.errors import LedgerError
from brightline.ledger import Sequencer, Signer, parse_entry, verify_tlog_proof
from brightline.store import CorpusReports, CorpusRuns, Store


def test_a_report_is_proved_by_the_log_from_its_bytes_alone(full_report: Report, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'brightline.db'}")
    signer = Signer.load_or_create(tmp_path / "key", "log.example")
    sequencer = Sequencer(store.ledger, signer, tmp_path / "head")
    reports = CorpusReports(store.database)
    run = CorpusRuns(store.database).begin(corpus="c", workspace="/w", versions={}, plan={}, holds_lock=True)
    signed = reports.sign(run.id, full_report.canonical, content_digest=full_report.content_digest, made_by="u1")
    waiting = reports.verify(full_report.canonical)
    assert waiting is not None
    assert (waiting.event.seq, waiting.holds) == (None, True)
    with pytest.raises(LedgerError, match="BL-LEDGER-012"):
        sequencer.evidence(waiting.event.id)

    sequencer.drain()
    found = reports.verify(Report.parse(full_report.canonical).canonical)
    assert found is not None
    assert found.event.seq is not None
    assert found.report == signed
    evidence = sequencer.evidence(found.event.id)
    checkpoint = verify_tlog_proof(evidence.proof, evidence.entry, signer.verifiers)
    entry = parse_entry(evidence.entry)
    assert (entry.kind, entry.subject, entry.seq) == ("corpus.report_signed", found.event.id, found.event.seq)
    assert checkpoint.size > found.event.seq
    assert found.event.detail["sha256"] == hashlib.sha256(full_report.canonical).hexdigest()
    assert found.event.detail["content_sha256"] == full_report.content_digest
    store.close()


def test_one_changed_number_is_another_report(full_report: Report, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'brightline.db'}")
    reports = CorpusReports(store.database)
    run = CorpusRuns(store.database).begin(corpus="c", workspace="/w", versions={}, plan={}, holds_lock=True)
    reports.sign(run.id, full_report.canonical, content_digest=full_report.content_digest, made_by="u1")
    document = orjson.loads(full_report.canonical)
    document["decisions"]["outcomes"][0]["documents"] += 1
    assert reports.verify(Report(document).canonical) is None
    store.close()
