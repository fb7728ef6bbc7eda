"""How much machine-spun text is found, by the way in which it was spun, and how many natural texts are taken for it.

    .venv/bin/python evals/spin.py [--limit N] [--json] [--only spun|natural|look-alikes]

Texts are spun here and now (``spin_ways.py``, with the tables of ``spin/``) from articles that were written for this set and from natural texts:
medical answers of ``open/``, abstracts and reviews of ``eval-only/``, Python's manual. No row of them is printed or kept. Whoever writes the detector has
not read the tables, ways and articles; ``spin/README.md`` says what counts and what the set cannot say. Shares have 95 % Wilson intervals; one text spun
several ways gives rows that are no independent witnesses.

Then what is flagged that nobody spun: whole sources of ``evals/moderation.py``, also thirty texts in a page, and English texts of the environment; texts
that only look spun, by kind; and the articles themselves in the wording of Taiwan and Hong Kong (OpenCC).

The exit status is 1 if more than 0.1 % of a natural source is flagged. Recall is reported, not judged: what replaces one word in a hundred
cannot be told from a person's choice.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import random
import re
import sys
import sysconfig
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from pydoc_data.topics import topics
from typing import NamedTuple

import pyarrow as pa

import spin_ways as ways
from brightline.corpus.kernel import KernelSpec
from moderation import SEED, SOURCES, wilson

BUDGET = 0.001  # goal of this set: at most 0.1 % of the documents of a natural source flagged
KERNEL = "brightline.corpus.annotators.quality:kernel"
RULES = ("quality.machine_spin",)  # a finding whose rule begins so flags its document
DATA = Path(os.environ.get("BRIGHTLINE_DATA", Path(__file__).parents[2] / "shared" / "data"))
BATCH = 2_000  # documents: what the engine hands to a kernel
A_BASE = 150  # natural texts of a source that are spun: own choice, intervals of ±8 points at most
A_PAGE = 4  # articles in a long page
JOINED = 30  # natural texts in a long page
SPINS = 2  # times that each own text is spun

Way = Callable[[str, str, random.Random], ways.Spun | None]
WAYS: dict[str, Way] = {
    "synonyms, 20 %": lambda text, lang, chance: ways.replaced(text, lang, 0.2, chance),
    "synonyms, 40 %": lambda text, lang, chance: ways.replaced(text, lang, 0.4, chance),
    "synonyms, 80 %": lambda text, lang, chance: ways.replaced(text, lang, 0.8, chance),
    "spintax, never run": ways.spintax,
    "spintax, broken run": ways.torn,
    "parts shuffled": ways.shuffled,
}
DENSITIES = (0.0, 2.0, 4.0, 6.0, 8.0, 12.0, 100.0)  # words replaced per hundred characters (Chinese), per hundred words (English)


class Base(NamedTuple):
    """Texts to spin. ``seen``: whether whoever wrote the detector may have had them: own (nobody), open (perhaps), eval-only (not to train on)."""

    name: str
    lang: str
    seen: str
    texts: list[str]


@dataclass
class Row:
    """``flagged`` of ``texts`` documents; ``group``: the way of spinning, the source, or the kind of look-alike."""

    group: str
    lang: str
    base: str
    texts: int
    flagged: int
    interval: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        self.interval = wilson(self.flagged, self.texts)

    @property
    def share(self) -> float:
        return self.flagged / max(self.texts, 1)


class Detector:
    """The kernel as shipped. ``seconds``: its CPU time; ``characters``: what it read in them."""

    def __init__(self) -> None:
        self._kernel = KernelSpec(KERNEL, {"key_hex": "00" * 32}).load()
        self.seconds, self.characters = 0.0, 0

    def flags(self, texts: Sequence[str]) -> list[bool]:
        flags: list[bool] = []
        started = time.process_time()
        for begin in range(0, len(texts), BATCH):
            batch = pa.table({"text": pa.array(texts[begin : begin + BATCH], pa.large_string())})
            found = self._kernel.annotate(batch).column("findings").to_pylist()
            flags += [any(each["rule"].startswith(RULES) for each in row or ()) for row in found]
        self.seconds += time.process_time() - started
        self.characters += sum(map(len, texts))
        return flags


def bases(skipped: list[str]) -> Iterator[Base]:
    """What is spun."""
    for lang in ("zh", "en"):
        own = [each["text"] for each in ways.articles() if each["lang"] == lang]
        yield Base("own articles", lang, "own", own)
        yield Base("own articles, four a page", lang, "own", ["\n\n".join((own + own)[at : at + A_PAGE]) for at in range(len(own))])
    for name, least, seen in (
        ("medical answers", 150, "open"),
        ("science abstracts", 150, "eval-only"),
        ("hotel reviews", 200, "eval-only"),
    ):
        source = next(each for each in SOURCES if each.name == name)
        if (DATA / source.path).is_file():
            texts = [text for text in source.read(DATA / source.path) if len(text) >= least]
            yield Base(name, "zh", seen, random.Random(SEED).sample(texts, A_BASE))
        else:
            skipped.append(f"SKIPPED {name}: no {source.path} under {DATA} (set BRIGHTLINE_DATA)")
    prose = [text for text in manual_prose() if len(text) >= 500]
    yield Base("Python's manual", "en", "open", random.Random(SEED).sample(prose, min(A_BASE, len(prose))))


def manual_prose() -> list[str]:
    """Paragraphs of Python's manual that are prose, by twos; one line each."""
    pages = (
        [part for part in page.split("\n\n") if len(part) > 200 and not re.search(r"::=|>>>|^\s{4}", part, re.M)]
        for page in topics.values()
    )
    return list(dict.fromkeys(" ".join(" ".join(pair).split()) for parts in pages for pair in zip(parts[::2], parts[1::2], strict=False)))


