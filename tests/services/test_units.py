"""Units against a real database: what is kept, what is refused, and four reminders of the cycle's end."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.blueprint import UnitKind, Upkeep
from bot.domain.instants import from_ms, to_ms
from bot.domain.refusals import (
    BadCycle,
    BadUnits,
    LooksLikeAnswers,
    LooksLikeIndex,
    NoSuchUnits,
    NotYourRound,
    NoUpkeep,
    NoWords,
    OutsideCycle,
    Refusal,
    UnitsKept,
    UnknownKind,
)
from bot.domain.units import Cycle
from bot.services import agenda, deliveries, exams, units, zones
from bot.services.units import Shown
from bot.storage import notes
from tests.services.study import EXAM, START, Study

ANA, BEN = 2001, 2002
BERLIN = ZoneInfo("Europe/Berlin")
UPKEEP = Upkeep(72, 24, "rule", date(2025, 1, 15), (UnitKind("Reading", most=10),))
CPC = replace(EXAM, upkeep=UPKEEP)


@contextlib.asynccontextmanager
async def _open(tmp_path: Path) -> AsyncIterator[Study]:
    async with Study.open(tmp_path / "study.db", exams={"cpc": CPC}, zone="Europe/Berlin") as study:
        yield study


async def _add(study: Study, title: str = "Webinar", number: float = 1.5, user: int = ANA, **more: Any) -> Shown:
    _, shown = await units.add(study.database, study.group, CPC, user, study.now, title=title, units=number, **more)
    return shown


async def _cycle(study: Study, ends: str = "2026-08-31", **more: Any) -> Shown:
    return await units.set_cycle(study.database, study.group, CPC, ANA, study.now, ends=ends, **more)


async def _show(study: Study, user: int = ANA) -> Shown:
    return await units.show(study.database, study.group, CPC, user, study.now)


async def _work_until(study: Study, moment: datetime) -> None:
    """Let the time pass with nothing at work but the reminders, so that years are short."""
    while True:
        async with study.database.write() as tx:
            await tx.run("DELETE FROM agenda WHERE kind <> 'units'")
        await study.work()
        due = await agenda.next_due(study.database)
        if due is None or from_ms(due) > moment:
            break
        study.now = max(study.now + timedelta(milliseconds=1), from_ms(due))
    study.now = moment


async def _reminded(study: Study) -> list[str]:
    """When the reminders went out, by the clock in Berlin."""
    return [from_ms(one.delivery.due_at).astimezone(BERLIN).strftime("%Y-%m-%d %H:%M") for one in study.posted("units")]


async def _untold(study: Study, user: int = ANA) -> list[dict[str, Any]]:
    async with study.database.read() as tx:
        return [one.payload for one in await notes.of_user(tx, user, 10) if one.kind == "units"]


async def test_units_add_up_in_the_cycle(tmp_path: Path) -> None:
    """Entered, counted with the limit of their kind, taken out again; another member's stay their own."""
    async with _open(tmp_path) as study:
        shown = await _add(study)
        assert (shown.cycle, shown.tally.counted, shown.tally.missing) == (None, 3, 69)
        await _add(study, "Magazine", 7, kind="Reading", on="1 March")
        await _add(study, "Conference", 12, on="2024-09-01")
        await _add(study, "Long ago", 12, on="2024-08-31")
        await _add(study, "Ben's", 4, BEN)
        shown = await _cycle(study)
        assert shown.cycle == Cycle(date(2024, 9, 1), date(2026, 8, 31))
        assert [one.title for one in shown.entries] == ["Webinar", "Magazine", "Conference"]
        assert (shown.tally.earned, shown.tally.counted, shown.tally.missing) == (41, 37, 35)
        assert (await units.remove(study.database, study.group, ANA, shown.entries[2].unit_id)).title == "Conference"
        assert (await _show(study)).tally.counted == 13
        assert (await _show(study, BEN)).tally.counted == 8
        assert (await _show(study, 4711)).tally.counted == 0
        assert (await _cycle(study, units=44)).tally.required == 88


