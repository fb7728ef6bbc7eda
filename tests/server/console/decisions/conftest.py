"""A console over decisions of all kinds, known one by one, so that every filter can be held against going through them all."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from brightline.model import (
    AgeBand,
    Context,
    Decision,
    Door,
    Finding,
    Ground,
    ItemKind,
    NotInspected,
    Outcome,
    Side,
    Span,
    Strictness,
)
from brightline.pipeline import new_decision_id
from brightline.service import record_of
from brightline.store import DecisionFilter
from tests.server.console.conftest import Console
from tests.server.face.site import running_site

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "</td></tr></table><h1>mine",
    "&lt;b&gt;&amp;",
    "\u202egnp.exe",
    "%s %(name)s %%",
    "a_b%c",
    "\\'; DROP TABLE decisions; --",
)
"""Names that a page, a query or a format would like to run."""


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@dataclass(frozen=True)
class Sheet:
    """A page as a test reads it."""

    tags: list[tuple[str, dict[str, str | None]]]
    text: str

    @property
    def ids(self) -> list[str]:
        """The decisions in the list, from top to bottom."""
        return [
            str(attributes["id"])[2:] for tag, attributes in self.tags if tag == "tr" and str(attributes.get("id", "")).startswith("d-")
        ]

    def links(self, start: str = "") -> list[str]:
        return [
            str(attributes.get("href")) for tag, attributes in self.tags if tag == "a" and str(attributes.get("href", "")).startswith(start)
        ]

    def link(self, **wanted: str) -> str | None:
        """The address of the link with these attributes (``data_page`` for ``data-page``)."""
        for tag, attributes in self.tags:
            if tag == "a" and all(attributes.get(name.replace("_", "-")) == value for name, value in wanted.items()):
                return attributes.get("href")
        return None

    def field(self, name: str) -> str | None:
        """The value of an input."""
        return next((attributes.get("value") for tag, attributes in self.tags if tag == "input" and attributes.get("name") == name), None)


def sheet(answer: httpx.Response) -> Sheet:
    reading = _Reading()
    reading.feed(answer.text)
    return Sheet(reading.tags, " ".join("".join(reading.words).split()))


@dataclass
class Filled:
    """A console and its decisions, newest first."""

    console: Console
    made: list[Decision] = field(default_factory=list)

    @property
    def now(self) -> int:
        return time.time_ns() // 1000

    def add(self, *decisions: Decision) -> None:
        self.console.site.service.store.write([record_of(each) for each in decisions])
        self.made = sorted([*self.made, *decisions], key=lambda each: (each.made_at, each.id), reverse=True)

    def settle(self) -> None:
        """Give every decision its place in the ledger, and count it."""
        self.console.site.service.sequencer.drain()
        while self.console.site.service.store.tallies.advance():
            pass

    def ids(self, fits: Any) -> list[str]:
        """The ids of those that fit, newest first: by looking at each."""
        return [each.id for each in self.made if fits(each)]


def finding(**changes: Any) -> Finding:
    plain = Finding(
        detector="text",
        detector_version="1",
        goal="fraud.task_scam",
        rules=("CSL-49",),
        problem_types=(2, 10),
        effect=Outcome.REFUSE,
        part="messages[0].content",
        side=Side.PROMPT,
        lane="base",
        spans=(Span(3, 5),),
        evidence=("刷单",),
        excerpt="我要去刷单赚钱",
    )
    return replace(plain, **changes)


def decision(made_at: int, **changes: Any) -> Decision:
    """A refused prompt, but for the changes."""
    number = new_decision_id()
    plain = Decision(
        id=number,
        token=f"token{number.replace('-', '')}"[:40],
        tenant="default",
        made_at=made_at,
        door=Door.GATEWAY,
        item_kind=ItemKind.DIALOGUE,
        item_digest="0" * 64,
        outcome=Outcome.REFUSE,
        ground=Ground.LEGAL,
        rules=("CSL-49",),
        findings=(finding(),),
        not_inspected=(),
        reason_zh="依据规则。",
        reason_en="By a rule.",
        context=Context(on=date(2026, 11, 22), door=Door.GATEWAY, strictness=Strictness.STANDARD, age_band=AgeBand.UNKNOWN),
        versions={"brightline": "0", "rulebook": "abc"},
        request={"model": "qwen3", "endpoint": "chat", "stream": False, "status": "ok", "ms": {"total": 12.5}},
    )
    return replace(plain, **changes)


def allowed(made_at: int, **changes: Any) -> Decision:
    """An allowed prompt."""
    nothing = {"outcome": Outcome.ALLOW, "ground": Ground.NONE, "rules": (), "findings": ()}
    return decision(made_at, **(nothing | changes))


def various(number: int, now: int, seed: int = 1) -> list[Decision]:
    """Decisions of all kinds over three days, several of them in the same microsecond."""
    chance = random.Random(seed)
    goals = (("fraud.task_scam", (2, 10)), ("gambling.promotion", (9, 12)), ("health.dosage", (6,)), ("minors.grooming", (13,)))
    texts = ("我要去刷单赚钱", "Buy 100% gold_bars NOW", "加微信 <b>VX</b> 领取", "a\\b 'quoted' _under%percent")
    made = []
    for _ in range(number):
        at = now - chance.choice((0, chance.randrange(HOUR), chance.randrange(3 * DAY))) // 1000 * 1000
        common: dict[str, Any] = {
            "door": chance.choice(list(Door)),
            "account": chance.choice(("", "user-1", "user-2", *HOSTILE[:4])),
            "api_key": chance.choice(("", "k1", "k2")),
            "mode": chance.choice(("live", "live", "live", "shadow")),
            "not_inspected": chance.choice(((), (), (NotInspected("answer", "gateway", "a picture"),))),
        }
        common["request"] = {"model": chance.choice(("qwen3", "deepseek-v3", *HOSTILE))} if common["door"] is Door.GATEWAY else {}
        if chance.random() < 0.4:
            sampled = {"texts": {"messages[0].content": chance.choice(texts)}} if chance.random() < 0.3 else {}
            made.append(allowed(at, **common, **sampled))
            continue
        goal, types = chance.choice(goals)
        text = chance.choice(texts)
        seen = finding(goal=goal, problem_types=types, excerpt=text, spans=(Span(0, 3),), evidence=(text[:3],))
        outcome = chance.choice([each for each in Outcome if each is not Outcome.ALLOW])
        made.append(
            decision(at, outcome=outcome, rules=chance.choice((("CSL-49",), ("PSA-82", "CSL-49"), ("IIS-15",))), findings=(seen,), **common)
        )
    return made


def fitting(wanted: DecisionFilter, each: Decision) -> bool:
    """Whether a decision fits a filter, said anew and slowly."""
    words = [*each.texts.values()]
    for seen in each.findings:
        words += [*seen.evidence, *seen.normalised, seen.excerpt]
    sought = (wanted.text or "").encode().lower()
    return all(
        (
            wanted.outcomes is None or each.outcome in wanted.outcomes,
            not wanted.flagged or each.outcome is not Outcome.ALLOW,
            wanted.rule is None or wanted.rule in each.rules,
            wanted.problem_type is None or any(wanted.problem_type in seen.problem_types for seen in each.findings),
            wanted.goal is None or any(wanted.goal == seen.goal for seen in each.findings),
            wanted.door is None or each.door is wanted.door,
            wanted.mode is None or each.mode == wanted.mode,
            wanted.model is None or each.request.get("model", "") == wanted.model,
            wanted.account is None or each.account == wanted.account,
            wanted.api_key is None or each.api_key == wanted.api_key,
            wanted.not_inspected is None or bool(each.not_inspected) == wanted.not_inspected,
            wanted.since is None or each.made_at >= wanted.since,
            wanted.until is None or each.made_at < wanted.until,
            wanted.text is None or any(sought in word.encode().lower() for word in words),
        )
    )


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """A console over 240 decisions of all kinds."""
    with running_site(tmp_path_factory.mktemp("home")) as site:
        filled = Filled(Console(site))
        filled.add(*various(240, filled.now))
        filled.settle()
        yield filled


@pytest.fixture(scope="module")
def _emptied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with running_site(tmp_path_factory.mktemp("home")) as site:
        yield Console(site)


@pytest.fixture
def growing(_emptied: Console) -> Filled:
    """A console without decisions, to which a test adds its own. The site is one for all tests of a file; its ledger goes on."""
    filled = Filled(_emptied)
    filled.settle()
    tables = ("findings", "decision_rules", "decision_types", "decision_goals", "decisions", "tallies", "saved_views")
    with _emptied.site.service.store.database.writing() as connection:
        for table in tables:
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names from the line above
    for user in _emptied.site.service.store.users.list():
        _emptied.site.service.store.users.set_preferences(user.id, {"fold": None})
    return filled


def damage(console: Console, decision_id: str, body: bytes = b"{}") -> None:
    """Write something over the stored document of a decision."""
    with console.site.service.store.database.writing() as connection:
        connection.execute(text("UPDATE decisions SET body = :body WHERE id = :id"), {"body": body, "id": decision_id})


def look(person: Any, path: str) -> Sheet:
    """The page behind ``path``, by way of its short address."""
    answer = person.get(path)
    while answer.status_code == 303:
        answer = person.get(answer.headers["location"])
    return sheet(answer)


def pages(person: Any, path: str, most: int = 20) -> Sequence[Sheet]:
    """All pages from ``path`` on, older and older."""
    found: list[Sheet] = []
    there: str | None = path
    while there and len(found) < most:
        answer = person.get(there)
        while answer.status_code == 303:
            answer = person.get(answer.headers["location"])
        assert answer.status_code == 200, answer.text[:300]
        found.append(sheet(answer))
        reach = next((str(attributes.get("data-on")) for tag, attributes in found[-1].tags if attributes.get("id") == "reach"), None)
        there = found[-1].link(data_page="]") or (f"/console/decisions?{reach}" if reach else None)
    return found
