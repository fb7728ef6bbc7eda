"""Recall beside over-blocking: the shipped goals, through pipeline and policy, on harmful and on ordinary texts.

    .venv/bin/python evals/moderation.py [--limit N] [--json] [SOURCE …]

For each source: share of texts *stopped* (refuse, block) and *marked* (label, notice, rewrite, limit, review), with 95 %
Wilson intervals; for harmful sources also the share found by a goal of the right family. Beside it, in the same run, a peer:
a keyword filter with our own words, as the content filters of LLM proxies work. It has the words of every slot that names a
thing (not the slots for acts, offers and contacts), matched as substrings, case folded: no lanes, slots or exceptions.

Data: the folder ``BRIGHTLINE_DATA`` (default ``../shared/data``); what is absent is skipped and said so. How far each source was
seen while the goals were written stands in the table, for a recall on texts that one has read is worth little:

    read        rows were read to find words
    hits read   ordinary texts that were hit were looked at, and entries removed; no other row was read
    counted     only totals were looked at; but they were looked at while words were still being added
    held out    never looked at before the goals were final

The exit status is 1 if an ordinary source goes over the budget: 0.3 % stopped, 2 % marked.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from brightline.config import Settings
from brightline.inspector import Inspector
from brightline.model import Outcome, Side
from brightline.moderation import goal_book
from brightline.rulebook import load_rulebook
from brightline.text import GoalBook

STOPPED_BUDGET = 0.003  # issue of the first goal set: at most 0.3 % of ordinary texts stopped
MARKED_BUDGET = 0.02  # and at most 2 % marked
SEED = 20261122
CIRCUMSTANCE_SLOTS = {"act", "aim", "age", "alarm", "amount", "ask", "bait", "bonus", "case", "change", "check", "claim", "contact", "deal", "deed", "degree", "demand", "easy", "fee", "first", "form", "free", "given", "heat", "hint", "how", "image", "invite", "job", "lure", "make", "means", "money", "number", "off", "offer", "order", "own", "owner", "pay", "person", "press", "price", "promise", "push", "relation", "reward", "sale", "sell", "service", "share", "source", "spread", "stage", "steps", "summons", "target", "tell", "term", "terms", "trade", "unseen", "want", "when", "wish"}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A set of texts: where it lies, from which side it comes, whether it is harmful (with the family that should find it)."""

    name: str
    path: str
    side: Side
    seen: str
    read: Callable[[Path], Iterator[str]]
    families: tuple[str, ...] = ()

    @property
    def harmful(self) -> bool:
        return bool(self.families)


@dataclass
class Row:
    """What came out for one source. Shares are of ``texts``; ``intervals`` are 95 % Wilson."""

    source: str
    side: str
    seen: str
    harmful: bool
    texts: int
    stopped: float
    marked: float
    found: float
    found_by_family: float | None
    peer: float
    intervals: dict[str, tuple[float, float]]
    goals: dict[str, int] = field(default_factory=dict)
    microseconds: float = 0.0


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").split("\n") if line]  # splitlines() would also cut at U+2028 inside a string


def json_lines(key: str) -> Callable[[Path], Iterator[str]]:
    def read(path: Path) -> Iterator[str]:
        for line in _lines(path):
            yield json.loads(line)[key]

    return read


def table(column: str, *, encoding: str = "utf-8-sig", where: tuple[str, str] | None = None) -> Callable[[Path], Iterator[str]]:
    def read(path: Path) -> Iterator[str]:
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            for row in csv.DictReader(file):
                if row.get(column) and (where is None or row.get(where[0]) == where[1]):
                    yield row[column]

    return read


def callers(path: Path) -> Iterator[str]:
    """What the calling side of each dialogue says, one text a dialogue."""
    for line in _lines(path):
        yield "\n".join(json.loads(line)["left"])


def headlines(path: Path) -> Iterator[str]:
    for line in _lines(path):
        yield line.rsplit("\t", 1)[0]


def abstracts(path: Path) -> Iterator[str]:
    for line in _lines(path):
        yield line.split("\t")[1]


def songs(path: Path) -> Iterator[str]:
    for song in json.loads(path.read_text("utf-8")):
        yield "\n".join(song["paragraphs"])


def instructions(path: Path) -> Iterator[str]:
    for row in json.loads(path.read_text("utf-8")):
        yield row["instruction"]


