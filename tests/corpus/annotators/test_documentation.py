"""The page about annotations: its example runs, and it names what there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from brightline.corpus.annotators.quality import kernel as quality
from brightline.corpus.annotators.signals import shipped_signals

PAGE = (Path(__file__).parents[3] / "docs" / "corpus-annotations.md").read_text("utf-8")


def test_the_example_does_what_it_shows() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout
    assert shown == "['rights.copyright_notice', 'rights.no_reproduction'] None\n"


def test_every_rule_of_quality_that_ships_is_on_the_page() -> None:
    rules = {signal.rule for signal in shipped_signals() if signal.rule.startswith("quality.")}
    named = set(re.findall(r"`(quality\.[a-z_]+)`", PAGE))
    assert {".".join(rule.split(".")[:2]) for rule in rules} <= named
    assert quality().name in PAGE
