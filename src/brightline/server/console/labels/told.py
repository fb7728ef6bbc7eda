"""What the pages tell of a file, as JSON values: the verdict with its map, or the labelled file with its proof.

Built once, in the thread that has the file open; the pages read it from the shelf. The words come later (``words``), in the
language of whoever looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from brightline.labelling import Labelled
from brightline.labels.label import KEYS
from brightline.labels.provider_code import parse_provider_code, provider_code_problem
from brightline.labels.registry import Read
from brightline.labels.sites import Site
from brightline.labels.verification import Verification
from brightline.server.console.labels.file_map import map_of
from brightline.server.console.labels.preview import Box, Preview

__all__ = ["seen_boxes", "told_of_marked", "told_of_verified"]

_CODED = ("ContentProducer", "ContentPropagator")
_GROUPS = ("fail", "warn", "not_inspected", "pass")
_SITE_KEYS = ("place", "key", "offset", "length", "form", "standard", "quoted")
_LONGEST_SHOWN = 400  # characters of a value on a page, signatures are folded beyond it; own choice


def told_of_verified(found: Verification, read: Read, preview: Preview | None, name: str, asked: Mapping[str, bool]) -> dict[str, Any]:
    """The verdict. ``asked``: what was asked for beside the file itself."""
    said = found.to_document()
    return {
        "kind": "verified",
        "name": name,
        "said": said,
        "labels": [_label(number, site) for number, site in enumerate(said["sites"], 1)],
        "checks": {group: [check for check in said["checks"] if check["result"] == group] for group in _GROUPS},
        "map": map_of(read.reading, found.sites, found.size),
        "asked": dict(asked),
        "picture": preview.told(seen_boxes(found)) if preview else None,
    }


def told_of_marked(made: Labelled, read: Read, preview: Preview | None, name: str) -> dict[str, Any]:
    """The labelled file: its label, what was drawn, what was proved, and its record."""
    marked, record = made.marked, made.record
    drawn = marked.rendered.drawn if marked.rendered else None
    return {
        "kind": "marked",
        "name": name,
        "container": marked.container,
        "size": read.size,
        "labels": [_label(1, _as_said(read.labels[0]))],
        "steps": [{"name": step.name, "outcome": step.outcome, "detail": step.detail} for step in marked.steps],
        "notes": list(dict.fromkeys(marked.notes)),
        "replaced": len(marked.written.replaced),
        "map": map_of(read.reading, read.sites, read.size),
        "record": {"id": record.id, "content_id": record.content_id, "digest": record.file_digest, "made_at": record.made_at},
        "is_visible": marked.rendered is not None and (drawn is not None or marked.rendered.kind != "image"),
        "watermark": record.watermark is not None,
        "drawn": {"text": drawn.text, "share": round(100 * drawn.share, 1), "contrast": round(drawn.contrast, 1)} if drawn else None,
        "picture": preview.told([preview.seen(drawn.box)] if drawn else []) if preview else None,
    }


def seen_boxes(found: Verification) -> list[Box]:
    """Where text recognition saw the explicit label: the evidence of its check."""
    boxes = []
    for evidence in found.check("explicit.elements").evidence:
        sides = [float(side) for side in evidence.field.split(",")]
        if len(sides) == 4:
            boxes.append((sides[0], sides[1], sides[2], sides[3]))
    return boxes


def _as_said(site: Site) -> dict[str, Any]:
    """A site as ``Verification.to_document`` tells it."""
    return {key: getattr(site, key) for key in _SITE_KEYS} | {"fields": dict(site.fields), "defects": list(site.defects)}


def _label(number: int, site: Mapping[str, Any]) -> dict[str, Any]:
    """One label: the seven keys in their order, what else stands beside them, and codes taken apart."""
    fields: Mapping[str, str] = site["fields"]
    names = [*KEYS, *sorted(set(fields) - set(KEYS))]
    return {
        "number": number,
        **{key: site[key] for key in (*_SITE_KEYS, "defects")},
        "rows": [_row(name, fields.get(name)) for name in names] if fields else [],
    }


def _row(name: str, value: str | None) -> dict[str, Any]:
    code = parse_provider_code(value) if value and name in _CODED else None
    parts = {"subject_type": code.subject_type, "uscc": code.uscc, "role": code.role, "product": code.product} if code else None
    return {
        "name": name,
        "value": value,
        "is_long": len(value or "") > _LONGEST_SHOWN,
        "code": parts,
        "problem": provider_code_problem(value) if value and name in _CODED else "",
    }
