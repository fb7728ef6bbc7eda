"""Hostile content on the page of one decision: it stays text, and turns nothing round."""

from __future__ import annotations

import dataclasses
import re

from brightline.model import NotInspected, Side, Span
from tests.server.console.conftest import Console
from tests.server.console.decision.markup import tree_of
from tests.server.console.decision.recording import PAPERS, address, record

XSS = [
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{7*7}}{% raw %}",
    "</blockquote></main><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "&#60;b&#62;",
    "a\u202eb\x00\x1b[31m\r\n\u200b",
    "<!--",
    "]]>",
]


def test_hostile_text_in_every_field_stays_text(console: Console) -> None:
    base = console.decide(PAPERS, Side.POST)
    for number, attack in enumerate(XSS):
        finding = dataclasses.replace(
            base.findings[0],
            detector=attack,
            detector_version=attack,
            goal=attack,
            part=attack,
            lane=attack,
            evidence=(attack,),
            spans=(Span(0, len(attack)),),
            normalised=(attack,),
            exceptions=() if number % 2 else (attack,),
            excerpt=attack,
            excerpt_start=0,
            note_zh=attack,
            note_en=attack,
            term=attack,
            rules=(*base.findings[0].rules, attack),
        )
        decision = record(
            console,
            base,
            findings=(finding,),
            rules=(*base.rules, attack),
            not_inspected=(NotInspected(attack, attack, attack),),
            reason_zh=attack,
            reason_en=attack,
            versions={"text": attack, "x": attack},
            account=attack.replace("\x00", ""),
            api_key="",
            label={"position": "suffix", "text": attack, "lang": attack, "reason": attack},
            request={
                "endpoint": attack,
                "model": attack.replace("\x00", ""),
                "status": attack,
                "method": attack,
                attack: attack,
                "source": attack,
                "source_id": attack,
                "channels": [attack],
                "usage": {attack: 1},
            },
            texts={"other": attack},
        )
        console.site.service.sequencer.drain()
        for lang in ("zh", "en"):
            person = console.as_("reviewer", lang)
            for answer in (person.get(address(decision)), person.post(address(decision, "/replay"))):
                assert answer.status_code == 200, attack
                tree = tree_of(answer.text)
                assert all(script.attributes.get("src", "").startswith("/static/") and not script.text for script in tree.all("script")), (
                    attack
                )
                assert not [node for node in tree.all() if node.tag == "img" and node.attributes.get("src") == "x"]
                assert not [node for node in tree.all() if any(name.startswith("on") for name in node.attributes)]
                assert not [node for node in tree.all("a") if not node.attributes["href"].startswith(("/", "#", "?"))]
                assert "49" not in tree.by_id("text").text.split()


def test_characters_that_turn_the_direction_are_always_isolated(console: Console) -> None:
    base = console.decide(f"好\u202eabc\u2066{PAPERS}", Side.POST)
    gap = NotInspected("part\u202e", "me\u2067", "why\u2068")
    decision = record(console, base, account="a\u202eb", reason_en="so\u202e", not_inspected=(gap,), request={"model": "m\u202d"})
    tree = tree_of(console.as_("reviewer").get(address(decision)).text)
    isolated = sum(len(TURNING.findall(node.text)) for node in tree.all("bdi", cls="ghost"))
    assert isolated >= 10
    assert isolated == len(TURNING.findall(tree.text)), "none stands outside of an element of its own"


TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
