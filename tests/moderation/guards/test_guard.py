"""The guard model adapter against a real HTTP service: verdicts, time, failures, and that nothing unjudged is called clean."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from brightline.config import load_settings
from brightline.errors import DataError
from brightline.model import Outcome, Part, Side
from brightline.moderation.guards import Guard, GuardMap, load_guard_map
from brightline.moderation.guards.breaker import Breaker
from brightline.moderation.guards.guard import MOST_AT_ONCE, MOST_CHARS
from brightline.moderation.guards.reading import SHIPPED
from brightline.pipeline import Pipeline
from brightline.rulebook import Rulebook, load_rulebook
from brightline.second_look import SecondLook

UNSAFE = "Safety: Unsafe\nCategories: Violent, Jailbreak"


@dataclass
class Model:
    """A guard model service. ``says`` makes its answer of the request."""

    says: Callable[[dict[str, object]], object] = lambda asked: UNSAFE
    asked: list[dict[str, object]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append(body)
        self.keys.append(request.headers.get("Authorization", ""))
        said = self.says(body)
        if asyncio.iscoroutine(said):
            said = await said
        if isinstance(said, web.StreamResponse):
            return said
        return web.json_response({"choices": [{"message": {"role": "assistant", "content": said}}]})


@asynccontextmanager
async def serving(model: Model) -> AsyncIterator[Model]:
    app = web.Application(client_max_size=1 << 24)
    app.router.add_post("/v1/chat/completions", model.answer)
    async with TestServer(app) as server:
        model.url = str(server.make_url("/v1"))
        yield model


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.fixture(scope="module")
def qwen(rulebook: Rulebook) -> GuardMap:
    return load_guard_map("qwen3guard", rulebook)


def part(text: str = "一段文字", side: Side = Side.PROMPT, path: str = "messages[0]") -> Part:
    return Part(path, side, text)


async def test_an_objection_becomes_findings_for_a_person_and_nothing_stronger(qwen: GuardMap) -> None:
    async with serving(Model()) as model:
        guard = Guard(model.url, "guard-1", qwen, key="k")
        answer = await guard.look([part()])
        await guard.close()
    assert [(one.goal, one.effect, one.manifest, one.lane) for one in answer.findings] == [
        ("guard.violent", Outcome.REVIEW, False, "guard"),
        ("guard.jailbreak", Outcome.ALLOW, False, "guard"),
    ]
    assert answer.not_inspected == ()
    assert answer.findings[0].evidence == ("一段文字",)
    assert model.asked[0]["model"] == "guard-1"
    assert model.keys == ["Bearer k"]


async def test_an_answer_is_shown_to_the_guard_as_the_assistants(qwen: GuardMap) -> None:
    async with serving(Model()) as model:
        guard = Guard(model.url, "m", qwen)
        await guard.look([part(side=Side.ANSWER)])
        await guard.close()
    assert [one["role"] for one in model.asked[0]["messages"]] == ["user", "assistant"]  # type: ignore[index, union-attr, attr-defined]


@pytest.mark.parametrize("said", ["Safety: Safe\nCategories: None", "Safety: Controversial\nCategories: Violent", "safety: safe"])
async def test_safe_and_borderline_lead_to_nothing(qwen: GuardMap, said: str) -> None:
    async with serving(Model(lambda asked: said)) as model:
        guard = Guard(model.url, "m", qwen)
        answer = await guard.look([part()])
        await guard.close()
    assert answer.findings == answer.not_inspected == ()


async def test_what_is_mapped_to_nothing_leads_to_nothing(qwen: GuardMap) -> None:
    async with serving(Model(lambda asked: "Safety: Unsafe\nCategories: Politically Sensitive Topics")) as model:
        guard = Guard(model.url, "m", qwen)
        answer = await guard.look([part()])
        await guard.close()
    assert answer.findings == answer.not_inspected == ()


def _bytes(body: bytes, status: int = 200) -> Callable[[dict[str, object]], object]:
    return lambda asked: web.Response(body=body, status=status, content_type="application/json")


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (_bytes(b"not json"), "failed"),
        (_bytes(b"[]"), "failed"),
        (_bytes(b'{"choices": []}'), "failed"),
        (_bytes(b'{"choices": [{"message": {"content": 7}}]}'), "failed"),
        (_bytes(b"{}", 500), "failed"),
        (_bytes(b"x" * 100_000), "failed"),
        (lambda asked: "I would rather not say", "cannot be read"),
        (lambda asked: "Safety: Unsafe\nCategories: Something New", "not mapped"),
        (lambda asked: "Safety: Unsafe", "not mapped"),
    ],
)
async def test_what_the_guard_did_not_judge_is_not_inspected(qwen: GuardMap, says: Callable[[dict[str, object]], object], why: str) -> None:
    async with serving(Model(says)) as model:
        guard = Guard(model.url, "m", qwen)
        answer = await guard.look([part()])
        await guard.close()
    assert answer.findings == ()
    assert [(gap.part, gap.detector) for gap in answer.not_inspected] == [("messages[0]", "guard")]
    assert why in answer.not_inspected[0].reason


async def test_a_slow_guard_is_given_up_and_one_that_is_away_too(qwen: GuardMap) -> None:
    never = asyncio.Event()

    async def waits() -> str:
        await never.wait()
        return "Safety: Safe"

    async with serving(Model(lambda asked: waits())) as model:
        guard = Guard(model.url, "m", qwen, timeout_s=0.2)
        answer = await guard.look([part()])
        assert "in time" in answer.not_inspected[0].reason
        never.set()
        await guard.close()
    gone = Guard(model.url, "m", qwen, timeout_s=2)
    answer = await gone.look([part()])
    await gone.close()
    assert "failed" in answer.not_inspected[0].reason


async def test_a_guard_that_fails_again_and_again_is_left_alone_and_tried_again_later(qwen: GuardMap) -> None:
    now = [0.0]
    broken = [True]
    async with serving(Model(lambda asked: web.Response(status=500) if broken[0] else "Safety: Safe")) as model:
        guard = Guard(model.url, "m", qwen, breaker=Breaker(3, 10.0, lambda: now[0]))
        for _ in range(5):
            await guard.look([part()])
        assert len(model.asked) == 3
        assert guard.is_resting
        answer = await guard.look([part()])
        assert "left alone" in answer.not_inspected[0].reason
        now[0], broken[0] = 11.0, False
        assert (await guard.look([part()])).not_inspected == ()
        assert not guard.is_resting
        assert len(model.asked) == 4
        await guard.close()


async def test_a_caller_who_goes_away_does_not_keep_the_guard_resting_for_ever(qwen: GuardMap) -> None:
    now = [0.0]
    asked, never = asyncio.Event(), asyncio.Event()

    async def waits() -> str:
        asked.set()
        await never.wait()
        return "Safety: Safe"

    says: list[Callable[[], object]] = [lambda: web.Response(status=500)]
    async with serving(Model(lambda asked: says[0]())) as model:
        guard = Guard(model.url, "m", qwen, timeout_s=60, breaker=Breaker(1, 10.0, lambda: now[0]))
        await guard.look([part()])
        now[0], says[0] = 11.0, waits
        call = asyncio.create_task(guard.look([part()]))
        await asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        says[0] = lambda: "Safety: Safe"
        assert (await guard.look([part()])).not_inspected == ()
        assert not guard.is_resting
        never.set()
        await guard.close()


async def test_waiting_for_a_free_slot_counts_against_the_time_limit(qwen: GuardMap) -> None:
    never = asyncio.Event()

    async def waits() -> str:
        await never.wait()
        return "Safety: Safe"

    async with serving(Model(lambda asked: waits())) as model:
        guard = Guard(model.url, "m", qwen, timeout_s=0.3, breaker=Breaker(1000))
        answer = await guard.look([part(path=f"m[{n}]") for n in range(10 * MOST_AT_ONCE)])
        assert len(answer.not_inspected) == 10 * MOST_AT_ONCE
        assert len(model.asked) < 5 * MOST_AT_ONCE  # the others were given up in the queue, not asked one after the other
        never.set()
        await guard.close()


async def test_of_a_long_text_the_end_is_judged_and_the_rest_is_named(qwen: GuardMap) -> None:
    async with serving(Model(lambda asked: "Safety: Safe")) as model:
        guard = Guard(model.url, "m", qwen)
        answer = await guard.look([part("长" * MOST_CHARS + "尾"), part("", path="messages[1]")])
        await guard.close()
    assert len(model.asked) == 1
    assert len(model.asked[0]["messages"][0]["content"]) == MOST_CHARS  # type: ignore[index]
    assert [gap.part for gap in answer.not_inspected] == ["messages[0]"]


async def test_evidence_is_of_what_was_judged(qwen: GuardMap) -> None:
    text = "头" * 500 + "尾" * MOST_CHARS
    async with serving(Model()) as model:
        guard = Guard(model.url, "m", qwen)
        found = (await guard.look([part(text)])).findings[0]
        await guard.close()
    assert set(found.evidence[0]) == {"尾"}
    assert text[found.spans[0].start : found.spans[0].end] == found.evidence[0]
    assert found.excerpt_start == 500


async def test_lone_surrogates_reach_the_guard_as_text(qwen: GuardMap) -> None:
    async with serving(Model(lambda asked: "Safety: Safe")) as model:
        guard = Guard(model.url, "m", qwen)
        assert (await guard.look([part("a\ud800b\x00")])).not_inspected == ()
        await guard.close()


@pytest.mark.parametrize(("failure", "goals"), [("pass", []), ("review", ["guard.not_answered"])])
async def test_the_operator_says_what_a_missing_answer_means(failure: str, goals: list[str]) -> None:
    async with serving(Model(_bytes(b"{}", 503))) as model:
        settings = load_settings(guard_url=model.url, guard_when="always", guard_failure=failure)
        pipeline = Pipeline(settings)
        look = SecondLook.open(settings, pipeline)
        answer = await look.look([part()], pipeline)
        await look.close()
    assert [one.goal for one in answer.findings] == goals
    assert len(answer.not_inspected) == 1


async def test_only_borderline_texts_are_asked_about_unless_all_are_wanted() -> None:
    async with serving(Model(lambda asked: "Safety: Safe")) as model:
        settings = load_settings(guard_url=model.url)
        pipeline = Pipeline(settings)
        look = SecondLook.open(settings, pipeline)
        await look.look([part("今天天气很好")], pipeline)
        await look.close()
    assert model.asked == []


async def test_without_an_address_nobody_is_asked() -> None:
    settings = load_settings()
    pipeline = Pipeline(settings)
    look = SecondLook.open(settings, pipeline)
    assert not look.is_on
    assert (await look.look([part()], pipeline)).findings == ()


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_the_shipped_maps_are_grounded_and_leave_politics_out(name: str, rulebook: Rulebook) -> None:
    read = load_guard_map(name, rulebook)
    assert read.categories[{"qwen3guard": "Politically Sensitive Topics", "llama_guard": "S13"}[name]] is None
    assert all(category is None or not category.effect.stops for category in read.categories.values())


@pytest.mark.parametrize(
    ("said", "level", "categories"),
    [("safe", "safe", ()), ("\n\nunsafe\nS1,S10", "violating", ("S1", "S10")), ("unsafe", "violating", ())],
)
def test_llama_guards_words_are_read(rulebook: Rulebook, said: str, level: str, categories: tuple[str, ...]) -> None:
    verdict = load_guard_map("llama_guard", rulebook).verdict(said)
    assert verdict is not None
    assert (verdict.level, verdict.categories) == (level, categories)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("]", "260"),
        ("made: 2024-13-45", "260"),
        ("reads: llama_guard\ncategories:\n" + "".join(f"  C{number}: null\n" for number in range(8000)), "260"),
        ("reads: nobody\ncategories: {}", "261"),
        ("reads: [llama_guard]\ncategories: {}", "261"),
        ("- reads", "261"),
        ("reads: llama_guard\ncategories: {暴力: {types: [2], rules: [CSL-48]}}", "261"),
        ("reads: llama_guard", "261"),
        ("reads: llama_guard\ncategories: {S1: {types: [99], rules: [CSL-48]}}", "261"),
        ("reads: llama_guard\ncategories: {S1: {types: [2], rules: [NO-1]}}", "261"),
        ("reads: llama_guard\ncategories: {S1: {types: [2], rules: [CSL-48], effect: block}}", "261"),
        ("reads: llama_guard\ncategories: {S1: {types: [2], rules: [CSL-48], effect: maybe}}", "261"),
        ("reads: llama_guard\ncategories: {S1: {types: [2], rules: [CSL-48], more: 1}}", "261"),
    ],
)
def test_a_map_that_cannot_be_used_says_why(tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook, content: str, code: str) -> None:
    file = tmp_path_factory.mktemp("maps") / "map.yaml"
    file.write_text(content, "utf-8")
    with pytest.raises(DataError, match=f"BL-DATA-{code}"):
        load_guard_map(str(file), rulebook)
    with pytest.raises(DataError, match="BL-DATA-260"):
        load_guard_map(str(file.parent / "absent.yaml"), rulebook)


def test_the_settings_and_the_map_of_the_documentation_load(tmp_path_factory: pytest.TempPathFactory, rulebook: Rulebook) -> None:
    page = (Path(__file__).parents[3] / "docs" / "guards.md").read_text("utf-8")
    folder = tmp_path_factory.mktemp("docs")
    for form, name in (("toml", "brightline.toml"), ("yaml", "map.yaml")):
        (example,) = re.findall(rf"```{form}\n(.*?)```", page, re.DOTALL)
        (folder / name).write_text(example, "utf-8")
    settings = load_settings(folder / "brightline.toml")
    assert (settings.guard_url, settings.guard_map) == ("http://127.0.0.1:8001/v1", "qwen3guard")
    assert set(load_guard_map(str(folder / "map.yaml"), rulebook).categories) == {
        "Violent",
        "Suicide & Self-Harm",
        "Politically Sensitive Topics",
    }


@given(said=st.text(max_size=300))
def test_any_answer_is_read_or_not_and_never_raises(said: str) -> None:
    from brightline.moderation.guards.reading import _READERS

    for read in _READERS.values():
        verdict = read(said)
        assert verdict is None or verdict.level in ("safe", "borderline", "violating")
