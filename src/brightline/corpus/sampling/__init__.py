"""Acceptance sampling of training data: plans with what they prove, samples that an auditor can draw again, and people's answers to them."""

from __future__ import annotations

from brightline.corpus.sampling.acceptance import Acceptance, acceptance, operating_characteristic, zero_defect_size
from brightline.corpus.sampling.agreement import Agreement, agreement
from brightline.corpus.sampling.binomial import Interval, clopper_pearson
from brightline.corpus.sampling.cut import Cut, cut_for
from brightline.corpus.sampling.desk import LEASE_MINUTES, QUESTIONS, Answered, Desk, Disagreement, Progress, Staffing, Task
from brightline.corpus.sampling.drawing import Drawn, count_strata, draw, sample_digest, verify_sample
from brightline.corpus.sampling.flow import LABELS, Answer
from brightline.corpus.sampling.outcome import Confidence, Count, Legal, Outcome
from brightline.corpus.sampling.plans import Plan, plan_human, plan_removed, plan_source_check, plan_technical
from brightline.corpus.sampling.schedule import Due, due
from brightline.corpus.sampling.seeds import COMMITTED, POOLS, commit_seeds, commitment, derive_seed
from brightline.corpus.sampling.sheet import sheet_of, verify_sheet
from brightline.corpus.sampling.staff import FUNCTIONS, AnnotationRules, Objection, StaffRecord, objections_to, rules_in_force
from brightline.corpus.sampling.technical import TechnicalTally, record_technical

__all__ = [
    "COMMITTED",
    "FUNCTIONS",
    "LABELS",
    "LEASE_MINUTES",
    "POOLS",
    "QUESTIONS",
    "Acceptance",
    "Agreement",
    "AnnotationRules",
    "Answer",
    "Answered",
    "Confidence",
    "Count",
    "Cut",
    "Desk",
    "Disagreement",
    "Drawn",
    "Due",
    "Interval",
    "Legal",
    "Objection",
    "Outcome",
    "Plan",
    "Progress",
    "StaffRecord",
    "Staffing",
    "Task",
    "TechnicalTally",
    "acceptance",
    "agreement",
    "clopper_pearson",
    "commit_seeds",
    "commitment",
    "count_strata",
    "cut_for",
    "derive_seed",
    "draw",
    "due",
    "objections_to",
    "operating_characteristic",
    "plan_human",
    "plan_removed",
    "plan_source_check",
    "plan_technical",
    "record_technical",
    "rules_in_force",
    "sample_digest",
    "sheet_of",
    "verify_sample",
    "verify_sheet",
    "zero_defect_size",
]
