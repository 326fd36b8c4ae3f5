"""A zip archive of one question file, ours for the most part, with its pictures beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.formats import sniff as formats
from bot.formats.archive import Archive, is_zip, opened
from bot.formats.imported import Gathering, Imported, Told, images
from bot.formats.shelf import PICTURES, shelf

NAME = "zip"
OURS = (".md", ".markdown", ".csv", ".tsv", ".json")
_NO_QUESTIONS = (*PICTURES, ".css", ".js", ".html", ".htm", ".pdf", ".mp3", ".mp4")


def sniff(data: bytes, name: str) -> float:
    """How sure it is that a file is such an archive: any may be one, so those with marks of their own come first."""
    del name  # content decides, not the file's ending
    return formats.LEAST if is_zip(data) else 0.0


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of the archive's one file, with the pictures that they name; *name* is named in the problems."""
    into = Gathering(NAME, name)
    inner = None
    with into.guarded():
        archive = opened(data, into)
        if archive is not None:
            part = _question_file(archive.names, into)
            text = None if part is None else archive.read(part, into)
            if part is not None and text is not None:
                inner = _inner(text, f"{name}/{part}", into, told)
                if inner is not None:
                    _attach(archive, part, inner, into)
    return into.done() if inner is None else _with(inner, into)


def _question_file(names: Sequence[str], into: Gathering) -> str | None:
    """The name of the one file with questions; None where there is none, or several (reported)."""
    found = [name for name in names if not _beside(name)]
    ours = [name for name in found if name.lower().endswith(OURS)]
    chosen = ours or found
    if len(chosen) == 1:
        for name in found:
            if name != chosen[0]:
                into.skip(1, name, f"the questions are read from “{chosen[0][:80]}” alone")
        return chosen[0]
    if not chosen:
        into.error(1, f"there is no question file in this archive. What is read here: {formats.READ_HERE}")
    else:
        listed = ", ".join(f"“{name[:60]}”" for name in chosen[:3])
        into.error(1, f"there are {len(chosen)} files in this archive ({listed} …); put one question file into each")
    return None


def _beside(name: str) -> bool:
    """Whether a part is a picture, or something that a computer puts into archives by itself."""
    last = name.rpartition("/")[2].lower()
    hidden = last.startswith(".") or name.startswith("__MACOSX/") or last in ("thumbs.db", "desktop.ini")
    return hidden or last.endswith(_NO_QUESTIONS) or last.startswith(("readme", "licence", "license"))


def _inner(data: bytes, name: str, into: Gathering, told: Told | None) -> Imported | None:
    if is_zip(data):
        into.error(1, "an archive within an archive is not opened; take it out and hand it in by itself")
        return None
    return formats.read(data, name, told)


def _attach(archive: Archive, part: str, inner: Imported, into: Gathering) -> None:
    """Hand over the pictures that the questions name, each once."""
    there, folder = shelf(archive), part.rpartition("/")[0]
    wanted = {image.name: (image, one.line) for one in inner.questions for image in images(one)}
    for image, line in wanted.values():
        there.attach(image, line, into, folder)


def _with(inner: Imported, into: Gathering) -> Imported:
    """A file's questions, with what was found about the archive around it."""
    around = into.gathered()
    problems = sorted((*around.problems, *inner.problems), key=lambda problem: problem.line)
    return replace(
        inner,
        problems=tuple(problems),
        skipped=(*around.skipped, *inner.skipped),
        uncounted=inner.uncounted + around.uncounted,
        files={**inner.files, **into.files},
    )
