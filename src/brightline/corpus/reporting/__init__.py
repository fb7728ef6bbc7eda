"""The report of a corpus: what is in it, what was looked at, what was taken out, how well that was checked, and what was not.

One canonical document (``report.py``) is the truth; pages, cards and bills of material are drawn from it and hold no number of their own.
``building.py`` makes it from the Parquet of a run, ``publishing.py`` writes all its forms.
"""

from __future__ import annotations

from brightline.corpus.reporting.difference import Difference, diff
from brightline.corpus.reporting.facts import Facts, Quarantined, SampleFacts, SourceFacts, VerdictFacts
from brightline.corpus.reporting.report import FILES, FORMAT, Report

__all__ = ["FILES", "FORMAT", "Difference", "Facts", "Quarantined", "Report", "SampleFacts", "SourceFacts", "VerdictFacts", "diff"]
