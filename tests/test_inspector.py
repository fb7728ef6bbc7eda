"""The Python door: one call, a Decision with rules, evidence and a reason in both languages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from brightline import AsyncInspector, Inspector
from brightline.config import Settings, load_settings
from brightline.errors import TooLarge
from brightline.model import Ground, Item, ItemKind, Outcome, Part, Side

CLEAN = "今天天气很好，我们一起去公园散步。"
GAMBLING = "澳门百家乐线上开户送彩金，加微信上分秒到账。"


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    return Inspector(load_settings(home=tmp_path_factory.mktemp("home")))


def test_a_decision_names_rules_evidence_and_reasons(inspector: Inspector) -> None:
    decision = inspector.inspect(GAMBLING)
    assert (decision.outcome, decision.ground) == (Outcome.BLOCK, Ground.LEGAL)
    assert decision.rules
    for finding in decision.findings:
        assert [GAMBLING[span.start : span.end] for span in finding.spans] == list(finding.evidence)
    assert "《" in decision.reason("zh")
    assert decision.reason("en").isprintable()


def test_own_output_is_refused_where_others_are_blocked(inspector: Inspector) -> None:
    assert inspector.inspect(GAMBLING, side=Side.ANSWER).outcome is Outcome.REFUSE
    assert inspector.inspect(GAMBLING, side="post").outcome is Outcome.BLOCK


def test_nothing_found_is_allowed_without_a_ground(inspector: Inspector) -> None:
    decision = inspector.inspect(CLEAN)
    assert (decision.outcome, decision.ground, decision.rules, decision.findings) == (Outcome.ALLOW, Ground.NONE, (), ())


def test_many_are_decided_lazily_and_in_order(inspector: Inspector) -> None:
    assert [decision.outcome for decision in inspector.inspect_many([CLEAN, GAMBLING, CLEAN])] == [
        Outcome.ALLOW,
        Outcome.BLOCK,
        Outcome.ALLOW,
    ]


def test_an_item_of_several_parts_gets_one_decision_that_names_the_part(inspector: Inspector) -> None:
    item = Item(ItemKind.LISTING, (Part("title", Side.LISTING, CLEAN), Part("body", Side.LISTING, GAMBLING)))
    decision = inspector.inspect(item)
    assert decision.outcome is Outcome.BLOCK
    assert {finding.part for finding in decision.findings} == {"body"}


def test_a_text_over_the_limit_is_an_error_and_never_half_inspected(settings: Settings) -> None:
    small = Inspector(settings.model_copy(update={"max_text_chars": 1000}))
    with pytest.raises(TooLarge, match="BL-INPUT-413"):
        small.inspect("好" * 1001)


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "a\ufeffb", "👩‍👩‍👧", "\U0010ffff" * 10, "\r\n\u2028"])
def test_any_text_is_inspected(inspector: Inspector, text: str) -> None:
    assert inspector.inspect(text).outcome is Outcome.ALLOW


async def test_the_asynchronous_form_gives_the_same_decisions(settings: Settings) -> None:
    inspector = AsyncInspector(settings)

    async def texts() -> AsyncIterator[str]:
        yield CLEAN
        yield GAMBLING

    assert (await inspector.inspect(GAMBLING)).outcome is Outcome.BLOCK
    assert [decision.outcome async for decision in inspector.inspect_many(texts())] == [Outcome.ALLOW, Outcome.BLOCK]
    assert [decision.outcome async for decision in inspector.inspect_many([CLEAN])] == [Outcome.ALLOW]


def test_the_example_of_docs_dialogue_names_the_turns(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parent.parent / "docs" / "dialogue.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(compile(code, "docs/dialogue.md", "exec"), {})  # noqa: S102 - the page's own example
    said = capsys.readouterr().out
    assert "review gambling." in said
    assert "'turns[0].user', 'turns[2].user'" in said
