"""PDF files for tests, object by object: classic tables, cross-reference streams with object streams, hybrids, revisions."""

from __future__ import annotations

import zlib

CATALOGUE, PAGES, PAGE, CONTENT, INFO = 1, 2, 3, 4, 5

Objects = dict[int, bytes]


def stream(data: bytes, about: bytes = b"", *, deflated: bool = False) -> bytes:
    body, filters = (zlib.compress(data), b" /Filter /FlateDecode") if deflated else (data, b"")
    return b"<<%b%b /Length %d>>\nstream\n%b\nendstream" % (about, filters, len(body), body)


def one_page(info: bytes | None = b"<< /Title (A page) /Producer (test) >>", catalogue: bytes = b"") -> Objects:
    """The objects of a page with a drawn bar and a line of text."""
    drawn = b"0.2 0.4 0.6 rg 20 20 160 30 re f BT /F1 18 Tf 20 120 Td (Page of a test) Tj ET"
    objects = {
        CATALOGUE: b"<< /Type /Catalog /Pages 2 0 R%b >>" % catalogue,
        PAGES: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        CONTENT: stream(drawn),
    }
    return objects | ({INFO: info} if info is not None else {})


def _trailer(objects: Objects, size: int, more: bytes) -> bytes:
    info = b" /Info 5 0 R" if INFO in objects else b""
    return b"/Size %d /Root 1 0 R%b /ID [<0011> <2233>]%b" % (size, info, more)


def classic(objects: Objects, more: bytes = b"", *, before: bytes = b"", eol: bytes = b" \n") -> bytes:
    """A file with one cross-reference table. ``before`` stands in front of the header; offsets count from the header."""
    out, places = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start, size = len(out), max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f%b" % (size, eol)
    for number in range(1, size):
        out += (b"%010d 00000 n" % places[number] if number in places else b"0000000000 00001 f") + eol
    return before + bytes(out) + b"trailer\n<<%b>>\nstartxref\n%d\n%%%%EOF\n" % (_trailer(objects, size, more), start)


def compressed(
    objects: Objects, more: bytes = b"", *, packed: tuple[int, ...] = (CATALOGUE, PAGES, PAGE, INFO), predictor: bool = True
) -> bytes:
    """A file with a cross-reference stream; the objects ``packed`` lie in an object stream."""
    packed = tuple(number for number in packed if number in objects)
    holder, own = max(objects) + 1, max(objects) + 2
    inside, head = b"", b""
    for number in packed:
        head += b"%d %d " % (number, len(inside))
        inside += objects[number] + b" "
    loose = {number: body for number, body in objects.items() if number not in packed}
    loose[holder] = stream(head + inside, b"/Type /ObjStm /N %d /First %d" % (len(packed), len(head)), deflated=True)
    out, rows = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {0: (0, 0, 255)}
    for number, body in loose.items():
        rows[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    rows |= {number: (2, holder, place) for place, number in enumerate(packed)}
    start = len(out)
    rows[own] = (1, start, 0)
    table = b"".join(
        bytes([rows.get(n, (0, 0, 0))[0]]) + rows.get(n, (0, 0, 0))[1].to_bytes(4, "big") + bytes([rows.get(n, (0, 0, 0))[2]])
        for n in range(own + 1)
    )
    about = b"/Type /XRef /W [1 4 1] %b" % _trailer(objects, own + 1, more)
    if predictor:
        previous, up = bytes(6), b""
        for at in range(0, len(table), 6):
            row = table[at : at + 6]
            up += b"\x02" + bytes((one - two) & 0xFF for one, two in zip(row, previous, strict=True))
            previous = row
        table, about = up, about + b" /DecodeParms << /Predictor 12 /Columns 6 >>"
    out += b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (own, stream(table, about, deflated=True), start)
    return bytes(out)


def hybrid(objects: Objects, hidden: tuple[int, ...] = (INFO,)) -> bytes:
    """A file with a table and, for the objects ``hidden`` in an object stream, a cross-reference stream beside it (7.5.8.4)."""
    holder, own = max(objects) + 1, max(objects) + 2
    out, places = bytearray(b"%PDF-1.5\n"), {}
    head = inside = b""
    for number in hidden:
        head += b"%d %d " % (number, len(inside))
        inside += objects[number] + b" "
    visible = {number: body for number, body in objects.items() if number not in hidden}
    visible[holder] = stream(head + inside, b"/Type /ObjStm /N %d /First %d" % (len(hidden), len(head)), deflated=True)
    for number, body in visible.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    beside = len(out)
    index = b" ".join(b"%d 1" % number for number in hidden)
    rows = b"".join(b"\x02" + holder.to_bytes(2, "big") + bytes([place]) for place in range(len(hidden)))
    out += b"%d 0 obj\n%b\nendobj\n" % (own, stream(rows, b"/Type /XRef /W [1 2 1] /Index [%b] /Size %d" % (index, own + 1)))
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (own + 1)
    for number in range(1, own + 1):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 00000 f \n"
    return bytes(out) + b"trailer\n<<%b>>\nstartxref\n%d\n%%%%EOF\n" % (_trailer(objects, own + 1, b" /XRefStm %d" % beside), start)


def revised(data: bytes, objects: Objects, more: bytes = b"") -> bytes:
    """``data`` (with a table) and a further revision in which ``objects`` are new."""
    previous = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    out, places = bytearray(data), {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n" + b"".join(b"%d 1\n%010d 00000 n \n" % (number, places[number]) for number in objects)
    size = max(9, *objects) + 1
    return bytes(out) + b"trailer\n<</Size %d /Root 1 0 R /Info 5 0 R /Prev %d%b>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        previous,
        more,
        start,
    )
