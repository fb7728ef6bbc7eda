"""The operator's own terms: they carry what the law does not, as far as they say, and no further."""

from __future__ import annotations

from dataclasses import replace

from brightline.model import (
    Ground,
    Outcome,
    Side,
    Strictness,
)
from brightline.rulebook.policy import decide
from tests.rulebook.policy_world import (
    BOOK,
    TERMS,
    a_finding,
    on,
)

PUBLISHED = on(terms=tuple(sorted(TERMS)))


def test_terms_carry_what_the_law_does_not() -> None:
    judgement = decide([a_finding(side=Side.ANSWER, term="T-refuse")], PUBLISHED, BOOK, TERMS)
    assert (judgement.outcome, judgement.ground, judgement.rules) == (Outcome.REFUSE, Ground.TERMS, ())
    assert judgement.steps == ("0:some.goal:block->refuse:terms=T-refuse",)
    assert "No legal ground is claimed; the operator acts under its own published terms: “Term refuse”." in judgement.reason_en
    assert "本决定不主张法律依据；运营者依据自己公布的规则处理：“条款refuse”。" in judgement.reason_zh


def test_a_campaign_row_does_not_turn_a_term_into_law() -> None:
    judgement = decide([a_finding("QL25-2.6d", side=Side.ANSWER, term="T-refuse")], PUBLISHED, BOOK, TERMS)
    assert (judgement.outcome, judgement.ground, judgement.rules) == (Outcome.REFUSE, Ground.TERMS, ())


def test_the_law_comes_before_the_terms() -> None:
    judgement = decide([a_finding("PSA-80", side=Side.ANSWER, term="T-refuse")], PUBLISHED, BOOK, TERMS)
    assert (judgement.outcome, judgement.ground) == (Outcome.REFUSE, Ground.LEGAL)


def test_a_term_goes_no_further_than_it_says() -> None:
    assert decide([a_finding(side=Side.ANSWER, term="T-notice")], PUBLISHED, BOOK, TERMS).outcome is Outcome.NOTICE
    assert decide([a_finding(side=Side.POST, term="T-refuse")], PUBLISHED, BOOK, TERMS).outcome is Outcome.REVIEW
    assert decide([a_finding(side=Side.POST, term="T-block")], PUBLISHED, BOOK, TERMS).outcome is Outcome.BLOCK


def test_a_doubtful_case_under_terms_goes_to_a_person() -> None:
    doubtful = a_finding(side=Side.ANSWER, term="T-refuse", manifest=False)
    for setting in Strictness:
        assert decide([doubtful], replace(PUBLISHED, strictness=setting), BOOK, TERMS).outcome is Outcome.REVIEW


def test_a_term_that_is_unknown_or_was_not_published_grounds_nothing() -> None:
    assert decide([a_finding(side=Side.ANSWER, term="T-refuse")], on(), BOOK, TERMS).outcome is Outcome.ALLOW
    assert decide([a_finding(side=Side.ANSWER, term="T-other")], on(terms=("T-other",)), BOOK, TERMS).outcome is Outcome.ALLOW
    assert decide([a_finding(side=Side.ANSWER, term="T-refuse")], PUBLISHED, BOOK).outcome is Outcome.ALLOW
