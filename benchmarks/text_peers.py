"""Keyword filters of other gateways on the same texts and words; run by ``text_lanes.py`` with a Python that has them.

    /tmp/peers/bin/python benchmarks/text_peers.py < job.json

Install beforehand, outside the project: ``pip install llm-guard --no-deps; pip install structlog 'litellm[proxy]'``. LLM Guard's package
asks for torch and presidio only to be imported; its substring scanner uses neither, so empty modules stand in for them here.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import types
from collections.abc import Callable
from importlib.metadata import version
from typing import Any


def main() -> int:
    job = json.load(sys.stdin)
    rows = []
    for name, package, make in (("LLM Guard BanSubstrings", "llm-guard", _llm_guard), ("LiteLLM content filter", "litellm", _litellm)):
        try:
            scan = make(job["words"])
        except Exception as problem:
            rows.append({"peer": name, "absent": f"{type(problem).__name__}: {problem}"[:200]})
            continue
        rows.append({"peer": name, "version": version(package), "us_per_200_chars": _cost(scan, job["texts"], job["runs"])})
    json.dump(rows, sys.stdout)
    return 0


def _cost(scan: Callable[[str], Any], texts: list[str], runs: int) -> float:
    found = []
    for _ in range(runs):
        began = time.process_time()
        for text in texts:
            scan(text)
        found.append((time.process_time() - began) / len(texts) * 1e6)
    return statistics.median(found)


def _llm_guard(words: list[str]) -> Callable[[str], Any]:
    class Anything(types.ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return type(name, (), {})

    for name in ("torch", "presidio_analyzer", "presidio_anonymizer", "transformers", "nltk"):
        sys.modules.setdefault(name, Anything(name))
    package = types.ModuleType("llm_guard.input_scanners")
    import llm_guard

    package.__path__ = [f"{llm_guard.__path__[0]}/input_scanners"]
    sys.modules["llm_guard.input_scanners"] = package
    from llm_guard.input_scanners.ban_substrings import BanSubstrings

    return BanSubstrings(words).scan


def _litellm(words: list[str]) -> Callable[[str], Any]:
    from litellm.proxy.guardrails.guardrail_hooks.litellm_content_filter.content_filter import ContentFilterGuardrail
    from litellm.types.guardrails import BlockedWord, ContentFilterAction

    blocked = [BlockedWord(keyword=word, action=ContentFilterAction.BLOCK) for word in words]
    guard = ContentFilterGuardrail(guardrail_name="bench", blocked_words=blocked)
    return guard._check_blocked_words


if __name__ == "__main__":
    sys.exit(main())
