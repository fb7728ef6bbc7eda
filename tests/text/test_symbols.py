"""The symbol lane reads pictures that stand for a word, with all that Unicode lets a picture bear."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.errors import DataError
from brightline.text.symbols import SYMBOLS_FILE, symbol_edits, symbol_words
from brightline.text.views import View

ANY_TEXT = st.text(st.sampled_from("🐔✈❤👮👨👩🏃♀♂🏽🏿\ufe0f\ufe0e\u200d🇨🇳1\u20e3加\ud800\x00 a") | st.characters(), max_size=60)


def read(text: str) -> str:
    return View.of(text).edited(symbol_edits(text)).text


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("加🐧12345", "加qq12345"), ("✈️联系", "飞机联系"), ("✈联系", "飞机联系"), ("✈︎联系", "飞机联系"), ("溜❄️", "溜冰"), ("买💊吗", "买药吗"), ("杀🐷盘", "杀猪盘"), ("🎰🎰", "老虎机老虎机"),
        ("➕🐧", "加qq"), ("🔫出售", "枪出售"), ("抢🧧", "抢红包"), ("👮🏽来了", "警察来了"), ("👮🏽‍♂️来了", "警察来了"), ("🏃🏻‍♀️分", "跑分"), ("微❤️", "微信"), ("⬆️分", "上分"),
    ],
)  # fmt: skip
def test_a_picture_is_read_as_its_word(written: str, seen: str) -> None:
    assert read(written) == seen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "今天天气很好。",
        "plain text",
        "👨‍👩‍👧‍👦",
        "👩‍❤️‍👨",
        "🐻‍❄️",
        "❤️‍🔥",
        "🇨🇳",
        "1️⃣2️⃣3️⃣",
        "😀😂🤣",
        "→ ← ↑ ↓ ✓ ★",
        "①②③",
        "🏽",
        "\u200d",
        "\ufe0f",
        "©®™",
        "🫶",
        "p🌹orn",
        "g🐔4me",
        "\ud83d",
    ],
)
def test_other_pictures_and_ordinary_text_stay_as_they_are(text: str) -> None:
    assert symbol_edits(text) == []


@pytest.mark.parametrize("emoji", symbol_words())
@pytest.mark.parametrize("modifiers", ["", "\ufe0f", "\U0001f3fb", "\U0001f3ff\ufe0f"])
def test_every_listed_picture_is_read_with_its_modifiers(emoji: str, modifiers: str) -> None:
    text = f"甲{emoji}{modifiers}乙"
    assert [(edit.start, edit.end, edit.reads) for edit in symbol_edits(text)] == [(1, len(text) - 1, symbol_words()[emoji])]


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT)
def test_edits_are_sorted_and_apart(text: str) -> None:
    edits = symbol_edits(text)
    assert all(0 <= edit.start < edit.end <= len(text) and edit.lane == "symbol" and edit.reads for edit in edits)
    assert all(left.end <= right.start for left, right in pairwise(edits))


@pytest.mark.parametrize(
    "text", ["👮" + "🏽" * 1_000_000, "👨\u200d" * 300_000, "\u200d" * 1_000_000, "✈\ufe0f" * 300_000, "\ud800" * 500_000], ids=range(5)
)
def test_a_long_hostile_text_gives_no_more_edits_than_pictures(text: str) -> None:
    assert len(symbol_edits(text)) <= len(text)


def test_the_table_is_sorted_and_every_row_says_why() -> None:
    rows = [line for line in SYMBOLS_FILE.read_text(encoding="utf-8").splitlines() if line.startswith("- ")]
    emoji = [row.split('"')[1] for row in rows]
    assert emoji == sorted(emoji) == sorted(symbol_words())


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("- {emoji: 🐔, reads: 鸡}", 1), ("- {emoji: 🐔, reads: 鸡, why: x}\n- {emoji: 🐔, reads: 鸭, why: x}", 2), ("- {emoji: ✈️, reads: 飞机, why: x}", 1), ("- {emoji: a, reads: 甲, why: x}", 1),
        ("- {emoji: 🐧, reads: QQ, why: x}", 1), ("- 🐔", 1), ("emoji: 🐔", 1), ("- {emoji: 🐔, reads: [鸡], why: x}", 1), ("", 1),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_file_and_line(tmp_path: Path, rows: str, line: int) -> None:
    path = tmp_path / "symbols.yaml"
    path.write_text(rows, encoding="utf-8")
    with pytest.raises(DataError, match=rf"BL-DATA-241: symbols\.yaml:{line}:"):
        symbol_words(path)
