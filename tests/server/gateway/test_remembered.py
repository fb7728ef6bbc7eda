"""What the gateway answered is known again as its own, and no answer waits for that."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from brightline.config import load_settings
from brightline.server.gateway import remembered
from brightline.server.gateway.remembered import Remembered
from brightline.server.gateway.shapes import SHAPES
from brightline.service import Service
from tests.server.gateway import answers
from tests.server.gateway.answers import AD
from tests.server.gateway.exchanges import exchange
from tests.server.gateway.running import running
from tests.server.gateway.upstream import FakeUpstream, json_reply, sse_reply

LONG = "秋天的香山有很多游客，周末去的话最好早一点出发，因为上山的路只有一条，缆车前面常常要排队一个小时以上。"
OTHER = "做番茄炒蛋的时候先把鸡蛋炒到八分熟盛出来，再下番茄炒出汁，最后把鸡蛋倒回锅里翻几下，撒一点葱花就可以出锅了。"
ASKED = {"model": "m", "messages": [{"role": "user", "content": "你好"}]}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Service]:
    with Service.open(load_settings(home=tmp_path)) as service:
        yield service


def answer(service: Service, text: str) -> remembered.Exchange:
    """A call whose answer was read and is ready to be remembered."""
    call = exchange(service, SHAPES[0])
    for found in call.shape.answer_texts(answers.chat(text)):
        if found.text is not None and not found.atomic:
            call.answer.take(call.answer.channel(found), found.text)
    return call


def dropped(queue: Remembered) -> float:
    (metric,) = queue.dropped.collect()
    return next(sample.value for sample in metric.samples if sample.name.endswith("_total"))


def test_answers_are_known_again_whole_and_streamed(fake_upstream: FakeUpstream, tmp_path: Path) -> None:
    with running(tmp_path, fake_upstream) as served:
        fake_upstream.answer = json_reply(answers.chat(LONG))
        whole = served.post("/v1/chat/completions", ASKED)
        fake_upstream.answer = sse_reply(answers.chat_stream(answers.cut(OTHER)))
        streamed = served.post("/v1/chat/completions", ASKED | {"stream": True})
    with Service.open(load_settings(home=tmp_path)) as service:  # the shutdown has written what still waited
        for text, given in ((LONG, whole), (OTHER, streamed)):
            (match,) = service.labelling.whose_text(text)
            assert (match.exact, match.decision) == (True, given.headers["x-brightline-decision"])
        assert (
            service.labelling.whose_text("我们昨天在颐和园划船，湖上的风很大，船夫说再过一个星期就要停了，要划船得赶紧来，票也便宜一半。")
            == []
        )


def test_what_was_stopped_is_not_remembered_as_an_answer(fake_upstream: FakeUpstream, tmp_path: Path) -> None:
    with running(tmp_path, fake_upstream) as served:
        fake_upstream.answer = json_reply(answers.chat(f"{AD}，{LONG}"))
        assert served.post("/v1/chat/completions", ASKED).json()["choices"][0]["finish_reason"] == "content_filter"
    with Service.open(load_settings(home=tmp_path)) as service:
        assert service.labelling.whose_text(LONG) == []


def test_the_setting_0_takes_none(tmp_path: Path) -> None:
    with Service.open(load_settings(home=tmp_path, label_fingerprint_days=0)) as service:

        async def serve() -> int:
            queue = Remembered(service)
            queue.start()
            queue.answered(answer(service, LONG))
            waiting = queue.waiting
            await queue.stop()
            return waiting

        assert asyncio.run(serve()) == 0
        assert service.labelling.whose_text(LONG) == []


def test_what_comes_beyond_the_bounds_is_dropped_and_counted(opened: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MAX_WAITING", 2)

    async def serve() -> tuple[int, float]:
        queue = Remembered(opened)
        queue.start()
        for number in range(5):
            queue.answered(answer(opened, f"{number}{LONG}"))
        waiting = queue.waiting
        await queue.stop()
        return waiting, dropped(queue)

    assert asyncio.run(serve()) == (2, 3)
    assert {match.shared == match.grams for match in opened.labelling.whose_text(LONG)}


def test_a_text_longer_than_all_that_may_wait_is_dropped(opened: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MAX_WAITING_CHARS", len(LONG) - 1)

    async def serve() -> int:
        queue = Remembered(opened)
        queue.start()
        queue.answered(answer(opened, LONG))
        waiting = queue.waiting
        await queue.stop()
        return waiting

    assert asyncio.run(serve()) == 0


def test_a_failing_database_drops_a_batch_and_the_next_is_kept(opened: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "BATCH", 1)
    refused, kept = answer(opened, LONG), answer(opened, OTHER)
    with closing(sqlite3.connect(opened.settings.home / "brightline.db", isolation_level=None)) as database:
        database.execute(
            "create trigger full before insert on text_fingerprints "
            f"when new.decision = '{refused.id}' begin select raise(fail, 'database or disk is full'); end"
        )

    async def serve() -> float:
        queue = Remembered(opened)
        queue.start()
        queue.answered(refused)
        queue.answered(kept)
        await queue.stop()
        return dropped(queue)

    assert asyncio.run(serve()) == 1
    assert opened.labelling.whose_text(LONG) == []
    assert [match.decision for match in opened.labelling.whose_text(OTHER)] == [kept.id]
