from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import update

from brightline.errors import InputError, NotFound
from brightline.store import CorpusReports, CorpusRuns, Cursor, Store
from brightline.store.tables import audit_events, corpus_reports

ONE, TWO = b'{"format":"report","n":1}', '{"format":"report","n":"二"}'.encode()


@pytest.fixture
def reports(store: Store) -> CorpusReports:
    return CorpusReports(store.database)


def _run(store: Store, corpus: str = "news", tenant: str = "default") -> str:
    runs = CorpusRuns(store.database)
    run = runs.begin(corpus=corpus, workspace=f"/w/{corpus}/{tenant}", versions={}, plan={}, tenant=tenant, holds_lock=True)
    runs.finish(run.id)
    return run.id


def _sign(reports: CorpusReports, run: str, canonical: bytes = ONE, tenant: str = "default") -> str:
    return reports.sign(run, canonical, content_digest="c" * 64, made_by="u1", tenant=tenant).id


def test_a_report_is_kept_byte_for_byte(store: Store, reports: CorpusReports) -> None:
    run = _run(store)
    report = reports.get(_sign(reports, run, TWO))
    assert reports.canonical(report.id) == TWO
    assert (report.run, report.corpus, report.made_by, report.digest) == (run, "news", "u1", hashlib.sha256(TWO).hexdigest())


def test_a_report_waits_for_the_ledger_with_its_digest(store: Store, reports: CorpusReports) -> None:
    run = _run(store)
    report = reports.get(_sign(reports, run))
    event = store.audit.events(kind="corpus.report_signed")[0]
    assert (event.subject, event.actor, event.at) == (report.id, "u1", report.made_at)
    assert event.detail == {"corpus": "news", "run": run, "sha256": report.digest, "content_sha256": "c" * 64}
    with store.ledger.reading() as ledger:
        assert event.id in {row.subject for row in ledger.pending(100)}


def test_exactly_the_signed_bytes_verify(store: Store, reports: CorpusReports) -> None:
    report_id = _sign(reports, _run(store))
    signature = reports.verify(ONE)
    assert signature is not None
    assert (signature.report.id, signature.event.seq, signature.holds) == (report_id, None, True)
    assert reports.verify(ONE + b"\n") is None
    assert reports.verify(TWO) is None


def test_a_changed_event_no_longer_holds(store: Store, reports: CorpusReports) -> None:
    _sign(reports, _run(store))
    with store.database.writing() as connection:
        body = connection.execute(audit_events.select().where(audit_events.c.kind == "corpus.report_signed")).one().body
        forged = bytes(body).replace(b'"actor":"u1"', b'"actor":"u2"')
        connection.execute(update(audit_events).where(audit_events.c.body == body).values(body=forged, actor="u2"))
    signature = reports.verify(ONE)
    assert signature is not None
    assert not signature.holds


def test_an_exchanged_report_is_not_the_one_that_was_signed(store: Store, reports: CorpusReports) -> None:
    _sign(reports, _run(store))
    with store.database.writing() as connection:
        changed = update(corpus_reports).values(document=TWO.decode(), digest=hashlib.sha256(TWO).hexdigest())
        connection.execute(changed)
    signature = reports.verify(TWO)
    assert signature is not None
    assert not signature.holds


def test_signing_the_same_bytes_again_signs_nothing_new(store: Store, reports: CorpusReports) -> None:
    run = _run(store)
    assert _sign(reports, run) == _sign(reports, run)
    assert len(store.audit.events(kind="corpus.report_signed")) == 1
    assert _sign(reports, run, TWO) != reports.of_run(run)[1].id
    assert len(reports.of_run(run)) == 2


def test_the_trend_has_one_report_of_each_earlier_run(store: Store, reports: CorpusReports) -> None:
    first, second, third = (_run(store) for _ in range(3))
    other = _run(store, "weblog")
    _sign(reports, first, ONE)
    corrected = _sign(reports, first, TWO)
    of_second = _sign(reports, second)
    _sign(reports, other)
    newest = reports.get(_sign(reports, third))
    assert [report.id for report in reports.earlier(newest)] == [corrected, of_second]
    assert [report.id for report in reports.earlier(newest, limit=1)] == [of_second]


def test_pages_go_backwards_in_time(store: Store, reports: CorpusReports) -> None:
    made = [_sign(reports, _run(store)) for _ in range(5)]
    first = reports.page(limit=2)
    second = reports.page(limit=3, after=Cursor(first[-1].made_at, first[-1].id))
    assert [report.id for report in first + second] == made[::-1]
    assert reports.page(corpus="weblog") == []


def test_a_tenant_has_reports_of_its_own(store: Store, reports: CorpusReports) -> None:
    run = _run(store, tenant="clinic")
    report = _sign(reports, run, tenant="clinic")
    assert reports.page() == []
    assert reports.verify(ONE) is None
    assert reports.verify(ONE, tenant="clinic") is not None
    for asked in (lambda: reports.get(report), lambda: reports.canonical(report)):
        with pytest.raises(NotFound, match="BL-CORPUS-074"):
            asked()
    with pytest.raises(NotFound, match="BL-CORPUS-073"):
        _sign(reports, run)


def test_a_run_that_is_not_there_has_no_report(reports: CorpusReports) -> None:
    with pytest.raises(NotFound, match="BL-CORPUS-073"):
        _sign(reports, "nobody's")


def test_bytes_that_are_no_text_are_no_report(store: Store, reports: CorpusReports) -> None:
    with pytest.raises(InputError, match="BL-CORPUS-072"):
        _sign(reports, _run(store), b"\xff")
