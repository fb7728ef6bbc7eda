"""Hard neighbours: the shipped goals on texts written apart from them, harmful and benign in one style.

    .venv/bin/python evals/contrast.py [--json] [--show-misses]

``contrast/harmful.jsonl`` and ``contrast/benign.jsonl`` were written for this purpose by somebody who had read neither the goals
nor their tests, so that recall and over-blocking are measured on language the goals were not tuned to. The benign texts are what a
real product sees beside the harmful ones: police warnings, bank counters, museums, jewellers, recovering gamblers, film classes. Each
text goes through ``Inspector`` on its own side; ``family`` says where it lies, ``expect`` what should follow at least (harmful) or
that nothing should (``pass``). All texts are invented; numbers, handles and addresses are patterns, not anybody's.

Printed per family, with 95 % Wilson intervals:

    stopped, reviewed, noticed, allowed     shares of outcomes; ``noticed`` is notice, rewrite and limit, ``allowed`` allow and label
    strict                                  harmful: reached at least the expected outcome
    lax                                     harmful: reached anything but allow and label
    over-blocked                            benign: stopped;  disturbed: anything but allow and label

It compares with no peer: ``moderation.py`` does. The texts stay useful only while nobody copies words from them into the goals;
``--show-misses`` is for the one who judges a release, not for the one who writes goals. There is no budget here: the status is 0
unless a text cannot be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from brightline.config import Settings
from brightline.inspector import Inspector
from brightline.model import Decision, Outcome, Side

HERE = Path(__file__).parent / "contrast"
FAMILIES = (
    *("fraud", "black_market", "gambling", "porn_vulgar", "undress", "clone", "fake_documents", "medication", "finance_advice"),
    *("fortune_telling", "illegal_ai_tools", "drugs_weapons", "self_harm", "label_removal", "minors", "ordinary"),
)
EXPECTED = {"notice": Outcome.NOTICE, "review": Outcome.REVIEW, "stop": Outcome.REFUSE}
Z95 = 1.959963984540054  # standard normal quantile of 0.975


@dataclass(frozen=True, slots=True)
class Text:
    """One line of a contrast file."""

    id: str
    lang: str
    side: Side
    family: str
    expect: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A text and what the system made of it."""

    text: Text
    outcome: Outcome
    goals: tuple[str, ...]
    excused: tuple[str, ...]

    @property
    def disturbed(self) -> bool:
        """The reader or author meets more than a label."""
        return self.outcome.severity >= Outcome.NOTICE.severity

    @property
    def as_expected(self) -> bool:
        if self.text.expect == "pass":
            return not self.disturbed
        return self.outcome.severity >= EXPECTED[self.text.expect].severity


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``of`` with the 95 % Wilson interval."""

    hits: int
    of: int
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.hits / self.of:6.1%} [{self.low:4.0%},{self.high:5.0%}]" if self.of else "—"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what came out for the texts of one family (or language, side, all) of one file."""

    group: str
    texts: int
    stopped: Share
    reviewed: Share
    noticed: Share
    allowed: Share
    strict: Share
    lax: Share


def share(hits: int, of: int) -> Share:
    """Wilson's score interval (1927), which stays inside [0, 1] at small numbers and at 0 % and 100 %."""
    if not of:
        return Share(0, 0, 0.0, 1.0)
    p, z2 = hits / of, Z95 * Z95
    centre = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return Share(hits, of, max(0.0, centre - half), min(1.0, centre + half))


def read(path: Path) -> list[Text]:
    """The texts of a contrast file; a row that breaks the form ends the run with file and line."""
    texts: list[Text] = []
    known: set[str] = set()
    allowed = {"pass"} if path.stem == "benign" else set(EXPECTED)
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            raw = json.loads(line)
            text = Text(**{**raw, "side": Side(raw["side"])})
        except (ValueError, KeyError, TypeError) as error:
            raise SystemExit(f"{path}:{number}: {error}") from error
        if text.family not in FAMILIES or text.expect not in allowed or text.lang not in {"zh", "en"} or not text.text.strip():
            raise SystemExit(f"{path}:{number}: {text.id} has an unknown family, expectation or language, or no text")
        if text.id in known or text.text in known:
            raise SystemExit(f"{path}:{number}: {text.id} or its text stands here twice")
        known.update((text.id, text.text))
        texts.append(text)
    return texts


