"""What each rule of the annotators says of ordinary texts, per source; and what the gate of illegal content costs or changes.

    .venv/bin/python evals/corpus_annotators.py [--limit N] [--json] [SOURCE …]

Every ordinary source of ``evals/moderation.py``, and the English documentation and source files of the standard library, go through the
annotators (all but personal data, which has its own script). Shown is the share of documents in which each rule found anything, and apart from that
what *may drop*: an illegal finding that its context does not excuse, with a score of ``DROPS`` or more. All other rules only inform or flag.
Beside them the three filters of datatrove where ``--datatrove PYTHON`` names an interpreter that has it: the share that each would drop.

Then the gate: on all examples and twins of all goals, and on the harmful and ordinary sources, findings with the gate are
compared with those of the engine alone. They must be the same.

The exit status is 1 if anything that may drop stands in more than 0.5 % of a source's documents, or a finding is lost.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import sysconfig
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.console import Console
from rich.table import Table

from brightline.corpus.annotators import language, poisoning, quality, rights
from brightline.curation import generated, illegal
from brightline.model import Side
from brightline.moderation import goals_in_force
from brightline.rulebook import load_rulebook
from brightline.text import TextEngine
from moderation import SEED, SOURCES, wilson

BUDGET = 0.005  # issue 6: at most 0.5 % of the documents of a source dropped
DROPS = 0.8
"""Score from which an illegal finding may drop a document: goals that may stop a post, which score 1 unless excused."""
PEER = Path(__file__).parents[1] / "benchmarks" / "corpus_annotators_peers.py"
_KEY = "00" * 32


@dataclass
class Row:
    """``rules``: rule → documents in which it found anything. ``may_drop``: documents with what may drop. ``peer``: filter → documents dropped."""

    source: str
    documents: int
    may_drop: int
    interval: tuple[float, float]
    rules: dict[str, int]
    languages: dict[str, int]
    peer: dict[str, int]

    @property
    def is_over(self) -> bool:
        return self.may_drop / max(self.documents, 1) > BUDGET


def main() -> int:
    options = _options()
    data = Path(os.environ.get("BRIGHTLINE_DATA", "../shared/data"))
    kernels = [module.kernel(_KEY) for module in (illegal, rights, quality, poisoning, generated, language)]
    rows, skipped = [], []
    for name, texts in _sources(data, skipped):
        if options.sources and not any(wanted in name for wanted in options.sources):
            continue
        if options.limit and len(texts) > options.limit:
            texts = random.Random(SEED).sample(texts, options.limit)
        rows.append(_measured(name, texts, kernels, options.datatrove))
    compared = {name: _lost(texts) for name, texts in _for_the_gate(data, options.limit)}
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "gate": compared, "skipped": skipped}, ensure_ascii=False, indent=1))
    else:
        _show(rows, compared, skipped)
    return int(any(row.is_over for row in rows) or any(each["lost"] for each in compared.values()))


def _sources(data: Path, skipped: list[str]) -> Iterator[tuple[str, list[str]]]:
    seen = set()
    for source in SOURCES:
        path = data / source.path
        if source.harmful or (source.path, source.read) in seen:
            continue
        seen.add((source.path, source.read))
        if path.is_file():
            yield source.name, [text for text in source.read(path) if text.strip()]
        else:
            skipped.append(f"SKIPPED {source.name}: no {source.path} under {data} (set BRIGHTLINE_DATA)")
    library = Path(sysconfig.get_paths()["stdlib"])
    yield "Python sources", [path.read_text("utf-8", "replace") for path in sorted(library.glob("*.py"))]


def _measured(name: str, texts: list[str], kernels: Sequence[Any], datatrove: str) -> Row:
    documents = pa.table({"text": pa.array(texts, pa.large_string())})
    rules: Counter[str] = Counter()
    dropped: set[int] = set()
    languages: Counter[str] = Counter()
    for kernel in kernels:
        made = kernel.annotate(documents)
        if kernel.name == "language":
            languages.update(made.column("language").to_pylist())
            continue
        for number, findings in enumerate(made.column("findings").to_pylist()):
            rules.update({_shown(each["rule"]) for each in findings if not each["validator"].startswith("excused")})
            if kernel.name == "illegal" and any(each["score"] >= DROPS and each["validator"] == "goal" for each in findings):
                dropped.add(number)
    peer = _peer(texts, languages, datatrove) if datatrove else {}
    return Row(
        name, len(texts), len(dropped), wilson(len(dropped), len(texts)), dict(rules.most_common()), dict(languages.most_common(4)), peer
    )


def _shown(rule: str) -> str:
    return ".".join(rule.split(".")[:2]) if rule.startswith("illegal.") else rule


def _peer(texts: list[str], languages: Counter[str], python: str) -> dict[str, int]:
    is_chinese = sum(count for name, count in languages.items() if name.startswith("zh")) * 2 > len(texts)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)
        file.flush()
        command = [python, str(PEER), "datatrove", file.name, "zh" if is_chinese else "en"]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout
    return {each["filter"]: len(texts) - each["kept"] for each in json.loads(answer.strip().splitlines()[-1])}


def _for_the_gate(data: Path, limit: int) -> Iterator[tuple[str, list[str]]]:
    book = goals_in_force(load_rulebook())
    yield "examples and twins of the goals", [each.text for goal in book for each in (*goal.examples, *goal.twins)]
    texts = [text for source in SOURCES if (data / source.path).is_file() for text in list(source.read(data / source.path))[: limit or 500]]
    if texts:
        yield "harmful and ordinary sources", texts
        random.Random(SEED).shuffle(texts)
        yield "the same, thirty in a document", ["\n".join(texts[begin : begin + 30]) for begin in range(0, len(texts), 30)]


def _lost(texts: list[str]) -> dict[str, int]:
    """Findings of the engine alone, and how many of them the kernel has not, or has beyond them."""
    engine = TextEngine(goals_in_force(load_rulebook()), late_lanes=False)
    made = illegal.kernel(_KEY).annotate(pa.table({"text": pa.array(texts, pa.large_string())}))
    count = lost = more = 0
    for text, findings in zip(texts, made.column("findings").to_pylist(), strict=True):
        alone = {
            (f"illegal.{each.goal}", min(span.start for span in each.spans), max(span.end for span in each.spans))
            for each in engine.scan(text, Side.POST)
        }
        here = {(each["rule"], each["start"], each["end"]) for each in findings}
        count, lost, more = count + len(alone), lost + len(alone - here), more + len(here - alone)
    return {"documents": len(texts), "findings": count, "lost": lost, "more": more}


def _show(rows: list[Row], compared: dict[str, dict[str, int]], skipped: list[str]) -> None:
    table = Table("source", "documents", "may drop", "95 %", "rules that found anything, % of documents", "datatrove would drop, %")
    for row in rows:
        rules = ", ".join(f"{rule} {100 * count / row.documents:.2f}" for rule, count in list(row.rules.items())[:8])
        peer = ", ".join(f"{name} {100 * count / row.documents:.0f}" for name, count in row.peer.items())
        share = f"{100 * row.may_drop / row.documents:.2f} %{' OVER' if row.is_over else ''}"
        low, high = row.interval
        table.add_row(row.source, str(row.documents), share, f"{100 * low:.2f}–{100 * high:.2f}", rules or "none", peer)
    console = Console(width=180)
    console.print(table)
    for name, each in compared.items():
        console.print(f"gate, {name}: {each['documents']} documents, {each['findings']} findings, lost {each['lost']}, more {each['more']}")
    for line in skipped:
        console.print(line)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="*", help="only sources whose name contains one of these")
    parser.add_argument("--limit", type=int, default=0, help="at most so many texts of a source")
    parser.add_argument(
        "--datatrove", default="", metavar="PYTHON", help="an interpreter that has datatrove: measure its filters on the same texts"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
