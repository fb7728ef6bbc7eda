"""The tree against the published vectors, against the definition, and against every kind of tampering."""

from __future__ import annotations

from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.errors import LedgerError
from brightline.ledger.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_hash,
    verify_consistency,
    verify_inclusion,
)
from tests.ledger.trees import Tree, merkle_tree_hash

# The eight leaves, roots and proofs that Certificate Transparency implementations share (RFC 6962 / RFC 9162).
LEAVES = [
    bytes.fromhex(leaf) for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
_A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
_B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
_C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
_D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
_E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
_F = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
INCLUSION = [(0, 1, []), (0, 8, [_A, _B, _C]), (5, 8, [_D, _E, ROOTS[4]]), (2, 3, [ROOTS[2]]), (1, 5, [ROOTS[1], _B, _D])]
CONSISTENCY = [(1, 1, []), (1, 8, [_A, _B, _C]), (6, 8, [_F, _E, ROOTS[4]]), (2, 5, [_B, _D])]

MOST = 130


@lru_cache
def vectors() -> Tree:
    return Tree(LEAVES)


@lru_cache
def grown() -> Tree:
    return Tree([f"entry {number}".encode() for number in range(MOST)])


def hexes(proof: list[bytes]) -> list[str]:
    return [digest.hex() for digest in proof]


def flip(data: bytes, bit: int) -> bytes:
    return bytes(byte ^ (1 << bit % 8) if position == bit // 8 else byte for position, byte in enumerate(data))


@pytest.mark.parametrize("size", range(9))
def test_roots_are_the_published_ones(size: int) -> None:
    assert root_hash(size, vectors().node).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int, proof: list[str]) -> None:
    assert hexes(inclusion_proof(index, size, vectors().node)) == proof


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(old: int, new: int, proof: list[str]) -> None:
    assert hexes(consistency_proof(old, new, vectors().node)) == proof


def test_every_root_up_to_130_entries_is_that_of_the_definition() -> None:
    tree = grown()
    for size in range(MOST + 1):
        assert tree.roots[size] == merkle_tree_hash(tree.entries[:size]) == root_hash(size, tree.node)


def test_every_inclusion_proof_up_to_130_entries_verifies_for_its_entry_only() -> None:
    tree = grown()
    for size in range(1, MOST + 1):
        for index in range(size):
            proof = inclusion_proof(index, size, tree.node)
            verify_inclusion(tree.leaves[index], index, size, proof, tree.roots[size])
            with pytest.raises(LedgerError, match="BL-LEDGER-005"):
                verify_inclusion(tree.leaves[(index + 1) % MOST], index, size, proof, tree.roots[size])


def test_every_consistency_proof_up_to_130_entries_verifies_for_its_trees_only() -> None:
    tree = grown()
    for new in range(MOST + 1):
        for old in range(new + 1):
            proof = consistency_proof(old, new, tree.node)
            verify_consistency(old, new, tree.roots[old], tree.roots[new], proof)
            with pytest.raises(LedgerError, match="BL-LEDGER-006"):
                verify_consistency(old, new, flip(tree.roots[old], 3), tree.roots[new], proof)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_one_flipped_bit_anywhere_in_an_inclusion_proof_is_refused(data: st.DataObject) -> None:
    tree = grown()
    size = data.draw(st.integers(1, MOST))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, tree.node)
    blob = b"".join([tree.leaves[index], tree.roots[size], *proof])
    bad = flip(blob, data.draw(st.integers(0, 8 * len(blob) - 1)))
    leaf, root, *hashes = (bad[start : start + 32] for start in range(0, len(bad), 32))
    with pytest.raises(LedgerError, match="BL-LEDGER-005"):
        verify_inclusion(leaf, index, size, hashes, root)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_one_flipped_bit_anywhere_in_a_consistency_proof_is_refused(data: st.DataObject) -> None:
    tree = grown()
    new = data.draw(st.integers(1, MOST))
    old = data.draw(st.integers(1, new))
    proof = consistency_proof(old, new, tree.node)
    blob = b"".join([tree.roots[old], tree.roots[new], *proof])
    bad = flip(blob, data.draw(st.integers(0, 8 * len(blob) - 1)))
    first, second, *hashes = (bad[start : start + 32] for start in range(0, len(bad), 32))
    with pytest.raises(LedgerError, match="BL-LEDGER-006"):
        verify_consistency(old, new, first, second, hashes)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_wrong_index_or_size_is_refused_unless_the_tree_has_that_shape_too(data: st.DataObject) -> None:
    tree = grown()
    size = data.draw(st.integers(1, MOST))
    index = data.draw(st.integers(0, size - 1))
    wrong = data.draw(st.integers(-1, 2 * MOST).filter(lambda number: number != index))
    with pytest.raises(LedgerError, match="BL-LEDGER-005"):
        verify_inclusion(tree.leaves[index], wrong, size, inclusion_proof(index, size, tree.node), tree.roots[size])


