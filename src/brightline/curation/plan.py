"""What a run was asked to do, as it is kept with the run: whoever resumes, repeats or audits it reads it from there.

A plan holds no secret and no word of a document. The kernels are named here and made in ``kernels.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from brightline.corpus.errors import CorpusError
from brightline.corpus.shard import ReadOptions

__all__ = ["EVERY_KERNEL", "KERNELS", "Engine", "RunPlan"]

Engine = Literal["native", "ray"]

KERNELS: Mapping[str, str] = {
    "bands": "brightline.corpus.duplicates.bands:kernel",
    "exact": "brightline.corpus.annotators.exact:kernel",
    "generated": "brightline.curation.generated:kernel",
    "illegal": "brightline.curation.illegal:kernel",
    "keywords": "brightline.curation.keywords:kernel",
    "language": "brightline.corpus.annotators.language:kernel",
    "personal": "brightline.corpus.personal:kernel",
    "poisoning": "brightline.corpus.annotators.poisoning:kernel",
    "quality": "brightline.corpus.annotators.quality:kernel",
    "rights": "brightline.corpus.annotators.rights:kernel",
}
"""Kernel → factory."""

EVERY_KERNEL = tuple(sorted(set(KERNELS) - {"keywords"}))
"""What runs unless a plan names fewer; ``keywords`` runs where a library is given."""


@dataclass(frozen=True, slots=True)
class RunPlan:
    """``corpus``: its name. ``inputs``: files, folders, globs, ``s3://``. ``workspace``: where everything of the run lies; empty: by its name. ``kernels``:
    names of ``KERNELS``. ``keywords``: the library on its shelf in the workspace, or nothing. ``refutations``: a JSONL library of refuted claims;
    ``own_answers``: a snapshot of the fingerprints of this installation's answers; both files, or nothing. ``workers`` 0: one a processor core.
    ``shard_bytes``: input of one shard. ``models``: also the linear models, not only the goals. Raises ``CorpusError`` BL-CORPUS-004 for what cannot be done,
    -008 for an encoding that is none.
    """

    corpus: str
    inputs: tuple[str, ...]
    workspace: str
    kernels: tuple[str, ...] = EVERY_KERNEL
    keywords: str = ""
    refutations: str = ""
    own_answers: str = ""
    engine: Engine = "native"
    address: str = ""
    workers: int = 0
    shard_bytes: int = 32 * 1024 * 1024
    models: bool = False
    reading: ReadOptions = field(default_factory=ReadOptions)

    def __post_init__(self) -> None:
        if not self.corpus.strip() or len(self.corpus) > 120:
            raise _bad("a corpus needs a name of at most 120 characters", "--name NAME")
        if not self.inputs:
            raise _bad("no input is named", "name files, folders, globs or s3:// addresses")
        if unknown := sorted(set(self.kernels) - set(KERNELS)):
            raise _bad(f"there is no kernel {', '.join(unknown)}", f"any of: {', '.join(KERNELS)}")
        if not self.kernels:
            raise _bad("no kernel is named", f"any of: {', '.join(KERNELS)}")
        if self.engine not in ("native", "ray"):
            raise _bad(f"there is no engine {self.engine!r}", "native or ray")
        if self.address and self.engine != "ray":
            raise _bad("an address is the address of a Ray cluster", "--engine ray --address ADDRESS")
        if ("keywords" in self.kernels) != bool(self.keywords):
            raise _bad("the kernel keywords and a library of keywords need each other", "--keywords FILE")
        if self.reading.encodings:
            from brightline.corpus.reading.encodings import check_encodings  # readers need the extra, and most corpora are UTF-8

            check_encodings(self.reading)

    def to_document(self) -> dict[str, Any]:
        """JSON values; ``from_document`` gives the same plan back."""
        document = asdict(self)
        document["reading"]["sources_by_file"] = [list(pair) for pair in self.reading.sources_by_file.items()]  # the first match counts
        return document

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> RunPlan:
        """The plan of a run's record. Raises ``CorpusError`` BL-CORPUS-005 where it is none that this version knows."""
        try:
            given = dict(document)
            reading = dict(given["reading"])
            reading["sources_by_file"] = dict(reading["sources_by_file"])
            given["reading"] = ReadOptions(**_tuples(ReadOptions, reading))
            return cls(**_tuples(cls, given))
        except (KeyError, TypeError, ValueError) as problem:
            raise CorpusError("BL-CORPUS-005", f"the run's plan cannot be read ({problem})", "inspect the corpus anew") from None


def _tuples(kind: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """JSON knows lists only."""
    of_many = {each.name for each in fields(kind) if str(each.type).startswith("tuple")}
    return {name: tuple(value) if name in of_many and isinstance(value, Sequence) else value for name, value in values.items()}


def _bad(message: str, hint: str) -> CorpusError:
    return CorpusError("BL-CORPUS-004", message, hint)
