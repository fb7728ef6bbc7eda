"""Words on the pages of a PDF: one line at the upper edge of the first page, the lower edge of the last, or of each.

An incremental update (ISO 32000-2, 7.5.6): the original stays a prefix; a page that gets words is written anew with two more content
streams, one that saves the graphics state before the page's own and one that restores it and draws. The letters are a cut of the
bundled font, embedded, with a map to Unicode: the words can be searched, copied and read aloud. Turned pages are minded.

Not done: signed and encrypted files are refused (a change of what a page shows is what a signature is there to tell); the line
stands on a white plate and may cover what a page draws within its margin.
"""

from __future__ import annotations

from dataclasses import dataclass

from brightline.labels.containers.pdf import PDF
from brightline.labels.containers.pdf_file import Found, PdfFile
from brightline.labels.containers.pdf_syntax import Name, Ref, Value
from brightline.labels.containers.pdf_update import Update, dictionary_source
from brightline.labels.containers.reading import Kept, Plan
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit, Unsupported
from brightline.labels.explicit.documents_font import CutFont, cut_font

__all__ = ["plan_pages"]

_MOST_PAGES = 5000  # own choice: larger books are labelled on their first or last page
_DEEPEST = 64  # levels of the page tree; own choice: balanced trees of 5,000 pages have four
_MOST_STEPS = 50_000_000  # own choice: 5,000 pages in a file of a thousand updates
_FONT = "AIGCLabelFont"
_MARK = "AIGCLabel"
_LETTERS = 0.02
"""Size of the letters to the page's shorter side; own choice: 12 points on A4, as body text. GB 45438-2025, 5.1 asks for legible words."""

_SMALLEST_LETTERS = 6.0  # points; own choice: below it print is hard to read
_EDGE = 0.02  # distance from the edge, to the shorter side; own choice: printers leave 4 to 6 mm blank


@dataclass(frozen=True, slots=True)
class _Page:
    reference: Ref
    found: Found
    about: dict[str, Value]
    resources: Value
    box: tuple[float, float, float, float]
    turned: int


def plan_pages(source: Source, text: str, position: str) -> tuple[Plan, str]:
    """The plan and the place. Raises ``Unsupported`` for signed and encrypted files, ``Malformed`` for broken ones."""
    file = PdfFile.opened(source, strict=True)
    file.most_steps = _MOST_STEPS
    facts = PDF.read(source).facts
    if "encrypted" in facts:
        raise Unsupported("an encrypted PDF gets no words on its pages: they would have to be encrypted too", "label it before encrypting")
    if "signed" in facts:
        raise Unsupported("this PDF is signed, and words on its pages would break the signature", "label it before it is signed")
    pages = _pages(file, position)
    font = cut_font(text.replace("\n", " "))
    update = Update(file)
    own_font: int | None = None
    for page in pages:
        if _label_of(file, page) == text:
            continue
        if own_font is None:
            own_font = font.put_into(lambda body: update.new(body).number)
        _label_page(file, update, page, font, own_font, text, at_top=position == "first")
    place = {"first": "pdf:first page", "last": "pdf:last page", "footer": "pdf:every page"}[position]
    return Plan(update.pieces() if own_font is not None else (Kept(0, source.size),)), place


def _pages(file: PdfFile, position: str) -> list[_Page]:
    catalogue = file.value(file.trailer.get("Root"))
    root = catalogue.get("Pages") if isinstance(catalogue, dict) else None
    if not isinstance(root, Ref):
        raise Malformed("the document has no page tree")
    found: list[_Page] = []
    seen: set[Ref] = set()
    most = _MOST_PAGES if position == "footer" else 1

    def walk(reference: Ref, inherited: dict[str, Value], depth: int) -> None:
        if reference in seen or depth > _DEEPEST:
            raise Malformed("the page tree is a circle or nested too deep")
        seen.add(reference)
        node = file.find(reference)
        if node is None or not isinstance(node.value, dict):
            raise Malformed("a page is missing")
        about = node.value
        held = inherited | {key: about[key] for key in ("Resources", "MediaBox", "CropBox", "Rotate") if key in about}
        children = file.value(about.get("Kids"))
        if not isinstance(children, list):
            if len(found) == most:
                raise OverLimit(f"the document has more than {_MOST_PAGES} pages")
            found.append(_page(file, reference, node, about, held))
            return
        for child in reversed(children) if position == "last" else children:
            if not isinstance(child, Ref):
                raise Malformed("a page is not an object of its own")
            walk(child, held, depth + 1)
            if found and position != "footer":
                return

    walk(root, {}, 0)
    if not found:
        raise Malformed("the document has no page")
    return found


def _page(file: PdfFile, reference: Ref, node: Found, about: dict[str, Value], held: dict[str, Value]) -> _Page:
    media = _rectangle(file, held.get("MediaBox")) or (0.0, 0.0, 612.0, 792.0)  # Letter: what readers take where there is none
    crop = _rectangle(file, held.get("CropBox")) or media
    box = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    if box[2] - box[0] < 1 or box[3] - box[1] < 1:
        raise Malformed("a page has no size", node.carrier.start)
    turned = file.value(held.get("Rotate"))
    return _Page(reference, node, about, held.get("Resources"), box, turned % 360 if isinstance(turned, int) else 0)


