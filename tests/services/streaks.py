"""Members who answer, day by day."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.streaks import Streak
from bot.services import streaks
from bot.services.answers import Receipt
from tests.services.study import START, Study

ANA, BEN, CLEO = 2001, 2002, 2003
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
AUCKLAND, LA, BERLIN = "Pacific/Auckland", "America/Los_Angeles", "Europe/Berlin"


async def newest(study: Study) -> int:
    return int((await study.rounds())[-1]["round_id"])


async def answer(study: Study, user: int = ANA, *, at: datetime | None = None) -> Receipt:
    return await study.answer(await newest(study), user, right=True, at=at)


async def days(study: Study, *days: int, user: int = ANA, hour: float = 4) -> Receipt:
    """Answer on these days after the start, some hours after 06:00 UTC; the question comes at nine."""
    receipt = None
    for day in days:
        await study.until(START + timedelta(days=day, hours=hour))
        receipt = await answer(study, user)
    assert receipt is not None
    return receipt


async def streak_of(study: Study, user: int = ANA) -> Streak:
    found = await streaks.current(study.database, study.group, user, study.now)
    assert found is not None
    return found
