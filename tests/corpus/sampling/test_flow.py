from __future__ import annotations

from itertools import product

import pytest

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling.flow import LABELS, Answer, settled, state


@pytest.mark.parametrize("label", ["pass", "fail"])
def test_one_answer_decides_where_one_is_wanted(label: str) -> None:
    assert settled(False, [("first", label)]) == label


@pytest.mark.parametrize(("first", "second"), list(product(LABELS, LABELS)))
def test_two_answers_decide_where_they_agree_and_nobody_is_unsure(first: str, second: str) -> None:
    answers = [("first", first), ("second", second)]
    if first == second != "unsure":
        assert settled(True, answers) == first
    else:
        assert state(True, answers) == "adjudication"
        assert settled(True, answers) == ""
        assert settled(True, [*answers, ("adjudicator", "fail")]) == "fail"


def test_a_document_waits_for_its_second_answer() -> None:
    assert state(True, []) == state(False, []) == "open"
    assert state(True, [("first", "pass")]) == "second"
    assert settled(True, [("first", "pass")]) == ""


def test_who_is_unsure_calls_a_third() -> None:
    assert state(False, [("first", "unsure")]) == "adjudication"


def test_what_a_program_found_decides() -> None:
    assert settled(False, [("technical", "fail")]) == "fail"


@pytest.mark.parametrize(
    "answer",
    [
        Answer("perhaps"),  # type: ignore[arg-type]  # as a client may send it
        Answer("fail", spans=((3, 3),)),
        Answer("fail", spans=((5, 11),)),
        Answer("fail", spans=((-1, 2),)),
        Answer("fail", note="x" * 2_001),
        Answer("fail", rules=("",)),
        Answer("fail", rules=("a\x00b",)),
        Answer("fail", rules=tuple(f"r{number}" for number in range(21))),
    ],
)
def test_an_answer_that_cannot_be_kept_is_refused(answer: Answer) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-057"):
        answer.checked(10)


def test_an_answer_within_its_text_is_kept() -> None:
    answer = Answer("fail", ("illegal.gambling",), ((0, 10), (2, 3)), "twice")
    assert answer.checked(10).to_document() == {"note": "twice", "rules": ["illegal.gambling"], "spans": [[0, 10], [2, 3]]}