@pytest.mark.parametrize(
    ("entry", "refusal"),
    [
        ({"title": "Webinar, index # AB123456"}, LooksLikeIndex),
        ({"title": "1.B 2.C 3.A"}, LooksLikeAnswers),
        ({"title": " \n "}, NoWords),
        ({"number": 0.3}, BadUnits),
        ({"number": 101}, BadUnits),
        ({"kind": "Writing"}, UnknownKind),
        ({"on": "tomorrow"}, OutsideCycle),
        ({"on": "2024-08-31"}, OutsideCycle),
        ({"on": "3/4"}, OutsideCycle),
        ({"title": "There  already"}, UnitsKept),
    ],
)
async def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path, entry: dict[str, Any], refusal: type[Refusal]
) -> None:
    """Nothing is kept of a refused entry: neither a row nor a member who was not one before."""
    async with _open(tmp_path) as study:
        await _cycle(study)
        await _add(study, "There already")
        with pytest.raises(refusal):
            await _add(study, **entry)
        assert len(await study.sql("SELECT * FROM units")) == 1
        if refusal in (LooksLikeIndex, LooksLikeAnswers):
            with pytest.raises(refusal):
                await _add(study, user=BEN, **entry)
            assert not await study.sql("SELECT * FROM members WHERE user_id = :ben", ben=BEN)


@pytest.mark.parametrize("ends", ["yesterday", "2026-03-01", "2028-04-30", "soon", ""])
async def test_a_cycle_ends_within_its_length_from_now(tmp_path: Path, ends: str) -> None:
    """A day gone by, one before whose cycle there would be another, and words that are no day."""
    async with _open(tmp_path) as study:
        with pytest.raises(BadCycle):
            await _cycle(study, ends)
        assert not await study.sql("SELECT * FROM unit_cycles")


async def test_an_exam_without_upkeep_counts_nothing(tmp_path: Path) -> None:
    """The requirement is the exam file's: without it there is none to count against."""
    async with _open(tmp_path) as study:
        with pytest.raises(NoUpkeep):
            await units.show(study.database, study.group, EXAM, ANA, study.now)


async def test_reminders_come_four_times_a_cycle_at_ten_and_go_on_with_the_next(tmp_path: Path) -> None:
    """By the wall clock in summer and winter, once each; the day after the end begins the following cycle."""
    async with _open(tmp_path) as study:
        await _cycle(study, "2026-11-20")
        await _work_until(study, datetime(2028, 11, 21, tzinfo=UTC))
        assert await _reminded(study) == [
            "2026-08-22 10:00", "2026-10-06 10:00", "2026-11-05 10:00", "2026-11-19 10:00",
            "2028-08-22 10:00", "2028-10-06 10:00", "2028-11-05 10:00", "2028-11-19 10:00",
        ]  # fmt: skip
        shown = await _show(study)
        assert shown.cycle == Cycle(date(2028, 11, 21), date(2030, 11, 20))
        assert await _untold(study) == []


async def test_a_cycle_that_ends_soon_skips_what_is_gone(tmp_path: Path) -> None:
    """Said 20 days before the end: the next word comes 15 days before, and setting the same day again doubles none."""
    async with _open(tmp_path) as study:
        for _ in range(2):
            await _cycle(study, "2026-03-22")
        await _work_until(study, datetime(2026, 3, 10, tzinfo=UTC))
        await _cycle(study, "2026-03-22")
        await _work_until(study, datetime(2026, 3, 25, tzinfo=UTC))
        assert await _reminded(study) == ["2026-03-07 10:00", "2026-03-21 10:00"]


async def test_of_what_was_missed_only_the_last_comes(tmp_path: Path) -> None:
    """Nobody was at work for months: one word, of the day that is left; past the end it waits for the next contact."""
    async with _open(tmp_path) as study:
        await _cycle(study)
        await study.sleep_until(datetime(2026, 8, 20, 12, tzinfo=UTC))
        assert await _reminded(study) == ["2026-08-16 10:00"]
        await study.sleep_until(datetime(2026, 9, 3, tzinfo=UTC))
        assert len(await _reminded(study)) == 1
        assert await _untold(study) == [{"last": "2026-08-31"}]
        assert (await _show(study)).cycle == Cycle(date(2026, 9, 1), date(2028, 8, 31))


async def test_closed_direct_messages_are_told_at_the_next_contact(tmp_path: Path) -> None:
    """Each word that did not arrive is noted once, and the next one is tried all the same."""
    async with _open(tmp_path) as study:
        await _cycle(study, "2026-03-22")
        async with study.database.write() as tx:
            await tx.run("DELETE FROM agenda WHERE kind <> 'units'")
        study.now = datetime(2026, 3, 7, 9, tzinfo=UTC)
        assert await agenda.claim_due(study.database, study.plan, study.now_ms) == 1
        (parcel,) = await deliveries.take(study.database, study.now_ms, 20)
        await deliveries.give_up(study.database, parcel, "403 50007", None, study.now_ms)
        assert await _untold(study) == [{"last": "2026-03-22"}]
        await _work_until(study, datetime(2026, 3, 23, tzinfo=UTC))
        assert await _reminded(study) == ["2026-03-21 10:00"]


