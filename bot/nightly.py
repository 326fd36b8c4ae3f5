"""A copy of the database each day, checked, and old ones thrown away by a rule."""

from __future__ import annotations

import asyncio
import logging
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import Clock
from bot.domain.retention import kept_at
from bot.meters import Meters
from bot.storage import backup
from bot.storage.soundness import settle

log = logging.getLogger(__name__)

NAME = re.compile(r"studyhall-(\d{8}T\d{6}Z)\.db")
STAMP = "%Y%m%dT%H%M%SZ"
EVERY = timedelta(hours=23, minutes=30)
"""A little less than a day, so that an hourly look keeps the hour of the first copy."""


class Copies:
    """The folder of a database's copies. Files of other names in it are left alone."""

    def __init__(self, database: Path, folder: Path, clock: Clock, meters: Meters | None = None) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock
        self._meters = meters

    def there(self) -> dict[datetime, Path]:
        """The copies, by when they were made."""
        found = ((NAME.fullmatch(path.name), path) for path in self._folder.glob("studyhall-*.db"))
        return {datetime.strptime(name[1], STAMP).replace(tzinfo=UTC): path for name, path in found if name}

    async def look(self) -> Path | None:
        """Make a copy if the last one is a day old; the copy. What goes wrong is logged, and tried at the next look.

        Cancelled, it ends within moments, however large the database is.
        """
        stop = threading.Event()
        try:
            made = await asyncio.to_thread(self._look, stop.is_set)
        except asyncio.CancelledError:
            stop.set()
            raise
        except (backup.BackupRefused, OSError) as error:
            log.error("the database could not be copied: %s", error)  # noqa: TRY400  the sentence says it all
            self._tell(failed=True)
            return None
        self._tell(failed=False)
        return made

    def _tell(self, *, failed: bool) -> None:
        if self._meters is None:
            return
        newest = max(self.there(), default=None)
        self._meters.show("copy_failed", "1 while the last try to copy the database failed", float(failed))
        self._meters.show(
            "copy_timestamp_seconds",
            "When the newest copy of the database was made; 0 without one",
            newest.timestamp() if newest is not None else 0.0,
        )

    def _look(self, stopped: Callable[[], bool]) -> Path | None:
        now = self._clock.now()
        # What a clock that ran ahead has dated must not stop the copies until then.
        newest = max((one for one in self.there() if one <= now), default=None)
        if newest is not None and now - newest < EVERY:
            return None
        self._folder.mkdir(parents=True, exist_ok=True)
        for leftover in self._folder.glob("studyhall-*.db.new*"):
            leftover.unlink()
        target = self._folder / f"studyhall-{now.strftime(STAMP)}.db"
        # Under another name until it is checked: what bears the name can be relied on.
        draft = target.with_name(f"{target.name}.new")
        size = backup.backup(self._database, draft, stopped)
        draft.rename(target)
        settle(target)
        there = self.there()
        keep = kept_at(there, now)
        for instant, path in there.items():
            if instant not in keep:
                path.unlink()
        log.info("the database was copied", extra={"bytes": size, "copies": len(keep)})
        return target
