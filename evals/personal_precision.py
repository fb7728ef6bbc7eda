"""How many of the names that are found are names of people: a blind sheet for two readers, and what their answers say.

    .venv/bin/python evals/personal_precision.py draw SHEET [--size 300] [--seed WORD]
    .venv/bin/python evals/personal_precision.py judge SHEET FIRST SECOND [--adjudicated FILE] [--disagreements FILE] [--json]

*draw* finds ``personal.name`` in all of ``open/`` (``BRIGHTLINE_DATA``, default ``../shared/data``) and draws findings by keyed hashes, as
samples of a corpus are drawn (``corpus/sampling/drawing.py``): as many of each source as there are, up to an equal share, so that each source can be judged,
and no more than two of the same characters from one source.
The same seed, data and detector draw the same sheet again. Two files are written, outside of the repository, for they hold rows of the data:

    SHEET            JSONL for the readers, in random order: ``id``, ``source``, ``text`` (40 characters either side, the finding in ⟦⟧)
    SHEET.key.json   not for the readers: kernel, seed, findings of each source, score and validator of each drawn one

*judge* reads two CSV files with the columns ``id,answer,person``. ``answer``: ``name`` (exactly a person's name), ``border`` (part of one, or one with
something more), ``none``, ``unclear``. ``person``, for the first two: ``private``, ``public``, ``fictional`` or ``unclear``. *Strict* precision counts
``name``, *lenient* also ``border``; ``unclear`` counts as wrong. Shares have 95 % Wilson intervals; the share for all sources together is weighted by their findings
(Korn and Graubard's interval), because small sources were drawn more densely. Cohen's κ is the one of inspections.
Disagreements are written out for a third person, whose answers ``--adjudicated`` brings in; until then the verdict stands between two bounds.

The exit status of *judge* is 0 whatever the precision: issue 6 asks that it be measured.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from brightline.corpus.personal import kernel
from brightline.corpus.sampling import agreement
from brightline.corpus.sampling.drawing import rank
from brightline.corpus.sampling.strata import Stratum, weighted_estimate
from moderation import headlines, instructions, songs, table, wilson

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("BRIGHTLINE_DATA", ROOT.parent / "shared" / "data"))
RULE = "personal.name"
ALIKE = 2  # own choice: in the synthetic calls one name is found a hundred times, and says one thing
AROUND = 40  # characters that a reader sees on either side
ANSWERS = ("name", "border", "none", "unclear")
PERSONS = ("private", "public", "fictional", "unclear")
SEED = "names of people, two readers"
BATCH = 2_000  # documents


class Finding(NamedTuple):
    """``id``: 16 hex characters of source, text and place, so that it does not hang on what else is found."""

    id: str
    source: str
    name: str
    text: str
    validator: str
    score: float


class Answer(NamedTuple):
    answer: str
    person: str


@dataclass(frozen=True)
class Precision:
    """Counts of a source, or of the sheet. ``strict`` and ``lenient`` of ``judged`` findings."""

    source: str
    judged: int
    strict: int
    lenient: int
    unclear: int

    @property
    def intervals(self) -> tuple[tuple[float, float], tuple[float, float]]:
        return wilson(self.strict, self.judged), wilson(self.lenient, self.judged)


def conversations(path: Path) -> Iterator[str]:
    """Both sides of each call, one text a call."""
    for line in path.read_text("utf-8").split("\n"):
        if line:
            call = json.loads(line)
            yield "\n".join((*call["left"], *call["right"]))


OPEN: tuple[tuple[str, str, Callable[[Path], Iterator[str]]], ...] = (
    ("headlines", "news-headlines/thucnews_headlines_test.txt", headlines),
    ("songs", "chinese-poetry/yuanqu.json", songs),
    ("posts", "cold/*.csv", table("TEXT")),
    ("medical questions", "medical-dialogue/*.csv", table("ask", encoding="gb18030")),
    ("medical answers", "medical-dialogue/*.csv", table("answer", encoding="gb18030")),
    ("ordinary calls", "teleantifraud/normal_*.jsonl", conversations),
    ("calls of fraudsters", "teleantifraud/fraud_*.jsonl", conversations),
    ("instructions and prompts", "harmbench-val/harmless_test.json", instructions),
    ("instructions and prompts", "harmbench-val/*.csv", table("Behavior")),
    ("instructions and prompts", "jade-db/*.csv", table("问题")),
)
"""Source, files under ``open/``, reader. The calls are synthetic, and few names are in all of them."""


def sources() -> Iterator[tuple[str, list[str]]]:
    """All of ``open/``, each text once."""
    texts: dict[str, dict[str, None]] = {}
    for name, pattern, read in OPEN:
        paths = sorted((DATA / "open").glob(pattern))
        if not paths:
            print(f"SKIPPED {name}: no open/{pattern} under {DATA} (set BRIGHTLINE_DATA)", file=sys.stderr)
        for path in paths:
            texts.setdefault(name, {}).update(dict.fromkeys(read(path)))
    for name, once in texts.items():
        yield name, [text for text in once if text.strip()]


def findings(source: str, texts: Sequence[str]) -> Iterator[Finding]:
    """Every name that the kernel finds, as a reader sees it. All detectors run: names give way to what is longer."""
    personal = kernel("00" * 16)
    for begin in range(0, len(texts), BATCH):
        batch = texts[begin : begin + BATCH]
        rows = personal.annotate(pa.table({"text": pa.array(batch, pa.large_string())})).column("findings").to_pylist()
        for text, row in zip(batch, rows, strict=True):
            for hit in row or ():
                if hit["rule"] == RULE:
                    place = f"{source}\0{text}\0{hit['start']}\0{hit['end']}"
                    name, shown = text[hit["start"] : hit["end"]], around(text, hit["start"], hit["end"])
                    yield Finding(
                        hashlib.sha256(place.encode()).hexdigest()[:16], source, name, shown, hit["validator"], round(hit["score"], 3)
                    )


def around(text: str, start: int, end: int) -> str:
    """One line: the finding in ⟦⟧ between what stands before and behind it."""
    before, behind = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return f"{before}⟦{text[start:end]}⟧{behind}".replace("\r", "").replace("\n", "⏎")


def few_alike(found: Iterable[Finding], seed: str) -> list[Finding]:
    """At most ``ALIKE`` findings of the same characters in a source, the first by rank: what the sheet is drawn from."""
    key = hashlib.sha256(seed.encode()).digest()
    alike: dict[tuple[str, str], list[Finding]] = {}
    for each in found:
        alike.setdefault((each.source, each.name), []).append(each)
    return [each for group in alike.values() for each in sorted(group, key=lambda one: rank(key, one.id))[:ALIKE]]


def drawn(found: Iterable[Finding], size: int, seed: str) -> list[Finding]:
    """The findings of a sheet, in an order that has nothing to do with their sources."""
    key = hashlib.sha256(seed.encode()).digest()
    strata: dict[str, list[Finding]] = {}
    for each in found:
        strata.setdefault(each.source, []).append(each)
    quotas = equal_shares(size, {name: len(of_source) for name, of_source in strata.items()})
    kept = [each for name, of_source in strata.items() for each in sorted(of_source, key=lambda one: rank(key, one.id))[: quotas[name]]]
    return sorted(kept, key=lambda one: rank(key, one.id))


def equal_shares(size: int, populations: Mapping[str, int]) -> dict[str, int]:
    """The same number of each source; what a small one lacks goes to the others, odd ones to the first by name."""
    quotas = dict.fromkeys(sorted(populations), 0)
    left = min(size, sum(populations.values()))
    while left:
        open_ = [name for name in quotas if quotas[name] < populations[name]]
        share = max(1, left // len(open_))
        for name in open_:
            more = min(share, populations[name] - quotas[name], left)
            quotas[name] += more
            left -= more
    return quotas


def draw(sheet: Path, size: int, seed: str) -> None:
    """Write the sheet and its key. Raises SystemExit for a path inside the repository."""
    if sheet.resolve().is_relative_to(ROOT):
        raise SystemExit("a sheet holds rows of data sets: write it outside of the repository")
    found = [each for name, texts in sources() for each in findings(name, texts)]
    few = few_alike(found, seed)
    chosen = drawn(few, size, seed)
    sheet.write_text("".join(json.dumps({"id": one.id, "source": one.source, "text": one.text}, ensure_ascii=False) + "\n" for one in chosen), "utf-8")  # fmt: skip
    key = {
        "seed": seed,
        "kernel": kernel("00" * 16).version,
        "all_findings": dict(sorted(Counter(each.source for each in found).items())),
        "findings": dict(sorted(Counter(each.source for each in few).items())),
        "drawn": {one.id: {"source": one.source, "score": one.score, "validator": one.validator} for one in chosen},
    }
    key_of(sheet).write_text(json.dumps(key, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(
        f"{len(chosen)} of {len(few)} findings ({len(found)} with those of the same characters): {dict(sorted(Counter(one.source for one in chosen).items()))}"
    )


def key_of(sheet: Path) -> Path:
    return sheet.with_name(sheet.name + ".key.json")


def read_answers(path: Path, known: Collection[str]) -> dict[str, Answer]:
    """A reader's answers, as far as there are any. Raises ValueError with file and line for one that cannot be used."""
    answers: dict[str, Answer] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in (rows := csv.DictReader(file)):
            identity, answer, person = (str(row.get(column) or "").strip().lower() for column in ("id", "answer", "person"))
            problem = (
                f"there is no finding {identity!r}"
                if identity not in known
                else "a finding answered twice"
                if identity in answers
                else f"{answer!r} is none of {', '.join(ANSWERS)}"
                if answer not in ANSWERS
                else f"{person!r} is none of {', '.join(PERSONS)}"
                if person and person not in PERSONS
                else ""
            )
            if problem:
                raise ValueError(f"{path.name}:{rows.line_num}: {problem}")
            answers[identity] = Answer(answer, person if answer in ("name", "border") else "")
    return answers


