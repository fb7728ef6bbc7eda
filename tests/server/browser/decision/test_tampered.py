"""A decision's proof, attacked at every step: the browser refuses what the reference verifier refuses, and says where."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from brightline.ledger.note import SigningKey
from brightline.ledger.verify_proof import NotProved, Unreadable, verify_bundle
from brightline.model import Decision
from tests.server.browser.chromium import Tab
from tests.server.browser.decision.asking import address, bundle_of, failed_steps, give, packed
from tests.server.browser.decision.tampering import Tampering, entry_with, flipped, head_line, proof_line
from tests.server.browser.toolkit import signed_in
from tests.server.face.site import Site

pytestmark = pytest.mark.browser


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
    ("the entry's subject", lambda b: entry_with(b, subject="01936f7e-5b1c-7cc3-98c4-dc0c0c07398f"), "entry"),
    ("the entry's number", lambda b: entry_with(b, seq=3), "entry"),
    ("the entry's fields", lambda b: entry_with(b, more=1), "entry"),
    ("the entry's time", lambda b: entry_with(b, ts=1), "path"),
    ("the entry's commitment", lambda b: entry_with(b, commitment="0" * 64), "commitment"),
    ("a hash of the path", proof_line(2, flipped), "path"),
    ("the last hash of the path", proof_line(4, flipped), "path"),
    ("a hash left out", _without_a_hash, "path"),
    ("a hash more", _with_a_hash_more, "path"),
    ("the number of the path", proof_line(1, lambda line: "index 3"), "entry"),
    ("the root in the head", head_line(2, flipped), "root"),
    ("the size in the head", head_line(1, lambda line: "3"), "checkpoint"),
    ("a larger size in the head", head_line(1, lambda line: line + "0"), "signature"),
    ("the log in the head", head_line(0, lambda line: "somebody/else"), "checkpoint"),
    ("the signature", head_line(4, _signature), "signature"),
    ("the signer", head_line(4, lambda line: line.replace("brightline/", "elsewhere/")), "signature"),
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


def test_the_bundle_that_is_attacked_is_the_one_that_holds(site: Site, decision: Decision) -> None:
    bundle = bundle_of(site, decision)
    assert verify_bundle(packed(copy.deepcopy(bundle)), site.service.signer.vkey)
    assert len(bundle["proof"].partition("\n\n")[0].split("\n")) >= 5, "the tests change the lines of a path with three hashes or more"
