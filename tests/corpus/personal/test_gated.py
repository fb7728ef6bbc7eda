"""A gate changes nothing but the time: what an expression finds with it is what it finds without it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.personal import accounts, births, credentials, network, places
from brightline.corpus.personal.gated import Gated, Which, gate_of, gated

_GATED = [
    value for module in (accounts, births, credentials, network, places) for value in vars(module).values() if isinstance(value, Gated)
]
_FRAGMENTS = st.sampled_from(
    [
        "密码",
        "：",
        ": ",
        "=",
        " ",
        "\n",
        "\u3000",
        "password",
        "dbPassword",
        "Pwd",
        "aB3#xY9z",
        "'",
        '"',
        "(",
        ")",
        "mysql -u a -p",
        "://",
        "@",
        "a.b",
        "qq",
        "163.com",
        "202.96.128.86",
        "出生",
        "生日",
        "1990-03-07",
        "1990年5月6日",
        "生",
        "39.908823",
        ",",
        "116.397470",
        "°",
        "病历号",
        "00234567",
        "AB 12 34 56 C",
        "91350100M000100Y43",
        "账号",
        "admin",
        "/",
        "İ",
        "ı",
        "ſ",
        "😀",
        "好",
        "x" * 40,
        "7" * 12,
    ]
)


@pytest.mark.parametrize("one", _GATED, ids=[str(number) for number in range(len(_GATED))])
@given(pieces=st.lists(_FRAGMENTS, max_size=14), focus=st.integers(0, 12))
@settings(max_examples=30, deadline=None)
def test_an_expression_finds_the_same_with_and_without_its_gate(one: Gated, pieces: list[str], focus: int) -> None:
    text = "".join(pieces)
    focus = min(focus, len(text))
    assert [match.span() for match in one.finditer(text, focus)] == [match.span() for match in one.pattern.finditer(text, focus)]


@given(st.text("ab1 \n\u3000é中K\u212aſs_-", max_size=40))
@settings(max_examples=200, deadline=None)
def test_every_part_of_an_expression_has_a_part_in_the_gate(text: str) -> None:
    for expression in (
        r"(?<!a)b+(?=1)",
        r"\b\w{2,3}\b",
        r"[^\s\w]",
        r"\S\s\S",
        r"(?i:k|s)[^K]",
        r"(a|b)\1",
        r"(?P<x>a)?[\W_]{1,40}?b",
        r"^.\d|1$",
        r"a{2,2000}|(?>b+)",
    ):
        one = gated(expression)
        assert [match.span() for match in one.finditer(text)] == [match.span() for match in one.pattern.finditer(text)]


def test_a_text_with_many_matches_is_read_to_its_end() -> None:
    assert len(list(gated("(?<!x)[0-9]+").finditer("好 1 " * 100))) == 100


def test_the_gate_of_a_named_example_can_be_read() -> None:
    assert gate_of(re.compile(r"(?<![a-z])key[=:]")) == r"\x{6b}\x{65}\x{79}[\x{3d}\x{3a}]"


@given(st.lists(st.sampled_from(["cpf", "CPF", "税号", "巴西", " 1", "tax", "ı", "\n", "好"]), max_size=8).map("".join))
@settings(max_examples=100, deadline=None)
def test_those_that_match_are_among_those_that_may(text: str) -> None:
    expressions = ["(?<![a-z])cpf", "巴西[^\n]{0,8}税号", "", "tax(?= 1)", "never"]
    may = Which(expressions, re.IGNORECASE).of(text)
    assert {number for number, one in enumerate(expressions) if re.search(one, text, re.IGNORECASE)} <= set(may)
    assert 4 not in may or not text or "ı" in text
