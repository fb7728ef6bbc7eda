"""Documents of a run: find one, see what was found in it and why it was decided as it was, contest that.

Where a document stands and what was found in it is for everybody who may see corpora. Its text asks for ``texts.read``, is read from
the input again, and each opening is on record: it may hold what should not have been collected.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from brightline.corpus.errors import NotInstalled
from brightline.curation.rules import CorpusRule, corpus_rule
from brightline.errors import BrightlineError, NotFound
from brightline.model import Span
from brightline.server.console.corpus import words
from brightline.server.console.corpus.files import Decided, Files, Place
from brightline.server.console.decision.invisible import unseen_in
from brightline.server.console.decision.passages import runs_of
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.permissions import Permission
from brightline.server.face import msgid as _
from brightline.store import CorpusAppeals, CorpusRun, CorpusRuns

if TYPE_CHECKING:
    from brightline.corpus.deciding.looking import FoundDocument

__all__ = ["Documents", "rule_of", "shown", "titled"]

_A_PAGE = 50
_LONGEST_QUESTION = 500
_MOST_CHARS = 40_000  # code points of a text that one page shows, as at the sampling desk
_MOST_FOUND = 20
_DOC_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_LINE = re.compile(r"(.+):([0-9]{1,12})")
_PLACE = re.compile(r"([0-9]{1,9})\.([0-9]{1,12})", re.ASCII)
_RULE = re.compile(r"[A-Za-z0-9_.()-]{1,120}", re.ASCII)


class Documents:
    """The pages on documents of one run."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._runs = CorpusRuns(desk.store.database)
        self._appeals = CorpusAppeals(desk.store.database)

    async def show(self, visit: Visit) -> Response:
        """``GET /console/corpus/runs/<id>/documents``: one that is looked for, or all with an outcome."""
        run = await asyncio.to_thread(self._run, visit)
        query = visit.request.query_params
        asked = query.get("q", "").strip()[:_LONGEST_QUESTION]
        outcome = query.get("outcome", "") if query.get("outcome", "") in words.OUTCOMES else ""
        rule = query.get("rule", "") if _RULE.fullmatch(query.get("rule", "")) else ""
        found = _PLACE.fullmatch(query.get("after", ""))
        after = Place(int(found[1]), int(found[2])) if found else None

        def look() -> dict[str, Any]:
            files = Files.of(run)
            if asked:
                return {"found": _found(files, asked), "rows": [], "older": None}
            rows: list[Decided] = list(islice(files.decided(outcome, rule, after), _A_PAGE + 1)) if outcome else []
            kept = rows[:_A_PAGE]
            more = f"?outcome={outcome}&rule={rule}&after={kept[-1].place.shard}.{kept[-1].place.row}" if len(rows) > len(kept) else None
            return {"found": [], "rows": kept, "older": more}

        async def page() -> Response:
            told = await asyncio.to_thread(look)
            return self._desk.render(
                visit,
                "corpus/documents.html",
                words=words,
                run=run,
                asked=asked,
                outcome=outcome,
                rule=rule,
                paged=after is not None,
                **told,
            )

        return await shown(self._desk, visit, run, page)

    async def one(self, visit: Visit) -> Response:
        """``GET /console/corpus/runs/<id>/documents/<doc>``: without its text."""
        return await self._page(visit)

    async def text(self, visit: Visit) -> Response:
        """``POST …/text``: with its text, which is put on record."""
        run, doc_id = await asyncio.to_thread(self._run, visit), _doc_id(visit)
        await visit.log("corpus.text_opened", doc_id, run=run.id)
        return await self._page(visit, with_text=True)

    async def contest(self, visit: Visit) -> Response:
        """``POST …/contest``: open an appeal, for somebody else to decide."""
        run, doc_id = await asyncio.to_thread(self._run, visit), _doc_id(visit)

        def open_appeal() -> None:
            found = _one(Files.of(run), doc_id)
            contested = found.decision["outcome"] if found.decision else ""
            self._appeals.open(
                run.id, doc_id, by=visit.who.id, reason=visit.form.get("reason", ""), contested=contested, tenant=self._desk.settings.tenant
            )

        try:
            await asyncio.to_thread(open_appeal)
        except NotInstalled:
            raise
        except BrightlineError as problem:
            return await self._page(visit, error=problem)
        return self._desk.redirect(visit, _path(run, doc_id), said=_("The decision is contested. Somebody else decides about it."))

    def _run(self, visit: Visit) -> CorpusRun:
        return self._runs.get(visit.request.path_params["run"], tenant=self._desk.settings.tenant)

    async def _page(self, visit: Visit, *, with_text: bool = False, error: BrightlineError | None = None) -> Response:
        run, doc_id = await asyncio.to_thread(self._run, visit), _doc_id(visit)

        def look() -> dict[str, Any]:
            files = Files.of(run)
            found = _one(files, doc_id)
            text = files.text(found.shard, found.row) if with_text else ""
            numbered = [(number, finding) for number, finding in enumerate(found.findings, 1)]
            spans = [(number, Span(finding.start, finding.end)) for number, finding in numbered]
            tenant = self._desk.settings.tenant
            return {
                "found": found,
                "findings": [(number, finding, rule_of(self._desk, finding.rule)) for number, finding in numbered],
                "told_reason": _reason(found.decision, self._desk, visit.lang) if found.decision else "",
                "decided_by": [rule_of(self._desk, rule) for rule in found.decision["rules"]] if found.decision else [],
                "runs": runs_of(text[:_MOST_CHARS], spans) if with_text else (),
                "unseen": unseen_in([text[:_MOST_CHARS]]) if with_text else [],
                "cut": len(text) > _MOST_CHARS,
                "appeals": self._appeals.of_document(run.id, doc_id, tenant=tenant),
                "people": {user.id: user.display_name or user.name for user in self._desk.store.users.list(tenant)},
            }

        async def page() -> Response:
            told = await asyncio.to_thread(look)
            return self._desk.render(
                visit,
                "corpus/document.html",
                status=error.http_status if error else 200,
                home=_path(run, doc_id) if visit.request.method == "POST" else "",
                words=words,
                run=run,
                with_text=with_text,
                may_read=visit.can(Permission.TEXTS_READ),
                may_contest=visit.can(Permission.CORPUS_REVIEW),
                book=self._desk.rulebook,
                reason=visit.form.get("reason", ""),
                error=error,
                **told,
            )

        return await shown(self._desk, visit, run, page)