async def test_the_day_of_an_exam_is_quiet(tmp_path: Path) -> None:
    """The word comes on the next morning, and says what is left then; one that was under way waits for a contact."""
    async with _open(tmp_path) as study:
        wanted = exams.Wanted(date(2026, 3, 7), None, "Europe/Berlin", "cpc")
        await exams.set_date(study.database, study.group, ANA, wanted, study.now)
        await _cycle(study, "2026-03-22")
        await _work_until(study, datetime(2026, 3, 7, 9, tzinfo=UTC))
        await agenda.replan(study.database, study.now_ms)
        await _work_until(study, datetime(2026, 3, 9, tzinfo=UTC))
        assert await _reminded(study) == ["2026-03-08 10:00"]
        (parcel,) = study.posted("units")
        study.now = datetime(2026, 3, 7, 9, tzinfo=UTC)
        assert await units.due(study.database, study.group, CPC, parcel.delivery, study.now) is None
        await deliveries.give_up(study.database, parcel, deliveries.TOO_LATE, None, study.now_ms)
        assert await _untold(study) == [{"last": "2026-03-22"}]


async def test_what_became_needless_is_not_sent(tmp_path: Path) -> None:
    """Between the claim and the sending the member named another day, or wanted no more: nothing to say, nor later."""
    async with _open(tmp_path) as study:
        await _cycle(study, "2026-03-22")
        study.now = datetime(2026, 3, 7, 9, tzinfo=UTC)
        while await agenda.claim_due(study.database, study.plan, study.now_ms):
            pass
        parcels = await deliveries.take(study.database, study.now_ms, 20)
        (parcel,) = [one for one in parcels if one.delivery.kind == "units"]
        due = await units.due(study.database, study.group, CPC, parcel.delivery, study.now)
        assert due is not None
        assert (due[0], due[1].cycle) == (ANA, Cycle(date(2024, 3, 23), date(2026, 3, 22)))
        await _cycle(study, "2026-08-31")
        assert await units.due(study.database, study.group, CPC, parcel.delivery, study.now) is None
        await deliveries.give_up(study.database, parcel, deliveries.TOO_LATE, None, study.now_ms)
        assert await _untold(study) == []


async def test_reminders_go_by_the_members_own_clock(tmp_path: Path) -> None:
    """After a flight they come at ten over there; one whose hour went by on the way comes the next morning."""
    async with _open(tmp_path) as study:
        await _cycle(study, "2026-03-22")
        await zones.move(study.database, study.group, ANA, "America/Los_Angeles", study.now)
        study.now = datetime(2026, 3, 7, 12, tzinfo=UTC)  # ten has struck in Berlin, not in Los Angeles
        await zones.move(study.database, study.group, ANA, "Europe/Berlin", study.now)
        await _work_until(study, datetime(2026, 3, 10, tzinfo=UTC))
        assert await _reminded(study) == ["2026-03-08 10:00"]
        await zones.move(study.database, study.group, ANA, "America/Los_Angeles", study.now)
        await _work_until(study, datetime(2026, 3, 25, tzinfo=UTC))
        assert await _reminded(study) == ["2026-03-08 10:00", "2026-03-21 18:00"]


async def test_only_the_owner_stops_the_reminders_or_takes_entries_out(tmp_path: Path) -> None:
    """Somebody else's button and somebody else's entry are refused; the owner's own stop holds over a restart."""
    async with _open(tmp_path) as study:
        shown = await _add(study)
        await _cycle(study, "2026-03-22")
        (row,) = await study.sql("SELECT member_id FROM members WHERE user_id = :ana", ana=ANA)
        with pytest.raises(NotYourRound):
            await units.stop(study.database, row["member_id"], BEN)
        with pytest.raises(NoSuchUnits):
            await units.remove(study.database, study.group, BEN, shown.entries[0].unit_id)
        await units.stop(study.database, row["member_id"], ANA)
        await agenda.replan(study.database, to_ms(study.now))
        await _work_until(study, START + timedelta(days=30))
        assert await _reminded(study) == []
        await _cycle(study, "2026-05-01")
        await agenda.replan(study.database, to_ms(study.now))
        await _work_until(study, datetime(2026, 5, 2, tzinfo=UTC))
        assert await _reminded(study) == ["2026-04-16 10:00", "2026-04-30 10:00"]
