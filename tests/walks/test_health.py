"""What an operator's tools are told: whether all is well, and figures without anybody's name in them."""

from __future__ import annotations

import contextlib
import logging
import re
import sqlite3

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.clock import SystemClock
from bot.domain.instants import to_ms
from bot.health import Health
from bot.meters import Meters
from tests.walks.conftest import Begin, Study

HOUR_MS = 3_600_000


async def figures(session: aiohttp.ClientSession) -> dict[tuple[str, ...], float]:
    """Every figure by its name and the values of its labels."""
    async with session.get("/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        families = text_string_to_metric_families(await answer.text())
        return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


async def test_a_day_in_figures(begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    """Commands and presses are counted by name and outcome, posts by kind; what fails is found by its number."""
    caplog.set_level(logging.INFO, "bot.health")
    study = await begin(health_port=0)
    (port,) = [vars(record)["port"] for record in caplog.records if record.message == "health is told"]
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        await study.set_up()
        await study.question()
        await study.ana.press("A")
        await study.ana.run("/bank imports")
        caplog.clear()
        async with study.bot.house.database.write() as tx:
            await tx.run("ALTER TABLE rounds RENAME TO gone")
        reply = await study.ben.press("A")
        (failed,) = [record for record in caplog.records if record.name == "cogs.replies"]
        assert vars(failed)["error_code"] in reply.text
        async with study.bot.house.database.write() as tx:
            await tx.run("ALTER TABLE gone RENAME TO rounds")
        await study.server.next_event()

        found = await figures(session)
        assert found["studyhall_interactions_total", "done", "/setup"] == 1
        assert found["studyhall_interactions_total", "refused", "/bank imports"] == 1
        assert found["studyhall_interactions_total", "done", "a"] == 1
        assert found["studyhall_deliveries_total", "question", "sent"] == 1
        assert found["studyhall_interactions_total", "failed", "a"] == 1
        assert found["studyhall_interaction_seconds_count",] == 4
        assert found["studyhall_log_lines_total", "error"] == 1
        assert found["studyhall_log_lines_total", "critical"] == 0
        assert found["studyhall_delivery_late_seconds_count",] >= 1
        assert (found["studyhall_discord_ready",], found["studyhall_groups",]) == (1, 1)
        assert (found["studyhall_discord_shards",], found["studyhall_discord_shards_ready",]) == (1, 1)
        assert found["studyhall_database_bytes",] > 0 < found["studyhall_disk_free_bytes",]
        async with session.get("/metrics") as answer:
            said = await answer.text()
        assert not re.search(r"\d{4,}", re.sub(r"\d\.\d+|\S+$", "", said, flags=re.MULTILINE)), "an id is a label"
        async with session.get("/healthz") as answer:
            assert (answer.status, (await answer.json())["well"]) == (200, True)


async def test_what_is_wrong_is_named(study: Study) -> None:
    """A database that keeps nothing, what has been due for long, and a Discord that stays away: 503, and which."""

    class Later(SystemClock):
        """So many hours after the sandbox's present."""

        hours = 1000

        def now_ms(self) -> int:
            return to_ms(study.server.now) + self.hours * HOUR_MS

    await study.set_up()

    class Gone:
        """A client that has lost Discord."""

        def connections(self) -> dict[int, float | None]:
            return {0: 0.1, 1: None}

    later = Later()
    database, file = study.bot.house.database, study.settings.database
    health = Health(study.bot, database, file, later, Meters())
    async with health.served(0) as port, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        assert await _said(session) == {"well": False, "discord": True, "database": True, "agenda": False}
        with contextlib.closing(sqlite3.connect(file)) as beside:
            beside.execute(
                "CREATE TRIGGER full BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
            )
        assert await _said(session) == {"well": False, "discord": True, "database": False, "agenda": False}
        with contextlib.closing(sqlite3.connect(file)) as beside:
            beside.execute("DROP TRIGGER full")
    later.hours = 0
    health = Health(Gone(), database, file, later, Meters(), away_s=0.001)
    async with health.served(0) as port, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        while (said := await _said(session))["well"]:
            pass
        assert said == {"well": False, "discord": False, "database": True, "agenda": True}


async def _said(session: aiohttp.ClientSession) -> dict[str, bool]:
    async with session.get("/healthz") as answer:
        said: dict[str, bool] = await answer.json()
        assert answer.status == (200 if said["well"] else 503)
        return said
