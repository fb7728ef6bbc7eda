"""The stage ``cluster``: which documents of a corpus are copies of which, written to ``clusters/clusters.parquet``, and again
by shard (``members_name``).

1. Digests: documents with the same normalised text; the best of them goes on for all.
2. Bands and sketches: pairs that agree in a band and whose sketches agree enough (``candidates``), on disk, a band at a time.
3. Texts: the documents of these pairs are read again, once, shard by shard; each pair is compared exactly (``verifying``).
4. Clusters: from the best document to the worst (``keeping``), and further looks at pairs that a cap may have hidden.

Memory is bounded by ``DuplicateOptions.rows_at_once`` and by the number of copies, not by the corpus; texts lie in a scratch folder of
this machine while they are compared (two bytes a character, only of candidates) and are removed at the end, also after an error. The
outcome depends on the documents alone: no number of shards, workers or ranges changes a byte of it.

Not done: more than 4,294,967,295 documents in one run (rows are numbered with 32 bits in pairs): larger corpora are clustered in parts.
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from brightline.corpus.duplicates.bands import BANDS, SKETCH
from brightline.corpus.duplicates.candidates import Candidates, Pairs, Signatures, candidates
from brightline.corpus.duplicates.comparing import compare_pairs
from brightline.corpus.duplicates.groups import Rows, equal_rows
from brightline.corpus.duplicates.keeping import Edge, Membership, memberships, missing_pairs
from brightline.corpus.duplicates.options import DuplicateOptions
from brightline.corpus.duplicates.preferring import places
from brightline.corpus.duplicates.rows import RowNumbers
from brightline.corpus.errors import RunError
from brightline.corpus.schema import CLUSTERS
from brightline.corpus.shard import ReadOptions, Shard
from brightline.corpus.storage import Workspace

__all__ = ["CLUSTERS_FILE", "Clustering", "cluster", "members_name"]

CLUSTERS_FILE = "clusters/clusters.parquet"

_MEMBERS_FOLDER = "clusters/members/"
_ROW = pa.field("row", pa.int64(), nullable=False)
_MOST_DOCUMENTS = 0xFFFFFFFF
_WRITTEN_ROWS = 16_384
_MOST_LOOKS = 8
"""Looks at hidden pairs; each ends a chain of documents that stay for want of a comparison. Own choice: families of hundreds take three."""


@dataclass(frozen=True, slots=True)
class Clustering:
    """What was found. ``exact`` and ``near``: documents that have a keeper other than themselves. ``met``: pairs that shared a band;
    ``compared``: pairs whose texts were compared; ``alike``: of these, copies. ``capped``: members of groups too large for all pairs.
    ``left_out``: shards without annotations (quarantined): their documents were not inspected for copies.
    """

    documents: int
    clusters: int
    exact: int
    near: int
    met: int
    compared: int
    alike: int
    capped: int
    left_out: tuple[int, ...]
    outputs: dict[str, str]


def cluster(
    workspace: Workspace,
    shards: Sequence[Shard],
    reading: ReadOptions,
    options: DuplicateOptions | None = None,
    *,
    workers: int = 1,
    progress: Callable[[str, int, int], None] | None = None,
) -> Clustering:
    """Find all copies. ``workers``: processes that compare texts. ``progress``: called with what is being done, how much of it, of how much.

    Raises ``RunError`` BL-CORPUS-062 where the inputs are no longer those that were annotated, -063 for too many documents, -048 where a
    process that compares is killed, -030 and -032 where the scratch folder is full or cannot be used; what storage and readers raise.
    """
    options = options or DuplicateOptions()
    told = progress or _silent
    with _scratch(options) as folder:
        numbers = RowNumbers.of(workspace, shards)
        if numbers.total > _MOST_DOCUMENTS:
            raise RunError("BL-CORPUS-063", f"{numbers.total} documents are too many for one run", "cluster the corpus in parts")
        signatures = Signatures(folder, BANDS, SKETCH)
        digests, wanted = _lay_out(workspace, numbers, signatures, told)
        copies = _exact(workspace, numbers, digests, options)
        wanted[[row for row, keeper in copies.items() if keeper != row]] = False
        counted = Candidates()
        found = candidates(signatures, wanted, jaccard=options.sketched, most_rows=options.rows_at_once, counted=counted)
        edges, compared = _compared(found, workspace, numbers, reading, options, folder, workers, told)
        order = _order(workspace, numbers, edges, options)
        taken = memberships(edges, order)
        looked_at: set[tuple[int, int]] = set()
        for _look in range(_MOST_LOOKS):
            hidden = sorted(missing_pairs(edges, taken, looked_at, order))
            if not hidden:
                break
            looked_at.update(hidden)
            more, again = _compared(iter([_as_pairs(hidden)]), workspace, numbers, reading, options, folder, workers, told)
            edges, compared = edges + more, compared + again
            taken = memberships(edges, order)
        keepers = _keepers(copies, taken)
        members = _members(workspace, numbers, keepers, copies)
        written = workspace.write_table(CLUSTERS_FILE, _pieces(members), CLUSTERS)
        _write_by_shard(workspace, numbers, members)
    staying = {membership.keeper for membership in keepers.values()}
    exact = sum(1 for row, membership in keepers.items() if copies.get(row) == membership.keeper)
    return Clustering(
        numbers.total, len(staying), exact, len(keepers) - exact, counted.met, compared, len(edges), counted.capped, numbers.left_out,
        {CLUSTERS_FILE: written.sha256},
    )  # fmt: skip


def members_name(shard: Shard) -> str:
    """The table of those documents of a shard that are in clusters; there is none where no document is."""
    return f"{_MEMBERS_FOLDER}{shard.name}.parquet"


@contextmanager
def _scratch(options: DuplicateOptions) -> Iterator[Path]:
    """A folder of this machine that is gone in the end."""
    try:
        with tempfile.TemporaryDirectory(prefix="brightline-duplicates-", dir=options.scratch) as folder:
            yield Path(folder)
    except OSError as error:  # faults of inputs and of the workspace have errors of their own
        where = options.scratch or tempfile.gettempdir()
        code = "BL-CORPUS-030" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else "BL-CORPUS-032"
        hint = "make room there, or set TMPDIR to a folder with more, then resume: nothing is lost"
        raise RunError(code, f"the scratch folder {where} cannot hold what is sorted and compared ({error.strerror})", hint) from error


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody wants to know."""


