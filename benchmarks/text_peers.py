"""Keyword filters of other gateways, and matching libraries, on the same texts and words; run by ``text_lanes.py`` with a Python that has them.

    python benchmarks/text_lanes.py --peers /tmp/peers/bin/python

Install beforehand, outside the project: ``pip install llm-guard --no-deps`` and ``pip install structlog 'litellm[proxy]' pyahocorasick
ahocorasick_rs``. LLM Guard's package imports torch, presidio and others for its other scanners; its substring scanner uses none of
them, so empty modules stand in for them here, and each row that did so says it.

LiteLLM's filter stops at the first word that blocks; told to mask, it looks for every word in every text as the others do, and that is
measured: ``_filter_single_text``, which every request takes.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import logging
import os
import statistics
import sys
import time
import types
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

Scan = Callable[[str], Any]

_STANDS_IN_FOR = ("torch", "presidio_analyzer", "presidio_anonymizer", "transformers", "nltk", "bc_detect_secrets", "detect_secrets", "faker", "tiktoken", "fuzzysearch", "json_repair", "regex", "spacy")  # fmt: skip
_LONGEST_S = 60.0  # for one peer and kind of text: slow ones are measured on fewer texts


def main() -> int:
    job = json.load(sys.stdin)
    rows = []
    for name, package, make, note in _PEERS:
        try:
            scan = make(job["words"])
        except Exception as problem:
            rows.append({"peer": name, "absent": f"{type(problem).__name__}: {problem}"[:200]})
            continue
        row = {"peer": name, "version": version(package), "us_per_200_chars": _cost(scan, job["texts"], job["runs"]) * 1e6}
        seconds = _cost(scan, job["bulk"], job["runs"])
        row["mb_per_s"] = len(job["bulk"][0].encode()) / 1e6 / seconds
        rows.append(row | ({"note": note} if note else {}))
    json.dump(rows, sys.stdout)
    return 0


def _cost(scan: Scan, texts: Sequence[str], runs: int) -> float:
    """Seconds of CPU a text, median of the runs; fewer texts and runs where that would take too long."""
    began = time.process_time()
    scan(texts[0])
    once = max(time.process_time() - began, 1e-9)
    fitting = texts[: max(1, int(_LONGEST_S / once / runs))]
    found = []
    for _ in range(runs if once * runs < _LONGEST_S else 1):
        began = time.process_time()
        for text in fitting:
            scan(text)
        found.append((time.process_time() - began) / len(fitting))
    return statistics.median(found)


class _Nothing(type):
    """A class that has everything and says no to every question: there is no GPU."""

    def __getattr__(cls, name: str) -> Any:
        return _nothing(name)


def _nothing(name: str) -> Any:
    return _Nothing(name, (), {"__init__": lambda *_, **__: None, "__bool__": lambda _: False})


class _Empty(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing(name)


class _StandIns(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Empty modules, whatever is asked of them."""

    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if name.split(".")[0] in _STANDS_IN_FOR else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing in it."""


def _llm_guard(words: list[str]) -> Scan:
    sys.meta_path.append(_StandIns())  # last: what is installed is used
    import structlog

    for package in ("llm_guard", "llm_guard.input_scanners"):  # without the code that imports all scanners
        spec = importlib.machinery.PathFinder.find_spec(package, sys.modules["llm_guard"].__path__ if "." in package else None)
        assert spec is not None
        bare = sys.modules[package] = types.ModuleType(package)
        bare.__path__ = list(spec.submodule_search_locations or ())
    from llm_guard.input_scanners.ban_substrings import BanSubstrings

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))  # it logs every text with a word
    scan: Scan = BanSubstrings(words).scan
    return scan


def _litellm(words: list[str]) -> Scan:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or it asks the network for prices first
    logging.disable(logging.WARNING)  # it logs every word that it finds
    from litellm.proxy.guardrails.guardrail_hooks.litellm_content_filter.content_filter import ContentFilterGuardrail
    from litellm.types.guardrails import BlockedWord, ContentFilterAction

    blocked = [BlockedWord(keyword=word, action=ContentFilterAction.MASK) for word in words]
    scan: Scan = ContentFilterGuardrail(guardrail_name="bench", blocked_words=blocked)._filter_single_text
    return scan


def _pyahocorasick(words: list[str]) -> Scan:
    import ahocorasick

    automaton = ahocorasick.Automaton()
    for word in words:
        automaton.add_word(word, word)
    automaton.make_automaton()
    return lambda text: list(automaton.iter(text))


def _ahocorasick_rs(words: list[str]) -> Scan:
    from ahocorasick_rs import AhoCorasick

    automaton = AhoCorasick(words)
    return lambda text: automaton.find_matches_as_indexes(text, overlapping=True)


_PEERS: tuple[tuple[str, str, Callable[[list[str]], Scan], str], ...] = (
    (
        "LLM Guard BanSubstrings",
        "llm-guard",
        _llm_guard,
        "torch, presidio and others replaced by empty modules, which this scanner never calls",
    ),
    ("LiteLLM content filter", "litellm", _litellm, ""),
    ("pyahocorasick, matching alone", "pyahocorasick", _pyahocorasick, ""),
    ("ahocorasick_rs, matching alone", "ahocorasick_rs", _ahocorasick_rs, ""),
)

if __name__ == "__main__":
    sys.exit(main())
