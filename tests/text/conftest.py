"""Sample goals that use every feature of the goal language, written for the tests; the shipped ones are tested in moderation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from brightline.model import Outcome, Side
from brightline.text import GoalBook, TextEngine, load_goals

EXCEPTIONS = """
lists:
  news: [据报道, 新闻, 警方通报]
  education: [科普, 什么是, 反诈]
  negation: [不, 别, 不要, 拒绝, do not]
"""

GOALS = """
- id: sample.gambling
  title: {zh: 赌博推广, en: Gambling promotion}
  types: [9]
  rules: [A-1, B-1]
  sides: [prompt, answer, post, listing]
  effect: stop
  slots:
    - {name: game, words: [百家乐, 时时彩, 百家乐开户网, baccarat]}
    - {name: offer, words: [上分, 开户, 包赢, deposit now], patterns: ['加.{0,4}(微信|vx|VX)', '日入\\d{3,6}元?', 'bo(nus|x) (now|day)', '(win|wins) .{0,3}x']}
  within: 24
  unless:
    - {exception: news, use: news, within: 20}
    - {exception: negation, use: negation}
  allow: [开户银行]
  examples: [{text: 百家乐上分找我, side: post}, 时时彩，加我微信]
  twins: [据报道，百家乐上分害人, 百家乐的开户银行, 百家乐不要上分]
  owner: tests
- id: sample.police
  title: {zh: 冒充公安, en: Posing as police}
  types: [8]
  rules: [A-1, B-1]
  sides: [answer, post]
  effect: stop
  slots: [{name: organ, words: [公安, 警官证, meth*]}]
  allow: [公安局, 市公安]
  examples: [我是公安]
  twins: [在公安局门口]
  owner: tests
- id: sample.triple
  title: {zh: 三段, en: Three slots}
  types: [6]
  rules: [A-1, B-1]
  sides: [answer]
  effect: stop
  same: clause
  within: 30
  slots:
    - {name: drug, words: [头孢, 布洛芬, ibuprofen]}
    - {name: act, words: [停药, 加量, 服用, ab], patterns: ['[吃服]\\d{1,2}(片|粒)']}
    - {name: own, words: [你的, 我的病, cd], patterns: ['\\p{Han}{1,2}大夫']}
  unless: [{exception: education, use: education}]
  examples: [你的头孢可以停药]
  twins: [头孢科普：停药, 什么是头孢，停药]
  owner: tests
- id: sample.tutorial
  title: {zh: 换脸教程, en: Face-swap tutorial}
  types: [2]
  rules: [A-1, B-1]
  sides: [prompt, answer]
  effect: stop
  slots:
    - {name: tool, words: [换脸软件, 脱衣软件]}
    - {name: how, words: [如何, 怎么, 方法], companion: true}
  examples: [如何使用换脸软件]
  twins: [如何使用修图软件]
  owner: tests
- id: sample.notice
  title: {zh: 提示, en: Notice}
  types: [6]
  rules: [A-1]
  sides: [answer, post]
  effect: notice
  same: text
  notice: {zh: 请遵医嘱, en: See a doctor}
  slots:
    - {name: drug, words: [头孢]}
    - {name: dose, patterns: ['\\d{1,3}(毫克|mg)']}
  examples: [头孢每次50毫克]
  twins: [头孢是抗生素]
  owner: tests
"""


class AllRules:
    """A rulebook in which every rule exists but those named NO-…."""

    def get(self, rule_id: str) -> str | None:
        return None if rule_id.startswith("NO-") else rule_id


def grants_everything(rules: object, side: Side, on: date, manifest: bool) -> Outcome:
    return Outcome.BLOCK


@pytest.fixture(scope="session")
def load(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., GoalBook]:
    """Loads goals from YAML text, with the sample exception lists, all rules known and all effects granted."""
    folder = tmp_path_factory.mktemp("goals")

    def load_text(goals: str, exceptions: str = EXCEPTIONS, **options: object) -> GoalBook:
        paths = []
        for name, text in (("exceptions.yaml", exceptions), ("goals.yaml", goals)):
            path: Path = folder / name
            path.write_text(text, "utf-8")
            paths.append(path)
        return load_goals(paths, AllRules(), **{"strongest": grants_everything, **options})  # type: ignore[arg-type]

    return load_text


@pytest.fixture(scope="session")
def book(load: Callable[..., GoalBook]) -> GoalBook:
    return load(GOALS)


@pytest.fixture(scope="session")
def engine(book: GoalBook) -> TextEngine:
    return TextEngine(book)
