"""The marks of the canonical question format, and how a text that looks like one stays text."""

from __future__ import annotations

import re

FIELDS = ("type", "difficulty", "source", "tags", "code_year", "image", "alt", "scoring", "shuffle")
CASE = "case"
"""The `@type` of a heading whose text the questions below it (`### …`) share."""

OPTION = re.compile(r"- \[([ xX]|-?[0-9]+(?:\.[0-9]+)? ?%)\](?: (.*)|$)")
PICTURE = re.compile(r"!\[([^\[\]]*)\]\(([^()]*(?:\([^()]*\)[^()]*)*)\)$")
"""A picture as Markdown has it elsewhere, alone in its line: its alt text and its file."""
_MARKER = re.compile(rf"#|>|@|=(?!=)|- \[|---$|{PICTURE.pattern}")
_LIKE_OPTION = re.compile(r"[-*+•]?[ \t]{0,3}\[[ \t]{0,3}(?:[xX✓]?|-?[\d.,]+[ \t]?%)[ \t]{0,3}\](?!\()")


def like_option(line: str) -> bool:
    """Whether a line without its indentation looks like an option, well written or not."""
    return bool(_LIKE_OPTION.match(line))


def _like_marker(line: str) -> bool:
    # Backslashes before a marker count as part of it, so that each of them can be written too; any other backslash
    # (a formula's, say) is just text.
    bare = line.lstrip("\\")
    return not bare or bare[0].isspace() or bool(_MARKER.match(bare)) or like_option(bare)


def escape(line: str) -> str:
    """A line of a stem, option or answer after its first: a backslash goes before what would be read as a mark."""
    return f"\\{line}" if _like_marker(line) else line


def unescape(line: str) -> str:
    return line[1:] if line.startswith("\\") and _like_marker(line[1:]) else line


def quoted(mark: str, text: str) -> list[str]:
    """The lines of feedback or an explanation behind their mark; only spaces that indent a line need a backslash."""
    return [f"{mark} {_indented(line)}".rstrip() for line in text.split("\n")] if text else []


def _indented(line: str) -> str:
    return f"\\{line}" if line.lstrip("\\")[:1].isspace() else line


def unquote(line: str) -> str:
    """What stands behind the mark of a quoted line."""
    words = line.strip()
    return words[1:] if words.startswith("\\") and words.lstrip("\\")[:1].isspace() else words


def write_tags(tags: tuple[str, ...]) -> str:
    return ", ".join(tag.replace("\\", "\\\\").replace(",", "\\,") for tag in tags)


def read_tags(value: str) -> tuple[str, ...]:
    """Tags between commas; “\\,” is a comma in one, and “\\\\” a backslash."""
    parts, part, escaped = [], "", False
    for sign in value:
        if escaped:
            part += sign if sign in "\\," else f"\\{sign}"
            escaped = False
        elif sign == "\\":
            escaped = True
        elif sign == ",":
            parts.append(part)
            part = ""
        else:
            part += sign
    parts.append(part + "\\" * escaped)
    return tuple(dict.fromkeys(tag for tag in (" ".join(part.split()) for part in parts) if tag))


def write_weight(weight: float) -> str:
    """A weight in percent without exponent and needless zeros: 50, -33.33333."""
    return f"{weight + 0.0:.5f}".rstrip("0").rstrip(".")
