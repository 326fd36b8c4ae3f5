"""Reminders that are asked for, come and are looked at again."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.instants import from_ms
from bot.domain.refusals import Refusal
from bot.services import agenda, deliveries, drafts, fires, reminders
from bot.services.deliveries import Parcel
from bot.services.drafts import Made, Outcome, Refused, Wanted
from bot.services.fires import Due
from bot.services.reminders import Reminder, Target
from tests.services.study import Study

ANA, BEN = 2001, 2002
BERLIN, AUCKLAND, LA = "Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
PLACES = {"europe/berlin": BERLIN, "Europe/Berlin": BERLIN, "auckland": AUCKLAND}
CLOSED = "403 50007"


@contextlib.asynccontextmanager
async def reminding(folder: Path) -> AsyncIterator[Study]:
    """A group by UTC, on a Monday at six; Ana and Ben go by its clock."""
    async with Study.open(folder / "study.db", size=4) as made:
        for user in (ANA, BEN):
            await drafts.use_group_clock(made.database, made.group, user, made.now)
        yield made


async def ask(study: Study, when: str, what: str = "tea", user: int = ANA, here: int | None = None) -> Outcome:
    wanted = Wanted(when, what, Target.DM if here is None else Target.HERE, here)
    return await drafts.remind(study.database, study.group, user, wanted, PLACES.get, study.now)


async def remind(study: Study, when: str, what: str = "tea", user: int = ANA, here: int | None = None) -> Reminder:
    outcome = await ask(study, when, what, user, here)
    assert isinstance(outcome, Made), outcome
    return outcome.reminder


async def refused(study: Study, when: str, refusal: type[Refusal], what: str = "tea") -> Reminder:
    outcome = await ask(study, when, what)
    assert isinstance(outcome, Refused), outcome
    assert isinstance(outcome.refusal, refusal)
    return outcome.reminder


async def claim(study: Study, moment: datetime | None = None) -> list[tuple[Parcel, Due | None]]:
    """What goes out by an instant, and what it would say, taken and not yet sent."""
    study.now = moment or study.now
    while await agenda.claim_due(study.database, study.plan, study.now_ms):
        pass
    parcels = await deliveries.take(study.database, study.now_ms, 500)
    found = []
    for one in parcels:
        if one.delivery.kind == "reminder":
            found.append((one, await fires.due(study.database, one.delivery, study.now)))
        else:
            await deliveries.sent(study.database, one, 1, study.now_ms)
    return found


async def come(study: Study, moment: datetime) -> list[Due]:
    """The same, sent one minute after the other up to the instant, as a bot at work does."""
    came = []
    while True:
        due = await agenda.next_due(study.database)
        if due is None or from_ms(due) > moment:
            break
        for parcel, said in await claim(study, max(study.now, from_ms(due))):
            if said is None:
                await deliveries.give_up(study.database, parcel, deliveries.TOO_LATE, None, study.now_ms)
            else:
                came.append(said)
                await deliveries.sent(study.database, parcel, 77, study.now_ms)
    study.now = moment
    return came


async def look_up(study: Study, reminder: Reminder, user: int = ANA) -> Reminder:
    return await reminders.show(study.database, reminder.reminder_id, user)


def at(reminder: Reminder) -> datetime:
    assert reminder.next_at is not None
    return from_ms(reminder.next_at)
