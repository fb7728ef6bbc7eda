"""A console full of decisions: ``seed(service, 1_000_000)`` writes a month of them in a minute or two, and the traffic beside them.

They are what a month of service leaves behind. 93 % are simply allowed; the others are what the shipped goals find in their
own examples, judged by the real policy, over doors, models, keys and accounts that are used unequally, more by day than by
night. Documents, salts, commitments, ledger entries, tree and signed head are real, so that every page of the console works
on them and ``brightline ledger verify`` passes. Only the way in is another: rows go to the tables in bulk.
"""

from __future__ import annotations

import bisect
import itertools
import math
import random
import re
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

import orjson
import psycopg

from brightline.documents import canonical_json, decision_to_document
from brightline.ledger.commitment import commit
from brightline.ledger.entry import encode_entry
from brightline.ledger.note import Checkpoint
from brightline.ledger.tree import Frontier, leaf_hash
from brightline.model import Decision, Door, ItemKind, LedgerEntry, NotInspected, Part, digest_of
from brightline.service import Service
from brightline.store import Record, Store
from brightline.store.periods import HOUR, MINUTE, QUARTER
from brightline.store.records import additions_of
from brightline.store.traffic import CALL_BOUNDS, OWN_BOUNDS

__all__ = ["DAYS", "Mix", "mix", "records", "seed", "seed_traffic"]

DAYS = 30
MODELS = (
    "qwen-max",
    "deepseek-v3",
    "glm-4-plus",
    "doubao-pro",
    "ernie-4.5",
    "hunyuan-large",
    "yi-lightning",
    "step-2",
    "spark-4",
    "kimi-k2",
)
RARE_MODEL = "internal-test"
KEYS = tuple(f"{number:016x}" for number in range(0xC0FFEE, 0xC0FFEE + 9))
ACCOUNTS = 50_000
_ALLOWED = 0.93
_MADE_AT = 1_111_111_111_111_111
_BATCH = 20_000


class Template(NamedTuple):
    """A decision with holes: the pieces of its document, and the rows that it adds to each table but ``decisions`` and the ledger."""

    decision: Decision
    pieces: tuple[bytes, ...]


class Mix(NamedTuple):
    """What may come: templates with the running sums of their weights, and what occurs in them."""

    templates: tuple[Template, ...]
    weights: tuple[float, ...]
    rules: tuple[str, ...]
    goals: tuple[str, ...]
    types: tuple[int, ...]


def mix(service: Service) -> Mix:
    """All that the shipped goals find in their own examples, and what is allowed with and without gaps and sampled texts."""
    pipeline = service.pipeline
    context = pipeline.context(Door.GATEWAY)
    request = {"endpoint": "/v1/chat/completions", "model": "@MODEL@", "status": "ok", "stream": True, "upstream_status": 200}
    request |= {"bytes_in": 412, "bytes_out": 1804, "ms": {"parse": 0.21, "inspect": 0.34, "upstream_first": 212.4, "total": 941.7}}

    def made(**details: Any) -> Decision:
        values: dict[str, Any] = {
            "kind": ItemKind.DIALOGUE,
            "digest": digest_of([("messages[0].content", "")]),
            "findings": (),
            "context": context,
            "request": request,
        }
        decision = pipeline.decide(**values | details)
        return replace(decision, id="@ID@", token="@TOKEN@", made_at=_MADE_AT, account="@ACCOUNT@", api_key="@KEY@")  # noqa: S106 - a hole

    gap = NotInspected("messages[0].content[1]", "text", "an image is not read yet")
    weighted = [
        (made(), _ALLOWED * 0.985),
        (made(not_inspected=(gap,)), _ALLOWED * 0.012),
        (
            made(texts={"messages[0].content": "请介绍一下苏州园林的特点", "choices[0].message.content": "苏州园林以小见大。" * 12}),
            _ALLOWED * 0.003,
        ),
    ]
    flagged = []
    for goal in pipeline.engine.book:
        for example in goal.examples[:3]:
            found = pipeline.inspect([Part("messages[0].content", example.side, example.text)])
            if found:
                flagged.append(made(findings=found, digest=digest_of([("messages[0].content", example.text)])))
    random.Random(3).shuffle(flagged)
    total = sum(1 / (rank + 3) for rank in range(len(flagged)))
    weighted += [(decision, (1 - _ALLOWED) / (rank + 3) / total) for rank, decision in enumerate(flagged)]
    templates = tuple(Template(decision, _pieces(decision)) for decision, _ in weighted)
    findings = [finding for decision in flagged for finding in decision.findings]
    return Mix(
        templates,
        tuple(itertools.accumulate(weight for _, weight in weighted)),
        tuple(sorted({rule for decision in flagged for rule in decision.rules})),
        tuple(sorted({finding.goal for finding in findings})),
        tuple(sorted({number for finding in findings for number in finding.problem_types})),
    )


