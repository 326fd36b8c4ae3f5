"""What 100,000 reminders cost: at the start, in memory, at each tick; and a thousand of them in one minute.

The real bot on a sandbox for the start and the storm; the services alone for a tick. What is compared takes turns.
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as wall
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot import running
from bot.domain.groups import Feedback, Wishes
from bot.domain.instants import to_ms
from bot.domain.recurrence import Days, Recurrence
from bot.services import agenda, banks, deliveries, groups
from bot.services.plan import Plan
from bot.storage.database import Database
from config.settings import Settings
from sandbox.study_group import DAILY_QUIZ_ID, GUILD_ID, TOKEN, TOVA_ID
from tests.benchmarks.answers import Process, ours, quantile, started
from tests.benchmarks.machine import memory_mib

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)  # where the sandbox's frozen clock begins
DAILY = datetime(2026, 3, 3, 9, tzinfo=UTC)
STORM = datetime(2026, 3, 3, 9, 5, tzinfo=UTC)
SIZES = (0, 1_000, 100_000)
EACH = 50  # reminders of a member, as many as one may have
STARTS, TICKS = 5, 200
PRESSES_A_SECOND, IN_THE_STORM = 20, 1000
WISHES = Wishes(int(DAILY_QUIZ_ID), "UTC", wall(9), frozenset(range(7)), 1, 600, Feedback.INSTANT, None, "cpc")


async def reminders() -> list[dict[str, Any]]:
    """Lines for the start, the ticks and the storm."""
    return [await starts(), await ticks(), await storm()]


async def _prepare(path: Path, users: Sequence[tuple[int, int]], each: int, due: datetime | None) -> None:
    """A group that is set up; each user has so many reminders, all due at an instant or spread over a year ahead.

    *users* come with their channel of direct messages, which is known since a reminder was made.
    """
    database = await Database.open(path)
    try:
        await banks.load(database, running.content(Settings())[1])
        await groups.set_up(database, int(GUILD_ID), WISHES, int(TOVA_ID), NOW - timedelta(hours=1))
        rng = Random(1)
        async with database.write() as tx:
            await tx.many(
                "INSERT INTO members (group_id, user_id, joined_at) VALUES (1, :user, 0)",
                [{"user": one} for one, _ in users],
            )
            members = [row["member_id"] for row in await tx.all("SELECT member_id FROM members ORDER BY member_id")]
            made = []
            for number in range(len(users) * each):
                at = due or NOW + timedelta(days=2, minutes=rng.randrange(365 * 24 * 60))
                rule = due is None and number % 2 == 0
                text = Recurrence(Days(1), (wall(at.hour, at.minute),), "Europe/Berlin", at.date()).to_text()
                made.append(
                    {
                        "id": number + 1,
                        "member": members[number // each],
                        "channel": users[number // each][1],
                        "key": f"reminder:{number + 1}",
                        "rule": text if rule else None,
                        "offset": _offset(at) if rule else None,
                        "due": to_ms(at),
                    }
                )
            await tx.many(
                """INSERT INTO reminders (reminder_id, member_id, state, words, text, target, channel_id, zone, rule,
                       next_at, utc_offset, created_at)
                   VALUES (:id, :member, 'on', 'in a while', 'Read the guidelines of the next section', 'dm',
                       :channel, 'Europe/Berlin', :rule, :due, :offset, 0)""",
                made,
            )
            await tx.many(
                """INSERT INTO agenda (key, kind, group_id, member_id, subject_id, due_at)
                   VALUES (:key, 'reminder', 1, :member, :id, :due)""",
                made,
            )
    finally:
        await database.close()


def _offset(at: datetime) -> int:
    delta = at.astimezone(ZoneInfo("Europe/Berlin")).utcoffset()
    assert delta is not None
    return int(delta.total_seconds())


def _environment(url: str, database: Path) -> dict[str, str]:
    return {
        "STUDYHALL_ENDPOINT": url,
        "DISCORD_TOKEN": TOKEN,
        "STUDYHALL_DATABASE": str(database),
        "STUDYHALL_LOG_LEVEL": "WARNING",
    }


async def starts() -> dict[str, Any]:
    """From the process's beginning until it has done what is due, and its memory then, with few and many reminders."""
    seconds: dict[int, list[float]] = defaultdict(list)
    memory: dict[int, list[tuple[float, float]]] = defaultdict(list)
    sizes = (SIZES[0], SIZES[-1])
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            users = [(10_000 + n, 1) for n in range(size // EACH)]
            await _prepare(Path(folder) / f"{size}.db", users, EACH, None)
        async with started("-m", "tests.benchmarks.storm", DISCORD_OPENAPI="") as sandbox:
            url = (await sandbox.ask("address"))["url"]
            for turn in range(STARTS + 1):
                for size in sizes:
                    begun = time.perf_counter()
                    async with started(*ours(), **_environment(url, Path(folder) / f"{size}.db")) as bot:
                        await sandbox.ask("settle")
                        if turn:  # the first one brings the pages of the files into memory
                            seconds[size].append(time.perf_counter() - begun)
                            memory[size].append(memory_mib(bot.pid))
    few, many = sizes
    median = statistics.median
    now, peak = ([median(one[which] for one in memory[size]) for size in sizes] for which in (0, 1))
    return {
        "name": "reminders_start",
        "reminders": list(sizes),
        "seconds": [round(median(seconds[size]), 2) for size in sizes],
        "ratio": round(median(b / a for a, b in zip(seconds[few], seconds[many], strict=True)), 3),
        "resident_mib": [round(one, 1) for one in now],
        "peak_mib": [round(one, 1) for one in peak],
    }


async def ticks() -> dict[str, Any]:
    """Milliseconds of a look at the agenda when nothing is due, and when one reminder is, by how many there are."""
    idle: dict[int, list[float]] = defaultdict(list)
    one: dict[int, list[float]] = defaultdict(list)
    plan = Plan(running.content(Settings())[0], timedelta(hours=3), 60, Random(1))
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        databases = {}
        for size in SIZES:
            path = folder / f"{size}.db"
            users = [(10_000 + n, 1) for n in range(max(1, size // EACH))]
            await _prepare(path, users, EACH if size else 1, None)
            databases[size] = await Database.open(path)
            stack.push_async_callback(databases[size].close)
        for turn in range(TICKS + 20):
            for size, database in databases.items():
                spent = [await _tick(database, plan, NOW, 0)]
                due = (turn * 7919) % max(1, size) + 1
                async with database.write() as tx:
                    await tx.run("UPDATE agenda SET due_at = :now WHERE key = :key",
                                 {"now": to_ms(NOW), "key": f"reminder:{due}"})  # fmt: skip
                    await tx.run("UPDATE reminders SET state = 'on' WHERE reminder_id = :id", {"id": due})
                spent.append(await _tick(database, plan, NOW, 1))
                for parcel in await deliveries.take(database, to_ms(NOW), 20):
                    await deliveries.sent(database, parcel, 1, to_ms(NOW))
                async with database.write() as tx:
                    await tx.run("DELETE FROM deliveries")
                if turn >= 20:
                    idle[size].append(spent[0])
                    one[size].append(spent[1])
    return {
        "name": "reminders_tick",
        "reminders": list(SIZES),
        "idle_ms": [round(statistics.median(idle[size]), 3) for size in SIZES],
        "one_due_ms": [round(statistics.median(one[size]), 3) for size in SIZES],
        "idle_ratio": round(statistics.median(b / a for a, b in zip(idle[0], idle[SIZES[-1]], strict=True)), 2),
        "one_due_ratio": round(statistics.median(b / a for a, b in zip(one[0], one[SIZES[-1]], strict=True)), 2),
    }


async def _tick(database: Database, plan: Plan, now: datetime, wanted: int) -> float:
    """What the clockwork does when it wakes, but for the sending: milliseconds."""
    begun = time.perf_counter()
    claimed = await agenda.claim_due(database, plan, to_ms(now))
    if not wanted:
        await deliveries.take(database, to_ms(now), 20)
    await agenda.next_due(database)
    assert claimed == wanted
    return (time.perf_counter() - begun) * 1000


async def storm() -> dict[str, Any]:
    """Presses one by one, before and while a thousand members' reminders of the same minute go out."""
    with tempfile.TemporaryDirectory() as folder:
        async with started("-m", "tests.benchmarks.storm", DISCORD_OPENAPI="") as sandbox:
            url = (await sandbox.ask("address"))["url"]
            found = (await sandbox.ask("people", number=IN_THE_STORM))["users"]
            users = [(int(user), int(channel)) for user, channel in found]
            database = Path(folder) / "storm.db"
            await _prepare(database, users, 1, STORM)
            async with started(*ours(), **_environment(url, database)) as bot:
                await sandbox.ask("settle")
                await sandbox.ask("next")
                return await _storm(sandbox, bot)


async def _storm(sandbox: Process, bot: Process) -> dict[str, Any]:
    await sandbox.ask("press", a_second=PRESSES_A_SECOND)  # sockets and caches
    quiet = await sandbox.ask("press", a_second=PRESSES_A_SECOND)
    loud = await sandbox.ask("press", a_second=PRESSES_A_SECOND, to_ms=to_ms(STORM), wanted=IN_THE_STORM)
    after = await sandbox.ask("press", a_second=PRESSES_A_SECOND)
    broken = (await sandbox.ask("broken"))["broken"]
    calm = sorted([*quiet["ms"], *after["ms"]])
    rough = sorted(loud["ms"])
    return {
        "name": "reminders_storm",
        "reminders": IN_THE_STORM,
        "arrived": loud["arrived"],
        "seconds": round(loud["seconds"], 1),
        "requests": loud["statuses"],
        "most_requests_a_second": loud["a_second"],
        "presses": [len(calm), len(rough)],
        "p50_ms": [round(quantile(calm, 0.5), 1), round(quantile(rough, 0.5), 1)],
        "p99_ms": [round(quantile(calm, 0.99), 1), round(quantile(rough, 0.99), 1)],
        "worst_ms": [round(calm[-1], 1), round(rough[-1], 1)],
        "p99_ratio": round(quantile(rough, 0.99) / quantile(calm, 0.99), 2),
        "broken": broken,
        "resident_mib": round(memory_mib(bot.pid)[0], 1),
    }
