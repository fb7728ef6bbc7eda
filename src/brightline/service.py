"""One installation of Brightline: its home folder, database, keys, ledger and pipeline, opened, started and stopped.

Every door works through a ``Service``. Recording a Decision means: it is in the database, in one transaction with its
pending ledger row, when ``record`` returns. Two threads work beside the event loop: the journal's (group commit) and
the sequencer's (moves pending rows into the Merkle tree and signs a head, ``ledger_interval_s`` apart). A third looks every two
seconds whether settings were changed in the console of another process, or the operator's rules on disk (``rule_watch``); ``settings``
and ``pipeline`` are replaced as a whole then. A fourth counts what the console shows (``store/bookkeeping.py``).
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import structlog

from brightline.config import Settings
from brightline.documents import canonical_json, decision_to_document
from brightline.errors import AccessError, ConfigError, Forbidden, LedgerError, NotFound, RateLimited, StoreError
from brightline.labelling import Labelling
from brightline.ledger import Sequencer, Signer, commit, commits_to, new_salt, parse_entry
from brightline.live_settings import LiveSettings
from brightline.metrics import Metrics, Sampler
from brightline.model import Decision
from brightline.pipeline import Pipeline
from brightline.request_rates import RequestRates
from brightline.rule_watch import RuleWatch
from brightline.second_look import SecondLook
from brightline.store import ApiKey, Bookkeeping, Record, Store, StoredDecision

__all__ = ["LedgerState", "Service", "record_of"]

_log = structlog.get_logger("brightline.service")
_SETTINGS_SEEN_WITHIN_S = 2.0
_MOST_NAMED = 50  # files and goals in one event of the audit log


class LedgerState(NamedTuple):
    """``size`` entries are in the log, ``pending`` wait (the oldest since ``oldest``, UTC µs), ``head`` is the last signed note."""

    size: int
    pending: int
    oldest: int | None
    head: str


class Service:
    """An opened installation. ``open`` prepares it, ``start`` begins its threads, ``stop`` drains and ends them."""

    def __init__(self, settings: Settings, pipeline: Pipeline, store: Store, signer: Signer, rule_watch: RuleWatch | None = None) -> None:
        self.live_settings = LiveSettings(settings, _changed_settings(store, settings.tenant))
        settings = self.live_settings.state.in_force
        self.settings = pipeline.settings = settings
        self.pipeline = pipeline
        self.rule_watch = rule_watch or RuleWatch(settings)
        self._renewed: Pipeline | None = None  # read anew, not yet in force
        self.rulebook = pipeline.rulebook
        self.store = store
        self.signer = signer
        self.journal = store.journal(settings.commit_wait_ms)
        self.sequencer = Sequencer(store.ledger, signer, _folder(settings.home / "ledger") / "head")
        self.labelling = Labelling(store, lambda: self.settings, lambda: self.pipeline)
        self.second_look = SecondLook.open(settings, pipeline)
        self.metrics = Metrics()
        self.bookkeeping = Bookkeeping(
            store.tallies,
            store.traffic,
            (store.dialogues, store.text_fingerprints, store.unlabelled_copies),
            Sampler(self.metrics),
            tenant=settings.tenant,
            process=secrets.token_hex(4),
        )
        self.ledger_problem: LedgerError | None = None
        self.store_problem: StoreError | None = None  # why the last write failed; None as soon as one succeeds
        self._rates = RequestRates()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._changing = threading.Lock()

    @classmethod
    def open(cls, settings: Settings) -> Service:
        """Prepare the home folder and open everything in it.

        Raises ``ConfigError``, ``DataError`` or ``StoreError`` where something cannot be used; nothing is left running.
        """
        rule_watch = RuleWatch(settings)
        pipeline = Pipeline(settings)
        pipeline.warm()
        _tell_demotions(pipeline)
        _folder(settings.home)
        keys = _folder(settings.home / "keys")
        signer = Signer.load_or_create(keys / "ledger.key", settings.ledger_name, settings.tenant)
        store = Store.open(settings.effective_database_url)
        try:
            return cls(settings, pipeline, store, signer, rule_watch)
        except BaseException:
            store.close()
            raise

    async def start(self) -> None:
        """Begin group commit, sequencing and counting."""
        self.journal.start()
        self._stopping.clear()
        for name, work in (("sequencer", self._sequence), ("settings", self._watch_settings)):
            thread = threading.Thread(target=work, name=f"brightline-{name}", daemon=True)
            thread.start()
            self._threads.append(thread)
        self.bookkeeping.start()

    async def stop(self) -> None:
        """Write what is waiting, sequence it, sign a last head, count it, close. Loses no decision."""
        try:
            await self.second_look.close()
        finally:
            await asyncio.to_thread(self._drain)

    def _drain(self) -> None:
        self.journal.close()
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self.bookkeeping.stop()
        self.store.close()

    def close(self) -> None:
        """Close without having been started (command line)."""
        self.store.close()

    def __enter__(self) -> Service:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def tally_problem(self) -> StoreError | None:
        """Why counting for the console last failed; None while it works."""
        return self.bookkeeping.problem

    # Recording and reading

    async def record(self, decision: Decision) -> None:
        """Put a Decision on disk; it is there when this returns. Raises ``StoreError``."""
        await self._append([decision])

    async def record_all(self, decisions: list[Decision]) -> None:
        """Put several Decisions on disk in one transaction, all or none. Raises ``StoreError``."""
        await self._append(decisions)

    async def _append(self, decisions: list[Decision]) -> None:
        try:
            await self.journal.append_all([record_of(decision) for decision in decisions])
        except StoreError as problem:
            self.store_problem = problem
            raise
        self.store_problem = None
        for decision in decisions:
            self.metrics.decided(decision)

    def record_now(self, decisions: list[Decision]) -> None:
        """The same without an event loop, for the command line: one transaction, then one round of the ledger."""
        self.store.write([record_of(decision) for decision in decisions])
        self.sequencer.drain()

    def decision(self, decision_id: str) -> StoredDecision | None:
        """The stored Decision of that id."""
        return self.store.decision(decision_id)

    def decision_by_token(self, token: str) -> StoredDecision | None:
        """The stored Decision whose statement page has that token."""
        return self.store.by_token(token)

    def statement_url(self, decision: Decision) -> str:
        """Address of the statement of reasons for the person concerned."""
        return f"{self.settings.base_url}/d/{decision.token}"

    def proof(self, decision_id: str) -> bytes:
        """The proof bundle of a Decision (``brightline-proof/1`` JSON) for the auditor's single-file verifier.

        Raises ``NotFound`` BL-INPUT-404 for an unknown id, ``LedgerError`` BL-LEDGER-101 while it is not sequenced yet,
        BL-LEDGER-102 after its payload was erased.
        """
        stored = self.store.decision(decision_id)
        if stored is None:
            raise NotFound(
                "BL-INPUT-404", f"no decision {decision_id}", "take the id from an answer, `brightline decisions` or a statement"
            )
        if stored.seq is None:
            raise LedgerError("BL-LEDGER-101", "this decision is recorded but not yet in a signed head", "try again in a few seconds")
        if not stored.salt:
            raise LedgerError(
                "BL-LEDGER-102",
                "the payload of this decision was erased, so its content can no longer be proved",
                "its place in the ledger still verifies",
            )
        return self.sequencer.bundle(decision_id, stored.body, stored.salt)

    def is_as_recorded(self, stored: StoredDecision) -> bool | None:
        """True if what is stored is what the ledger committed to; None while pending and after an erasure. Raises ``StoreError``.

        One look-up and one HMAC: a page that shows a decision can always ask. False means that somebody changed the database.
        """
        if stored.seq is None or stored.salt is None:
            return None
        with self.store.ledger.reading() as ledger:
            for _, raw in ledger.entries(stored.seq, stored.seq + 1):
                try:
                    entry = parse_entry(raw)
                except LedgerError:
                    return False
                return entry.subject == stored.decision.id and commits_to(entry.commitment, stored.salt, stored.body)
        return False

    def ledger_state(self) -> LedgerState:
        """Size of the last signed head, number of pending rows, and the head itself. Raises ``StoreError``."""
        pending, oldest = self.store.ledger.waiting()
        with self.store.ledger.reading() as ledger:
            note = ledger.checkpoint()
            size = ledger.size()
        return LedgerState(size, pending, oldest, note or "")

    # Access

    def authenticate(self, credential: str, scope: str) -> ApiKey:
        """The key behind ``credential`` (with or without ``Bearer``), checked for scope, expiry and rate.

        Raises ``AccessError`` (BL-ACCESS-001 none, -002 unknown or revoked, -003 expired), ``Forbidden`` (-004) or
        ``RateLimited`` (-005).
        """
        text = credential[7:] if credential[:7].lower() == "bearer " else credential
        if not text:
            raise AccessError(
                "BL-ACCESS-001", "this service needs an API key", "send `Authorization: Bearer bl_…`; `brightline keys create` makes one"
            )
        key = self.store.keys.find(text.strip())
        state = key.state() if key else "unknown"
        if key is None or state == "revoked":
            raise AccessError("BL-ACCESS-002", "this API key is unknown or revoked", "ask the operator for a new key")
        if state == "expired":
            raise AccessError("BL-ACCESS-003", "this API key has expired", "ask the operator to rotate it: `brightline keys rotate`")
        if scope not in key.scopes:
            raise Forbidden("BL-ACCESS-004", f"this API key lacks the scope {scope!r}", f"it has: {', '.join(sorted(key.scopes))}")
        self._spend(key)
        self.store.keys.touch(key.id)
        return key

    def _spend(self, key: ApiKey) -> None:
        per_minute = key.rate_per_minute or self.settings.rate_limit_per_minute
        wait_s = self._rates.spend(key.id, per_minute)
        if wait_s:
            raise RateLimited(
                "BL-ACCESS-005", f"more than {per_minute} requests a minute with this key", f"wait {wait_s} s", retry_after_s=wait_s
            )

    def first_key(self) -> tuple[str, bool]:
        """(client key, is it new): makes one key in a fresh home and keeps it in ``keys/client.key``, mode 0600."""
        path = self.settings.home / "keys" / "client.key"
        if path.is_file():
            return path.read_text("ascii").strip(), False
        if self.store.keys.list():
            return "", False
        _, secret = self.store.keys.create("first client", ("gateway", "inspect", "read"), tenant=self.settings.tenant)
        _write_private(path, secret + "\n")
        return secret, True

    # Settings

    def refresh_settings(self) -> None:
        """Put in force what was changed in the console, by this process or another. Raises ``StoreError``."""
        with self._changing:
            if self.live_settings.apply(_changed_settings(self.store, self.settings.tenant)):
                self.settings = self.pipeline.settings = self.live_settings.state.in_force
                _log.info("settings changed", from_console=sorted(self.live_settings.state.from_console))

    # Rules

    def refresh_rules(self) -> None:
        """Put in force what changed in the operator's goal files and terms. Raises ``StoreError``.

        Calls under way end with the pipeline that they began with. A change is put in force at the second look that sees it.
        """
        before = self.rule_watch.problem
        self._renewed = self.rule_watch.renewed(self.settings) or self._renewed
        problem, renewed = self.rule_watch.problem, self._renewed
        if problem is not None and problem is not before:
            _log.error("rules not read anew, the old ones hold", code=problem.code, problem=problem.message, hint=problem.hint)
        if renewed is None:
            return
        detail = {
            "before": self.pipeline.engine.version,
            "goals": len(renewed.engine.book),
            "demoted": sorted(renewed.engine.book.demoted)[:_MOST_NAMED],
            "files": [path.name for path in self.rule_watch.files()][:_MOST_NAMED],
        }
        # Written down first: no rule is in force of which the log does not know since when.
        version, tenant = renewed.engine.version, self.settings.tenant
        self.store.audit.record("rules.reloaded", actor="brightline", subject=version, detail=detail, tenant=tenant)
        with self._changing:
            renewed.settings = self.settings
            self.pipeline, self._renewed = renewed, None
        _tell_demotions(renewed)
        _log.info("rules read anew", version=version, goals=detail["goals"])

    def _watch_settings(self) -> None:
        while not self._stopping.wait(_SETTINGS_SEEN_WITHIN_S):
            try:
                self.refresh_settings()
                self.refresh_rules()
            except StoreError as problem:  # the old values hold until the database is back
                _log.warning("changes of settings or rules cannot be read or recorded", code=problem.code, problem=problem.message)
            except Exception as problem:
                _log.error("looking for changes failed, will be tried again", error=type(problem).__name__, problem=str(problem))

    # Sequencing

    def _sequence(self) -> None:
        while not self._stopping.wait(self.settings.ledger_interval_s):
            self._catch_up()
        self._catch_up()

    def _catch_up(self) -> None:
        try:
            self.sequencer.drain()
            self.ledger_problem = None
        except LedgerError as problem:
            # A head that contradicts the last one must not be signed. Decisions go on being recorded as pending, and
            # /readyz says what is wrong until a person has looked.
            if self.ledger_problem is None:
                _log.error("ledger halted", code=problem.code, problem=problem.message, hint=problem.hint)
            self.ledger_problem = problem
        except Exception as problem:
            _log.error("ledger round failed, will be tried again", error=type(problem).__name__, problem=str(problem))


def record_of(decision: Decision) -> Record:
    """A Decision with the exact bytes to be stored, a fresh 256-bit salt and the commitment that enters the ledger."""
    body = canonical_json(decision_to_document(decision))
    salt = new_salt()
    return Record(decision, body, salt, commit(salt, body))


def _tell_demotions(pipeline: Pipeline) -> None:
    """Say in the log which goals stop nothing because they would stop too many ordinary texts."""
    book = pipeline.engine.book
    for goal_id in book.demoted:
        goal = book[goal_id]
        share = round(book.prices[goal_id].share, 5) if goal_id in book.prices else None
        _log.warning("goal demoted to review for its price", goal=goal_id, share=share, file=goal.file, line=goal.line)


def _changed_settings(store: Store, tenant: str) -> dict[str, str]:
    current = store.setting_changes.current(tenant=tenant)
    return {key: change.value for key, change in current.items() if change.value is not None}


def _folder(path: Path) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise ConfigError(
            "BL-CONFIG-005", f"the folder {path} cannot be made: {problem.strerror}", "set BRIGHTLINE_HOME to a folder that can be written"
        ) from None
    return path


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(text, "ascii")