def _rectangle(file: PdfFile, value: Value) -> tuple[float, float, float, float] | None:
    corners = file.value(value)
    numbers = [file.value(each) for each in corners] if isinstance(corners, list) else []
    if len(numbers) != 4:
        return None
    plain = [float(number) for number in numbers if isinstance(number, int | float)]
    if len(plain) != 4:
        return None
    x1, y1, x2, y2 = plain
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _label_of(file: PdfFile, page: _Page) -> str:
    """The words that an earlier labelling drew on the page, from the key by which our content stream is known."""
    drawn = _contents(file, page)
    about = file.value(drawn[-1]) if drawn else None
    words = about.get(_MARK) if isinstance(about, dict) else None
    return words.decode("utf-16", "replace") if isinstance(words, bytes) else ""


def _contents(file: PdfFile, page: _Page) -> list[Ref]:
    held = page.about.get("Contents")
    listed = held if isinstance(held, list) else file.value(held)
    if isinstance(listed, list):
        return [each for each in listed if isinstance(each, Ref)]
    return [held] if isinstance(held, Ref) else []


def _label_page(file: PdfFile, update: Update, page: _Page, font: CutFont, font_number: int, text: str, *, at_top: bool) -> None:
    contents = _contents(file, page)
    if _label_of(file, page):  # another label of ours: its stream and the one before all others go
        contents = contents[1:-1]
    before = update.new(b"<</Length 1>>\nstream\nq\nendstream")
    drawn = _drawing(page, font, at_top=at_top)
    words = text.encode("utf-16").hex().encode()
    behind = update.new(b"<</%b <%b> /Length %d>>\nstream\n%b\nendstream" % (_MARK.encode(), words, len(drawn), drawn))
    listed = b" ".join(b"%d %d R" % each for each in (before, *contents, behind))
    resources = file.value(page.resources)
    held: dict[str, Value] = dict(resources) if isinstance(resources, dict) else {}
    fonts = file.value(held.get("Font"))
    held["Font"] = {**(fonts if isinstance(fonts, dict) else {}), _FONT: Ref(font_number, 0)}
    added = b"/Contents [%b] /Resources %b" % (listed, _source_of(held))
    update.replace(page.reference, dictionary_source(page.found, {"Contents", "Resources"}, added))


def _drawing(page: _Page, font: CutFont, *, at_top: bool) -> bytes:
    """Restores the page's state and draws the line, upright as the page is shown: along its lower (or upper) edge, in the middle."""
    left, low, right, high = page.box
    width, height = right - left, high - low
    shown_width, shown_height = (height, width) if page.turned in (90, 270) else (width, height)
    shorter = min(shown_width, shown_height)
    edge = _EDGE * shorter
    size = min(max(_LETTERS * shorter, _SMALLEST_LETTERS), (shown_width - 2 * edge) * 1000 / max(1, font.text_width))
    if size < _SMALLEST_LETTERS:
        raise Unsupported("the label does not fit on the page in letters that can be read", "use shorter words")
    line, words = size * (font.ascent - font.descent) / 1000, size * font.text_width / 1000
    x = (shown_width - words) / 2
    y = shown_height - edge - line if at_top else edge
    matrix = {
        90: (0, 1, -1, 0, right, low),
        180: (-1, 0, 0, -1, right, high),
        270: (0, -1, 1, 0, left, high),
    }.get(page.turned, (1, 0, 0, 1, left, low))
    glyphs = b"".join(b"%04X" % glyph for glyph in font.glyphs)
    parts = (
        b"Q q",
        b" ".join(_number(each) for each in matrix) + b" cm",
        b"1 g %b %b %b %b re f" % (_number(x - size / 4), _number(y), _number(words + size / 2), _number(line)),
        b"0.15 g BT /%b %b Tf %b %b Td <%b> Tj ET Q"
        % (_FONT.encode(), _number(size), _number(x), _number(y - size * font.descent / 1000), glyphs),
    )
    return b"\n".join(parts)


def _number(value: float) -> bytes:
    return f"{value:.4f}".rstrip("0").rstrip(".").encode() or b"0"


def _source_of(value: Value) -> bytes:
    """A value as PDF source."""
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    if isinstance(value, Ref):
        return b"%d %d R" % value
    if isinstance(value, int):
        return b"%d" % value
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, bytes):
        return b"<%b>" % value.hex().encode()
    if isinstance(value, Name):
        return _name(value)
    if isinstance(value, list):
        return b"[%b]" % b" ".join(map(_source_of, value))
    return b"<<%b>>" % b" ".join(_name(key) + b" " + _source_of(each) for key, each in value.items())


def _name(name: str) -> bytes:
    return b"/" + b"".join(
        b"#%02X" % byte if byte <= 0x20 or byte >= 0x7F or byte in b"#()<>[]{}/%" else bytes([byte])
        for byte in name.encode("utf-8", "surrogateescape")
    )
