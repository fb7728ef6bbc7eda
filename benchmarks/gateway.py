"""What the gateway costs with all rules on, beside a bare pass-through proxy and, if asked for, the LiteLLM proxy.

    python benchmarks/gateway.py [--runs 3] [--calls 2000] [--json]
                                 [--install-litellm VENV] [--litellm-venv VENV]

Every contender is a process of its own in front of the same fake upstream; the gateway is ``brightline serve`` with a
fresh SQLite home, so each call also writes its Decision. CPU is that of the contender's process (user + system, from
/proc), divided by calls or by streamed chunks: unlike wall clock it hardly moves on a busy machine. Burst: 200 chunks
at once. Paced: 5 ms apart, 8 streams side by side. Latency: one connection, one call after the other. Medians of
``--runs`` runs. LiteLLM runs with its own content filter on prompts and answers, and no database.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import uvloop
from rich.console import Console
from rich.table import Table

from gateway_upstream import CHUNKS

HERE = Path(__file__).parent
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
CONNECTIONS = 16
STREAMS = 8
NONCE = b"00000000"
PROMPT = "我最近总是睡不好，白天又要盯着股票行情，感觉压力很大。请给我一些生活上的建议，怎样安排作息和心态？谢谢！" * 3 + NONCE.decode()


class Contender(NamedTuple):
    name: str
    port: int
    pid: int
    key: str
    scale: float = 1.0  # share of the load, for peers that would take minutes


def body(stream: bool, paced: bool = False) -> bytes:
    messages = [{"role": "system", "content": "You are a careful assistant."}, {"role": "user", "content": PROMPT}]
    request = {"model": "bench", "messages": messages, "stream": stream, "user": "paced" if paced else "u"}
    return json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode()


def request(contender: Contender, payload: bytes) -> bytes:
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {contender.key}\r\n"
    return (head + f"content-type: application/json\r\ncontent-length: {len(payload)}\r\n\r\n").encode() + payload


async def call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, raw: bytes) -> int:
    """One request and its whole answer; gives the number of streamed events."""
    writer.write(raw)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise RuntimeError(f"{head.decode()}{(await reader.read(2000)).decode()}")
    if b"content-length:" in head:
        await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
        return 0
    events = 0
    while True:
        size = int(await reader.readuntil(b"\r\n"), 16)
        piece = await reader.readexactly(size + 2)
        events += piece.count(b"data: ")
        if size == 0:
            return events


async def load(contender: Contender, raw: bytes, calls: int, connections: int) -> list[float]:
    """Seconds of each call, made over so many connections."""
    times: list[float] = []
    left = iter(range(calls))

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", contender.port, limit=1 << 20)
        for number in left:
            # Each prompt is new: the gateway remembers texts that it found clean, and that shall not flatter it.
            fresh = raw.replace(NONCE, f"{number:08d}".encode())
            began = time.perf_counter()
            await call(reader, writer, fresh)
            times.append(time.perf_counter() - began)
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return times


def cpu_s(pid: int) -> float:
    """CPU seconds of a process with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def measure(contender: Contender, calls: int) -> dict[str, float]:
    """One run over one contender."""
    calls = max(32, int(calls * contender.scale))
    streams = max(8, calls // 20)
    found: dict[str, float] = {}

    def timed(raw: bytes, count: int, connections: int) -> tuple[float, float, list[float]]:
        before, began = cpu_s(contender.pid), time.perf_counter()
        times = uvloop.run(load(contender, raw, count, connections))
        return cpu_s(contender.pid) - before, time.perf_counter() - began, times

    plain, burst, paced = (request(contender, body(*how)) for how in ((False, False), (True, False), (True, True)))
    timed(plain, max(16, calls // 10), CONNECTIONS)  # warm up
    cpu, wall, _ = timed(plain, calls, CONNECTIONS)
    found["json_cpu_ms"], found["json_per_s"] = cpu / calls * 1e3, calls / wall
    cpu, wall, _ = timed(burst, streams, STREAMS)
    found["burst_cpu_us"], found["streams_per_s"] = cpu / streams / CHUNKS * 1e6, streams / wall
    cpu, _, _ = timed(paced, max(8, streams // 4), STREAMS)
    found["paced_cpu_us"] = cpu / max(8, streams // 4) / CHUNKS * 1e6
    _, _, times = timed(plain, max(50, calls // 5), 1)
    found["p50_ms"] = statistics.median(times) * 1e3
    found["rss_mb"] = rss_mb(contender.pid)
    return found


# Contenders


@contextlib.contextmanager
def process(*command: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BRIGHTLINE_")}
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=kept | environment)
    try:
        yield started
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise RuntimeError(f"nothing listens on port {port}")


@contextlib.contextmanager
def brightline(upstream: int) -> Iterator[Contender]:
    port = free_port()
    with tempfile.TemporaryDirectory() as home:
        settings = {
            "HOME": home,
            "PORT": str(port),
            "UPSTREAM": f"http://127.0.0.1:{upstream}/v1",
            "RATE_LIMIT_PER_MINUTE": "10000000",
            "LOG_LEVEL": "error",
        }
        environment = {f"BRIGHTLINE_{name}": value for name, value in settings.items()}
        with process(sys.executable, "-m", "brightline", "serve", **environment) as served:
            wait_for(port, 60)
            yield Contender("Brightline, all rules", port, served.pid, (Path(home) / "keys" / "client.key").read_text().strip())


@contextlib.contextmanager
def bare_proxy(upstream: int) -> Iterator[Contender]:
    with process(sys.executable, str(HERE / "gateway_proxy.py"), f"http://127.0.0.1:{upstream}") as served:
        assert served.stdout is not None
        yield Contender("bare aiohttp proxy", int(served.stdout.readline()), served.pid, "none")


LITELLM = """
model_list:
  - model_name: bench
    litellm_params: {model: openai/bench, api_base: "http://127.0.0.1:%d/v1", api_key: none}
guardrails:
  - guardrail_name: filter
    litellm_params:
      guardrail: litellm_content_filter
      mode: [pre_call, post_call]
      default_on: true
      blocked_words:
%s
general_settings: {master_key: sk-benchmark-0123456789}
litellm_settings: {telemetry: false, callbacks: []}
"""


@contextlib.contextmanager
def litellm(upstream: int, environment: Path) -> Iterator[Contender]:
    port = free_port()
    words = "\n".join(f"        - {{keyword: 关键词{number}号, action: BLOCK}}" for number in range(1000))
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(LITELLM % (upstream, words))
        command = [str(environment / "bin" / "litellm"), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
        with process(*command, LITELLM_LOCAL_MODEL_COST_MAP="True", LITELLM_LOG="ERROR") as served:
            wait_for(port, 400)
            yield Contender("LiteLLM proxy, content filter", port, served.pid, "sk-benchmark-0123456789", 0.02)


def install_litellm(environment: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    subprocess.run([str(environment / "bin" / "pip"), "install", "-q", "litellm[proxy]"], check=True)


# Report

COLUMNS = {
    "json_cpu_ms": "CPU ms/call",
    "json_per_s": "calls/s",
    "burst_cpu_us": "CPU µs/chunk, burst",
    "paced_cpu_us": "CPU µs/chunk, paced",
    "streams_per_s": "streams/s",
    "p50_ms": "p50 ms",
    "rss_mb": "RSS MB",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--litellm-venv", type=Path)
    parser.add_argument("--install-litellm", type=Path)
    options, _ = parser.parse_known_args()
    if options.install_litellm:
        install_litellm(options.install_litellm)
    environment = options.litellm_venv or options.install_litellm
    results: dict[str, dict[str, float]] = {}
    with process(sys.executable, str(HERE / "gateway_upstream.py")) as upstream:
        assert upstream.stdout is not None
        port = int(upstream.stdout.readline())
        contenders = [bare_proxy(port), brightline(port)] + ([litellm(port, environment)] if environment else [])
        runs: dict[str, list[dict[str, float]]] = {
            "upstream itself": [measure(Contender("", port, upstream.pid, ""), options.calls) for _ in range(options.runs)]
        }
        for opened in contenders:
            with opened as contender:
                runs[contender.name] = [measure(contender, options.calls) for _ in range(options.runs)]
    for name, found in runs.items():
        results[name] = {column: statistics.median(run[column] for run in found) for column in COLUMNS}
    report(results, options)
    return 0


def report(results: dict[str, dict[str, float]], options: Any) -> None:
    ours, bare = results["Brightline, all rules"], results["bare aiohttp proxy"]
    added = {
        "json_cpu_ms": ours["json_cpu_ms"] - bare["json_cpu_ms"],
        "burst_cpu_us": ours["burst_cpu_us"] - bare["burst_cpu_us"],
        "paced_cpu_us": ours["paced_cpu_us"] - bare["paced_cpu_us"],
        "p50_ms": ours["p50_ms"] - bare["p50_ms"],
    }
    if options.json:
        print(
            json.dumps({"machine": machine(), "runs": options.runs, "calls": options.calls, "results": results, "added": added}, indent=1)
        )
        return
    table = Table(title=f"Gateway, medians of {options.runs} runs, {machine()}")
    table.add_column("")
    for title in COLUMNS.values():
        table.add_column(title, justify="right")
    for name, found in results.items():
        table.add_row(name, *(f"{found[column]:.2f}" for column in COLUMNS))
    table.add_row("added over the bare proxy", *(f"{added[column]:.2f}" if column in added else "" for column in COLUMNS), style="bold")
    Console(width=150).print(table)


def machine() -> str:
    return f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    sys.exit(main())
