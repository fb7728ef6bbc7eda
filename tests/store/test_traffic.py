"""Traffic: percentiles that say how far they may be off, and rows that nobody waits for."""

from __future__ import annotations

from brightline.store import Store
from brightline.store.clock import now_us


def test_amounts_add_up(store: Store) -> None:
    now = now_us()
    for _ in range(2):
        store.traffic.add(
            "default", "a", now, {("requests", "chat 200"): 3.0, ("own", "0.001"): 2.0, ("own", "+Inf"): 1.0, ("failed_at", "X"): now / 1e6}
        )
    store.traffic.add("default", "b", now, {("requests", "chat 200"): 1.0, ("requests", "chat 502"): 1.0})
    found = store.traffic.requests(now - 60_000_000, now + 1, step_s=60)
    assert found.total() == 8
    assert found.by_status().keys() == {200, 502}
    assert store.traffic.requests(now - 86_400_000_000, now + 1, step_s=900).total() == 8
    assert store.traffic.latency("own", now - 60_000_000, now + 1, step_s=60).calls[-1] == 6
    assert store.traffic.upstream().failure == "X"
