"""Do the lanes see through disguises, and what do they cost ordinary people?

    .venv/bin/python evals/obfuscation.py [--json] [--pairs N] [--ordinary N] [TRANSFORM …]

Seeds: the examples of the shipped goals, and ``seeds.jsonl``, written by somebody who had not read the words of the goals. Only
seeds that the engine finds undisguised count. Each is put in every disguise of ``brightline.text.transforms`` (depth 1), and a
sample of them, drawn with a fixed seed, in every two disguises (depth 2). A disguise that leaves a seed as it is does not count.
A text is *found* if any goal is met without an exception. Shares come with 95 % Wilson intervals. Beside the engine, in the same run:

    block lanes  the engine with base and skip alone, as before the late lanes
    NFKC         a keyword filter with our own words over the NFKC, case-folded text
    keywords     the same over the text, case folded: the peer of ``moderation.py``

Then what the late lanes alone find in ordinary texts: of each source of ``moderation.py`` a sample, with late lanes and without.
The exit status is 1 if a lane misses its goal (issue 4): 95 % for base, skip, shape and split, 85 % for the others.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

from brightline.model import Finding, Outcome, Side
from brightline.moderation import goal_book
from brightline.rulebook import load_rulebook
from brightline.text import GoalBook, TextEngine
from brightline.text.transforms import TRANSFORMS, Attack, compose
from moderation import SEED, SOURCES, KeywordFilter, wilson

SEEDS_FILE = Path(__file__).parent / "seeds.jsonl"
DATA = Path(os.environ.get("BRIGHTLINE_DATA", Path(__file__).parents[2] / "shared" / "data"))
GOALS = {"base": 0.95, "skip": 0.95, "shape": 0.95, "split": 0.95, "sound": 0.85, "symbol": 0.85, "order": 0.85, "decoded": 0.85}


class Seed(NamedTuple):
    """A text that must be found, and where it comes from: ``goals`` or ``seeds``."""

    text: str
    side: Side
    origin: str


@dataclass
class Tally:
    """Texts in one kind of disguise, and by how many of them whom found what. ``hidden``: not found by the block lanes."""

    texts: int = 0
    found: int = 0
    block: int = 0
    nfkc: int = 0
    keywords: int = 0

    def add(self, other: Tally) -> None:
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)


class Judges:
    """The engine and those it is compared with."""

    def __init__(self, book: GoalBook) -> None:
        self.engine = TextEngine(book)
        self.block = TextEngine(book, late_lanes=False)
        self._keywords = KeywordFilter(book)

    def judge(self, text: str, side: Side) -> Tally:
        folded = unicodedata.normalize("NFKC", text).casefold()
        return Tally(
            1,
            counts(self.engine.scan(text, side)),
            counts(self.block.scan(text, side)),
            self._keywords.hits(folded, side),
            self._keywords.hits(text, side),
        )


def counts(findings: Iterable[Finding]) -> bool:
    """True if a goal is met without an exception."""
    return any(not finding.exceptions and finding.effect is not Outcome.ALLOW for finding in findings)


def read_seeds(book: GoalBook) -> list[Seed]:
    """All seeds, each text once a side."""
    seeds = [Seed(example.text, example.side, "goals") for goal in book for example in goal.examples]
    rows = map(json.loads, SEEDS_FILE.read_text("utf-8").splitlines())
    seeds += [Seed(row["text"], Side(row["side"]), "seeds") for row in rows]
    return list({(seed.text, seed.side): seed for seed in seeds}.values())


def attacked(seed: Seed, attack: Attack) -> str | None:
    """The seed in disguise; None if one of the disguises changed nothing. The same on every run."""
    rng = random.Random(f"{SEED}:{attack.name}:{seed.text}")
    text = seed.text
    for transform in attack.transforms:
        before, text = text, transform.apply(text, rng)
        if text == before:
            return None
    return text


def measure(seeds: Sequence[Seed], attack: Attack, judges: Judges) -> dict[str, Tally]:
    """What was found of the seeds in this disguise, by their origin."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    for seed in seeds:
        text = attacked(seed, attack)
        if text is not None:
            tallies[seed.origin].add(judges.judge(text, seed.side))
    return tallies


