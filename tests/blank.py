"""Databases to begin with: made once a process, then copied, since each test begins with the same one."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from bot import running
from bot.services import banks
from bot.storage import migrations
from bot.storage.database import Database
from config.settings import Settings


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="studyhall-blank-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def blank(path: Path) -> None:
    """Put a new, empty database at `path`, unless there is one."""
    template = _folder() / "blank.db"
    if not template.exists():
        migrations.migrate(template)
    if not path.exists():
        shutil.copy(template, path)


OTHER_KINDS = "cpc-kinds"


@functools.cache
def lettered() -> Path:
    """A folder of the shipped banks whose questions are all answered by one letter: a bot's own dice choose them."""
    folder = _folder() / "lettered"
    shipped = Settings().banks
    shutil.copytree(shipped, folder, ignore=shutil.ignore_patterns(f"{OTHER_KINDS}.md"))
    return folder


@functools.cache
def short() -> Path:
    """A folder with the shortest of the shipped banks: a bot on a stocked database starts with it in half the time.

    What the database has of the other banks stays as it is.
    """
    folder = _folder() / "short"
    folder.mkdir()
    shutil.copy(Settings().banks / "cpc-terms.md", folder)
    return folder


@functools.cache
def _content(exams: Path, folder: Path) -> running.Content:
    return running.content(Settings(exams=exams, banks=folder))


def content(settings: Settings) -> running.Content | None:
    """What the shipped folders hold, read once a process; None of folders of a test's own, which may change."""
    shipped = Settings()
    ours = settings.exams == shipped.exams and settings.banks in (shipped.banks, lettered())
    return _content(settings.exams, settings.banks) if ours else None


async def stocked(path: Path) -> None:
    """The same with the shipped banks in it, as after the bot's first start."""
    template = _folder() / "stocked.db"
    if not template.exists():
        draft = _folder() / "draft.db"
        blank(draft)
        found = content(Settings())
        assert found is not None
        database = await Database.open(draft)
        await banks.load(database, found[1])
        await database.close()
        draft.rename(template)
    if not path.exists():
        shutil.copy(template, path)
