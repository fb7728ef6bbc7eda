"""A clause that a goal with the effect rewrite finds is left out of the answer: streamed as whole, in every cutting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from brightline.config import load_settings
from brightline.model import Outcome
from brightline.server.gateway.shapes.chat import CHAT
from brightline.service import Service
from tests.server.gateway import answers
from tests.server.gateway.exchanges import streamed, whole

GOAL = """
- id: house.dose
  title: {zh: 剂量, en: Dose}
  types: [6]
  rules: [CRI-266, PSA-58]
  sides: [answer]
  effect: rewrite
  manifest: true
  slots: [{name: word, words: [每日三十六片]}]
  notice: {zh: 请遵医嘱。, en: Ask a doctor.}
  examples: [{text: 请每日三十六片服用。, side: answer}]
  twins: [{text: 请按说明书服用。, side: answer}]
  owner: test
"""
SAID = "今天天气很好。请每日三十六片，饭后服用。祝您早日康复。"


@pytest.fixture(scope="module")
def rewriting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    goals: Path = tmp_path_factory.mktemp("goals")
    (goals / "house.yaml").write_text(GOAL, "utf-8")
    with Service.open(load_settings(home=tmp_path_factory.mktemp("home"), goals_dir=goals)) as service:
        yield service


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_clause_is_left_out_streamed_as_whole(rewriting: Service, size: int) -> None:
    first, body = whole(rewriting, CHAT, answers.chat(SAID))
    second, stream = streamed(rewriting, CHAT, answers.chat_stream(answers.cut(SAID, size)), stream=True)
    assert first.outcome is second.outcome is Outcome.REWRITE
    for written in (answers.readable(body), answers.readable(stream)):
        assert "三十六片" not in written
        assert "今天天气很好" in written
        assert "祝您早日康复" in written
        assert "请遵医嘱" in written
