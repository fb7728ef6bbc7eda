from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brightline.corpus.sources.licences import forbidden_by, known_licences, known_terms, licence_problem, licences_in, terms_in
from brightline.errors import DataError


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "MIT",
        "mit",
        "CC-BY-SA-4.0",
        "GPL-2.0-or-later WITH Classpath-exception-2.0",
        "MIT OR (Apache-2.0 AND BSD-3-Clause)",
        "LicenseRef-newspaper-2026",
        "DocumentRef-x:LicenseRef-y",
        "GPL-2.0+",
    ],
)
def test_expressions_of_spdx_are_understood(expression: str) -> None:
    assert licence_problem(expression) == ""


@pytest.mark.parametrize(
    "expression",
    [
        "Public Domain",
        "CC-BY",
        "MIT OR",
        "AND MIT",
        "(MIT",
        "MIT)",
        "MIT Apache-2.0",
        "MIT WITH",
        "MIT WITH MIT",
        "(" * 20 + "MIT",
        "x" * 201,
    ],
)
def test_what_spdx_does_not_list_is_told(expression: str) -> None:
    assert licence_problem(expression)
    assert forbidden_by(expression) == ()


@given(st.text("MIT()ANDOR WITH-", max_size=30))
def test_no_expression_breaks_the_reader(expression: str) -> None:
    assert isinstance(licence_problem(expression), str)
    assert isinstance(forbidden_by(expression), tuple)


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("CC-BY-4.0", set()),
        ("CC-BY-NC-4.0", {"commercial"}),
        ("CC-BY-NC-SA-3.0-DE", {"commercial"}),
        ("CC-BY-NC-ND-4.0", {"commercial", "derivatives"}),
        ("CC-BY-ND-4.0", {"derivatives"}),
        ("MIT OR CC-BY-NC-4.0", set()),  # one may choose
        ("MIT AND CC-BY-NC-4.0", {"commercial"}),
        ("CC-BY-NC-4.0 OR CC-BY-NC-ND-4.0", {"commercial"}),
        ("(MIT OR CC-BY-ND-4.0) AND CC-BY-NC-4.0", {"commercial"}),
        ("LicenseRef-own", set()),
    ],
)
def test_what_a_licence_forbids_follows_the_expression(expression: str, words: set[str]) -> None:
    found = {word for terms in forbidden_by(expression) for word in terms.forbids}
    assert found >= words
    assert bool(found) == bool(words)


def test_the_shipped_lists_are_sorted_and_speak_of_one_another() -> None:
    identifiers = [identifier for key, (identifier, _deprecated) in known_licences().items() if not key.startswith("with ")]
    assert identifiers == sorted(identifiers)
    assert len(identifiers) > 600
    assert known_licences()["gpl-2.0"][1]  # deprecated, and still to be found in data sets
    prefixes = [terms.prefix for terms in known_terms()]
    assert prefixes == sorted(prefixes)
    assert all(any(identifier.startswith(prefix) for identifier in identifiers) for prefix in prefixes)


@pytest.mark.parametrize("row", ["licence,MIT", "license,MIT,no", "licence,,no", "licence,MIT,maybe", "licence,MIT,no,more"])
def test_a_bad_row_of_the_list_is_told_with_its_line(row: str) -> None:
    with pytest.raises(DataError, match="BL-DATA-294") as caught:
        licences_in(f"# remark\nkind,id,deprecated\n{row}\n", "spdx.csv")
    assert (caught.value.file, caught.value.line) == ("spdx.csv", 3)


@pytest.mark.parametrize("row", ["CC-,commercial", ",commercial,clause", "CC-,,clause", "CC-,fun,clause", "CC-,commercial,"])
def test_a_bad_row_of_the_terms_is_told_with_its_line(row: str) -> None:
    with pytest.raises(DataError, match="BL-DATA-294") as caught:
        terms_in(f"prefix,forbids,clause\n{row}\n", "licence_terms.csv")
    assert caught.value.line == 2
