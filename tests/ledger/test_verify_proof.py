"""The auditor's single file: runs alone, says what is proved and what is not, and refuses every tampered bundle."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brightline.documents import canonical_json, decision_to_document
from brightline.ledger import Checkpoint, Proof, Sequencer, Signer, commit, encode_entry, leaf_hash, verify_proof
from brightline.ledger.verify_proof import NotProved, Unreadable, canonical, verify_bundle
from brightline.model import Decision, LedgerEntry
from tests.ledger.decisions import DECISION, FINDING
from tests.ledger.memory import MemoryLedger, Pending

PROGRAM = Path(verify_proof.__file__)
SALT = bytes(range(32))


def make_bundle(tmp_path: Path, decision: Decision = DECISION) -> tuple[bytes, Signer]:
    """A bundle for a decision in a log of seven entries."""
    ledger = MemoryLedger()
    signer = Signer.load_or_create(tmp_path / "key", "example.org/log")
    sequencer = Sequencer(ledger, signer, tmp_path / "head")
    ledger.submit(4)
    body = canonical_json(decision_to_document(decision))
    ledger.waiting.append(Pending(99, decision.made_at, "decision", "default", "key-1", decision.id, commit(SALT, body)))
    ledger.submit(2)
    sequencer.round()
    return sequencer.bundle(decision.id, body, SALT), signer


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Signer]:
    return make_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """The program as an auditor has it: copied elsewhere, Brightline not importable."""
    program = tmp_path / "elsewhere" / "verify_proof.py"
    program.parent.mkdir()
    program.write_bytes(PROGRAM.read_bytes())

    def run(bundle: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
        file = tmp_path / "proof.json"
        file.write_bytes(bundle)
        command = [sys.executable, "-W", "error", str(program), str(file), *arguments]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False, cwd=tmp_path)

    return run


def altered(bundle: bytes, **changes: Any) -> bytes:
    return json.dumps(json.loads(bundle) | changes, ensure_ascii=False).encode()


def test_the_program_is_one_short_file_that_needs_only_cryptography() -> None:
    text = PROGRAM.read_text("utf-8")
    assert len(text.splitlines()) < 200
    imported = {line.split()[1].partition(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_a_good_bundle_is_proved_in_plain_words(made: tuple[bytes, Signer], run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    bundle, signer = made
    result = run(bundle, "--vkey", signer.vkey)
    assert (result.returncode, result.stderr) == (0, "")
    assert f"The decision '{DECISION.id}' ('refuse') in this file is, byte for byte, the one that was logged." in result.stdout
    assert "entry 4, counted from 0, of the log 'example.org/log'. The signed head covers 7 in all." in result.stdout
    assert "NOT PROVED\n" in result.stdout
    assert "the operator's key" not in result.stdout


def test_without_a_key_from_elsewhere_the_program_says_that_the_key_is_not_proved(
    made: tuple[bytes, Signer], run: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    result = run(made[0])
    assert result.returncode == 0
    assert "That this is the operator's key: it came with the file." in result.stdout


def test_a_tampered_bundle_is_not_proved(made: tuple[bytes, Signer], run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    bundle, signer = made
    document = json.loads(bundle)
    result = run(altered(bundle, decision=document["decision"] | {"outcome": "allow"}), "--vkey", signer.vkey)
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout == "NOT PROVED: the decision (or the salt) is not the one that was logged: its commitment differs.\n"


def test_what_a_bundle_says_cannot_paint_over_the_terminal(tmp_path: Path, run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    bundle, _ = make_bundle(tmp_path, replace(DECISION, id="\x1b[2J\u202e"))
    result = run(bundle)
    assert result.returncode == 0
    assert result.stdout.isascii()
    assert "\x1b" not in result.stdout


def test_rubbish_cannot_be_read(run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    result = run(b"rubbish")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("CANNOT BE READ: the file is not JSON")
    (tmp_path / "proof.json").unlink()
    assert verify_proof.main([str(tmp_path / "proof.json")]) == 2


def test_another_key_than_the_given_one_is_refused(made: tuple[bytes, Signer], tmp_path: Path) -> None:
    bundle, signer = made
    stranger = Signer.load_or_create(tmp_path / "key", signer.origin)
    with pytest.raises(NotProved, match="another key than the one you gave"):
        verify_bundle(bundle, stranger.vkey)
    with pytest.raises(NotProved, match="did not sign"):
        verify_bundle(altered(bundle, vkey=stranger.vkey))
    with pytest.raises(Unreadable, match="verifier key"):
        verify_bundle(bundle, "rubbish")


def test_a_bundle_whose_parts_belong_to_other_decisions_is_refused(tmp_path: Path) -> None:
    bundle, _ = make_bundle(tmp_path / "one")
    (tmp_path / "two").mkdir()
    other, _ = make_bundle(tmp_path / "two", replace(DECISION, id="019a0000-0000-7000-8000-000000000002"))
    theirs = json.loads(other)
    for part in ("decision", "entry", "proof", "vkey"):
        with pytest.raises(NotProved):
            verify_bundle(altered(bundle, **{part: theirs[part]}))


def test_an_entry_that_stands_at_another_place_than_it_says_is_refused(tmp_path: Path) -> None:
    body = canonical_json(decision_to_document(DECISION))
    entry = encode_entry(LedgerEntry(1, 1, "decision", "default", "key-1", DECISION.id, commit(SALT, body)))
    signer = Signer.load_or_create(tmp_path / "key", "example.org/log")
    proof = Proof(0, (), signer.sign(Checkpoint(signer.origin, 1, leaf_hash(entry))))
    bundle = {
        "format": "brightline-proof/1",
        "decision": json.loads(body),
        "salt": SALT.hex(),
        "entry": base64.b64encode(entry).decode(),
        "proof": proof.text(),
        "vkey": signer.vkey,
    }
    with pytest.raises(NotProved, match="entry 1 cannot be number 0 in a tree of 1 entries"):
        verify_bundle(json.dumps(bundle).encode())


@pytest.mark.parametrize("salt", ["", "00" * 31, "AB" * 32, "zz" * 32])
def test_what_is_no_salt_is_refused(salt: str, made: tuple[bytes, Signer]) -> None:
    with pytest.raises(Unreadable, match="salt"):
        verify_bundle(altered(made[0], salt=salt))


def test_a_key_that_appears_twice_is_refused(made: tuple[bytes, Signer]) -> None:
    twice = made[0].replace(b'"outcome": "refuse"', b'"outcome": "allow", "outcome": "refuse"')
    assert twice != made[0]
    with pytest.raises(Unreadable, match="twice"):
        verify_bundle(twice)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_one_flipped_bit_anywhere_in_a_bundle_is_refused(made: tuple[bytes, Signer], data: st.DataObject) -> None:
    bundle, signer = made
    bit = data.draw(st.integers(0, 8 * len(bundle) - 1))
    raw = bytearray(bundle)
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises((NotProved, Unreadable)):
        verify_bundle(bytes(raw), signer.vkey)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@given(st.sampled_from(["format", "decision", "salt", "entry", "proof", "vkey"]), json_values)
@settings(max_examples=200, deadline=None)
def test_any_value_anywhere_in_a_bundle_is_refused_cleanly(made: tuple[bytes, Signer], part: str, value: Any) -> None:
    with pytest.raises((NotProved, Unreadable)):
        verify_bundle(json.dumps(json.loads(made[0]) | {part: value}).encode())


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 100_000)
@example(b'{"a":' * 100_000)
@example(b"\xef\xbb\xbf{}")
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_refused_cleanly(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        verify_bundle(raw)


@given(st.text(), st.sampled_from(["proof", "vkey"]))
@settings(max_examples=200, deadline=None)
def test_any_text_in_place_of_a_line_is_refused_cleanly(made: tuple[bytes, Signer], line: str, part: str) -> None:
    document = json.loads(made[0])
    lines = document[part].split("\n")
    for position in range(len(lines)):
        if lines[position] != line:
            text = "\n".join([*lines[:position], line, *lines[position + 1 :]])
            with pytest.raises((NotProved, Unreadable)):
                verify_bundle(altered(made[0], **{part: text}))


def test_an_entry_that_is_signed_but_not_an_entry_is_refused(made: tuple[bytes, Signer]) -> None:
    for raw in (b"{}", b"[]", b"null", b'{"v":1}', b"\xff"):
        with pytest.raises(Unreadable):
            verify_bundle(altered(made[0], entry=base64.b64encode(raw).decode()))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
documents = st.builds(
    replace,
    st.just(DECISION),
    reason_zh=texts,
    account=texts,
    made_at=st.integers(0, 2**53 - 1),
    findings=st.lists(
        st.builds(replace, st.just(FINDING), score=st.floats(0, 1), excerpt=texts, evidence=st.tuples(texts), manifest=st.booleans()),
        max_size=3,
    ).map(tuple),
    texts=st.dictionaries(st.from_regex(r"messages\[[0-9]\]\.content", fullmatch=True), texts, max_size=3),
)


@given(documents)
@settings(max_examples=200, deadline=None)
def test_the_program_canonicalises_every_decision_document_to_the_bytes_that_were_logged(decision: Decision) -> None:
    body = canonical_json(decision_to_document(decision))
    assert canonical(json.loads(body)) == body
