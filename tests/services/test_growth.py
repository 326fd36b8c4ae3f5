"""What must not grow with the number of groups: the work of a start, of a claim, and of looking at the outbox."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

from bot.services import agenda, groups
from bot.services.kinds import REPLANS
from bot.storage import agenda as planned
from bot.storage import deliveries as outbox
from bot.storage.database import Transaction
from tests.services.study import ADMIN, GUILD, START, WISHES, Study


class Counting(Transaction):
    """A transaction that counts what it is asked."""

    def __init__(self, inner: Transaction) -> None:
        self._inner = inner
        self.asked: list[str] = []

    async def run(self, sql: str, params: object = None) -> int:
        self.asked.append(sql)
        return await self._inner.run(sql, params)  # type: ignore[arg-type]

    async def all(self, sql: str, params: object = None) -> list:  # type: ignore[type-arg]
        self.asked.append(sql)
        return list(await self._inner.all(sql, params))  # type: ignore[arg-type]


async def _more_groups(study: Study, number: int) -> None:
    for guild in range(1, number):
        await groups.set_up(study.database, GUILD + guild, WISHES, ADMIN, START)


async def _statements(study: Study) -> int:
    """How many statements it takes to plan all groups anew when nothing has changed."""
    asked = 0
    for anew in REPLANS:
        async with study.database.write() as tx:
            counting = Counting(tx)
            assert await anew(counting, now_ms=study.now_ms, after=0) is None
            asked += len(counting.asked)
    return asked


async def test_a_start_asks_no_more_for_many_groups(tmp_path: Path) -> None:
    """Planning thirty groups anew takes as many statements as planning one."""
    async with Study.open(tmp_path / "study.db", size=3) as study:
        alone = await _statements(study)
        await _more_groups(study, 30)
        assert await _statements(study) == alone


async def test_a_start_goes_through_all_groups(tmp_path: Path) -> None:
    """More groups than one transaction looks at are all planned anew, whatever their plan was."""
    async with Study.open(tmp_path / "study.db", size=3) as study:
        async with study.database.write() as tx:
            await tx.many(
                """INSERT INTO groups (guild_id, channel_id, zone, daily_minute, weekdays, per_day, open_minutes,
                       feedback, exam, set_up_by, created_at)
                   VALUES (:id, :id, 'UTC', 540, 127, 1, 600, 'instant', 'cpc', 1, 0)""",
                [{"id": 1000 + n} for n in range(250)],
            )
            await tx.run(
                """INSERT INTO agenda (key, kind, group_id, due_at)
                   SELECT 'daily:' || group_id, 'daily', group_id, :due FROM groups WHERE guild_id >= 1000""",
                {"due": study.now_ms + 1},
            )
        await agenda.replan(study.database, study.now_ms)
        rows = await study.sql("SELECT kind, COUNT(*) AS n, COUNT(DISTINCT due_at) AS times FROM agenda GROUP BY kind")
        assert [tuple(row) for row in rows] == [("boards", 251, 1), ("daily", 251, 1)]


async def test_what_takes_long_is_claimed_alone(tmp_path: Path) -> None:
    """Three groups' questions of one minute are three transactions: an answer waits for one of them at most."""
    async with Study.open(tmp_path / "study.db", size=3) as study:
        await _more_groups(study, 3)
        await study.until(START.replace(hour=8, minute=59))
        study.now = START.replace(hour=9)
        claimed = []
        while number := await agenda.claim_due(study.database, study.plan, study.now_ms):
            claimed.append(number)
        assert claimed == [1, 1, 1]


async def test_what_takes_long_waits_for_what_was_due_before(tmp_path: Path) -> None:
    """Entries that are quickly claimed go together up to the first that takes long, in the order of their time."""
    async with Study.open(tmp_path / "study.db", size=3) as study:
        async with study.database.write() as tx:
            await tx.run("DELETE FROM agenda")
            for number, kind in enumerate(("close", "close", "daily", "close")):
                await planned.put(
                    tx,
                    key=f"{kind}:{number}",
                    kind=kind,
                    group_id=study.group.group_id,
                    day="2026-03-02",
                    due_at=study.now_ms + number,
                )
        claimed = []
        late = study.now_ms + 10
        while number := await agenda.claim_due(study.database, study.plan, late):
            claimed.append(number)
        assert claimed == [2, 1, 1]


async def test_taking_from_the_outbox_sorts_nothing(tmp_path: Path) -> None:
    """The next deliveries and the next instant are found along an index, however many wait or were ever sent."""
    async with Study.open(tmp_path / "study.db", size=3) as study, study.database.write() as tx:
        counting = Counting(tx)
        await outbox.take(counting, study.now_ms, 5)
        await outbox.next_due(counting)
        await outbox.recover(counting)
        taking, looking, recovering = counting.asked
        (step,) = await tx.all(f"EXPLAIN QUERY PLAN {recovering}")
        assert step["detail"] == "SCAN deliveries USING INDEX deliveries_waiting"
        params = {"now": study.now_ms, "limit": 5}
        for asked, given, index in ((taking, params, "in_order"), (looking, {}, "ready")):
            steps = [row["detail"] for row in await tx.all(f"EXPLAIN QUERY PLAN {asked}", given)]
            assert f"SCAN d USING INDEX deliveries_{index}" in steps
            assert not any("TEMP B-TREE" in step for step in steps)


async def test_a_lane_keeps_its_order_and_waits_for_its_first(tmp_path: Path) -> None:
    """Of three lanes the first that waits goes; behind one that is put off, or being sent, nothing goes."""
    async with Study.open(tmp_path / "study.db", size=3) as study:
        put = partial(outbox.put, kind="notice", group_id=1, due_at=0)
        async with study.database.write() as tx:
            for number, lane in enumerate("aabbcc"):
                await put(tx, key=f"{lane}{number}", lane=lane, now_ms=study.now_ms)
            (first,) = await outbox.take(tx, study.now_ms, 1)
            await tx.run("UPDATE deliveries SET not_before = :then WHERE key = 'b2'", {"then": study.now_ms + 9})
            assert first.key == "a0"
            assert [one.key for one in await outbox.take(tx, study.now_ms, 9)] == ["c4"]
            assert await outbox.next_due(tx) == study.now_ms + 9
            await outbox.sent(tx, first.delivery_id, 1)
            assert await outbox.next_due(tx) == study.now_ms
            later = to_later(study)
            assert [one.key for one in await outbox.take(tx, later, 9)] == ["a1", "b2"]


def to_later(study: Study) -> int:
    return study.now_ms + timedelta(seconds=1) // timedelta(milliseconds=1)
