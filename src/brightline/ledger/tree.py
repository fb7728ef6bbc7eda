"""The Merkle tree of RFC 9162, section 2: hashes, inclusion proofs and consistency proofs over SHA-256.

In the RFC's words: ``MTH(D[n])`` is the Merkle Tree Hash of the ordered list of entries ``D[n]``; the hash of a leaf is
``SHA-256(0x00 || d)``, of an inner node ``SHA-256(0x01 || left || right)``, and a list of ``n > 1`` entries is split at
``k``, the largest power of two smaller than ``n``. The two prefixes make it impossible to pass off a node as a leaf.

Proofs are generated from *complete subtrees* only: ``(level, index)`` names the subtree over the entries
``index * 2**level`` up to, but not including, ``(index + 1) * 2**level``, and level 0 is the leaf hash. A complete
subtree never changes again, so it is stored once; ``NodeLookup`` is how this module asks for one.

Not here: signatures (``note.py``), files (``proof.py``, ``tiles.py``) and storage (``sequencer.py``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from brightline.errors import LedgerError

__all__ = [
    "EMPTY_ROOT",
    "HASH_BYTES",
    "Frontier",
    "NodeLookup",
    "consistency_proof",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "root_hash",
    "verify_consistency",
    "verify_inclusion",
]

HASH_BYTES = 32

EMPTY_ROOT = hashlib.sha256().digest()
"""Hash of the empty list, RFC 9162, 2.1.1: ``MTH({}) = HASH()``."""

NodeLookup = Callable[[int, int], bytes | None]
"""``(level, index)`` to the hash of that complete subtree, or None if it is not stored."""

_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> bytes:
    """``MTH({d[0]}) = HASH(0x00 || d[0])``, RFC 9162, 2.1.1."""
    return _sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """``HASH(0x01 || left || right)``, RFC 9162, 2.1.1."""
    return _sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: the roots of its complete subtrees, largest first, one for each set bit of ``size``.

    This is all that appending needs; an append costs one node hash on average.
    """

    __slots__ = ("_subtrees", "size")

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    @classmethod
    def load(cls, size: int, node: NodeLookup) -> Frontier:
        """The right edge of a stored tree. Raises ``LedgerError`` BL-LEDGER-011 if a subtree is missing."""
        frontier = cls()
        frontier.size = size
        start = 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                frontier._subtrees.append(_stored(node, level, start >> level))
                start += 1 << level
        return frontier

    def append(self, leaf: bytes, nodes: list[tuple[int, int, bytes]]) -> None:
        """Add one leaf hash; the subtrees that it completes are added to ``nodes`` as ``(level >= 1, index, hash)``."""
        index, level, subtree = self.size, 0, leaf
        while index & 1:
            subtree = _sha256(b"\x01" + self._subtrees.pop() + subtree).digest()
            level += 1
            index >>= 1
            nodes.append((level, index, subtree))
        self._subtrees.append(subtree)
        self.size += 1

    def root(self) -> bytes:
        """``MTH(D[size])``: the subtrees folded from the right."""
        if not self._subtrees:
            return EMPTY_ROOT
        root = self._subtrees[-1]
        for subtree in reversed(self._subtrees[:-1]):
            root = node_hash(subtree, root)
        return root


def root_hash(size: int, node: NodeLookup) -> bytes:
    """``MTH(D[size])`` from stored complete subtrees."""
    return Frontier.load(size, node).root()


def inclusion_proof(index: int, size: int, node: NodeLookup) -> list[bytes]:
    """``PATH(index, D[size])``, RFC 9162, 2.1.3.1: the sibling hashes from the leaf up to below the root.

    Raises ``LedgerError`` BL-LEDGER-005 if the entry is not in a tree of that size, -011 if a subtree is not stored.
    """
    if not 0 <= index < size:
        raise LedgerError("BL-LEDGER-005", f"entry {index} is not in a tree of {size} entries", "ask for an entry below the tree size")
    return _path(index, 0, size, node)


def consistency_proof(old_size: int, new_size: int, node: NodeLookup) -> list[bytes]:
    """``PROOF(old_size, D[new_size])``, RFC 9162, 2.1.4.1; empty where one of the trees is empty or both are the same.

    Raises ``LedgerError`` BL-LEDGER-006 if the old tree is larger than the new one, -011 if a subtree is not stored.
    """
    if not 0 <= old_size <= new_size:
        raise LedgerError("BL-LEDGER-006", f"a tree of {old_size} entries cannot be the beginning of one of {new_size}")
    if old_size in (0, new_size):
        return []
    return _subproof(old_size, 0, new_size, node, whole=True)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """RFC 9162, 2.1.3.2: that ``leaf`` is entry ``index`` of the tree with this size and root.

    Raises ``LedgerError`` BL-LEDGER-005 if it is not, whatever is wrong with the arguments.
    """
    if not 0 <= index < size:
        raise _not_included(f"entry {index} is not in a tree of {size} entries")
    _check_hashes([leaf, root, *proof], _not_included)
    fn, sn = index, size - 1
    computed = leaf
    for sibling in proof:
        if sn == 0:
            raise _not_included("the proof is too long")
        if fn & 1 or fn == sn:
            computed = node_hash(sibling, computed)
            while fn and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            computed = node_hash(computed, sibling)
        fn >>= 1
        sn >>= 1
    if sn != 0:
        raise _not_included("the proof is too short")
    if computed != root:
        raise _not_included("the proof leads to another root hash")