def spun(detector: Detector, skipped: list[str]) -> tuple[list[Row], list[Row], list[Row]]:
    """Rows of recall, of the same texts untouched, and of recall by the density of what was replaced."""
    rows, untouched, dense = [], [], Counter[tuple[str, int, bool]]()
    for base in bases(skipped):
        untouched.append(Row("untouched", base.lang, f"{base.name} ({base.seen})", len(base.texts), sum(detector.flags(base.texts))))
        times = SPINS if base.seen == "own" else 1
        for name, way in WAYS.items():
            made = [
                (one, text)
                for at, text in enumerate(base.texts)
                for time_ in range(times)
                if (one := way(text, base.lang, random.Random(f"{SEED}:{name}:{base.name}:{at}:{time_}")))
            ]
            flags = detector.flags([one.text for one, _text in made])
            rows.append(Row(name, base.lang, f"{base.name} ({base.seen})", len(made), sum(flags)))
            if name.startswith("synonyms"):
                for (one, text), flag in zip(made, flags, strict=True):
                    size = len(text) if base.lang == "zh" else len(text.split())
                    dense[base.lang, sum(100 * one.changes / size >= bound for bound in DENSITIES[1:]), flag] += 1
    rows += [_written(detector, name, lang) for name in ("round trip", "doorway pages", "placeholders left") for lang in ("zh", "en")]
    bins = sorted({(lang, at) for lang, at, _flag in dense})
    by_density = [
        Row(
            f"{DENSITIES[at]:.0f}–{DENSITIES[at + 1]:.0f}",
            lang,
            "all",
            dense[lang, at, True] + dense[lang, at, False],
            dense[lang, at, True],
        )
        for lang, at in bins
    ]
    return rows, untouched, by_density


def _written(detector: Detector, name: str, lang: str) -> Row:
    """Classes that were written by hand, or are filled from templates."""
    if name == "round trip":
        texts = [each["text"] for each in ways.round_trips() if each["lang"] == lang]
    else:
        fill = ways.doorway if name == "doorway pages" else ways.placeholders
        pages = [each["text"] for each in ways.templates() if each["lang"] == lang]
        texts = [fill(page, lang, random.Random(f"{SEED}:{name}:{at}:{copy}")).text for at, page in enumerate(pages) for copy in range(8)]
    return Row(name, lang, "own", len(texts), sum(detector.flags(texts)))


def natural(skipped: list[str]) -> Iterator[tuple[str, list[str], str]]:
    """Name, texts, and why the budget does not count for them (empty where it does): advertisements of fraudsters may well have been spun, and
    nobody knows; texts joined to long pages are no documents, but show what length does to a detector."""
    for source in SOURCES:
        if " as " in source.name:  # the same texts as prompts or answers
            continue
        if not (DATA / source.path).is_file():
            skipped.append(f"SKIPPED {source.name}: no {source.path} under {DATA} (set BRIGHTLINE_DATA)")
            continue
        texts = [text for text in source.read(DATA / source.path) if text.strip()]
        yield source.name, texts, "may be spun" if source.harmful and source.name.startswith("chineseharm") else ""
        if not source.harmful:
            yield source.name, ["\n".join(texts[at : at + JOINED]) for at in range(0, len(texts), JOINED)], f"{JOINED} a page"
    library = Path(sysconfig.get_paths()["stdlib"])
    sources = (path for path in sorted(library.rglob("*.py")) if "site-packages" not in path.parts)
    yield "Python sources", [path.read_text("utf-8", "replace") for path in sources], ""
    yield "Python's manual", list(topics.values()), ""
    metadata = (each.read_text("METADATA") or "" for each in importlib.metadata.distributions())
    described = {text.partition("\n\n")[2].strip() for text in metadata}
    yield "package descriptions", sorted(text for text in described if len(text) > 200), ""


