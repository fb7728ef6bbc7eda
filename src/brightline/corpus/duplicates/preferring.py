"""Which of several copies is the best: from the best source, the earliest, the longest; between equals the smaller ``doc_id``.

The best source is the operator's own statement (a rank each, from the register: licensed before open before everything else). A date counts
as far as it can be read (``YYYY-MM-DD…``); a document without one comes after those that have one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from brightline.corpus.duplicates.groups import Rows
from brightline.corpus.duplicates.rows import RowNumbers
from brightline.corpus.storage import Workspace

__all__ = ["places"]

_LAST_RANK = 1 << 30
_DATE = r"^(\d{4})-(\d{2})-(\d{2})"
_NO_DATE = "9999-99-99"


def places(workspace: Workspace, numbers: RowNumbers, rows: Rows, ranks: Mapping[str, int]) -> dict[int, int]:
    """Ascending ``rows`` → their places in the order, 0 the best."""
    tables = []
    for found, table in numbers.documents(workspace, rows, ["doc_id", "source_id", "published_at", "chars"]):
        sources = table["source_id"].to_pylist()
        rank = pa.array([_LAST_RANK if source is None else ranks.get(source, _LAST_RANK) for source in sources], pa.int64())
        dates = table["published_at"]
        dated = pc.fill_null(pc.match_substring_regex(dates, _DATE), False)
        date = pc.if_else(dated, pc.fill_null(pc.utf8_slice_codeunits(dates, 0, 10), _NO_DATE), _NO_DATE)
        tables.append(pa.table({"row": found, "rank": rank, "date": date, "length": pc.negate(table["chars"]), "doc_id": table["doc_id"]}))
    if not tables:
        return {}
    order = pa.concat_tables(tables).sort_by([(key, "ascending") for key in ("rank", "date", "length", "doc_id", "row")])
    return dict(zip(order["row"].to_pylist(), np.arange(order.num_rows).tolist(), strict=True))