@pytest.mark.parametrize("size", [1, 2, 7, 8, 100])
def test_an_inclusion_proof_of_the_wrong_length_is_refused(size: int) -> None:
    tree = grown()
    proof = inclusion_proof(size - 1, size, tree.node)
    for wrong in ([*proof, tree.leaves[0]], [tree.leaves[0], *proof], *([proof[1:], proof[:-1]] if proof else [])):
        with pytest.raises(LedgerError, match="BL-LEDGER-005"):
            verify_inclusion(tree.leaves[size - 1], size - 1, size, wrong, tree.roots[size])


@pytest.mark.parametrize(("old", "new"), [(0, 5), (5, 5), (1, 2), (4, 8), (3, 7), (64, 65), (100, 130)])
def test_a_consistency_proof_of_the_wrong_length_is_refused(old: int, new: int) -> None:
    tree = grown()
    proof = consistency_proof(old, new, tree.node)
    for wrong in ([*proof, tree.leaves[0]], [tree.leaves[0], *proof], *([proof[1:], proof[:-1]] if proof else [])):
        with pytest.raises(LedgerError, match="BL-LEDGER-006"):
            verify_consistency(old, new, tree.roots[old], tree.roots[new], wrong)


def test_a_hash_of_the_wrong_length_is_refused() -> None:
    tree = grown()
    proof = inclusion_proof(3, 9, tree.node)
    with pytest.raises(LedgerError, match="32 bytes"):
        verify_inclusion(tree.leaves[3], 3, 9, [proof[0][:-1], *proof[1:]], tree.roots[9])
    with pytest.raises(LedgerError, match="32 bytes"):
        verify_consistency(3, 9, tree.roots[3] + b"\x00", tree.roots[9], consistency_proof(3, 9, tree.node))


def test_a_larger_tree_is_no_beginning_of_a_smaller_one() -> None:
    tree = grown()
    with pytest.raises(LedgerError, match="BL-LEDGER-006"):
        consistency_proof(9, 8, tree.node)
    with pytest.raises(LedgerError, match="BL-LEDGER-006"):
        verify_consistency(9, 8, tree.roots[9], tree.roots[8], [])


def test_the_empty_tree_is_the_beginning_of_every_tree_and_has_one_root_only() -> None:
    tree = grown()
    verify_consistency(0, 5, EMPTY_ROOT, tree.roots[5], [])
    verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    for old_root, new_size, new_root in ((tree.roots[1], 5, tree.roots[5]), (tree.roots[1], 0, tree.roots[1])):
        with pytest.raises(LedgerError, match="BL-LEDGER-006"):
            verify_consistency(0, new_size, old_root, new_root, [])


def test_an_entry_beyond_the_tree_has_no_proof() -> None:
    with pytest.raises(LedgerError, match="BL-LEDGER-005"):
        inclusion_proof(5, 5, grown().node)


def test_a_missing_subtree_is_named_by_its_entries() -> None:
    with pytest.raises(LedgerError, match="entries 0 to 3") as refused:
        inclusion_proof(5, 8, lambda level, index: None if (level, index) == (2, 0) else grown().node(level, index))
    assert refused.value.code == "BL-LEDGER-011"
    assert refused.value.hint


def test_an_inner_node_cannot_pass_as_a_leaf() -> None:
    left, right = (leaf_hash(entry) for entry in (b"a", b"b"))
    assert leaf_hash(left + right) != Tree([b"a", b"b"]).roots[2]


@given(st.lists(st.binary(max_size=4), max_size=40), st.integers(0, 40))
@settings(max_examples=100, deadline=None)
def test_a_frontier_loaded_from_storage_goes_on_like_the_one_that_never_stopped(entries: list[bytes], cut: int) -> None:
    cut = min(cut, len(entries))
    frontier = Frontier.load(cut, Tree(entries[:cut]).node)
    for entry in entries[cut:]:
        frontier.append(leaf_hash(entry), [])
    assert frontier.root() == merkle_tree_hash(entries)
