"""What the tests of a decision's page in a real chromium ask it, and the proofs they give it."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import FilePayload, Page, expect

from brightline.model import Decision
from tests.server.face.site import Site

PAPERS = "大家好。专业办理各种证\u200b件，毕\u202e业证\u202c學位證，ＷＡＮＧ上可查，加 微\u200d信 abc_12345"


def address(decision: Decision, query: str = "?lang=en") -> str:
    return f"/console/decisions/{decision.id}{query}"


def settled(page: Page) -> str:
    """The result of a verification, once there is one."""
    prover = page.locator("#prover")
    expect(prover).to_have_attribute("data-result", re.compile("proved|failed|partly|none"))
    return prover.get_attribute("data-result") or ""


def failed_steps(page: Page) -> list[str]:
    return (page.locator("#prover").get_attribute("data-failed-at") or "").split()


def give(page: Page, raw: bytes) -> str:
    """Choose a proof file and wait for the result."""
    page.evaluate("document.getElementById('prover').removeAttribute('data-result')")
    page.locator("#own-file").set_input_files(FilePayload(name="proof.json", mimeType="application/json", buffer=raw))
    return settled(page)


def bundle_of(site: Site, decision: Decision) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(site.service.proof(decision.id))
    return found


def packed(bundle: dict[str, Any]) -> bytes:
    return json.dumps(bundle, ensure_ascii=False).encode()
