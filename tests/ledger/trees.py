"""RFC 9162, section 2.1, word for word and slow: the definition that the fast tree is held against."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from brightline.ledger.tree import Frontier, leaf_hash


def merkle_tree_hash(entries: Sequence[bytes]) -> bytes:
    """``MTH(D[n])``, section 2.1.1."""
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = 1
    while 2 * k < len(entries):
        k *= 2
    return hashlib.sha256(b"\x01" + merkle_tree_hash(entries[:k]) + merkle_tree_hash(entries[k:])).digest()


class Tree:
    """Entries and all complete subtrees over them, as a storage would hold them."""

    def __init__(self, entries: Sequence[bytes]) -> None:
        self.entries = list(entries)
        self.leaves = [leaf_hash(entry) for entry in entries]
        frontier, nodes = Frontier(), list[tuple[int, int, bytes]]()
        self.roots = [frontier.root()]
        for leaf in self.leaves:
            frontier.append(leaf, nodes)
            self.roots.append(frontier.root())
        self._nodes = {(level, index): digest for level, index, digest in nodes}
        self._nodes |= {(0, index): leaf for index, leaf in enumerate(self.leaves)}

    def node(self, level: int, index: int) -> bytes | None:
        return self._nodes.get((level, index))
