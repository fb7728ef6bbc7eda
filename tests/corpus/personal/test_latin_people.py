"""Names in Latin letters in running text, where something beside them speaks of a person."""

from __future__ import annotations

import pytest

from brightline.corpus.personal import find
from brightline.corpus.personal.latin_people import latin_people_in
from brightline.corpus.personal.traces import BETWEEN
from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize(
    "template",
    [
        "My neighbour {} borrowed the ladder.",
        "the defendant, {}, was not present",
        "On Monday {} <desk@mail.test> wrote:",
        "海外部同事{}，下周到",
        "Forwarded to {} in accounting.",
        "{} called twice about the heater.",
        r'{{"data":"{{\"name\":\"{}\"}}"}}',
        "payee;amount\n{};120.00",
    ],
)
@pytest.mark.parametrize("name", ["Victor Gallagher", "Emily R. Novak", "Priya van Dijk", "Zhang Lihua", "Siobhan O'Neill"])
def test_a_name_is_found_where_words_vouch_for_it(template: str, name: str) -> None:
    text = template.format(name)
    assert name in [text[hit.start : hit.end] for hit in find(text) if hit.rule == "personal.name"]


def test_those_who_stand_in_a_list_behind_a_name_are_found_too() -> None:
    text = "Attendees: Victor Gallagher, Emily Novak and Zhang Lihua; also Grant Park, Victor Street"
    assert [text[hit.start : hit.end] for hit in find(text)] == ["Victor Gallagher", "Emily Novak", "Zhang Lihua"]


@pytest.mark.parametrize(
    "text",
    [
        "Forwarded to Victoria Station in time.",
        "our customer Jordan River Company",
        "Charles Darwin travelled to the islands.",
        "the owner Windows Server is not running",
        "He Can called Python",
        "My friend Hope Street",
        "XVictor Gallagher called",
    ],
)
def test_places_things_and_people_nobody_vouches_for_are_passed(passes: Check, text: str) -> None:
    passes(text)


def test_names_keep_their_places_behind_other_signs_and_other_documents() -> None:
    texts = ["\u200b\U0001f600 客户Victor Gallagher，已付款", "无", "\ud83d 客户Emily Novak，已付款，", "Zhang Lihua"]
    written = [text.encode("utf-8", "surrogatepass") for text in texts]
    bounds = [0]
    for text in written:
        bounds.append(bounds[-1] + len(text) + len(BETWEEN))
    bounds[-1] -= len(BETWEEN)
    found = latin_people_in(BETWEEN.join(written), bounds)
    assert {number: [texts[number][hit.start : hit.end] for hit in hits] for number, hits in found.items()} == {
        0: ["Victor Gallagher"],
        2: ["Emily Novak"],
    }
