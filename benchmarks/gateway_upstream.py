"""The model service of the gateway benchmark: raw asyncio on uvloop, so cheap that it never is what is measured.

    python benchmarks/gateway_upstream.py     prints its port, serves until it is killed

Answers ``POST`` with one chat completion, or with 200 SSE chunks if the body asks for a stream: at once, or 5 ms apart
where the path contains ``paced``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import orjson
import uvloop

CHUNKS = 200
PACE_S = 0.005
# Ordinary text about health and money, the areas in which a filter is most tempted to see something.
TEXT = (
    "您好，关于您提到的睡眠问题，可以先从规律作息开始：每天同一时间起床，下午少喝咖啡，睡前一小时放下手机。"
    "如果持续超过一个月，建议到医院的睡眠门诊看看，由医生判断原因。至于理财，先留出三到六个月的生活费作为应急资金，"
    "再考虑其他安排；任何承诺高收益、零风险的说法都值得警惕。The rest is a matter of habit: small steps, kept up for weeks, do more than big plans. "
)


def pieces() -> Iterator[str]:
    """The text in chunks of two characters, again and again."""
    for index in range(CHUNKS):
        start = index * 2 % (len(TEXT) - 1)
        yield TEXT[start : start + 2]


def chunk(delta: dict[str, str], reason: str | None = None) -> bytes:
    value = {
        "id": "chatcmpl-BenchmarkBenchmarkBenchmark",
        "object": "chat.completion.chunk",
        "created": 1700000000,
        "model": "bench",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}],
    }
    return b"data: " + orjson.dumps(value) + b"\n\n"


def framed(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


MESSAGE = {"role": "assistant", "content": TEXT}
WHOLE = orjson.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1700000000,
        "model": "bench",
        "choices": [{"index": 0, "message": MESSAGE, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 200, "total_tokens": 300},
    }
)
JSON_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(WHOLE), WHOLE)
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
EVENTS = [framed(chunk({"content": piece})) for piece in pieces()]
STREAM_END = framed(chunk({}, "stop")) + framed(b"data: [DONE]\n\n") + b"0\r\n\r\n"


async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            lower = head.lower()
            length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in lower else 0
            body = await reader.readexactly(length)
            if b'"stream":true' not in body.replace(b" ", b""):
                writer.write(JSON_ANSWER)
                continue
            writer.write(STREAM_HEAD)
            if b"paced" in body:
                for event in EVENTS:
                    writer.write(event)
                    await asyncio.sleep(PACE_S)
            else:
                writer.write(b"".join(EVENTS))
            writer.write(STREAM_END)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
