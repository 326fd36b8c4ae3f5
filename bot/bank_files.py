"""Question files on the command line that need no database: bringing them into their canonical form."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from bot.formats import markdown


def fmt(files: Sequence[Path], *, check: bool) -> tuple[str, bool]:
    """Write Markdown banks in their canonical form, or only say which are not; the report, and whether all is well.

    A file with an error stays as it is: what cannot be read would be lost. All is well where every file could be
    read and, with *check*, none would change.
    """
    sentences: list[str] = []
    well = True
    for path in files:
        try:
            old = path.read_bytes()
            bank, problems = markdown.read(old.decode("utf-8-sig"), str(path))
        except OSError as error:
            sentences.append(f"error: {path}: cannot be read ({error.strerror})")
            well = False
            continue
        except UnicodeDecodeError:
            sentences.append(f"error: {path}: this is not UTF-8 text; save it as UTF-8. The file was left as it is")
            well = False
            continue
        if bank is None or any(problem.level == "error" for problem in problems):
            sentences += [f"error: {problem}" for problem in problems]
            sentences.append(f"{path}: left as it is; correct the errors first")
            well = False
            continue
        new = markdown.write(bank).encode()
        if new == old:
            sentences.append(f"{path}: in canonical form already")
        elif check:
            sentences.append(f"{path}: would be written anew")
            well = False
        else:
            _replace(path, new)
            sentences.append(f"{path}: written anew")
    return "\n".join(sentences), well


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that a crash leaves either the old or the new one."""
    path = path.resolve()
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    beside.chmod(path.stat().st_mode)
    os.replace(beside, path)
