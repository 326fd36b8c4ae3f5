"""The commands about question banks: `studyhall bank …`."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.entry import REFUSED, offline, refuse, settings

bank = typer.Typer(help="Question banks: files in and out, and what is there.", no_args_is_help=True)


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[str], Callable[[int, int], None]] | None]:
    """A bar for each file that is read, on a terminal only; None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as shown:

        def begin(name: str) -> Callable[[int, int], None]:
            task = shown.add_task(name, total=None)
            return lambda done, total: shown.update(task, completed=done, total=total)

        yield begin


@bank.command("check")
def bank_check(
    files: Annotated[list[Path], typer.Argument(help="Question files, in any format that is read here.")],
    public: Annotated[bool, typer.Option("--public", help="Also refuse what looks like a licensed code.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line instead of sentences.")] = False,
) -> None:
    """Read question files and report every problem with its line; exit code 2 where there is an error."""
    from bot.bank_check import Unreadable, check, told

    try:
        with _bar() as bar:
            reports = asyncio.run(check(files, public=public, progress=bar))
    except Unreadable as error:
        raise refuse(str(error)) from None
    said, sound = told(reports, as_json=as_json)
    typer.echo(said)
    if not sound:
        raise typer.Exit(REFUSED)


@bank.command("fmt")
def bank_fmt(
    files: Annotated[list[Path], typer.Argument(help="Question files (*.md).")],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 2 where a file would change.")
    ] = False,
) -> None:
    """Write question files in their canonical form; one with errors stays as it is."""
    from bot.bank_files import fmt

    report, well = fmt(files, check=check)
    typer.echo(report)
    if not well:
        raise typer.Exit(REFUSED)


@bank.command("template")
def bank_template() -> None:
    """Print a table with a question of each kind, to be filled in with a spreadsheet."""
    from bot.formats.csv_write import template

    typer.echo(template(), nl=False)


@bank.command("load")
def bank_load(files: Annotated[list[Path], typer.Argument(help="Question files (*.md).")]) -> None:
    """Load question files into the database; questions that vanished from a bank are retired, never deleted."""
    from bot.offline import load_files

    typer.echo(offline(lambda: asyncio.run(load_files(settings().database, files))))


@bank.command("import")
def bank_import(
    file: Annotated[Path, typer.Argument(help="A question file, in any format that is read here.")],
    group: Annotated[int | None, typer.Option(help="The group's number; only where there are several.")] = None,
    name: Annotated[str | None, typer.Option("--bank", help="A bank of the group's; else the file says one.")] = None,
    topic: Annotated[str, typer.Option(help="For questions that name no topic.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Import without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what an import would do.")] = False,
) -> None:
    """Import a file into a bank of a group's own, after showing what that would do."""
    if not (yes or dry_run or sys.stdin.isatty()):
        raise refuse("Say --yes to import, or --dry-run to see what that would do. Nothing was done.")
    if yes and dry_run:
        raise refuse("Choose --yes or --dry-run, not both. Nothing was done.")
    offline(lambda: asyncio.run(_import(file, group, name, topic, ask=not yes, dry_run=dry_run)))


async def _import(file: Path, group: int | None, name: str | None, topic: str, *, ask: bool, dry_run: bool) -> None:
    from bot.bank_check import Unreadable
    from bot.bank_import import Wanted, importing
    from bot.clock import SystemClock
    from bot.offline import Refused

    async with contextlib.AsyncExitStack() as stack:
        try:
            with _bar() as bar:
                wanted = Wanted(file, group, name, topic)
                found = await stack.enter_async_context(importing(settings(), wanted, SystemClock().now(), bar))
        except Unreadable as error:
            raise Refused(str(error)) from None
        typer.echo(found.text)
        if not (dry_run or found.nothing) and (not ask or typer.confirm("Import?")):
            with _bar() as bar:
                done = await found.go(None if bar is None else bar("Importing"))
            typer.echo(done)
            return
        await found.forget()
        typer.echo("Nothing was imported.")
        if found.nothing and not dry_run:
            raise typer.Exit(REFUSED)


class ExportFormat(StrEnum):
    """What `bank export` writes."""

    MARKDOWN = "markdown"
    CSV = "csv"
    GIFT = "gift"
    ANKI = "anki"
    JSON = "json"


@bank.command("export")
def bank_export(
    bank: Annotated[str, typer.Argument(help="The bank's name, as studyhall bank list shows it.")],
    form: Annotated[ExportFormat, typer.Option("--format", help="The file's format.")] = ExportFormat.MARKDOWN,
    out: Annotated[Path | None, typer.Option("--output", "-o", help="The new file; else standard output.")] = None,
) -> None:
    """Write a bank's live questions into a file, and say what that format cannot hold."""
    from bot.bank_import import export, losses

    if out is not None and out.exists():
        raise refuse(f"{out}: this file exists already. Nothing was written.")
    file = offline(lambda: asyncio.run(export(settings().database, bank, form.value)))
    for said in losses(file):
        typer.echo(said, err=True)
    if out is None and file.name.endswith(".zip"):
        raise refuse("This bank has pictures, so it becomes a zip archive: name its file with -o. Nothing was written.")
    if out is None:
        sys.stdout.buffer.write(file.data)
        return
    try:
        out.write_bytes(file.data)
    except OSError as error:
        raise refuse(f"{out}: cannot be written ({error.strerror}). Nothing was written.") from None
    packed = " (a zip archive, with the pictures)" if file.name.endswith(".zip") else ""
    typer.echo(f"{out}: {file.questions} questions{packed}")


@bank.command("list")
def bank_list() -> None:
    """List the banks in the database and how many questions each has."""
    from bot.offline import listing

    typer.echo(offline(lambda: asyncio.run(listing(settings().database))))


@bank.command("challenges")
def bank_challenges() -> None:
    """List what tutors decided about questions that other servers are asked too: it waits for you."""
    from bot.offline import challenged

    typer.echo(offline(lambda: asyncio.run(challenged(settings().database))))


Bank = Annotated[str, typer.Argument(help="The bank's name, as studyhall bank list shows it.")]
Key = Annotated[str, typer.Argument(help="The question's key, as /question challenges shows it.")]


@bank.command("void")
def bank_void(bank: Bank, key: Key) -> None:
    """Withdraw a question: it is never asked again, and neither it nor its answers count anywhere."""
    _void(bank, key, back=False)


@bank.command("unvoid")
def bank_unvoid(bank: Bank, key: Key) -> None:
    """Take a withdrawn question back in, with all its answers."""
    _void(bank, key, back=True)


def _void(name: str, key: str, *, back: bool) -> None:
    from bot.clock import SystemClock
    from bot.offline import void

    now = SystemClock().now()
    typer.echo(offline(lambda: asyncio.run(void(settings().database, name, key, now, back=back))))
