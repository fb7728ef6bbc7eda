"""Every stable id that labels can answer with has its words in this room."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

import brightline.labels
from brightline.labels.comparing import Change
from brightline.labels.label import KEYS, Attribute
from brightline.labels.sites import DEFECTS, Form
from brightline.labels.verification.check_catalogue import Result
from brightline.labels.verification.examined import Stage
from brightline.labels.verification.verdict import Compliance, GroundKind, Integrity, Presence, State
from brightline.server.console.labels import words

HERE = Path(brightline.labels.__file__).parent
STEP = re.compile(r'ProofStep\(\s*"([a-z0-9.]+)"')


@pytest.mark.parametrize(
    ("table", "ids"),
    [
        (words.STATES, State),
        (words.PRESENCE, Presence),
        (words.INTEGRITY, Integrity),
        (words.COMPLIANCE, Compliance),
        (words.GROUNDS, GroundKind),
        (words.ATTRIBUTES, Attribute),
        (words.KEY_WORDS, KEYS),
        (words.DEFECTS, DEFECTS),
        (words.FORMS, get_args(Form)),
        (words.STAGES, get_args(Stage)),
        (words.UNINSPECTED, get_args(Stage)),
        (words.CHANGES, get_args(Change)),
        (words.RESULTS, get_args(Result)),
        (words.STEPS, {step for file in HERE.rglob("*.py") for step in STEP.findall(file.read_text("utf-8"))}),
    ],
)
def test_a_table_has_a_word_for_every_id_and_no_other(table: Mapping[str, Any], ids: Collection[str]) -> None:
    assert set(table) == set(map(str, ids))


def test_every_error_that_has_words_of_its_own_is_one_of_labels() -> None:
    raised = "\n".join(file.read_text("utf-8") for file in [*HERE.rglob("*.py"), *HERE.parent.glob("labelling/*.py")])
    assert [code for code in words.PROBLEMS if code not in raised] == []