def look_alikes(skipped: list[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Kind, language, texts."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for each in ways.look_alikes():
        kinds.setdefault((each["kind"], each["lang"]), []).append(each["text"])
    for (kind, lang), texts in sorted(kinds.items()):
        yield kind, lang, texts
    try:
        from opencc import OpenCC
    except ImportError:
        skipped.append("SKIPPED the articles in the wording of Taiwan and Hong Kong: no OpenCC (make test installs it)")
        return
    own = [each["text"] for each in ways.articles() if each["lang"] == "zh"]
    for name, scheme in (("Taiwan wording", "s2twp"), ("Hong Kong wording", "s2hk")):
        converted = OpenCC(scheme)
        yield f"own articles, {name}", "zh", [converted.convert(text) for text in own]
    simplified = OpenCC("tw2sp")
    yield "own articles, to Taiwan and back", "zh", [simplified.convert(OpenCC("s2twp").convert(text)) for text in own]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    detector, skipped = Detector(), list[str]()
    out: dict[str, list[Row]] = {}
    if options.only in ("", "spun"):
        out["spun"], out["untouched"], out["density"] = spun(detector, skipped)
    if options.only in ("", "natural"):
        out["natural"] = []
        for name, texts, why in natural(skipped):
            chosen = random.Random(SEED).sample(texts, options.limit) if 0 < options.limit < len(texts) else texts
            out["natural"].append(Row(name, "", why, len(chosen), sum(detector.flags(chosen))))
    if options.only in ("", "look-alikes"):
        out["look-alikes"] = [Row(kind, lang, "", len(texts), sum(detector.flags(texts))) for kind, lang, texts in look_alikes(skipped)]
    over = over_budget(out.get("natural", ()))
    if options.json:
        rows = {name: [asdict(row) for row in each] for name, each in out.items()}
        print(json.dumps(rows | {"over": over, "skipped": skipped, "cpu_s": detector.seconds}, ensure_ascii=False, indent=1))
    else:
        _show(out, skipped, detector)
    return int(bool(over))


def _show(out: dict[str, list[Row]], skipped: list[str], detector: Detector) -> None:
    titles = {
        "spun": "found of what was spun, by way and text",
        "density": "the same for synonyms, by words replaced per hundred characters (zh) or words (en)",
        "untouched": "flagged of the same texts before they were spun",
        "natural": f"flagged of natural sources (goal: at most {BUDGET:.1%})",
        "look-alikes": "flagged of what only looks spun",
    }
    for name, rows in out.items():
        print(f"\n{titles[name]}")
        for row in rows:
            low, high = row.interval
            if name == "look-alikes" and not row.flagged:
                continue
            mark = "  OVER" if name == "natural" and over_budget([row]) else ""
            print(
                f"  {row.group:34} {row.lang:4} {row.base:38} {row.flagged:6,} of {row.texts:6,} {row.share:7.2%} [{low:.2%}–{high:.2%}]{mark}"
            )
        if name in ("spun", "look-alikes", "natural"):
            for total in totals(rows) if name == "spun" else [_sum(f"all {name}", "", [row for row in rows if not row.base])]:
                low, high = total.interval
                print(
                    f"  {total.group:34} {total.lang:4} {'ALL':38} {total.flagged:6,} of {total.texts:6,} {total.share:7.2%} [{low:.2%}–{high:.2%}]"
                )
    print(f"\n{detector.characters / 1e6:.1f} million characters in {detector.seconds:.1f} s of CPU time", *skipped, sep="\n")


def over_budget(rows: Sequence[Row]) -> list[str]:
    """Natural sources of which too much is flagged; rows with a reason why the budget does not count are left out."""
    return [row.group for row in rows if not row.base and row.share > BUDGET]


def totals(rows: Sequence[Row]) -> list[Row]:
    """One row for each way and language: what the writers of the detector are told."""
    groups = dict.fromkeys((row.group, row.lang) for row in rows)
    return [_sum(group, lang, [row for row in rows if (row.group, row.lang) == (group, lang)]) for group, lang in groups]


def _sum(group: str, lang: str, rows: Sequence[Row]) -> Row:
    return Row(group, lang, "", sum(row.texts for row in rows), sum(row.flagged for row in rows))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="at most N texts of a natural source, drawn with a fixed seed")
    parser.add_argument("--only", choices=("spun", "natural", "look-alikes"), default="", help="one part of the measurement")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
