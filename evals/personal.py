"""How much personal data is found, how many look-alikes are taken for it, and what ordinary texts cost.

    .venv/bin/python evals/personal.py [--items FILE …] [--json] [--misses N] [--presidio PYTHON] [--data-juicer FOLDER]

``personal/items.jsonl``, ``personal/third/items.jsonl`` and ``personal/fourth/items.jsonl``: texts by people who had not read the detectors,
nor the later ones those of the earlier (``personal/README.md`` says what counts). They are measured and printed apart; ``--items`` names
others. Recall for each rule and shape, exact spans, decoys that were flagged; shares come with 95 % Wilson intervals. Then findings per million
characters in the ordinary corpora of ``BRIGHTLINE_DATA`` (default ``../shared/data``), whose rows are never printed. Peers, on the same items
in the same run:

    presidio     Microsoft Presidio in an interpreter of its own (``--presidio``): all its recognisers, blank pipelines for zh and en
    data-juicer  the expressions of its pii_redaction_mapper, read from its unpacked source (``--data-juicer``), as the mapper applies them

The exit status is 1 below the goals of issue 6: recall 97 %, decoys flagged 2 %.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import os
import re
import subprocess
import sys
import types
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from brightline.corpus.personal import RULES, find
from moderation import wilson

HERE = Path(__file__).parent
ITEMS = tuple(HERE / "personal" / place / "items.jsonl" for place in ("", "third", "fourth"))
DATA = Path(os.environ.get("BRIGHTLINE_DATA", HERE.parents[1] / "shared" / "data"))
RECALL, FLAGGED = 0.97, 0.02

Span = tuple[int, int, str]
Spans = Callable[[Sequence["Item"]], list[list[Span]]]


class Item(NamedTuple):
    text: str
    lang: str
    spans: list[Span]
    decoys: list[Span]
    shape: str


@dataclass
class Tally:
    """Spans that were wanted, found, named by their rule, and found to the character."""

    wanted: int = 0
    found: int = 0
    named: int = 0
    exact: int = 0


@dataclass
class Result:
    rules: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    shapes: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    decoys: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    extra: int = 0
    misses: list[str] = field(default_factory=list)


def read_items(lines: Iterable[str]) -> list[Item]:
    """The items; raises ValueError with the line of one whose spans lie outside of its text or whose rule is unknown."""
    items = []
    for number, line in enumerate(lines, 1):
        row = json.loads(line)
        spans, decoys = ([(start, end, word) for start, end, word in row[key]] for key in ("spans", "decoys"))
        if any(not 0 <= start < end <= len(row["text"]) for start, end, _ in spans + decoys) or any(
            rule not in RULES for _, _, rule in spans
        ):
            raise ValueError(f"line {number}: a span lies outside of its text, or its rule is unknown")
        items.append(Item(row["text"], row["lang"], spans, decoys, row["shape"]))
    return items


def covers(found: Iterable[Span], start: int, end: int) -> list[Span]:
    """Findings that cover half of a span or more."""
    return [hit for hit in found if 2 * (min(hit[1], end) - max(hit[0], start)) >= end - start]


def measure(items: Sequence[Item], found: Sequence[Sequence[Span]]) -> Result:
    """What was found of the items."""
    result = Result()
    for item, hits in zip(items, found, strict=True):
        real = [hit for hit in hits if hit[2] not in RULES or not RULES[hit[2]].informational]
        for start, end, rule in item.spans:
            over = covers(hits, start, end)
            for tally in (result.rules[rule], result.shapes[item.shape]):
                tally.wanted += 1
                tally.found += bool(over)
                tally.named += any(hit[2] == rule for hit in over)
                tally.exact += any(hit[:2] == (start, end) for hit in over)
            if not over:
                result.misses.append(f"missed {rule}: {_around(item.text, start, end)}")
        for start, end, why in item.decoys:
            result.decoys[why] += 1
            over = covers(real, start, end)
            if over:
                result.flagged[why] += 1
                result.misses.append(f"flagged {why} as {over[0][2]}: {_around(item.text, start, end)}")
        labelled = [*item.spans, *item.decoys]
        result.extra += sum(not any(hit[0] < end and start < hit[1] for start, end, _ in labelled) for hit in real)
    return result


def _around(text: str, start: int, end: int) -> str:
    return (text[max(0, start - 24) : start] + "⟦" + text[start:end] + "⟧" + text[end : end + 10]).replace("\n", "⏎")


def ours(items: Sequence[Item]) -> list[list[Span]]:
    return [[(hit.start, hit.end, hit.rule) for hit in find(item.text)] for item in items]


def presidio(python: str) -> Spans:
    """Presidio as its users have it without a model: each text under its own language and under English."""

    def spans(items: Sequence[Item]) -> list[list[Span]]:
        asked = "\n".join(json.dumps([item.text, "zh" if item.lang == "zh" else "en"]) for item in items)
        done = subprocess.run(
            [python, str(HERE / "personal_presidio.py")], input=asked, capture_output=True, text=True, check=True, timeout=3600
        )
        return [[(start, end, entity) for start, end, entity in json.loads(line)] for line in done.stdout.splitlines()]

    return spans


def data_juicer(folder: Path) -> Spans:
    """The expressions of data-juicer's mapper; what stands in their second group (the value behind a name), or all of the match."""
    patterns = data_juicer_patterns(folder)

    def spans(items: Sequence[Item]) -> list[list[Span]]:
        return [
            [
                (*match.span(2 if match.re.groups > 1 else 0), name)
                for name, pattern in patterns.items()
                for match in pattern.finditer(item.text)
            ]
            for item in items
        ]

    return spans


