"""Where training data come from: the register, what is missing of a source, what speaks against it, and complaints about it."""

from __future__ import annotations

from brightline.corpus.deciding.withdrawn import Withdrawn
from brightline.corpus.sources.checks import Checked, checked_sources, verdicts_of_checks
from brightline.corpus.sources.complaints import (
    COMPLAINT_KINDS,
    DUE_DAYS,
    Complaint,
    Remedy,
    Targets,
    decide_complaint,
    erase_complainant,
    receive_complaint,
)
from brightline.corpus.sources.completeness import Completeness, Missing, completeness
from brightline.corpus.sources.composition import Composition, Remark, composition
from brightline.corpus.sources.licences import known_licences, licence_problem
from brightline.corpus.sources.objections import Objection, Use, is_usable, objections
from brightline.corpus.sources.register import Imported, Register, Registered, RowCheck, check_rows
from brightline.corpus.sources.robots import read_ai_txt, read_robots, read_tdm
from brightline.corpus.sources.source import (
    BASES,
    KINDS,
    MEDIA,
    STATUSES,
    Contract,
    Evidence,
    Licence,
    PersonalData,
    Snapshot,
    Source,
    Unusable,
)
from brightline.corpus.sources.verdict import LIMIT_PERCENT, SourceVerdict, source_verdict, verdicts_of
from brightline.corpus.sources.yaml_file import dump_sources, load_sources, parse_sources

__all__ = [
    "BASES",
    "COMPLAINT_KINDS",
    "DUE_DAYS",
    "KINDS",
    "LIMIT_PERCENT",
    "MEDIA",
    "STATUSES",
    "Checked",
    "Complaint",
    "Completeness",
    "Composition",
    "Contract",
    "Evidence",
    "Imported",
    "Licence",
    "Missing",
    "Objection",
    "PersonalData",
    "Register",
    "Registered",
    "Remark",
    "Remedy",
    "RowCheck",
    "Snapshot",
    "Source",
    "SourceVerdict",
    "Targets",
    "Unusable",
    "Use",
    "Withdrawn",
    "check_rows",
    "checked_sources",
    "completeness",
    "composition",
    "decide_complaint",
    "dump_sources",
    "erase_complainant",
    "is_usable",
    "known_licences",
    "licence_problem",
    "load_sources",
    "objections",
    "parse_sources",
    "read_ai_txt",
    "read_robots",
    "read_tdm",
    "receive_complaint",
    "source_verdict",
    "verdicts_of",
    "verdicts_of_checks",
]
