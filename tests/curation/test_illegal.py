"""Illegal content in documents: the goals of moderation, short and long, excused and not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from brightline.corpus.errors import CorpusError
from brightline.curation.illegal import DOUBTFUL, EXCUSED, MANIFEST, PIECE, IllegalKernel, kernel
from brightline.errors import DataError
from brightline.model import Side
from brightline.moderation import goals_in_force
from brightline.moderation.benign.texts import ordinary_texts
from brightline.rulebook import load_rulebook
from brightline.text import TextEngine

ADVERT = "百家乐真人荷官在线，注册送88彩金，提款秒到账"
WARNING = "警方捣毁一个网络赌博团伙，该团伙以百家乐注册送彩金为诱饵"
POSTS = "信誉平台在线投注，百家乐龙虎真人视讯，首存送彩金，代理加盟日结，稳赚不赔，客服二十四小时在线，充值返水秒到账"
FILLER = "".join(f"第{number}天，我们在山里走了很远的路，看见了许多树和鸟，晚上回到村里吃饭。" for number in range(120))


@pytest.fixture(scope="module")
def illegal() -> IllegalKernel:
    return kernel("ab" * 32)


def _found(own: IllegalKernel, *texts: str) -> list[list[dict[str, Any]]]:
    table = pa.table({"text": pa.array(texts, pa.large_string())})
    rows: list[list[dict[str, Any]]] = own.annotate(table).column("findings").to_pylist()
    return rows


def test_an_advert_is_found_with_its_goal_and_its_words(illegal: IllegalKernel) -> None:
    (findings,) = _found(illegal, ADVERT)
    found = {each["rule"]: each for each in findings}["illegal.gambling.promotion"]
    assert found["score"] == MANIFEST
    assert found["validator"] == "goal"
    assert "荷官" in ADVERT[found["start"] : found["end"]]


def test_a_police_warning_is_kept_as_excused_and_weighs_less(illegal: IllegalKernel) -> None:
    (findings,) = _found(illegal, WARNING)
    assert findings
    assert all(each["validator"].startswith("excused:") for each in findings)
    assert max(each["score"] for each in findings) <= MANIFEST * EXCUSED


@pytest.mark.parametrize("place", [0, PIECE - 20, PIECE, 2000, len(FILLER)])
def test_what_stands_in_a_long_document_is_found_wherever_it_stands(illegal: IllegalKernel, place: int) -> None:
    text = f"{FILLER[:place]}\n{ADVERT}\n{FILLER[place:]}"
    (findings,) = _found(illegal, text)
    spans = {each["rule"]: text[each["start"] : each["end"]] for each in findings}
    assert spans["illegal.gambling.promotion"] in ADVERT


@pytest.mark.parametrize("place", [PIECE - 60, PIECE - 300, 3000])
def test_an_exception_counts_in_a_long_document_too(illegal: IllegalKernel, place: int) -> None:
    (findings,) = _found(illegal, f"{FILLER[:place]}。{WARNING}。{FILLER[place:]}")
    assert all(each["score"] < MANIFEST for each in findings)


def test_words_that_invisible_characters_keep_apart_are_found_in_long_documents(illegal: IllegalKernel) -> None:
    (findings,) = _found(illegal, FILLER + "\u200b\u200b\u200b\u200b\u200b\u200b".join(ADVERT) + FILLER)
    assert "illegal.gambling.promotion" in {each["rule"] for each in findings}


def test_a_text_that_stands_twice_is_judged_alike(illegal: IllegalKernel) -> None:
    once, between, again = _found(illegal, ADVERT, "今天天气很好。", ADVERT)
    assert once == again
    assert between == []


def test_ordinary_texts_that_ship_have_nothing_that_may_drop(illegal: IllegalKernel) -> None:
    texts = [each.text for each in ordinary_texts()]
    rows = _found(illegal, *texts)
    assert [text for text, findings in zip(texts, rows, strict=True) if any(each["score"] > DOUBTFUL for each in findings)] == []


def test_an_operator_adds_goals_late_lanes_and_models_and_the_version_changes(illegal: IllegalKernel, tmp_path: Path) -> None:
    goals = tmp_path / "own.yaml"
    goals.write_text(
        "- id: own.moonshine\n"
        "  title: {zh: 私酿, en: Moonshine}\n"
        "  types: [9]\n"
        "  rules: [PSA-82, CRI-303, IIS-15.7, ECO-6.9, CSL-49, IIS-16, IM-14.1]\n"
        "  sides: [post]\n"
        "  effect: stop\n"
        "  manifest: true\n"
        "  slots:\n"
        "    - {name: good, words: [月光烧酒工坊]}\n"
        "  within: 40\n"
        "  same: sentence\n"
        "  examples: [{text: 月光烧酒工坊今晚开门, side: post}]\n"
        "  twins: [{text: 月光下的工坊, side: post}]\n"
        "  owner: operator\n",
        "utf-8",
    )
    own = kernel("ab" * 32, lanes="all", models=True, goal_files=[str(goals)])
    plain, encoded, modelled = _found(own, "月光烧酒工坊今晚开门", "5pyI5YWJ54On6YWS5bel5Z2K", POSTS)
    assert "illegal.own.moonshine" in {each["rule"] for each in plain}
    assert "illegal.own.moonshine" in {each["rule"] for each in encoded}  # base64 of its word
    assert "model" in {each["validator"] for each in modelled}
    assert _found(illegal, "5pyI5YWJ54On6YWS5bel5Z2K") == [[]]
    assert own.version != illegal.version


def test_a_goal_file_that_is_wrong_is_refused(tmp_path: Path) -> None:
    goals = tmp_path / "own.yaml"
    goals.write_text("- id: 7\n", "utf-8")
    with pytest.raises(DataError):
        kernel(goal_files=[str(goals)])


def test_unknown_lanes_are_refused() -> None:
    with pytest.raises(CorpusError) as refused:
        kernel(lanes="some")  # type: ignore[arg-type]  # what a plan written by hand may say
    assert refused.value.code == "BL-CORPUS-082"


def test_the_gate_lets_everything_through_that_the_engine_finds(illegal: IllegalKernel) -> None:
    """Every third example and twin of the goals (``evals/corpus_annotators.py`` takes all), beside one another and in long documents: the same
    findings as of the engine alone.
    """
    book = goals_in_force(load_rulebook())
    texts = [example.text for goal in book for example in (*goal.examples, *goal.twins)][::3]
    texts += [f"{FILLER[:900]}\n{text}\n{FILLER[:900]}" for text in texts[::6]]
    engine = TextEngine(book, late_lanes=False)
    for text, findings in zip(texts, _found(illegal, *texts), strict=True):
        expected = {
            (f"illegal.{each.goal}", min(span.start for span in each.spans), max(span.end for span in each.spans), bool(each.exceptions))
            for each in engine.scan(text, Side.POST)
        }
        assert {(each["rule"], each["start"], each["end"], each["validator"] != "goal") for each in findings} == expected
