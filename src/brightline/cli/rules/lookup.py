"""The rulebook for people and programs: which texts there are, what they say, what they may justify."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from brightline.cli.terminal import console, print_json
from brightline.errors import InputError
from brightline.model import Key, Rule, Status
from brightline.rulebook import Basis, Rulebook, load_rulebook

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)


class Edition(StrEnum):
    """An edition of the campaign."""

    QL25 = "QL25"
    QL26 = "QL26"


class Lang(StrEnum):
    """The language of what is shown."""

    ZH = "zh"
    EN = "en"


_Json = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
_On = Annotated[str | None, typer.Option("--on", metavar="DATE", help="The law of this day, such as 2027-01-01. Default: today.")]
_Edition = Annotated[Edition | None, typer.Option("--edition", help="Only rows of, or mapped to, this edition of the campaign.")]
_Lang = Annotated[Lang, typer.Option("--lang", help="Chinese or English.")]
_Type = Annotated[int | None, typer.Option("--type", min=1, max=13, help="Only this problem type.")]


@app.command("list")
def list_rules(
    problem_type: _Type = None,
    status: Annotated[Status | None, typer.Option(help="Only texts of this rank.")] = None,
    key: Annotated[Key | None, typer.Option(help="Only rules that turn this key.")] = None,
    unverified: Annotated[bool, typer.Option("--unverified", help="Only rules whose text or number is pending review.")] = False,
    on: _On = None,
    edition: _Edition = None,
    lang: _Lang = Lang.ZH,
    as_json: _Json = False,
) -> None:
    """List rules; with --on only those in force on that day."""
    book, day = load_rulebook(), _day(on)
    found = [
        rule
        for rule in book.rules.values()
        if (problem_type is None or problem_type in rule.problem_types)
        and (status is None or rule.status is status)
        and (key is None or key in rule.keys)
        and (not unverified or not (rule.verified and rule.number_verified))
        and (on is None or rule.in_force(day))
        and _of_edition(rule, edition, book)
    ]
    _show_rules(found, book, day, lang, as_json)


@app.command()
def search(
    words: Annotated[list[str], typer.Argument(help="Words of a title, an obligation, an id or a text's name, in either language.")],
    on: _On = None,
    edition: _Edition = None,
    lang: _Lang = Lang.ZH,
    as_json: _Json = False,
) -> None:
    """Find rules that contain all words. Exit code 1 if there is none."""
    book, day = load_rulebook(), _day(on)
    found = [rule for rule in book.search(" ".join(words)) if (on is None or rule.in_force(day)) and _of_edition(rule, edition, book)]
    _show_rules(found, book, day, lang, as_json)
    if not found:
        raise typer.Exit(1)


@app.command()
def show(
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="An id or a former id, such as CSL-49 or CSL-47.")],
    on: _On = None,
    edition: _Edition = None,
    lang: _Lang = Lang.ZH,
    as_json: _Json = False,
) -> None:
    """Show all about one rule. --edition also lists its counterparts in that edition of the campaign."""
    book, day = load_rulebook(), _day(on)
    rule, left, en = book[rule_id], book.stale(rule_id), lang is Lang.EN
    if as_json:
        print_json(_document(rule, book, day) | ({"renumbered": asdict(left)} if left else {}))
        return
    if left:
        console.print(
            Text(_WORDS["renumbered"][en].format(old=left.id, now=left.now, last=left.last_day, since=left.since), style="yellow")
        )
    instrument = book.instruments[rule.instrument]
    console.print(Text(f"{rule.id}  {book.citation(rule.id, lang)}", style="bold"))
    console.print(Text(f"{rule.title_en if en else rule.title_zh}: {rule.obligation_en if en else rule.obligation_zh}"))
    counterparts = [each for each in rule.maps_to if edition is None or edition in book[each].editions]
    lines = {
        "instrument": f"{instrument.title_zh} · {instrument.title_en} · {instrument.number}".removesuffix(" · "),
        "status": f"{_STATUS[rule.status][en]} ({rule.status})",
        "force": _force(rule, day, en),
        "keys": ", ".join(_KEY[key][en] for key in rule.keys),
        "at_most": ", ".join(_AT_MOST[each][en] for each in rule.at_most) + (_MANIFEST[en] if rule.manifest_only else ""),
        "binds": ", ".join(_BINDS[each][en] for each in rule.binds),
        "types": ", ".join(map(str, rule.problem_types)),
        "threshold": rule.threshold,
        "editions": ", ".join(rule.editions),
        "maps_to": ", ".join(counterparts),
        "basis": _verification(rule, en),
        "evidence": f"{rule.evidence_grade} · {rule.readers}",
        "source": f"{rule.source} ({rule.read_on})",
        "former": ", ".join(book.former_ids(rule.id)),
        "note": rule.note,
    }
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in lines.items():
        if value:
            table.add_row(_WORDS[name][en], Text(value))
    console.print(table)


@app.command()
def grounds(
    problem_type: Annotated[int, typer.Argument(metavar="TYPE", help="A problem type, 1 to 13.")],
    on: _On = None,
    edition: _Edition = None,
    lang: _Lang = Lang.ZH,
    as_json: _Json = False,
) -> None:
    """Show what may follow for a problem type on a day, on which texts, and what no text grounds.

    --edition also lists the campaign's rows for that type.
    """
    book, day = load_rulebook(), _day(on)
    basis = book.basis(problem_type, day)
    campaign = [rule.id for rule in book.rules.values() if edition and edition in rule.editions and problem_type in rule.problem_types]
    if as_json:
        print_json(_basis_document(basis, book, day, campaign))
        return
    en = lang is Lang.EN
    state = _WORDS["verified" if basis.verified else "pending"][en]
    console.print(Text(f"{problem_type}  {basis.title_en if en else basis.title_zh}  ({day}, {state})", style="bold"))
    for heading, ids in (("campaign", campaign), ("label", basis.label), ("limit", basis.limit)):
        if ids:
            console.print(Text(_WORDS[heading][en], style="bold"))
            _print_citations(ids, book, lang)
    for ground in basis.grounds:
        console.print(Text(f"{_WORDS['block'][en]}: {ground.title_en if en else ground.title_zh}", style="bold"))
        for heading, ids in (("key_a", ground.key_a), ("key_b", ground.key_b), ("exceptions", ground.exceptions)):
            if ids:
                console.print(Text(f"  {_WORDS[heading][en]}", style="dim"))
                _print_citations(ids, book, lang)
        if ground.note:
            console.print(Text(f"  {ground.note}", style="dim"))
    console.print(Text(_WORDS["no_ground"][en], style="bold"))
    console.print(Text(f"  {basis.no_ground_en if en else basis.no_ground_zh}"))


def _show_rules(found: list[Rule], book: Rulebook, day: date, lang: Lang, as_json: bool) -> None:
    if as_json:
        print_json([_document(rule, book, day) for rule in found])
        return
    en = lang is Lang.EN
    if not found:
        console.print(_WORDS["none"][en])
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("id", "title", "citation", "keys", "at_most", "basis"):
        table.add_column(_WORDS[heading][en], no_wrap=heading == "id", overflow="fold")
    for rule in found:
        table.add_row(
            rule.id,
            Text(rule.title_en if en else rule.title_zh, style="" if rule.in_force(day) else "dim strike"),
            Text(book.citation(rule.id, lang)),
            " ".join(rule.keys),
            " ".join(rule.at_most),
            _verification(rule, en),
        )
    console.print(table)
    console.print(Text(_WORDS["count"][en].format(len(found)), style="dim"))


def _print_citations(ids: list[str] | tuple[str, ...], book: Rulebook, lang: Lang) -> None:
    en = lang is Lang.EN
    for rule_id in ids:
        rule = book[rule_id]
        mark = "" if rule.verified and rule.number_verified else f"  [{_verification(rule, en)}]"
        console.print(Text(f"    {rule_id:<12}  {book.citation(rule_id, lang)}{mark}"))


def _document(rule: Rule, book: Rulebook, day: date) -> dict[str, Any]:
    return asdict(rule) | {
        "citation": {lang: book.citation(rule.id, lang) for lang in ("zh", "en")},
        "instrument": asdict(book.instruments[rule.instrument]),
        "aliases": book.former_ids(rule.id),
        "on": day,
        "in_force": rule.in_force(day),
    }


def _basis_document(basis: Basis, book: Rulebook, day: date, campaign: list[str]) -> dict[str, Any]:
    citations = {rule: {lang: book.citation(rule, lang) for lang in ("zh", "en")} for rule in (*campaign, *basis.rule_ids())}
    return asdict(basis) | {"on": day, "campaign": campaign, "citations": citations, "rulebook": book.digest}


def _of_edition(rule: Rule, edition: Edition | None, book: Rulebook) -> bool:
    return edition is None or edition in rule.editions or any(edition in book[other].editions for other in rule.maps_to)


def _day(text: str | None) -> date:
    if text is None:
        return date.today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError("BL-INPUT-026", f"{text!r} is not a date", "write a day such as 2027-01-01") from None


def _force(rule: Rule, day: date, en: bool) -> str:
    span = f"{rule.in_force_from} – {rule.in_force_to or ''}".rstrip()
    return f"{span} ({day}: {_WORDS['in_force' if rule.in_force(day) else 'not_in_force'][en]})"


def _verification(rule: Rule, en: bool) -> str:
    if not rule.verified:
        return _WORDS["pending"][en]
    return _WORDS["verified" if rule.number_verified else "number_pending"][en]


# What the command says, Chinese and English; index with a bool that asks for English.
_WORDS = {
    "at_most": ("最多可支持", "at most"),
    "basis": ("依据核验", "basis"),
    "binds": ("约束对象", "binds"),
    "block": ("阻断", "block"),
    "campaign": ("专项行动", "campaign"),
    "citation": ("引用", "citation"),
    "count": ("共 {} 条", "{} rules"),
    "editions": ("专项行动版本", "edition"),
    "evidence": ("证据等级 · 读者数", "evidence · readers"),
    "exceptions": ("例外（先行审查）", "exceptions, tested first"),
    "force": ("施行时间", "in force"),
    "former": ("旧编号", "former ids"),
    "id": ("编号", "id"),
    "in_force": ("施行中", "in force"),
    "instrument": ("文件", "instrument"),
    "key_a": ("禁止性依据（A）", "key A: forbids"),
    "key_b": ("处置依据（B）", "key B: obliges this operator"),
    "keys": ("性质", "keys"),
    "label": ("标识、提示", "label"),
    "limit": ("限制、暂缓", "limit, hold"),
    "maps_to": ("对应条目", "maps to"),
    "no_ground": ("没有阻断依据", "no ground for blocking"),
    "none": ("没有符合条件的规则。", "No rule matches."),
    "not_in_force": ("未施行", "not in force"),
    "note": ("备注", "note"),
    "number_pending": ("条款序号待核对", "article number pending review"),
    "pending": ("依据待核", "basis pending review"),
    "renumbered": (
        "{old} 是 {last} 及以前的条文序号，自 {since} 起为 {now}。",
        "{old} is the number of before: it stood until {last} and is {now} since {since}.",
    ),
    "source": ("出处", "source"),
    "status": ("效力层级", "status"),
    "threshold": ("量化标准", "threshold"),
    "title": ("标题", "title"),
    "types": ("问题类型", "problem types"),
    "verified": ("已核验", "verified"),
}
_MANIFEST = ("（仅限明显情形）", " (manifest cases only)")
_STATUS = {
    Status.LAW: ("法律", "law"),
    Status.REGULATION: ("行政法规", "administrative regulation"),
    Status.RULE: ("部门规章", "departmental rule"),
    Status.NORMATIVE: ("规范性文件", "normative document"),
    Status.MANDATORY_STANDARD: ("强制性国家标准", "mandatory standard"),
    Status.RECOMMENDED_STANDARD: ("推荐性国家标准", "recommended standard"),
    Status.GUIDE: ("指南", "guide"),
    Status.CAMPAIGN: ("专项行动", "campaign"),
}
_KEY = {
    Key.A: ("A（禁止性依据）", "A (forbids)"),
    Key.B: ("B（处置依据）", "B (obliges)"),
    Key.SCOPE: ("适用范围", "scope"),
    Key.DUTY: ("义务", "duty"),
    Key.EXCEPTION: ("例外", "exception"),
    Key.APPEAL: ("申诉", "appeal"),
}
_BINDS = {
    "ACP": ("拟人化互动服务提供者", "companion service"),
    "ALG": ("算法推荐服务提供者", "algorithm recommender"),
    "APP": ("应用分发平台", "app store"),
    "DSP": ("深度合成服务提供者", "deep-synthesis provider"),
    "DTS": ("深度合成技术支持者", "deep-synthesis technical supporter"),
    "GSP": ("生成式人工智能服务提供者", "generative-AI provider"),
    "NET": ("网络运营者", "network operator"),
    "PIH": ("个人信息处理者", "personal-information handler"),
    "PLT": ("内容传播平台", "content platform"),
    "STA": ("国家机关", "state bodies"),
    "TRM": ("终端产品提供者", "device maker"),
    "USR": ("任何组织和个人", "anyone"),
}
_AT_MOST = {
    "duty": ("仅义务（不支持内容措施）", "duty only (no content action)"),
    "label": ("标识、提示", "label"),
    "limit": ("限制、暂缓", "limit"),
    "block": ("阻断", "block"),
    "report": ("报告、留存记录", "report"),
}