def data_juicer_patterns(folder: Path) -> Mapping[str, re.Pattern[str]]:
    """Its default set, without paths, links and channels, which are no personal data here. Its package is not started: it would install torch."""
    base = types.ModuleType("data_juicer.ops.base_op")
    base.OPERATORS = types.SimpleNamespace(register_module=lambda _: lambda operator: operator)  # type: ignore[attr-defined]  # a stand-in
    base.Mapper = object  # type: ignore[attr-defined]  # a stand-in
    sys.modules.update({"data_juicer": types.ModuleType("data_juicer"), "data_juicer.ops": types.ModuleType("ops"), base.__name__: base})
    spec = importlib.util.spec_from_file_location("pii_redaction_mapper", folder / "data_juicer/ops/mapper/pii_redaction_mapper.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    left_out = ("path", "url", "channel")
    patterns: Mapping[str, re.Pattern[str]] = {
        name: pattern for name, pattern in module._compile_patterns().items() if not name.startswith(left_out)
    }
    return patterns


def ordinary() -> Iterator[tuple[str, list[str]]]:
    """Ordinary corpora of the shared data: name and texts."""
    csv.field_size_limit(1 << 30)
    readers: tuple[tuple[str, str, Callable[[str], list[str]], str], ...] = (
        ("news headlines", "open/news-headlines/thucnews_headlines_test.txt", str.splitlines, "utf-8"),
        ("medical dialogue", "open/medical-dialogue/internal_medicine_sample.csv", _cells, "gb18030"),
        ("songs", "open/chinese-poetry/yuanqu.json", lambda text: ["\n".join(song["paragraphs"]) for song in json.loads(text)], "utf-8"),
        ("posts (COLD)", "open/cold/dev.csv", _cells, "utf-8"),
        ("abstracts (CSL)", "eval-only/csl-abstracts/ts_dev.tsv", str.splitlines, "utf-8"),
        ("hotel reviews", "eval-only/hotel-reviews/hotel_reviews.csv", _cells, "utf-8"),
        ("harmless instructions", "open/harmbench-val/harmless_test.json", lambda text: [str(row) for row in json.loads(text)], "utf-8"),
    )
    for name, path, read, encoding in readers:
        if (DATA / path).is_file():
            yield name, read((DATA / path).read_text(encoding, "replace"))
        else:
            print(f"SKIPPED {name}: no {path} (set BRIGHTLINE_DATA)", file=sys.stderr)


def _cells(text: str) -> list[str]:
    return ["\n".join(row) for row in csv.reader(text.splitlines())]


def cost(texts: Iterable[str]) -> tuple[int, Counter[str]]:
    """Characters, and findings by rule."""
    characters, found = 0, Counter[str]()
    for text in texts:
        characters += len(text)
        found.update(hit.rule for hit in find(text) if not RULES[hit.rule].informational)
    return characters, found


def summary(result: Result) -> dict[str, Any]:
    """Recall, naming, exactness and decoys in figures."""
    total = Tally(*(sum(getattr(tally, name) for tally in result.rules.values()) for name in ("wanted", "found", "named", "exact")))
    decoys, flagged = sum(result.decoys.values()), sum(result.flagged.values())
    share = {name: getattr(total, name) / max(total.wanted, 1) for name in ("found", "named", "exact")}
    return {"spans": total.wanted, **share, "interval": wilson(total.found, total.wanted), "decoys": decoys, "flagged": flagged / max(decoys, 1), "flagged_interval": wilson(flagged, decoys), "outside": result.extra}  # fmt: skip


def show(name: str, result: Result) -> None:
    figures = summary(result)
    low, high = figures["interval"]
    worst, best = figures["flagged_interval"]
    print(f"{name}: recall {figures['found']:.1%} [{low:.1%}–{high:.1%}] of {figures['spans']}, named {figures['named']:.1%}, exact {figures['exact']:.1%}; decoys flagged {figures['flagged']:.1%} [{worst:.1%}–{best:.1%}] of {figures['decoys']}; findings outside of all labels {figures['outside']}")  # fmt: skip


def set_name(path: Path) -> str:
    """What a set is called in the output: its place in ``personal/``, or the path that was given."""
    folder = HERE / "personal"
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)


