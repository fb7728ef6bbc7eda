"""``brightline serve``: prepare the home, start the service, tell a person where everything is."""

from __future__ import annotations

import ctypes
import gc
import logging
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn

from brightline.cli.terminal import console
from brightline.config import Settings, load_settings
from brightline.errors import ConfigError
from brightline.service import Service

__all__ = ["serve"]


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port to listen on.")] = None,
    config: Annotated[Path | None, typer.Option(help="Settings file; default: brightline.toml here or in the home.")] = None,
) -> None:
    """Start the service: gateway, inspection API, public pages and console on one port."""
    given = {key: value for key, value in (("host", host), ("port", port)) if value is not None}
    settings = load_settings(config, **given)
    configure_logging(settings.log_level)
    listening = _listen(settings.host, settings.port)
    service = Service.open(settings)
    # After the rules: the modules of the server fit into what loading them has left free, some 9 MB.
    from brightline.server.app import create_app
    from brightline.server.console.people.first_admin import first_admin

    app = create_app(service)
    admin = first_admin(service.store, settings)
    _settle()
    _welcome(settings, service.first_key(), admin)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            access_log=False,
            log_level=settings.log_level if settings.log_level != "info" else "warning",
            timeout_graceful_shutdown=30,
            server_header=False,
        )
    )
    server.run(sockets=[listening])


def _settle() -> None:
    """Give back the memory that only the start needed, and spare the garbage collector what stays: code and rules."""
    gc.collect()
    gc.freeze()
    with suppress(AttributeError, OSError, TypeError):  # glibc has it; others need it less
        ctypes.CDLL(None).malloc_trim(0)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything is opened, so that a taken port is a clear error and nothing else."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as problem:
        listening.close()
        raise ConfigError(
            "BL-CONFIG-004",
            f"cannot listen on {host}:{port}: {problem.strerror or problem}",
            "stop what uses the port, or set BRIGHTLINE_PORT (1 to 65535) and BRIGHTLINE_HOST",
        ) from None
    return listening


def configure_logging(level: str) -> None:
    """Structured lines of JSON on stderr. What is logged never holds text of users."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _welcome(settings: Settings, client: tuple[str, bool], admin: tuple[str, bool]) -> None:
    """``client`` and ``admin``: a secret, and whether it was made just now and so is to be shown."""
    base, (key, key_is_new), (password, password_is_new) = settings.base_url, client, admin
    say = partial(console.print, soft_wrap=True)
    say()
    say("  [bold]Brightline[/] runs. Every prompt and every answer is inspected; every decision names its rule.")
    say()
    say(f"  Start page     {base}/")
    say(f"  Clients        base_url = {base}/v1        (OpenAI and Anthropic shape)")
    say(f"  Inspection     {base}/api/v1/inspect       described at {base}/docs")
    say(f"  Upstream       {settings.upstream or 'built-in sandbox (set BRIGHTLINE_UPSTREAM to your model service)'}")
    say(f"  Home           {settings.home.absolute()}")
    if key_is_new:
        say(f"  Client key     [bold]{key}[/]   shown once; kept in {settings.home / 'keys' / 'client.key'}")
    elif key:
        say(f"  Client key     in {settings.home / 'keys' / 'client.key'}")
    say(f"  Console        {base}/console")
    if password_is_new:
        say(f"  Sign in as     [bold]admin[/] with [bold]{password}[/]   good for one sign-in, at which you choose your own")
    elif password:
        say(f"  Sign in as     admin with the one-time password in {settings.home / 'keys' / 'admin.password'}")
    say()
