"""The word before a streak ends: once, by day, and to nobody who did not ask for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.instants import from_ms
from bot.domain.refusals import NotYourRound
from bot.services import agenda, deliveries, groups, notes, pings, streaks, zones
from tests.services.streaks import ANA, AUCKLAND, BEN, DAY, HOUR, LA, answer, days
from tests.services.study import ADMIN, GUILD, START, WISHES, Study


async def _pings(study: Study) -> list[datetime]:
    return [from_ms(parcel.delivery.due_at) for parcel in study.posted("streak")]


async def test_one_ping_on_a_day_without_an_answer(tmp_path: Path) -> None:
    """At 18:00 by the member's clock, or an hour before the closing; not on days that were answered by then."""
    async with Study.open(tmp_path / "study.db", open_minutes=840) as study:
        await pings.switch(study.database, study.group, ANA, study.now, on=True)
        await days(study, 0, 1)
        await days(study, 2, hour=16)
        await study.until(START + 6 * DAY)
        # After the sixth nothing is left to lose.
        assert await _pings(study) == [datetime(2026, 3, day, 18, tzinfo=UTC) for day in (4, 5)]
        await pings.switch(study.database, study.group, ANA, study.now, on=False)
        assert await study.sql("SELECT 1 FROM agenda WHERE kind = 'streak'") == []


async def test_no_ping_in_a_pause_on_a_day_off_or_for_who_did_not_ask(tmp_path: Path) -> None:
    """Paused from Thursday, the weekend off, and Ben never asked."""
    async with Study.open(tmp_path / "study.db", weekdays=frozenset(range(5))) as study:
        await pings.switch(study.database, study.group, ANA, study.now, on=True)
        await days(study, 0, 1, 2)
        await days(study, 2, user=BEN, hour=5)
        await study.until(START + 3 * DAY)
        await streaks.pause(study.database, study.group, ANA, "thursday", study.now)
        await streaks.pause(study.database, study.group, ANA, "today", study.now)
        await study.until(START + 4 * DAY)
        assert await _pings(study) == []
        await study.until(START + 11 * DAY)
        assert await _pings(study) == [datetime(2026, 3, 6, 18, tzinfo=UTC)]


@pytest.mark.parametrize("zone", [AUCKLAND, LA, "Pacific/Kiritimati", "Asia/Kolkata"])
@pytest.mark.parametrize("minutes", [60, 720, 1440])
async def test_never_at_night_and_never_twice_a_day(tmp_path: Path, zone: str, minutes: int) -> None:
    """Wherever the member lives and however long questions are open: between 8 and 21, once a day, in time."""
    async with Study.open(tmp_path / "study.db", open_minutes=minutes) as study:
        await zones.move(study.database, study.group, ANA, zone, study.now)
        await pings.switch(study.database, study.group, ANA, study.now, on=True)
        for day in range(10):
            await study.until(START + day * DAY + 3.2 * HOUR)
            if day < 8:
                await answer(study)
        await study.until(START + 11 * DAY)
        sent = [one.astimezone(ZoneInfo(zone)) for one in await _pings(study)]
        assert all(8 <= one.hour < 21 for one in sent)
        assert len({one.date() for one in sent}) == len(sent)
        if minutes == 1440:
            assert sent


async def test_a_ping_that_slept_through_its_hour_is_not_sent_at_night(tmp_path: Path) -> None:
    """The bot was down from 17:00 to 23:00: the hour has gone, and the next day has its own."""
    async with Study.open(tmp_path / "study.db", open_minutes=1440) as study:
        await pings.switch(study.database, study.group, ANA, study.now, on=True)
        await days(study, *range(7))
        await study.until(START + 7 * DAY + 11 * HOUR)
        await study.sleep_until(START + 7 * DAY + 17 * HOUR)
        assert await _pings(study) == []
        await study.until(START + 8 * DAY + 17 * HOUR)
        assert [one.day for one in await _pings(study)] == [10]


async def test_a_ping_is_dropped_where_the_answer_came_first(tmp_path: Path) -> None:
    """Between the claim and the sending the member answers: there is nothing to say any more."""
    async with Study.open(tmp_path / "study.db", open_minutes=840) as study:
        await pings.switch(study.database, study.group, ANA, study.now, on=True)
        await days(study, 0)
        await study.until(START + DAY + 12 * HOUR)
        (parcel,) = study.posted("streak")
        due = await pings.due(study.database, study.group, parcel.delivery, study.now)
        assert due is not None
        assert due[0] == ANA
        assert (due[1].days, due[1].freezes, due[1].ends_at) == (1, 0, datetime(2026, 3, 4, tzinfo=UTC))
        await answer(study)
        assert await pings.due(study.database, study.group, parcel.delivery, study.now) is None


async def test_closed_direct_messages_switch_the_pings_off_and_leave_a_word(tmp_path: Path) -> None:
    """It is told at the next contact, once, however often the refusal is noted."""
    async with Study.open(tmp_path / "study.db", open_minutes=840) as study:
        await pings.switch(study.database, study.group, ANA, study.now, on=True)
        await days(study, 0)
        await study.until(START + DAY + 12 * HOUR)
        (parcel,) = study.posted("streak")
        await deliveries.give_up(study.database, parcel, "403 50007", None, study.now_ms)
        assert await study.sql("SELECT 1 FROM agenda WHERE kind = 'streak'") == []
        assert await study.sql("SELECT * FROM streak_pings") == []
        assert [one.kind for one in await notes.waiting(study.database, ANA)] == [pings.NOTE]
        assert not (await streaks.show(study.database, study.group, ANA, study.now)).ping


async def test_only_their_owner_stops_the_pings_from_the_button(tmp_path: Path) -> None:
    """Somebody else's press, with a forged id, changes nothing."""
    async with Study.open(tmp_path / "study.db") as study:
        await pings.switch(study.database, study.group, ANA, study.now, on=True)
        (row,) = await study.sql("SELECT member_id FROM members")
        with pytest.raises(NotYourRound):
            await pings.stop(study.database, row["member_id"], BEN)
        assert len(await study.sql("SELECT 1 FROM agenda WHERE kind = 'streak'")) == 1
        await pings.stop(study.database, row["member_id"], ANA)
        assert await study.sql("SELECT 1 FROM agenda WHERE kind = 'streak'") == []


async def test_a_new_schedule_moves_the_pings(tmp_path: Path) -> None:
    """The group's question now comes at noon for an hour: the reminder comes while it is open; a start keeps it so."""
    async with Study.open(tmp_path / "study.db") as study:
        await pings.switch(study.database, study.group, ANA, study.now, on=True)
        wishes = replace(WISHES, daily_at=time(12), open_minutes=90)
        study.group = (await groups.set_up(study.database, GUILD, wishes, ADMIN, study.now)).group
        due = await study.sql("SELECT due_at FROM agenda WHERE kind = 'streak'")
        assert [from_ms(row["due_at"]) for row in due] == [START + 6.5 * HOUR]
        await agenda.replan(study.database, study.now_ms)
        assert await study.sql("SELECT due_at FROM agenda WHERE kind = 'streak'") == due