def _lay_out(
    workspace: Workspace, numbers: RowNumbers, signatures: Signatures, told: Callable[[str, int, int], None]
) -> tuple[Path, npt.NDArray[np.bool_]]:
    """Put digests and bands on disk; which documents have bands."""
    wanted = np.zeros(numbers.total, bool)
    digests = signatures.folder / "digests"
    with digests.open("wb") as file:
        for place, shard in enumerate(numbers.shards):
            at = numbers.starts[place]
            for batch in workspace.batches(f"annotations/bands/{shard.name}.parquet", ["digest", "bands", "sketch"], rows=_WRITTEN_ROWS):
                file.write(_digests(batch["digest"]).tobytes())
                wanted[at : at + batch.num_rows] = batch["bands"].is_valid().to_numpy()
                signatures.append(_fixed(batch["bands"], "<u4", BANDS), _fixed(batch["sketch"], "u1", SKETCH))
                at += batch.num_rows
            told("read", place + 1, len(numbers.shards))
    return digests, wanted


def _digests(column: pa.ChunkedArray) -> npt.NDArray[np.uint64]:
    """First half, second half of each digest; zeros where there is none."""
    return np.where(column.is_valid().to_numpy()[:, None], _fixed(column, "<u8", 2), np.uint64(0))


def _fixed(column: pa.ChunkedArray, dtype: str, count: int) -> npt.NDArray[Any]:
    """A column of fixed binaries as rows of numbers."""
    if not len(column):
        return np.zeros((0, count), dtype)
    array = column.combine_chunks()
    _validity, data = array.buffers()
    return np.frombuffer(data, dtype).reshape(-1, count)[array.offset : array.offset + len(array)]


