"""`studyhall doctor`: everything that keeps a bot from working, looked at before or while it runs."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import socket
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import aiohttp
import discord
from discord.http import Route

from bot import endpoint, running
from bot.clock import Clock
from bot.nightly import Copies
from bot.storage import survey
from config.settings import Settings

TOKEN = re.compile(r"[\w-]{18,}\.[\w-]{6,}\.[\w-]{25,}")
"""The form of a bot's token: its id, a time and a signature, each in base64url, parted by dots."""
CLOCK_OFF = timedelta(seconds=5)
ROOM = 200 * 2**20
"""Free bytes below which copies and the write-ahead log may not fit."""
COPY_AGE = timedelta(days=2)
STARTS_LEFT = 10
_YOURS = "Make it the bot's: chown it to the user that the bot runs as, and mount its disk writable."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. *sentence* says how it is and, where it is not well, what to do."""

    level: Literal["well", "warning", "fault"]
    what: str
    sentence: str

    def __str__(self) -> str:
        return f"{ {'well': '✓', 'warning': '!', 'fault': '✗'}[self.level] } {self.what}: {self.sentence}"


def _well(what: str, sentence: str) -> Finding:
    return Finding("well", what, sentence)


def _warning(what: str, sentence: str) -> Finding:
    return Finding("warning", what, sentence)


def _fault(what: str, sentence: str) -> Finding:
    return Finding("fault", what, sentence)


async def examine(settings: Settings, clock: Clock, *, offline: bool) -> AsyncIterator[Finding]:
    """Look at it all, one finding after the other; nothing is changed. *offline* leaves Discord out."""
    for finding in _content(settings):
        yield finding
    yield _zones()
    found = None
    for one in _database(settings):
        if isinstance(one, survey.Survey):
            found = one
        else:
            yield one
    closed = list(_folders(settings))
    for one in closed:
        yield one
    yield _disk(settings)
    if found is not None:
        for one in _exams_of(settings, found):
            yield one
        if "copies" not in {one.what for one in closed}:
            yield _copies(settings, clock)
    if settings.health_port and (found is None or not found.holder):
        yield _port(settings.health_port)
    if offline:
        return
    token = settings.discord_token.get_secret_value().strip() if settings.discord_token is not None else ""
    wrong = _token(token, sandbox=settings.endpoint is not None)
    if wrong is not None:
        yield wrong
        return
    async for finding in _discord(settings, token, clock, found):
        yield finding


def _content(settings: Settings) -> Iterator[Finding]:
    try:
        exams, banks = running.content(settings)
    except running.StartRefused as error:
        yield _fault("exams and banks", str(error))
        return
    questions = sum(len(bank.questions) for bank in banks)
    yield _well("exams and banks", f"{len(exams)} exams, {len(banks)} banks, {questions} questions, without an error.")
    offered = {bank.exam for bank in banks}
    for exam in exams.values():
        if not offered & set(exam.banks):
            yield _warning("exams", f"{exam.name} has no bank of questions yet; write one in {settings.banks}.")


def _zones() -> Finding:
    try:
        ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:
        return _fault("time zones", "there is no zone data. Install the package tzdata, or your system's.")
    return _well("time zones", "the zone data is there.")


def _database(settings: Settings) -> Iterator[Finding | survey.Survey]:
    path = settings.database
    if not path.exists():
        yield _well("database", f"{path} is not there yet; the first start makes it.")
        return
    try:
        found = survey.survey(path)
    except (PermissionError, IsADirectoryError) as error:
        yield _fault("database", f"{error.filename} cannot be opened ({error.strerror}). {_YOURS}")
        return
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            yield _fault("database", f"{path} is held by another program. End what has it open beside the bot.")
            return
        if not (path.is_file() and os.access(path, os.R_OK | os.W_OK)):
            yield _fault("database", f"{path} is no file that can be opened ({error}). {_YOURS}")
            return
        yield _fault("database", f"{path} cannot be read ({error}). Put a copy back: studyhall restore COPY.")
        return
    except sqlite3.DatabaseError as error:
        yield _fault("database", f"{path} cannot be read ({error}). Put a copy back: studyhall restore COPY.")
        return
    if not found.ours:
        yield _fault("database", f"{path} belongs to another program. Set STUDYHALL_DATABASE to a file of its own.")
    elif found.verdict != "ok":
        yield _fault("database", f"{path} is damaged ({found.verdict}). Put a copy back: studyhall restore COPY.")
    elif found.version > found.newest:
        yield _fault("database", f"{path} is newer than this program. Update Studyhall.")
    else:
        state = f"a bot runs on it ({found.holder})" if found.holder else "no bot runs on it"
        waits = "; the next start brings it up to date" if found.version < found.newest else ""
        yield _well(
            "database",
            f"{path} is sound, with {len(found.groups)} groups; {state}{waits}.",
        )
        yield found


def _folders(settings: Settings) -> Iterator[Finding]:
    """Where the bot has to write and may not; nothing is said of what is well."""
    places = {settings.database.absolute().parent: "database", settings.database.absolute(): "database"}
    places[_backups(settings).absolute()] = "copies"
    if settings.calendars is not None:
        places[settings.calendars.absolute()] = "calendars"
    said: set[Path] = set()
    for path, what in places.items():
        there = next(one for one in (path, *path.parents) if one.exists())
        asked = os.R_OK | os.W_OK | (os.X_OK if there.is_dir() else 0)
        if not os.access(there, asked):
            if said.isdisjoint((there, there.parent)):
                yield _fault(what, f"{there} cannot be written by user {os.getuid()}. {_YOURS}")
            said.add(there)
        elif there == path != settings.database.absolute() and not there.is_dir():
            yield _fault(what, f"{there} is no folder. Name another one, or move it away.")


def _exams_of(settings: Settings, found: survey.Survey) -> Iterator[Finding]:
    """The groups that prepare for an exam which is not there any more."""
    try:
        exams, _ = running.content(settings)
    except running.StartRefused:
        return  # it was said above
    for place in found.groups:
        if place.exam not in exams:
            yield _fault(
                f"channel {place.channel_id}",
                f"its group prepares for {place.exam!r}, and {settings.exams} has no {place.exam}.toml any more. "
                "Put the file back, or choose another exam with /setup.",
            )


def _port(port: int) -> Finding:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(("127.0.0.1", port))
        except OSError as error:
            return _fault(
                "health",
                f"port {port} of 127.0.0.1 cannot be used ({error.strerror}). Set STUDYHALL_HEALTH_PORT to another.",
            )
    return _well("health", f"port {port} of 127.0.0.1 is free.")


def _disk(settings: Settings) -> Finding:
    folder = next(parent for parent in settings.database.absolute().parents if parent.exists())
    free = shutil.disk_usage(folder).free
    if free < ROOM:
        return _warning("disk", f"{free // 2**20} MiB are free in {folder}. Make room: a full disk stops all answers.")
    return _well("disk", f"{free / 2**30:.1f} GiB are free in {folder}.")


def _backups(settings: Settings) -> Path:
    return settings.backups if settings.backups is not None else settings.database.parent / "backups"


def _copies(settings: Settings, clock: Clock) -> Finding:
    folder = _backups(settings)
    newest = max(Copies(settings.database, folder, clock).there(), default=None)
    if newest is None:
        return _warning("copies", f"there is none in {folder} yet; a running bot makes one each day.")
    age = clock.now() - newest
    if age > COPY_AGE:
        return _warning("copies", f"the newest in {folder} is {age.days} days old. Look into the bot's log for why.")
    return _well("copies", f"the newest in {folder} is of {newest:%Y-%m-%d %H:%M} UTC.")


def _token(token: str, *, sandbox: bool) -> Finding | None:
    if not token:
        return _fault("token", "DISCORD_TOKEN is not set. Copy it from the developer portal (Bot → Reset Token).")
    if not sandbox and not TOKEN.fullmatch(token):
        return _fault(
            "token",
            "DISCORD_TOKEN does not look like a bot's token: three parts with dots between. Not the application's id, "
            "public key or client secret, and without “Bot ” before it. Copy it anew (Bot → Reset Token).",
        )
    return None


async def _discord(settings: Settings, token: str, clock: Clock, found: survey.Survey | None) -> AsyncIterator[Finding]:
    if settings.endpoint is not None:
        endpoint.point_at(settings.endpoint)
    try:
        async with discord.Client(intents=discord.Intents.none()) as client:
            try:
                await client.login(token)
            except discord.LoginFailure:
                yield _fault("token", "Discord does not know it. Copy it anew from the developer portal.")
                return
            assert client.user is not None
            yield _well("token", f"Discord knows it: {client.user.name}.")
            gateway = await client.http.request(Route("GET", "/gateway/bot"))
            left = gateway["session_start_limit"]["remaining"]
            say = _well if left >= STARTS_LEFT else _warning
            shards = gateway["shards"]
            asked = "one connection" if shards == 1 else f"{shards} connections (shards), and the bot makes them"
            yield say("starts", f"{left} more are allowed today; Discord asks for {asked}.")
            yield _well("intents", "Studyhall needs no privileged one.")
            for place in found.groups if found is not None else ():
                yield await _rights(client, place)
        async with aiohttp.ClientSession() as session, session.get(f"{Route.BASE}/gateway") as answer:
            yield compared(answer.headers.get("Date"), clock, sandbox=settings.endpoint is not None)
    except discord.HTTPException as error:
        yield _fault("Discord", f"it answered {error.status}. Try again in some minutes; discordstatus.com tells more.")
    except (aiohttp.ClientError, OSError) as error:
        yield _fault("Discord", f"it cannot be reached ({type(error).__name__}). Check this machine's connection.")


async def _rights(client: discord.Client, place: survey.Place) -> Finding:
    what = f"channel {place.channel_id}"
    setup = importlib.import_module("cogs.setup")
    try:
        guild = await client.fetch_guild(place.guild_id)
        # Those of the server itself: a channel fetched alone knows neither its roles nor its owner.
        channel = next((one for one in await guild.fetch_channels() if one.id == place.channel_id), None)
        assert client.user is not None
        me = await guild.fetch_member(client.user.id)
    except (discord.NotFound, discord.Forbidden):
        channel = None
    if channel is None:
        return _warning(
            what, "it or its server is gone, or closed to the bot. Invite the bot again, or run /setup elsewhere."
        )
    rights = channel.permissions_for(me)
    missing = [name.replace("_", " ") for name in setup.NEEDED if not getattr(rights, name)]
    if missing:
        return _fault(what, f"#{channel.name} lacks for the bot's role: {', '.join(missing)}. Allow them there.")
    return _well(what, f"the bot may do in #{channel.name} all that it needs.")


def compared(said: str | None, clock: Clock, *, sandbox: bool) -> Finding:
    """This machine's clock against *said*, the Date of an answer of Discord's; a sandbox's own time is no measure."""
    if said is None or sandbox:
        return _well("clock", "there is nothing to compare it with.")
    away = abs(clock.now() - parsedate_to_datetime(said).astimezone(UTC))
    if away > CLOCK_OFF:
        return _fault(
            "clock",
            f"it is {away.total_seconds():.0f} s from Discord's. Have this machine keep time (NTP): reminders use it.",
        )
    return _well("clock", "it agrees with Discord's.")


def as_row(finding: Finding) -> dict[str, str]:
    """The finding for a script."""
    return {"level": finding.level, "what": finding.what, "message": finding.sentence}