async def shown(desk: Desk, visit: Visit, run: CorpusRun, page: Callable[[], Awaitable[Response]]) -> Response:
    """The page; where the extra is missing or the files cannot be read, a page that says so."""
    try:
        return await page()
    except NotFound:
        raise
    except BrightlineError as problem:
        if not problem.code.startswith("BL-CORPUS-"):
            raise
        if isinstance(problem, NotInstalled):
            return desk.render(visit, "corpus/not_here.html", status=503, home="/console/corpus", problem=problem)
        return desk.render(visit, "corpus/unreadable.html", status=503, home="/console/corpus", run=run, problem=problem)


def rule_of(desk: Desk, rule: str) -> CorpusRule:
    """What a rule is called and stands on; one of no family stands for itself. Goals are those that the service has loaded already."""
    goal = desk.service.pipeline.dialogues.goals.get(rule.removeprefix("illegal.")) if rule.startswith("illegal.") else None
    if goal is not None:
        return CorpusRule(rule, goal.title_zh, goal.title_en, tuple(goal.rules))
    cited = desk.rulebook.get(rule)
    if cited is not None:
        return CorpusRule(cited.id, cited.title_zh, cited.title_en, ())
    try:
        return corpus_rule(rule)
    except KeyError:
        return CorpusRule(rule, rule, rule, ())


def _reason(decision: Mapping[str, Any], desk: Desk, lang: str) -> str:
    return titled(decision["reason_en" if lang == "en" else "reason_zh"], (rule_of(desk, rule) for rule in decision["rules"]), lang)


def titled(reason: str, rules: Iterable[CorpusRule], lang: str) -> str:
    """A reason with the title of a rule before its id where the reason has the id alone. What is longer comes first: an id may begin
    with another."""
    titles = {rule.id: rule.title_en if lang == "en" else rule.title_zh for rule in rules}
    told = {id_: title for id_, title in titles.items() if title != id_}
    if not told:
        return reason
    ids = "|".join(re.escape(id_) for id_ in sorted(told, key=len, reverse=True))
    return re.sub(rf"(?<![\w.-])(?:{ids})(?![\w-]|\.\w)", lambda match: f"{told[match[0]]} [{match[0]}]", reason, flags=re.ASCII)


def _found(files: Files, asked: str) -> list[FoundDocument]:
    """Documents by id, by ``file:line``, or by what the row calls itself."""
    if _DOC_ID.fullmatch(asked):
        return files.find(doc_id=asked, limit=1)
    line = _LINE.fullmatch(asked)
    by_line = files.find(file=line[1], line=int(line[2]), limit=_MOST_FOUND) if line else []
    return by_line or files.find(record_id=asked, limit=_MOST_FOUND)


def _one(files: Files, doc_id: str) -> FoundDocument:
    found = files.find(doc_id=doc_id, limit=1)
    if not found:
        raise NotFound(
            "BL-CORPUS-099", f"there is no document {doc_id} in this inspection", "take the id from a list of the same inspection"
        )
    return found[0]


def _doc_id(visit: Visit) -> str:
    doc_id = str(visit.request.path_params["document"])
    if not _DOC_ID.fullmatch(doc_id):
        raise NotFound("BL-CORPUS-099", "this is no id of a document", "32 characters from 0-9a-f")
    return doc_id


def _path(run: CorpusRun, doc_id: str) -> str:
    return f"/console/corpus/runs/{run.id}/documents/{doc_id}"