def precision(source: str, answers: Iterable[str]) -> Precision:
    counts = Counter(answers)
    return Precision(source, counts.total(), counts["name"], counts["name"] + counts["border"], counts["unclear"])


def settled(
    first: Mapping[str, Answer], second: Mapping[str, Answer], third: Mapping[str, Answer]
) -> tuple[dict[str, Answer], dict[str, tuple[Answer, Answer]]]:
    """The answers that stand, and those about which the two disagree and nobody decided."""
    stands: dict[str, Answer] = {}
    open_: dict[str, tuple[Answer, Answer]] = {}
    for identity in first.keys() & second.keys():
        one, other = first[identity], second[identity]
        if identity in third:
            stands[identity] = third[identity]
        elif one.answer == other.answer:
            stands[identity] = one if one.person == other.person else Answer(one.answer, "unclear")
        else:
            open_[identity] = (one, other)
    return stands, open_


def judged(sheet: Path, first: Path, second: Path, adjudicated: Path | None) -> dict[str, Any]:
    """Everything that *judge* prints, as JSON values; ``open`` holds the rows that somebody must decide."""
    rows = {row["id"]: row for row in map(json.loads, sheet.read_text("utf-8").splitlines())}
    key = json.loads(key_of(sheet).read_text("utf-8"))
    readers = [read_answers(path, rows) for path in (first, second)]
    third = read_answers(adjudicated, rows) if adjudicated else {}
    stands, open_ = settled(readers[0], readers[1], third)
    both = sorted(readers[0].keys() & readers[1].keys())
    pairs = [(readers[0][one].answer, readers[1][one].answer) for one in both]
    is_name = [(_is_name(one), _is_name(other)) for one, other in pairs]
    names = [(readers[0][one].person, readers[1][one].person) for one in both if readers[0][one].person and readers[1][one].person]
    lower = {one: stands[one].answer if one in stands else min(open_[one], key=_worth).answer for one in both}
    upper = {one: stands[one].answer if one in stands else max(open_[one], key=_worth).answer for one in both}
    return {
        "sheet": len(rows),
        "kernel": key["kernel"],
        "unanswered": [len(rows) - len(answers) for answers in readers],
        "readers": [by_source(rows, key, {one: answers[one].answer for one in answers}) for answers in readers],
        "settled" if not open_ else "at_least": by_source(rows, key, lower),
        **({"at_most": by_source(rows, key, upper)} if open_ else {}),
        "kappa": agreement(pairs).to_document(),
        "kappa_name_or_not": agreement(is_name).to_document(),
        "kappa_person": agreement(names).to_document(),
        "persons": dict(
            Counter(answer.person or "unsaid" for answer in stands.values() if answer.answer in ("name", "border")).most_common()
        ),
        "validators": by_validator(key, lower),
        "open": [rows[one] | {"first": [*open_[one][0]], "second": [*open_[one][1]]} for one in sorted(open_)],
    }


