"""The proof of a decision, verified in a real chromium: with this page's key and another's, by every role, in every state of the text."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, expect

from brightline.ledger.note import SigningKey
from brightline.ledger.verify_proof import verify_bundle
from brightline.model import Decision, Side
from tests.server.browser.decision.asking import PAPERS, address, bundle_of, failed_steps, give, packed, settled
from tests.server.browser.decision.tampering import flipped, proof_line
from tests.server.browser.toolkit import signed_in
from tests.server.face.site import REFUSED, Site

pytestmark = pytest.mark.browser

NO_ED25519 = """
const whole = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (format, key, algorithm, ...rest) =>
  algorithm.name === "Ed25519" ? Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError")) : whole(format, key, algorithm, ...rest);
"""


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
        proof_line(2, flipped)(bundle)
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
