"""What is kept of training data: the register of sources, runs and their shards, samples and what people said of them, appeals, reports.

Documents themselves stay in their corpus. ``document`` columns hold canonical JSON whose shape the row's own module fixes and checks.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from brightline.store.tables.schema import metadata, one_of

corpus_sources = Table(
    "corpus_sources",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("tenant", "source", "revision"),
    Index(None, "tenant", "status"),
    one_of("status", ("proposed", "approved", "suspended", "blacklisted", "retired")),
)
"""Sources, append-only: the highest revision counts (corpus_sources.py)."""

corpus_complaints = Table(
    "corpus_complaints",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("closed_at", BigInteger),
    Column("closed_by", Text, nullable=False),
    Column("document", Text, nullable=False),
    Index(None, "tenant", "status", "made_at"),
    Index(None, "tenant", "source"),
    one_of("status", ("open", "upheld", "rejected")),
)
"""What rights-holders and persons concerned complain of (corpus_complaints.py)."""

corpus_runs = Table(
    "corpus_runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("corpus", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("beat_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("versions", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("figures", Text, nullable=False),
    Column("lease", Text),
    Index(None, "tenant", "corpus", "made_at"),
    Index(None, "tenant", "made_at"),
    one_of("status", ("running", "interrupted", "done", "failed")),
)
"""Inspections of corpora (corpus_runs.py). ``figures``: what the last stage counted. ``lease``: which supervisor may write."""

corpus_shards = Table(
    "corpus_shards",
    metadata,
    Column("run", Text, ForeignKey(corpus_runs.c.id, ondelete="CASCADE"), primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("key", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("outcome", Text, nullable=False),
    Index(None, "run", "stage", "status"),
    one_of("status", ("pending", "running", "done", "quarantined")),
)
"""The manifest: what was done with each shard in each stage (corpus_runs.py)."""

corpus_samples = Table(
    "corpus_samples",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("run", Text, ForeignKey(corpus_runs.c.id, ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("closed_at", BigInteger),
    Column("plan", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Index(None, "tenant", "status", "made_at"),
    Index(None, "run"),
    one_of("kind", ("human", "technical", "removed")),
    one_of("status", ("open", "closed")),
)
"""Samples for inspection: of what is kept (human, technical) and of what was taken out (corpus_samples.py)."""

corpus_sample_items = Table(
    "corpus_sample_items",
    metadata,
    Column("sample", Text, ForeignKey(corpus_samples.c.id, ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("doc_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("stratum", Text, nullable=False),
    Column("double", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("lineage", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "sample", "verdict"),
    Index(None, "sample", "doc_id"),
    one_of("verdict", ("", "pass", "fail")),
)
"""``double``: 1 where two people look without seeing one another's answer. ``text``: emptied when the sample is closed."""

corpus_reviews = Table(
    "corpus_reviews",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sample", Text, ForeignKey(corpus_samples.c.id, ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("took_ms", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("sample", "position", "reviewer"),
    Index(None, "sample", "reviewer"),
    one_of("role", ("first", "second", "adjudicator", "technical")),
    one_of("label", ("pass", "fail", "unsure")),
)
"""One person's (or a technical check's) answer to one sampled document: label, rules, evidence spans, note (corpus_reviews.py)."""

corpus_staff = Table(
    "corpus_staff",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("tenant", "person", "revision"),
)
"""Annotation staff and annotation rules in force, append-only (GB/T 45674; corpus_staff.py)."""

corpus_schedules = Table(
    "corpus_schedules",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("corpus", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("every_days", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("tenant", "corpus"),
    Index(None, "tenant", "due_at"),
)
"""When a corpus is to be inspected again (corpus_schedules.py)."""

corpus_appeals = Table(
    "corpus_appeals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("run", Text, ForeignKey(corpus_runs.c.id, ondelete="CASCADE"), nullable=False),
    Column("doc_id", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("decided_at", BigInteger),
    Column("decided_by", Text, nullable=False),
    Column("document", Text, nullable=False),
    Index(None, "tenant", "status", "made_at"),
    Index(None, "run", "doc_id"),
    one_of("status", ("open", "restored", "upheld")),
)
"""Documents whose removal or redaction is contested (corpus_appeals.py)."""

corpus_reports = Table(
    "corpus_reports",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("run", Text, ForeignKey(corpus_runs.c.id, ondelete="CASCADE"), nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("document", Text, nullable=False),
    Index(None, "tenant", "made_at"),
    Index(None, "run"),
)
"""Reports as they were signed into the ledger; ``document`` is the canonical JSON (corpus_reports.py)."""
