"""The linear models on texts that they did not learn from, and a peer in the same run.

    .venv/bin/python evals/models.py [--json] [--cross-source [--families NAME …]] [--chineseharm] [--peer PYTHON]

* **COLD**: trained on COLD's train split alone, measured on its dev split and on each topic left out of training; beside it fastText and
  scikit-learn (HashingVectorizer, SGD) by the interpreter that ``--peer`` names, of an environment outside this repository.
* **Unseen sources**: the shipped models on ordinary texts of ``eval-only``, which no model was trained on: share violating and borderline.
* **--cross-source**: every family judged anew with each source held out (minutes), and what all families together flag of each source.
  Without it the tables of the cards are shown, which say the same of each family.
* **--chineseharm**: recall by kind for the models alone and for the whole engine, and the calibration there. Only totals, and each look is to be
  written down (docs/models.md): a set that is looked at often is no test any more.

Data: the folder ``BRIGHTLINE_DATA`` (default ``../shared/data``); what is absent is skipped and said so. The exit status is 1 if an ordinary
source that no model saw is over the budget (3 % to review by all models together).
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from brightline.config import Settings
from brightline.inspector import Inspector
from brightline.model import Outcome, Side
from brightline.moderation.families import FamilyModels
from brightline.moderation.training import Budgets, Recipe, Row, trial
from brightline.moderation.training.fitting import fit, matrix_of
from brightline.moderation.training.shipped import FAMILIES, rows_of
from brightline.moderation.training.validating import area_under_curve, calibration_error, thresholds_of
from brightline.rulebook import load_rulebook

REVIEW_BUDGET = 0.03  # issue 4: at most 3 % of each ordinary source to review
KINDS = {"abuse": "abuse", "blackmarket_ads": "black_market", "fraud": "fraud", "gambling": "gambling", "porn_vulgar": "sexual"}
BUDGETS = (0.003, 0.005, 0.01)  # the first is what ships; the others show what recall would cost

PEER = """
import json, sys, time
job = json.load(sys.stdin)
out = {}
try:
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import SGDClassifier
    started = time.process_time()
    hashing = HashingVectorizer(analyzer="char", ngram_range=(1, 3), n_features=2**18, binary=True, alternate_sign=False)
    model = SGDClassifier(loss="log_loss", alpha=1e-6, average=True, max_iter=12, tol=None, random_state=1)
    model.fit(hashing.transform(job["train"]), job["labels"])
    out["scikit-learn SGD"] = [model.decision_function(hashing.transform(job["test"])).tolist(), time.process_time() - started]
except ImportError:
    out["scikit-learn SGD"] = None
try:
    import fasttext, tempfile
    started = time.process_time()
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for text, label in zip(job["train"], job["labels"]):
            file.write(f"__label__{label} {' '.join(''.join(text.split()))}\\n")
        file.flush()
        model = fasttext.train_supervised(file.name, wordNgrams=3, dim=64, epoch=12, lr=0.3, bucket=2**18, thread=1, verbose=0, seed=1)
    scores = []
    for text in job["test"]:
        found = dict((name, share) for share, name in model.f.predict(" ".join("".join(text.split())) + "\\n", 2, 0.0, "strict"))
        scores.append(found.get("__label__1", 0.0) - found.get("__label__0", 0.0))
    out["fastText"] = [scores, time.process_time() - started]
except ImportError:
    out["fastText"] = None
