"""What the palette finds for a few typed or pasted characters: pages, decisions, rules, goals, saved views, and what to search for.

A pure look-up over what this user may see, in memory but for one decision by key and the user's saved views. Whatever names
exactly one thing comes first: an id, the token or address of a statement, an address of the console, the id of a rule.
Texts of people are neither read nor shown here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from brightline.model import Rule
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.permissions import Permission
from brightline.server.face import msgid as _
from brightline.store import StoredDecision, Unreadable

__all__ = ["MOST_CHARS", "Group", "Option", "Page", "find", "pages"]

MOST_CHARS = 300
"""Longest question. What is longer was pasted by mistake and names nothing here."""

_MOST_RULES, _MOST_GOALS, _MOST_VIEWS = 8, 6, 6
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)  # secrets.token_urlsafe(16)


class Page(NamedTuple):
    """A page that the palette leads to. ``words``: what else people call it, in both languages."""

    path: str
    name: str
    permission: Permission
    words: str = ""


_PAGES = (
    Page("/console", _("Overview"), Permission.OVERVIEW_READ, "home start dashboard figures 首页 仪表盘 统计"),
    Page("/console/decisions", _("Decisions"), Permission.DECISIONS_READ, "list search find log 列表 查找 记录"),
    Page("/console/rulebook", _("Rulebook"), Permission.RULEBOOK_READ, "law rules articles instruments 法律 法规 条文"),
    Page("/console/try", _("Try it"), Permission.TRY, "test text inspect 测试 检查"),
    Page("/console/labels", _("Labels"), Permission.LABELS_VERIFY, "verify file mark aigc watermark c2pa 标识 核验 文件 水印"),
    Page("/console/corpus", _("Training data"), Permission.CORPUS_READ, "corpus dataset sources samples 语料 数据集 来源 抽检"),
    Page("/console/ledger", _("Ledger"), Permission.LEDGER_READ, "proof log head witness audit 证明 账本 审计"),
    Page("/console/keys", _("Keys"), Permission.KEYS_READ, "api clients credentials 接口 凭据"),
    Page("/console/users", _("Users"), Permission.USERS_READ, "people roles sessions accounts 人员 角色 会话"),
    Page("/console/settings", _("Settings"), Permission.SETTINGS_READ, "configuration options 配置 选项"),
    Page("/console/health", _("Health"), Permission.HEALTH_READ, "doctor status check 状态 诊断"),
    Page("/console/api", _("API"), Permission.API_USE, "openapi reference documentation 文档 接口"),
    Page("/console/account", _("Your account"), Permission.SIGNED_IN, "password second factor totp 密码 二次验证"),
    Page("/console/preferences", _("Preferences"), Permission.SIGNED_IN, "shortcuts keyboard theme language 快捷键 外观 语言"),
)


@dataclass(frozen=True, slots=True)
class Option:
    """One line of the palette. ``outcome`` and ``made_at`` are there for decisions."""

    href: str
    what: str
    note: str = ""
    outcome: str = ""
    made_at: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one kind under their heading (an English msgid)."""

    name: str
    options: list[Option] = field(default_factory=list)


def pages(visit: Visit) -> list[Page]:
    """The pages that this user may open."""
    return [page for page in _PAGES if page.permission is Permission.SIGNED_IN or visit.can(page.permission)]


def find(desk: Desk, visit: Visit, question: str) -> list[Group]:
    """All groups that have something, the surest first. Reads the database: not for the event loop."""
    question = " ".join(question[:MOST_CHARS].split())
    found = [
        Group(_("Decision found"), list(_decisions(desk, visit, question))),
        Group(_("Pages"), list(_pages(visit, question))),
        Group(_("Saved views"), list(_views(desk, visit, question))),
        Group(_("Rules"), list(_rules(desk, visit, question))),
        Group(_("Goals"), list(_goals(desk, visit, question))),
        Group(_("Search"), list(_searches(visit, question))),
    ]
    return [group for group in found if group.options]


