"""Counts the ledger of the database in ``argv[1]``, ten entries at a time, and says each time how many: killed or raced by test_tallies.py."""

from __future__ import annotations

import sys

from brightline.store import Store

store = Store.open(sys.argv[1], migrate=False)
print("ready", flush=True)
sys.stdin.readline()
while store.tallies.behind():
    print(store.tallies.advance(10), flush=True)