def _pieces(decision: Decision) -> tuple[bytes, ...]:
    body = canonical_json(decision_to_document(decision)).replace(b'"account":"@ACCOUNT@",', b"@ACCOUNT@")
    body = body.replace(str(_MADE_AT).encode(), b"@MADE@").replace(b'"door":"gateway"', b"@DOOR@")
    body = re.sub(rb'"on":"[0-9-]+"', b"@ON@", body)
    return tuple(re.split(rb"(@[A-Z]+@)", body))


def seed(service: Service, number: int, *, until: int | None = None, days: float = DAYS, chosen: Mix | None = None) -> None:
    """Write ``number`` decisions, evenly mixed over the ``days`` before ``until`` (UTC µs), into an empty installation that is not started."""
    chosen = chosen or mix(service)
    store, until = service.store, until or time.time_ns() // 1000
    frontier = Frontier()
    with _Bulk(store) as rows:
        insert = rows.insert
        coming = records(chosen, _moments(number, until - int(days * 86_400e6), until), service.settings.tenant)
        while batch := list(itertools.islice(coming, _BATCH)):
            entries: list[tuple[object, ...]] = []
            nodes: list[tuple[int, int, bytes]] = []
            for record in batch:
                made, seq = record.decision, frontier.size
                raw = encode_entry(LedgerEntry(seq, made.made_at, "decision", made.tenant, made.api_key, made.id, record.commitment))
                leaf = leaf_hash(raw)
                frontier.append(leaf, nodes)
                entries.append((seq, made.id, raw, leaf))
            for addition in additions_of(batch):
                if addition.table.name != "ledger_pending":
                    insert(addition.table.name, addition.columns, addition.rows)
            insert("ledger_entries", ("seq", "subject", "entry", "leaf_hash"), entries)
            insert("ledger_nodes", ("level", "position", "hash"), nodes)
            rows.commit()
        note = service.signer.sign(Checkpoint(service.signer.origin, frontier.size, frontier.root()))
        insert("ledger_checkpoints", ("size", "saved_at", "note"), [(frontier.size, until, note)])
    service.sequencer.head_file.advance(frontier.size, note)


def records(chosen: Mix, moments: Iterator[int], tenant: str) -> Iterator[Record]:
    """A decision of the mix for each moment, ready to be written."""
    drawn = random.Random(2)
    models = tuple(itertools.accumulate(1 / (rank + 1) for rank in range(len(MODELS))))
    for made_at in moments:
        template = chosen.templates[bisect.bisect(chosen.weights, drawn.random() * chosen.weights[-1])]
        bits = drawn.getrandbits(74)
        decision_id = f"{made_at // 1000:012x}7{bits >> 62:03x}{8 + (bits >> 60 & 3):x}{bits & 0xFFFFFFFFFFFFFFF:015x}"
        decision_id = f"{decision_id[:8]}-{decision_id[8:12]}-{decision_id[12:16]}-{decision_id[16:20]}-{decision_id[20:]}"
        luck = drawn.random()
        door = Door.GATEWAY if luck < 0.9 else Door.API if luck < 0.98 else Door.CLI if luck < 0.995 else Door.PYTHON
        model = RARE_MODEL if luck > 0.9999 else MODELS[bisect.bisect(models, drawn.random() * models[-1])]
        account = "" if drawn.random() < 0.2 else f"user-{int(ACCOUNTS * drawn.random() ** 3)}"
        values = {
            b"@ACCOUNT@": b'"account":"%s",' % account.encode() if account else b"",
            b"@KEY@": KEYS[int(len(KEYS) * drawn.random() ** 2)].encode(),
            b"@ID@": decision_id.encode(),
            b"@MADE@": str(made_at).encode(),
            b"@MODEL@": model.encode(),
            b"@TOKEN@": f"{drawn.getrandbits(128):032x}".encode(),
            b"@DOOR@": b'"door":"%s"' % door.value.encode(),
            b"@ON@": b'"on":"%s"' % datetime.fromtimestamp(made_at / 1e6, UTC).date().isoformat().encode(),
        }
        body = b"".join([values.get(piece, piece) for piece in template.pieces])
        salt = drawn.randbytes(32)
        made = template.decision
        made = replace(
            made,
            id=decision_id,
            token=values[b"@TOKEN@"].decode(),
            tenant=tenant,
            made_at=made_at,
            door=door,
            account=account,
            api_key=values[b"@KEY@"].decode(),
            request={"model": model},
        )
        yield Record(made, body, salt, commit(salt, body))