def verify_consistency(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """RFC 9162, 2.1.4.2: that the old tree is the beginning of the new one, so nothing in it was changed or removed.

    Every tree begins with the empty tree. Raises ``LedgerError`` BL-LEDGER-006 if it is not, whatever is wrong with the arguments.
    """
    _check_hashes([old_root, new_root, *proof], _not_consistent)
    if not 0 <= old_size <= new_size:
        raise _not_consistent(f"a tree of {old_size} entries cannot be the beginning of one of {new_size}")
    if old_size in (0, new_size):
        expected = EMPTY_ROOT if old_size == 0 else new_root
        if proof or old_root != expected or (new_size == 0 and new_root != EMPTY_ROOT):
            raise _not_consistent("the root hashes differ, or there is a proof where none is needed")
        return
    _fold_consistency(old_size, new_size, old_root, new_root, proof)


def _fold_consistency(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    path = list(proof)
    if old_size & (old_size - 1) == 0:  # an exact power of two: the old root itself is the first node
        path.insert(0, old_root)
    if not path:
        raise _not_consistent("the proof is empty")
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = path[0]
    for node in path[1:]:
        if sn == 0:
            raise _not_consistent("the proof is too long")
        if fn & 1 or fn == sn:
            fr = node_hash(node, fr)
            sr = node_hash(node, sr)
            while fn and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            sr = node_hash(sr, node)
        fn >>= 1
        sn >>= 1
    if sn != 0:
        raise _not_consistent("the proof is too short")
    if fr != old_root or sr != new_root:
        raise _not_consistent("the proof leads to another root hash")


def _path(m: int, start: int, stop: int, node: NodeLookup) -> list[bytes]:
    # PATH(m, D[start:stop]), with m counted from the beginning of D.
    if stop - start == 1:
        return []
    k = start + _split(stop - start)
    if m < k:
        return [*_path(m, start, k, node), _subtree(k, stop, node)]
    return [*_path(m, k, stop, node), _subtree(start, k, node)]


def _subproof(m: int, start: int, stop: int, node: NodeLookup, *, whole: bool) -> list[bytes]:
    # SUBPROOF(m, D[start:stop], b), with m counted from the beginning of D.
    if m == stop:
        return [] if whole else [_subtree(start, stop, node)]
    k = start + _split(stop - start)
    if m <= k:
        return [*_subproof(m, start, k, node, whole=whole), _subtree(k, stop, node)]
    return [*_subproof(m, k, stop, node, whole=False), _subtree(start, k, node)]


def _subtree(start: int, stop: int, node: NodeLookup) -> bytes:
    # MTH(D[start:stop]); start is a multiple of the largest power of two in the range wherever the RFC's recursion asks.
    size = stop - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return _stored(node, level, start >> level)
    k = start + _split(size)
    return node_hash(_subtree(start, k, node), _subtree(k, stop, node))


def _split(size: int) -> int:
    # k, the largest power of two smaller than size (k < size <= 2k).
    return 1 << (size - 1).bit_length() - 1


def _stored(node: NodeLookup, level: int, index: int) -> bytes:
    found = node(level, index)
    if found is None:
        first, last = index << level, ((index + 1) << level) - 1
        raise LedgerError(
            "BL-LEDGER-011",
            f"the log's database lacks the hash of entries {first} to {last}",
            "run `brightline ledger verify` and restore the database from a backup that verifies",
        )
    return found


def _check_hashes(hashes: Sequence[bytes], refuse: Callable[[str], LedgerError]) -> None:
    if any(len(each) != HASH_BYTES for each in hashes):
        raise refuse(f"a hash is not {HASH_BYTES} bytes long")


def _not_included(why: str) -> LedgerError:
    return LedgerError("BL-LEDGER-005", f"the inclusion proof does not verify: {why}", "the entry is not in the signed log as claimed")


def _not_consistent(why: str) -> LedgerError:
    return LedgerError("BL-LEDGER-006", f"the two heads are not consistent: {why}", "the log was changed after the older head was signed")
