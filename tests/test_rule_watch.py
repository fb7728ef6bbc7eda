"""The operator's rules change while the service runs: taken over as a whole, never half, never with a mistake in them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from brightline.config import load_settings
from brightline.examination import service_checks
from brightline.model import Door, Item, ItemKind, Outcome, Part, Side
from brightline.server.gateway.clean_texts import CleanTexts
from brightline.server.gateway.shapes import SHAPES
from brightline.service import Service
from tests.installation import running
from tests.server.gateway.exchanges import exchange

RULE = """
- id: own.marker
  title: {zh: 自有规则, en: Own rule}
  types: [9]
  rules: [PSA-82, CRI-303, CSL-49, IM-14.1]
  sides: [post, prompt, answer]
  effect: stop
  slots: [{name: word, words: [%s]}]
  examples: [说一句%s吧]
  twins: [说一句闲话吧]
  owner: tests
"""
FIRST, SECOND = "青铜鲸鱼暗号", "白银海豚暗号"


def rule(word: str) -> str:
    return RULE % (word, word)


def put(path: Path, text: str) -> None:
    """Write the file as editors do: at once."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text, "utf-8")
    os.replace(fresh, path)


def own_rules(service: Service) -> Any:
    return next(check for check in service_checks(service) if check.name == "own rules")


