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
from tests.server.gateway.running import Running
from tests.server.gateway.upstream import json_reply, sse_reply

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


SHIPPED = [
    (
        "今天聊聊理财。这只基金稳赚不赔，费率是百分之一。买之前请看招募说明书。",
        ["今天聊聊理财", "这只基金〔…〕，费率是百分之一", "招募说明书"],
        "稳赚不赔",
        "投资",
        "investment.guaranteed_return",
    ),
    (
        "先量体温。按体重算，宝宝喂120毫克，多喝水。超过三天请去医院。",
        ["先量体温", "按体重算，宝宝〔…〕，多喝水", "超过三天请去医院"],
        "120毫克",
        "医生",
        "health.weight_dose",
    ),
    (
        "Here is the idea. This fund offers guaranteed returns every month, and the fee is 1%. Read the prospectus.",
        ["Here is the idea.", "This fund offers 〔…〕, and the fee is 1%.", "Read the prospectus."],
        "guaranteed",
        "risk",
        "investment.guaranteed_return",
    ),
]


@pytest.mark.parametrize(("said", "stays", "goes", "notice", "goal"), SHIPPED)
@pytest.mark.parametrize("size", [1, 4, 100])
def test_an_official_client_gets_the_answer_without_the_clause_and_with_the_notice(
    gateway: Running, said: str, stays: list[str], goes: str, notice: str, goal: str, size: int
) -> None:
    asked = [{"role": "user", "content": "帮我看看" if said[0] > "z" else "Please explain"}]
    gateway.upstream.answer = json_reply(answers.chat(said))
    whole_answer = gateway.openai.chat.completions.create(model="m", messages=asked)  # type: ignore[call-overload]
    gateway.upstream.answer = sse_reply(answers.chat_stream(answers.cut(said, size)))
    text, reason, member = "", None, {}
    for chunk in gateway.openai.chat.completions.create(model="m", messages=asked, stream=True):  # type: ignore[call-overload]
        for choice in chunk.choices:
            text += choice.delta.content or ""
            reason = choice.finish_reason or reason
        member = getattr(chunk, "brightline", member)
    assert reason == "stop"
    assert text == whole_answer.choices[0].message.content
    assert goes not in text
    assert all(piece in text for piece in stays)
    assert notice in text.split(stays[-1])[1]
    for decision_id in (member["decision"], whole_answer.brightline["decision"]):
        decision = gateway.decision(str(decision_id))
        assert decision.outcome is Outcome.REWRITE
        assert goal in {finding.goal for finding in decision.findings}


@pytest.mark.parametrize(
    "said",
    [
        "没有任何投资是稳赚不赔的，凡是宣传理财保本保息的都要警惕。",
        "这类药一般按体重算，每公斤10到15毫克，您孩子吃多少请遵医嘱。",
        "布洛芬混悬液的规格是100毫升，说明书上有按体重的用量表。",
    ],
)
def test_ordinary_advice_on_the_same_subject_leaves_whole(gateway: Running, said: str) -> None:
    gateway.upstream.answer = json_reply(answers.chat(said))
    answer = gateway.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": "请讲讲"}])
    assert said in answer.choices[0].message.content
    assert gateway.decision(answer.brightline["decision"]).outcome is not Outcome.REWRITE
