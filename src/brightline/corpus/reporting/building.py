"""Builds the report of a run: counts its Parquet shard by shard, takes what the store knows, and writes one document.

Memory is that of one shard, of the sums and of the register, whatever the size of the corpus; at scale the sums of shards are made
elsewhere (``CountTask``) and only added up here. ``build`` decides nothing: verdicts, decisions and samples come as they were made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from brightline._version import __version__
from brightline.corpus.annotators.risks import risks
from brightline.corpus.reporting.checks import check, limits
from brightline.corpus.reporting.clusters import ClusterCounts, count_clusters
from brightline.corpus.reporting.counting import count_shard
from brightline.corpus.reporting.counts import FOLDED, LENGTHS, MOST_NAMES, Counts
from brightline.corpus.reporting.facts import Facts, Quarantined, Remark, SampleFacts, SourceFacts
from brightline.corpus.reporting.identity import corpus_digest
from brightline.corpus.reporting.report import FORMAT, Report, rate
from brightline.corpus.reporting.uncovered import looking_for
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace
from brightline.rulebook import Rulebook, load_rulebook

__all__ = ["assemble", "build"]

OUTCOMES = ("keep", "redact", "drop", "quarantine")

Titled = Callable[[str], tuple[str, str]]
"""A rule's titles, zh and en; ``KeyError`` for a rule that nobody knows."""


def _untitled(_rule: str) -> tuple[str, str]:
    return "", ""


def build(
    workspace: Workspace,
    shards: Sequence[Shard],
    facts: Facts,
    *,
    rulebook: Rulebook | None = None,
    titled: Titled = _untitled,
    counted: Iterable[Counts] | None = None,
) -> Report:
    """The report of a run. ``titled``: what rules are called. ``counted``: the sums of all shards where they were made before (``CountTask``).

    Raises ``RunError`` where the workspace cannot be read.
    """
    total = Counts()
    parts = counted if counted is not None else (count_shard(workspace, shard, facts.kernels) for shard in shards)
    registered = {source.source for source in facts.sources}
    for counts in parts:
        total.add(counts)
        if max(len(total.documents) - len(registered), len(total.licences)) > 2 * MOST_NAMES:
            total.fold(registered)
    total.fold(registered)
    digest = corpus_digest(workspace, shards)
    facts = replace(facts, quarantined=[*facts.quarantined, *_unfinished(workspace, shards, facts)])
    return assemble(total, count_clusters(workspace), shards, facts, digest, rulebook or load_rulebook(), titled)


def _unfinished(workspace: Workspace, shards: Sequence[Shard], facts: Facts) -> Iterator[Quarantined]:
    """Planned pieces that left no documents, whether or not anybody noted why: their bytes were not inspected."""
    told = {(each.file, each.begin) for each in facts.quarantined}
    for shard in shards:
        if (shard.file, shard.begin) not in told and not workspace.exists(f"documents/{shard.name}.parquet"):
            yield from (Quarantined(each.file, each.begin, each.end or each.size_bytes, "unfinished") for each in shard.files())


def assemble(
    counts: Counts,
    clusters: ClusterCounts,
    shards: Sequence[Shard],
    facts: Facts,
    corpus_sha256: str,
    rulebook: Rulebook,
    titled: Titled = _untitled,
) -> Report:
    """The document from its sums: pure."""
    document: dict[str, Any] = {
        "format": FORMAT,
        "made": _made(facts, shards),
        "corpus": _corpus(counts, shards, facts, corpus_sha256),
        "versions": _versions(facts, rulebook),
        "coverage": _coverage(counts, facts),
        "sources": _sources(counts, facts),
        "rules": _rules(counts, titled),
        "source_rules": [
            {"source": source, "rule": rule, "documents": counts.found_in[source, rule], "findings": number}
            for (source, rule), number in sorted(counts.found.items())
        ],
        "licences": [
            {"stated": stated, "in_text": said, "documents": number} for (stated, said), number in sorted(counts.licences.items())
        ],
        "languages": [
            {"language": name, "documents": number, "characters": counts.language_characters[name]}
            for name, number in sorted(counts.languages.items())
        ],
        "lengths": [{"from": start, "documents": counts.lengths[start]} for start in LENGTHS],
        "duplicates": _duplicates(clusters),
        "decisions": _decisions(counts, facts),
        "redactions": [
            {"rule": rule, "spans": number, "documents": counts.redacted_in[rule]} for rule, number in sorted(counts.redacted.items())
        ],
        "emitted": {"documents": counts.emitted["documents"]},
        "generated": _generated(counts),
        "samples": [_sample(sample) for sample in sorted(facts.samples, key=lambda sample: (sample.kind, sample.sample))],
        "complaints": _by_word(facts.complaints, ("open", "upheld", "rejected")),
        "appeals": _appeals(counts, facts),
        "schedule": {name: facts.schedule.get(name, default) for name, default in _SCHEDULE.items()},
        "staff": {name: facts.staff.get(name, default) for name, default in _STAFF.items()},
        "risks": _risks(counts, facts),
    }
    document["checks"] = [
        {**each._asdict(), "title_zh": _title(rulebook, each.rule)[0], "title_en": _title(rulebook, each.rule)[1]}
        for each in check(document)
    ]
    document["limits"] = list(limits(document))
    return Report(document)


