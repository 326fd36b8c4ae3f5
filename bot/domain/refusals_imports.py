"""What imports and exports of questions can refuse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.refusals import Refusal


@dataclass(eq=False)
class FileTooLarge(Refusal):
    """A file to be imported has more bytes than are taken."""

    size: int
    most: int


@dataclass(eq=False)
class FileNotRead(Refusal):
    """Discord did not hand the attachment over."""


@dataclass(eq=False)
class ComparingTooLong(Refusal):
    """Finding the file's questions among those that are there took more work than it may."""


@dataclass(eq=False)
class NoSuchImport(Refusal):
    """The preview was cancelled, is older than a day, or was never made."""


@dataclass(eq=False)
class AlreadyImported(Refusal):
    """A preview's button was pressed after its import."""


@dataclass(eq=False)
class ImportUnderWay(Refusal):
    """This import, or another one of the same bank, is being done or undone right now."""


@dataclass(eq=False)
class BankChanged(Refusal):
    """The bank is not what the file was compared with: somebody changed it since the preview."""


@dataclass(eq=False)
class NothingToImport(Refusal):
    """No question of the preview is left that would be imported, and none vanished."""


@dataclass(eq=False)
class NotADoubt(Refusal):
    """The question is not one of those that somebody has to decide, or its counterpart was chosen for another one."""


@dataclass(eq=False)
class NotImported(Refusal):
    """An import is to be undone that was not done, or was undone before."""


@dataclass(eq=False)
class LaterImport(Refusal):
    """A later import of the same bank stands on the one that is to be undone."""

    file: str
    at: datetime


@dataclass(eq=False)
class TooManyQuestions(Refusal):
    """The group's own banks would have more live questions than they may."""

    most: int


@dataclass(eq=False)
class NoSuchBank(Refusal):
    """No bank of the group's is called that."""

    words: str


@dataclass(eq=False)
class LicenceForbids(Refusal):
    """The licence of an operator's bank does not allow handing it on."""

    title: str
    licence: str


@dataclass(eq=False)
class ExportTooLarge(Refusal):
    """A bank's file is larger than Discord takes."""

    size: int
    most: int