def _is_name(answer: str) -> str:
    return "yes" if answer in ("name", "border") else "no"


def _worth(answer: Answer) -> int:
    return ("unclear", "none", "border", "name").index(answer.answer)


def by_source(rows: Mapping[str, Any], key: Mapping[str, Any], answers: Mapping[str, str]) -> list[dict[str, Any]]:
    """One row a source, one for the sheet as it is, one weighted by the findings of each source."""
    groups: dict[str, list[str]] = {}
    for identity, answer in answers.items():
        groups.setdefault(rows[identity]["source"], []).append(answer)
    each = [precision(source, of_source) for source, of_source in sorted(groups.items())]
    out = [_document(one) for one in (*each, precision("the sheet", answers.values()))]
    weighted: dict[str, Any] = {"source": "weighted by findings", "judged": len(answers)}
    for name in ("strict", "lenient"):
        # The estimate counts what is wrong, so that its interval holds where nothing was wrong.
        strata = [Stratum(one.source, key["findings"][one.source], one.judged, one.judged - getattr(one, name)) for one in each]
        estimate = weighted_estimate(strata)
        weighted |= {name: 1 - estimate.rate, f"{name}_interval": [1 - estimate.interval.high, 1 - estimate.interval.low]}
    return [*out, weighted]


def by_validator(key: Mapping[str, Any], answers: Mapping[str, str]) -> list[dict[str, Any]]:
    """The same by what the detector relied on, so that one sees where it errs."""
    groups: dict[str, list[str]] = {}
    for identity, answer in answers.items():
        groups.setdefault(key["drawn"][identity]["validator"], []).append(answer)
    return [_document(precision(name, of_kind)) for name, of_kind in sorted(groups.items(), key=lambda item: -len(item[1]))]


