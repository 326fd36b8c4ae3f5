"""The canonical question format: line-marked Markdown.

    ---
    bank: cpc-rules            (header: bank, title, licence, rights, exam)
    ---
    # Topic
    ## Stem {#key}             (more lines of the stem may follow)
    - [ ] A wrong option       (further lines of it are indented by two spaces)
      > Its feedback.
    - [x] The right option     (or with a weight: [50%])
    > General explanation.
    @difficulty: 2             (the fields are those of FIELDS)

    ## What several questions share {#case-1}
    @type: case
    ### The first of them {#case-1-a}
    = An accepted answer       (of a short answer or a flashcard; a line for each)
    @type: short

A marker counts only at its place at the start of a line, so text needs no escaping; where a further line of a
text would itself look like a marker, a backslash before it keeps it text. Sound questions are kept, the rest is
reported by line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.domain import questions as q
from bot.domain.questions import Bank, Case, Problem, Question
from bot.formats.header import FENCE, read_header
from bot.formats.markdown_draft import Draft, OptionDraft, image_of, question_of
from bot.formats.markdown_text import FIELDS, OPTION, PICTURE, like_option, unescape, unquote
from bot.formats.markdown_write import write, write_questions
from bot.formats.tidy import one_line, tidy
from bot.formats.wording import hidden_character, nearest

__all__ = ["read", "read_questions", "write", "write_questions"]

_OTHER_NAMES = {"id": "write the id behind the stem: {#id}"} | dict.fromkeys(
    ("answer", "answers"), "write each accepted answer on a line of its own: “= text”"
) | {"weight": "write an option's weight into its box: “- [50%] text”"}  # fmt: skip


@dataclass(slots=True)
class _OpenCase:
    """The case whose questions come in; *case* is None where it is not sound."""

    line: int
    case: Case | None
    questions: int = 0


def read(text: str, file: str) -> tuple[Bank | None, list[Problem]]:
    """A bank from its text, with every problem found; None where the header is not sound. Never raises.

    *file* is only named in the problems.
    """
    reader = _Reader(file)
    lines = _lines(text)
    header, start = read_header(lines, reader.error)
    return reader.read(lines, start, header), reader.sorted()


def read_questions(text: str, file: str) -> tuple[Bank | None, tuple[Question, ...], list[Problem]]:
    """The same for a file that may do without a header and without topics: its header, if any, and its questions."""
    reader = _Reader(file, needs_topic=False)
    lines = _lines(text)
    header, start = None, 0
    if next((line for line in lines if line.strip()), "").rstrip() == FENCE:
        header, start = read_header(lines, reader.error)
    reader.read(lines, start, header)
    return header, tuple(reader.questions), reader.sorted()


def _lines(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


class _Reader:
    def __init__(self, file: str, *, needs_topic: bool = True) -> None:
        self.file = file
        self.needs_topic = needs_topic
        self.problems: list[Problem] = []
        self.questions: list[Question] = []
        self.keys: dict[str, int] = {}
        self.cases: dict[str, tuple[int, Case]] = {}
        self.topic: str | None = None if needs_topic else ""
        self.draft: Draft | None = None
        self.case: _OpenCase | None = None

    def read(self, lines: list[str], start: int, header: Bank | None) -> Bank | None:
        for number in range(start, len(lines)):
            self.take(number + 1, lines[number])
        self._close()
        self._close_case()
        if header is None and self.needs_topic:
            return None
        if not self.questions and not self.problems:
            self.error(len(lines), "there is no question in this file: a question starts with “## ”")
        return None if header is None else replace(header, questions=tuple(self.questions))

    def sorted(self) -> list[Problem]:
        return sorted(self.problems, key=lambda problem: problem.line)

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
        if marks > 3:
            self.error(number, "#, ## and ### are headings, and there are no others; put \\ before a line of text")
            return
        if words and line[marks] != " ":
            self.error(number, f"write a space after {line[:marks]}, or a \\ before it where it is text")
            return
        misplaced = marks == 3 and self.case is None and not (self.draft is not None and self.draft.is_case)
        if misplaced:
            self.error(
                number,
                "only # (a topic) and ## (a question) are headings here; ### is a question of a case, whose ## has "
                "“@type: case”. Put \\ before a line of text with ###",
            )
        self._close()
        if marks < 3:
            self._close_case()
        if marks == 1:
            self._open_topic(number, words)
        else:
            self._open_question(number, words, marks)
            if misplaced and self.draft is not None:
                self.draft.sound = False

    def _open_topic(self, number: int, words: str) -> None:
        if not q.slug(words) or q.units(words) > q.TOPIC_LIMIT:
            self.error(number, f"a topic's name needs a letter or digit, and at most {q.TOPIC_LIMIT} characters")
            self.topic = "?"
        else:
            self.topic = one_line(words)

    def _open_question(self, number: int, words: str, level: int) -> None:
        draft = self.draft = Draft(number, self.topic or "", level, [])
        if self.topic is None:
            self.error(number, "this question has no topic: write “# Topic” above it")
        elif self.topic == "?" or (level == 3 and (self.case is None or self.case.case is None)):
            draft.sound = False  # its topic, or its case, was reported already
        if self.case is not None:
            self.case.questions += 1
        begin = words.rfind("{#")
        if begin >= 0 and words.endswith("}") and not set(words[begin + 2 : -1]) & {"{", "}"}:
            draft.key = words[begin + 2 : -1]
            words = words[:begin]
            if not q.KEY_FORM.fullmatch(draft.key):
                self.error(
                    number, f"the id “{draft.key[:40]}” may hold 64 letters, digits, dots, hyphens and underscores"
                )
        draft.stem.append(words.strip())

    def _blank(self, draft: Draft) -> None:
        # A blank line inside a stem parts paragraphs; elsewhere it is only air.
        if draft.place == "stem":
            draft.stem.append("")

    def _indented(self, number: int, line: str, draft: Draft) -> None:
        words = line.strip()
        if "\t" in line[: len(line) - len(line.lstrip())]:
            self.error(number, "this line is indented with a tab; use two spaces")
        elif draft.place == "after":
            self.error(number, f"“{words[:40]}” is indented, but there is no option above it that it could belong to")
        elif like_option(words):
            self.error(number, "an option starts at the very left: “- [ ] text”, without spaces before it")
        elif draft.place == "stem":
            draft.stem.append(unescape(words))
        elif draft.place == "answer" and words.startswith(">"):
            self.error(number, "an answer has no feedback of its own; write it into the explanation: “> …”")
        elif draft.place == "answer":
            draft.answers[-1].append(unescape(words))
        elif words.startswith(">"):
            draft.place = "feedback"
            draft.options[-1].feedback.append(unquote(words[1:]))
        elif draft.place == "feedback":
            self.error(number, "a further line of feedback starts with “  > ” too")
        else:
            draft.options[-1].text.append(unescape(words))

    def _flush_left(self, number: int, line: str, draft: Draft) -> None:
        if found := OPTION.match(line):
            draft.options.append(OptionDraft(number, found[1], [(found[2] or "").strip()]))
            draft.place = "option"
        elif line.startswith(">"):
            draft.explanation.append(unquote(line[1:]))
            draft.place = "after"
        elif line.startswith("@"):
            self._field(number, line, draft)
            draft.place = "after"
        elif line.startswith("=") and not line.startswith("=="):
            draft.answers.append([line[1:].strip()])
            draft.place = "answer"
        elif like_option(line):
            self.error(
                number, "an option is written “- [ ] text”, the right one “- [x] text”, a weighted “- [50%] text”"
            )
        elif found := PICTURE.match(line.rstrip()):
            self._picture(number, found[2].strip(), found[1].strip(), draft)
        elif draft.place == "stem":
            draft.stem.append(unescape(line))
        else:
            self.error(
                number,
                f"“{line[:40]}” belongs to nothing: write options “- [ ] …”, feedback “  > …”, explanation “> …”",
            )

    def _field(self, number: int, line: str, draft: Draft) -> None:
        name, colon, value = line[1:].partition(":")
        words, value = name.strip(), value.strip()
        if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z_ -]*", words):
            self.error(number, f"a field is written “@name: value”, not “{line[:40]}”")
            return
        name = re.sub(r"[ -]+", "_", words.lower())
        if name in _OTHER_NAMES:
            self.error(number, f"there is no field “@{name}”: {_OTHER_NAMES[name]}")
        elif name not in FIELDS:
            self.error(number, f"unknown field “@{words[:40]}”; {nearest(name[:40], FIELDS, '@')}")
        elif name in draft.fields:
            self.error(number, f"“@{name}” stands twice in this question")
        elif not value:
            self.error(number, f"“@{name}:” has no value")
        else:
            draft.fields[name] = (value, number)

    def _picture(self, number: int, name: str, alt: str, draft: Draft) -> None:
        """A picture as other Markdown has it is taken for the two fields that it has here."""
        if draft.fields.keys() & {"image", "alt"}:
            self.error(number, "a question has one picture, and this is a second one")
            return
        draft.fields |= {"image": (name, number)} | ({"alt": (alt, number)} if alt else {})

    # A whole question

    def _close(self) -> None:
        draft = self.draft
        if draft is None:
            return
        if draft.is_case:
            self.case = _OpenCase(draft.line, self._case(draft))
        else:
            question = question_of(draft, None if self.case is None else self.case.case, self.error)
            if draft.sound:
                self._keep(question)
        self.draft = None

    def _close_case(self) -> None:
        if self.case is not None and not self.case.questions:
            self.error(self.case.line, "this case has no question: write “### …” below it")
        self.case = None

    def _case(self, draft: Draft) -> Case | None:
        if draft.asks:
            self.error(
                draft.line, "a case has a text and perhaps a picture; the rest belongs to its questions (“### …”)"
            )
        stem = tidy("\n".join(draft.stem))
        case = Case(draft.key or q.derived_case_key(stem), stem, image_of(draft, self.error))
        for fault in q.case_faults(case):
            self.error(draft.line, fault.message)
        line, known = self.cases.setdefault(case.key, (draft.line, case))
        if known != case:
            self.error(draft.line, f"the case “{case.key}” stands in line {line} already, with another text")
        return case if draft.sound else None

    def _keep(self, question: Question) -> None:
        derived = not question.key
        if derived:
            question = replace(question, key=q.derived_key(question))
        earlier = self.keys.get(question.key)
        if earlier is None:
            self.keys[question.key] = question.line
            self.questions.append(question)
        elif derived:
            self.error(question.line, f"stem and options are the same as in line {earlier}")
        else:
            self.error(question.line, f"the id “{question.key}” stands in line {earlier} already")
