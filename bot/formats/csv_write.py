"""Writing questions as a table, and the table that a tutor starts from."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence

from bot.domain.questions import Kind, Option, Question
from bot.formats.csv_columns import OURS, PLAIN
from bot.formats.keys import LETTERS, write_key
from bot.formats.markdown_text import write_tags, write_weight
from bot.formats.tidy import tidied

_FORMULA = re.compile(r"\'*\s*[=+\-@]")

_EXAMPLES: tuple[dict[str, str], ...] = (
    {
        "type": "single", "topic": "Anatomy", "question": "Which bone is the longest in the body?",
        "option_a": "Fibula", "option_b": "Femur", "option_c": "Humerus", "option_d": "Tibia", "correct": "B",
        "feedback_a": "It lies beside the tibia and is thinner.", "feedback_b": "About a quarter of the height.",
        "feedback_c": "It is the longest of the arm.", "feedback_d": "It is the second longest.",
        "explanation": "The femur reaches from the hip to the knee.", "difficulty": "1",
        "tags": "bones, leg", "source": "Anatomy text: the lower limb",
    },
    {
        "type": "multi", "topic": "Anatomy", "question": "Which of these are bones of the wrist?",
        "option_a": "Lunate", "option_b": "Talus", "option_c": "Scaphoid", "option_d": "Cuboid", "correct": "A; C",
        "explanation": "There are eight carpal bones.", "scoring": "partial",
    },
    {"type": "truefalse", "topic": "Anatomy", "question": "The ulna is on the side of the thumb.", "correct": "false"},
    {"type": "short", "topic": "Anatomy", "question": "Name the collar bone.", "correct": "clavicle | clavicula"},
    {"type": "flashcard", "topic": "Anatomy", "question": "Lateral", "correct": "Away from the midline"},
)  # fmt: skip


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before what could begin one."""
    return f"'{text}" if _FORMULA.match(unicodedata.normalize("NFKC", text)) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _FORMULA.match(unicodedata.normalize("NFKC", text)) else text


def template() -> str:
    """A table with a question of each kind, to be filled in."""
    names = _names(4, 4, 0)
    rows = [[row.get(name, "") for name in ("id", *names[1:])] for row in _EXAMPLES]
    return _text([["id", *names[1:]], *rows])


def write(questions: Sequence[Question]) -> bytes:
    """Questions as a table: UTF-8 with its mark, for spreadsheets that would take it for something else."""
    questions = [tidied(question) for question in questions]
    options = max((len(question.options) for question in questions), default=0)
    feedback = max((_last(question.options, "feedback") for question in questions), default=0)
    weight = max((_last(question.options, "weight") for question in questions), default=0)
    names = _names(max(2, options), feedback, weight)
    rows = []
    for question in questions:
        cells = _cells(question)
        rows.append([guarded(cells.get(name, "")) for name in names])
    return _text([names, *rows]).encode("utf-8-sig")


def _last(options: Sequence[Option], name: str) -> int:
    return max((n for n, option in enumerate(options, 1) if getattr(option, name) not in {"", None}), default=0)


def _names(options: int, feedback: int, weight: int) -> list[str]:
    before, after = PLAIN[1:4], PLAIN[4:]
    letters = LETTERS.lower()
    return [
        OURS,
        *before,
        *(f"option_{letter}" for letter in letters[:options]),
        *after[:1],
        *(f"feedback_{letter}" for letter in letters[:feedback]),
        *(f"weight_{letter}" for letter in letters[:weight]),
        *after[1:],
    ]


def _cells(question: Question) -> dict[str, str]:
    found = {
        OURS: question.key,
        "type": question.kind.value,
        "topic": question.topic,
        "question": question.stem,
        "correct": _key(question),
        "explanation": question.explanation,
        "difficulty": "" if question.difficulty is None else str(question.difficulty),
        "tags": write_tags(question.tags),
        "source": question.source,
        "code_year": "" if question.code_year is None else str(question.code_year),
        "scoring": question.scoring if question.scoring != "all" else "",
        "shuffle": "on" if question.shuffle else "off",
    }
    for letter, option in zip(LETTERS.lower(), question.options, strict=False):
        found[f"option_{letter}"] = option.text
        found[f"feedback_{letter}"] = option.feedback
        found[f"weight_{letter}"] = "" if option.weight is None else write_weight(option.weight)
    if question.image is not None:
        found |= {"image": question.image.name, "alt": question.image.alt}
    if question.case is not None:
        found |= {"case_id": question.case.key, "case": question.case.stem}
        if question.case.image is not None:
            found |= {"case_image": question.case.image.name, "case_alt": question.case.image.alt}
    return found


def _key(question: Question) -> str:
    if question.kind is Kind.FLASHCARD:
        return "".join(question.answers)
    if question.kind is Kind.SHORT:
        return " | ".join(answer.replace("|", "||") for answer in question.answers)
    right = [index for index, option in enumerate(question.options) if option.correct]
    return write_key(right, [option.text for option in question.options])


def _text(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()
