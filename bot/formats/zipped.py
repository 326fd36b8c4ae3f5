"""A zip archive of one question file, ours for the most part, with its pictures beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.formats import sniff as formats
from bot.formats.archive import Archive, is_zip, opened
from bot.formats.imported import Gathering, Imported, Told, images

NAME = "zip"
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
OURS = (".md", ".markdown", ".csv", ".tsv", ".json")
_NO_QUESTIONS = (*PICTURES, ".svg", ".bmp", ".css", ".js", ".html", ".htm", ".pdf", ".mp3", ".mp4")


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
                    inner = replace(inner, files={**inner.files, **dict(_pictures(archive, part, inner, into))})
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


def _pictures(archive: Archive, part: str, inner: Imported, into: Gathering) -> Iterator[tuple[str, bytes]]:
    folder = part.rpartition("/")[0]
    there: dict[str, list[str]] = {}
    for name in archive.names:
        if name.lower().endswith(PICTURES):
            there.setdefault(name.rpartition("/")[2], []).append(name)
    for wanted in dict.fromkeys(image.name for question in inner.questions for image in images(question)):
        found = _chosen(there, wanted, folder)
        if len(found) > 1:
            into.error(1, f"there are several pictures “{wanted[:60]}” in this archive; give each a name of its own")
        elif found:
            data = archive.read(found[0], into)
            if data is not None:
                yield wanted, data


def _chosen(there: Mapping[str, Sequence[str]], wanted: str, folder: str) -> Sequence[str]:
    """The parts that a picture's name can mean: the one beside the questions where there is one."""
    found = there.get(wanted, ())
    beside = f"{folder}/{wanted}" if folder else wanted
    return [beside] if beside in found else found


def _with(inner: Imported, into: Gathering) -> Imported:
    """A file's questions, with what was found about the archive around it."""
    around = into.gathered()
    problems = sorted((*around.problems, *inner.problems), key=lambda problem: problem.line)
    return replace(
        inner,
        problems=tuple(problems),
        skipped=(*around.skipped, *inner.skipped),
        uncounted=inner.uncounted + around.uncounted,
    )
