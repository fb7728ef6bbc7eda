"""What an operator may set about duplicates. Nothing here needs the extra ``corpus``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from brightline.corpus.errors import CorpusError

__all__ = ["DuplicateOptions"]

_LEAST_COVERED = 0.3
"""Under it, unrelated English texts of one subject are copies (0.15 on average; docs/corpus-duplicates.md)."""


@dataclass(frozen=True, slots=True)
class DuplicateOptions:
    """``covered``: the least share of characters in common 5-grams that makes two texts copies; 0.6 is where about 20 % of the characters
    of English and 25 % of those of Chinese were changed (docs/corpus-duplicates.md has the table). ``jaccard``: the least exact Jaccard
    similarity of the 5-grams besides, which nearly all English texts of 300 characters keep at 15 %. ``changed``: the most
    characters that were changed, by alignment, of pairs which their grams leave in doubt (``chance``); 0.27 keeps 399 of 400 texts with 20 %
    changed, and all of 400 with 15 % and a sentence moved (docs/corpus-duplicates.md). ``sketched``: the least Jaccard
    similarity, as estimated from sketches, of pairs whose texts are compared: three standard deviations under what 15 % leave.
    ``source_ranks``: source → rank; of a cluster's documents the one of the best source stays (0 is best; unknown sources come last).
    ``rows_at_once``: documents sorted at once, which bounds memory (about 60 bytes each). ``scratch``: a local folder for what is sorted
    on disk, emptied at the end; the system's own if None.
    """

    covered: float = 0.6
    jaccard: float = 0.14
    changed: float = 0.27
    sketched: float = 0.16
    source_ranks: Mapping[str, int] = field(default_factory=dict)
    rows_at_once: int = 1_000_000
    scratch: Path | None = None

    def __post_init__(self) -> None:
        if not _LEAST_COVERED <= self.covered <= 1:
            raise CorpusError("BL-CORPUS-061", f"covered is {self.covered}", f"use a share from {_LEAST_COVERED} to 1; 0.6 is usual")
        for name in ("jaccard", "changed", "sketched"):
            if not 0 <= getattr(self, name) <= 1:
                raise CorpusError("BL-CORPUS-061", f"{name} is {getattr(self, name)}", "use a share from 0 to 1; covered is what decides")
        if self.rows_at_once < 1:
            raise CorpusError("BL-CORPUS-061", f"rows_at_once is {self.rows_at_once}", "it is at least 1; 1,000,000 is usual")
