"""What doctor and the page of health say of the guard model service, the comparison by meaning, and the models."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from brightline.config import load_settings
from brightline.examination import Check, service_checks
from brightline.model import Part, Side
from brightline.moderation.families import SHIPPED
from brightline.moderation.guards import Guard, load_guard_map
from brightline.moderation.semantic import Semantic
from brightline.moderation.semantic.embedder import Vectors
from brightline.moderation.semantic.vectors import VECTORS, VectorFile
from brightline.pipeline import Pipeline
from brightline.second_look import SecondLook
from brightline.service import Service
from brightline.text import GoalBook
from brightline.text.weights import load_weights, save_weights
from tests.installation import free_port

Seen = Callable[..., Check]


@pytest.fixture
def seen(service: Service, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """The check of that name, under other settings and with another second look."""

    def look(name: str, second_look: SecondLook | None = None, **settings: Any) -> Check:
        monkeypatch.setattr(service, "settings", load_settings(home=service.settings.home, **settings))
        monkeypatch.setattr(service, "second_look", second_look or SecondLook(None, service.settings))
        (check,) = (check for check in service_checks(service) if check.name == name)
        return check

    return look


def test_without_a_guard_and_the_extra_all_is_well_and_says_so(seen: Seen) -> None:
    assert (seen("guard").ok, seen("guard").seen) == (True, "none (no BRIGHTLINE_GUARD_URL set)")
    assert (seen("meaning").ok, seen("meaning").seen) == (True, "not installed: no text is compared by meaning")
    assert seen("meaning", semantic="off").seen == "off (setting semantic)"


def test_who_wants_every_text_compared_must_have_the_extra(seen: Seen) -> None:
    check = seen("meaning", semantic="all")
    assert not check.ok
    assert "semantic" in check.advice


@pytest.mark.parametrize(("when", "texts"), [("always", "every text"), ("borderline", "borderline texts")])
def test_a_guard_is_named_without_its_password(service: Service, seen: Seen, when: str, texts: str) -> None:
    address = "http://me:secret@127.0.0.1:9/v1"
    guard = Guard(address, "Qwen3Guard", load_guard_map("qwen3guard", service.rulebook))
    check = seen("guard", SecondLook(guard, service.settings), guard_url=address, guard_when=when)
    assert check.ok
    assert "secret" not in check.seen
    for told in ("…@127.0.0.1:9/v1", "Qwen3Guard-Gen", texts, "qwen3guard"):
        assert told in check.seen


def test_a_guard_that_rests_needs_a_hand(service: Service, seen: Seen) -> None:
    address = f"http://127.0.0.1:{free_port()}/v1"
    guard = Guard(address, "m", load_guard_map("llama_guard", service.rulebook))

    async def fail() -> None:
        for _ in range(5):
            await guard.look([Part("text", Side.POST, "你好")])
        await guard.close()

    asyncio.run(fail())
    check = seen("guard", SecondLook(guard, service.settings), guard_url=address)
    assert not check.ok
    assert "left alone" in check.seen
    assert "log" in check.advice


class Still:
    """An embedder that is only there: an examination compares nothing."""

    model = "still"

    def vectors(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError("an examination embeds no text")


@pytest.mark.parametrize(("which", "texts"), [("auto", "borderline texts"), ("all", "every text")])
def test_the_comparison_by_meaning_names_its_version(service: Service, seen: Seen, which: str, texts: str) -> None:
    stage = Semantic(GoalBook((), "none"), Still(), VectorFile.load(VECTORS))
    check = seen("meaning", SecondLook(None, service.settings, stage), semantic=which)
    assert (check.ok, check.seen) == (True, f"{texts}, {stage.version}")


def test_shipped_models_are_named_with_the_beginning_of_their_digest(service: Service, seen: Seen) -> None:
    check = seen("models")
    assert check.ok
    assert check.seen.endswith("all shipped")
    for card in (*SHIPPED.glob("*/card.json"), Path(SHIPPED.parent / "weighing" / "intent" / "card.json")):
        content = json.loads(card.read_text("utf-8"))
        assert f"{content['family']} {content['sha256'][:8]}" in check.seen


def test_an_operator_s_models_are_told_from_shipped_ones_and_a_change_waits_for_the_next_start(
    service: Service, seen: Seen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "no model in" in seen("models", models_dir=str(tmp_path)).seen
    card, _ = load_weights(SHIPPED / "abuse")
    codes = np.zeros(1 << card.bits, np.int8)
    own = save_weights(tmp_path / "abuse", replace(card, title_en="Our own"), codes)
    waiting = seen("models", models_dir=str(tmp_path))
    assert not waiting.ok
    assert waiting.seen.endswith("since the start: abuse")
    assert "Start the service again" in waiting.advice

    monkeypatch.setattr(service, "pipeline", Pipeline(load_settings(home=service.settings.home, models_dir=tmp_path)))
    loaded = seen("models", models_dir=str(tmp_path))
    assert (loaded.ok, loaded.seen.endswith(f"from {tmp_path}: abuse")) == (True, True)
    assert f"abuse {own.sha256[:8]}" in loaded.seen
    (tmp_path / "abuse" / "card.json").write_text("{", "utf-8")
    assert not seen("models", models_dir=str(tmp_path)).ok
    (tmp_path / "abuse" / "card.json").unlink()
    assert "since the start: abuse" in seen("models", models_dir=str(tmp_path)).seen
