"""`studyhall bank fmt` and `bank check --public` on files: nothing is lost, nothing licensed is shipped."""

from __future__ import annotations

import json
from pathlib import Path

from bot.bank_check import report, told
from bot.bank_files import fmt
from bot.intake.reading import Order, work

BANKS = Path(__file__).parents[1] / "config" / "banks"
CANONICAL = """\
---
bank: b
title: T
licence: CC0
rights: own work
exam: cpc
---

# Anatomy

## Which? {#which}
- [x] This
- [ ] That
@difficulty: 2
@tags: a, b
"""
LOOSE = CANONICAL.replace("\n\n", "\n").replace("@difficulty: 2\n@tags: a, b", "@Tags:a ,b\n\n@difficulty:  2")


def check(files: list[Path], *, public: bool, as_json: bool) -> tuple[str, bool]:
    """What `bank check` says, without a process for each file."""
    read = [(path, path.read_bytes()) for path in files]
    found = [(path, data, work(Order(data, str(path)), lambda *_: None)[0]) for path, data in read]
    return told([report(str(path), data, one, public=public) for path, data, one in found], as_json=as_json)


def test_a_loose_file_is_written_anew_and_a_canonical_one_is_left(tmp_path: Path) -> None:
    """--check only says so; without it the file changes, once."""
    loose, sound = tmp_path / "loose.md", tmp_path / "sound.md"
    loose.write_bytes(b"\xef\xbb\xbf" + LOOSE.replace("\n", "\r\n").encode())
    sound.write_text(CANONICAL, "utf-8")
    assert fmt([loose, sound], check=True) == (
        f"{loose}: would be written anew\n{sound}: in canonical form already",
        False,
    )
    assert loose.read_bytes().startswith(b"\xef\xbb\xbf")
    assert fmt([loose], check=False) == (f"{loose}: written anew", True)
    assert loose.read_bytes() == CANONICAL.encode()
    assert fmt([loose, sound], check=True)[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["loose.md", "sound.md"]


def test_a_file_with_errors_stays_as_it_is(tmp_path: Path) -> None:
    """What cannot be read would be lost; the report names the line."""
    path = tmp_path / "b.md"
    text = CANONICAL.replace("[x]", "[ ]")
    path.write_text(text, "utf-8")
    report, well = fmt([path, tmp_path / "none.md"], check=False)
    assert not well
    assert f"{path}:11: no option is marked right" in report
    assert "left as it is" in report
    assert "none.md: cannot be read" in report
    assert path.read_text("utf-8") == text
    path.write_bytes(text.replace("This", "Thís").encode("cp1252"))
    assert "not UTF-8" in fmt([path], check=False)[0]


def test_everything_shipped_may_be_published() -> None:
    """No bank of ours has an error, or anything that looks like a licensed code, in any of its lines."""
    shipped = [path for path in sorted(BANKS.glob("*.md")) if path.name != "README.md"]
    report, sound = check(shipped, public=True, as_json=False)
    assert shipped
    assert sound, report


def test_a_licensed_code_is_refused_with_its_file_and_line(tmp_path: Path) -> None:
    """Also in a question that has another fault; the types are counted."""
    path = tmp_path / "b.md"
    code = "1" * 5
    path.write_text(CANONICAL + f"\n## What is it? {{#what}}\n= a\n  {code}\n@type: short\n", "utf-8")
    report, sound = check([path], public=True, as_json=False)
    assert not sound
    assert f"error: {path}:19: “{code}” looks like a licensed code" in report
    path.write_text(CANONICAL + "\n## What is it? {#what}\n= a\n@type: short\n", "utf-8")
    report, sound = check([path], public=True, as_json=True)
    assert sound
    assert json.loads(report)["files"][0]["types"] == {"single": 1, "short": 1}
