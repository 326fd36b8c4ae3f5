"""The commands for who keeps a bot running: copies, putting one back, and a look at everything."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from bot.entry import REFUSED, offline, settings


def backup(target: Annotated[Path, typer.Argument(help="The new file; it must not exist yet.")]) -> None:
    """Copy the database to a new file, consistent even while the bot writes, and check the copy."""
    from bot.offline import backup as copy

    typer.echo(offline(lambda: copy(settings().database, target)))


def restore(copy: Annotated[Path, typer.Argument(help="A copy, such as studyhall-20260302T033000Z.db.")]) -> None:
    """Put a checked copy in the database's place; the database that was there is kept beside it. Stop the bot first."""
    from bot.clock import SystemClock
    from bot.offline import restore as put_back

    now = SystemClock().now()
    typer.echo(offline(lambda: put_back(copy, settings().database, now)))


def doctor(
    without_discord: Annotated[bool, typer.Option("--offline", help="Do not ask Discord anything.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line instead of sentences.")] = False,
) -> None:
    """Look at token, rights, database, clock, disk and banks, and say what to mend; exit code 2 for a fault."""
    from bot.clock import SystemClock
    from bot.doctor import as_row, examine

    chosen = settings()

    async def look() -> list[dict[str, str]]:
        found = []
        async for finding in examine(chosen, SystemClock(), offline=without_discord):
            found.append(as_row(finding))
            if not as_json:
                typer.echo(str(finding))
        return found

    found = asyncio.run(look())
    if as_json:
        typer.echo(json.dumps({"findings": found}, ensure_ascii=False))
    if any(one["level"] == "fault" for one in found):
        raise typer.Exit(REFUSED)
