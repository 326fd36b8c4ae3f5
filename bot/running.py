"""A run of the bot: everything is read and checked first, then put together, then taken down in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePath
from random import Random

import aiohttp
import discord

from bot import bank_pictures, endpoint, logs
from bot.client import ShardedStudyhall, Studyhall
from bot.clock import Clock, SandboxClock, SystemClock
from bot.domain.blueprint import Blueprint
from bot.domain.questions import Bank, Problem
from bot.health import Health
from bot.intake.worker import Reader
from bot.meters import Meters
from bot.nightly import Copies
from bot.pictures.worker import Painter
from bot.places import places
from bot.services import banks
from bot.services.answers import Desk
from bot.services.house import House
from bot.services.plan import Plan
from bot.shards import Shards, ended, too_few_left
from bot.storage.database import Database, DatabaseRefused
from config.settings import Settings

log = logging.getLogger(__name__)

ANOTHER_NAME = "Give the file another one after `bank:`; nothing was loaded."
GARBAGE = (10_000, 10, 1_000)
"""What the collector waits for. The last number all but puts off its looks through everything, which an import's
hundred thousand objects made it take again and again, and each of which held up every click."""
SANDBOX_READY_TIMEOUT = 0.05  # the sandbox sends its servers at once; Discord takes its time
SANDBOX_STARTS_S = 0.15  # and the sandbox is content with shorter pauses

Content = tuple[dict[str, Blueprint], list[Bank]]
"""What the folders hold: exams by their id, and banks."""


class StartRefused(Exception):
    """The bot cannot start, or cannot go on; the text says why and what to do. Whatever was started has ended."""


def read_folder(folder: Path, ending: str) -> list[tuple[PurePath, str]]:
    """The (path, text) of a folder's files with that ending, by name. Raises StartRefused."""
    try:
        found = (path for path in folder.iterdir() if path.suffix == ending and path.name != "README.md")
        files = sorted(found, key=lambda path: path.stem)
        return [(path, path.read_text(encoding="utf-8")) for path in files]
    except OSError as error:
        raise StartRefused(f"{error.filename}: cannot be read ({error.strerror}). Nothing was started.") from None
    except UnicodeDecodeError:
        raise StartRefused(f"{folder}: a file in it is not UTF-8 text. Nothing was started.") from None


def _first_error(problems: Iterable[Problem]) -> None:
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        more = f" ({len(errors) - 1} more; studyhall bank check shows them all)" if len(errors) > 1 else ""
        raise StartRefused(f"{errors[0]}{more} Nothing was started or written.")


def content(settings: Settings) -> Content:
    """The exams and banks of the configured folders. Raises StartRefused at the first error, with file:line."""
    blueprints, problems = banks.read_blueprints(read_folder(settings.exams, ".toml"))
    _first_error(problems)
    if not blueprints:
        raise StartRefused(f"{settings.exams}: there is no exam file (*.toml) here. Nothing was started.")
    found, problems = banks.read_banks(read_folder(settings.banks, ".md"))
    _first_error(problems)
    return blueprints, found


@contextlib.asynccontextmanager
async def house(settings: Settings, clock: Clock, rng: Random, read: Content | None = None) -> AsyncIterator[House]:
    """Open the database, load the banks, and hand out what the features need; close it all at the end.

    *read* is the folders' content where it was read before.
    """
    blueprints, found = content(settings) if read is None else read
    pictures = {}
    for bank in found:
        pictures[bank.slug], problems = bank_pictures.beside(settings.banks, bank)
        _first_error(problems)
    try:
        database = await Database.open(settings.database)
    except DatabaseRefused as error:
        raise StartRefused(str(error)) from None
    painter, reader, meters = Painter(), Reader(), Meters()
    try:
        try:
            done = await banks.load(database, found, pictures)
        except banks.SlugTaken as error:
            raise StartRefused(f"{error}: a group has a bank of its own of that name. {ANOTHER_NAME}") from None
        for slug, one in done.items():
            if one.overruled:
                log.warning("a file overruled corrections", extra={"bank": slug, "questions": list(one.overruled)})
        plan = Plan(blueprints, timedelta(minutes=settings.late_grace_minutes), settings.repeat_days, rng)
        every, calendars = settings.count_every_seconds, settings.calendars
        yield House(database, Desk(database), clock, plan, places(), every, painter, reader, meters, calendars)
    finally:
        await reader.close()
        await painter.close()
        # An open connection's thread would keep a crashing process alive for ever.
        await database.close()


