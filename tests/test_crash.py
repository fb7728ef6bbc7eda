"""kill -9 under load: every answer that a client holds in full has its Decision on disk, and the ledger still verifies."""

from __future__ import annotations

import asyncio
import json
import random
import signal
from pathlib import Path

import aiohttp
import pytest

from tests.installation import Installation, brightline, running, start

CLIENTS = 8
ANSWERS_BEFORE_THE_KILL = 60


async def _load(installation: Installation, ids: set[str]) -> None:
    """Clients that ask until the service dies; ``ids`` collects the decisions of answers that arrived whole."""
    enough = asyncio.Event()

    async def client(session: aiohttp.ClientSession, stream: bool) -> None:
        body = {"model": "brightline-sandbox", "messages": [{"role": "user", "content": "今天天气怎么样？"}], "stream": stream}
        while True:
            async with session.post(f"{installation.url}/v1/chat/completions", json=body) as answer:
                raw = await answer.read()
                whole = raw.rstrip().endswith(b"[DONE]") if stream else bool(json.loads(raw))
                if answer.status == 200 and whole:
                    ids.add(answer.headers["X-Brightline-Decision"])
            if len(ids) >= ANSWERS_BEFORE_THE_KILL:
                enough.set()

    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {installation.key}"}) as session:
        tasks = [asyncio.create_task(client(session, stream=bool(number % 2))) for number in range(CLIENTS)]
        async with asyncio.timeout(60):
            await enough.wait()
            await asyncio.sleep(random.random() * 0.05)  # die at any point of a call
        installation.kill()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, (aiohttp.ClientError, ConnectionError, asyncio.IncompleteReadError, ValueError)) for result in results), (
        results
    )


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
async def test_kill_9_under_load_loses_no_decision(database: str, tmp_path: Path, postgres_url: str) -> None:
    settings = {"database_url": postgres_url} if database == "postgresql" else {}
    ids: set[str] = set()
    for _ in range(2):  # the second round starts on what the first crash left
        with start(tmp_path, **settings) as installation:
            await _load(installation, ids)
    with running(tmp_path, **settings) as installation:
        assert installation.stop() in (0, -signal.SIGTERM)  # uvicorn ends by the signal that it obeyed
    listed = brightline(tmp_path, "decisions", "--json", "--limit", "100000", **settings)
    stored = [json.loads(line) for line in listed.stdout.splitlines()]
    assert len(stored) == len({row["id"] for row in stored})
    assert ids <= {row["id"] for row in stored}
    assert all(row["ledger"]["state"] == "sequenced" for row in stored)
    verified = brightline(tmp_path, "ledger", "verify", "--json", **settings)
    assert verified.returncode == 0, verified.stdout + verified.stderr
