"""A whole service with its gateway in a thread, for tests that talk to it over HTTP as applications do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import anthropic
import openai
import uvicorn
from httpx2 import Client, Response
from starlette.applications import Starlette

from brightline.config import load_settings
from brightline.model import Decision
from brightline.server.gateway import Gateway
from brightline.service import Service
from tests.server.gateway.upstream import FakeUpstream


class Running:
    """The service: its address, its key, its upstream, its decisions."""

    def __init__(self, service: Service, port: int, key: str, upstream: FakeUpstream | None) -> None:
        self.service = service
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self.key = key
        self._upstream = upstream
        self.seen_before = ""
        self.http = Client(base_url=self.url, headers={"authorization": f"Bearer {key}"}, timeout=30, trust_env=False)
        self.openai = openai.OpenAI(base_url=f"{self.url}/v1", api_key=key, max_retries=0)
        self.anthropic = anthropic.Anthropic(base_url=self.url, api_key=key, max_retries=0)

    @property
    def upstream(self) -> FakeUpstream:
        assert self._upstream is not None
        return self._upstream

    def post(self, path: str, body: Any, **headers: str) -> Response:
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.http.post(path, content=content, headers={"content-type": "application/json", **headers})

    def decision(self, decision_id: str) -> Decision:
        stored = self.service.decision(decision_id)
        assert stored is not None, f"decision {decision_id} is not on record"
        return stored.decision

    def mark(self) -> None:
        """Forget the decisions of earlier tests."""
        found = self.service.store.decisions(limit=1)
        self.seen_before = found[0].decision.id if found else ""

    def newest(self) -> Decision:
        return self.service.store.decisions(limit=1)[0].decision

    def wait_for_newest(self, status: str) -> Decision:
        """The newest decision, once its request has that status: it is written after the client has gone."""
        before = self.seen_before
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            found = self.service.store.decisions(limit=1)
            if found and found[0].decision.id != before and found[0].decision.request.get("status") == status:
                return found[0].decision
            threading.Event().wait(0.02)
        raise AssertionError(f"no decision with status {status}")


@contextmanager
def running(home: Path, upstream: FakeUpstream | str = "", **settings: Any) -> Iterator[Running]:
    """Open, serve and close an installation in ``home``."""
    settings["upstream"] = upstream if isinstance(upstream, str) else upstream.url
    service = Service.open(load_settings(home=home, **settings))
    key, _ = service.first_key()
    gateway = Gateway(service)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await service.start()
        await gateway.start()
        yield
        await gateway.stop()
        await service.stop()

    app = Starlette(routes=gateway.routes(), lifespan=lifespan)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_level="warning", loop="uvloop", http="httptools", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the service did not start"
        time.sleep(0.01)
    served = Running(service, server.servers[0].sockets[0].getsockname()[1], key, None if isinstance(upstream, str) else upstream)
    try:
        yield served
    finally:
        served.http.close()
        served.openai.close()
        served.anthropic.close()
        server.should_exit = True
        thread.join()
