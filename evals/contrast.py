"""Hard neighbours: the shipped goals on texts written apart from them, harmful and benign in one style.

    .venv/bin/python evals/contrast.py [--json] [--kinds] [--show-misses]

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

``contrast/pairs/*.jsonl`` holds pairs: a harmful text and its benign *twin*, largely in the same words, with another intent or context,
which a list of words cannot tell apart. Every third pair of a family is ``held``: measured, and its misses read by nobody.

    reacted, expected       harmful: anything but allow and label; at least what the author expected. A person in distress is never
                            met with a bare refusal: in family ``self_harm`` an expected notice is not met by refuse or block
    twins passed            allow or label
    told apart              of one pair, the harmful text was reacted to and the twin passed
    words reacted, passed   the peer in the same run: ``moderation.KeywordFilter``, our own words as a plain list

The texts stay useful only while nobody copies words from them into the goals; ``--show-misses`` is for the one who judges a release,
and shows no pair; ``--kinds`` is for who writes goals. There is no budget here: the status is 0 unless a text cannot be read.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from brightline.config import Settings
from brightline.inspector import Inspector
from brightline.model import Decision, Outcome, Side
from brightline.moderation import goal_book
from brightline.rulebook import load_rulebook
from moderation import KeywordFilter, wilson

HERE = Path(__file__).parent / "contrast"
FAMILIES = (
    *("fraud", "black_market", "gambling", "porn_vulgar", "undress", "clone", "fake_documents", "medication", "finance_advice"),
    *("fortune_telling", "illegal_ai_tools", "drugs_weapons", "self_harm", "label_removal", "minors", "ordinary"),
)
EXPECTED = {"notice": Outcome.NOTICE, "review": Outcome.REVIEW, "stop": Outcome.REFUSE}
PARTS = ("all", "dev", "held")


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
class Pair:
    """One line of a pairs file."""

    id: str
    family: str
    lang: str
    side: Side
    expect: str
    harmful: str
    benign: str
    part: str


@dataclass(frozen=True, slots=True)
class PairJudged:
    """A pair, what the system made of its two texts, and whether the plain list of words hit them."""

    pair: Pair
    harmful: Outcome
    twin: Outcome
    words_harmful: bool
    words_twin: bool

    @property
    def reacted(self) -> bool:
        return self.harmful.severity >= Outcome.NOTICE.severity

    @property
    def as_expected(self) -> bool:
        bare_refusal = self.pair.family == "self_harm" and self.pair.expect == "notice" and self.harmful.stops
        return self.harmful.severity >= EXPECTED[self.pair.expect].severity and not bare_refusal

    @property
    def twin_passed(self) -> bool:
        return self.twin.severity < Outcome.NOTICE.severity


MEASURES: dict[str, Callable[[PairJudged], bool]] = {
    "reacted": lambda one: one.reacted,
    "expected": lambda one: one.as_expected,
    "twins passed": lambda one: one.twin_passed,
    "told apart": lambda one: one.reacted and one.twin_passed,
    "words reacted": lambda one: one.words_harmful,
    "words passed": lambda one: not one.words_twin,
}


@dataclass(frozen=True, slots=True)
class PairRow:
    """What came out for the pairs of one group, of one part (``dev``, ``held``) or of both (``all``): a share for each of ``MEASURES``."""

    group: str
    part: str
    pairs: int
    shares: dict[str, Share]


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
    return Share(hits, of, *wilson(hits, of))


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


def read_pairs(folder: Path) -> list[Pair]:
    """The pairs of every family, one file each; a row that breaks the form ends the run with file and line."""
    pairs: list[Pair] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                raw = json.loads(line)
                pair = Pair(**{**raw, "side": Side(raw["side"])})
            except (ValueError, KeyError, TypeError) as error:
                raise SystemExit(f"{path}:{number}: {error}") from error
            if problem := _problem(pair, path.stem, number):
                raise SystemExit(f"{path}:{number}: {pair.id}: {problem}")
            pairs.append(pair)
    return pairs


def _problem(pair: Pair, family: str, number: int) -> str | None:
    if (pair.id, pair.family) != (wanted := f"{family}-{pair.lang}-{number:03}", family):
        return f"the id should be {wanted}, and the family that of the file"
    if pair.lang not in {"zh", "en"} or pair.expect not in EXPECTED:
        return "unknown language or expectation"
    if pair.part != ("dev" if number % 3 else "held"):
        return "every third pair is held, the others are dev"
    return None if pair.harmful.strip() and pair.benign.strip() else "one of the two texts is empty"


def judge_pairs(inspector: Inspector, words: KeywordFilter, pairs: Iterable[Pair]) -> list[PairJudged]:
    return [
        PairJudged(
            pair,
            inspector.inspect(pair.harmful, side=pair.side).outcome,
            inspector.inspect(pair.benign, side=pair.side).outcome,
            words.hits(pair.harmful, pair.side),
            words.hits(pair.benign, pair.side),
        )
        for pair in pairs
    ]


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


def tabulate_pairs(judged: Sequence[PairJudged]) -> list[PairRow]:
    """Families by name, then languages, sides and all, each for both parts together and for each part."""
    groups: dict[tuple[str, str], list[PairJudged]] = defaultdict(list)
    for one in judged:
        pair = one.pair
        for group in (pair.family, f"language {pair.lang}", f"side {pair.side}", "all"):
            for part in ("all", pair.part):
                groups[group, part].append(one)
    names = [*sorted({one.pair.family for one in judged}), "language zh", "language en", *(f"side {side}" for side in Side), "all"]
    return [
        PairRow(name, part, len(pairs), {head: share(sum(map(measure, pairs)), len(pairs)) for head, measure in MEASURES.items()})
        for name in names
        for part in PARTS
        if (pairs := groups.get((name, part)))
    ]


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


def render_pairs(rows: Sequence[PairRow]) -> str:
    """Shares with intervals; the two parts apart only for languages, sides and all, where they are large enough for shares."""
    lines = [f"{'pairs':<26}{'n':>5}" + "".join(f"{head:>20}" for head in MEASURES)]
    for row in rows:
        if row.part == "all" or " " in row.group or row.group == "all":
            name = row.group if row.part == "all" else f"{row.group}, {row.part}"
            lines.append(f"{name:<26}{row.pairs:>5}" + "".join(f"{one!s:>20}" for one in row.shares.values()))
    return "\n".join(lines)


def render_kinds(rows: Sequence[PairRow]) -> str:
    """Counts of what went wrong, by family and part, without any text."""
    lines = [f"{'pairs':<26}{'part':>6}{'n':>5}{'no reaction':>13}{'another than expected':>23}{'twins disturbed':>17}"]
    for row in rows:
        if row.part != "all":
            reacted, expected, passed = (row.shares[head].hits for head in ("reacted", "expected", "twins passed"))
            lines.append(
                f"{row.group:<26}{row.part:>6}{row.pairs:>5}{row.pairs - reacted:>13}{reacted - expected:>23}{row.pairs - passed:>17}"
            )
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


def _separate(inspector: Inspector, options: argparse.Namespace) -> dict[str, object]:
    """Measure and print ``harmful.jsonl`` and ``benign.jsonl``."""
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
    return document


def _paired(inspector: Inspector, options: argparse.Namespace) -> dict[str, object]:
    """Measure and print the pairs: counts only, whatever the options."""
    folder = HERE / "pairs"
    rows = tabulate_pairs(judge_pairs(inspector, KeywordFilter(goal_book(load_rulebook())), read_pairs(folder)))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.jsonl")))).hexdigest()
    if not options.json:
        print(f"pairs, sha256 {digest[:16]}\n{render_kinds(rows) if options.kinds else render_pairs(rows)}")
    return {"sha256": digest, "rows": [asdict(row) for row in rows]}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print rows, and every judged text that is no pair, as JSON")
    parser.add_argument("--kinds", action="store_true", help="only the pairs, as counts by family: nothing of any text")
    parser.add_argument("--show-misses", action="store_true", help="list every text that is no pair with another outcome than expected")
    options = parser.parse_args(argv)
    inspector = Inspector(Settings())
    document = {} if options.kinds else _separate(inspector, options)
    document["pairs"] = _paired(inspector, options)
    if options.json:
        print(json.dumps(document, ensure_ascii=False, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
