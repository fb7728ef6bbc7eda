"""Reading a page in a test: elements by a small part of CSS, and their words."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_STEP = re.compile(r"(?P<tag>[a-z0-9]*)(?:#(?P<id>[\w-]+))?(?:\.(?P<cls>[\w-]+))?(?:\[(?P<attribute>[\w-]+)\])?")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.builder = TreeBuilder()
        self.builder.start("root", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.builder.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.builder.end(tag)  # TreeBuilder asserts that tags are balanced

    def handle_data(self, data: str) -> None:
        self.builder.data(data)


def read(text: str) -> Element:
    """The page as a tree."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    reader.builder.end("root")
    return reader.builder.close()


def pick(node: Element, selector: str) -> list[Element]:
    """The elements under ``node`` that fit steps such as ``#by-rule tbody th`` (each: tag, #id, .class, [attribute])."""
    found = [node]
    for step in selector.split():
        wanted = _STEP.fullmatch(step)
        assert wanted, step
        inside = (each for outer in found for each in outer.iter() if each is not outer)
        found = list({id(each): each for each in inside if _fits(each, wanted)}.values())
    return found


def one(node: Element, selector: str) -> Element:
    """The first such element; there must be one."""
    found = pick(node, selector)
    assert found, f"nothing fits {selector}"
    return found[0]


def words(node: Element) -> str:
    """The text of an element, with single spaces."""
    return " ".join("".join(node.itertext()).split())


def _fits(each: Element, wanted: re.Match[str]) -> bool:
    return (
        wanted["tag"] in ("", each.tag)
        and (wanted["id"] is None or each.get("id") == wanted["id"])
        and (wanted["cls"] is None or wanted["cls"] in each.get("class", "").split())
        and (wanted["attribute"] is None or wanted["attribute"] in each.attrib)
    )
