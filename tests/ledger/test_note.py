"""Signed notes and checkpoints against published examples, and against tampering and rubbish."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brightline.errors import LedgerError
from brightline.ledger.note import Checkpoint, SigningKey, VerifierKey, open_checkpoint, open_note, sign_note
from brightline.ledger.tree import EMPTY_ROOT

# The test vector of golang.org/x/mod/sumdb/note (Example functions of the package).
GO_SIGNING_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_VERIFIER_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = GO_TEXT + "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

# The example notes of c2sp.org/signed-note and c2sp.org/tlog-checkpoint.
C2SP_NOTE = (
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "\u2014 quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
)
C2SP_CHECKPOINT = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)

KEY = SigningKey(name="example.org/log", seed=bytes(range(32)))
OTHER = SigningKey(name="example.org/log", seed=bytes(32))
WITNESS = SigningKey(name="witness.example", seed=bytes(range(1, 33)))
HEAD = Checkpoint("example.org/log", 7, bytes(range(32)))
SIGNED = sign_note(HEAD.text(), [KEY])


def test_the_example_of_go_verifies() -> None:
    assert open_note(GO_NOTE, [VerifierKey.parse(GO_VERIFIER_KEY)]) == GO_TEXT


def test_the_example_of_go_is_signed_to_the_same_bytes() -> None:
    key = SigningKey.parse(GO_SIGNING_KEY)
    assert sign_note(GO_TEXT, [key]) == GO_NOTE
    assert str(key.verifier) == GO_VERIFIER_KEY
    assert key.secret_line() == GO_SIGNING_KEY


@pytest.mark.parametrize(("note", "name"), [(C2SP_NOTE, "quasimodo.example/salvatore"), (C2SP_CHECKPOINT, "example.com/behind-the-sofa")])
def test_the_examples_of_c2sp_are_read_and_name_their_signer(note: str, name: str) -> None:
    # The specification does not print the keys, so the signature is one of an unknown key.
    with pytest.raises(LedgerError, match=rf"no known key signed this note \(signed by: {name}\)") as refused:
        open_note(note, [KEY.verifier])
    assert refused.value.code == "BL-LEDGER-002"


def test_the_checkpoint_of_c2sp_is_read() -> None:
    checkpoint = Checkpoint.parse(C2SP_CHECKPOINT.rpartition("\n\n")[0] + "\n")
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.text() == C2SP_CHECKPOINT.rpartition("\n\n")[0] + "\n"


def test_a_checkpoint_comes_back_as_it_was_signed() -> None:
    assert open_checkpoint(SIGNED, [KEY.verifier]) == HEAD


def test_a_second_signature_of_a_witness_does_no_harm() -> None:
    assert open_checkpoint(sign_note(HEAD.text(), [WITNESS, KEY]), [KEY.verifier]) == HEAD


def test_either_key_opens_a_note_while_keys_are_changed() -> None:
    note = sign_note(HEAD.text(), [OTHER, KEY])
    for keys in ([KEY.verifier], [OTHER.verifier], [OTHER.verifier, KEY.verifier]):
        assert open_checkpoint(note, keys) == HEAD


def test_one_bad_signature_of_a_known_key_condemns_the_note() -> None:
    bad = base64.b64encode(KEY.verifier.key_id + bytes(64)).decode()
    note = f"{sign_note(HEAD.text(), [OTHER])}\u2014 {KEY.name} {bad}\n"
    assert open_checkpoint(note, [OTHER.verifier]) == HEAD
    with pytest.raises(LedgerError, match="BL-LEDGER-002"):
        open_checkpoint(note, [OTHER.verifier, KEY.verifier])


def test_a_checkpoint_of_another_log_is_refused() -> None:
    foreign = sign_note(Checkpoint("example.org/other", 7, bytes(32)).text(), [KEY])
    with pytest.raises(LedgerError, match=r"belongs to the log 'example\.org/other'"):
        open_checkpoint(foreign, [KEY.verifier])


def test_extension_lines_are_read_over() -> None:
    note = sign_note(HEAD.text() + "extension 1\n", [KEY])
    assert open_checkpoint(note, [KEY.verifier]) == HEAD


@given(st.integers(0, 8 * len(SIGNED.encode()) - 1))
@settings(max_examples=200, deadline=None)
def test_one_flipped_bit_anywhere_in_a_signed_checkpoint_is_refused(bit: int) -> None:
    raw = bytearray(SIGNED.encode())
    raw[bit // 8] ^= 1 << bit % 8
    with contextlib.suppress(UnicodeDecodeError):
        note = raw.decode()
        with pytest.raises(LedgerError):
            open_checkpoint(note, [KEY.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "origin\n",
        "origin\n5\n",
        f"origin\n5\n{base64.b64encode(EMPTY_ROOT).decode()}",
        f"\n5\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"origin\n05\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"origin\n+5\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"origin\n٥\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"origin\n-5\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"origin\n9223372036854775808\n{base64.b64encode(EMPTY_ROOT).decode()}\n",
        f"origin\n5\n{base64.b64encode(EMPTY_ROOT[1:]).decode()}\n",
        f"origin\n5\n{EMPTY_ROOT.hex()}\n",
        f"origin\n5\n{base64.b64encode(EMPTY_ROOT).decode()}\n\nextension\n",
    ],
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(LedgerError, match="BL-LEDGER-003"):
        Checkpoint.parse(text)


def test_base64_has_one_spelling_only() -> None:
    text = f"origin\n5\n{base64.b64encode(EMPTY_ROOT).decode()}\n"
    assert text.endswith("uFU=\n")
    for spelling in ("uFV=\n", "uFU\n", "uFU==\n", "uFU= \n"):
        with pytest.raises(LedgerError, match="BL-LEDGER-003"):
            Checkpoint.parse(text.replace("uFU=\n", spelling))


@pytest.mark.parametrize(
    "note",
    [
        "text\n",
        "text\n\n",
        "text\n\n\u2014 name",
        "text\n\n\u2014 name AAAA\n",
        "text\n\n- name AAAAAAAA\n",
        "text\n\n\u2014 na+me AAAAAAAA\n",
        "text\n\n\u2014  AAAAAAAA\n",
        "text\n\n\u2014 na\u00a0me AAAAAAAA\n",
        "te\txt\n\n\u2014 name AAAAAAAA\n",
        "te\udc80xt\n\n\u2014 name AAAAAAAA\n",
        "text\n\n" + "\u2014 name AAAAAAAA\n" * 101,
        "x" * 1_000_001,
    ],
)
def test_what_is_not_a_note_is_refused(note: str) -> None:
    with pytest.raises(LedgerError, match="BL-LEDGER-001"):
        open_note(note, [KEY.verifier])


@pytest.mark.parametrize("text", ["no newline", "control\x00\n", "tab\t\n"])
def test_what_cannot_be_the_text_of_a_note_is_not_signed(text: str) -> None:
    with pytest.raises(LedgerError, match="BL-LEDGER-001"):
        sign_note(text, [KEY])


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+c74f20a3",
        GO_VERIFIER_KEY.replace("c74f20a3", "c74f20a4"),
        GO_VERIFIER_KEY.replace("Peter", "Paul"),
        GO_VERIFIER_KEY + "AAAA",
        GO_VERIFIER_KEY.replace("+ARpc", "+Zpc"),
        "a b+00000000+AAAA",
        "+00000000+AAAA",
        "\ud800+00000000+AAAA",
        GO_SIGNING_KEY,
    ],
)
def test_what_is_not_a_verifier_key_is_refused(vkey: str) -> None:
    with pytest.raises(LedgerError, match="BL-LEDGER-007"):
        VerifierKey.parse(vkey)


def test_a_damaged_signing_key_is_refused_and_not_shown() -> None:
    for line in (GO_SIGNING_KEY.replace("AYEK", "AYEL"), GO_SIGNING_KEY[:-1] + "!", GO_VERIFIER_KEY):
        with pytest.raises(LedgerError, match="BL-LEDGER-007") as refused:
            SigningKey.parse(line)
        assert line.rpartition("+")[2][:12] not in str(refused.value)


def test_a_signing_key_does_not_show_its_seed() -> None:
    assert "seed" not in repr(KEY)
    assert KEY.seed.hex() not in repr(KEY)


@given(st.text())
@example(GO_NOTE)
@example("\n\n")
@example("\n\n\n")
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_note_or_a_ledger_error(text: str) -> None:
    for candidate in (text, f"{text}\n\n\u2014 n AAAAAAAA\n", f"a\n\n\u2014 {text}\n"):
        with contextlib.suppress(LedgerError):
            open_note(candidate, [KEY.verifier])


@given(st.text(), st.text(), st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_checkpoint_or_a_key_or_a_ledger_error(first: str, second: str, third: str) -> None:
    with contextlib.suppress(LedgerError):
        Checkpoint.parse(f"{first}\n{second}\n{third}\n")
    with contextlib.suppress(LedgerError):
        VerifierKey.parse(f"{first}+{second}+{third}")
    with contextlib.suppress(LedgerError):
        SigningKey.parse(f"PRIVATE+KEY+{first}+{second}+{third}")