_SCHEDULE: Mapping[str, int | str | bool] = {"every_days": 0, "due_at": "", "overdue": False}
_STAFF: Mapping[str, int | bool] = {"people": 0, "trained": 0, "examined": 0, "rules": 0, "separated": False}


def _made(facts: Facts, shards: Sequence[Shard]) -> dict[str, Any]:
    """What may differ between two reports that say the same."""
    return {
        "at": facts.made_at,
        "by": facts.made_by,
        "run": facts.run,
        "engine": facts.engine,
        "workers": facts.workers,
        "seconds": facts.seconds,
        "shards": len(shards),
    }


def _corpus(counts: Counts, shards: Sequence[Shard], facts: Facts, digest: str) -> dict[str, Any]:
    files = {each.file: (each.format, each.packed, each.size_bytes) for shard in shards for each in shard.files()}
    number, size = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for kind, packed, size_bytes in files.values():
        number[kind, packed] += 1
        size[kind, packed] += size_bytes
    return {
        "name": facts.corpus,
        "sha256": digest,
        "files": len(files),
        "bytes": size.total(),
        "documents": counts.total,
        "characters": counts.characters.total(),
        "formats": [
            {"format": kind, "packed": packed, "files": files_of, "bytes": size[kind, packed]}
            for (kind, packed), files_of in sorted(number.items())
        ],
    }


def _versions(facts: Facts, rulebook: Rulebook) -> dict[str, Any]:
    others = {"code": __version__, "rulebook": rulebook.digest} | dict(facts.versions)
    return {
        "kernels": [{"name": name, "version": version} for name, version in sorted(facts.kernels.items())],
        "others": [{"name": name, "version": version} for name, version in sorted(others.items())],
    }


def _coverage(counts: Counts, facts: Facts) -> dict[str, Any]:
    total = counts.total
    kernels: list[dict[str, Any]] = [
        {
            "kernel": name,
            "inspected": counts.inspected[name],
            "not_inspected": total - counts.inspected[name],
            "share": rate(counts.inspected[name], total),
        }
        for name in sorted(facts.kernels)
    ]
    return {
        "documents": total,
        "without_source": counts.documents[""],
        "kernels": kernels,
        "inspected_by_all": rate(counts.inspected_by_all["documents"], total),
        "failures": [asdict(each) for each in sorted(facts.failures, key=lambda each: (each.kernel, each.reason))],
        "rejected": {
            "rows": counts.rejects.total(),
            "bytes": counts.rejected_bytes.total(),
            "reasons": [
                {"reason": reason, "rows": number, "bytes": counts.rejected_bytes[reason]}
                for reason, number in sorted(counts.rejects.items())
            ],
        },
        "quarantined": [asdict(each) for each in sorted(facts.quarantined, key=lambda each: (each.file, each.begin, each.end))],
    }


def _sources(counts: Counts, facts: Facts) -> dict[str, Any]:
    registered = {source.source: source for source in facts.sources}
    seen = {source for source in counts.documents if source}
    rows = [_source(name, registered.get(name), counts) for name in sorted(registered.keys() | seen)]
    return {
        "registered": len(registered),
        "unregistered": len(seen - registered.keys() - {FOLDED}),
        "unlisted": counts.documents[FOLDED],
        "without_source": counts.documents[""],
        "overseas": rate(sum(row["documents"] for row in rows if row["country"] not in ("", "CN")), counts.total),
        "rows": rows,
    }


def _source(name: str, registered: SourceFacts | None, counts: Counts) -> dict[str, Any]:
    known = registered or SourceFacts(name, "", "", "unregistered")
    verdict = known.verdict
    return {
        "source": name,
        "registered": registered is not None,
        "name": known.name,
        "kind": known.kind,
        "status": known.status,
        "licence": known.licence,
        "country": known.country,
        "languages": sorted(known.languages),
        "media": sorted(known.media),
        "url": known.url,
        "personal_basis": known.personal_basis,
        "collected_from": known.collected_from,
        "collected_to": known.collected_to,
        "owner": known.owner,
        "robots": known.robots,
        "opt_out": known.opt_out,
        "missing": _remarks(known.missing),
        "objections": _remarks(known.objections),
        "verdict": None if verdict is None else asdict(verdict) | {"rate": rate(verdict.illegal, verdict.inspected)},
        "documents": counts.documents[name],
        "characters": counts.characters[name],
        "share": rate(counts.documents[name], counts.total),
        "forbids_training": counts.forbids_training[name],
        "outcomes": {outcome: counts.outcomes[name, outcome] for outcome in OUTCOMES},
        "kept": counts.outcomes[name, "keep"] + counts.outcomes[name, "redact"],
    }


