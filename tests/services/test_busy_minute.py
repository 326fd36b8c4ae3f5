"""A minute with many reminders: what is the group's goes first, and answers are not kept waiting."""

from __future__ import annotations

from pathlib import Path

from bot.services import agenda, deliveries
from bot.services.agenda import AT_ONCE
from bot.storage import agenda as planned
from bot.storage import deliveries as outbox
from bot.storage import groups
from tests.services.study import START, Study

MANY = 35


async def test_a_question_goes_before_the_members_reminders(tmp_path: Path) -> None:
    """Written after them and due in the same minute, the group's post is among the first to go."""
    async with Study.open(tmp_path / "study.db") as study:
        async with study.database.write() as tx:
            pair = (study.group.group_id, 2001)
            member = (await groups.member_ids(tx, [pair], study.now_ms))[pair]
            for number in range(MANY):
                await outbox.put(
                    tx,
                    key=f"word:{number}",
                    lane=f"word:{number}",
                    kind="units",
                    group_id=study.group.group_id,
                    member_id=member,
                    due_at=study.now_ms,
                    now_ms=study.now_ms,
                    payload={"last": "2026-03-20"},
                )
        await study.until(START.replace(hour=8, minute=59))
        study.now = START.replace(hour=9)
        while await agenda.claim_due(study.database, study.plan, study.now_ms):
            pass
        async with study.database.write() as tx:
            await tx.run("UPDATE deliveries SET state = 'pending' WHERE kind = 'units'")
        first = await deliveries.take(study.database, study.now_ms, 5)
        assert [one.delivery.kind for one in first] == ["units"] * 4 + ["question"]


async def test_a_claim_takes_a_few_entries_at_a_time(tmp_path: Path) -> None:
    """However many are due, a transaction claims only some, the oldest first; the rest follow."""
    async with Study.open(tmp_path / "study.db") as study:
        async with study.database.write() as tx:
            await tx.run("DELETE FROM agenda")
            for number in range(MANY):
                await planned.put(
                    tx,
                    key=f"units:{number}",
                    kind="units",
                    group_id=study.group.group_id,
                    due_at=number,
                    member_id=None,
                )
            await tx.run("INSERT INTO members (group_id, user_id, joined_at) VALUES (1, 2001, 0)")
            await tx.run("UPDATE agenda SET member_id = (SELECT MAX(member_id) FROM members)")
        claimed = []
        while number := await agenda.claim_due(study.database, study.plan, study.now_ms):
            claimed.append(number)
        assert claimed == [AT_ONCE, AT_ONCE, AT_ONCE, MANY - 3 * AT_ONCE]