@pytest.fixture
def goals(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    put(folder / "own.yaml", rule(FIRST))
    return folder


@pytest.fixture
def service(tmp_path: Path, goals: Path) -> Iterator[Service]:
    settings = load_settings(home=tmp_path / "home", goals_dir=goals, terms_file=_terms(tmp_path, "一条"))
    with Service.open(settings) as opened:
        yield opened


def _terms(folder: Path, text: str) -> Path:
    path = folder / "terms.yaml"
    put(path, f"- {{id: terms.own, title: {{zh: 约, en: Term}}, text: {{zh: {text}, en: A clause.}}, at_most: review}}\n")
    return path


def outcome(service: Service, text: str) -> Outcome:
    item = Item(ItemKind.TEXT, (Part("text", Side.POST, text),))
    return service.pipeline.decide_item(item, service.pipeline.context(Door.API)).outcome


def refresh(service: Service) -> None:
    """Two looks: a change counts at the second one that sees it."""
    service.refresh_rules()
    service.refresh_rules()


def test_a_changed_file_is_in_force_after_the_second_look(service: Service, goals: Path) -> None:
    before = service.pipeline
    put(goals / "own.yaml", rule(SECOND))
    service.refresh_rules()
    assert service.pipeline is before, "the file may still be being written"
    service.refresh_rules()
    assert outcome(service, f"今天{SECOND}") is Outcome.BLOCK
    assert outcome(service, f"今天{FIRST}") is Outcome.ALLOW
    assert service.pipeline.versions["text"] != before.versions["text"]


def test_the_change_is_on_record(service: Service, goals: Path) -> None:
    before = service.pipeline.engine.version
    put(goals / "own.yaml", rule(SECOND))
    refresh(service)
    (event,) = service.store.audit.events(kind="rules.reloaded")
    assert event.subject == service.pipeline.engine.version
    assert event.detail["before"] == before
    assert event.detail["files"] == ["own.yaml", "terms.yaml"]


def test_nothing_happens_where_nothing_changed(service: Service, goals: Path) -> None:
    before = service.pipeline
    refresh(service)
    put(goals / "own.yaml", rule(FIRST))  # another file, the same content
    refresh(service)
    assert service.pipeline is before
    assert not service.store.audit.events(kind="rules.reloaded")


@pytest.mark.parametrize(
    "bad", ["- id: [", "- {id: half}", rule(SECOND).replace("[PSA-82", "[NO-1"), rule(SECOND).replace("闲话", SECOND), "\x00"]
)
def test_a_file_with_a_mistake_changes_nothing_and_is_named(service: Service, goals: Path, bad: str) -> None:
    before = service.pipeline
    assert own_rules(service).ok
    put(goals / "own.yaml", bad)
    refresh(service)
    assert service.pipeline is before
    assert outcome(service, FIRST) is Outcome.BLOCK
    check = own_rules(service)
    assert not check.ok
    assert "own.yaml" in check.seen
    assert check.advice
    put(goals / "own.yaml", rule(SECOND))
    refresh(service)
    assert own_rules(service).ok
    assert outcome(service, SECOND) is Outcome.BLOCK


def test_files_come_and_go(service: Service, goals: Path) -> None:
    put(goals / "more.yaml", rule(SECOND).replace("own.marker", "own.second"))
    refresh(service)
    assert outcome(service, SECOND) is outcome(service, FIRST) is Outcome.BLOCK
    (goals / "own.yaml").unlink()
    refresh(service)
    assert (outcome(service, FIRST), outcome(service, SECOND)) == (Outcome.ALLOW, Outcome.BLOCK)


def test_a_folder_that_is_gone_is_a_mistake_too(service: Service, goals: Path) -> None:
    goals.rename(goals.with_name("elsewhere"))
    refresh(service)
    assert outcome(service, FIRST) is Outcome.BLOCK
    check = own_rules(service)
    assert not check.ok
    assert "is not a folder" in check.seen


def test_terms_are_read_anew_too(service: Service, tmp_path: Path) -> None:
    _terms(tmp_path, "另一条")
    refresh(service)
    assert service.pipeline.terms["terms.own"].text_zh == "另一条"


def test_a_demoted_goal_is_told(service: Service, goals: Path) -> None:
    put(goals / "own.yaml", rule("怎么"))
    refresh(service)
    assert outcome(service, "这个怎么用") is Outcome.REVIEW
    check = own_rules(service)
    assert "own.marker" in check.seen
    assert "rules price" in check.advice


def test_settings_changed_meanwhile_stay_in_force(service: Service, goals: Path) -> None:
    service.settings = service.pipeline.settings = service.settings.model_copy(update={"sector": "medical"})
    put(goals / "own.yaml", rule(SECOND))
    refresh(service)
    assert service.pipeline.settings.sector == "medical"


def test_a_call_under_way_ends_with_the_rules_that_it_began_with(service: Service, goals: Path) -> None:
    shape = next(shape for shape in SHAPES if shape.name == "chat.completions")
    call, version = exchange(service, shape), service.pipeline.versions["text"]
    stream = call.pipeline.stream(Side.ANSWER, "text", call.context)
    left = stream.feed("先说一句，")
    put(goals / "own.yaml", rule(SECOND))
    refresh(service)
    left += stream.feed(f"再说{SECOND}，然后{FIRST}完了。") + stream.finish()
    assert SECOND in left
    assert FIRST not in left
    assert call.decide().versions["text"] == version != service.pipeline.versions["text"]


def test_a_text_that_was_clean_by_the_old_rules_is_looked_at_again(service: Service, goals: Path) -> None:
    memory, parts = CleanTexts(service.pipeline), [Part("text", Side.PROMPT, f"说{SECOND}")]
    assert not memory.inspect(parts, service.pipeline)
    put(goals / "own.yaml", rule(SECOND))
    refresh(service)
    assert memory.inspect(parts, service.pipeline)


def test_a_service_under_load_takes_new_rules_without_a_failed_request(tmp_path: Path, goals: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with running(home, goals_dir=str(goals)) as site:
        seen, stop = [], threading.Event()

        def ask() -> None:
            with httpx.Client(base_url=site.url, headers={"Authorization": f"Bearer {site.key}"}, timeout=60, trust_env=False) as client:
                while not stop.is_set():
                    answer = client.post("/api/v1/inspect", json={"items": [{"text": FIRST}, {"text": SECOND}]})
                    decisions = answer.json()["decisions"] if answer.status_code == 200 else []
                    seen.append((answer.status_code, *((each["outcome"], each["versions"]["text"]) for each in decisions)))

        with ThreadPoolExecutor(2) as pool:
            asking = [pool.submit(ask) for _ in range(2)]
            try:
                _until(lambda: len(seen) >= 10)
                put(goals / "own.yaml", rule(SECOND))
                _until(lambda: seen[-1][1][0] == "allow")
            finally:
                stop.set()
            for each in asking:
                each.result()
    versions = {row[1][1] for row in seen}
    assert {row[0] for row in seen} == {200}
    assert len(versions) == 2
    for _, (first, version), (second, same) in seen:
        assert version == same, "one call, one set of rules"
        assert (first, second) in (("block", "allow"), ("allow", "block"))


def _until(true: Callable[[], bool], limit_s: float = 60.0) -> None:
    deadline = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # another process: there is no event to wait for