def together(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for tally in tallies:
        total.add(tally)
    return total


def cost(judges: Judges, limit: int) -> tuple[list[dict[str, Any]], list[str]]:
    """For each ordinary source: texts found by the block lanes, and by the late lanes only, with the lanes and goals."""
    rows: list[dict[str, Any]] = []
    skipped: list[str] = []
    for source in SOURCES:
        if source.harmful:
            continue
        path = DATA / source.path
        if not path.is_file():
            skipped.append(f"SKIPPED {source.name}: no {source.path} (set BRIGHTLINE_DATA)")
            continue
        texts = [text for text in source.read(path) if text.strip()]
        texts = random.Random(SEED).sample(texts, min(limit, len(texts)))
        block = late = stopped = 0
        lanes: Counter[str] = Counter()
        goals: Counter[str] = Counter()
        spent = {True: 0.0, False: 0.0}
        for text in texts:
            started = time.process_time()
            findings = [finding for finding in judges.engine.scan(text, source.side) if counts([finding])]
            middle = time.process_time()
            before = {finding.goal for finding in judges.block.scan(text, source.side) if counts([finding])}
            spent[True] += middle - started
            spent[False] += time.process_time() - middle
            new = [finding for finding in findings if finding.goal not in before]
            block += bool(before)
            late += bool(new) and not before
            stopped += any(finding.effect.stops for finding in new)
            lanes.update({finding.lane for finding in new})
            goals.update({finding.goal for finding in new})
        total = len(texts)
        rows.append(
            {
                "source": source.name,
                "side": source.side.value,
                "texts": total,
                "block": block / total,
                "late_only": late / total,
                "interval": wilson(late, total),
                "late_stops": stopped / total,
                "lanes": dict(lanes.most_common()),
                "goals": dict(goals.most_common(4)),
                "us_all": spent[True] / total * 1e6,
                "us_block": spent[False] / total * 1e6,
            }
        )
    return rows, skipped


def share(hits: int, total: int) -> str:
    low, high = wilson(hits, total)
    return f"{hits / total if total else 0:6.1%} [{low:4.0%} {high:4.0%}]"


def line(name: str, lane: str, tally: Tally, own: Tally | None = None) -> str:
    wrote = share(own.found, own.texts) if own and own.texts else ""
    return (
        f"{name:22} {lane:8} {tally.texts:6} {share(tally.found, tally.texts):20} {wrote:20} "
        f"{tally.block / max(tally.texts, 1):11.1%} {tally.nfkc / max(tally.texts, 1):8.1%} {tally.keywords / max(tally.texts, 1):9.1%}"
    )


HEAD = f"{'':22} {'lane':8} {'texts':>6} {'found':20} {'of our own seeds':20} {'block lanes':>11} {'NFKC':>8} {'keywords':>9}"


def show_recall(
    single: dict[str, dict[str, Tally]], pairs: dict[str, Tally], by_lane: dict[tuple[int, str], Tally], missed: Sequence[tuple[int, str]]
) -> None:
    """What was found in each disguise, in each lane, and the pairs that hide most."""
    print(f"\nDepth 1\n{HEAD}")
    for name, tallies in single.items():
        print(line(name, TRANSFORMS[name].lane, together(tallies.values()), tallies.get("seeds")))
    for depth in (1, 2) if pairs else (1,):
        print(f"\nBy lane, depth {depth}\n{HEAD}")
        for lane in GOALS:
            if by_lane[depth, lane].texts:
                print(line("", lane, by_lane[depth, lane]) + ("  MISSED" if (depth, lane) in missed else ""))
        print(line("all", "", together(tally for (at, _), tally in by_lane.items() if at == depth)))
    worst = sorted((tally for tally in pairs.items() if tally[1].texts >= 10), key=lambda row: row[1].found / row[1].texts)
    if worst:
        print("\nHardest pairs: " + ", ".join(f"{name} {tally.found / tally.texts:.0%}" for name, tally in worst[:12]))


def show_cost(rows: Sequence[dict[str, Any]]) -> None:
    """What the late lanes find in ordinary texts."""
    if rows:
        print(
            f"\nOrdinary texts\n{'source':24} {'side':7} {'texts':>6} {'block lanes':>11}  {'late lanes only':20} {'stops':>7} {'µs':>6} {'(block)':>8}  lanes; goals"
        )
    for row in rows:
        low, high = row["interval"]
        print(
            f"{row['source']:24} {row['side']:7} {row['texts']:6} {row['block']:11.2%}  {row['late_only']:7.2%} [{low:5.2%} {high:5.2%}] {row['late_stops']:7.2%} "
            f"{row['us_all']:6.0f} {row['us_block']:8.0f}  {row['lanes'] or '-'} {row['goals'] or ''}"
        )


def show_misses(name: str, seeds: Sequence[Seed], judges: Judges, most: int) -> None:
    """Some seeds that are not found in one disguise."""
    texts = [(seed, attacked(seed, compose(name))) for seed in seeds]
    misses = [(seed.text, text) for seed, text in texts if text is not None and not counts(judges.engine.scan(text, seed.side))]
    for plain, text in random.Random(SEED).sample(misses, min(most, len(misses))):
        print(f"{name}: {text}\n    {plain}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Recall under disguises, and what the late lanes cost ordinary texts.")
    parser.add_argument("transforms", nargs="*", metavar="TRANSFORM", help="only these disguises, at depth 1")
    parser.add_argument("--pairs", type=int, default=40, metavar="N", help="seeds drawn for every pair of disguises (0: none)")
    parser.add_argument("--ordinary", type=int, default=1000, metavar="N", help="texts drawn of every ordinary source (0: none)")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--show-misses", type=int, default=0, metavar="N", help="print N missed texts of each disguise")
    options = parser.parse_args()

    judges = Judges(goal_book(load_rulebook()))
    every = read_seeds(judges.engine.book)
    seeds = [seed for seed in every if counts(judges.engine.scan(seed.text, seed.side))]
    names = [name for name in TRANSFORMS if not options.transforms or name in options.transforms]
    single = {name: measure(seeds, compose(name), judges) for name in names}
    pairs: dict[str, Tally] = {}
    if not options.transforms:
        for first, second in combinations(TRANSFORMS, 2):
            attack = compose(first, second)
            fit = [seed for seed in random.Random(f"{SEED}:{attack.name}").sample(seeds, len(seeds)) if attacked(seed, attack) is not None]
            pairs[attack.name] = together(measure(fit[: options.pairs], attack, judges).values())
    by_lane: dict[tuple[int, str], Tally] = defaultdict(Tally)
    for name, tallies in single.items():
        by_lane[1, TRANSFORMS[name].lane].add(together(tallies.values()))
    for name, tally in pairs.items():
        # Two disguises are seen through if the harder lane does its part: its goal is the one that counts.
        by_lane[2, max((TRANSFORMS[part].lane for part in name.split("+")), key=list(GOALS).index)].add(tally)
    rows, skipped = cost(judges, options.ordinary) if options.ordinary and not options.transforms else ([], [])
    missed = [(depth, lane) for (depth, lane), tally in by_lane.items() if tally.texts and tally.found / tally.texts < GOALS[lane]]

    if options.json:
        lanes = [{"depth": depth, "lane": lane, **asdict(tally)} for (depth, lane), tally in by_lane.items()]
        document = {
            "seeds": {"all": len(every), "found": len(seeds)},
            "depth 1": {name: {origin: asdict(tally) for origin, tally in tallies.items()} for name, tallies in single.items()},
            "depth 2": {name: asdict(tally) for name, tally in pairs.items()},
            "lanes": lanes,
            "ordinary": rows,
            "skipped": skipped,
        }
        print(json.dumps(document, ensure_ascii=False, indent=1))
        return int(bool(missed))
    for origin in ("goals", "seeds"):
        told = [seed.origin == origin for seed in every]
        print(f"{origin}: {sum(seed.origin == origin for seed in seeds)} of {sum(told)} seeds found undisguised")
    show_recall(single, pairs, by_lane, missed)
    show_cost(rows)
    for name in names if options.show_misses else ():
        show_misses(name, seeds, judges, options.show_misses)
    for each in skipped:
        print(each)
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
