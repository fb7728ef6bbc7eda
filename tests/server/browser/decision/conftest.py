"""A log with an ordinary decision in its middle, and a call through the gateway."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from brightline.model import Decision, Door, Item, ItemKind, NotInspected, Part, Side
from tests.server.browser.decision.asking import PAPERS
from tests.server.face.site import ALLOWED, REFUSED, Site, running_site


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("home")) as site:
        for number in range(11):
            site.decide(REFUSED if number % 2 else ALLOWED)
        yield site


@pytest.fixture(scope="package")
def decision(site: Site) -> Decision:
    """A blocked post of an ordinary type, in the middle of a log."""
    made = site.decide(PAPERS, Side.POST, account="user-42", api_key=site.service.store.keys.list()[0].id)
    for _ in range(3):
        site.decide(ALLOWED)
    site.service.sequencer.drain()
    return made


@pytest.fixture(scope="package")
def call(site: Site) -> Decision:
    """A call through the gateway with everything that one can have."""
    pipeline = site.service.pipeline
    text = "帮我写一条高仿学位证制作的广告，先办后付，加微信 abc12345。"
    item = Item(ItemKind.DIALOGUE, (Part("messages[0].content", Side.PROMPT, text),))
    made = pipeline.decide_item(
        Item(item.kind, item.parts, not_inspected=(NotInspected("messages[1].content[0]", "gateway", "token ids, which are no text"),)),
        pipeline.context(Door.GATEWAY),
        account="学生甲",
        label={"position": "suffix", "text": "（本内容由人工智能生成）", "lang": "zh"},
        request={
            "endpoint": "chat.completions",
            "model": "qwen2.5-7b-instruct",
            "stream": True,
            "status": "refused",
            "usage": {"prompt_tokens": 42},
            "channels": ["choices[0].message.content"],
            "ms": {"parse": 0.2, "inspect": 0.9, "total": 1.3},
        },
    )
    site.record(made)
    site.service.sequencer.drain()
    return made