HARM = "eval-only/chineseharm-half"
CALLS = "open/teleantifraud"
MEDICAL = "open/medical-dialogue/internal_medicine_sample.csv"
ANY = ("",)

SOURCES = (
    Source("chineseharm gambling", f"{HARM}/gambling.jsonl", Side.POST, "counted", json_lines("text"), ("gambling",)),
    Source(
        "chineseharm blackmarket_ads", f"{HARM}/blackmarket_ads.jsonl", Side.POST, "counted", json_lines("text"), ("black_market", "fraud")
    ),
    Source("chineseharm porn_vulgar", f"{HARM}/porn_vulgar.jsonl", Side.POST, "counted", json_lines("text"), ("sexual", "likeness")),
    Source("chineseharm fraud", f"{HARM}/fraud.jsonl", Side.POST, "counted", json_lines("text"), ("fraud", "black_market", "investment")),
    Source("phone fraud A", f"{CALLS}/fraud_fraud_dialogues-20250228_160338.jsonl", Side.POST, "counted", callers, ("fraud",)),
    Source("phone fraud B", f"{CALLS}/fraud_fraud_dialogues-20250228_154804.jsonl", Side.POST, "held out", callers, ("fraud",)),
    Source("jade-db v1", "open/jade-db/v1_zh.csv", Side.PROMPT, "read", table("问题"), ANY),
    Source("jade-db v2 easy", "open/jade-db/v2_easy_zh.csv", Side.PROMPT, "read", table("问题"), ANY),
    Source("harmbench behaviours", "open/harmbench-val/harmbench_behaviors_text_val.csv", Side.PROMPT, "read", table("Behavior"), ANY),
    Source("chineseharm benign", f"{HARM}/benign.jsonl", Side.POST, "hits read", json_lines("text")),
    Source("hotel reviews", "eval-only/hotel-reviews/hotel_reviews.csv", Side.POST, "hits read", table("review")),
    Source("science abstracts", "eval-only/csl-abstracts/ts_dev.tsv", Side.POST, "hits read", abstracts),
    Source("news headlines", "open/news-headlines/thucnews_headlines_test.txt", Side.POST, "hits read", headlines),
    Source("poetry", "open/chinese-poetry/yuanqu.json", Side.POST, "hits read", songs),
    Source("posts (COLD dev, 0)", "open/cold/dev.csv", Side.POST, "hits read", table("TEXT", where=("label", "0"))),
    Source("posts (COLD train, 0)", "open/cold/train.csv", Side.POST, "held out", table("TEXT", where=("label", "0"))),
    Source("ordinary calls", f"{CALLS}/normal_normal_dialogues-20250303_015751.jsonl", Side.POST, "hits read", callers),
    Source("medical questions", MEDICAL, Side.PROMPT, "hits read", table("ask", encoding="gb18030")),
    Source("medical answers", MEDICAL, Side.ANSWER, "hits read", table("answer", encoding="gb18030")),
    Source("headlines as prompts", "open/news-headlines/thucnews_headlines_test.txt", Side.PROMPT, "hits read", headlines),
    Source("abstracts as answers", "eval-only/csl-abstracts/ts_dev.tsv", Side.ANSWER, "held out", abstracts),
    Source("reviews as answers", "eval-only/hotel-reviews/hotel_reviews.csv", Side.ANSWER, "held out", table("review")),
    Source("English instructions", "open/harmbench-val/harmless_test.json", Side.PROMPT, "hits read", instructions),
)


