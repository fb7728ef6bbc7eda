"""Do the sampling plans keep what they promise? Exact fractions, and samples that are really drawn.

    .venv/bin/python evals/sampling_plans.py [--json] [--redraws N]

1. *Operating characteristic* of the standard's plan (4,000 documents, 160, 139 and 131 failures) for an endless and a small corpus, beside sums of whole
   fractions that know no rounding.
2. *Redraws*: a corpus with planted bad documents is sampled with N seeds by the code that inspections use (keyed hashes, strata by source);
   the share of samples that pass stands beside the exact probability.
3. *Intervals*: how often they hold the truth. Clopper-Pearson by exact enumeration, the weighted one by simulation with strata that were
   sampled unevenly.
4. *The 5 % rule*: how often a source at the limit is wrongly blacklisted or cleared, and how often a bad one is found out; for one look, and for three.
5. *κ*: how often its interval holds the true value.

The peer is the normal approximation that textbooks offer in place of each: its error stands in the next column. Exit status 1 if a promise is
broken: a deviation over 1e-9, a redraw outside its 99.9 % interval, coverage under 94 %, an error of a test over 5 %.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from brightline.corpus.sampling import acceptance, agreement, clopper_pearson, count_strata, derive_seed, draw, plan_human
from brightline.corpus.sampling.binomial import at_most
from brightline.corpus.sampling.exact import binomial_point
from brightline.corpus.sampling.strata import Stratum, weighted_estimate
from brightline.corpus.sources import source_verdict

RATES = ("2.5", "3", "3.5", "3.8", "4", "4.2", "4.5", "5")  # percent
KEY = "00" * 32


def normal_at_most(k: int, mean: float, deviation: float) -> float:
    """The normal approximation with continuity correction."""
    return 0.5 * math.erfc(-(k + 0.5 - mean) / deviation / math.sqrt(2.0))


def exact_binomial(k: int, n: int, p: Fraction) -> float:
    """P(X ≤ k) in whole numbers over a common denominator; only the last division rounds."""
    a, b = p.numerator, p.denominator
    term = total = (b - a) ** n
    for i in range(k):
        term = term * (n - i) * a // ((i + 1) * (b - a))  # leaves no rest: each term is a whole number
        total += term
    return total / b**n


def exact_hypergeometric(k: int, n: int, bad: int, population: int) -> float:
    low = max(0, n - (population - bad))
    term = total = math.comb(bad, low) * math.comb(population - bad, n - low)
    for i in range(low, min(k, bad, n)):
        term = term * (bad - i) * (n - i) // ((i + 1) * (population - bad - n + i + 1))
        total += term
    return total / math.comb(population, n)


def operating_characteristic() -> dict[str, Any]:
    rows = []
    for population in (None, 20_000):
        plans = {limit: acceptance(4_000, 96, confidence=limit, population=population) for limit in (0.95, 0.99)}
        numbers = (plans[0.95].most_failures, plans[0.95].confident, plans[0.99].confident)
        for text in RATES:
            rate = Fraction(text) / 100
            for number in numbers:
                ours = at_most(number, 4_000, float(rate)) if population is None else plan_at(number, rate, population)
                if population is None:
                    exact, spread = exact_binomial(number, 4_000, rate), 1.0
                else:
                    exact = exact_hypergeometric(number, 4_000, round(rate * population), population)
                    spread = math.sqrt((population - 4_000) / (population - 1))
                deviation = math.sqrt(4_000 * float(rate) * (1 - float(rate))) * spread
                peer = normal_at_most(number, 4_000 * float(rate), deviation)
                row = {"population": population, "rate": text, "number": number, "exact": exact}
                rows.append(row | {"deviation": abs(ours - exact), "peer_deviation": abs(peer - exact)})
    return {"rows": rows, "worst": max(row["deviation"] for row in rows), "worst_peer": max(row["peer_deviation"] for row in rows)}


def plan_at(number: int, rate: Fraction, population: int) -> float:
    from brightline.corpus.sampling import operating_characteristic as of

    return of(4_000, number, float(rate), population)


def redraws(times: int) -> dict[str, Any]:
    """A corpus of 12,000 documents in four sources, 4 % bad in each (so that strata change nothing), 600 drawn each time."""
    documents = [
        (f"{source}{number}", source) for source, size in (("a", 6_000), ("b", 3_000), ("c", 2_000), ("d", 1_000)) for number in range(size)
    ]
    bad = {doc_id for doc_id, _source in documents if int(doc_id[1:]) % 25 == 0}
    plan = plan_human(count_strata(source for _doc_id, source in documents), size=600, floor=0)
    assert plan.acceptance is not None
    started, passed = time.process_time(), 0
    for number in range(times):
        drawn = draw(plan, derive_seed(KEY, str(number), "human", "kept"), documents)
        passed += sum(each.doc_id in bad for each in drawn) <= plan.acceptance.most_failures
    spent = time.process_time() - started
    predicted = exact_hypergeometric(plan.acceptance.most_failures, 600, len(bad), len(documents))
    low, high = clopper_pearson(passed, times, 0.999)
    return {
        "samples": times,
        "passed": passed / times,
        "predicted": predicted,
        "low": low,
        "high": high,
        "documents_per_cpu_s": round(times * len(documents) / spent),
    }


def clopper_pearson_coverage() -> float:
    """The smallest probability, over sizes and rates, that the 95 % interval holds the truth: by enumeration, without chance."""
    worst = 1.0
    for n in (59, 200, 400):
        intervals = [clopper_pearson(k, n) for k in range(n + 1)]
        for rate in (0.005, 0.02, 0.04, 0.05, 0.1, 0.5):
            held = sum(binomial_point(k, n, rate) for k, (low, high) in enumerate(intervals) if low <= rate <= high)
            worst = min(worst, held)
    return worst


def weighted_coverage(times: int, chance: np.random.Generator) -> dict[str, float]:
    """Three sources of different size and quality, each with the floor of 60: does the weighted interval hold the corpus's rate?"""
    populations, rates = np.array([60_000, 5_000, 800]), np.array([0.01, 0.06, 0.4])
    drawn = np.array([400, 60, 60])
    truth = float((populations * rates).sum() / populations.sum())
    held = peer = 0
    for failures in chance.binomial(drawn, rates, size=(times, 3)):
        strata = [Stratum(str(at), int(populations[at]), int(drawn[at]), int(failures[at])) for at in range(3)]
        low, high = weighted_estimate(strata).interval
        held += low <= truth <= high
        shares, weights = failures / drawn, populations / populations.sum()
        mean, deviation = float((shares * weights).sum()), math.sqrt(float((weights**2 * shares * (1 - shares) / drawn).sum()))
        peer += mean - 1.96 * deviation <= truth <= mean + 1.96 * deviation
    return {"held": held / times, "peer": peer / times}


