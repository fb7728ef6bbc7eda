"""Checks of who signs a label: the provider codes of producer and propagator, and the security data in the reserved codes.

Follows the layout of the 27-character code (rules.md, 2.4), GB 32100-2015 for its check digit, and TC260-PG-202511A. The
standard allows a name in place of a code, so another shape is a warning; a code that breaks its own check digit is a defect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from brightline.labels.provider_code import parse_provider_code, uscc_is_valid
from brightline.labels.sites import Site
from brightline.labels.verification.check_catalogue import Evidence, Outcome
from brightline.labels.verification.examined import Examined, SignatureSeen

__all__ = ["provider_outcomes", "security_outcomes"]

_ORGANISATION, _BY_USCC = "1", "1"  # rules.md, 2.4: positions 3 and 4
_GENERATION, _PROPAGATION = "1", "2"  # position 23
_GUIDE_TYPES = frozenset({"Md", "Bnd", "Md+Bnd"})  # TC260-PG-202511A has Md and Bnd; Md+Bnd is ours (security_data.py)
_SHOWN = 64  # characters of a value that a sentence shows; own choice


def provider_outcomes(examined: Examined) -> Iterator[Outcome]:
    """Codes, role digits and pairs of the first label that has values; further labels are already a defect of their own."""
    site = next((site for site in examined.labels if site.label is not None), None)
    if site is None:
        return
    producer, propagator = site.fields.get("ContentProducer", ""), site.fields.get("ContentPropagator", "")
    yield from _code_outcomes("producer", site, "ContentProducer", producer)
    yield from _code_outcomes("propagator", site, "ContentPropagator", propagator)
    producer_code, propagator_code = parse_provider_code(producer), parse_provider_code(propagator)
    if producer_code is not None:
        where = (Examined.where(site, "ContentProducer"),)
        known = producer_code.subject_type == _ORGANISATION and producer_code.binding == _BY_USCC
        yield Outcome("producer.code.subject", known, producer[:4], evidence=() if known else where)
        holds = producer_code.role == _GENERATION
        yield Outcome("producer.role_digit", holds, producer_code.role, evidence=() if holds else where)
    if propagator_code is not None:
        holds = propagator_code.role == _PROPAGATION or propagator == producer
        yield Outcome("propagator.role_digit", holds, propagator_code.role, evidence=_unless(holds, site, "ContentPropagator"))
    number = site.fields.get("PropagateID", "")
    paired = bool(propagator.strip()) == bool(number.strip())
    only = "ContentPropagator" if propagator.strip() else "PropagateID"
    yield Outcome("propagator.pair", paired, only, evidence=_unless(paired, site, only))


def security_outcomes(examined: Examined) -> Iterator[Outcome]:
    """Shape of the security data, signature, key and content binding of each signed label."""
    yield from _shape(examined)
    seen = [(examined.sites[index], signature) for index, signature in sorted(examined.signatures.items())]
    signed = [(site, signature) for site, signature in seen if signature.signed]
    if not signed:
        return
    yield from _verdicts("security.signature", signed, _signature_holds)
    yield from _verdicts("security.key_pinned", signed, _key_is_pinned)
    bound = [(site, signature) for site, signature in signed if signature.media != "unbound"]
    if bound:
        yield from _verdicts("security.binding", bound, _binding_holds)


def _code_outcomes(who: str, site: Site, key: str, value: str) -> Iterator[Outcome]:
    if not value.strip():
        return
    code = parse_provider_code(value)
    yield Outcome(f"{who}.code.shape", code is not None, value[:_SHOWN], evidence=_unless(code is not None, site, key))
    if code is not None and code.binding == _BY_USCC:
        holds = uscc_is_valid(code.uscc)
        yield Outcome(f"{who}.code.check_digit", holds, code.uscc, evidence=_unless(holds, site, key))


def _shape(examined: Examined) -> Iterator[Outcome]:
    from brightline.labels.security.security_data import read_security_data  # brings cryptography along; most labels are unsigned

    problems: list[str] = []
    evidence: list[Evidence] = []
    looked = False
    for site in examined.labels:
        for key in ("ReservedCode1", "ReservedCode2"):
            code = site.fields.get(key, "")
            if "SecurityData" not in code and not code.lstrip().startswith("{"):
                continue
            looked = True
            data = read_security_data(code)
            names = [] if data is None else [part.type_name for part in data.signatures if part.type_name not in _GUIDE_TYPES]
            problem = f"{key}: no SecurityData" if data is None else f"{key}: TBSData.Type {', '.join(names)}" if names else ""
            if problem:
                problems.append(problem)
                evidence.append(Examined.where(site, key))
    if looked:
        yield Outcome("reserved.security_data.shape", not problems, "; ".join(problems), evidence=tuple(evidence))


def _signature_holds(seen: SignatureSeen) -> bool | None:
    if seen.reason in ("signature_wrong", "binding_wrong"):
        return False
    return None if seen.reason in ("no_key", "signature_unfitting", "unsupported") else True


def _key_is_pinned(seen: SignatureSeen) -> bool | None:
    return {"signed_by_pinned_key": True, "key_not_pinned": False, "no_key": False, "foreign_key": False}.get(seen.reason)


def _binding_holds(seen: SignatureSeen) -> bool | None:
    return {"same": True, "changed": False}.get(seen.media)


def _verdicts(check: str, seen: list[tuple[Site, SignatureSeen]], judge: Callable[[SignatureSeen], bool | None]) -> Iterator[Outcome]:
    verdicts = [(site, signature, judge(signature)) for site, signature in seen]
    worst = next((each for each in verdicts if each[2] is False), None) or next((each for each in verdicts if each[2] is None), verdicts[0])
    site, signature, holds = worst
    words = " ".join(word for word in (signature.reason, signature.key_id) if word)
    yield Outcome(check, holds, words, evidence=(Examined.where(site, "ReservedCode1"),))


def _unless(holds: bool, site: Site, key: str) -> tuple[Evidence, ...]:
    return () if holds else (Examined.where(site, key),)