def _rules(counts: Counts, titled: Titled) -> list[dict[str, Any]]:
    names = {rule for _source, rule in (*counts.found, *counts.excused)}
    found, documents, excused = _over_sources(counts.found), _over_sources(counts.found_in), _over_sources(counts.excused)
    return [
        {
            "rule": rule,
            **_titles(rule, titled),
            "findings": found[rule],
            "documents": documents[rule],
            "excused": excused[rule],
            "share": rate(documents[rule], counts.total),
        }
        for rule in sorted(names)
    ]


def _remarks(remarks: Sequence[Remark]) -> list[dict[str, Any]]:
    return [asdict(remark) for remark in sorted(remarks, key=lambda each: (not each.forbids, each.word, each.clause))]


def _titles(rule: str, titled: Titled) -> dict[str, str]:
    try:
        zh, en = titled(rule)
    except KeyError:
        zh, en = "", ""
    return {"title_zh": zh, "title_en": en}


def _over_sources(by_source: Mapping[tuple[str, str], int]) -> Counter[str]:
    summed = Counter[str]()
    for (_source, rule), number in by_source.items():
        summed[rule] += number
    return summed


def _duplicates(clusters: ClusterCounts) -> dict[str, Any]:
    bars = [(2, 2), (3, 3), (4, 4), (5, 9), (10, 99), (100, 999), (1_000, 0)]  # own choice: pairs are most, giants matter
    return {
        "clusters": clusters.sizes.total(),
        "documents": clusters.documents,
        "copies": clusters.copies,
        "exact": clusters.exact,
        "near": clusters.copies - clusters.exact,
        "largest": max(clusters.sizes, default=0),
        "sizes": [
            {
                "from": low,
                "to": high,
                "clusters": sum(n for size, n in clusters.sizes.items() if low <= size and (not high or size <= high)),
            }
            for low, high in bars
        ],
    }


def _decisions(counts: Counts, facts: Facts) -> dict[str, Any]:
    by_outcome = Counter[str]()
    for (_source, outcome), number in counts.outcomes.items():
        by_outcome[outcome] += number
    return {
        "documents": by_outcome.total(),
        "policy": {name: facts.policy.get(name, "") for name in ("version", "by", "since")},
        "outcomes": [
            {
                "outcome": outcome,
                "documents": by_outcome[outcome],
                "characters": counts.outcome_characters[outcome],
                "share": rate(by_outcome[outcome], by_outcome.total()),
            }
            for outcome in OUTCOMES
        ],
        "rules": [{"rule": rule, "outcome": outcome, "documents": n} for (rule, outcome), n in sorted(counts.decided_by.items())],
        "not_inspected": [{"kernel": kernel, "documents": n} for kernel, n in sorted(counts.quarantined_for.items())],
    }


def _generated(counts: Counts) -> dict[str, Any]:
    return {
        "inspected": counts.inspected["generated"],
        "labelled": counts.generated["labelled"],
        "known": counts.generated["known"],
        "documents": rate(counts.generated["either"], counts.inspected["generated"]),
        "characters": rate(counts.generated["characters"], counts.characters.total()),
    }


def _sample(sample: SampleFacts) -> dict[str, Any]:
    return asdict(sample) | {"rate": rate(sample.passed, sample.passed + sample.failed), "share": rate(sample.drawn, sample.population)}


def _appeals(counts: Counts, facts: Facts) -> dict[str, Any]:
    by_status = _by_word(facts.appeals, ("open", "restored", "upheld"))
    taken = sum(n for (_source, outcome), n in counts.outcomes.items() if outcome in ("drop", "redact", "quarantine"))
    wrong = by_status["restored"]
    return by_status | {"wrong": rate(wrong, taken + wrong)}


def _by_word(given: Mapping[str, int], words: Sequence[str]) -> dict[str, int]:
    return {word: given.get(word, 0) for word in words}


def _risks(counts: Counts, facts: Facts) -> list[dict[str, Any]]:
    """The 31 risks: which rules look for each, of kernels that were to run, and in how many documents they found something (a document
    in which two of them did counts twice)."""
    documents = _over_sources(counts.found_in)
    rows = []
    for risk in risks():
        looking = looking_for(risk, facts.kernels, models=facts.models)
        found = sum(
            n for rule, n in documents.items() if any(rule == each or rule.startswith((f"{each}.", f"{each}_")) for each in looking)
        )
        titles = {"title_zh": risk.title_zh, "title_en": risk.title_en}
        rows.append({"risk": risk.code, **titles, "rules": sorted(looking), "note": risk.note, "documents": found})
    return rows


def _title(rulebook: Rulebook, rule_id: str) -> tuple[str, str]:
    rule = rulebook.get(rule_id)
    return (rule.title_zh, rule.title_en) if rule is not None else ("", "")