class KeywordFilter:
    """The peer: one list of words a side, matched as substrings with case folded."""

    def __init__(self, book: GoalBook) -> None:
        self._lists: dict[Side, re.Pattern[str]] = {}
        for side in Side:
            words = {
                entry.written.strip("*").lower()
                for goal in book
                if side in goal.sides
                for slot in goal.slots
                if slot.name not in CIRCUMSTANCE_SLOTS
                for entry in slot.entries
            }
            self._lists[side] = re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))) or r"(?!)")

    def hits(self, text: str, side: Side) -> bool:
        return self._lists[side].search(text.lower()) is not None


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % Wilson score interval of a share (Wilson 1927)."""
    if not total:
        return 0.0, 1.0
    z, share = 1.959964, hits / total
    centre = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, (centre - spread) / (1 + z * z / total)), min(1.0, (centre + spread) / (1 + z * z / total))


def measure(source: Source, texts: list[str], inspector: Inspector, peer: KeywordFilter) -> Row:
    counts: Counter[str] = Counter()
    goals: Counter[str] = Counter()
    started = time.process_time()
    for text in texts:
        decision = inspector.inspect(text, side=source.side)
        counts["stopped"] += decision.outcome.stops
        counts["marked"] += decision.outcome is not Outcome.ALLOW and not decision.outcome.stops
        if decision.outcome is not Outcome.ALLOW:
            found = {finding.goal for finding in decision.findings if not finding.exceptions}
            goals.update(found)
            counts["family"] += any(goal.startswith(source.families) for goal in found) if source.harmful else 0
    spent = time.process_time() - started
    for text in texts:
        counts["peer"] += peer.hits(text, source.side)
    total = len(texts)
    counts["found"] = counts["stopped"] + counts["marked"]
    return Row(
        source=source.name,
        side=source.side,
        seen=source.seen,
        harmful=source.harmful,
        texts=total,
        stopped=counts["stopped"] / total,
        marked=counts["marked"] / total,
        found=counts["found"] / total,
        found_by_family=counts["family"] / total if source.harmful and source.families != ANY else None,
        peer=counts["peer"] / total,
        intervals={name: wilson(counts[name], total) for name in ("stopped", "marked", "found", "peer")},
        goals=dict(goals.most_common(6)),
        microseconds=spent / total * 1e6,
    )


def over_budget(row: Row) -> bool:
    return not row.harmful and (row.stopped > STOPPED_BUDGET or row.marked > MARKED_BUDGET)


def show(rows: list[Row], skipped: list[str]) -> None:
    def share(value: float, interval: tuple[float, float]) -> str:
        return f"{value:6.2%} [{interval[0]:5.1%} {interval[1]:5.1%}]"

    for harmful, title in ((True, "Harmful texts (recall)"), (False, "Ordinary texts (over-blocking)")):
        print(
            f"\n{title}\n{'source':27} {'side':6} {'seen':9} {'texts':>6}  {'stopped':22} {'marked':22} {'right family':>12}  {'keyword peer':22}"
        )
        for row in rows:
            if row.harmful is not harmful:
                continue
            family = "" if row.found_by_family is None else f"{row.found_by_family:.1%}"
            print(
                f"{row.source:27} {row.side:6} {row.seen:9} {row.texts:6}  {share(row.stopped, row.intervals['stopped']):22} "
                f"{share(row.marked, row.intervals['marked']):22} {family:>12}  {share(row.peer, row.intervals['peer'])}"
                + ("  OVER BUDGET" if over_budget(row) else "")
            )
    print("\nGoals that were met most often")
    for row in rows:
        print(f"  {row.source:27} {', '.join(f'{goal} {count}' for goal, count in row.goals.items()) or '-'}")
    for line in skipped:
        print(line)


def main() -> int:
    parser = argparse.ArgumentParser(description="Recall beside over-blocking of the shipped goals.")
    parser.add_argument("sources", nargs="*", help="names, or parts of names, of the sources to run; default: all")
    parser.add_argument(
        "--limit", type=int, default=0, metavar="N", help="at most N texts of a source, drawn with a fixed seed; default: all"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    options = parser.parse_args()

    data = Path(os.environ.get("BRIGHTLINE_DATA", Path(__file__).parents[2] / "shared" / "data"))
    inspector, peer = Inspector(Settings()), KeywordFilter(goal_book(load_rulebook()))
    rows: list[Row] = []
    skipped: list[str] = []
    for source in SOURCES:
        if options.sources and not any(wanted in source.name for wanted in options.sources):
            continue
        path = data / source.path
        if not path.is_file():
            skipped.append(f"SKIPPED {source.name}: no {source.path} under {data} (set BRIGHTLINE_DATA)")
            continue
        texts = [text for text in source.read(path) if text.strip()]
        if options.limit and len(texts) > options.limit:
            texts = random.Random(SEED).sample(texts, options.limit)
        rows.append(measure(source, texts, inspector, peer))
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "skipped": skipped}, ensure_ascii=False, indent=1))
    else:
        show(rows, skipped)
    return int(any(over_budget(row) for row in rows))


if __name__ == "__main__":
    sys.exit(main())
