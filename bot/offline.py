"""What the command line does without Discord: banks in and listed, answers replayed, the model judged, copies made."""

from __future__ import annotations

import contextlib
import json
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path, PurePath

from bot import bank_pictures
from bot.domain import evaluation
from bot.domain.challenges import Decision
from bot.formats import answers as answer_logs
from bot.services import banks, challenges, rescore
from bot.services import replay as replays
from bot.storage import backup as backups
from bot.storage.database import Database, DatabaseRefused, locked
from bot.storage.soundness import unwritten

WHERE_KEYS = "studyhall bank list shows the banks, /question challenges the keys of the questions that members doubt"
WISHES = {
    Decision.KEY: "another option is right",
    Decision.TEXT: "it should be worded anew",
    Decision.RETIRE: "it should never be asked again",
    Decision.VOID: "it should count nowhere",
}
"""What tutors ask of the operator, in words."""


class Refused(Exception):
    """Nothing was done; the text says why."""


def _read(files: Sequence[Path]) -> list[tuple[PurePath, str]]:
    try:
        return [(path, path.read_text(encoding="utf-8")) for path in files]
    except OSError as error:
        raise Refused(f"{error.filename}: cannot be read ({error.strerror}). Nothing was done.") from None
    except UnicodeDecodeError:
        raise Refused("A file is not UTF-8 text. Save it as UTF-8 and try again; nothing was done.") from None


def _check_there(path: Path) -> None:
    if not path.exists():
        raise Refused(f"{path}: there is no database here yet. A first studyhall run or studyhall bank load makes it.")


@contextlib.asynccontextmanager
async def opened(path: Path, *, make: bool = False) -> AsyncIterator[Database]:
    if not make:
        _check_there(path)
    try:
        database = await Database.open(path)
    except DatabaseRefused as error:
        raise Refused(str(error)) from None
    try:
        yield database
    except sqlite3.OperationalError as error:
        if not unwritten(error):
            raise
        raise Refused(
            f"{path}: the database cannot be written now ({error}); what was begun last was not kept. "
            "Check the disk, and that no other program holds it, and try again."
        ) from error
    finally:
        await database.close()


async def load_files(path: Path, files: Sequence[Path]) -> str:
    """Load question files that are free of errors. Raises Refused; then nothing was written."""
    found, problems = [], []
    pictures = {}
    for file in _read(files):
        read, faults = banks.read_banks([file])
        found += read
        problems += faults
        for bank in read:
            pictures[bank.slug], faults = bank_pictures.beside(Path(file[0]).parent, bank)
            problems += faults
    errors = [problem for problem in problems if problem.level == "error"]
    if errors:
        raise Refused("\n".join([*(str(problem) for problem in errors), "Nothing was loaded."]))
    async with opened(path, make=True) as database:
        try:
            done = await banks.load(database, found, pictures)
        except banks.SlugTaken as error:
            raise Refused(
                f"{error}: a group has a bank of its own of that name. Give the file another one after `bank:`; "
                "nothing was loaded."
            ) from None
        await rescore.rebuild(database)
    lines = [f"warning: {problem}" for problem in problems]
    lines += [
        f"{slug}: {one.new} new, {one.changed} changed, {one.retired} retired, {one.same} as before{_rekeyed(one)}"
        for slug, one in done.items()
    ]
    lines += [
        f"warning: {slug}: the file now overrules what a tutor had corrected in {', '.join(one.overruled)}"
        for slug, one in done.items()
        if one.overruled
    ]
    return "\n".join(lines)


def _rekeyed(done: banks.Loaded) -> str:
    if not done.rekeyed:
        return ""
    return f"; the key of {done.rekeyed} is another, and their earlier answers were judged anew"


async def void(path: Path, bank: str, key: str, now: datetime, *, back: bool) -> str:
    """Withdraw a question, or take it *back* in; what follows from its answers is made anew. Raises Refused."""
    async with opened(path) as database:
        try:
            done = await (rescore.unvoid(database, bank, key) if back else rescore.void(database, bank, key, now))
        except rescore.NoSuchQuestion:
            raise Refused(f"There is no question {key} in a bank {bank}. Nothing was changed; {WHERE_KEYS}.") from None
        await rescore.rebuild(database)
    if not done.changed:
        return f"{bank} {key} {'was not voided' if back else 'was voided before'}; nothing was changed."
    counts = "counts again" if back else "is never asked again and counts nowhere"
    return f"{bank} {key} {counts}, with its {done.answers} answers: {done.stem}"


