"""The texts of one question of another program, freed of HTML; what cannot be shown in chat is told, never dropped."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.domain.questions import Image
from bot.formats.html_text import Plain, plain


@dataclass(slots=True)
class RichText:
    """Reads the texts of one question; afterwards says what came of its pictures and media.

    *reason*: why the question cannot be asked, or ''. *image*: the one picture of its stem. *warnings*: what was
    left out, or is not in the file. *pictures_here*: whether the file holds its pictures, as a package does.
    """

    pictures_here: bool = False
    reason: str = ""
    image: Image | None = None
    warnings: list[str] = field(default_factory=list)

    def stem(self, html: str, *, loose: bool = False) -> str:
        """The text of a question or of a card's front, which may have one picture."""
        found = plain(html, loose=loose)
        self._media(found)
        for image in found.images:
            if not image.name:
                self._cannot("its picture stands inside the text, without a name")
            elif self.image is not None and self.image.name != image.name:
                self._cannot("it has several pictures; a question can have one")
            elif self.image is None:
                self.image = image
                if not self.pictures_here:
                    self.warnings.append(f"the picture “{image.name[:60]}” is not in this file; the question needs it")
        return found.text

    def needed(self, html: str, *, loose: bool = False) -> str:
        """The text of an option or answer: with a picture or sound in it, the question cannot be asked."""
        found = plain(html, loose=loose)
        self._media(found)
        if found.images:
            self._cannot("there is a picture in an answer; only a question can have one")
        return found.text

    def extra(self, html: str, *, loose: bool = False) -> str:
        """The text of feedback or an explanation: the question does without its pictures."""
        found = plain(html, loose=loose)
        if found.images or found.media:
            self.warnings.append("a picture or sound in the explanation or feedback was left out")
        return found.text

    def _media(self, found: Plain) -> None:
        if found.media:
            self._cannot(f"it needs a sound, film or drawing (“{found.media[0][:60]}”), which chat cannot show")

    def _cannot(self, reason: str) -> None:
        self.reason = self.reason or reason