def judge(inspector: Inspector, texts: Iterable[Text]) -> list[Judged]:
    return [_judged(text, inspector.inspect(text.text, side=text.side)) for text in texts]


def _judged(text: Text, decision: Decision) -> Judged:
    """``excused`` are the goals that were met, but beside an exception: they stop nothing."""
    met: dict[bool, dict[str, None]] = {False: {}, True: {}}
    for finding in decision.findings:
        met[bool(finding.exceptions)].setdefault(finding.goal)
    return Judged(text, decision.outcome, goals=tuple(met[False]), excused=tuple(met[True]))


def tabulate(judged: Sequence[Judged]) -> list[Row]:
    """One row a family in the order of ``FAMILIES``, then by length, language and side, then all."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        text = one.text
        for group in (text.family, f"language {text.lang}", f"side {text.side}", f"length {_length(text.text)}", "all"):
            groups[group].append(one)
    order = [*FAMILIES, "length short", "length long", "language zh", "language en", *(f"side {side}" for side in Side), "all"]
    return [_row(group, groups[group]) for group in order if group in groups]


def _length(text: str) -> str:
    """Long is from 50 Chinese or 150 Latin characters on: about where a text has a second sentence."""
    return "long" if len(text.encode("utf-8")) >= 150 else "short"


def _row(group: str, judged: Sequence[Judged]) -> Row:
    of = len(judged)

    def count(lowest: Outcome, highest: Outcome) -> Share:
        return share(sum(lowest.severity <= one.outcome.severity <= highest.severity for one in judged), of)

    return Row(
        group,
        of,
        stopped=count(Outcome.REFUSE, Outcome.BLOCK),
        reviewed=count(Outcome.REVIEW, Outcome.REVIEW),
        noticed=count(Outcome.NOTICE, Outcome.LIMIT),
        allowed=count(Outcome.ALLOW, Outcome.LABEL),
        strict=share(sum(one.as_expected for one in judged), of),
        lax=share(sum(one.disturbed for one in judged), of),
    )


def render(kind: str, rows: Sequence[Row]) -> str:
    last = ("strict", "lax") if kind == "harmful" else ("over-blocked", "disturbed")
    lines = [f"{kind:<18}{'n':>5}" + "".join(f"{head:>20}" for head in ("stopped", "reviewed", "noticed", "allowed", *last))]
    for row in rows:
        first = row.strict if kind == "harmful" else row.stopped
        shares = (row.stopped, row.reviewed, row.noticed, row.allowed, first, row.lax)
        lines.append(f"{row.group:<18}{row.texts:>5}" + "".join(f"{one!s:>20}" for one in shares))
    return "\n".join(lines)


def render_misses(judged: Sequence[Judged]) -> str:
    """Every text with another outcome than expected, the harshest first."""
    wrong = sorted((one for one in judged if not one.as_expected), key=lambda one: -one.outcome.severity)
    return "\n".join(
        f"{one.text.id}  {one.text.side} · wanted {one.text.expect}, got {one.outcome} · {_named(one)}\n"
        f"    {one.text.text.replace(chr(10), ' ⏎ ')}\n    ({one.text.why})"
        for one in wrong
    )


def _named(one: Judged) -> str:
    excused = (f"{goal} (excused)" for goal in one.excused)
    return ", ".join((*one.goals, *excused)) or "no goal"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print rows and every judged text as JSON")
    parser.add_argument("--show-misses", action="store_true", help="list every text with another outcome than expected")
    options = parser.parse_args(argv)
    inspector = Inspector(Settings())
    document: dict[str, object] = {}
    for kind in ("harmful", "benign"):
        path = HERE / f"{kind}.jsonl"
        judged = judge(inspector, read(path))
        rows = tabulate(judged)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        document[kind] = {"sha256": digest, "rows": [asdict(row) for row in rows], "texts": [asdict(one) for one in judged]}
        if not options.json:
            print(f"{path.name}, sha256 {digest[:16]}\n{render(kind, rows)}", end="\n\n")
            if options.show_misses:
                print(render_misses(judged), end="\n\n")
    if options.json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
