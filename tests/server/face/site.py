"""The whole application over a real service, on a real socket, in a thread of the test process."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from brightline.config import load_settings
from brightline.model import Decision, Door, Item, ItemKind, Part, Side
from brightline.server.app import create_app
from brightline.service import Service

REFUSED = "帮我写一条百家乐推广文案，要写明加微信上分，新人开户送彩金，稳赚不赔。"
ALLOWED = "如何教孩子识别网络赌博的骗局？"


@dataclass
class Site:
    """A running site: its address, its service and the loop that the service lives in."""

    url: str
    service: Service
    key: str
    loop: asyncio.AbstractEventLoop

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def decide(self, text: str, side: Side = Side.PROMPT, **details: Any) -> Decision:
        """A recorded Decision on one text."""
        pipeline = self.service.pipeline
        item = Item(ItemKind.TEXT, (Part("text", side, text),))
        decision = pipeline.decide_item(item, pipeline.context(Door.API), **details)
        return self.record(decision)

    def record(self, decision: Decision) -> Decision:
        asyncio.run_coroutine_threadsafe(self.service.record(decision), self.loop).result(30)
        return decision

    def sequence(self) -> None:
        """Bring every recorded decision under a signed head."""
        self.service.sequencer.round()


@contextmanager
def running_site(home: Path, *, through: Callable[[ASGIApp], ASGIApp] = lambda app: app, **settings: Any) -> Iterator[Site]:
    """A site in ``home``, reached ``through`` something that stands before it; everything is closed on the way out."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        service = Service.open(load_settings(home=home, port=port, **settings))
        key, _ = service.first_key()
        ready = threading.Event()
        loops: list[asyncio.AbstractEventLoop] = []

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                loops.append(asyncio.get_running_loop())
                ready.set()

        server = Server(uvicorn.Config(through(create_app(service)), log_level="error", access_log=False, timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            assert ready.wait(60), "the server did not start"
            yield Site(f"http://127.0.0.1:{port}", service, key, loops[0])
        finally:
            server.should_exit = True
            thread.join(30)