def show_set(name: str, of_set: Mapping[str, Result], misses: int) -> None:
    print(f"\n== {name}")
    for system, result in of_set.items():
        show(system, result)
    show_rules(of_set["brightline"])
    show_decoys(of_set["brightline"])
    print(*of_set["brightline"].misses[:misses], sep="\n")


def show_decoys(result: Result) -> None:
    """The kinds of look-alikes of which any was flagged."""
    print(f"\n{'decoys flagged':48} {'decoys':>6} {'flagged':>7}")
    for why, flagged in result.flagged.most_common():
        print(f"{why:48} {result.decoys[why]:6} {flagged:7}")


def show_rules(result: Result) -> None:
    print(f"\n{'rule or shape':28} {'spans':>6} {'found':>7} {'named':>7} {'exact':>7}")
    for name, tally in [*sorted(result.rules.items()), *sorted(result.shapes.items())]:
        print(
            f"{name:28} {tally.wanted:6} {tally.found / tally.wanted:7.1%} {tally.named / tally.wanted:7.1%} {tally.exact / tally.wanted:7.1%}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--misses", type=int, default=0, help="print so many misses and flagged decoys")
    parser.add_argument("--presidio", metavar="PYTHON", help="an interpreter with presidio-analyzer")
    parser.add_argument("--data-juicer", metavar="FOLDER", type=Path, help="the unpacked wheel of py-data-juicer")
    parser.add_argument("--items", metavar="FILE", type=Path, nargs="+", default=ITEMS, help="sets of items, each measured for itself")
    options = parser.parse_args()
    systems: dict[str, Spans] = {"brightline": ours}
    systems |= {"presidio": presidio(options.presidio)} if options.presidio else {}
    systems |= {"data-juicer": data_juicer(options.data_juicer)} if options.data_juicer else {}
    results: dict[str, dict[str, Result]] = {}
    for path in options.items:
        if path.is_file():
            items = read_items(path.read_text("utf-8").splitlines())
            results[set_name(path)] = {name: measure(items, system(items)) for name, system in systems.items()}
        else:
            print(f"SKIPPED items: no {path}", file=sys.stderr)
    out: dict[str, Any] = {
        "items": {name: {system: summary(result) for system, result in of_set.items()} for name, of_set in results.items()},
        "ordinary": {},
    }
    for name, texts in ordinary():
        characters, found = cost(texts)
        out["ordinary"][name] = {"characters": characters, "findings": dict(found.most_common())}
    if options.json:
        print(json.dumps(out, ensure_ascii=False, indent=2))
    else:
        for name, of_set in results.items():
            show_set(name, of_set, options.misses)
        print(f"\n{'ordinary texts':24} {'million characters':>20} {'findings per million':>22}")
        for name, row in out["ordinary"].items():
            millions = row["characters"] / 1e6
            print(f"{name:24} {millions:20.2f} {sum(row['findings'].values()) / millions:22.1f}  {dict(list(row['findings'].items())[:5])}")
    ours_now = [of_set["brightline"] for of_set in out["items"].values()]
    return int(any(figures["found"] < RECALL or figures["flagged"] > FLAGGED for figures in ours_now))


if __name__ == "__main__":
    sys.exit(main())
