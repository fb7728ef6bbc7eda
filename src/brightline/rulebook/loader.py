"""Reads the rulebook from YAML and refuses every row that could mislead a decision, with file, line and what to do.

``instruments.yaml`` lists the legal texts, ``basis.yaml`` the grounds per problem type, ``renumbered.yaml`` the article
numbers that revisions left behind, every other ``*.yaml`` rules.
Besides the form of each field the loader checks what a reviewer cannot see in one row: that a rule has the rank of its
instrument and binds only while the instrument does, that nothing below a departmental rule claims to justify a block,
that no row counts as verified on a summary or from memory, and that none cites an article by its number of before.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import cast, get_args

from brightline.errors import DataError
from brightline.model import AtMost, Instrument, Key, Rule, Status
from brightline.rulebook.basis import Basis, BlockGround
from brightline.rulebook.book import Rulebook
from brightline.rulebook.citation import is_article
from brightline.rulebook.renumbered import Renumbered, article_of
from brightline.rulebook.rows import Row, read_rows

__all__ = ["BINDS", "GRADES", "VERIFYING_GRADES", "load_rulebook"]

_SHIPPED = Path(__file__).with_name("data")
_NOT_RULES = ("instruments.yaml", "basis.yaml", "renumbered.yaml")
_STATUSES = tuple(status.value for status in Status)
_KEYS = tuple(key.value for key in Key)
_AT_MOST: tuple[str, ...] = get_args(AtMost)
_EDITIONS = ("QL25", "QL26")

# Evidence grades: O official page read; T2 two identical full-text transcriptions (T2* confirmed by the amending decision);
# T1 one full-text transcription; T quoted after fetching the official page (T×n: n independent readers); X checked by
# running it; S summary only; M memory only. A grade with a slash is worth its weaker half.
VERIFYING_GRADES = ("O", "T2*", "T2", "T1", "T×5", "T×4", "T×3", "T×2", "T", "X")
GRADES = (*VERIFYING_GRADES, "O/S", "T/S", "S/M", "S", "M")

# Whom a rule binds: generative-AI service, deep-synthesis provider and supporter, platform, app store, anyone, companion
# service, personal-information handler, device maker, algorithm recommender; added here: network operator, state bodies.
BINDS = ("GSP", "DSP", "DTS", "PLT", "APP", "USR", "ACP", "PIH", "TRM", "ALG", "NET", "STA")


def load_rulebook(directory: Path | None = None) -> Rulebook:
    """The shipped rulebook (read once), or the one in ``directory``. Raises ``DataError`` with file and line."""
    return _shipped() if directory is None else _load(directory)


@functools.cache
def _shipped() -> Rulebook:
    return _load(_SHIPPED)


def _load(directory: Path) -> Rulebook:
    if not directory.is_dir():
        raise DataError("BL-DATA-101", "is not a folder", "give the folder that holds instruments.yaml", file=str(directory), line=1)
    instruments = _instruments(read_rows(directory / "instruments.yaml", "instrument"))
    rules: dict[str, Rule] = {}
    rows: dict[str, Row] = {}
    aliases: dict[str, str] = {}
    for path in sorted(directory.glob("*.yaml")):
        if path.name in _NOT_RULES:
            continue
        for row in read_rows(path, "rule"):
            rule, former = _rule(row, instruments)
            for name in (rule.id, *former):
                if name in rules or name in aliases:
                    raise row.fail("BL-DATA-106", f"the id `{name}` is taken", "ids and aliases are unique over all files", "id")
                if name == rule.id:
                    rules[name], rows[name] = rule, row
                else:
                    aliases[name] = rule.id
    _check_maps(rules, rows)
    renumbered_file = directory / "renumbered.yaml"
    renumbered = _renumbered(read_rows(renumbered_file, "renumbered"), rules, aliases) if renumbered_file.exists() else {}
    for key, rule in rules.items():
        _check_number(rows[key], rule, renumbered)
    basis_file = directory / "basis.yaml"
    bases = _bases(read_rows(basis_file, "basis"), rules) if basis_file.exists() else []
    return Rulebook.of(instruments.values(), rules.values(), aliases, bases, renumbered.values())


def _instruments(rows: Iterable[Row]) -> dict[str, Instrument]:
    found: dict[str, Instrument] = {}
    for row in rows:
        key = row.text("id")
        row.what = f"instrument {key}"
        if key in found:
            raise row.fail("BL-DATA-106", f"the id `{key}` is taken", "instrument ids are unique", "id")
        title = row.row("title")
        force = row.row("in_force")
        found[key] = Instrument(
            id=key,
            title_zh=title.text("zh"),
            title_en=title.text("en"),
            status=Status(row.choice("status", _STATUSES)),
            in_force_from=force.day("from"),
            in_force_to=force.day_or_none("to"),
            source=row.text("source"),
            number=row.text("number", ""),
        )
        for each in (title, force, row):
            each.finish()
        _check_span(row, found[key].in_force_from, found[key].in_force_to)
    return found


def _rule(row: Row, instruments: dict[str, Instrument]) -> tuple[Rule, tuple[str, ...]]:
    key = row.text("id")
    row.what = f"rule {key}"
    title, obligation, force = row.row("title"), row.row("obligation"), row.row("in_force")
    rule = Rule(
        id=key,
        instrument=row.text("instrument"),
        article=row.text("article", ""),
        status=Status(row.choice("status", _STATUSES)),
        title_zh=title.text("zh"),
        title_en=title.text("en"),
        obligation_zh=obligation.text("zh"),
        obligation_en=obligation.text("en"),
        problem_types=row.integers("types", 1, 13),
        editions=row.texts("editions", _EDITIONS),
        maps_to=row.texts("maps_to"),
        keys=tuple(Key(value) for value in row.texts("keys", _KEYS, required=True)),
        at_most=cast("tuple[AtMost, ...]", row.texts("at_most", _AT_MOST, required=True)),
        binds=row.texts("binds", BINDS, required=True),
        in_force_from=force.day("from"),
        in_force_to=force.day_or_none("to"),
        verified=row.flag("verified"),
        number_verified=row.flag("number_verified"),
        evidence_grade=row.choice("evidence", GRADES),
        readers=row.integer("readers", 0, 99),
        source=row.text("source"),
        read_on=row.day("read_on"),
        threshold=row.text("threshold", ""),
        manifest_only=row.flag("manifest_only", False),
        note=row.text("note", ""),
    )
    former = row.texts("aliases")
    for each in (title, obligation, force, row):
        each.finish()
    _check_span(row, rule.in_force_from, rule.in_force_to)
    _check_rule(row, rule, instruments)
    return rule, former


def _check_rule(row: Row, rule: Rule, instruments: dict[str, Instrument]) -> None:
    instrument = instruments.get(rule.instrument)
    if instrument is None:
        raise row.fail("BL-DATA-107", f"there is no instrument `{rule.instrument}`", "add it to instruments.yaml", "instrument")
    if rule.status is not instrument.status:
        raise row.fail(
            "BL-DATA-109", f"status is {rule.status}, its instrument has {instrument.status}", "a rule has its text's rank", "status"
        )
    starts_early = rule.in_force_from < instrument.in_force_from
    ends_late = instrument.in_force_to is not None and (rule.in_force_to is None or rule.in_force_to > instrument.in_force_to)
    if starts_early or ends_late:
        span = f"{instrument.in_force_from} to {instrument.in_force_to or 'today and after'}"
        raise row.fail("BL-DATA-109", "in_force reaches beyond its instrument", f"{rule.instrument} binds from {span}", "in_force")
    if "block" in rule.at_most and not rule.status.binding:
        raise row.fail("BL-DATA-110", f"a {rule.status} cannot justify a block", "only law, regulation and rule can; use limit", "at_most")
    if rule.verified and rule.evidence_grade not in VERIFYING_GRADES:
        raise row.fail("BL-DATA-111", f"grade {rule.evidence_grade} cannot verify", f"verifying: {', '.join(VERIFYING_GRADES)}", "verified")
    if not rule.keys or not rule.at_most:
        raise row.fail("BL-DATA-104", "keys and at_most must each name something", "use `duty` for a rule without content action", "keys")
    if not is_article(rule.article, rule.status):
        raise row.fail("BL-DATA-105", f"`{rule.article}` is not an article", "write 49, 13.2 (款), 4(1) (项), 291-1 (之一)", "article")


def _check_span(row: Row, start: object, end: object) -> None:
    if end is not None and str(end) < str(start):
        raise row.fail("BL-DATA-105", f"ends ({end}) before it begins ({start})", "`to` is the last day", "in_force")


def _check_maps(rules: dict[str, Rule], rows: dict[str, Row]) -> None:
    for rule in rules.values():
        for target in rule.maps_to:
            if target not in rules:
                raise rows[rule.id].fail("BL-DATA-108", f"maps_to names `{target}`, which is no rule", "use the id of a rule", "maps_to")


def _renumbered(rows: Iterable[Row], rules: dict[str, Rule], aliases: dict[str, str]) -> dict[str, Renumbered]:
    found: dict[str, Renumbered] = {}
    for row in rows:
        left = Renumbered(row.text("id"), row.text("now"), row.day("since"), row.text("source"))
        row.what = f"renumbered {left.id}"
        row.finish()
        if left.id in found or left.id in aliases or article_of(left.id) != left.id:
            raise row.fail(
                "BL-DATA-106", f"the id `{left.id}` is taken or is no whole article", "one row an article, no alias besides", "id"
            )
        if left.now not in rules:
            raise row.fail("BL-DATA-108", f"`now` names `{left.now}`, which is no rule", "use the id of a rule, not a former id", "now")
        if rules[left.now].in_force_from > left.since:
            raise row.fail("BL-DATA-109", f"`{left.now}` is not in force on {left.since}", "`since` is the new number's first day", "since")
        found[left.id] = left
    return found


def _check_number(row: Row, rule: Rule, renumbered: dict[str, Renumbered]) -> None:
    """Import check of legal-grounds.md, section 5: neither id nor article may be a number of before for a day on which it no longer stands."""
    for name in (rule.id, f"{rule.instrument}-{rule.article}"):
        left = renumbered.get(article_of(name))
        if left and (rule.in_force_to is None or rule.in_force_to >= left.since):
            raise row.fail(
                "BL-DATA-114", f"{left.id} is the article's number until {left.last_day}", f"it is {left.now} since {left.since}", "article"
            )


def _bases(rows: Iterable[Row], rules: dict[str, Rule]) -> list[Basis]:
    found: dict[int, Basis] = {}
    for row in rows:
        number = row.integer("type", 1, 13)
        row.what = f"basis {number}"
        if number in found:
            raise row.fail("BL-DATA-106", f"problem type {number} stands twice", "one basis a type", "type")
        title, no_ground, verified = row.row("title"), row.row("no_ground"), row.flag("verified")
        basis = Basis(
            problem_type=number,
            title_zh=title.text("zh"),
            title_en=title.text("en"),
            label=row.texts("label"),
            limit=row.texts("limit"),
            grounds=tuple(_ground(each, rules, verified) for each in row.rows("block")),
            verified=verified,
            no_ground_zh=no_ground.text("zh"),
            no_ground_en=no_ground.text("en"),
            note=row.text("note", ""),
        )
        for each in (title, no_ground, row):
            each.finish()
        for field, ids in (("label", basis.label), ("limit", basis.limit)):
            _check_known(row, field, ids, rules)
        found[number] = basis
    return list(found.values())


def _ground(row: Row, rules: dict[str, Rule], verified: bool) -> BlockGround:
    title = row.row("title")
    ground = BlockGround(
        id=row.text("id"),
        title_zh=title.text("zh"),
        title_en=title.text("en"),
        key_a=row.texts("key_a", required=True),
        key_b=row.texts("key_b", required=True),
        exceptions=row.texts("exceptions"),
        note=row.text("note", ""),
    )
    for each in (title, row):
        each.finish()
    for field, ids in (("key_a", ground.key_a), ("key_b", ground.key_b), ("exceptions", ground.exceptions)):
        _check_known(row, field, ids, rules)
    for field, key, ids in (("key_a", Key.A, ground.key_a), ("key_b", Key.B, ground.key_b)):
        for rule_id in ids:
            if key not in rules[rule_id].keys:
                raise row.fail("BL-DATA-109", f"`{rule_id}` is no key {key}", "the rule's own `keys` decide", field)
        if verified and not any(_can_stop(rules[rule_id]) for rule_id in ids):
            raise row.fail("BL-DATA-111", f"no key {key} here is verified and may block", "set the basis to `verified: false`", field)
    return ground


def _can_stop(rule: Rule) -> bool:
    return rule.verified and rule.number_verified and rule.status.binding and "block" in rule.at_most


def _check_known(row: Row, field: str, ids: Iterable[str], rules: dict[str, Rule]) -> None:
    for rule_id in ids:
        if rule_id not in rules:
            raise row.fail("BL-DATA-108", f"`{field}` names `{rule_id}`, which is no rule", "use the id of a rule, not a former id", field)
