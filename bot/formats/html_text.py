"""HTML as other programs put it into questions, as plain text: nothing is loaded, nothing but known tags disappears.

Time and memory grow with the text's length only, whatever it holds.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from bot.domain.questions import Image


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_QUIET = _words(
    "a abbr acronym article aside b bdi bdo big body center cite code col colgroup data del details dfn em fieldset "
    "figure font footer form header html head i input ins kbd label legend link main mark meta nav o o:p q rp rt ruby "
    "s samp section small span strike strong summary tbody tfoot thead time title tt u var wbr anki-mathjax"
)
_LINE = _words("div li tr dt dd figcaption address option caption")
_PARAGRAPH = _words("p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre hr")
_MEDIA = _words("audio video source object embed iframe svg canvas math")
_HIDDEN = frozenset(("script", "style", "template"))
_KNOWN = _QUIET | _LINE | _PARAGRAPH | _MEDIA | _HIDDEN | {"br", "img", "sub", "sup", "td", "th"}

_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]*+)"
    r"(?P<attributes>(?:\s++(?:[^\s\"'<>/=]++\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s\"'=<>`]++)"
    r"|(?i:hidden|disabled|checked|selected|controls|nowrap|open|reversed|loop|muted|autoplay|allowfullscreen)\b))*+)"
    r"\s*+/?>"
)
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'=<>`]++))")
_DECLARATION = re.compile(r"<[!?][a-zA-Z][^<>]*+>")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_MOST_SHIFTED = 3
"""Raised in raised in raised; each level is written once more when it ends."""
_RAISED = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


@dataclass(frozen=True, slots=True)
class Plain:
    """What stands in a piece of HTML: its *text*, its pictures, and the names of what can be neither read nor shown.

    A picture's name is '' where its bytes stand in the text itself.
    """

    text: str
    images: tuple[Image, ...] = ()
    media: tuple[str, ...] = ()


def entities(text: str) -> str:
    """A text with its character references (`&amp;`, `&#39;`) resolved once; what has no semicolon is none."""
    return _ENTITY.sub(lambda found: " " if found[0] == "&nbsp;" else html.unescape(found[0]), text)


def plain(text: str, *, loose: bool = False) -> Plain:
    """The text of HTML. *loose*: a text in which there may be some HTML, and whose own spaces and lines count.

    Raised and lowered digits stay so (10², H₂O), lists keep their marks, links their address; a `<` that begins no
    known tag is text.
    """
    if "<" not in text and (loose or not _BLANKS.search(text)):
        return Plain(entities(text))
    writer = _Writer(loose)
    at, length = 0, len(text)
    without_end: set[str] = set()
    while at < length:
        begin = text.find("<", at)
        if begin < 0:
            begin = length
        writer.text(text[at:begin])
        if begin == length:
            break
        at = _markup(text, begin, writer, without_end)
    return writer.done()


def _markup(text: str, at: int, writer: _Writer, without_end: set[str]) -> int:
    """Handle what begins with the `<` at *at*; where to go on. *without_end*: what is known not to be closed."""
    if text.startswith("<!--", at):
        return _after(text, at, "-->", without_end) or writer.literal("<", at)
    if found := _DECLARATION.match(text, at):
        return found.end()
    found = _TAG.match(text, at)
    name = found["name"].lower() if found is not None else ""
    if found is None or name not in _KNOWN:
        return writer.literal("<", at)
    if name in _HIDDEN and not found["end"]:
        return _after(text, at, f"</{name}>", without_end) or found.end()
    if found["end"]:
        writer.close(name)
    else:
        pairs = _ATTRIBUTE.findall(found["attributes"])
        writer.open(name, {key.lower(): entities(one or two or three) for key, one, two, three in pairs})
    return found.end()


def _after(text: str, at: int, end: str, without_end: set[str]) -> int:
    """Where the first *end* behind *at* ends, or 0; each is looked for in vain only once."""
    if end in without_end:
        return 0
    found = re.compile(re.escape(end), re.IGNORECASE).search(text, at)
    if found is None:
        without_end.add(end)
        return 0
    return found.end()


@dataclass(slots=True)
class _Writer:
    loose: bool
    out: list[str] = field(default_factory=list)
    breaks: int = 0
    images: list[Image] = field(default_factory=list)
    media: list[str] = field(default_factory=list)
    shifted: list[int] = field(default_factory=list)
    link: tuple[int, str] | None = None
    lists: list[int | None] = field(default_factory=list)
    verbatim: int = 0
    cells: int = 0

    def literal(self, sign: str, at: int) -> int:
        self.emit(sign)
        return at + len(sign)

    def text(self, text: str) -> None:
        if not text:
            return
        if self.loose or self.verbatim:
            if not self.breaks or not text.isspace():
                self.emit(entities(text))
            return
        text = _BLANKS.sub(" ", text)
        if not self.out or self.breaks or self.out[-1].endswith((" ", "\n")):
            text = text.removeprefix(" ")
        if text:
            self.emit(entities(text))

    def emit(self, text: str) -> None:
        if self.breaks:
            if self.out:
                self.out.append("\n" * self.breaks)
            self.breaks = 0
        self.out.append(text)

    def line(self, least: int) -> None:
        self.breaks = max(self.breaks, least)

    def open(self, name: str, attributes: dict[str, str]) -> None:
        if name == "br":
            self.breaks += 1
        elif name == "img":
            self._image(attributes)
        elif name in _MEDIA:
            self.media.append(_file_name(attributes.get("src", "")) or name)
        elif name in ("sub", "sup"):
            if len(self.shifted) < _MOST_SHIFTED:
                self.shifted.append(len(self.out))
        elif name == "a":
            self.link = len(self.out), attributes.get("href", "")
        elif name in ("td", "th"):
            if self.cells and self.out:
                self.emit(" | ")
            self.cells += 1
        else:
            self._block(name)

    def _block(self, name: str) -> None:
        if name in _PARAGRAPH:
            self.line(2 if name not in ("ul", "ol") else 1)
        elif name in _LINE:
            self.line(1)
        if name in ("ul", "ol"):
            self.lists.append(0 if name == "ol" else None)
        elif name == "li":
            self._item()
        elif name == "tr":
            self.cells = 0
        elif name == "pre":
            self.verbatim += 1

    def _item(self) -> None:
        number = self.lists[-1] if self.lists else None
        if number is None:
            self.emit("• ")
        else:
            self.lists[-1] = number + 1
            self.emit(f"{number + 1}. ")

    def close(self, name: str) -> None:
        if name in ("sub", "sup") and self.shifted:
            self._shift(name, self.shifted.pop())
        elif name == "a" and self.link is not None:
            begin, address = self.link
            self.link = None
            if address.startswith(("http://", "https://")) and address not in "".join(self.out[begin:]):
                self.emit(f" ({address})")
        elif name in ("ul", "ol"):
            if self.lists:
                self.lists.pop()
            self.line(1)
        elif name == "pre":
            self.verbatim = max(0, self.verbatim - 1)
            self.line(2)
        elif name in _PARAGRAPH:
            self.line(2)
        elif name in _LINE:
            self.line(1)

    def _shift(self, name: str, begin: int) -> None:
        """Raise or lower what was written since *begin*, where there are signs for it; else mark it."""
        inner = "".join(self.out[begin:])
        bare = inner.strip()
        if not bare:
            return
        table = _RAISED if name == "sup" else _LOWERED
        if all(ord(sign) in table for sign in bare):
            shifted = bare.translate(table)
        elif name == "sup" and (bare.isalpha() or not bare.isascii()):
            shifted = bare
        else:
            shifted = f"{'^' if name == 'sup' else '_'}({bare})"
        self.out[begin:] = [inner.replace(bare, shifted, 1)]

    def _image(self, attributes: dict[str, str]) -> None:
        alt = " ".join(attributes.get("alt", "").split())
        kind = attributes.get("class", "")
        if alt and ("latex" in kind.lower() or "equation" in kind.lower()):
            self.emit(alt)  # a formula drawn as a picture: its source says the same
            return
        self.images.append(Image(_file_name(attributes.get("src", "")), alt))

    def done(self) -> Plain:
        text = "".join(self.out)
        if not self.loose:
            text = "\n".join(line.rstrip(" \t") for line in text.split("\n")).strip("\n")
        return Plain(text, tuple(self.images), tuple(self.media))


def _file_name(address: str) -> str:
    """The file's name in an address; '' for one that holds the file itself."""
    address = address.strip()
    if address.lower().startswith("data:"):
        return ""
    return unquote(re.split(r"[?#]", address, maxsplit=1)[0]).replace("\\", "/").rsplit("/", 1)[-1].strip()
