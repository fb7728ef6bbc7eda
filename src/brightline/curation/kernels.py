"""The kernels of a plan, with their keys and options: what workers get is a ``KernelSpec``, a name to import and JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from brightline.corpus.kernel import KernelSpec
from brightline.curation.keys import CorpusKey
from brightline.curation.plan import KERNELS, RunPlan

__all__ = ["specs"]


def specs(plan: RunPlan, key: CorpusKey, goal_files: Sequence[Path] = ()) -> tuple[KernelSpec, ...]:
    """The kernels of ``plan`` in the order of their names. ``goal_files``: the operator's own goals; the workers of a cluster read them,
    refutations and the snapshot of own answers at the same place, so they lie on storage that is shared.
    """
    own: Mapping[str, Mapping[str, object]] = {
        "keywords": {"workspace": plan.workspace, "name": plan.keywords},
        "generated": {"snapshot": plan.own_answers} if plan.own_answers else {},
        "quality": {"refutations": plan.refutations} if plan.refutations else {},
        "illegal": {"models": plan.models, "goal_files": [str(path.resolve()) for path in goal_files]},
    }
    return tuple(KernelSpec(KERNELS[name], {"key_hex": key.evidence, **own.get(name, {})}) for name in sorted(plan.kernels))
