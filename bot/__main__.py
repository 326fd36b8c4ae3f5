"""The command line: `studyhall`, or `python -m bot`."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import bank_commands, care_commands
from bot.entry import offline, refuse, settings

app = typer.Typer(
    name="studyhall",
    help="A Discord bot for study groups that prepare for an exam together.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they would fill an operator's log, and could show locals
)
model = typer.Typer(help="The learner model: replay the answers that are kept.", no_args_is_help=True)
app.add_typer(bank_commands.bank, name="bank")
app.add_typer(model, name="model")
for command in (care_commands.backup, care_commands.restore, care_commands.doctor):
    app.command()(command)


@app.command()
def run(
    or_sandbox: Annotated[
        bool, typer.Option("--or-sandbox", help="Without a token, start the sandbox and the bot against it.")
    ] = False,
) -> None:
    """Run the bot against Discord, with the token in DISCORD_TOKEN."""
    chosen = settings()
    if chosen.discord_token is None or not chosen.discord_token.get_secret_value().strip():
        if or_sandbox:
            sandbox()
            return
        raise refuse(
            "DISCORD_TOKEN is not set, so there is no bot to log in as. Set it (see config/example.env), "
            "or try Studyhall without an account: studyhall sandbox."
        )
    from bot import running

    try:
        asyncio.run(running.until_stopped(chosen))
    except running.StartRefused as error:
        raise refuse(str(error)) from None
    except KeyboardInterrupt:
        return


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the page is served; 0 takes any.")] = 8420,
    database: Annotated[Path | None, typer.Option(help="Keep the answers in this file.")] = None,
) -> None:
    """Try Studyhall without an account: a Discord of its own on this machine, and the bot in it."""
    log = Path(".sandbox") / "bot.log"
    if database is None:
        database = log.with_name("studyhall.db")
        begin_anew(database)
    # Run as a program of its own: the two meet by socket alone, as the bot meets Discord.
    arguments = [sys.executable, "-m", "sandbox", "--open", "--port", str(port), "--bot", str(database)]
    arguments += ["--log", str(log)]
    os.execv(sys.executable, arguments)  # noqa: S606  our own program, with a checked port and a path


def begin_anew(database: Path) -> None:
    """Remove the last sandbox's answers, since its world is gone too; refuse where a bot is still at them."""
    lock = Path(f"{database}.lock")
    if lock.exists():
        with lock.open("r", encoding="utf-8") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise refuse(
                    f"{database}: a sandbox's bot runs on it already ({handle.readline().strip()}). "
                    "Stop that one first, or start in another folder."
                ) from None
    for leftover in database.parent.glob(f"{database.name}*"):
        leftover.unlink()


@model.command("replay")
def model_replay() -> None:
    """Replay every kept answer in its order and compare the estimates with those that are kept."""
    from bot.offline import replay

    text, same = offline(lambda: asyncio.run(replay(settings().database)))
    typer.echo(text)
    if not same:
        raise typer.Exit(1)


@model.command("evaluate")
def model_evaluate(
    answers: Annotated[Path, typer.Argument(help="A CSV file: user,item,skill,correct and perhaps ts.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line instead of a table.")] = False,
    split: Annotated[
        bool, typer.Option("--split", help="Half of the learners only warm items and topics; score the other half.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The dice that halve or group the learners.")] = 0,
    cold: Annotated[
        int | None, typer.Option(min=1, help="Score learners in groups of this size, with nothing known before.")
    ] = None,
) -> None:
    """Replay a log of answers through the bot's learner model and score what it had predicted of each."""
    from bot.offline import evaluate

    if split and cold is not None:
        raise refuse("Choose --split or --cold, not both: one warms items and topics beforehand, the other forbids it.")
    typer.echo(offline(lambda: evaluate(answers, halves=split, cold=cold, seed=seed, as_json=as_json)))


@app.command()
def when(
    words: Annotated[str, typer.Argument(help="A time in words, such as “every mon, wed 18:30”.")],
    now: Annotated[str | None, typer.Option(help="The time to read them at, in ISO form; else this moment.")] = None,
    zone: Annotated[str, typer.Option(help="The IANA zone to read them in.")] = "UTC",
    exam: Annotated[str | None, typer.Option(help="When the exam is, in ISO form, for “before my exam”.")] = None,
    session: Annotated[str | None, typer.Option(help="When the next session begins, in ISO form.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line instead of sentences.")] = False,
) -> None:
    """Show how the bot understands words for a time: what it would plan, ask, or refuse."""
    from bot import phrases
    from bot.clock import SystemClock

    try:
        read_against = phrases.context(now or SystemClock().now(), zone, exam, session)
    except phrases.Refused as error:
        raise refuse(str(error)) from None
    said, understood = phrases.answer(words, read_against, as_json=as_json)
    typer.echo(said)
    # In JSON a refusal is an answer like the others; a script reads it there.
    if not understood and not as_json:
        raise typer.Exit(1)


def main() -> None:
    """The console script."""
    app(prog_name="studyhall")


if __name__ == "__main__":
    main()
