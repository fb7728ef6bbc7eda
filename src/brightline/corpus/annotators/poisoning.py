"""Signs that a document was written to change a model: hidden text, orders to models, odd tokens, marketing aimed at answer engines.

TC260-003, 5.1–5.2, and GB/T 45652 ask for protection of training data against tampering; OWASP LLM04 (2025) names data poisoning. A text
*about* such attacks quotes them, so words alone score below 0.9; hidden text, and words inside it, score above. What a trigger is, only a
corpus can tell (``triggers``). Not done: statistics of labels against texts, and poison in pictures.
"""

from __future__ import annotations

import base64
import re
from collections import defaultdict

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from brightline.corpus.annotators.batch import Stretch, by_stretches, version_of
from brightline.corpus.annotators.findings import FindingRows
from brightline.corpus.annotators.hidden import find_hidden
from brightline.corpus.annotators.signals import Sighting, shipped_digest, sightings
from brightline.corpus.annotators.surprisal import words_of
from brightline.corpus.annotators.triggers import hashes_of
from brightline.corpus.schema import FINDINGS

__all__ = ["SCHEMA", "PoisoningKernel", "kernel"]

SCHEMA = pa.schema([pa.field("findings", FINDINGS), pa.field("triggers", pa.list_(pa.string()))])
"""``triggers``: keyed hashes of the document's odd tokens, at most eight."""

_CODE = "1"
_BLOB = 400
"""Characters of base64 without a break that are a blob. Own choice: digests, keys and signatures are shorter (4,096-bit RSA: 684 in lines of 64)."""
_MOST_DECODED = 4096
_READABLE = 0.9  # share of printable ASCII, or of valid UTF-8 text, above which a blob hides text: own choice
_GEO_KINDS = 3
"""Kinds of marketing signals (ranking, superlative, contact, authority) that must meet. Own choice: a review has one or two of them."""
_GEO_CHARS = 600  # they must meet within so many characters on average: own choice, a paragraph or two
_HIDING = ("poisoning.hidden_html", "poisoning.comment_instruction")


def kernel(key_hex: str = "") -> PoisoningKernel:
    """The kernel "poisoning". ``key_hex``: the key of the hashes of evidence and tokens."""
    return PoisoningKernel(bytes.fromhex(key_hex))


class PoisoningKernel:
    """Finds signs of poisoning."""

    name = "poisoning"
    schema = SCHEMA

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.version = version_of(_CODE, shipped_digest("poisoning."))

    def annotate(self, documents: pa.Table) -> pa.Table:
        """``SCHEMA``, a row for each document; never null."""
        return by_stretches(documents, SCHEMA, self._annotated)

    def _annotated(self, stretch: Stretch) -> pa.Table:
        found = FindingRows(stretch.texts, self._key)
        find_hidden(stretch, found)
        _find_words(stretch, found)
        _find_blobs(stretch, found)
        triggers = pa.array(hashes_of(stretch, self._key), pa.list_(pa.string()))
        return pa.table([found.column(), triggers], schema=SCHEMA)


def _find_words(stretch: Stretch, found: FindingRows) -> None:
    marketing: defaultdict[int, list[Sighting]] = defaultdict(list)
    orders: list[Sighting] = []
    hiding: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for seen in sightings(stretch, "poisoning."):
        rule = seen.signal.rule
        if rule.startswith("poisoning.geo."):
            marketing[seen.document].append(seen)
        elif rule == "poisoning.injection":
            orders.append(seen)
        else:
            found.add(seen.document, rule, seen.start, seen.end, seen.signal.score, "pattern")
        if rule in _HIDING:
            hiding[seen.document].append((seen.start, seen.end))
    for seen in orders:
        is_hidden = any(start < seen.end and seen.start < end for start, end in hiding[seen.document])
        score, how = (0.95, "hidden") if is_hidden else (seen.signal.score, "pattern")
        found.add(seen.document, seen.signal.rule, seen.start, seen.end, score, how)
    for row, several in marketing.items():
        _judge_marketing(row, several, found)


def _judge_marketing(row: int, several: list[Sighting], found: FindingRows) -> None:
    """One finding from the first to the last signal, if enough kinds meet closely."""
    kinds = sorted({seen.signal.rule.rpartition(".")[2] for seen in several})
    start, end = min(seen.start for seen in several), max(seen.end for seen in several)
    if len(kinds) >= _GEO_KINDS and "ranking" in kinds and end - start <= _GEO_CHARS * len(several):
        found.add(row, "poisoning.geo_marketing", start, end, 0.4 + 0.1 * len(kinds), "+".join(kinds))


def _find_blobs(stretch: Stretch, found: FindingRows) -> None:
    for row, start, end in _long_runs(stretch):
        text = stretch.texts[row]
        blob = text[start:end]
        if len(set(blob[:_BLOB])) < 16:  # a rule of hyphens, a row of A's: no information
            continue
        shown = text[max(0, start - 80) : start].lower()
        is_media = re.search(r"data:(?:image|font|audio|video|application)/[\w.+-]+(?:;[\w=-]+)*,\Z", shown) is not None
        if _hides_text(blob):
            found.add(row, "poisoning.encoded_text", start, end, 0.7, "base64.text")
        elif not is_media:
            found.add(row, "poisoning.encoded_blob", start, end, 0.3, "base64")


def _long_runs(stretch: Stretch) -> list[tuple[int, int, int]]:
    """Runs of base64 characters (RFC 4648) of at least ``_BLOB``, found from the words in them: a blob has letters in it every few places."""
    if not _has_dense_words(stretch):
        return []
    return list(stretch.runs(_is_base64(stretch.points), _BLOB))


def _has_dense_words(stretch: Stretch) -> bool:
    return len(words_of(stretch).start) > 0


def _is_base64(points: NDArray[np.uint32]) -> NDArray[np.bool_]:
    return _BASE64[np.minimum(points, 127)]


def _hides_text(blob: str) -> bool:
    """True if the beginning of a blob decodes to readable text."""
    piece = blob[:_MOST_DECODED].replace("-", "+").replace("_", "/")
    try:
        content = base64.b64decode(piece[: len(piece) // 4 * 4], validate=False)
    except ValueError:
        return False
    readable = sum(32 <= byte < 127 or byte in b"\t\n\r" for byte in content)
    if content and readable / len(content) >= _READABLE:
        return True
    try:
        text = content[: len(content) // 3 * 3].decode("utf-8", "ignore")
    except ValueError:
        return False
    return len(text.encode()) >= _READABLE * len(content) and sum(map(str.isalnum, text)) >= 0.6 * len(text)


_BASE64 = np.zeros(128, np.bool_)
_BASE64[[ord(each) for each in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-"]] = True
