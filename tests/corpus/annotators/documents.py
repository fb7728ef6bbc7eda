"""Tables of documents for the annotators' tests, and what a kernel found in one text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from brightline.corpus.kernel import Kernel
from brightline.corpus.schema import INPUT

KEY = "5a" * 32


def table(texts: Sequence[str], published_at: str | None = None) -> pa.Table:
    """Documents with these texts, as a reader makes them."""
    rows = [
        {"doc_id": f"{number:032x}", "file": "a.jsonl", "position": number, "line": number + 1, "published_at": published_at, "text": text}
        for number, text in enumerate(texts)
    ]
    return pa.Table.from_pylist(rows, schema=INPUT)


def annotated(kernel: Kernel, text: str, published_at: str | None = None) -> dict[str, Any]:
    """The row that a kernel makes of a single text."""
    row: dict[str, Any] = kernel.annotate(table([text], published_at)).to_pylist()[0]
    return row


def seen(kernel: Kernel, text: str, published_at: str | None = None) -> dict[str, str]:
    """Rule → evidence of the first finding of each rule."""
    found: dict[str, str] = {}
    for each in annotated(kernel, text, published_at)["findings"]:
        found.setdefault(each["rule"], text[each["start"] : each["end"]])
    return found
