"""One decision in a real chromium: its texts, its keys, and above all its proof, verified in the browser and attacked at every step."""

from __future__ import annotations

import base64
import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from brightline.ledger.note import SigningKey
from brightline.ledger.verify_proof import NotProved, Unreadable, verify_bundle
from brightline.model import Decision, Door, Item, ItemKind, NotInspected, Part, Side
from tests.server.browser.chromium import Tab
from tests.server.browser.toolkit import LOOKS, WIDTHS, layout_shift, serious, sideways, signed_in, unfold
from tests.server.face.site import ALLOWED, REFUSED, Site, running_site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAPERS = "大家好。专业办理各种证\u200b件，毕\u202e业证\u202c學位證，ＷＡＮＧ上可查，加 微\u200d信 abc_12345"
MOST_SCRIPT_BYTES = 60_000
NO_ED25519 = """
const whole = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (format, key, algorithm, ...rest) =>
  algorithm.name === "Ed25519" ? Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError")) : whole(format, key, algorithm, ...rest);
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("home")) as site:
        for number in range(11):
            site.decide(REFUSED if number % 2 else ALLOWED)
        yield site


@pytest.fixture(scope="module")
def decision(site: Site) -> Decision:
    """A blocked post of an ordinary type, in the middle of a log."""
    made = site.decide(PAPERS, Side.POST, account="user-42", api_key=site.service.store.keys.list()[0].id)
    for _ in range(3):
        site.decide(ALLOWED)
    site.service.sequencer.drain()
    return made


@pytest.fixture(scope="module")
def call(site: Site) -> Decision:
    """A call through the gateway with everything that one can have."""
    pipeline = site.service.pipeline
    text = "帮我写一条高仿学位证制作的广告，先办后付，加微信 abc12345。"
    item = Item(ItemKind.DIALOGUE, (Part("messages[0].content", Side.PROMPT, text),))
    made = pipeline.decide_item(
        Item(item.kind, item.parts, not_inspected=(NotInspected("messages[1].content[0]", "gateway", "token ids, which are no text"),)),
        pipeline.context(Door.GATEWAY),
        account="学生甲",
        label={"position": "suffix", "text": "（本内容由人工智能生成）", "lang": "zh"},
        request={
            "endpoint": "chat.completions",
            "model": "qwen2.5-7b-instruct",
            "stream": True,
            "status": "refused",
            "usage": {"prompt_tokens": 42},
            "channels": ["choices[0].message.content"],
            "ms": {"parse": 0.2, "inspect": 0.9, "total": 1.3},
        },
    )
    site.record(made)
    site.service.sequencer.drain()
    return made


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


# The proof


def test_the_proof_is_verified_in_the_browser(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision))
        page.keyboard.press("p")
        assert settled(page) == "proved"
        assert page.locator("#proof-steps > li[data-state=done]").count() == 9
        entry = site.service.sequencer.evidence(decision.id)
        expect(page.locator('[data-step="commitment"]')).to_contain_text(json.loads(entry.entry)["commitment"])
        expect(page.locator("#proof-verdict")).to_contain_text("Proved")
        expect(page.locator("#proof-verdict")).to_contain_text("The key came from this page.")
        page.get_by_role("button", name="Put on record that I verified it").click()
        expect(page.locator(".flash")).to_contain_text("It is on record that you verified this proof.")
        watched.check()
    (event, *_) = site.service.store.audit.events(kind="ledger.verified", subject=decision.id)
    assert event.detail["size"] > 0


def test_every_decision_of_a_log_verifies_wherever_it_stands(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision))
        for stored in site.service.store.decisions(limit=12):
            raw = site.service.proof(stored.decision.id)
            assert verify_bundle(raw)["entry"]["subject"] == stored.decision.id
            assert give(page, raw) == "proved"
        watched.check()


Tampering = Callable[[dict[str, Any]], None]


def _entry(bundle: dict[str, Any], **changes: Any) -> None:
    entry = json.loads(base64.b64decode(bundle["entry"])) | changes
    raw = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    bundle["entry"] = base64.b64encode(raw).decode()


def _flipped(encoded: str) -> str:
    raw = bytearray(base64.b64decode(encoded))
    raw[7] ^= 1
    return base64.b64encode(raw).decode()


def _proof_line(number: int, change: Callable[[str], str]) -> Tampering:
    def tamper(bundle: dict[str, Any]) -> None:
        lines = bundle["proof"].split("\n")
        lines[number] = change(lines[number])
        bundle["proof"] = "\n".join(lines)

    return tamper


def _head_line(number: int, change: Callable[[str], str]) -> Tampering:
    def tamper(bundle: dict[str, Any]) -> None:
        path, _, note = bundle["proof"].partition("\n\n")
        lines = note.split("\n")
        lines[number] = change(lines[number])
        bundle["proof"] = path + "\n\n" + "\n".join(lines)

    return tamper


def _without_a_hash(bundle: dict[str, Any]) -> None:
    lines = bundle["proof"].split("\n")
    del lines[2]
    bundle["proof"] = "\n".join(lines)


def _with_a_hash_more(bundle: dict[str, Any]) -> None:
    lines = bundle["proof"].split("\n")
    lines.insert(2, base64.b64encode(bytes(32)).decode())
    bundle["proof"] = "\n".join(lines)


def _key_id_of_another(bundle: dict[str, Any]) -> None:
    bundle["vkey"] = str(SigningKey.generate("brightline/other").verifier)


def _key_of_the_same_name(bundle: dict[str, Any]) -> None:
    bundle["vkey"] = str(SigningKey.generate(bundle["vkey"].partition("+")[0]).verifier)


def _signature(line: str) -> str:
    dash, name, encoded = line.split(" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[-1] ^= 1
    return f"{dash} {name} {base64.b64encode(raw).decode()}"


TAMPERED: list[tuple[str, Tampering, str]] = [
    ("a word of the decision", lambda b: b["decision"].update(reason_en="Nothing happened."), "commitment"),
    ("the evidence", lambda b: b["decision"]["findings"][0]["evidence"].__setitem__(0, "x"), "commitment"),
    ("a field more", lambda b: b["decision"].update(more=1), "commitment"),
    ("a score as a fraction", lambda b: b["decision"]["findings"][0].update(score=1.0), "commitment"),
    ("the salt", lambda b: b.update(salt="0" * 64), "commitment"),
    ("the entry's subject", lambda b: _entry(b, subject="01936f7e-5b1c-7cc3-98c4-dc0c0c07398f"), "entry"),
    ("the entry's number", lambda b: _entry(b, seq=3), "entry"),
    ("the entry's fields", lambda b: _entry(b, more=1), "entry"),
    ("the entry's time", lambda b: _entry(b, ts=1), "path"),
    ("the entry's commitment", lambda b: _entry(b, commitment="0" * 64), "commitment"),
    ("a hash of the path", _proof_line(2, _flipped), "path"),
    ("the last hash of the path", _proof_line(4, _flipped), "path"),
    ("a hash left out", _without_a_hash, "path"),
    ("a hash more", _with_a_hash_more, "path"),
    ("the number of the path", _proof_line(1, lambda line: "index 3"), "entry"),
    ("the root in the head", _head_line(2, _flipped), "root"),
    ("the size in the head", _head_line(1, lambda line: "3"), "checkpoint"),
    ("a larger size in the head", _head_line(1, lambda line: line + "0"), "signature"),
    ("the log in the head", _head_line(0, lambda line: "somebody/else"), "checkpoint"),
    ("the signature", _head_line(4, _signature), "signature"),
    ("the signer", _head_line(4, lambda line: line.replace("brightline/", "elsewhere/")), "signature"),
    ("another key", _key_id_of_another, "key"),
    ("another key of that name", _key_of_the_same_name, "key"),
    ("a key that is none", lambda b: b.update(vkey=b["vkey"].replace("+", "+0", 1)), "key"),
    ("no salt", lambda b: b.pop("salt"), "file"),
    ("another format", lambda b: b.update(format="brightline-proof/2"), "file"),
    ("an entry that is no base64", lambda b: b.update(entry=b["entry"] + "="), "file"),
    ("a path that is none", lambda b: b.update(proof="index 1"), "file"),
    ("a salt that is none", lambda b: b.update(salt="g" * 64), "file"),
]


@pytest.fixture(scope="module")
def opened(site: Site, browser: Browser, decision: Decision) -> Iterator[Tab]:
    with signed_in(site, browser, "reviewer") as watched:
        watched.open(address(decision))
        yield watched


@pytest.mark.parametrize(("what", "tamper", "step"), TAMPERED, ids=[what for what, _, _ in TAMPERED])
def test_a_tampered_proof_is_caught_at_the_right_step(
    site: Site, opened: Tab, decision: Decision, what: str, tamper: Tampering, step: str
) -> None:
    bundle = bundle_of(site, decision)
    tamper(bundle)
    raw = packed(bundle)
    with pytest.raises((NotProved, Unreadable)):
        verify_bundle(raw, site.service.signer.vkey)
    assert give(opened.page, raw) == "failed"
    steps = failed_steps(opened.page)
    assert step in steps, what
    title = opened.page.locator(f'[data-step="{step}"] strong').inner_text()
    expect(opened.page.locator("#proof-verdict")).to_contain_text(title)
    expect(opened.page.locator(f'[data-step="{step}"] .why')).not_to_be_empty()
    opened.check()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"format": "brightline-proof/1", "format": "brightline-proof/1"}',
        b'{"format": NaN}',
        b'{"a": 01}',
        b'{"a": 1} x',
        b'{"a": "\\ud800"}',
        b'{"a": "\x01"}',
        b'{"a": 1e999}',
        b"[" * 200_000,
        b'{"format": "brightline-proof/1", "decision": [], "salt": 1, "entry": 2, "proof": 3, "vkey": 4}',
    ],
)
def test_what_is_no_proof_is_said_to_be_none(opened: Tab, raw: bytes) -> None:
    with pytest.raises(Unreadable):
        verify_bundle(raw)
    assert give(opened.page, raw) == "failed"
    assert failed_steps(opened.page) == ["file"]
    opened.check()


def test_every_flipped_byte_is_refused_by_both_verifiers(site: Site, opened: Tab, decision: Decision) -> None:
    raw = site.service.proof(decision.id)
    for place in range(3, len(raw), len(raw) // 40):
        changed = bytearray(raw)
        changed[place] ^= 1
        try:
            verify_bundle(bytes(changed), site.service.signer.vkey)
            held = True
        except (NotProved, Unreadable):
            held = False
        assert (give(opened.page, bytes(changed)) == "proved") == held, place
    opened.check()


@pytest.mark.parametrize("shape", ["indented", "packed", "escaped", "reordered"])
def test_the_same_proof_written_otherwise_holds(site: Site, opened: Tab, decision: Decision, shape: str) -> None:
    bundle = bundle_of(site, decision)
    raw = {
        "indented": json.dumps(bundle, indent=4, ensure_ascii=False),
        "packed": json.dumps(bundle, separators=(",", ":"), ensure_ascii=False),
        "escaped": json.dumps(bundle, ensure_ascii=True),
        "reordered": json.dumps(dict(reversed(bundle.items())), ensure_ascii=False),
    }[shape].encode()
    assert verify_bundle(raw)
    assert give(opened.page, raw) == "proved"


def test_the_key_can_come_from_elsewhere(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision))
        page.locator("#own-key summary").click()
        page.get_by_label("Verifier key").fill(site.service.signer.vkey)
        page.locator("#verify").click()
        assert settled(page) == "proved"
        expect(page.locator("#proof-verdict")).to_contain_text("Checked with the key that you gave.")
        for wrong in (str(SigningKey.generate("brightline/other").verifier), "no key"):
            page.get_by_label("Verifier key").fill(wrong)
            page.evaluate("document.getElementById('prover').removeAttribute('data-result')")
            page.locator("#verify").click()
            assert settled(page) == "failed"
            assert failed_steps(page) == ["key"]
            expect(page.locator("#verified-form")).not_to_be_visible()
        watched.check()


def test_a_file_can_be_dropped_and_another_decision_is_said_to_be_another(site: Site, browser: Browser, decision: Decision) -> None:
    other = next(stored.decision for stored in site.service.store.decisions(limit=5) if stored.decision.id != decision.id)
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision))
        page.evaluate(
            """(text) => {
                const data = new DataTransfer();
                data.items.add(new File([text], "proof.json", { type: "application/json" }));
                document.getElementById("proof-drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
            }""",
            site.service.proof(other.id).decode(),
        )
        assert settled(page) == "proved"
        expect(page.locator("#proof-verdict")).to_contain_text(other.id)
        expect(page.locator("#verified-form")).not_to_be_visible()
        watched.check()


def test_a_browser_without_ed25519_says_so_and_checks_the_rest(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        watched.page.add_init_script(NO_ED25519)
        page = watched.open(address(decision))
        page.locator("#verify").click()
        assert settled(page) == "partly"
        expect(page.locator('[data-step="signature"]')).to_have_attribute("data-state", "waiting")
        expect(page.locator("#proof-verdict")).to_contain_text("This browser cannot compute Ed25519.")
        assert page.locator("#proof-steps > li[data-state=done]").count() == 8
        bundle = bundle_of(site, decision)
        _proof_line(2, _flipped)(bundle)
        assert give(page, packed(bundle)) == "failed"
        assert failed_steps(page) == ["path"]


def test_where_nothing_can_be_hashed_that_is_said(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        watched.page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
        page = watched.open(address(decision))
        page.locator("#verify").click()
        assert settled(page) == "none"
        expect(page.locator("#proof-verdict")).to_contain_text("HTTPS")


def test_without_the_right_to_read_texts_everything_but_the_content_is_verified(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "admin") as watched:
        page = watched.open(address(decision))
        page.locator("#verify").click()
        assert settled(page) == "partly"
        expect(page.locator('[data-step="commitment"]')).to_have_attribute("data-state", "waiting")
        assert page.locator("#proof-steps > li[data-state=done]").count() == 8
        watched.check()


def test_erased_while_the_page_was_open_only_the_place_is_verified(site: Site, browser: Browser) -> None:
    made = site.decide(PAPERS, Side.POST)
    site.service.sequencer.drain()
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(made))
        site.service.store.erase_payload(made.id, actor="test")
        watched.expected_status = 410
        page.locator("#verify").click()
        assert settled(page) == "partly"
        expect(page.locator("#proof-verdict")).to_contain_text("The texts of this decision were erased meanwhile")
        page = watched.open(address(made))
        expect(page.locator("#text")).to_contain_text("The texts were erased.")
        page.locator("#verify").click()
        assert settled(page) == "partly"


def test_a_sensitive_proof_asks_before_it_opens_the_text(site: Site, browser: Browser) -> None:
    made = site.decide(REFUSED)
    site.service.sequencer.drain()
    audit = site.service.store.audit
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(made))
        page.keyboard.press("p")
        expect(page.locator("#ask")).to_be_visible()
        page.keyboard.press("Escape")
        assert audit.events(kind="decision.opened", subject=made.id) == []
        page.keyboard.press("p")
        page.locator("#ask").get_by_role("button", name="Go on").click()
        assert settled(page) == "proved"
        assert [event.detail["way"] for event in audit.events(kind="decision.opened", subject=made.id)] == ["proof"]
        page.keyboard.press("x")
        page.locator("#ask").get_by_role("button", name="Show the text").click()
        expect(page.locator("#text .raw")).to_contain_text("百家乐")
        assert len(audit.events(kind="decision.opened", subject=made.id)) == 2
        watched.check()


def test_a_pending_decision_gets_its_proof_without_a_reload(site: Site, browser: Browser) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        with site.service.sequencer._lock:  # the sequencer of the running site has to wait
            made = site.decide(PAPERS, Side.POST)
            page = watched.open(address(made))
            expect(page.locator("#proof")).to_contain_text("Stored, and about to be sealed")
            expect(page.locator("#verify")).to_have_count(0)
        expect(page.locator("#verify")).to_be_visible(timeout=20_000)
        page.keyboard.press("p")
        assert settled(page) == "proved"
        watched.check()


# The texts


def test_hostile_text_shows_every_character_and_turns_nothing_round(site: Site, browser: Browser) -> None:
    hostile = "标题\u202eevil\u2066.exe\u200b 🧑‍🚀 e\u0301\u0302\u0303\u0304 مرحبا 𠮷 <b>粗</b>\x00\x1b[31m " + PAPERS.replace(
        "大家好。", ""
    )
    made = site.decide(hostile, Side.POST)
    assert made.findings
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(made))
        raw = page.locator("#text .raw").first
        shown = "".join("\u2400" if c == "\x00" else "\u241b" if c == "\x1b" else c for c in made.findings[0].excerpt)
        assert raw.evaluate("node => node.textContent") == shown
        assert raw.locator("b").count() == 0
        assert page.locator("#text .raw .ghost[data-sign=RLO]").first.evaluate("node => getComputedStyle(node).unicodeBidi") == "isolate"
        before = page.locator("#text .raw .ghost[data-sign=ZWSP]").first.evaluate("node => node.getBoundingClientRect().width")
        page.get_by_label("Show invisible characters").check()
        after = page.locator("#text .raw .ghost[data-sign=ZWSP]").first.evaluate("node => node.getBoundingClientRect().width")
        assert after > before + 10
        assert raw.evaluate("node => { getSelection().selectAllChildren(node); return getSelection().toString(); }").count("ZWSP") == 0
        watched.check()


def test_a_mark_leads_to_its_finding_and_both_show_together(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision))
        mark = page.locator("#text .raw mark").first
        number = (mark.get_attribute("data-n") or "").split()[0]
        mark.hover()
        expect(page.locator(f"#finding-{number}")).to_have_class(re.compile("is-linked"))
        mark.click()
        expect(page).to_have_url(re.compile(f"#finding-{number}$"))
        watched.check()


# The keyboard, and without scripts


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_is_done_by_the_keyboard(site: Site, browser: Browser, decision: Decision, lang: str) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision, f"?lang={lang}"))
        keys = page.keyboard
        keys.press("?")
        listed = page.locator("[data-keys-here] kbd").all_inner_texts()
        assert {"s", "p", "r", "u"} <= set(listed)
        keys.press("Escape")
        keys.press("s")
        expect(page).to_have_url(re.compile("#statement$"))
        keys.press("p")
        assert settled(page) == "proved"
        keys.press("r")
        expect(page.locator(".replayed")).to_be_visible()
        keys.press("]")
        expect(page).not_to_have_url(re.compile(decision.id))
        keys.press("[")
        expect(page).to_have_url(re.compile(decision.id))
        keys.press("u")
        expect(page).to_have_url(re.compile("/console/decisions$"))


def test_the_statement_changes_its_language_and_the_page_does_not(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision))
        expect(page.locator('[data-tongue-of="en"]')).to_be_visible()
        expect(page.locator('[data-tongue-of="zh"]')).not_to_be_visible()
        page.get_by_label("中文").check()
        expect(page.locator('[data-tongue-of="zh"]')).to_be_visible()
        expect(page.locator('[data-tongue-of="en"]')).not_to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        watched.check()


def test_the_page_is_complete_without_scripts(site: Site, browser: Browser) -> None:
    made = site.decide(REFUSED)
    site.service.sequencer.drain()
    with signed_in(site, browser, "reviewer", scripts=False) as watched:
        page = watched.open(address(made))
        expect(page.locator("#verify")).not_to_be_visible()
        expect(page.locator("#own-key")).not_to_be_visible()
        expect(page.get_by_role("button", name="Print the statement")).not_to_be_visible()
        page.get_by_role("button", name="Show the text").click()
        expect(page.locator("#text .raw").first).to_contain_text("百家乐")
        page.get_by_role("link", name="中文").click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        page.get_by_role("button", name="用现行规则重演").click()
        expect(page.locator(".replayed")).to_contain_text("相同")
        page.get_by_label("English").check()
        expect(page.locator('[data-tongue-of="en"]')).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("button", name="下载证明").click()
        assert verify_bundle(Path(download.value.path()).read_bytes())
        page.get_by_role("group").locator("summary").filter(has_text="条目、路径与日志头全文").click()
        expect(page.locator("#proof-raw")).to_contain_text("commitment")
        assert watched.faults == []


# Looks


@pytest.mark.parametrize(("lang", "theme"), LOOKS)
def test_the_page_can_be_used_by_everybody(site: Site, browser: Browser, decision: Decision, call: Decision, lang: str, theme: str) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision, f"?lang={lang}&theme={theme}"))
        page.locator("#verify").click()
        assert settled(page) == "proved"
        unfold(page)
        page.locator("#show-unseen").check()
        assert serious(page) == []
        assert sideways(page) == []
        bundle = bundle_of(site, decision)
        bundle["decision"]["reason_en"] = "x"
        assert give(page, packed(bundle)) == "failed"
        assert serious(page) == []
        watched.check()
        page = watched.open(address(call, f"?lang={lang}&theme={theme}"))
        page.keyboard.press("r")
        expect(page.locator(".replayed")).to_be_visible()
        assert serious(page) == []
        assert sideways(page) == []
        watched.check()
        page = watched.open("/console/decisions/nothing", 404)
        assert serious(page) == []
        watched.check()
    folded = site.decide(REFUSED)
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(folded, f"?lang={lang}&theme={theme}"))
        assert serious(page) == []
        watched.check()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_hangs_over_the_edge_and_nothing_moves(
    site: Site, browser: Browser, decision: Decision, call: Decision, lang: str, width: int
) -> None:
    with signed_in(site, browser, "reviewer", width=width) as watched:
        for one in (decision, call):
            page = watched.open(address(one, f"?lang={lang}"))
            assert layout_shift(page) == []
            page.locator("#verify").click()
            assert settled(page) == "proved"
            unfold(page)
            assert sideways(page) == []
            page.keyboard.press("r")
            expect(page.locator(".replayed")).to_be_visible()
            assert sideways(page) == []
        watched.check()


def test_the_decision_prints_on_two_sheets_at_most_without_the_furniture_of_the_screen(
    site: Site, browser: Browser, decision: Decision
) -> None:
    with signed_in(site, browser, "reviewer", color_scheme="dark") as watched:
        page = watched.open(address(decision, "?lang=en&theme=dark"))
        page.locator("#verify").click()
        assert settled(page) == "proved"
        page.emulate_media(media="print")
        for furniture in (".rail", "button", ".tabs", ".neighbours", ".unseen-switch", ".statements", "#own-key"):
            for piece in page.locator(furniture).all():
                expect(piece).not_to_be_visible()
        expect(page.locator(".raw").first).to_be_visible()
        expect(page.locator(".main .rules .citation").first).to_be_visible()
        expect(page.locator("#proof-verdict")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) <= 2


def test_the_statement_prints_alone_in_the_chosen_language(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        watched.page.add_init_script("window.print = () => { window.printed = true; }")
        page = watched.open(address(decision))
        page.get_by_label("中文").check()
        page.get_by_role("button", name="Print the statement").click()
        assert page.evaluate("window.printed")
        page.emulate_media(media="print")
        expect(page.locator('[data-tongue-of="zh"]')).to_be_visible()
        for other in ("h1", "#text", "#findings", "#proof", ".about", '[data-tongue-of="en"]'):
            expect(page.locator(other).first).not_to_be_visible()
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) == 1
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(page.locator("#text")).to_be_visible()
        watched.check()


def test_the_scripts_of_the_page_stay_small(site: Site, browser: Browser, decision: Decision) -> None:
    with signed_in(site, browser, "reviewer") as watched:
        page = watched.open(address(decision))
        sizes = page.evaluate(
            "performance.getEntriesByType('resource').filter((entry) => entry.initiatorType === 'script').map((entry) => entry.encodedBodySize)"
        )
        assert 0 < sum(sizes) <= MOST_SCRIPT_BYTES


def test_the_bundle_that_is_attacked_is_the_one_that_holds(site: Site, decision: Decision) -> None:
    bundle = bundle_of(site, decision)
    assert verify_bundle(packed(copy.deepcopy(bundle)), site.service.signer.vkey)
    assert len(bundle["proof"].partition("\n\n")[0].split("\n")) >= 5, "the tests change the lines of a path with three hashes or more"
