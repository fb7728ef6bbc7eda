"""Labelled files as documents, headers and streams: what the routes of ``labels.py`` answer.

``answer=file`` is the file with a few ASCII headers, ``answer=document`` is JSON, ``answer=both`` is ``multipart/form-data``
(RFC 7578) with the parts ``document``, ``file`` and, for plain text, ``sidecar``. So everything comes in one answer: no file is kept
for a second call, and any process behind a balancer can serve each call.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import orjson
from starlette.responses import Response

from brightline.labelling import PassedOn
from brightline.labels.containers.sidecar import sidecar_path
from brightline.labels.containers.source import opened
from brightline.labels.errors import LabelError
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import Marked
from brightline.labels.registry import media_type_of
from brightline.server.uploads import Room, SpooledResponse, Upload
from brightline.store import LabelledFile, UnlabelledCopy

__all__ = ["Answer", "copy_document", "file_answer", "headers_of", "labelled_document", "passed_on_document", "record_document", "sound"]

_LONGEST_HEADER = 4096  # own choice: common clients and proxies take 8 kB of headers in all

Answer = Literal["file", "document", "both"]


def labelled_document(marked: Marked, record: LabelledFile, upload: Upload) -> dict[str, Any]:
    """A ``brightline-labelled/1`` document. Reads the file for its size and digest."""
    path = _path_of(marked)
    beside = sidecar_path(path)
    return {
        "format": "brightline-labelled/1",
        "record": record.id,
        "role": record.role,
        "content_id": record.content_id,
        "container": marked.container,
        "file": {"name": upload.name, "size": path.stat().st_size, "sha256": _sha256(path)},
        "label": {key: sound(value) for key, value in marked.label.fields.items()},
        "how": marked.written.how,
        "replaced": [{"place": site.place, "offset": site.offset} for site in marked.written.replaced],
        "explicit": _is_seen_or_heard(marked),
        "watermark": record.watermark is not None,
        "steps": [{"name": step.name, "outcome": step.outcome, "detail": step.detail} for step in marked.steps],
        "notes": list(marked.notes),
        "sidecar": _sidecar(beside, upload.name) if beside.is_file() else "",
    }


def passed_on_document(passed: PassedOn, decision: dict[str, Any], labelled: dict[str, Any] | None) -> dict[str, Any]:
    """A ``brightline-passed-on/1`` document."""
    return {
        "format": "brightline-passed-on/1",
        "verification": passed.verification.to_document(),
        "decision": decision,
        "labelled": labelled,
        "note": passed.note,
    }


def sound(value: Any) -> Any:
    """JSON values without lone surrogates, which labels of others may have and JSON in UTF-8 cannot."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {sound(key): sound(each) for key, each in value.items()}
    return [sound(each) for each in value] if isinstance(value, list) else value


def record_document(record: LabelledFile) -> dict[str, Any]:
    """What is kept of a labelled file. The number in a watermark stays here: who knows it could forge one."""
    return {
        "record": record.id,
        "made_at": record.made_at,
        "role": record.role,
        "attribute": record.attribute,
        "container": record.container,
        "file_digest": record.file_digest,
        "media_digest": record.media_digest,
        "account": record.account,
        "decision": record.decision,
        "watermark": record.watermark is not None,
    }


def copy_document(copy: UnlabelledCopy) -> dict[str, Any]:
    """An entry of the log of Article 9."""
    document = copy._asdict()
    del document["tenant"]
    return document


def headers_of(label: ImplicitLabel, record: LabelledFile) -> dict[str, str]:
    """Headers of a labelled file, in ASCII. The label goes without its reserved codes, and not at all where it is too long."""
    short = json.dumps({key: value for key, value in label.fields.items() if not key.startswith("Reserved")}, separators=(",", ":"))
    return {"X-Brightline-Content-Id": record.content_id, "X-Brightline-Record": record.id} | (
        {"X-Brightline-Label": short} if len(short) <= _LONGEST_HEADER else {}
    )


def file_answer(room: Room, path: Path, name: str, answer: Answer, headers: Mapping[str, str], document: Mapping[str, Any]) -> Response:
    """What ``answer`` asks for; the room is the answer's from now on, where the file is part of it."""
    every = {"Cache-Control": "no-store", **headers}
    if answer == "document":
        return Response(orjson.dumps(document), media_type="application/json", headers=every)
    media_type = _media_type(path, name)
    if answer == "file":
        return SpooledResponse(
            room, [path], media_type=media_type, headers=every | {"Content-Disposition": _disposition("attachment", name)}
        )
    boundary = f"brightline-{secrets.token_hex(16)}"
    parts: list[tuple[str, str, str, bytes | Path]] = [
        ("document", "document.json", "application/json", orjson.dumps(document)),
        ("file", name or path.name, media_type, path),
    ]
    if beside := (document.get("labelled") or document).get("sidecar"):
        parts.append(("sidecar", f"{name or path.name}.aigc.json", "application/json", beside.encode()))
    pieces: list[bytes | Path] = []
    for part, file_name, kind, content in parts:
        disposition = _disposition(f'form-data; name="{part}"', file_name)
        pieces += [f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {kind}\r\n\r\n".encode(), content, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return SpooledResponse(room, pieces, media_type=f"multipart/form-data; boundary={boundary}", headers=every)


def _is_seen_or_heard(marked: Marked) -> bool:
    made = marked.rendered
    return made is not None and (made.kind != "image" or (made.drawn is not None and bool(made.drawn.text)))


def _path_of(marked: Marked) -> Path:
    if marked.path is None:
        raise LabelError("BL-LABEL-089", "nothing was labelled", "this is a defect of Brightline: please report it")
    return marked.path


def _sidecar(beside: Path, name: str) -> str:
    """The side-car, with the name that its content has where it came from."""
    document = orjson.loads(beside.read_bytes())
    if name:
        document["content"]["name"] = name
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _media_type(path: Path, name: str) -> str:
    with opened(path, name or path.name) as source:
        try:
            return media_type_of(source)
        except LabelError:
            return "application/octet-stream"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _disposition(kind: str, name: str) -> str:
    """RFC 6266: a plain name for every client, and the real one where it has other characters."""
    plain = "".join(character if " " <= character <= "~" and character not in '"\\%' else "_" for character in name) or "file"
    return f'{kind}; filename="{plain}"' + (f"; filename*=UTF-8''{quote(name, safe='')}" if plain != name and name else "")
