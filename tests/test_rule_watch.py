"""The operator's rules change while the service runs: taken over as a whole, never half, never with a mistake in them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from brightline.config import load_settings
from brightline.examination import Check, service_checks
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


def put_terms(path: Path, text: str) -> None:
    put(path, f"- {{id: terms.own, title: {{zh: 约, en: Term}}, text: {{zh: {text}, en: A clause.}}, at_most: review}}\n")


def own_rules(service: Service) -> Check:
    return next(check for check in service_checks(service) if check.name == "own rules")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Path]]:
    """One opened service and its goal file. Loading takes seconds, so tests go on from where the last one left the rules."""
    folder = tmp_path_factory.mktemp("rules")
    put(folder / "own.yaml", rule("最初的暗号"))
    put_terms(folder.with_suffix(".terms"), "一条")
    settings = load_settings(home=tmp_path_factory.mktemp("home"), goals_dir=folder, terms_file=folder.with_suffix(".terms"))
    with Service.open(settings) as opened:
        yield opened, folder / "own.yaml"


def outcome(service: Service, text: str) -> Outcome:
    item = Item(ItemKind.TEXT, (Part("text", Side.POST, text),))
    return service.pipeline.decide_item(item, service.pipeline.context(Door.API)).outcome


def refresh(service: Service) -> None:
    """Two looks: a change counts at the second one that sees it."""
    service.refresh_rules()
    service.refresh_rules()


def test_a_changed_file_is_in_force_after_the_second_look_and_on_record(site: tuple[Service, Path]) -> None:
    service, file = site
    before = service.pipeline
    put(file, rule(FIRST))
    service.refresh_rules()
    assert service.pipeline is before, "the file may still be being written"
    service.refresh_rules()
    assert outcome(service, f"今天{FIRST}") is Outcome.BLOCK
    assert outcome(service, "今天最初的暗号") is Outcome.ALLOW
    assert service.pipeline.versions["text"] != before.versions["text"]
    event = service.store.audit.events(kind="rules.reloaded")[0]
    assert event.subject == service.pipeline.engine.version
    assert event.detail["before"] == before.engine.version
    assert "own.yaml" in event.detail["files"]


def test_nothing_happens_where_nothing_changed(site: tuple[Service, Path]) -> None:
    service, file = site
    refresh(service)
    before, events = service.pipeline, len(service.store.audit.events(kind="rules.reloaded"))
    put(file, file.read_text("utf-8"))  # another file, the same content
    refresh(service)
    assert service.pipeline is before
    assert len(service.store.audit.events(kind="rules.reloaded")) == events


def test_a_file_with_a_mistake_changes_nothing_and_is_named(site: tuple[Service, Path]) -> None:
    service, file = site
    put(file, rule("还在的暗号"))
    refresh(service)
    before = service.pipeline
    assert own_rules(service).ok
    for bad in ("- id: [", "- {id: half}", rule(SECOND).replace("闲话", SECOND), "\x00"):
        put(file, bad)
        refresh(service)
        assert service.pipeline is before
        check = own_rules(service)
        assert not check.ok
        assert "own.yaml" in check.seen
        assert check.advice
    assert outcome(service, "还在的暗号") is Outcome.BLOCK
    put(file, rule("还在的暗号"))
    refresh(service)
    assert own_rules(service).ok
    assert service.pipeline is before, "what is in force again was never out of force"


def test_files_come_and_go_and_a_folder_that_is_gone_is_a_mistake(site: tuple[Service, Path]) -> None:
    service, file = site
    put(file, rule("留下的暗号"))
    put(file.with_name("more.yaml"), rule("来去的暗号").replace("own.marker", "own.second"))
    refresh(service)
    assert outcome(service, "留下的暗号") is outcome(service, "来去的暗号") is Outcome.BLOCK
    file.with_name("more.yaml").unlink()
    refresh(service)
    assert (outcome(service, "留下的暗号"), outcome(service, "来去的暗号")) == (Outcome.BLOCK, Outcome.ALLOW)
    away = file.parent.rename(file.parent.with_name("elsewhere"))
    refresh(service)
    check = own_rules(service)
    assert not check.ok
    assert "is not a folder" in check.seen
    assert outcome(service, "留下的暗号") is Outcome.BLOCK
    away.rename(file.parent)
    refresh(service)
    assert own_rules(service).ok


def test_terms_are_read_anew_and_settings_stay(site: tuple[Service, Path]) -> None:
    service, file = site
    service.settings = service.pipeline.settings = service.settings.model_copy(update={"sector": "medical"})
    put_terms(file.parent.with_suffix(".terms"), "另一条")
    refresh(service)
    assert service.pipeline.terms["terms.own"].text_zh == "另一条"
    assert service.pipeline.settings.sector == "medical"


def test_a_demoted_goal_is_told(site: tuple[Service, Path]) -> None:
    service, file = site
    put(file, rule("怎么"))
    refresh(service)
    assert outcome(service, "这个怎么用") is Outcome.REVIEW
    check = own_rules(service)
    assert "own.marker" in check.seen
    assert "rules price" in check.advice


def test_a_call_under_way_ends_with_the_rules_that_it_began_with(site: tuple[Service, Path]) -> None:
    service, file = site
    put(file, rule(FIRST))
    refresh(service)
    shape = next(shape for shape in SHAPES if shape.name == "chat.completions")
    call, version = exchange(service, shape), service.pipeline.versions["text"]
    memory, parts = CleanTexts(service.pipeline), [Part("text", Side.PROMPT, f"说{SECOND}")]
    assert not memory.inspect(parts, service.pipeline)
    stream = call.pipeline.stream(Side.ANSWER, "text", call.context)
    left = stream.feed("先说一句，")
    put(file, rule(SECOND))
    refresh(service)
    left += stream.feed(f"再说{SECOND}，然后{FIRST}完了。") + stream.finish()
    assert SECOND in left
    assert FIRST not in left
    assert call.decide().versions["text"] == version != service.pipeline.versions["text"]
    assert memory.inspect(parts, service.pipeline), "clean by the old rules is not clean by the new ones"


def test_a_service_under_load_takes_new_rules_without_a_failed_request(tmp_path: Path) -> None:
    home, goals = tmp_path / "home", tmp_path / "rules"
    home.mkdir()
    goals.mkdir()
    put(goals / "own.yaml", rule(FIRST))
    with running(home, goals_dir=str(goals)) as there:
        seen, stop = [], threading.Event()

        def ask() -> None:
            with httpx.Client(base_url=there.url, headers={"Authorization": f"Bearer {there.key}"}, timeout=60, trust_env=False) as client:
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