def five_percent_rule(times: int, chance: np.random.Generator) -> dict[str, Any]:
    rows = []
    for size in (200, 400, 1_000):
        verdicts = [source_verdict(size, k).verdict for k in range(size + 1)]
        row: dict[str, Any] = {"size": size, "reject_from": verdicts.index("blacklisted"), "clear_to": verdicts.count("clear") - 1}
        for name, rate, verdict in (
            ("wrongly_out", 0.05, "blacklisted"),
            ("wrongly_in", 0.0500001, "clear"),
            ("found_at_10", 0.1, "blacklisted"),
        ):
            row[name] = sum(binomial_point(k, size, rate) for k in range(size + 1) if verdicts[k] == verdict)
        rows.append(row)
    verdict_of = cache(lambda size, bad, looks: source_verdict(size, bad, looks=looks).verdict)
    wrongly_out = {1: 0, 3: 0}
    for counts in chance.binomial([200, 200, 600], 0.05, size=(times, 3)):
        seen = list(zip((200, 400, 1_000), map(int, np.cumsum(counts)), strict=True))
        for planned in wrongly_out:
            wrongly_out[planned] += any(verdict_of(size, bad, planned) == "blacklisted" for size, bad in seen)
    return {"rows": rows, "three_looks": {str(planned): count / times for planned, count in wrongly_out.items()}}


