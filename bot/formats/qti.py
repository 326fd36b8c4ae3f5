"""QTI, the standard by which learning platforms exchange questions: single files, and packages as zip archives.

Version 1.2 as Canvas writes it, and choice and text entry items of 2.x; items that a package holds are looked for in
all its XML, whatever its manifest says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from bot.formats import qti_1, qti_2
from bot.formats.archive import Archive, is_zip, names_in, opened
from bot.formats.html_text import plain
from bot.formats.imported import Gathering, Imported, Told
from bot.formats.qti_item import CannotAsk, Item, Unsound
from bot.formats.shelf import Shelf, shelf
from bot.formats.xml_tree import Element, attribute, bare, child, elements, root_name

NAME = "qti"
_TAKERS: dict[str, Callable[[Item], None]] = {"item": qti_1.take, "assessmentitem": qti_2.take}
_ITEMS = {"questestinterop": "item", "assessmentitem": "assessmentitem", "assessmentitems": "assessmentitem"}
"""The names of items, by the name of the outermost element."""
_MANIFEST = "imsmanifest.xml"
_CANVAS = "non_cc_assessments/"


def sniff(data: bytes, name: str) -> float:
    """How sure it is that a file is QTI, 0 to 1: by its outermost element, or by what the archive holds."""
    del name  # content decides, not the file's ending
    if not is_zip(data):
        return 0.98 if root_name(data) in _ITEMS else 0.0
    names = [part.rpartition("/")[2].lower() for part in names_in(data)]
    if _MANIFEST not in names:
        return 0.0
    return 0.95 if any("qti" in part or "assessment" in part for part in names) else 0.7


def read(data: bytes, name: str, told: Told | None = None) -> Imported:
    """The questions of a QTI file or package; *name* is named in the problems, with the part of the package."""
    into = Gathering(NAME, name, told)
    with into.guarded():
        if not is_zip(data):
            _file(data, into, None)
        else:
            archive = opened(data, into)
            if archive is not None:
                _package(archive, into)
    into.file = name
    return into.done()


def _package(archive: Archive, into: Gathering) -> None:
    package = into.file
    names = archive.names
    pictures = shelf(archive)
    found = False
    for part in names:
        if part.lower().endswith((".zip", ".imscc")):
            into.skip(1, part, "an archive within an archive is not opened")
        if not part.lower().endswith((".xml", ".qti")) or part.rpartition("/")[2].lower() == _MANIFEST:
            continue
        if _again(part, names):
            continue
        data = archive.read(part, into)
        if data is not None and root_name(data) in _ITEMS:
            found = True
            into.file = f"{package}/{part}"
            _file(data, into, pictures)
            into.file = package
    if not found:
        into.error(1, "there is no QTI in this archive")


def _again(part: str, names: Collection[str]) -> bool:
    """Whether a course of Canvas holds this quiz a second time, in Canvas's own words, which say more."""
    folder, _, last = part.rpartition("/")
    return last == "assessment_qti.xml" and f"{_CANVAS}{folder}.xml.qti" in names


def _file(data: bytes, into: Gathering, pictures: Shelf | None) -> None:
    wanted = _ITEMS.get(root_name(data))
    if wanted is None and not root_name(data):
        wanted = "item"  # reading it says what is wrong
    if wanted is None:
        into.error(1, f"this is XML, but not QTI: its outermost element is “{root_name(data)[:40]}”")
        return
    for element in elements(data, (wanted,), into):
        item = Item(element, "", into, pictures)
        try:
            _TAKERS[wanted](item)
        except Unsound as fault:
            into.error(fault.line or item.line, str(fault))
        except CannotAsk as reason:
            into.skip(item.line, _called(element), str(reason))


def _called(element: Element) -> str:
    """What to call an item in a report: most have the same title, so its first words where it has any."""
    asked = child(element, "presentation")
    asked = child(element, "itembody") if asked is None else asked
    words = plain(bare(asked)).text.strip() if asked is not None else ""
    return words or attribute(element, "title") or attribute(element, "ident") or attribute(element, "identifier")
