"""What training data need beside the core: the extra, and inspections that are not overdue.

Whether rules changed since an inspection is only known where the kernels are loaded, which takes seconds: ``brightline corpus status``
says it; here only time counts.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.util import find_spec

from brightline.corpus.sampling import due
from brightline.examination.check import Check, Values
from brightline.service import Service
from brightline.store import CorpusRuns, CorpusSchedules

__all__ = ["corpora_check", "corpus_extra_check"]

_NEEDED = ("daft", "fastwarc", "fsspec", "phonenumbers", "pyarrow", "rensa", "stdnum", "zstandard")
"""The modules of the extra ``corpus`` (pyproject.toml)."""

_NAMED = 5  # own choice: more names make no sentence


def corpus_extra_check(service: Service) -> Iterator[Check]:
    """The optional extra. A note where corpora were inspected with this store and it is missing now."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if not missing:
        yield Check("corpora", True, "the extra corpus is installed: training data can be inspected")
        return
    used = bool(CorpusRuns(service.store.database).page(tenant=service.settings.tenant, limit=1))
    cure = "Install it: pip install 'brightline[corpus]'"
    values: Values = {"modules": ", ".join(missing)}
    saying = "the extra corpus is not installed (%(modules)s): training data cannot be inspected here"
    yield Check("corpora", True, saying, cure, values, note=used)


def corpora_check(service: Service) -> Iterator[Check]:
    """Corpora whose inspection is overdue (campaign type 3: regular inspection and clean-up)."""
    schedules = CorpusSchedules(service.store.database).all(tenant=service.settings.tenant)
    if not schedules:
        yield Check("inspections", True, "no corpus is inspected by schedule")
        return
    late = due(schedules, {}, time.time_ns() // 1000)
    values: Values = {"number": len(late), "names": ", ".join(each.corpus for each in late[:_NAMED]), "every": len(schedules)}
    if late:
        cure = "Run for each: brightline corpus inspect … --name NAME"
        yield Check("inspections", False, "%(number)s of %(every)s corpora are due for inspection: %(names)s", cure, values)
    else:
        yield Check("inspections", True, "%(every)s corpora by schedule, none of them due", values=values)
