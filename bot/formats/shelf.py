"""The pictures of an archive by their bare names, each unpacked only when a question shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.questions import Image
from bot.formats.archive import Archive
from bot.formats.imported import Gathering, TooLarge

PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp")


@dataclass(frozen=True, slots=True)
class Shelf:
    """*parts*: by a picture's bare name the parts of the archive that have it."""

    archive: Archive
    parts: Mapping[str, Sequence[str]]

    def __contains__(self, name: str) -> bool:
        return name in self.parts

    def attach(self, image: Image, line: int, into: Gathering, folder: str = "") -> Image:
        """Hand over a picture's file, the one in *folder* where several have the name; its image, perhaps renamed.

        What is wrong with the file is reported at *line*, and then it is not handed over.
        """
        found = self.parts.get(image.name, ())
        beside = f"{folder}/{image.name}" if folder else image.name
        if len(found) > 1 and beside not in found:
            into.error(
                line, f"there are several pictures “{image.name[:60]}” in the archive; give each a name of its own"
            )
        elif found:
            try:
                data = self.archive.read(beside if beside in found else found[0], into)
            except TooLarge as error:
                into.error(line, str(error))
            else:
                return image if data is None else into.attach(image, data)
        return image


def shelf(archive: Archive) -> Shelf:
    """The pictures of an archive, by how their names end."""
    parts: dict[str, list[str]] = {}
    for name in archive.names:
        if name.lower().endswith(PICTURES):
            parts.setdefault(name.rpartition("/")[2], []).append(name)
    return Shelf(archive, parts)