async def listing(path: Path) -> str:
    """A line for each bank. Raises Refused."""
    async with opened(path) as database:
        rows = await banks.summary(database)
    lines = [f"{slug} · {title} · exam {exam} · {live} questions" for slug, title, exam, live, _ in rows]
    return "\n".join(lines) or "There is no bank yet: studyhall bank load FILE…"


async def challenged(path: Path) -> str:
    """What tutors could decide for their own group alone, since others are asked it too. Raises Refused."""
    async with opened(path) as database:
        found = await challenges.passed(database)
    if not found:
        return "Nothing waits for you: no tutor has challenged a question that other servers are asked too."
    lines: list[str] = []
    for one in found:
        lines.append(f"{one.bank} {one.key} · {' '.join(one.stem.split())}")
        lines.append(f"  its tutors say: {WISHES[one.decision]}")
        lines += [f"    {line}" for line in one.words.splitlines()]
        lines += [f"  reported: {' '.join(reason.split())}" for reason in one.reasons]
    lines.append(
        "The group that says so is not asked it any more. Change the question in its file and load that, or "
        "studyhall bank void it; then it is no longer listed."
    )
    return "\n".join(lines)


async def replay(path: Path) -> tuple[str, bool]:
    """Replay all answers; the report, and whether every row is the same to the last bit. Raises Refused."""
    async with opened(path) as database:
        found = await replays.replay(database)
    text = f"{found.answers} answers replayed, {found.rows} rows compared, {found.different} different"
    return text, found.different == 0


def evaluate(file: Path, *, halves: bool, cold: int | None, seed: int, as_json: bool) -> str:
    """How well the learner model and its two alternatives predict a log of answers (`user,item,skill,correct[,ts]`).

    *halves* scores one half of the learners after the other has warmed items and topics, *cold* all of them in
    groups of that size that start with nothing known, neither all of them in one group. `n` counts the answers that
    are scored, `retries` those left out because their learner had answered the same item just before.
    Raises Refused, with a line for each line that cannot be read.
    """
    try:
        with file.open(encoding="utf-8", newline="") as lines:
            log, problems = answer_logs.read(lines, str(file))
    except OSError as error:
        raise Refused(f"{file}: cannot be read ({error.strerror}). Nothing was evaluated.") from None
    except UnicodeDecodeError:
        raise Refused(f"{file}: this is not UTF-8 text. Save it as UTF-8 and try again.") from None
    if log is None or problems:
        raise Refused("\n".join([*(str(problem) for problem in problems), "Nothing was evaluated."]))
    rng = random.Random(seed)  # noqa: S311  dice for learners and groups, not for secrets
    if halves:
        worlds = evaluation.split(log, rng)
    elif cold is not None:
        worlds = evaluation.cold(log, cold, rng)
    else:
        worlds = evaluation.whole(log)
    found = evaluation.evaluate(log, worlds, time.perf_counter)
    if as_json:
        return json.dumps({**found.as_dict(), "retries": log.retries})
    return _table(found, log.retries)


def _table(found: evaluation.Evaluation, retries: int) -> str:
    lines = [f"{'':<15}{'AUC':>8}{'log loss':>10}{'Brier':>8}{'calibration':>13}{'µs/answer':>11}"]
    for name, score in (
        ("learner model", found.model),
        ("percent right", found.percent_right),
        ("Elo", found.elo),
    ):
        auc = "–" if score.auc is None else f"{score.auc:.4f}"
        lines.append(
            f"{name:<15}{auc:>8}{score.log_loss:>10.4f}{score.brier:>8.4f}{score.ece:>13.4f}"
            f"{score.micros_per_answer:>11.2f}"
        )
    lines.append(f"{found.model.n:,} answers scored, {retries:,} immediate retries left out")
    return "\n".join(lines)


def backup(source: Path, target: Path) -> str:
    """Copy the database and check the copy. Raises Refused."""
    try:
        size = backups.backup(source, target)
    except backups.BackupRefused as error:
        raise Refused(str(error)) from None
    return f"{target}: {size:,} bytes, checked"


def restore(copy: Path, target: Path, now: datetime) -> str:
    """Put a copy in the database's place, which is kept beside it. Raises Refused."""
    aside = target.with_name(f"{target.name}.replaced-{now:%Y%m%dT%H%M%SZ}")
    there = target.exists()
    try:
        with locked(target):
            backups.restore(copy, target, aside)
    except (backups.BackupRefused, DatabaseRefused) as error:
        raise Refused(str(error)) from None
    kept = f"; what was there is kept as {aside}" if there else ""
    return f"{target}: now what {copy} holds, checked{kept}. Start the bot."
