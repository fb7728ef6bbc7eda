from __future__ import annotations

import json
import re

import pytest
import yaml

from brightline.corpus.reporting import Report
from brightline.corpus.reporting.data_card import data_card
from brightline.corpus.reporting.markdown import escaped
from brightline.corpus.reporting.public_summary import CATEGORIES, public_summary
from brightline.corpus.reporting.words import LANGS, Lang
from brightline.corpus.sources.source import KINDS


def _parts(card: str) -> list[str]:
    return re.findall(r"^## (.*)$", card, re.MULTILINE)


def test_the_card_opens_with_what_data_hubs_read(full_report: Report) -> None:
    head = yaml.safe_load(data_card(full_report, "en").split("---\n")[1])
    assert head["pretty_name"] == "示例语料"
    assert head["language"] == ["en", "zh"]
    assert (head["license"], head["license_details"]) == ("other", "CC-BY-4.0, MIT")
    assert head["size_categories"] == ["n<1K"]


@pytest.mark.parametrize(("kept", "size"), [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (5_000_000, "1M<n<10M"), (10**11, "n>10B")])
def test_the_size_category_is_that_of_what_is_kept(full_report: Report, kept: int, size: str) -> None:
    document = json.loads(full_report.canonical)
    for row in document["decisions"]["outcomes"]:
        row["documents"] = kept if row["outcome"] == "keep" else 10**6 if row["outcome"] == "drop" else 0
    assert f"- {size}\n" in data_card(Report(document), "zh")


def test_both_cards_have_the_same_parts_in_both_languages(full_report: Report) -> None:
    for make in (data_card, public_summary):
        assert len(_parts(make(full_report, "zh"))) == len(_parts(make(full_report, "en"))) >= 9


def test_what_only_the_operator_knows_is_asked_for_and_not_invented(full_report: Report) -> None:
    assert "For the operator to state" in _parts(data_card(full_report, "en"))
    assert "for the provider to state" in public_summary(full_report, "en")


@pytest.mark.parametrize("lang", LANGS)
def test_names_of_sources_are_text_in_a_card(full_report: Report, lang: Lang) -> None:
    document = json.loads(full_report.canonical)
    name = "[x](javascript:alert(1)) <img src=x> | `a` ![i](http://e.example/i.png)\n# heading"
    document["sources"]["rows"][0] |= {"name": name, "source": name}
    document["corpus"]["name"] = name
    for card in (data_card(Report(document), lang), public_summary(Report(document), lang)):
        body = card.split("---\n", 2)[-1]
        assert re.search(r"(?<!\\)[<\[`|](?=img|x\]|a`| `)", body) is None
        assert "](" not in body
        assert re.search(r"^# heading", body, re.MULTILINE) is None
        assert _columns_agree(body)


def _columns_agree(card: str) -> bool:
    """Whether every row of every table has as many cells as its head."""
    rows = [len(re.findall(r"(?<!\\)\|", line)) for line in card.splitlines() if line.startswith("| ")]
    rules = [len(re.findall(r"(?<!\\)\|", line)) for line in card.splitlines() if line.startswith("| ---")]
    return set(rows) == set(rules)


def test_escaped_text_keeps_its_words() -> None:
    assert escaped("a_b *c*") == r"a\_b \*c\*"
    assert escaped("one\ntwo") == "one two"


def test_the_summary_has_every_category_of_the_template_and_no_kind_is_lost(full_report: Report) -> None:
    assert sorted(kind for kinds in CATEGORIES.values() for kind in kinds if kind) == sorted(KINDS)
    titles = _parts(public_summary(full_report, "en"))
    assert [title.split(" ")[0] for title in titles] == ["1", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "3", "4"]


def test_only_tokens_are_estimated_and_the_summary_says_so(full_report: Report) -> None:
    summary = public_summary(full_report, "en")
    characters = full_report.document["corpus"]["characters"]
    assert f"{characters // 4:,} – {characters:,}" in summary
    assert "Tokens \\(estimate\\)" in summary
    assert summary.count("estimate") == 2


def test_a_source_is_listed_with_its_domain_and_not_its_whole_address(full_report: Report) -> None:
    summary = public_summary(full_report, "en")
    assert "news.example" in summary
    assert "feed" not in summary
