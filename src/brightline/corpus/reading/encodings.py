"""The encoding of text and CSV files: UTF-8, or what ``ReadOptions.encodings`` says. It is told and never guessed.

Names are those of pages of the web (WHATWG, Encoding Standard, 4.2), whose habit to read GB 2312 and GBK as their superset GB 18030 is
followed. Only encodings in which the byte of a line end is nothing else: of UTF-16 lines cannot be found by their bytes.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from brightline.corpus.errors import CorpusError
from brightline.corpus.shard import ReadOptions, Shard

__all__ = ["ENCODINGS", "UTF8_BOM", "bom_of", "check_encodings", "encoding_of", "misfit"]

UTF8_BOM = b"\xef\xbb\xbf"
_READ = ("text", "csv")  # JSON is UTF-8 (RFC 8259, 8.1), Parquet says what is a string, a page of the web declares its own

ENCODINGS = {
    "big5": "big5hkscs",
    "euc-jp": "euc_jp",
    "euc-kr": "cp949",
    "gb18030": "gb18030",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",
    "koi8-r": "koi8_r",
    "shift_jis": "cp932",
    "utf-8": "utf-8",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "windows-1258": "cp1258",
}
"""Name → Python's codec."""


def check_encodings(options: ReadOptions) -> None:
    """Before a run begins. Raises ``CorpusError`` BL-CORPUS-008 for an encoding that is not read here, whatever files there are."""
    for each in options.encodings:
        _codec(each.rpartition("=")[2])


def encoding_of(shard: Shard, options: ReadOptions) -> str:
    """Python's name of the encoding of a shard's file. Raises ``CorpusError`` BL-CORPUS-008 for one that is not read here."""
    if not options.encodings or shard.format not in _READ:
        return "utf-8"
    for each in options.encodings:
        glob, has_glob, name = each.rpartition("=")
        if not has_glob or fnmatchcase(shard.file, glob):
            return _codec(name)
    return "utf-8"


def _codec(name: str) -> str:
    if name.lower() not in ENCODINGS:
        raise CorpusError("BL-CORPUS-008", f"{name!r} is no encoding of text that is read", f"one of: {', '.join(ENCODINGS)}")
    return ENCODINGS[name.lower()]


def bom_of(shard: Shard, options: ReadOptions) -> bytes:
    """What may stand before the first line and is no part of it."""
    encoding = encoding_of(shard, options)
    try:
        return "\ufeff".encode(encoding)
    except UnicodeEncodeError:
        return UTF8_BOM


def misfit(error: UnicodeDecodeError, encoding: str) -> tuple[str, str]:
    """Reason and detail of a reject for bytes that are not of their encoding."""
    if encoding == "utf-8":
        return "not_utf8", f"byte {error.start}: {error.reason}; convert other encodings to UTF-8, or name them (--encoding)"
    return "not_decodable", f"byte {error.start} is no {encoding}"
