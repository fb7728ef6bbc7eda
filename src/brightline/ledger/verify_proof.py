"""Check a Brightline proof (brightline-proof/1) without Brightline, without its database and without the network.

    python verify_proof.py proof.json --vkey 'NAME+KEYID+KEY'

Needs Python 3.9 and the package "cryptography" (for Ed25519), and can be read in ten minutes. Four steps: commitment
(HMAC-SHA256, RFC 2104) → entry → inclusion (RFC 9162, 2.1.3.2) → signature (c2sp.org/signed-note).
Exit code 0: proved; 1: the proof does not hold; 2: the file or the key cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import re
import sys
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ENTRY_FIELDS = ["actor", "commitment", "kind", "seq", "subject", "tenant", "ts", "v"]
PROVED = """PROVED
  The decision {subject!a} ({outcome!a}) in this file is, byte for byte, the one that was logged.
  It is entry {seq}, counted from 0, of the log {origin!a}. The signed head covers {size} in all.
  The head (root hash {root}) is signed by {vkey!a}
NOT PROVED
  That the decision is right, or that the times and facts in it are true.
  That everything was logged: what never entered the log leaves no trace in it.
  That others are shown the same log: compare the head above with one that somebody else kept.
"""
KEY_NOT_PROVED = "  That this is the operator's key: it came with the file. Get it from elsewhere and give it with --vkey.\n"


class Unreadable(Exception):
    """The input is not a proof bundle or a verifier key."""


class NotProved(Exception):
    """The input can be read, but one of its claims does not hold."""


def verify_bundle(raw: bytes, vkey: str | None = None) -> dict[str, Any]:
    """Check a bundle; what was proved, as a dict. With ``vkey`` the log must be signed by exactly that key."""
    bundle = read_json(raw, "the file")
    if not isinstance(bundle, dict) or bundle.get("format") != "brightline-proof/1":
        raise Unreadable("the file is not a brightline-proof/1 bundle")
    decision = bundle.get("decision")
    salt, encoded, proof, key = texts = [bundle.get(name) for name in ("salt", "entry", "proof", "vkey")]
    if not isinstance(decision, dict) or not all(isinstance(text, str) for text in texts):
        raise Unreadable("the bundle lacks decision, salt, entry, proof or vkey")
    name, key_id, public = read_vkey(str(key))
    if vkey is not None and read_vkey(vkey.strip()) != (name, key_id, public):
        raise NotProved("the proof was made with another key than the one you gave")
    entry_bytes = decode(str(encoded), "the entry")
    entry = check_entry(decision, str(salt), entry_bytes)
    index, hashes, note = read_proof(str(proof))
    size, root = check_signature(note, name, key_id, public)
    if entry["seq"] != index or index >= size:
        raise NotProved(f"entry {entry['seq']} cannot be number {index} in a tree of {size} entries")
    check_inclusion(entry_bytes, index, size, hashes, root)
    return {"decision": decision, "entry": entry, "origin": name, "size": size, "root": root.hex(), "vkey": key}


def check_entry(decision: dict[str, Any], salt: str, raw: bytes) -> dict[str, Any]:
    """Steps 1 and 2: the decision's canonical JSON (RFC 8785) and the salt give the commitment that the entry holds."""
    if not re.fullmatch("[0-9a-f]{64}", salt):
        raise Unreadable("the salt is not 64 hex digits")
    entry = read_json(raw, "the entry")
    if not isinstance(entry, dict) or sorted(entry) != ENTRY_FIELDS or entry["v"] != 1 or canonical(entry) != raw:
        raise Unreadable("the entry is not a canonical entry of version 1")
    if entry["subject"] != decision.get("id"):
        raise NotProved("the entry is about another decision than the one in the file")
    if hmac.new(bytes.fromhex(salt), canonical(decision), hashlib.sha256).hexdigest() != entry["commitment"]:
        raise NotProved("the decision (or the salt) is not the one that was logged: its commitment differs")
    return dict(entry)


def check_inclusion(raw: bytes, index: int, size: int, hashes: list[bytes], root: bytes) -> None:
    """Step 3: hashing the entry together with the proof's hashes gives the root of the signed tree."""
    fn, sn, computed = index, size - 1, hashlib.sha256(b"\x00" + raw).digest()
    for sibling in hashes:
        if sn == 0:
            raise NotProved("the inclusion proof is too long")
        if fn & 1 or fn == sn:
            computed = hashlib.sha256(b"\x01" + sibling + computed).digest()
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            computed = hashlib.sha256(b"\x01" + computed + sibling).digest()
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or computed != root:
        raise NotProved("the entry is not in the signed tree: the hashes do not lead to its root")