json.dump(out, sys.stdout)
"""


def cold(data: Path, split: str) -> list[Row]:
    with (data / "open" / "cold" / f"{split}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [Row(row["TEXT"], row["label"] == "1", row["topic"]) for row in csv.DictReader(file)]


def areas(train: Sequence[Row], test: Sequence[Row], strength: float = 16.0) -> float:
    """AUC on ``test`` after fitting ``train``, every row counting alike."""
    recipe = Recipe()
    harmful = np.array([row.harmful for row in train])
    weights = fit(matrix_of([row.text for row in train], recipe.bits), harmful, np.ones(len(train)), strength)
    scores = matrix_of([row.text for row in test], recipe.bits).scores(weights)
    truth = np.array([row.harmful for row in test])
    return area_under_curve(scores[truth], scores[~truth])


def measure_cold(data: Path, peer: str) -> dict[str, Any]:
    train, dev = cold(data, "train"), cold(data, "dev")
    started = time.process_time()
    found: dict[str, Any] = {"dev AUC": {"brightline": areas(train, dev)}, "CPU s": {"brightline": time.process_time() - started}}
    both = [*train, *dev]
    found["topic held out, AUC"] = {
        topic: areas([row for row in both if row.source != topic], [row for row in both if row.source == topic])
        for topic in ("gender", "race", "region")
    }
    job = {"train": [row.text for row in train], "labels": [int(row.harmful) for row in train], "test": [row.text for row in dev]}
    truth = np.array([row.harmful for row in dev])
    try:
        done = subprocess.run([peer, "-c", PEER], input=json.dumps(job), capture_output=True, text=True, timeout=900, check=True)
        told = json.loads(done.stdout)
    except (OSError, subprocess.CalledProcessError, subprocess.TimeoutExpired, json.JSONDecodeError) as problem:
        return found | {"skipped": f"peers: {type(problem).__name__} with {peer or 'no interpreter'}; name one with --peer"}
    for name, answer in told.items():
        if answer is None:
            found.setdefault("skipped", f"{name}: not installed for {peer}")
        else:
            scores = np.array(answer[0])
            found["dev AUC"][name] = area_under_curve(scores[truth], scores[~truth])
            found["CPU s"][name] = answer[1]
    return found


def shares(texts: Iterable[str], models: FamilyModels) -> dict[str, float]:
    """Share violating of each family, of any, of any at the wider budgets of the cards, and at least borderline of any."""
    counts: dict[str, int] = {}
    wider = {
        f"any at {line['ordinary']:.1%}": {
            each.card.family: each.card.about["at_other_budgets"][place]["violating"] for each in models.models
        }
        for place, line in enumerate(models.models[0].card.about["at_other_budgets"])
    }
    total = 0
    for text in texts:
        total += 1
        verdicts = models.verdicts(text)
        levels = {verdict.level for verdict in verdicts}
        for name in [verdict.family for verdict in verdicts if verdict.level == "violating"]:
            counts[name] = counts.get(name, 0) + 1
        counts["any"] = counts.get("any", 0) + ("violating" in levels)
        for name, limits in wider.items():
            counts[name] = counts.get(name, 0) + any(verdict.probability >= limits[verdict.family] for verdict in verdicts)
        counts["any ~"] = counts.get("any ~", 0) + bool(levels - {"safe"})
    return {"texts": total} | {name: count / total for name, count in sorted(counts.items())}


def lines(path: Path) -> list[str]:
    return [json.loads(line)["text"] for line in path.read_text("utf-8").split("\n") if line]


def reviews(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["review"] for row in csv.DictReader(file) if row["review"]]


def abstracts(path: Path) -> list[str]:
    return [line.split("\t")[1] for line in path.read_text("utf-8").split("\n") if line]


def dev_posts(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row["TEXT"] for row in csv.DictReader(file) if row["label"] == "0"]


UNSEEN: dict[str, tuple[str, Callable[[Path], list[str]]]] = {
    "hotel reviews": ("eval-only/hotel-reviews/hotel_reviews.csv", reviews),
    "science abstracts": ("eval-only/csl-abstracts/ts_dev.tsv", abstracts),
    "COLD dev, inoffensive (other posts of a source that was seen)": ("open/cold/dev.csv", dev_posts),
}


def cross_source(data: Path, authored: Path, families: Sequence[str]) -> dict[str, Any]:
    """Each family judged source by source, at each budget, and the share of each source that any family would send to review."""
    recipe = Recipe()
    flagged: dict[str, dict[str, dict[str, bool]]] = {f"at {share:.1%}": {} for share in BUDGETS}
    found: dict[str, Any] = {}
    for family in (FAMILIES[name] for name in families):
        judged = trial(rows_of(family, data / "open", authored), recipe)
        kept = [row for row, copy in zip(judged.rows, judged.copies, strict=True) if not copy]
        scores = judged.scores[: len(kept)]
        harmful = np.array([row.harmful for row in kept])
        found[family.name] = {
            "calibration error": judged.calibration_error,
            "recall, borderline": float(np.mean(scores[harmful] >= judged.thresholds[0])),
        }
        for share, (at, sources) in zip(BUDGETS, flagged.items(), strict=True):
            _, limit = thresholds_of(kept, scores, Budgets(violating=share))
            found[family.name][f"recall {at}"] = float(np.mean(scores[harmful] >= limit))
            for row, score in zip(kept, scores, strict=True):
                if not row.harmful:
                    texts = sources.setdefault("cold" if row.source.startswith("cold") else row.source, {})
                    texts[row.text] = texts.get(row.text, False) or bool(score >= limit)
    any_family = {
        source: {at: float(np.mean(list(sources[source].values()))) for at, sources in flagged.items()}
        for source in sorted(flagged["at 0.3%"])
    }
    return {"families": found, "to review by any of them, the source held out": any_family}


def chineseharm(data: Path, models: FamilyModels) -> dict[str, Any]:
    """Totals by kind: models alone (own family, any, borderline) and the whole engine."""
    inspector = Inspector(Settings())
    found: dict[str, Any] = {}
    probabilities: dict[str, list[float]] = {family: [] for family in KINDS.values()}
    truths: list[str] = []
    for kind in (*KINDS, "benign"):
        texts = lines(data / "eval-only" / "chineseharm-half" / f"{kind}.jsonl")
        line = shares(texts, models)
        row = {"texts": line["texts"], "models": line["any"]} | {name: value for name, value in line.items() if name.startswith("any ")}
        if kind != "benign":
            row["own family"] = line.get(KINDS[kind], 0.0)
        outcomes = [inspector.inspect(text, side=Side.POST) for text in texts]
        row["engine"] = sum(each.outcome is not Outcome.ALLOW for each in outcomes) / len(texts)
        row["engine, stopped"] = sum(each.outcome.stops for each in outcomes) / len(texts)
        row["engine without models"] = sum(_found_without_models(each.findings) for each in outcomes) / len(texts)
        found[kind] = row
        for text in texts:
            truths.append(KINDS.get(kind, ""))
            told = {verdict.family: verdict.probability for verdict in models.verdicts(text)}
            for family, known in probabilities.items():
                known.append(told.get(family, 0.0))
    truth = np.array(truths)
    harm, benign = [row for kind, row in found.items() if kind != "benign"], found["benign"]
    total = sum(row["texts"] for row in harm)
    found["all five kinds"] = {"texts": total} | {
        name: sum(row[name] * row["texts"] for row in harm) / total for name in benign if name != "texts"
    }
    measured = {}
    for family, known in probabilities.items():
        scores, inside = np.array(known), (truth == family) | (truth == "")
        measured[family] = {
            "AUC against benign": area_under_curve(scores[truth == family], scores[truth == ""]),
            "calibration error": calibration_error(scores[inside], truth[inside] == family),
        }
    highest = np.max(np.array(list(probabilities.values())), axis=0)
    measured["any"] = {"AUC against benign": area_under_curve(highest[truth != ""], highest[truth == ""])}
    return {"kinds": found, "families": measured}


def _found_without_models(findings: Sequence[Any]) -> bool:
    return any(finding.detector != "models" and not finding.exceptions and finding.effect is not Outcome.ALLOW for finding in findings)


def show(value: Any, indent: int = 0) -> None:
    for name, inner in value.items():
        if isinstance(inner, dict) and all(not isinstance(each, dict) for each in inner.values()):
            cells = (f"{key} {each:.4f}" if isinstance(each, float) else f"{key} {each}" for key, each in inner.items())
            print(f"{' ' * indent}{name}: {' · '.join(cells)}")
        elif isinstance(inner, dict):
            print(f"{' ' * indent}{name}")
            show(inner, indent + 2)
        else:
            print(f"{' ' * indent}{name}: {inner}")


def main() -> int:
    parser = argparse.ArgumentParser(description="The linear models on texts that they did not learn from.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--cross-source", action="store_true", help="judge every family anew, source by source (minutes)")
    parser.add_argument("--families", nargs="*", metavar="NAME", choices=list(FAMILIES), help="only these in --cross-source")
    parser.add_argument("--chineseharm", action="store_true", help="totals on chineseharm-half; write the look down")
    parser.add_argument("--no-cold", action="store_true", help="leave out the training on COLD")
    parser.add_argument("--peer", default=os.environ.get("BRIGHTLINE_PEER_PYTHON", ""), help="python with scikit-learn and fasttext")
    options, _ = parser.parse_known_args()

    here = Path(__file__).parents[1]
    data = Path(os.environ.get("BRIGHTLINE_DATA", here.parent / "shared" / "data"))
    models = FamilyModels.load(load_rulebook())
    found: dict[str, Any] = {"models": {model.card.family: model.card.sha256[:16] for model in models.models}}
    skipped: list[str] = []
    over = False
    if not options.no_cold and (data / "open" / "cold" / "dev.csv").is_file():
        found["COLD"] = measure_cold(data, options.peer)
    else:
        skipped.append("SKIPPED COLD: left out, or not under BRIGHTLINE_DATA")
    unseen: dict[str, Any] = {}
    for name, (path, texts_of) in UNSEEN.items():
        if (data / path).is_file():
            unseen[name] = shares(texts_of(data / path), models)
            over |= unseen[name]["any"] > REVIEW_BUDGET
        else:
            skipped.append(f"SKIPPED {name}: no {path} under {data} (set BRIGHTLINE_DATA)")
    found["ordinary texts that no model saw: violating by family, any, any borderline (~)"] = unseen
    if options.cross_source and (data / "open").is_dir():
        found["cross-source"] = cross_source(data, here / "training" / "authored", options.families or list(FAMILIES))
    else:
        found["held out (from the cards): recall, flagged, flagged borderline"] = {
            model.card.family: {
                line["source"]: {name: line[name] for name in ("recall", "flagged", "flagged_borderline", "auc") if line[name] is not None}
                for line in model.card.about["held_out"]
            }
            for model in models.models
        }
        found["calibration error, held-out sources"] = {model.card.family: model.card.about["calibration_error"] for model in models.models}
    if options.chineseharm and (data / "eval-only" / "chineseharm-half").is_dir():
        found["chineseharm-half (write this look down in docs/models.md)"] = chineseharm(data, models)
    else:
        skipped.append("SKIPPED chineseharm-half: asked for with --chineseharm only, because every look wears the test")
    found["skipped"] = skipped
    if options.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        show({name: value for name, value in found.items() if name != "skipped"})
        for line in skipped:
            print(line)
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
