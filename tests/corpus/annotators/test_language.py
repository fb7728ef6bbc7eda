"""Languages by scripts and a few words."""

from __future__ import annotations

import pytest

from brightline.corpus.annotators.language import LANGUAGES, kernel
from tests.corpus.annotators.documents import annotated

EXAMPLES = {  # "zh": Chinese of which no character says simplified or traditional
    "zh-Hans": "这个问题很简单，我们应该先检查数据来源，再决定是否采用。",
    "zh-Hant": "這個問題很簡單，我們應該先檢查資料來源，再決定是否採用。",
    "zh": "大山中有人，小河水上人不多。",
    "ja": "この問題はとても簡単です。まずデータの出所を確認しましょう。",
    "ko": "이 문제는 아주 간단합니다. 먼저 데이터 출처를 확인합시다.",
    "en": "The question is simple: check where the data came from and then decide what to do with it.",
    "latin": "Die Frage war einfach; zuerst wurde geprüft, woher unsere Daten kamen, und danach wurde entschieden.",
    "other": "Вопрос очень простой: сначала нужно проверить источник данных.",
    "code": "for (int i = 0; i < n; i++) { sum += a[i]; if (sum > m) { m = sum; } }\nreturn m_count[0];",
    "mixed": "我们先 check 一下 data source，然后 decide 要不要 use it，再 report 给 boss 看看 result。",
    "none": "12:30 — 45%",
}


@pytest.mark.parametrize(("language", "text"), EXAMPLES.items())
def test_a_plain_text_of_each_kind_is_named(language: str, text: str) -> None:
    assert annotated(kernel(), text)["language"] == language


def test_every_name_is_a_known_one() -> None:
    assert {annotated(kernel(), text)["language"] for text in EXAMPLES.values()} <= set(LANGUAGES)


def test_the_chinese_share_counts_letters_and_not_signs() -> None:
    assert annotated(kernel(), "数据！！！？？？……123")["chinese_share"] == 1.0
    assert annotated(kernel(), "数据 ab")["chinese_share"] == pytest.approx(0.5)
    assert annotated(kernel(), "")["chinese_share"] == 0.0
