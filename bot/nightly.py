"""A copy of the database each day, checked, and old ones thrown away by a rule."""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import Clock
from bot.domain.retention import kept
from bot.storage import backup

log = logging.getLogger(__name__)

NAME = re.compile(r"studyhall-(\d{8}T\d{6}Z)\.db")
STAMP = "%Y%m%dT%H%M%SZ"
EVERY = timedelta(hours=23, minutes=30)
"""A little less than a day, so that an hourly look keeps the hour of the first copy."""


class Copies:
    """The folder of a database's copies. Files of other names in it are left alone."""

    def __init__(self, database: Path, folder: Path, clock: Clock) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock

    def there(self) -> dict[datetime, Path]:
        """The copies, by when they were made."""
        found = ((NAME.fullmatch(path.name), path) for path in self._folder.glob("studyhall-*.db"))
        return {datetime.strptime(name[1], STAMP).replace(tzinfo=UTC): path for name, path in found if name}

    async def look(self) -> Path | None:
        """Make a copy if the last one is a day old; the copy. What goes wrong is logged, and tried at the next look."""
        try:
            return await asyncio.to_thread(self._look)
        except (backup.BackupRefused, OSError) as error:
            log.error("the database could not be copied: %s", error)  # noqa: TRY400  the sentence says it all
            return None

    def _look(self) -> Path | None:
        now = self._clock.now()
        newest = max(self.there(), default=None)
        # A clock that was set back must not stop the copies for as long.
        if newest is not None and timedelta() <= now - newest < EVERY:
            return None
        self._folder.mkdir(parents=True, exist_ok=True)
        for leftover in self._folder.glob("studyhall-*.db.new*"):
            leftover.unlink()
        target = self._folder / f"studyhall-{now.strftime(STAMP)}.db"
        # Under another name until it is checked: what bears the name can be relied on.
        draft = target.with_name(f"{target.name}.new")
        size = backup.backup(self._database, draft)
        draft.rename(target)
        there = self.there()
        keep = kept(there)
        for instant, path in there.items():
            if instant not in keep:
                path.unlink()
        log.info("the database was copied", extra={"bytes": size, "copies": len(keep)})
        return target
