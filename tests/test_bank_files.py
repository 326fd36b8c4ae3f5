"""`studyhall bank fmt`: canonical form, and no file loses anything."""

from __future__ import annotations

from pathlib import Path

from bot.bank_files import fmt

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
