"""The canonical question format: line-marked Markdown.

    ---
    bank: cpc-rules            (header: bank, title, licence, rights, exam)
    ---
    # Topic
    ## Stem {#key}             (more lines of the stem may follow)
    - [ ] A wrong option       (further lines of it are indented by two spaces)
      > Its feedback.
    - [x] The right option
    > General explanation.
    @difficulty: 2             (also: source, tags, code_year, shuffle, type)

A marker counts only at its place at the start of a line, so text needs no escaping; where a further line of a
text would itself look like a marker, a backslash before it keeps it text. Sound questions are kept, the rest is
reported by line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.domain import questions as q
from bot.domain.questions import Bank, Option, Problem, Question
from bot.formats.header import read_header, write_header
from bot.formats.wording import hidden_character, nearest

FIELDS = ("difficulty", "source", "tags", "code_year", "shuffle", "type")
TYPES = ("single", "multi", "truefalse", "short", "flashcard", "case")
_LATER = ("image", "alt", "scoring", "answers", "weight")
"""Fields of the format that only other types, or questions with a picture, use."""

_KEY = re.compile(r"\s*\{#([^{}]*)\}$")
_KEY_FORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_OPTION = re.compile(r"- \[([ xX])\](?: (.*)|$)")
_LIKE_OPTION = re.compile(r"\s*[-*+•]?\s*\[\s*[xX✓]?\s*\](?!\()")
_WEIGHTED = re.compile(r"- \[-?\d+(?:\.\d+)?\s*%\]")
_FIELD = re.compile(r"@([A-Za-z][A-Za-z_ -]*?)\s*:(.*)")
_MARKER = re.compile(r"#|>|@|- \[|---$")

Place = Literal["stem", "option", "feedback", "after"]


@dataclass(slots=True)
class _OptionDraft:
    line: int
    correct: bool
    text: list[str]
    feedback: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Draft:
    """A question while its lines come in; *sound* falls with its first error."""

    line: int
    topic: str
    stem: list[str]
    key: str = ""
    options: list[_OptionDraft] = field(default_factory=list)
    explanation: list[str] = field(default_factory=list)
    fields: dict[str, tuple[str, int]] = field(default_factory=dict)
    place: Place = "stem"
    sound: bool = True


def read(text: str, file: str) -> tuple[Bank | None, list[Problem]]:
    """A bank from its text, with every problem found; None where the header is not sound. Never raises.

    *file* is only named in the problems.
    """
    reader = _Reader(file)
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    header, start = read_header(lines, reader.error)
    for number in range(start, len(lines)):
        reader.take(number + 1, lines[number])
    reader.finish()
    if header is None:
        return None, sorted(reader.problems, key=lambda p: p.line)
    if not reader.questions and not reader.problems:
        reader.error(len(lines), "there is no question in this file: a question starts with “## ”")
    return replace(header, questions=tuple(reader.questions)), sorted(reader.problems, key=lambda p: p.line)


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.questions: list[Question] = []
        self.keys: dict[str, int] = {}
        self.topic: str | None = None
        self.draft: _Draft | None = None

    def error(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.file, line, "error", message))
        if self.draft is not None:
            self.draft.sound = False

    # Lines

    def take(self, number: int, line: str) -> None:
        line = line.rstrip()
        hidden = hidden_character(line)
        if line.startswith("#"):
            self._heading(number, line)
        elif self.draft is None:
            if line:
                self._stray(number, line)
        elif not line:
            self._blank(self.draft)
        elif line[0] in " \t":
            self._indented(number, line, self.draft)
        else:
            self._flush_left(number, line, self.draft)
        if hidden:
            self.error(number, f"there is an invisible control character ({hidden}) here; delete it")

    def _stray(self, number: int, line: str) -> None:
        if self.topic is None:
            self.error(number, f"“{line.strip()[:40]}” stands before the first “# Topic”")
        else:
            self.error(number, f"“{line.strip()[:40]}” stands before the topic's first question (“## …”)")

    def _heading(self, number: int, line: str) -> None:
        marks = len(line) - len(line.lstrip("#"))
        words = line[marks:].strip()
        if marks > 2:
            self.error(
                number, "only # (a topic) and ## (a question) are headings; put \\ before a line of text with ###"
            )
            return
        if words and line[marks] != " ":
            self.error(number, f"write a space after {line[:marks]}, or a \\ before it where it is text")
            return
        self._close()
        if marks == 1:
            self._open_topic(number, words)
        else:
            self._open_question(number, words)

    def _open_topic(self, number: int, words: str) -> None:
        if not q.slug(words) or q.units(words) > q.TOPIC_LIMIT:
            self.error(number, f"a topic's name needs a letter or digit, and at most {q.TOPIC_LIMIT} characters")
            self.topic = ""
        else:
            self.topic = words

    def _open_question(self, number: int, words: str) -> None:
        draft = self.draft = _Draft(number, self.topic or "", [])
        if self.topic is None:
            self.error(number, "this question has no topic: write “# Topic” above it")
        elif not self.topic:
            draft.sound = False  # its topic was reported already
        if found := _KEY.search(words):
            words = words[: found.start()]
            draft.key = found[1]
            if not _KEY_FORM.fullmatch(found[1]):
                self.error(
                    number, f"the id “{found[1][:40]}” may hold 64 letters, digits, dots, hyphens and underscores"
                )
        draft.stem.append(words.strip())

    def _blank(self, draft: _Draft) -> None:
        # A blank line inside a stem parts paragraphs; elsewhere it is only air.
        if draft.place == "stem":
            draft.stem.append("")

    def _indented(self, number: int, line: str, draft: _Draft) -> None:
        words = line.strip()
        if "\t" in line[: len(line) - len(line.lstrip())]:
            self.error(number, "this line is indented with a tab; use two spaces")
        elif draft.place == "stem":
            if _LIKE_OPTION.match(line):
                self.error(number, "an option starts at the very left: “- [ ] text”, without spaces before it")
            else:
                draft.stem.append(_unescape(words))
        elif draft.place == "after":
            self.error(number, f"“{words[:40]}” is indented, but there is no option above it that it could belong to")
        elif words.startswith(">"):
            draft.place = "feedback"
            draft.options[-1].feedback.append(words[1:].strip())
        elif _LIKE_OPTION.match(line):
            self.error(number, "an option starts at the very left: “- [ ] text”, without spaces before it")
        elif draft.place == "feedback":
            self.error(number, "a further line of feedback starts with “  > ” too")
        else:
            draft.options[-1].text.append(_unescape(words))

    def _flush_left(self, number: int, line: str, draft: _Draft) -> None:
        if found := _OPTION.match(line):
            draft.options.append(_OptionDraft(number, found[1] in "xX", [(found[2] or "").strip()]))
            draft.place = "option"
        elif line.startswith(">"):
            draft.explanation.append(line[1:].strip())
            draft.place = "after"
        elif line.startswith("@"):
            self._field(number, line, draft)
            draft.place = "after"
        elif _WEIGHTED.match(line):
            self.error(number, "options with weights belong to questions with several right answers; not supported yet")
        elif _LIKE_OPTION.match(line):
            self.error(number, "an option is written “- [ ] text”, the right one “- [x] text”")
        elif draft.place == "stem":
            draft.stem.append(_unescape(line.strip()))
        else:
            self.error(
                number,
                f"“{line[:40]}” belongs to nothing: write options “- [ ] …”, feedback “  > …”, explanation “> …”",
            )

    def _field(self, number: int, line: str, draft: _Draft) -> None:
        found = _FIELD.fullmatch(line)
        if found is None:
            self.error(number, f"a field is written “@name: value”, not “{line[:40]}”")
            return
        name = re.sub(r"[ -]+", "_", found[1].strip().lower())
        value = found[2].strip()
        if name in _LATER:
            self.error(number, f"“@{name}” is part of the format, but not supported yet")
        elif name not in FIELDS:
            self.error(number, f"unknown field “@{found[1][:40]}”; {nearest(name, FIELDS + _LATER, '@')}")
        elif name in draft.fields:
            self.error(number, f"“@{name}” stands twice in this question")
        elif not value:
            self.error(number, f"“@{name}:” has no value")
        else:
            draft.fields[name] = (value, number)

    # A whole question

    def finish(self) -> None:
        self._close()

    def _close(self) -> None:
        draft = self.draft
        if draft is None:
            return
        question = self._question(draft)
        if draft.sound:
            self._keep(question)
        self.draft = None

    def _keep(self, question: Question) -> None:
        derived = not question.key
        if derived:
            question = replace(question, key=f"q-{q.fingerprint(question)[:12]}")
        earlier = self.keys.get(question.key)
        if earlier is None:
            self.keys[question.key] = question.line
            self.questions.append(question)
        elif derived:
            self.error(question.line, f"stem and options are the same as in line {earlier}")
        else:
            self.error(question.line, f"the id “{question.key}” stands in line {earlier} already")

    def _question(self, draft: _Draft) -> Question:
        self._type(draft)
        options = tuple(Option(_join(option.text), option.correct, _join(option.feedback)) for option in draft.options)
        question = Question(
            key=draft.key,
            topic=draft.topic,
            stem=_join(draft.stem),
            options=options,
            explanation=_join(draft.explanation),
            source=draft.fields.get("source", ("", 0))[0],
            difficulty=self._number(draft, "difficulty", 1, 5),
            tags=_tags(draft.fields.get("tags", ("", 0))[0]),
            code_year=self._number(draft, "code_year", 1990, 2100),
            shuffle=self._shuffle(draft),
            line=draft.line,
        )
        for fault in q.faults(question):
            self.error(draft.line if fault.option is None else draft.options[fault.option].line, fault.message)
        return question

    def _type(self, draft: _Draft) -> None:
        value, line = draft.fields.get("type", ("single", 0))
        kind = value.lower()
        if kind == "single":
            return
        if kind in TYPES:
            self.error(
                line, f"questions of the type “{kind}” are not supported yet; only “single” (one right option) is"
            )
        else:
            self.error(line, f"unknown type “{value[:40]}”; {nearest(kind, TYPES)}")

    def _number(self, draft: _Draft, name: str, least: int, most: int) -> int | None:
        if name not in draft.fields:
            return None
        value, line = draft.fields[name]
        if re.fullmatch(r"[0-9]{1,4}", value) and least <= int(value) <= most:
            return int(value)
        self.error(line, f"“@{name}” is a whole number from {least} to {most}, not “{value[:40]}”")
        return None

    def _shuffle(self, draft: _Draft) -> bool:
        value, line = draft.fields.get("shuffle", ("on", 0))
        if value.lower() not in {"on", "off", "yes", "no", "true", "false"}:
            self.error(line, f"“@shuffle” is “on” or “off”, not “{value[:40]}”")
        return value.lower() in {"on", "yes", "true"}


def _tags(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for tag in (part.strip() for part in value.split(",")) if tag))


def _like_marker(line: str) -> bool:
    # Backslashes before a marker count as part of it, so that each of them can be written too; any other backslash
    # (a formula's, say) is just text.
    bare = line.lstrip("\\")
    return not bare or bool(_MARKER.match(bare) or _LIKE_OPTION.match(bare))


def _unescape(line: str) -> str:
    return line[1:].strip() if line.startswith("\\") and _like_marker(line[1:]) else line


def _escape(line: str) -> str:
    return f"\\{line}" if _like_marker(line) else line


def _join(lines: list[str]) -> str:
    return "\n".join(lines).strip()


def write(bank: Bank) -> str:
    """The bank in its one canonical form: `read` gives back an equal bank, and writing that the same text.

    Texts are trimmed line by line, as `read` does.
    """
    out = write_header(bank)
    topic = None
    for question in bank.questions:
        if question.topic != topic:
            out += ["", f"# {question.topic}"]
            topic = question.topic
        out.append("")
        out += _question_lines(question)
    return "\n".join(out) + "\n"


def _question_lines(question: Question) -> list[str]:
    first, *more = _lines(question.stem)
    out = [f"## {first} {{#{question.key}}}"]
    # Between paragraphs a stem may hold a bare blank line; everything else is marked.
    out += [_escape(line) if line else "" for line in more]
    for option in question.options:
        head, *rest = _lines(option.text)
        out.append(f"- [{'x' if option.correct else ' '}] {head}")
        out += [f"  {_escape(line)}" for line in rest]
        out += [f"  > {line}".rstrip() for line in _lines(option.feedback) if option.feedback]
    out += [f"> {line}".rstrip() for line in _lines(question.explanation) if question.explanation]
    if question.difficulty is not None:
        out.append(f"@difficulty: {question.difficulty}")
    if question.source:
        out.append(f"@source: {' '.join(question.source.split())}")
    if question.tags:
        out.append(f"@tags: {', '.join(question.tags)}")
    if question.code_year is not None:
        out.append(f"@code_year: {question.code_year}")
    if not question.shuffle:
        out.append("@shuffle: off")
    return out


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().split("\n")]