@contextlib.asynccontextmanager
async def client(
    settings: Settings, rng: Random, shards: Shards | None = None, read: Content | None = None
) -> AsyncIterator[Studyhall]:
    """A bot that is ready to be started, on Discord or on the sandbox that the settings name; *read* as of `house`."""
    wanted = shards if shards is not None else Shards()
    clock: SystemClock | SandboxClock = SystemClock()
    timeout = 2.0
    if settings.endpoint is not None:
        endpoint.point_at(settings.endpoint)
        clock = SandboxClock(endpoint.clock_url(settings.endpoint))
        timeout = SANDBOX_READY_TIMEOUT
        wanted = replace(wanted, every_s=SANDBOX_STARTS_S)
        try:
            await clock.start()
        except (aiohttp.ClientError, OSError):
            raise StartRefused(_no_sandbox(settings.endpoint)) from None
    try:
        async with house(settings, clock, rng, read) as parts:
            kind = Studyhall if wanted.count == 1 else ShardedStudyhall
            bot = kind(parts, clock, guild_ready_timeout=timeout, hourly=_hourly(settings, clock, parts), shards=wanted)
            async with contextlib.AsyncExitStack() as stack:
                if settings.health_port is not None:
                    await stack.enter_async_context(_health(settings, bot, parts, clock))
                yield await stack.enter_async_context(bot)
    finally:
        if isinstance(clock, SandboxClock):
            await clock.close()


def _hourly(settings: Settings, clock: Clock, parts: House) -> list[Callable[[], Awaitable[object]]]:
    # A sandbox's clock leaps through months, and its database is begun anew; it has copies where they are asked for.
    if settings.endpoint is not None and settings.backups is None:
        return [_look_through]
    folder = settings.backups if settings.backups is not None else settings.database.parent / "backups"
    assert isinstance(parts.meters, Meters)
    return [_look_through, Copies(settings.database, folder, clock, parts.meters).look]


@contextlib.asynccontextmanager
async def _health(settings: Settings, bot: Studyhall, parts: House, clock: Clock) -> AsyncIterator[None]:
    """Tell how the bot is. Raises StartRefused where another program has the port."""
    assert isinstance(parts.meters, Meters)
    assert settings.health_port is not None
    try:
        async with Health(bot, parts.database, settings.database, clock, parts.meters).served(settings.health_port):
            yield
    except OSError as error:
        raise StartRefused(
            f"STUDYHALL_HEALTH_PORT: port {settings.health_port} cannot be used ({error.strerror}). "
            "Choose another one, or leave it empty; nothing was started."
        ) from None


async def until_stopped(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT. Raises StartRefused where we or Discord refuse the start, or Discord ends it."""
    assert settings.discord_token is not None
    token = settings.discord_token.get_secret_value()
    logs.start(settings.log_level, token)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    read = content(settings)
    shards = await _log_in_once(settings, token)
    try:
        # Seeded by the system: which question comes next is nobody's to foretell.
        async with client(settings, Random(), shards, read) as bot:  # noqa: S311  dice for questions, not for secrets
            work = asyncio.create_task(bot.start(token), name="discord")
            waiting = asyncio.create_task(stop.wait())
            resting = asyncio.create_task(_rest_when_ready(bot))
            await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
            resting.cancel()
            await bot.close()
            # It may be waiting for minutes to try the connection again, or half a one for an answer to its goodbye.
            work.cancel()
            await asyncio.gather(work, resting, return_exceptions=True)
    except discord.PrivilegedIntentsRequired:
        raise StartRefused(ended(4014)) from None
    except discord.ConnectionClosed as error:
        raise StartRefused(ended(error.code)) from None
    except sqlite3.OperationalError as error:
        raise StartRefused(f"{settings.database}: the database cannot be used ({error}).") from None


async def _rest_when_ready(bot: Studyhall) -> None:
    """Spare the collector what was made at the start and stays: its passes are what a burst of clicks waits for."""
    await bot.wait_until_ready()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


async def _look_through() -> None:
    """Look through all that is there, for what the collector puts off: short while nothing large is under way."""
    gc.collect()


async def _log_in_once(settings: Settings, token: str) -> Shards:
    """Try the token before anything is written, and hear how to connect. Raises StartRefused."""
    if settings.endpoint is not None:
        endpoint.point_at(settings.endpoint)
    try:
        async with discord.Client(intents=discord.Intents(guilds=True)) as visitor:
            await visitor.login(token)
            found = await visitor.http.request(discord.http.Route("GET", "/gateway/bot"))
    except discord.LoginFailure:
        raise StartRefused(
            "Discord does not know the token in DISCORD_TOKEN. Copy it anew from the developer portal "
            "(Bot → Reset Token); nothing was started."
        ) from None
    except discord.HTTPException as error:
        raise StartRefused(
            f"Discord answered the login with {error.status} {error.text or error.response.reason}; nothing was "
            "started. If that is a trouble of Discord's own, try again in some minutes."
        ) from None
    except (aiohttp.ClientError, OSError) as error:
        if settings.endpoint is not None:
            raise StartRefused(_no_sandbox(settings.endpoint)) from None
        raise StartRefused(
            f"Discord cannot be reached ({error}); nothing was started. Check this machine's connection and try again."
        ) from None

    count, limit = found["shards"], found["session_start_limit"]
    refused = too_few_left(count, limit["remaining"], limit["reset_after"])
    if refused is not None:
        raise StartRefused(refused)
    return Shards(count, limit["max_concurrency"])


def _no_sandbox(address: str) -> str:
    return f"{address}: no sandbox answers there. Start one with studyhall sandbox, or remove STUDYHALL_ENDPOINT."