def _exact(workspace: Workspace, numbers: RowNumbers, digests: Path, options: DuplicateOptions) -> dict[int, int]:
    """Row → best row of the same text, for all texts that stand more than once."""
    both = np.memmap(digests, np.uint64, "r").reshape(-1, 2) if numbers.total else np.zeros((0, 2), np.uint64)
    half = digests.with_suffix(".half")
    with half.open("wb") as file:
        for at in range(0, len(both), _WRITTEN_ROWS):
            file.write(both[at : at + _WRITTEN_ROWS, 0].tobytes())
    present = np.ones(numbers.total, bool)
    for at in range(0, len(both), _WRITTEN_ROWS):
        present[at : at + _WRITTEN_ROWS] = both[at : at + _WRITTEN_ROWS].any(axis=1)
    families: list[Rows] = []
    for groups in equal_rows(half, np.uint64, present, options.rows_at_once):
        for start, size in zip(groups.starts.tolist(), groups.sizes.tolist(), strict=True):
            rows = groups.rows[start : start + size]
            rest = both[rows, 1]
            families += [family for value in np.unique(rest) if len(family := rows[rest == value]) > 1]
    if not families:
        return {}
    order = places(workspace, numbers, np.sort(np.concatenate(families)), options.source_ranks)
    copies: dict[int, int] = {}
    for family in families:
        members = family.tolist()
        best = min(members, key=order.__getitem__)
        copies.update(dict.fromkeys(members, best))
    return copies


def _compared(
    found: Iterator[Pairs],
    workspace: Workspace,
    numbers: RowNumbers,
    reading: ReadOptions,
    options: DuplicateOptions,
    folder: Path,
    workers: int,
    told: Callable[[str, int, int], None],
) -> tuple[list[Edge], int]:
    """Pairs that are copies, and how many pairs were compared."""
    pieces = list(found)
    if not pieces:
        return [], 0
    pairs = Pairs(np.concatenate([piece.first for piece in pieces]), np.concatenate([piece.second for piece in pieces]))
    compared = compare_pairs(pairs, workspace, numbers, reading, options, folder, workers, told)
    edges = [Edge(each.first, each.second, each.jaccard, each.covered) for each in compared if each.alike]
    return edges, len(pairs.first)


def _as_pairs(pairs: Sequence[tuple[int, int]]) -> Pairs:
    both = np.array(pairs, np.int64).reshape(-1, 2)
    return Pairs(both[:, 0], both[:, 1])


def _order(workspace: Workspace, numbers: RowNumbers, edges: Sequence[Edge], options: DuplicateOptions) -> dict[int, int]:
    rows = np.unique(np.array([row for edge in edges for row in (edge.one, edge.other)], np.int64))
    return places(workspace, numbers, rows, options.source_ranks)


def _keepers(copies: dict[int, int], taken: dict[int, Membership]) -> dict[int, Membership]:
    """Every document that is taken out, with the one that stays for it in the end."""
    keepers = dict(taken)
    for row, best in copies.items():
        if row != best:
            above = taken.get(best)
            keepers[row] = Membership(row, above.keeper, above.jaccard) if above else Membership(row, best, 1.0)
    return keepers


def _members(workspace: Workspace, numbers: RowNumbers, keepers: dict[int, Membership], copies: dict[int, int]) -> pa.Table:
    """The rows of ``CLUSTERS`` with their row numbers: cluster after cluster in the order of the keepers' rows, the keeper first."""
    families: dict[int, list[Membership]] = {}
    for membership in keepers.values():
        families.setdefault(membership.keeper, []).append(membership)
    ordered = [each for keeper in sorted(families) for each in (Membership(keeper, keeper, 1.0), *sorted(families[keeper]))]
    names = numbers.document_ids(workspace, np.array(sorted(keepers.keys() | families.keys()), np.int64))
    columns = [
        [names[each.row] for each in ordered],
        [names[each.keeper] for each in ordered],
        [each.row == each.keeper for each in ordered],
        [each.jaccard for each in ordered],
        [each.row == each.keeper or copies.get(each.row) == each.keeper for each in ordered],
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, CLUSTERS, strict=True)]
    return pa.table([*arrays, pa.array([each.row for each in ordered], pa.int64())], schema=CLUSTERS.append(_ROW))


def _pieces(members: pa.Table) -> Iterator[pa.Table]:
    return (members.slice(at, _WRITTEN_ROWS) for at in range(0, members.num_rows, _WRITTEN_ROWS))


def _write_by_shard(workspace: Workspace, numbers: RowNumbers, members: pa.Table) -> None:
    """The same by shard and place, so that whoever works on a shard need not read them all."""
    ordered = members.sort_by("row")
    rows = ordered["row"].to_numpy()
    for name in workspace.names(_MEMBERS_FOLDER):
        workspace.remove(name)
    for part in numbers.by_shard(rows):
        at = int(np.searchsorted(rows, part.first))
        table = ordered.slice(at, len(part.inside)).set_column(CLUSTERS.names.index("exact") + 1, _ROW, pa.array(part.inside))
        workspace.write_table(members_name(part.shard), table, CLUSTERS.append(_ROW))