def _decisions(desk: Desk, visit: Visit, question: str) -> Iterator[Option]:
    if not question or not visit.can(Permission.DECISIONS_READ):
        return
    for stored in _named(desk, question):
        decision = stored if isinstance(stored, Unreadable) else stored.decision
        if decision.tenant == visit.who.tenant:
            yield Option(f"/console/decisions/{decision.id}", decision.id, "", decision.outcome.value, decision.made_at)
            return


def _named(desk: Desk, question: str) -> Iterator[StoredDecision | Unreadable]:
    """The decision whose id, statement token or address stands in ``question``."""
    yield from desk.store.look_up([decision_id.lower() for decision_id in _UUID.findall(question)[:3]]).values()
    pieces = [piece for piece in urlsplit(question).path.split("/") if _TOKEN.fullmatch(piece)] if _is_address(question) else [question]
    for token in pieces[:3]:
        stored = desk.store.look_up_token(token) if _TOKEN.fullmatch(token) else None
        if stored is not None:
            yield stored


def _pages(visit: Visit, question: str) -> Iterator[Option]:
    asked = question.casefold()
    path = urlsplit(question).path.rstrip("/") if _is_address(question) else ""
    for page in pages(visit):
        name = visit.text(page.name)
        if not asked or page.path == path or any(asked in text.casefold() for text in (name, page.name)) or _begins_word(page.words, asked):
            yield Option(page.path, name)


def _views(desk: Desk, visit: Visit, question: str) -> Iterator[Option]:
    if not visit.can(Permission.DECISIONS_READ):
        return
    wanted = [view for view in desk.store.views.visible_to(visit.who.id) if question.casefold() in view.name.casefold()]
    for view in wanted[:_MOST_VIEWS]:
        yield Option(f"/console/decisions?{view.query}", view.name)


def _rules(desk: Desk, visit: Visit, question: str) -> Iterator[Option]:
    if not question or not visit.can(Permission.RULEBOOK_READ):
        return
    named = desk.rulebook.get(question.upper())
    words = question.casefold().split()
    found = [rule for rule in desk.rulebook.search(question) if rule is not named]
    found.sort(
        key=lambda rule: not all(word in f"{rule.title_zh} {rule.title_en}".casefold() for word in words)
    )  # what the title says first
    rules = ([named] if named is not None else []) + found
    for rule in rules[:_MOST_RULES]:
        yield Option(
            f"/console/rulebook/{quote(rule.id, safe='()')}", desk.rulebook.citation(rule.id, visit.lang), _title(rule, visit.lang)
        )


def _title(rule: Rule, lang: str) -> str:
    return rule.title_zh if lang == "zh" else rule.title_en


def _goals(desk: Desk, visit: Visit, question: str) -> Iterator[Option]:
    if not question or not visit.can(Permission.RULEBOOK_READ):
        return
    asked = question.casefold()
    wanted = [
        goal
        for goal in desk.service.pipeline.engine.book
        if asked in goal.id.casefold() or asked in goal.title_zh.casefold() or asked in goal.title_en.casefold()
    ]
    for goal in wanted[:_MOST_GOALS]:
        title = goal.title_zh if visit.lang == "zh" else goal.title_en
        yield Option(f"/console/rulebook/goals/{quote(goal.id, safe='')}", title, goal.id)


def _searches(visit: Visit, question: str) -> Iterator[Option]:
    if question and visit.can(Permission.DECISIONS_READ) and visit.can(Permission.TEXTS_READ):
        yield Option(
            f"/console/decisions?{urlencode({'text': question})}", visit.text(_("Decisions that contain “%(text)s”"), text=question)
        )


def _is_address(question: str) -> bool:
    return question.startswith(("http://", "https://", "/"))


def _begins_word(words: str, asked: str) -> bool:
    return len(asked) > 1 and any(word.startswith(asked) for word in words.split())
