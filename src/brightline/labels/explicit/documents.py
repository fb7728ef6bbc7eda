"""The explicit label inside a document: words that people see where they read (GB 45438-2025, 5.1; Labelling Measures, Art. 4(1)).

One call for all kinds: ``first`` puts the words before everything else, ``last`` behind it, ``footer`` on every page or slide
(for kinds without pages that is ``last``). The edit is as small as the format lets it be: a line, an element, one part of a package, an
incremental update; all else keeps its bytes. A document whose first or last words are a label already stays as it is.

Of a workbook ``first`` and ``last`` are a sheet of their own, so that no cell moves (``documents_sheets.py``).

Not done: JSON and tables in text (words would break them), OFD (drawing text there needs the document's own fonts). These are refused, with what to do instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from brightline.labels.containers.reading import Kept, Plan
from brightline.labels.containers.source import Source
from brightline.labels.errors import Unsupported
from brightline.labels.explicit.wording import require_wording
from brightline.labels.registry import container_for

__all__ = ["DocumentPosition", "LabelledDocument", "add_document_label"]

DocumentPosition = Literal["first", "last", "footer"]


@dataclass(frozen=True, slots=True)
class LabelledDocument:
    """``plan`` makes the labelled file; ``place`` says where the words stand; ``changed`` is false where they stood there before."""

    container: str
    plan: Plan
    place: str
    changed: bool


def add_document_label(source: Source, text: str, position: DocumentPosition = "first") -> LabelledDocument:
    """How to put ``text`` into the document behind ``source``. The implicit label goes in afterwards, C2PA last.

    Raises ``Unsupported`` (BL-LABEL-013) for kinds that cannot carry words, BL-LABEL-05x for words that are no label or that the
    font cannot write, and what the container's reader raises for broken files.
    """
    require_wording(text)
    container = container_for(source).name
    plan, place = _plan(container, source, text, position)
    changed = plan.pieces != (Kept(0, source.size),)
    return LabelledDocument(container, plan, place, changed)


def _plan(container: str, source: Source, text: str, position: DocumentPosition) -> tuple[Plan, str]:
    if container in ("text", "markdown", "html"):
        from brightline.labels.explicit.documents_text import plan_text

        return plan_text(container, source, text, position)
    if container == "epub":
        from brightline.labels.explicit.documents_text import plan_book

        return plan_book(source, text, position)
    if container == "ooxml":
        from brightline.labels.explicit.documents_office import plan_office

        return plan_office(source, text, position)
    if container == "pdf":
        from brightline.labels.explicit.documents_pdf import plan_pages

        return plan_pages(source, text, position)
    raise Unsupported(
        f"no explicit label can be put into {container} files",
        "label it without, and show the label in the interface around the file (GB 45438-2025, 5.6)",
    )
