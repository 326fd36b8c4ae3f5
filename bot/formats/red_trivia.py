"""Trivia lists as the bot Red has them: YAML, a question as a key, its answers as a list.

Only the events of YAML's parser are used: a text stays as it is written (Yes, 0x10 and 12:30 are texts), no key is
dropped because it stands twice, and nothing is ever built that a tag, anchor or alias asks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import yaml

from bot.domain.questions import Kind, folded
from bot.formats.imported import MAX_DEPTH, MAX_QUESTIONS, Gathering, Imported, Told, TooLarge, bare_question, text_of
from bot.formats.opening import opening

NAME = "red trivia"
MAX_EVENTS = 1_000_000
"""Keys, texts, and beginnings and ends of lists in a file: 20,000 questions with four answers have 140,000."""
MAX_ENTRIES = 4 * MAX_QUESTIONS
_OURS = {"AUTHOR", "DESCRIPTION", "CONFIG"}
_ENTRY = re.compile(r"^[^\s#\-\]}]", re.MULTILINE)
_SNIFFED = re.compile(r"^(?![ \t#\-])[^\n]+:[ \t]*\n(?:[ \t]*- [^\n]+)", re.MULTILINE)


def sniff(data: bytes, name: str) -> float:
    """How sure it is that a file is a trivia list, 0 to 1: by keys with lists under them, and by its author."""
    del name  # content decides, not the file's ending
    text = opening(data)
    if text.lstrip().startswith(("{", "[", "<")):
        return 0.0
    listed = bool(_SNIFFED.search(text))
    if re.search(r"^(?:AUTHOR|CONFIG):", text, re.MULTILINE):
        return 0.95 if listed else 0.6
    return 0.65 if listed else 0.0


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of a trivia list; *name* is named in the problems."""
    into = Gathering(NAME, name, told)
    with into.guarded():
        text = text_of(data, into)
        if text is not None:
            _List(into).read(text)
    return into.done()


@dataclass(slots=True)
class _Node:
    """A text, a list or something else in the file; *odd*: what it asks for that is never done."""

    line: int
    text: str | None = None
    items: list[_Node] | None = None
    odd: str = ""


@dataclass(slots=True)
class _List:
    """A file while it is read. *first* is the line at which the parser was started, from 0."""

    into: Gathering
    first: int = 0
    count: int = 0
    entries: int = 0
    seen: dict[str, tuple[int, frozenset[str]]] = field(default_factory=dict)

    def read(self, text: str) -> None:
        """Read the file at once; where it is no YAML, each of its entries by itself, for most of them are."""
        found: list[tuple[_Node, _Node | None]] = []
        try:
            self._documents(text, found)
        except TooLarge:
            self._take(found)
            raise
        except yaml.YAMLError:
            self._one_by_one(text)
        else:
            self._take(found)

    def _one_by_one(self, text: str) -> None:
        begins = [match.start() for match in _ENTRY.finditer(text)]
        self.count = 0
        counted = 0
        for begin, end in pairwise([*begins, len(text)]):
            self._one_more()
            self.first += text.count("\n", counted, begin)
            counted = begin
            found: list[tuple[_Node, _Node | None]] = []
            try:
                self._documents(text[begin:end], found)
            except yaml.YAMLError as error:
                self._no_yaml(error)
            else:
                self._take(found)

    def _no_yaml(self, error: yaml.YAMLError) -> None:
        said = getattr(error, "problem", None) or " ".join(str(error).split())[:100]
        self.into.error(
            self.first + 1,
            f"this is not readable as YAML ({said}) and was left out; a text with “: ” or “ #” in it needs quotes",
        )

    def _one_more(self) -> None:
        self.entries += 1
        if self.entries > MAX_ENTRIES:
            raise TooLarge(f"a file may hold {MAX_QUESTIONS:,} questions; the rest was not read")

    def _take(self, found: list[tuple[_Node, _Node | None]]) -> None:
        for key, value in found:
            self._one_more()
            if value is not None:
                self._entry(key, value)
            else:
                self.into.error(key.line, "a trivia list has questions with a colon, and their answers under them")

    def _documents(self, text: str, found: list[tuple[_Node, _Node | None]]) -> None:
        events = self._events(text)
        for event in events:
            if isinstance(event, yaml.MappingStartEvent):
                for inner in events:
                    if isinstance(inner, yaml.MappingEndEvent):
                        break
                    key = self._node(inner, events, 1)
                    found.append((key, self._node(next(events), events, 1)))
            elif isinstance(event, yaml.NodeEvent):
                node = self._node(event, events, 1)
                if node.text != "":
                    found.append((node, None))

    def _events(self, text: str) -> Iterator[yaml.Event]:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            self.count += 1
            if self.count > MAX_EVENTS:
                raise TooLarge(f"the file has more than {MAX_EVENTS:,} texts and lists; the rest was not read")
            yield event

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> _Node:
        """What begins with this event. Raises TooLarge where it is nested too deeply."""
        if depth > MAX_DEPTH:
            raise TooLarge(f"the file is nested more than {MAX_DEPTH} levels deep; the rest was not read")
        mark = event.start_mark
        node = _Node(self.first + (mark.line if mark is not None else 0) + 1, odd=_odd(event))
        if isinstance(event, yaml.ScalarEvent):
            node.text = event.value
        elif isinstance(event, yaml.CollectionStartEvent):
            items: list[_Node] = []
            for inner in events:
                if isinstance(inner, yaml.CollectionEndEvent):
                    break
                items.append(self._node(inner, events, depth + 1))
            if isinstance(event, yaml.SequenceStartEvent):
                node.items = items
            node.odd = node.odd or next((one.odd for one in items if one.odd), "")
        return node

    def _entry(self, key: _Node, value: _Node) -> None:
        odd = key.odd or value.odd
        if odd:
            self.into.error(key.line, f"{odd} is not followed in a file from outside; write the text itself")
        elif key.text is None:
            self.into.error(key.line, "a question is a text with a colon behind it, not a list")
        elif key.text in _OURS:
            return
        elif value.items is None and value.text is None:
            self.into.error(key.line, "the answers of this question are a list, with a hyphen before each")
        elif value.items is not None and any(item.text is None for item in value.items):
            line = next(item.line for item in value.items if item.text is None)
            self.into.error(line, "an answer is a text; one with “: ” in it needs quotes around it")
        else:
            if value.text:
                self.into.warning(value.line, "this question has one answer without a hyphen before it")
            found = [item.text or "" for item in value.items] if value.items is not None else [value.text or ""]
            self._question(key, [text for text in found if text or len(found) > 1])

    def _question(self, key: _Node, answers: list[str]) -> None:
        same = frozenset(map(folded, answers))
        first = self.seen.setdefault(folded(key.text or ""), (key.line, same))
        if first[0] != key.line:
            how = "the same" if first[1] == same else "other"
            self.into.error(key.line, f"this question stands in line {first[0]} already, with {how} answers; "
                            "that one was taken, where YAML would drop it without a word")  # fmt: skip
            return
        # Only case or spaces differ: the answer is judged without regard to either.
        unique = {folded(answer): answer for answer in reversed(answers)}
        self.into.keep(
            bare_question(key.text or "", line=key.line, kind=Kind.SHORT, answers=tuple(reversed(unique.values())))
        )


def _odd(event: yaml.Event) -> str:
    anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
    if isinstance(event, yaml.AliasEvent):
        return f"an alias (“*{str(anchor)[:40]}”)"
    if anchor:
        return f"an anchor (“&{str(anchor)[:40]}”)"
    return f"a tag (“{str(tag)[:60]}”)" if tag else ""