def _document(one: Precision) -> dict[str, Any]:
    strict, lenient = one.intervals
    shares = {"strict": one.strict / max(one.judged, 1), "lenient": one.lenient / max(one.judged, 1)}
    return asdict(one) | shares | {"strict_interval": [*strict], "lenient_interval": [*lenient]}


def show(out: Mapping[str, Any]) -> None:
    tables = {"first reader": out["readers"][0], "second reader": out["readers"][1]}
    tables |= {name.replace("_", " "): out[name] for name in ("settled", "at_least", "at_most") if name in out}
    tables |= {"by validator" if "settled" in out else "by validator, at least": out["validators"]}
    print(
        f"{out['sheet']} findings, kernel {out['kernel']}; not answered by the first {out['unanswered'][0]}, by the second {out['unanswered'][1]}"
    )
    for title, rows in tables.items():
        print(f"\n{title:32} {'judged':>6} {'exactly a name':>24} {'a name, or part of one':>24} {'unclear':>8}")
        for row in rows:
            shares = (
                f"{row[name]:6.1%} [{row[name + '_interval'][0]:.1%}–{row[name + '_interval'][1]:.1%}]" for name in ("strict", "lenient")
            )
            print(f"{row['source']:32} {row['judged']:6} {next(shares):>24} {next(shares):>24} {row.get('unclear', ''):>8}")
    for name, words in (("kappa", "answers"), ("kappa_name_or_not", "name or not"), ("kappa_person", "whose name")):
        kappa = out[name]
        print(
            f"\nκ of {words}: {kappa['kappa']} {kappa['kappa_interval']}; agreed {kappa['agreed']} of {kappa['pairs']} = {kappa['raw']:.1%}",
            end="",
        )
    print(f"\n\nwhose names: {out['persons']}; left to decide: {len(out['open'])}")


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    if options.command == "draw":
        draw(options.sheet, options.size, options.seed)
        return 0
    out = judged(options.sheet, options.first, options.second, options.adjudicated)
    if options.disagreements:
        if options.disagreements.resolve().is_relative_to(ROOT):
            raise SystemExit("disagreements hold rows of data sets: write them outside of the repository")
        options.disagreements.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in out["open"]), "utf-8")
    if options.json:
        print(json.dumps(out | {"open": len(out["open"])}, ensure_ascii=False, indent=1))
    else:
        show(out)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    drawing = commands.add_parser("draw", help="write a sheet for two readers")
    drawing.add_argument("sheet", type=Path)
    drawing.add_argument("--size", type=int, default=300, help="findings in the sheet")
    drawing.add_argument("--seed", default=SEED, help="another word draws other findings")
    judging = commands.add_parser("judge", help="what two readers' answers say")
    for name in ("sheet", "first", "second"):
        judging.add_argument(name, type=Path)
    judging.add_argument("--adjudicated", type=Path, help="a third person's answers to what the two disagreed on")
    judging.add_argument("--disagreements", type=Path, metavar="FILE", help="write what is left to decide, outside of the repository")
    judging.add_argument("--json", action="store_true", help="print one JSON document, without rows of the sheet")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
