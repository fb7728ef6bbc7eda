"""The ways of spinning of ``evals/spin_ways.py``: they change what they say, always alike, and leave a text that has too little to change."""

from __future__ import annotations

import importlib
import json
import random
import re
from pathlib import Path
from types import ModuleType

import pytest

EVALS = Path(__file__).parents[2] / "evals"


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(EVALS)
    return importlib.import_module("spin_ways")


@pytest.fixture
def spin(ways: ModuleType) -> ModuleType:
    """``evals/spin.py``, which measures; ``ways`` has found the folder."""
    return importlib.import_module("spin")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_higher_share_replaces_more_words_of_every_article(ways: ModuleType, lang: str) -> None:
    for article in (each for each in ways.articles() if each["lang"] == lang):
        few, many = (ways.replaced(article["text"], lang, share, random.Random(1)) for share in (0.2, 0.8))
        assert (few.changes if few else 0) < many.changes
        assert many.text != article["text"]
        assert ways.replaced(article["text"], lang, 0.8, random.Random(1)) == many


def test_a_text_without_three_words_of_the_table_is_not_spun(ways: ModuleType) -> None:
    assert ways.replaced("重要的事情，只有一件。", "zh", 1.0, random.Random(1)) is None
    assert ways.spintax("An important umbrella.", "en", random.Random(1)) is None


def test_a_replacing_tool_looks_at_no_border_of_words_in_chinese(ways: ModuleType) -> None:
    made = ways.replaced("二十分钟以后，不同意的重要的人都走了", "zh", 1.0, random.Random(1))
    assert "十分" not in made.text
    assert "不同" not in made.text


def test_english_endings_are_kept_crudely(ways: ModuleType) -> None:
    made = ways.replaced("She needed days, months, and importantly a bigger problem.", "en", 1.0, random.Random(1))
    assert re.search(r"\b(wanted|required)\b", made.text)
    assert re.search(r"\b(vitally|imperativly|imperatively)\b", made.text)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_spintax_that_never_ran_has_only_whole_groups_and_a_broken_run_torn_ones(ways: ModuleType, lang: str) -> None:
    chance = random.Random(3)
    texts = [each["text"] for each in ways.articles() if each["lang"] == lang]
    for text in texts:
        left = ways.spintax(text, lang, chance).text
        assert left.count("{") == left.count("}") > 2
    broken = [made.text for text in texts if (made := ways.torn(text, lang, chance))]
    assert any(text.count("{") != text.count("}") for text in broken)


def test_shuffled_parts_are_the_same_parts_elsewhere(ways: ModuleType) -> None:
    text = "第一段说山。\n\n第二段说水。\n\n第三段说人。"
    made = ways.shuffled(text, "zh", random.Random(1))
    assert made.text != text
    assert sorted(made.text.split("\n\n")) == sorted(text.split("\n\n"))


def test_a_page_is_filled_wholly_and_a_broken_one_keeps_its_blank(ways: ModuleType) -> None:
    for number, page in enumerate(ways.templates()):
        assert not re.search(r"\{(city|brand|keyword)\}", ways.doorway(page["text"], page["lang"], random.Random(number)).text)
        assert ways.placeholders(page["text"], page["lang"], random.Random(number)).changes > 0


def test_no_text_stands_twice_in_the_set(ways: ModuleType) -> None:
    texts = [each["text"] for each in (*ways.articles(), *ways.round_trips(), *ways.templates(), *ways.look_alikes())]
    assert len(set(texts)) == len(texts)
    assert len(ways.look_alikes()) >= 150


def test_a_table_with_a_word_replaced_by_itself_is_refused(ways: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "synonyms_xx.tsv").write_text("word\treplacements\n好\t佳\n大\t大|巨\n", "utf-8")
    monkeypatch.setattr(ways, "HERE", tmp_path)
    with pytest.raises(ValueError, match=r"synonyms_xx\.tsv:3"):
        ways.synonyms("xx")


def test_one_document_in_a_thousand_is_the_budget_and_joined_pages_have_none(spin: ModuleType) -> None:
    rows = [spin.Row("just met", "", "", 1000, 1), spin.Row("missed", "", "", 999, 1), spin.Row("joined", "", "30 a page", 10, 10)]
    assert spin.over_budget(rows) == ["missed"]


def test_totals_add_up_the_texts_of_a_way_and_a_language(spin: ModuleType) -> None:
    rows = [spin.Row("way", "zh", "own", 10, 1), spin.Row("way", "en", "own", 7, 7), spin.Row("way", "zh", "open", 30, 9)]
    assert [(row.lang, row.texts, row.flagged) for row in spin.totals(rows)] == [("zh", 40, 10), ("en", 7, 7)]


def test_what_is_measured_of_the_look_alikes_prints_no_text_of_them(
    spin: ModuleType, ways: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert spin.main(["--only", "look-alikes", "--json"]) == 0
    printed = capsys.readouterr().out
    rows = json.loads(printed)["look-alikes"]
    assert sum(row["texts"] for row in rows) >= len(ways.look_alikes())
    assert not any(each["text"][:20] in printed for each in ways.look_alikes())
