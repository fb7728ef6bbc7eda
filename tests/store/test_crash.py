from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from brightline.store import Store
from brightline.store.tables import decisions, findings, ledger_pending

CHILD = Path(__file__).with_name("crash_child.py")


@pytest.mark.parametrize("seed", range(3))
def test_kill_9_loses_no_decision_that_was_appended(database_url: str, seed: int) -> None:
    Store.open(database_url).close()
    child = subprocess.Popen([sys.executable, str(CHILD), database_url], stdout=subprocess.PIPE)
    printed = [child.stdout.readline().decode().strip() for _ in range(random.Random(seed).randrange(50, 600))]
    child.send_signal(signal.SIGKILL)
    rest = child.communicate()[0].decode().split("\n")
    printed += rest[:-1]  # the last line may have been cut
    store = Store.open(database_url)
    with store.database.reading() as connection:
        stored = Counter(connection.execute(select(decisions.c.id)).scalars())
        pending = Counter(connection.execute(select(ledger_pending.c.subject)).scalars())
        seen = set(connection.execute(select(findings.c.decision_id)).scalars())
        refused = set(connection.execute(select(decisions.c.id).where(decisions.c.outcome == "refuse")).scalars())
    assert len(printed) >= 50
    assert set(printed) <= set(stored)
    assert set(stored.values()) == {1}
    assert pending == stored
    assert seen == refused
    assert all(store.decision(decision_id) is not None for decision_id in printed[-20:])
    store.close()
