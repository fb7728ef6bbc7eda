"""Every legitimate context that a shipped goal names has a word in both languages; an operator's own keeps its id."""

from __future__ import annotations

from brightline.moderation import goal_book
from brightline.rulebook import load_rulebook
from brightline.rulebook.contexts import CONTEXT_WORDS, context_name


def test_every_context_of_a_shipped_goal_has_a_word_in_both_languages() -> None:
    named = {unless.exception for goal in goal_book(load_rulebook()) for unless in goal.unless}
    assert named - CONTEXT_WORDS.keys() == set()
    assert all(set(words) == {"zh", "en"} and all(words.values()) for words in CONTEXT_WORDS.values())


def test_a_context_of_the_operators_own_keeps_its_name() -> None:
    assert context_name("news", "zh") == "新闻报道"
    assert context_name("our_forum_rules", "zh") == "our_forum_rules"
