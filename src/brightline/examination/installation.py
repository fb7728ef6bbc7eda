"""The installation itself: interpreter, settings, key files, rules, database, disk and ledger; each on its own, and all of a service."""

from __future__ import annotations

import platform
import shutil
import stat
import sys
import time
from collections.abc import Callable, Iterator

from brightline.config import Settings
from brightline.errors import BrightlineError
from brightline.examination.check import Check, Values, failed
from brightline.examination.clocks import clock_check
from brightline.examination.corpora import corpora_check, corpus_extra_check
from brightline.examination.label_keys import (
    anchors_check,
    credential_check,
    label_key_check,
    own_keys_check,
    pins_check,
    platform_code_check,
    provider_code_check,
)
from brightline.examination.label_means import fingerprints_check, media_check, recognition_check, sound_check, uploads_check
from brightline.examination.second_look import guard_check, meaning_check, models_check
from brightline.service import Service
from brightline.store.schema import status

__all__ = ["machine_check", "secret_checks", "service_checks", "settings_check"]

_LEAST_FREE_BYTES = 500 * 1024 * 1024  # room for about a million decisions of 500 bytes
_MOST_PENDING_S = 60.0  # the longest ledger_interval_s; what waits longer is not being sequenced


def machine_check() -> Check:
    """The Python that runs this."""
    return Check(
        "python",
        sys.version_info >= (3, 11),
        "Python, version %(version)s",
        "Install Python 3.11 or newer.",
        {"version": platform.python_version()},
    )


def settings_check(settings: Settings) -> Check:
    """That there are settings, and the two that matter most for what is decided."""
    values = {"tenant": settings.tenant, "strictness": settings.strictness.value}
    return Check("settings", True, "tenant %(tenant)s, strictness %(strictness)s", values=values)


def secret_checks(settings: Settings) -> Iterator[Check]:
    """That nobody else on this machine can read the keys."""
    for path in sorted((settings.home / "keys").glob("*")):
        if path.is_file():
            values = {"file": path.name, "path": str(path)}
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                yield Check("secrets", False, "%(file)s readable by others too", "Run: chmod 600 %(path)s", values)
            else:
                yield Check("secrets", True, "%(file)s readable by its owner only", values=values)


def service_checks(service: Service) -> Iterator[Check]:
    """Everything about an opened service, each on its own: one that fails does not hide the others."""
    checks: dict[str, Callable[[Service], Iterator[Check]]] = {
        "rulebook": _rules,
        "database": _database,
        "disk": _disk,
        "clock": clock_check,
        "ledger": _ledger,
        "guard": guard_check,
        "meaning": meaning_check,
        "models": models_check,
        "media labels": media_check,
        "provider code": provider_code_check,
        "platform code": platform_code_check,
        "label key": label_key_check,
        "own keys": own_keys_check,
        "pinned keys": pins_check,
        "credential": credential_check,
        "anchors": anchors_check,
        "ffmpeg": sound_check,
        "recognition": recognition_check,
        "uploads": uploads_check,
        "fingerprints": fingerprints_check,
        "corpora": corpus_extra_check,
        "inspections": corpora_check,
    }
    for name, look in checks.items():
        try:
            yield from look(service)
        except BrightlineError as problem:
            yield failed(name, problem)
        except OSError as problem:
            cure = "Run this as the user that the service runs as, and look at the owners of its folders."
            yield Check(name, False, "could not be looked at: %(problem)s", cure, {"problem": str(problem)})


def _rules(service: Service) -> Iterator[Check]:
    rules = service.rulebook.rules.values()
    verified = sum(rule.verified for rule in rules)
    values: Values = {"rules": len(rules), "verified": verified, "digest": service.rulebook.digest[:12]}
    yield Check("rulebook", verified > 0, "%(rules)s rules, %(verified)s verified, digest %(digest)s", "Install Brightline again.", values)
    yield Check("goals", True, "text engine %(version)s", values={"version": service.pipeline.engine.version})
    yield _own_rules(service)


def _own_rules(service: Service) -> Check:
    """The operator's goal files and terms: whether what lies there is in force, and what was demoted for its price."""
    if service.rule_watch.problem is not None:
        return failed("own rules", service.rule_watch.problem)
    demoted = sorted(service.pipeline.engine.book.demoted)
    if demoted:
        cure = "Narrow them: `brightline rules price` shows which ordinary texts they hit."
        return Check("own rules", False, "demoted to review for their price: %(goals)s", cure, {"goals": ", ".join(demoted)})
    return Check("own rules", True, "%(files)s files in force", values={"files": len(service.rule_watch.files())})


def _database(service: Service) -> Iterator[Check]:
    state = service.ledger_state()
    found = status(service.store.database)
    values: Values = {
        "dialect": service.store.dialect,
        "entries": state.size + state.pending,
        "revision": str(found.revision),
    }
    if service.store_problem is not None:
        yield failed("database", service.store_problem)
        return
    saying = "%(dialect)s, %(entries)s decisions and events, tables of revision %(revision)s"
    yield Check("database", found.up_to_date, saying, "Run: brightline db migrate", values)


def _disk(service: Service) -> Iterator[Check]:
    free = shutil.disk_usage(service.settings.home).free
    yield Check(
        "disk",
        free > _LEAST_FREE_BYTES,
        "%(free)s MB free for %(home)s",
        "Free some space: without it decisions cannot be stored and answers are held back.",
        {"free": free // 1024**2, "home": str(service.settings.home)},
    )


def _ledger(service: Service) -> Iterator[Check]:
    if service.ledger_problem is not None:
        yield failed("ledger", service.ledger_problem)
        return
    state = service.ledger_state()
    waited = 0.0 if state.oldest is None else max(0.0, time.time() - state.oldest / 1_000_000)
    values: Values = {
        "origin": service.signer.origin,
        "entries": state.size,
        "pending": state.pending,
        "seconds": f"{waited:.0f}",
    }
    if waited > _MOST_PENDING_S:
        saying = "%(origin)s, %(entries)s entries; the oldest of %(pending)s pending events waits for %(seconds)s s"
        yield Check("ledger", False, saying, "Look at the log of the service: nothing is being sequenced.", values)
    else:
        yield Check("ledger", True, "%(origin)s, %(entries)s entries under a signed head, %(pending)s pending", values=values)
