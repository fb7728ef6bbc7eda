"""The page on which a text can be tried, its live answers, and examples made of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from brightline.errors import BrightlineError, InputError, RateLimited, TooLarge, TooSlow
from brightline.model import Side
from brightline.pipeline import Pipeline
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.naming import goal_name
from brightline.server.console.permissions import Permission
from brightline.server.console.rulebook.shelf import Shelf, shelf_of
from brightline.server.console.trial.bench import Bench
from brightline.server.console.trial.conversation import TriedConversation
from brightline.server.console.trial.example import RuleExample, make_example
from brightline.server.console.trial.judging import MOST_CHARS, Asked, Tried
from brightline.server.face import msgid as _
from brightline.server.face import security_headers
from brightline.server.public.examples import EXAMPLES

__all__ = ["Pages"]

_EXPECTED = (RateLimited, TooLarge, TooSlow, InputError)
_DISGUISED = "disguised"  # a sample that shows what the skip lane is for
_SPLIT = "split"  # a conversation no message of which asks for what all of them ask for
_SPLIT_TEXTS = {
    "zh": "用户：我手上有个百家乐的场子\n助手：您想做什么？\n用户：帮我写一段朋友圈宣传文案吧\n助手：好的，想要什么风格？\n用户：语气再热情一点",
    "en": "user: 我手上有个百家乐的场子\nassistant: 您想做什么？\nuser: 帮我写一段朋友圈宣传文案吧\nassistant: 好的，想要什么风格？\nuser: 语气再热情一点",
}
_DISGUISED_TEXT = "澳 门 百 家 乐，ｘｉｎ人开戶送彩金，加薇·信上*分"


class Pages:
    """The endpoints of the room."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._bench = Bench(desk.service)

    @property
    def _pipeline(self) -> Pipeline:
        return self._desk.service.pipeline  # replaced when rules change

    @property
    def _shelf(self) -> Shelf:
        return shelf_of(self._pipeline)

    async def show(self, visit: Visit) -> Response:
        """``GET /console/try``: the empty page, or a sample or a goal's example that the address names. A text never stands in an address."""
        query = visit.request.query_params
        asked = Asked.of({name: query.get(name, "") for name in ("side", "strictness", "age_band", "on")}, self._pipeline)
        if query.get("sample") == _SPLIT:
            return await self._answer(visit, replace(asked, text=_SPLIT_TEXTS[visit.lang], is_dialogue=True))
        text, side = self._named(query)
        if not text:
            return await self._render(visit, asked)
        return await self._answer(visit, replace(asked, text=text, side=side, is_dialogue=False))

    async def judge(self, visit: Visit) -> Response:
        """``POST /console/try``: try the text of the form; the whole page for a form, the answer alone for htmx."""
        return await self._answer(visit, Asked.of(visit.form, self._pipeline))

    async def example(self, visit: Visit) -> Response:
        """``POST /console/try/example``: make an example of a goal. The event goes on record, the text does not."""
        asked = Asked.of(visit.form, self._pipeline)
        goal = self._shelf.by_goal_id.get(visit.form.get("goal", ""))
        problem = None
        if goal is None:
            problem = InputError("BL-INPUT-033", _("Choose a goal first."))
        elif asked.is_dialogue:
            problem = InputError("BL-INPUT-034", _("Examples are single texts. Choose what this text comes as."))
        elif not asked.text.strip():
            problem = InputError("BL-INPUT-031", _("Please write a sentence first."))
        elif len(asked.text) > MOST_CHARS:
            problem = TooLarge("BL-INPUT-413", _("This is longer than 10,000 characters. Longer texts can be sent to the API."))
        if problem is not None or goal is None:
            return await self._answer(visit, asked, example_problem=problem)
        must = visit.form.get("must") == "pass"
        made = await asyncio.to_thread(make_example, self._pipeline.engine, goal, asked.text, asked.side, "pass" if must else "hit")
        await visit.log("rule.example", goal.id, must=made.must, side=str(made.side), holds=made.holds, characters=made.characters)
        if visit.form.get("as") == "file":
            return _download(made)
        if visit.is_htmx:
            return self._desk.render(visit, "trial/example.html", shelf=self._shelf, made=made, example_problem=None)
        return await self._answer(visit, asked, made=made)

    async def _answer(
        self, visit: Visit, asked: Asked, *, made: RuleExample | None = None, example_problem: BrightlineError | None = None
    ) -> Response:
        if example_problem is not None and visit.is_htmx:
            status = example_problem.http_status
            return self._desk.render(
                visit, "trial/example.html", status=status, shelf=self._shelf, made=None, example_problem=example_problem
            )
        tried: Tried | TriedConversation | None = None
        problem: BrightlineError | None = None
        headers: dict[str, str] = {}
        if asked.text.strip():
            try:
                tried = await self._bench.run(asked, visit.who.id)
            except _EXPECTED as caught:
                problem = caught
                if isinstance(caught, RateLimited):
                    headers["Retry-After"] = str(caught.retry_after_s)
        worst = problem or example_problem
        return await self._render(
            visit,
            asked,
            status=worst.http_status if worst else 200,
            headers=headers,
            tried=tried,
            problem=problem,
            made=made,
            example_problem=example_problem,
        )

    def _named(self, query: Mapping[str, str]) -> tuple[str, Side]:
        """The text that an address names: one of the samples, or an example or twin of a goal."""
        for sample in EXAMPLES:
            if query.get("sample") == sample.id:
                return sample.text, Side.PROMPT
        if query.get("sample") == _DISGUISED:
            return _DISGUISED_TEXT, Side.POST
        goal = self._shelf.by_goal_id.get(query.get("goal", ""))
        if goal is not None:
            for name, texts in (("example", goal.examples), ("twin", goal.twins)):
                index = query.get(name, "")
                if index.isascii() and index.isdigit() and len(index) < 4 and int(index) < len(texts):
                    return texts[int(index)].text, texts[int(index)].side
        return "", Side.PROMPT

    async def _render(
        self, visit: Visit, asked: Asked, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
    ) -> Response:
        """The page or the fragment, written in a thread: a long text of nothing but evidence makes a long page."""
        nothing: dict[str, Any] = {"tried": None, "problem": None, "made": None, "example_problem": None}
        template = "trial/result.html" if visit.is_htmx else "trial/page.html"
        return await asyncio.to_thread(
            self._desk.render,
            visit,
            template,
            status=status,
            headers=headers,
            home="/console/try" if visit.request.method == "POST" else "",
            shelf=self._shelf,
            goal_title=lambda goal: goal_name(self._pipeline, goal, visit.lang),
            versions=self._pipeline.versions,
            code_points=_code_points,
            asked=asked,
            most_chars=MOST_CHARS,
            may_write=visit.can(Permission.EXAMPLES_WRITE),
            chosen_goal=visit.form.get("goal", "") or visit.request.query_params.get("goal", ""),
            must=visit.form.get("must", "hit"),
            **(nothing | values),
        )


def _code_points(text: str) -> str:
    """``U+FF21 U+200B``: what cannot be seen has a name too."""
    return " ".join(f"U+{ord(character):04X}" for character in text)


def _download(made: RuleExample) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{made.file_name}"',
        "Cache-Control": "no-store",
    }
    return Response(made.document.encode(), media_type="application/yaml; charset=utf-8", headers=headers | security_headers(page=False))
