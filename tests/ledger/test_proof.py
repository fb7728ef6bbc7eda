"""Proof files (tlog-proof@v1): written, read, verified, tampered with."""

from __future__ import annotations

import base64
import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.errors import LedgerError
from brightline.ledger import Checkpoint, Proof, checkpoint_in, verify_tlog_proof
from brightline.ledger.note import SigningKey, sign_note
from brightline.ledger.tree import inclusion_proof
from tests.ledger.trees import Tree

KEY = SigningKey(name="example.org/log", seed=bytes(range(32)))
TREE = Tree([f"entry {number}".encode() for number in range(13)])
NOTE = sign_note(Checkpoint(KEY.name, 13, TREE.roots[13]).text(), [KEY])
PROOF = Proof(5, tuple(inclusion_proof(5, 13, TREE.node)), NOTE)


def test_a_proof_file_has_the_lines_of_the_specification() -> None:
    lines = PROOF.text().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 5"]
    assert lines[2:6] == [base64.b64encode(digest).decode() for digest in PROOF.hashes]
    assert "\n".join(lines[6:]) == "\n" + NOTE


def test_a_proof_of_the_only_entry_has_no_hashes() -> None:
    tree = Tree([b"only"])
    note = sign_note(Checkpoint(KEY.name, 1, tree.roots[1]).text(), [KEY])
    text = Proof(0, (), note).text()
    assert text == f"c2sp.org/tlog-proof@v1\nindex 0\n\n{note}"
    assert verify_tlog_proof(text, b"only", [KEY.verifier]).size == 1


@pytest.mark.parametrize("extra", [None, b"", b"bytes \xff"])
def test_a_proof_file_is_read_as_it_was_written(extra: bytes | None) -> None:
    proof = Proof(PROOF.index, PROOF.hashes, PROOF.checkpoint, extra)
    assert Proof.parse(proof.text()) == proof
    assert verify_tlog_proof(proof.text(), b"entry 5", [KEY.verifier]).size == 13


def test_another_entry_is_refused() -> None:
    with pytest.raises(LedgerError, match="BL-LEDGER-005"):
        verify_tlog_proof(PROOF.text(), b"entry 6", [KEY.verifier])


def test_another_key_is_refused() -> None:
    with pytest.raises(LedgerError, match="BL-LEDGER-002"):
        verify_tlog_proof(PROOF.text(), b"entry 5", [SigningKey(KEY.name, bytes(32)).verifier])


@given(st.integers(0, 8 * len(PROOF.text().encode()) - 1))
@settings(max_examples=200, deadline=None)
def test_one_flipped_bit_anywhere_in_a_proof_file_is_refused(bit: int) -> None:
    raw = bytearray(PROOF.text().encode())
    raw[bit // 8] ^= 1 << bit % 8
    with contextlib.suppress(UnicodeDecodeError):
        text = raw.decode()
        with pytest.raises(LedgerError):
            verify_tlog_proof(text, b"entry 5", [KEY.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2sp.org/tlog-proof@v1\n\n",
        "c2sp.org/tlog-proof@v2\nindex 0\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 00\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex -1\n\nnote",
        "c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nnote",
        "c2sp.org/tlog-proof@v1\nextra AAAA\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nnote",
        "c2sp.org/tlog-proof@v1\nindex 0\n" + (base64.b64encode(bytes(32)).decode() + "\n") * 64 + "\nnote",
    ],
)
def test_what_is_not_a_proof_file_is_refused(text: str) -> None:
    with pytest.raises(LedgerError, match="BL-LEDGER-004"):
        Proof.parse(text)


@given(st.text(), st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_proof_or_a_ledger_error(head: str, tail: str) -> None:
    for text in (
        head,
        f"c2sp.org/tlog-proof@v1\nindex {head}\n{tail}\n\n{NOTE}",
        f"c2sp.org/tlog-proof@v1\nextra {head}\n\n{tail}",
        "{" + head,
    ):
        with contextlib.suppress(LedgerError):
            verify_tlog_proof(text, b"entry 5", [KEY.verifier])
        with contextlib.suppress(LedgerError):
            checkpoint_in(text)


def test_a_kept_head_is_found_in_a_checkpoint_a_proof_and_a_bundle() -> None:
    bundle = json.dumps({"format": "brightline-proof/1", "proof": PROOF.text()})
    assert {checkpoint_in(text) for text in (NOTE, PROOF.text(), bundle)} == {NOTE}
    for damaged in ('{"proof": 3}', "{}", "{", '{"proof": "x"'):
        with pytest.raises(LedgerError, match="BL-LEDGER-004"):
            checkpoint_in(damaged)
