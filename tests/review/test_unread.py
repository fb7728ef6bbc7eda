"""What was not inspected is said in the reader's language, whatever the source can write."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

import brightline
from brightline.review.unread import detector_name, part_name, reason_text

SOURCE = Path(brightline.__file__).parent
A_MESSAGE = "the model service cannot be reached"
# Which argument of a call is a reason, or the message that becomes part of one.
CALLS = {"NotInspected": 2, "not_inspected": 1, "gap": 1, "UpstreamError": 1}


def reasons() -> list[str]:
    """Every reason that the source can write, with a sample where a value is filled in."""
    found = set()
    for path in sorted(SOURCE.rglob("*.py")):
        module = ast.parse(path.read_text("utf-8"))
        named: dict[str, list[ast.expr]] = {}
        for node in ast.walk(module):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                named.setdefault(node.targets[0].id, []).append(node.value)
        for call in ast.walk(module):
            if isinstance(call, ast.Call):
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                if name in CALLS:
                    given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in ("reason", "kind"))]
                    for argument in given[CALLS[name] :][:1]:
                        found.update(_texts(argument, named))
    return sorted(found)


def _texts(node: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.Name(id=name) if name in named:
            others = {other: values for other, values in named.items() if other != name}  # what is made of itself ends here
            for value in named[name]:
                yield from _texts(value, others)
        case ast.BoolOp(values=choices):
            for choice in choices:
                yield from _texts(choice, named)
        case ast.IfExp(body=one, orelse=other):
            yield from _texts(one, named)
            yield from _texts(other, named)
        case ast.BinOp(left=left, right=right):
            yield from map("".join, itertools.product(_texts(left, named), _texts(right, named)))
        case ast.JoinedStr(values=pieces):
            yield from map("".join, itertools.product(*(list(_pieces(piece, named)) for piece in pieces)))


def _pieces(node: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    if not isinstance(node, ast.FormattedValue):
        yield from _texts(node, named)
    elif isinstance(node.value, ast.Attribute) and node.value.attr == "message":
        yield A_MESSAGE
    else:
        yield from list(_texts(node.value, named)) or ["7"]


def test_the_source_was_read() -> None:
    found = reasons()
    assert len(found) >= 20
    assert "token ids, which are no text" in found
    assert f"{A_MESSAGE}; nothing was passed on" in found
    assert f"{A_MESSAGE}; what came before was inspected" in found
    assert "the model service failed with status 7" in found


@pytest.mark.parametrize("reason", reasons())
def test_every_reason_has_its_chinese(reason: str) -> None:
    said = reason_text(reason, "zh")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in said)
    assert "the " not in said
    assert not said.endswith(("。", "；"))
    assert reason_text(reason, "en") == reason


def test_values_stay_and_details_of_parsers_go() -> None:
    assert (
        reason_text("the model service failed with status 503; nothing was passed on", "zh")
        == "模型服务发生故障（状态503）；没有转发任何内容"
    )
    assert reason_text("the model service's answer cannot be read: {0}\nline 1; column 2", "zh") == "模型服务的回答无法读取"
    assert reason_text("the model service answered with {kind}, not text/html", "zh") == "模型服务返回的内容类型为{kind}，不是text/html"


@pytest.mark.parametrize("reason", ["", "timeout", "timeout; nothing", "the gateway", "本机未装检测器", "a; b; c"])
def test_an_unknown_reason_is_shown_as_it_was_given(reason: str) -> None:
    assert reason_text(reason, "zh") == reason


def test_an_unknown_cause_keeps_its_words_and_the_known_ending_is_told() -> None:
    assert reason_text("the moon is full; nothing was passed on", "zh") == "the moon is full；没有转发任何内容"


def test_parts_and_detectors_without_a_name_keep_theirs() -> None:
    assert (part_name("answer", "zh"), part_name("messages[0].content", "zh"), part_name("", "en")) == (
        "模型的回答",
        "messages[0].content",
        "",
    )
    assert (detector_name("gateway", "zh"), detector_name("classifier", "zh")) == ("网关", "classifier")