def check_signature(note: str, name: str, key_id: bytes, public: bytes) -> tuple[int, bytes]:
    """Step 4: the key signed the checkpoint of the log that has its name. Size and root hash of the tree."""
    parts = re.fullmatch("(.*\n)\n((?:\u2014 [^ \n]+ [^ \n]+\n)+)", note, re.DOTALL)
    if parts is None:
        raise Unreadable("the checkpoint is not a signed note")
    text, signed = parts[1], False
    for line in parts[2].split("\n")[:-1]:
        _, signer, encoded = line.split(" ")
        signature = decode(encoded, "a signature")
        if (signer, signature[:4]) != (name, key_id):
            continue  # another key of the log, or a witness
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature[4:], text.encode())
            signed = True
        except InvalidSignature:
            raise NotProved("the signature of the checkpoint does not verify") from None
    lines = text.split("\n")
    if not signed or len(lines) < 4 or not all(lines[:-1]) or lines[0] != name:
        raise NotProved("the key did not sign this as a checkpoint of its log")
    return number(lines[1]), decode(lines[2], "the root hash", 32)


def read_proof(text: str) -> tuple[int, list[bytes], str]:
    """Index, hashes and checkpoint of a proof file (c2sp.org/tlog-proof). Extra data is not authenticated and not used."""
    match = re.fullmatch(r"c2sp\.org/tlog-proof@v1\n(?:extra [^\n]*\n)?index ([^\n]*)((?:\n[^\n]+)*)\n\n(.*)", text, re.DOTALL)
    if match is None:
        raise Unreadable("the proof is not a c2sp.org/tlog-proof@v1")
    return number(match[1]), [decode(line, "a hash", 32) for line in match[2].split("\n")[1:]], match[3]


def read_vkey(vkey: str) -> tuple[str, bytes, bytes]:
    """Name, key ID and Ed25519 public key of a verifier key."""
    name, _, rest = vkey.partition("+")
    key_id, _, encoded = rest.partition("+")
    blob = decode(encoded, "the verifier key", 33)
    computed = hashlib.sha256(name.encode("utf-8", "replace") + b"\n" + blob).digest()[:4]
    if not name or blob[0] != 1 or computed.hex() != key_id:
        raise Unreadable("the verifier key is not NAME+KEYID+KEY for Ed25519")
    return name, computed, blob[1:]


def read_json(raw: bytes, what: str) -> Any:
    """JSON in which no key appears twice, so that everybody reads the same from it."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a key appears twice")
        return dict(pairs)

    try:
        canonical(value := json.loads(raw.decode("utf-8"), object_pairs_hook=unique))  # refuses NaN and lone surrogates
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"{what} is not JSON: {problem}") from None
    return value


def canonical(value: Any) -> bytes:
    """RFC 8785 for the documents of Brightline (ASCII keys, integers, fractions of at most four decimals)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def decode(text: str, what: str, size: int | None = None) -> bytes:
    """Base64 in its canonical spelling, of ``size`` bytes where that is fixed."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raw = b""
    if not raw or base64.b64encode(raw).decode() != text or (size is not None and len(raw) != size):
        raise Unreadable(f"{what} is not canonical base64 of the right length")
    return raw


def number(text: str) -> int:
    """An ASCII decimal without leading zeroes."""
    if not re.fullmatch("0|[1-9][0-9]{0,18}", text):
        raise Unreadable(f"not a number: {text[:40]!r}")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(description="Check a Brightline proof offline. Exit: 0 proved, 1 not proved, 2 unreadable.")
    parser.add_argument("proof", help="the proof bundle (JSON)")
    parser.add_argument("--vkey", help="the log's verifier key, from a source that you trust (not from the bundle)")
    options = parser.parse_args(arguments)
    try:
        with open(options.proof, "rb") as file:
            proved = verify_bundle(file.read(), options.vkey)
    except (OSError, Unreadable) as problem:
        sys.stderr.write(f"CANNOT BE READ: {problem}\n")
        return 2
    except NotProved as problem:
        sys.stdout.write(f"NOT PROVED: {problem}.\n")
        return 1
    sys.stdout.write(
        PROVED.format(outcome=proved["decision"].get("outcome"), **proved["entry"], **proved) + ("" if options.vkey else KEY_NOT_PROVED)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
