"""XML of question files, read element by element and without trust.

No entity is expanded, nothing is loaded, a DOCTYPE is refused; depth and number of elements are bounded. Of a file
that breaks in the middle, what is whole before that place is read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterator
from html import escape
from typing import Any

from lxml import etree

from bot.formats.doctype import DOCTYPE, has_doctype
from bot.formats.imported import MAX_BYTES, MAX_DEPTH, Gathering, TooLarge

MAX_ELEMENTS = 1_500_000
"""Elements of one file: 20,000 questions have some fifty each."""
_CHUNK = 65_536
_DECLARED = re.compile(rb"\s*+<\?xml[^>]*?encoding\s*+=\s*+[\"']([^\"']++)[\"']")

Element = etree._Element  # noqa: SLF001 - lxml has no public name for it
_EVENTS: Any = ("start", "end")
_EMPTY = frozenset(("br", "img", "hr", "wbr", "col", "input", "source", "embed"))


def local(element: Element) -> str:
    """An element's name in lower case, without namespace, and without the prefix and hyphens of QTI 3."""
    name: object = element.tag
    return _short(name) if isinstance(name, str) else ""


@functools.lru_cache(maxsize=1024)  # a format has some dozen names, and each is asked for at every element
def _short(tag: str) -> str:
    name = tag.rpartition("}")[2].lower()
    return name.removeprefix("qti-").replace("-", "") if name.startswith("qti-") else name


def elements(data: bytes, names: Collection[str], into: Gathering) -> Iterator[Element]:
    """The outermost elements of these names, each whole, with its parents above it; emptied when the next is asked for.

    What is wrong with the file is reported. Raises TooLarge at a bound.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge(f"the file has {len(data):,} bytes; {MAX_BYTES:,} is the most")
    if has_doctype(data):
        into.error(1, DOCTYPE)
        return
    into.lines = data.count(b"\n") + 1
    parser = etree.XMLPullParser(
        events=_EVENTS,
        encoding=_encoding(data, into),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    walk = _Walk(parser, names)
    fault = ""
    line = 1
    for at in range(0, len(data) + 1, _CHUNK):
        try:
            parser.feed(data[at : at + _CHUNK])
            if at + _CHUNK > len(data):
                parser.close()
        except etree.XMLSyntaxError as error:
            line, fault = error.lineno or 1, str(error.msg)
        except (LookupError, ValueError, AssertionError, etree.LxmlError) as error:
            fault = str(error)
        yield from walk.found()
        if walk.doctype:
            into.error(1, DOCTYPE)
            return
        if fault:
            into.error(line, f"the XML breaks here, and the rest was not read: {' '.join(fault.split())[:160]}")
            return


class _Walk:
    """Follows a parser's events and keeps count."""

    def __init__(self, parser: etree.XMLPullParser, names: Collection[str]) -> None:
        self.parser = parser
        self.names = names
        self.depth = 0
        self.within = 0
        self.count = 0
        self.doctype = False

    def found(self) -> Iterator[Element]:
        for event, element in self.parser.read_events():
            assert isinstance(element, Element)
            if event == "start":
                if not self.count and _has_doctype(element):
                    self.doctype = True
                    return
                self.depth += 1
                self.count += 1
                self._bounds(element)
                if local(element) in self.names and not self.within:
                    self.within = self.depth
            else:
                if self.within == self.depth:
                    self.within = 0
                    yield element
                    element.clear()
                self.depth -= 1

    def _bounds(self, element: Element) -> None:
        if self.depth > MAX_DEPTH:
            raise TooLarge(f"line {line_of(element)} has more than {MAX_DEPTH} levels of XML; the rest was not read")
        if self.count > MAX_ELEMENTS:
            raise TooLarge(f"the file has more than {MAX_ELEMENTS:,} elements of XML; the rest was not read")


def _encoding(data: bytes, into: Gathering) -> str | None:
    """None where the parser finds out by itself; Windows-1252 where a file says nothing true, with a warning."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:4]:
        return None
    declared = _DECLARED.match(data.removeprefix(b"\xef\xbb\xbf")[:400])
    if declared and declared[1].lower() not in (b"utf-8", b"utf8"):
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        into.warning(line, "the file is not UTF-8; it was read as Windows-1252. Look at the letters with accents")
        return "windows-1252"
    return None


def root_name(data: bytes) -> str:
    """The name of a file's outermost element, as `local` says it, or '' for what is no XML."""
    head = data[:_CHUNK]
    if not head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<"):
        return ""
    if has_doctype(data):
        return ""
    parser = etree.XMLPullParser(events=("start",), resolve_entities=False, no_network=True, remove_comments=True)
    try:
        parser.feed(head)
    except (etree.LxmlError, LookupError, ValueError, AssertionError):
        pass  # it may break behind its first element, which is all that is asked
    for _, element in parser.read_events():
        assert isinstance(element, Element)
        return local(element)
    return ""


def line_of(element: Element) -> int:
    """Where an element begins in its file, from 1."""
    found: Any = element.sourceline  # the stubs do not know it
    return int(found or 1)


def _has_doctype(element: Element) -> bool:
    found: Any = element.getroottree().docinfo  # nor this one's
    return bool(found.doctype)


def attribute(element: Element, name: str) -> str:
    """An attribute's value by its name in lower case without hyphens and namespace; '' where it has none."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2].lower().replace("-", "") == name:
            return str(value).strip()
    return ""


def children(element: Element, *names: str) -> Iterator[Element]:
    return (child for child in element if local(child) in names)


def child(element: Element | None, name: str) -> Element | None:
    return None if element is None else next(children(element, name), None)


def within(element: Element, *names: str) -> Iterator[Element]:
    """All elements of these names below one, in the file's order."""
    return (one for one in element.iter() if one is not element and local(one) in names)


def ancestors(element: Element, name: str) -> Iterator[Element]:
    """The elements of a name above one, the nearest first."""
    return (one for one in element.iterancestors() if local(one) == name)


def bare(element: Element | None) -> str:
    """All text in an element, as it is."""
    return "" if element is None else "".join(str(piece) for piece in element.itertext(with_tail=False))


def inner(element: Element, leave_out: Collection[str] = ()) -> str:
    """What stands in an element as HTML, without the elements named in *leave_out*."""
    parts = [escape(element.text or "", quote=False)]
    for one in element:
        name = local(one)
        if name and name not in leave_out:
            attributes = "".join(
                f' {str(key).rpartition("}")[2]}="{escape(str(value))}"' for key, value in one.attrib.items()
            )
            content = inner(one, leave_out)
            ended = f">{content}</{name}>" if content or name not in _EMPTY else "/>"
            parts.append(f"<{name}{attributes}{ended}")
        parts.append(escape(one.tail or "", quote=False))
    return "".join(parts)
