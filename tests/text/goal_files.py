"""A goal file without a mistake, for tests that put one in."""

from __future__ import annotations

GOOD = """
- id: a.b
  title: {zh: 甲, en: A}
  types: [9]
  rules: [A-1]
  sides: [post]
  effect: stop
  slots:
    - {name: game, words: [百家乐, 时时彩]}
  examples: [玩百家乐]
  twins: [玩扑克]
  owner: tests
"""
