"""Training data: corpora and their inspections, sources, samples, annotation staff, duplicates, documents, appeals and reports."""

from __future__ import annotations

from brightline.server.console.corpus.appeals import Appeals
from brightline.server.console.corpus.complaints import Complaints
from brightline.server.console.corpus.corpora import Corpora
from brightline.server.console.corpus.documents import Documents
from brightline.server.console.corpus.duplicates import Duplicates
from brightline.server.console.corpus.reports import Reports
from brightline.server.console.corpus.reviewing import MOST_BYTES, Reviewing
from brightline.server.console.corpus.samples import Samples
from brightline.server.console.corpus.sources import MOST_BYTES as SOURCE_BYTES
from brightline.server.console.corpus.sources import Sources
from brightline.server.console.corpus.staff import Staff
from brightline.server.console.desk import Desk, Door, action, page, upload
from brightline.server.console.permissions import Permission

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    return [
        *_inspections(desk),
        *_sources(desk),
        *_complaints(desk),
        *_samples(desk),
        *_staff(desk),
        *_documents(desk),
        *_reports(desk),
    ]


def _inspections(desk: Desk) -> list[Door]:
    corpora = Corpora(desk)
    read = Permission.CORPUS_READ
    return [
        page("/console/corpus", corpora.show, read),
        page("/console/corpus/part", corpora.part, read),
        page("/console/corpus/runs/{run}", corpora.run, read),
        page("/console/corpus/runs/{run}/part", corpora.run_part, read),
    ]


def _sources(desk: Desk) -> list[Door]:
    sources = Sources(desk)
    read, decide = Permission.CORPUS_READ, Permission.CORPUS_DECIDE
    return [
        page("/console/corpus/sources", sources.show, read),
        page("/console/corpus/sources.yaml", sources.export, read),
        upload("/console/corpus/sources/import", sources.take_in, decide, files=("file",)),
        page("/console/corpus/sources/new", sources.new, decide),
        action("/console/corpus/sources/new", sources.add, decide, most_bytes=SOURCE_BYTES),
        page("/console/corpus/sources/{source}", sources.one, read),
        page("/console/corpus/sources/{source}/edit", sources.edit, decide),
        action("/console/corpus/sources/{source}/edit", sources.save, decide, most_bytes=SOURCE_BYTES),
        action("/console/corpus/sources/{source}/status", sources.set_status, decide),
    ]


def _complaints(desk: Desk) -> list[Door]:
    complaints = Complaints(desk)
    read, decide = Permission.CORPUS_READ, Permission.CORPUS_DECIDE
    return [
        page("/console/corpus/complaints", complaints.show, read),
        page("/console/corpus/complaints/new", complaints.new, Permission.CORPUS_REVIEW),
        action("/console/corpus/complaints/new", complaints.receive, Permission.CORPUS_REVIEW),
        page("/console/corpus/complaints/{complaint}", complaints.one, read),
        action("/console/corpus/complaints/{complaint}/decide", complaints.decide, decide),
        action("/console/corpus/complaints/{complaint}/erase", complaints.erase, decide),
    ]


def _samples(desk: Desk) -> list[Door]:
    samples, reviewing = Samples(desk), Reviewing(desk)
    read, review, decide = Permission.CORPUS_READ, Permission.CORPUS_REVIEW, Permission.CORPUS_DECIDE
    one = "/console/corpus/samples/{sample}"
    return [
        page("/console/corpus/samples", samples.show, read),
        page("/console/corpus/runs/{run}/samples", samples.of_run, read),
        page(one, samples.one, read),
        action(f"{one}/close", samples.close, decide),
        page(f"{one}/desk", reviewing.show, review),
        action(f"{one}/desk", reviewing.answer, review, most_bytes=MOST_BYTES),
        action(f"{one}/undo", reviewing.undo, review),
        page(f"{one}/disagreements", reviewing.disagreements, review),
        action(f"{one}/disagreements", reviewing.adjudicate, review, most_bytes=MOST_BYTES),
    ]


def _staff(desk: Desk) -> list[Door]:
    staff = Staff(desk)
    read, decide = Permission.CORPUS_READ, Permission.CORPUS_DECIDE
    return [
        page("/console/corpus/staff", staff.show, read),
        page("/console/corpus/staff/edit", staff.edit, decide),
        action("/console/corpus/staff/edit", staff.save, decide),
        page("/console/corpus/staff/rules", staff.new_rules, decide),
        action("/console/corpus/staff/rules", staff.save_rules, decide),
    ]


def _documents(desk: Desk) -> list[Door]:
    documents, duplicates, appeals = Documents(desk), Duplicates(desk), Appeals(desk)
    read, texts = Permission.CORPUS_READ, Permission.TEXTS_READ
    run = "/console/corpus/runs/{run}"
    return [
        page(f"{run}/documents", documents.show, read),
        page(f"{run}/documents/{{document}}", documents.one, read),
        action(f"{run}/documents/{{document}}/text", documents.text, texts),
        action(f"{run}/documents/{{document}}/contest", documents.contest, Permission.CORPUS_REVIEW),
        page(f"{run}/duplicates", duplicates.show, read),
        page(f"{run}/duplicates/{{cluster}}", duplicates.one, read),
        action(f"{run}/duplicates/{{cluster}}", duplicates.texts, texts),
        page("/console/corpus/appeals", appeals.show, read),
        action("/console/corpus/appeals/{appeal}/decide", appeals.decide, Permission.CORPUS_DECIDE),
    ]


def _reports(desk: Desk) -> list[Door]:
    reports = Reports(desk)
    read = Permission.CORPUS_READ
    return [
        page("/console/corpus/runs/{run}/report", reports.show, read),
        page("/console/corpus/reports/{report}/changes", reports.changes, read),
        page("/console/corpus/reports/{report}/{name}", reports.file, read),
    ]