def kappa_coverage(times: int, chance: random.Random) -> dict[str, float]:
    """400 documents, 5 % bad; each of two people is right nine times in ten about bad ones, and 98 in 100 about good ones."""
    both = {"bad": 0.9 * 0.9, "good": 0.98 * 0.98}
    agreed = 0.05 * (both["bad"] + 0.1 * 0.1) + 0.95 * (both["good"] + 0.02 * 0.02)
    says_bad = 0.05 * 0.9 + 0.95 * 0.02
    by_chance = says_bad**2 + (1 - says_bad) ** 2
    truth, held = (agreed - by_chance) / (1 - by_chance), 0
    for _each in range(times):
        pairs = []
        for _document in range(400):
            bad = chance.random() < 0.05
            say = [("fail" if (chance.random() < (0.9 if bad else 0.02)) else "pass") for _person in range(2)]
            pairs.append((say[0], say[1]))
        interval = agreement(pairs).kappa_interval
        held += interval is not None and interval.low <= truth <= interval.high
    return {"truth": truth, "held": held / times}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--redraws", type=int, default=600)
    options = parser.parse_args(arguments)
    chance = np.random.default_rng(20261123)
    found = {
        "operating_characteristic": operating_characteristic(),
        "redraws": redraws(options.redraws),
        "clopper_pearson": clopper_pearson_coverage(),
        "weighted": weighted_coverage(2_000, chance),
        "five_percent": five_percent_rule(2_000, chance),
        "kappa": kappa_coverage(400, random.Random(6)),
    }
    broken = broken_promises(found)
    if options.json:
        print(json.dumps(found | {"broken": broken}, indent=1))
    else:
        show(found, broken)
    return 1 if broken else 0


def broken_promises(found: dict[str, Any]) -> list[str]:
    drawn = found["redraws"]
    tests = [row[name] for row in found["five_percent"]["rows"] for name in ("wrongly_out", "wrongly_in")]
    promises = {
        "the operating characteristic is the exact one": found["operating_characteristic"]["worst"] <= 1e-9,
        "samples that are drawn pass as often as predicted": drawn["low"] <= drawn["predicted"] <= drawn["high"],
        "Clopper-Pearson holds 95 %": found["clopper_pearson"] >= 0.95,
        "the weighted interval holds 94 %": found["weighted"]["held"] >= 0.94,
        "the 5 % rule errs at most in 5 %": max(tests) <= 0.05,
        "three planned looks err at most in 5 %": found["five_percent"]["three_looks"]["3"] <= 0.05,
        "κ's interval holds 90 %": found["kappa"]["held"] >= 0.90,
    }
    return [promise for promise, kept in promises.items() if not kept]


def show(found: dict[str, Any], broken: Sequence[str]) -> None:
    table = found["operating_characteristic"]
    print(
        "P(pass), 4,000 documents    endless: " + " ".join(f"{c:>7}" for c in ("≤160", "≤139", "≤131")) + "    of 20,000: " + " finite plan"
    )
    for text in RATES:
        shown = []
        for population in (None, 20_000):
            rows = [row for row in table["rows"] if row["rate"] == text and row["population"] == population]
            shown.append(" ".join(f"{row['exact']:7.4f}" for row in rows))
        print(f"  bad {text:>4} %                       {shown[0]}              {shown[1]}")
    print(f"  worst deviation from whole fractions: {table['worst']:.1e}; normal approximation: {table['worst_peer']:.1e}")
    drawn = found["redraws"]
    print(
        f"redraws: {drawn['passed']:.3f} of {drawn['samples']} samples pass, predicted {drawn['predicted']:.3f}"
        f" (99.9 %: {drawn['low']:.3f} to {drawn['high']:.3f}); {drawn['documents_per_cpu_s']:,} documents per CPU second"
    )
    print(f"intervals hold the truth: Clopper-Pearson ≥ {found['clopper_pearson']:.4f};", end=" ")
    print(f"weighted {found['weighted']['held']:.3f} (normal approximation {found['weighted']['peer']:.3f})")
    for row in found["five_percent"]["rows"]:
        print(
            f"5 % rule, {row['size']:>5} documents: out from {row['reject_from']}, clear to {row['clear_to']};"
            f" wrongly out {row['wrongly_out']:.4f}, wrongly in {row['wrongly_in']:.4f}, found out at 10 %: {row['found_at_10']:.3f}"
        )
    three = found["five_percent"]["three_looks"]
    print(f"  three looks (200, 400, 1,000): wrongly out {three['1']:.3f}, where three were planned {three['3']:.3f}")
    print(f"κ: interval holds {found['kappa']['truth']:.3f} in {found['kappa']['held']:.3f} of the samples")
    print("broken promises:", "; ".join(broken) or "none")


if __name__ == "__main__":
    sys.exit(main())
