"""The pictures that stand beside an operator's question files."""

from __future__ import annotations

from pathlib import Path

from bot.domain.images import Picture
from bot.domain.questions import Bank, Problem
from bot.formats.imported import images


def beside(folder: Path, bank: Bank) -> tuple[list[Picture], list[Problem]]:
    """The sound pictures that a bank's questions name, from this folder, and a problem for each that is not there."""
    lines = {image.name: question.line for question in reversed(bank.questions) for image in images(question)}
    if not lines:
        return [], []
    from bot.intake import sound  # most banks have no pictures, and the library takes its time to come

    found: list[Picture] = []
    problems: list[Problem] = []
    for name, line in lines.items():
        # A name is a bare one, so none leads out of the folder.
        path = folder / Path(name).name
        try:
            found.append(sound.picture(name, path.read_bytes()))
        except OSError as error:
            said = f"the picture “{name}” cannot be read ({error.strerror}); it has to stand beside the file"
            problems.append(Problem(bank.slug, line, "error", said))
        except sound.Unsound as error:
            problems.append(Problem(bank.slug, line, "error", f"the picture “{name}” {error}"))
    return found, problems
