"""One thing has one word: no catalogue says a word that docs/glossary.md has replaced by another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from tools.messages import catalogue_path, rooms

GLOSSARY = Path(__file__).parents[3] / "docs" / "glossary.md"
# Pattern → what to say instead. Patterns, where a forbidden word may be part of a permitted one.
REPLACED = {
    "裁决": "决定",
    "位阶": "效力层级",
    "条号": "条款序号",
    "检查发现": "发现",
    "[车通]道": "读法",
    "核实|未核对": "已核对, 待核对",
    "验证公钥": "核验公钥",
    "全检|未全部检查": "未完整检查",
    "过度拦截": "误拦",
    "说明理由页": "理由说明",
    "重放|回放": "重演",
    "从严程度": "严格程度",
    "检查 ?API|(?<!内容)检查接口": "内容检查接口",
    "(?<!向)上游": "模型服务",
    "终端用户": "最终用户",
    "负责人": "主管",
    "规则作者": "规则编写员",
    "API ?密钥": "接口密钥",
    "吊销": "已撤销",
    "双因素|二次验证": "两步验证",
    "账本|运行记录": "日志, 运行日志",
    "待记入": "待写入",
    "操作者": "操作人",
    "你": "您",
}
HAN = r"[\u4e00-\u9fff]"
# Full-width signs beside Chinese; a space between Chinese and Latin letters or digits, but in dates and in names of campaigns.
TYPOGRAPHY = re.compile(
    rf"{HAN}[,;:!?()]|[,;:!?()]{HAN}|{HAN} +{HAN}|{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}|{HAN}\.\.\.| [，。；：、]|[，。；：、] "
)
DATES_AND_NAMES = re.compile(r"\d+年(\d+月)?(\d+日)?|整治AI\w+")


def chinese(room: str) -> list[str]:
    path = catalogue_path(room, "zh_CN")
    if not path.is_file():
        return []
    with path.open("rb") as source:
        found = read_po(source, locale="zh_CN")
    return [text for message in found if message.id for text in ([message.string] if isinstance(message.string, str) else message.string)]


@pytest.mark.parametrize("room", rooms())
def test_a_room_says_no_word_that_was_replaced(room: str) -> None:
    said = [(text, instead) for text in chinese(room) for word, instead in REPLACED.items() if re.search(word, text)]
    assert said == []


@pytest.mark.parametrize("room", rooms())
def test_chinese_and_latin_stand_apart_and_signs_are_full_width(room: str) -> None:
    assert [text for text in chinese(room) if TYPOGRAPHY.search(DATES_AND_NAMES.sub("", text))] == []


def test_the_glossary_names_every_word_that_a_room_may_not_say() -> None:
    columns = [line.split("|") for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("| ")]
    refused = {word for row in columns[1:] for word in row[4].strip().split("、") if word}
    assert refused
    said = [(room, word) for word in refused for room in rooms() if any(word in text for text in chinese(room))]
    assert said == []
