"""How long a board takes to read, and an answer to be kept, with more and more answers in the database.

Groups of fifty members have at most two hundred rounds each, as in half a year; more answers are more groups. Rounds,
answers and summary rows are made by SQL of their own, since only what comes after them is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as wall
from functools import partial
from pathlib import Path
from typing import Any

from bot import running
from bot.domain.blueprint import Blueprint
from bot.domain.groups import Feedback, Group, Wishes
from bot.domain.instants import DAY_MS, to_ms
from bot.domain.periods import Board
from bot.domain.standings import Period, window
from bot.services import banks, groups, standings
from bot.services.answers import Press, commit_answers
from bot.services.points import Ledger, Stake
from bot.storage import groups as groups_kept
from bot.storage import snapshots
from bot.storage import standings as standings_kept
from bot.storage.database import Database, Transaction
from config.settings import Settings

MEMBERS, ROUNDS = 50, 200
SIZES = (1_000, 100_000, 1_000_000, 10_000_000)  # the last one takes a minute and 1.3 GB; BENCH_QUICK leaves it out
TODAY = date(2026, 7, 17)
NOW = datetime(2026, 7, 17, 12, tzinfo=UTC)
READS, BATCH, BATCHES = 60, 100, 20
WISHES = Wishes(0, "UTC", wall(9), frozenset(range(7)), 1, 600, Feedback.INSTANT, None, "cpc")


async def board_reads() -> list[dict[str, Any]]:
    """One line: milliseconds a board by the number of answers, their ratio, and microseconds an answer kept.

    `ratio` is that of the slowest board; `insert_us` is the boards' part of keeping an answer, `answer_us` the whole.
    """
    sizes = SIZES[:-1] if os.environ.get("BENCH_QUICK") else SIZES
    blueprints, found = running.content(Settings())
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        grounds: dict[int, tuple[Database, Group]] = {}
        for size in sizes:
            path = folder / f"{size}.db"
            database = await Database.open(path)
            stack.push_async_callback(database.close)
            await banks.load(database, found)
            grounds[size] = (database, await fill(database, path, size))
        reads = await _reads(grounds, blueprints["cpc"])
        inserts = {size: await insert(database, group) for size, (database, group) in grounds.items()}
        megabytes = path.stat().st_size // 2**20
    small, large = sizes[0], sizes[-1]
    return [
        {
            "name": "board_reads",
            "answers": list(sizes),
            **{
                f"{name}_ms": [round(statistics.median(taken[size]), 3) for size in sizes]
                for name, taken in reads.items()
            },
            "ratio": round(
                max(
                    statistics.median(b / a for a, b in zip(taken[small], taken[large], strict=True))
                    for taken in reads.values()
                ),
                2,
            ),
            "insert_us": [round(inserts[size][0], 1) for size in sizes],
            "answer_us": [round(inserts[size][1], 1) for size in sizes],
            "largest_mb": megabytes,
        }
    ]


async def fill(database: Database, path: Path, size: int) -> Group:
    rounds = min(ROUNDS, size // MEMBERS)
    number = size // (MEMBERS * rounds)
    made = [
        (await groups.set_up(database, guild, replace(WISHES, channel_id=guild), 1, NOW)).group
        for guild in range(1, number + 1)
    ]
    await asyncio.to_thread(_rows, path, rounds)
    group = made[0]
    async with database.write() as tx:
        rows = await tx.all("SELECT member_id FROM members WHERE group_id = :id", {"id": group.group_id})
        await standings_kept.rebuild(tx, group.group_id, [row["member_id"] for row in rows], [])
        await snapshots.take(tx, group.group_id, "2026-07-13")
    return group


def _rows(path: Path, rounds: int) -> None:
    """Members, rounds and answers of every group, and the summary rows of all but the first."""
    last = to_ms(datetime(2026, 7, 16, 9, tzinfo=UTC))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -200000")
        db.execute("BEGIN")
        numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :most - 1)"
        db.execute(
            f"""{numbers} INSERT INTO members (group_id, user_id, joined_at)
                SELECT g.group_id, 1000 + n.i, 0 FROM groups g JOIN n""",
            {"most": MEMBERS},
        )
        db.execute(
            f"""{numbers} INSERT INTO rounds (group_id, question_id, revision, kind, day, slot, option_order,
                    key_position, due_at, opened_at, closes_at, closed_at, state, channel_id, answered, takers)
                SELECT g.group_id, q.question_id, q.revision, 'daily', date((:last - n.i * :day) / 1000, 'unixepoch'),
                    0, '0123', 0, :last - n.i * :day, :last - n.i * :day, :last - n.i * :day + 36000000,
                    :last - n.i * :day + 36000000, 'closed', 1, :members, :members
                FROM groups g JOIN n JOIN questions q ON q.question_id = 1 + (n.i + g.group_id) % 100""",
            {"most": rounds, "last": last, "day": DAY_MS, "members": MEMBERS},
        )
        db.execute(
            """INSERT INTO answers (round_id, member_id, seq, question_id, choice, correct, counted, rated,
                   answered_at, day, p_before, p_after)
               SELECT r.round_id, m.member_id, (r.round_id - 1) * :members + m.user_id - 999, r.question_id, 0,
                   (r.round_id * 31 + m.member_id * 17) % 3 > 0, 1, 1, r.opened_at + 60000, r.day, 0.5, 0.5
               FROM rounds r JOIN members m ON m.group_id = r.group_id""",
            {"members": MEMBERS},
        )
        for table, columns in (("learner_estimates", ""), ("learner_topic_estimates", ", topic_id")):
            topics = ", t.topic_id FROM members m JOIN topics t" if columns else " FROM members m"
            db.execute(
                f"""INSERT INTO {table} (member_id, mean, variance{columns})
                    SELECT m.member_id, (m.member_id % 7) * 0.2, 0.02{topics}"""
            )
        db.execute("INSERT INTO tallies (member_id, counted) SELECT member_id, :n FROM members", {"n": rounds})
        for name in ("all", "month:2026-07", "week:2026-W29"):
            db.execute(
                """INSERT INTO standings (group_id, period, member_id, points, answered, days)
                   SELECT group_id, :name, member_id, 10 * (member_id % 40), 50, 50 FROM members WHERE group_id > 1""",
                {"name": name},
            )
        db.execute("COMMIT")


async def _reads(grounds: dict[int, tuple[Database, Group]], blueprint: Blueprint) -> dict[str, dict[int, list[float]]]:
    """Milliseconds of each board and size. The sizes take turns: whatever else the machine does hits all of them."""
    found: dict[str, dict[int, list[float]]] = {}
    for board, period in (
        (Board.POINTS, Period.THIS_WEEK),
        (Board.POINTS, Period.ALL),
        (Board.CONSISTENT, Period.MONTH),
        (Board.IMPROVED, Period.THIS_WEEK),
    ):
        over = window(period, TODAY)
        assert over is not None
        taken: dict[int, list[float]] = {size: [] for size in grounds}
        for _ in range(READS):
            for size, (database, group) in grounds.items():
                begun = time.perf_counter()
                sheet = await standings.sheet(database, group, board, over, 1007, blueprint=blueprint, today=TODAY)
                taken[size].append((time.perf_counter() - begun) * 1000)
                assert sheet.absence is None
        found[f"{board.value}_{period.value}".replace("-", "_")] = taken
    return found


async def insert(database: Database, group: Group) -> tuple[float, float]:
    """Median microseconds an answer, committed, in batches of a hundred: the boards' part alone, and all of it."""
    async with database.write() as tx:
        row = await tx.one("SELECT MAX(round_id) AS id FROM rounds WHERE group_id = :id", {"id": group.group_id})
        assert row is not None
        await tx.run(
            "UPDATE rounds SET closes_at = :at WHERE round_id = :id", {"id": row["id"], "at": to_ms(NOW) + DAY_MS}
        )
    whole, part = [], []
    for batch in range(BATCHES):
        users = [100_000 + batch * BATCH + n for n in range(BATCH)]
        presses = [Press(row["id"], user, group.guild_id, user % 4, to_ms(NOW)) for user in users]
        begun = time.perf_counter()
        outcomes = await database.write_at_once(partial(commit_answers, presses=presses))
        whole.append((time.perf_counter() - begun) * 1_000_000 / BATCH)
        assert not any(isinstance(one, Exception) for one in outcomes)
        begun = time.perf_counter()
        await database.write_at_once(partial(_boards_only, round_id=row["id"], group=group, users=users))
        part.append((time.perf_counter() - begun) * 1_000_000 / BATCH)
    return statistics.median(part), statistics.median(whole)


async def _boards_only(tx: Transaction, *, round_id: int, group: Group, users: list[int]) -> None:
    ids = set((await groups_kept.member_ids(tx, [(group.group_id, user) for user in users], 0)).values())
    ledger = Ledger(await standings_kept.people(tx, ids), await standings_kept.attended(tx, [round_id], ids))
    names = ["all", "month:2026-07", "week:2026-W29"]
    stake = Stake(round_id, group.group_id, "2026-07-16", 10, MEMBERS, names)
    for member in sorted(ids):
        plays = ledger.meet(member, tutor=False)
        ledger.learnt(member)
        ledger.enter(stake, member, right=True, counted=True, plays=plays)
    await ledger.write(tx)
