"""Drawing a sample that an auditor can draw again: the documents whose keyed hashes are smallest, in every stratum.

    rank(document) = HMAC-SHA-256(seed, doc_id); the smallest ranks of each stratum are drawn (seed: ``seeds.py``)

Since a rank depends on nothing but seed and document, any engine, order and partition draws the same sample, and one may add documents
without drawing the others anew. Memory: a heap as large as the sample, whatever the corpus; documents are streamed past it once.
For the technical sample, a tenth of a large corpus, there is no heap: ``cut.py``.
"""

from __future__ import annotations

import hashlib
import heapq
import hmac
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling.plans import Plan
from brightline.corpus.sampling.seeds import commitment

__all__ = ["Drawn", "count_strata", "draw", "rank", "sample_digest", "verify_sample"]


class Drawn(NamedTuple):
    """A drawn document. ``position``: its place in the sample, from 0; the first ``plan.size`` are the core, in the order of their
    ranks, so that any beginning of it is a random sample itself. ``double``: two people look at it."""

    position: int
    doc_id: str
    stratum: str
    double: bool


def rank(seed: bytes, doc_id: str) -> bytes:
    """32 bytes; the smaller, the sooner drawn."""
    return hmac.digest(seed, doc_id.encode(), "sha256")


def count_strata(strata: Iterable[str]) -> dict[str, int]:
    """How many documents each stratum has: the first pass over a corpus, from which a plan is made."""
    return dict(sorted(Counter(strata).items()))


def draw(plan: Plan, seed: bytes, documents: Iterable[tuple[str, str]]) -> tuple[Drawn, ...]:
    """The sample of a plan from all (document, stratum) pairs of the population, in any order.

    Raises ``CorpusError`` BL-CORPUS-054 where the documents are not those that were counted for the plan.
    """
    heaps: dict[str, list[tuple[int, str]]] = {}
    seen: Counter[str] = Counter()
    quotas = {name: plan.quota(name) for name in plan.strata}
    for doc_id, stratum in documents:
        seen[stratum] += 1
        quota = quotas.get(stratum, 0)
        if quota == 0:
            continue
        heap = heaps.setdefault(stratum, [])
        key = (-int.from_bytes(rank(seed, doc_id)), doc_id)  # a heap keeps its smallest in front; we want to lose the largest rank
        if len(heap) < quota:
            heapq.heappush(heap, key)
        elif key > heap[0]:
            heapq.heapreplace(heap, key)
    _check_counted(plan.strata, seen)
    core: list[tuple[int, str, str]] = []
    extra: list[tuple[int, str, str]] = []
    for stratum, heap in heaps.items():
        ranked = sorted((-negative, doc_id, stratum) for negative, doc_id in heap)
        first = plan.core.get(stratum, 0)
        core += ranked[:first]
        extra += ranked[first:]
    ordered = [*sorted(core), *sorted(extra)]
    doubled = _doubled(seed, [doc_id for _rank, doc_id, _stratum in ordered], plan.double)
    return tuple(Drawn(at, doc_id, stratum, at in doubled) for at, (_rank, doc_id, stratum) in enumerate(ordered))


def sample_digest(doc_ids: Sequence[str]) -> str:
    """64 hex characters that stand for a sample: SHA-256 over its documents in their order, one a line."""
    return hashlib.sha256("".join(f"{doc_id}\n" for doc_id in doc_ids).encode()).hexdigest()


def verify_sample(
    plan: Plan, seed: bytes, committed: str, documents: Iterable[tuple[str, str]], inspected: Sequence[str]
) -> tuple[str, ...]:
    """What an auditor asks: is the seed the one that was committed to, and are the inspected documents those that it draws?

    Gives back what is wrong, in words of one line each; nothing is wrong with the empty tuple.
    """
    if commitment(seed) != committed:
        return ("the seed is not the one that was committed to",)
    try:
        drawn = [each.doc_id for each in draw(plan, seed, documents)]
    except CorpusError as problem:
        return (problem.message,)
    if drawn == list(inspected):
        return ()
    put_in, left_out = set(inspected) - set(drawn), set(drawn) - set(inspected)
    problems = [f"{len(put_in)} inspected documents were not drawn"] if put_in else []
    problems += [f"{len(left_out)} drawn documents were not inspected"] if left_out else []
    return tuple(problems) or ("the documents stand in another order than they were drawn in",)


def _check_counted(planned: Mapping[str, int], seen: Mapping[str, int]) -> None:
    wrong = next((name for name in sorted({*planned, *seen}) if planned.get(name, 0) != seen.get(name, 0)), None)
    if wrong is not None:
        raise CorpusError(
            "BL-CORPUS-054",
            f"the plan counts {planned.get(wrong, 0)} documents of {wrong!r}, the corpus has {seen.get(wrong, 0)}",
            "count and draw over the same finished run",
        )


def _doubled(seed: bytes, doc_ids: Sequence[str], wanted: int) -> set[int]:
    """Positions that two people look at: again by keyed hash, so that reviewers can neither guess nor choose them."""
    second = hmac.digest(seed, b"brightline-double", "sha256")
    ranked = sorted(range(len(doc_ids)), key=lambda at: rank(second, doc_ids[at]))
    return set(ranked[:wanted])