def _moments(number: int, since: int, until: int) -> Iterator[int]:
    """Times in order, three times as dense at three in the afternoon as at three in the morning."""
    span, drawn = until - since, random.Random(1)
    for index in range(number):
        share = (index + drawn.random()) / number
        day = share * span / 86_400e6
        yield since + min(span - 1, int(span * share + 0.5 / (2 * math.pi) * 86_400e6 * math.sin(2 * math.pi * day)))


class _Bulk:
    """The fastest way in: COPY on PostgreSQL, no syncing and no look-ups of foreign keys."""

    def __init__(self, store: Store) -> None:
        self._is_sqlite = store.database.is_sqlite
        self._url = store.database.url
        self._connection: Any = None

    def __enter__(self) -> _Bulk:
        if self._is_sqlite:
            self._connection = sqlite3.connect(str(self._url.database), isolation_level=None)
            for pragma in ("synchronous = OFF", "cache_size = -400000", "foreign_keys = OFF", "wal_autocheckpoint = 50000"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.execute("BEGIN IMMEDIATE")
        else:
            self._connection = psycopg.connect(self._url.set(drivername="postgresql").render_as_string(hide_password=False))
            self._connection.execute("SET session_replication_role = replica")
            self._connection.execute("SET synchronous_commit = off")
        return self

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Add rows; items that are there already are passed over."""
        names = ", ".join(columns)
        if self._is_sqlite or table == "items":
            holes = ", ".join(("?" if self._is_sqlite else "%s",) * len(columns))
            with closing(self._connection.cursor()) as cursor:
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({holes}) ON CONFLICT DO NOTHING", rows)  # noqa: S608 - our names
            return
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def commit(self) -> None:
        """Keep what is there so far."""
        self._connection.commit()
        if self._is_sqlite:
            self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.commit()
            if self._is_sqlite:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                self._connection.autocommit = True
                self._connection.execute("VACUUM ANALYZE")  # as its own housekeeping would have done by now
        self._connection.close()


def seed_traffic(service: Service, *, until: int | None = None, days: int = DAYS, processes: int = 2) -> None:
    """The traffic of some processes over the same time: minutes for a week, hours for all of it."""
    until = until or time.time_ns() // 1000
    drawn = random.Random(4)
    rows: list[tuple[object, ...]] = []

    def row(period: str, series: str, start: int, process: int, amounts: dict[str, float]) -> None:
        written = orjson.dumps({label: float(round(amount)) for label, amount in amounts.items() if round(amount)}).decode()
        rows.append((service.settings.tenant, period, series, start, f"p{process}", written))

    for period, length, kept_days in (("minute", MINUTE, min(days, 7)), ("quarter", QUARTER, min(days, 7)), ("hour", HOUR, days)):
        first = until - int(kept_days * 86_400e6)
        for start, process in itertools.product(range(first - first % length, until, length), range(processes)):
            scale = drawn.uniform(5, 20) * length / MINUTE
            for series, bounds, middle in (("own", OWN_BOUNDS, 9), ("call", CALL_BOUNDS, 28)):
                places = range(max(0, middle - 8), min(len(bounds), middle + 14))
                row(period, series, start, process, {str(bounds[at]): scale * math.exp(-(((at - middle) / 3.5) ** 2)) for at in places})
            shares = {"chat 200": 3.0, "messages 200": 1.0, "responses 200": 0.5, "chat 502": 0.01}
            row(period, "requests", start, process, {label: scale * share for label, share in shares.items()})
            row(period, "streams_stopped", start, process, {"": scale * 0.05})
    with _Bulk(service.store) as bulk:
        bulk.insert("traffic", ("tenant", "period", "series", "start", "process", "amounts"), rows)
