"""What the weigher adds to goals and family models, on authors that it had not read: recall and disturbed twins, side by side.

    .venv/bin/python evals/weighing.py [--json]

The weigher is trained anew without each author of ``training/authored`` in turn (several minutes of one core), and judges that author's texts
through pipeline and policy at its own thresholds. Only authors who had not read the goals are counted; English is one author's, so there half
of the families is left out at a time. ``reacted``: anything but allow and label.

    goals        goals and family models alone: what the engine does without a weigher
    and finds    with the findings of the weigher
    and excuses  with its excuses too: what ships
    weigher      its findings alone

Ordinary texts of sources that were left out stand below. Shares with 95 % Wilson intervals. Data: ``BRIGHTLINE_DATA`` (default ``../shared/data``).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from brightline.config import Settings
from brightline.model import Door, Finding, Outcome, Part
from brightline.moderation.training.intents import IntentRow, intent_rows, rows_of
from brightline.moderation.training.weigher import IntentBudgets, judge
from brightline.moderation.weighing import GOAL, ORDINARY
from brightline.moderation.weighing.weigher import LONGEST_EXCUSED
from brightline.pipeline import Pipeline
from moderation import wilson

ROOT = Path(__file__).parents[1]
COUNTED = ("authored zh2", "authored zh3", "authored en2", "authored en3", "authored posts2", "authored posts3")
WAYS = ("goals", "and finds", "and excuses", "weigher")


def outcomes(pipeline: Pipeline, row: IntentRow, probability: float, finds: bool) -> tuple[bool, ...]:
    """Whether anything follows from a text, in the four ways."""
    context = pipeline.context(Door.API)
    found = without_weigher(pipeline, Part("text", row.side, row.text))
    short = len(row.text) <= LONGEST_EXCUSED
    standing = [finding for finding in found if not (short and pipeline.weigher.excuses(finding, probability))]

    def reacts(findings: Sequence[Finding]) -> bool:
        return pipeline.judge(findings, context).outcome.severity >= Outcome.NOTICE.severity

    return reacts(found), finds or reacts(found), finds or reacts(standing), finds


def without_weigher(pipeline: Pipeline, part: Part) -> list[Finding]:
    """The findings of goals and family models, as if there were no weigher."""
    return [
        replace(finding, exceptions=()) if finding.exceptions == (ORDINARY,) else finding
        for finding in pipeline.inspect([part])
        if finding.goal != GOAL
    ]


def share(hits: int, of: int) -> str:
    low, high = wilson(hits, of)
    return f"{hits / of:6.1%} [{low:3.0%},{high:4.0%}]" if of else "—"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    options = parser.parse_args()
    data = Path(os.environ.get("BRIGHTLINE_DATA", ROOT.parent / "shared" / "data")) / "open"
    pipeline = Pipeline(Settings())
    rows = intent_rows(data, ROOT / "training" / "authored")
    numbers = rows_of(rows)
    judged = judge(rows, numbers, IntentBudgets(), lambda author: print(f"without {author}", file=sys.stderr))
    card = replace(
        pipeline.weigher.card, borderline=judged.probability(judged.lower), violating=judged.probability(float(judged.upper.min()))
    )
    pipeline.weigher = replace(pipeline.weigher, card=card)
    finds = judged.scores >= judged.upper[numbers.kinds]
    table: list[dict[str, object]] = []
    for source in sorted({row.source for row in rows}, key=lambda name: (name not in COUNTED, name)):
        for harmful in (True, False):
            inside = [n for n, row in enumerate(rows) if row.source == source and row.harmful is harmful]
            if inside and (source in COUNTED or not source.startswith("authored")):
                told = np.array([outcomes(pipeline, rows[n], judged.probability(judged.scores[n]), bool(finds[n])) for n in inside])
                table.append(
                    {"source": source, "harmful": harmful, "texts": len(inside)} | dict(zip(WAYS, told.sum(0).tolist(), strict=True))
                )
    if options.json:
        print(json.dumps(table, ensure_ascii=False, indent=1))
        return 0
    print(f"{'texts':26}{'':>10}{'n':>6}" + "".join(f"{way:>20}" for way in WAYS))
    for line in table:
        kind = "harmful" if line["harmful"] else "twins" if line["source"] in COUNTED else "ordinary"
        print(
            f"{line['source']:26}{kind:>10}{line['texts']:>6}"
            + "".join(f"{share(int(str(line[way])), int(str(line['texts']))):>20}" for way in WAYS)
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
