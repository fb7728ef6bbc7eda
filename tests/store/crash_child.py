"""Appends decisions through the journal and prints each id once ``append`` has returned; runs until it is killed."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from making import record, refusal

from brightline.store import Store


async def append_for_ever(url: str) -> None:
    journal = Store.open(url).journal(wait_ms=1)
    journal.start()

    async def one(number: int) -> None:
        while True:
            made = record(refusal()) if number % 4 == 0 else record()
            await journal.append(made)
            os.write(1, f"{made.decision.id}\n".encode())

    await asyncio.gather(*(one(number) for number in range(16)))


asyncio.run(append_for_ever(sys.argv[1]))
