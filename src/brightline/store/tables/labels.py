"""What is kept of labels: files that were labelled here, fingerprints of generated answers, and who got a copy without a visible label."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from brightline.store.tables.schema import metadata, one_of

labelled_files = Table(
    "labelled_files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("attribute", Text, nullable=False),
    Column("content_id", Text, nullable=False),
    Column("container", Text, nullable=False),
    Column("file_digest", Text, nullable=False),
    Column("media_digest", Text, nullable=False),
    Column("phash", Text, nullable=False),
    Column("watermark", BigInteger),
    Column("account", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Index(None, "tenant", "content_id"),
    Index(None, "tenant", "file_digest"),
    Index(None, "tenant", "media_digest"),
    Index(None, "tenant", "watermark", unique=True),
    one_of("role", ("producer", "platform")),
    one_of("attribute", ("1", "2", "3")),
)
"""Files that got their label here. ``watermark`` is a 64-bit number in its signed form, ``phash`` hexadecimal (labelled_files.py)."""

text_fingerprints = Table(
    "text_fingerprints",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("grams", Integer, nullable=False),
    Column("decision", Text, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "tenant", "digest"),
    Index(None, "decision"),
    Index(None, "expires_at"),
)
"""Generated answers, as keyed hashes: no word of them can be read back (text_fingerprints.py)."""

text_grams = Table(
    "text_grams",
    metadata,
    Column("gram", BigInteger, primary_key=True, autoincrement=False),
    Column("fingerprint", Text, ForeignKey(text_fingerprints.c.id, ondelete="CASCADE"), primary_key=True),
    Index(None, "fingerprint"),
    sqlite_with_rowid=False,
)
"""The winnowed n-grams of a fingerprint, each a keyed 64-bit hash."""

unlabelled_copies = Table(
    "unlabelled_copies",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("given_at", BigInteger, nullable=False),
    Column("kept_until", BigInteger, nullable=False),
    Column("content_id", Text, nullable=False),
    Column("file_digest", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("agreement", Text, nullable=False),
    Column("agreed_at", BigInteger, nullable=False),
    Column("purpose", Text, nullable=False),
    Index(None, "tenant", "given_at"),
    Index(None, "tenant", "recipient"),
    Index(None, "kept_until"),
)
"""Who got a copy without the explicit label, under which agreement (Labelling Measures, Art. 9; unlabelled_copies.py)."""
