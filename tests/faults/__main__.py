"""The long run: `make faults ARGS='--minutes 20 --seed 1 [kills|plagues|all]'`. Exits with 1 where anything was wrong.

Weeks are lived side by side, as many as there are cores. At the end: one JSON line, and a table.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.faults import places
from tests.faults.cases import DAYS, KINDS, PARTS, Case, Result, play, reached
from tests.faults.scene import prepare

AT_ONCE = 2
PARTS_OF_ALL = {"kills": ("kills",), "plagues": ("plagues",), "all": ("kills", "plagues", "both")}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description="Live through weeks in which things go wrong.")
    parser.add_argument("what", nargs="?", default="all", choices=sorted(PARTS_OF_ALL))
    parser.add_argument("--minutes", type=float, default=20.0, help="no case begins later")
    parser.add_argument("--seed", type=int, default=1, help="of the first case of each kind; the next one has the next")
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--case", choices=KINDS, help="only this one, as a failure says")
    parser.add_argument("--keep", type=Path, help="a folder for the databases and logs of failed cases")
    return parser.parse_args()


def _cases(asked: argparse.Namespace) -> Iterator[Case]:
    """Without end; each part of the kills once, then those by dice."""
    if asked.case is not None:
        yield Case(asked.case, asked.seed, asked.days)
        return
    for number in itertools.count():
        for kind in PARTS_OF_ALL[asked.what]:
            yield Case("dice" if kind == "kills" and number >= PARTS else kind, asked.seed + number, asked.days)


async def _run(asked: argparse.Namespace, folder: Path, results: list[Result]) -> None:
    prepared = folder / "prepared.db"
    await prepare(prepared)
    cases, until = _cases(asked), time.monotonic() + asked.minutes * 60
    numbers = itertools.count(1)

    async def worker() -> None:
        while time.monotonic() < until and (case := next(cases, None)) is not None:
            place = folder / f"case{next(numbers)}"
            _say(f"begins: {case.kind}, seed {case.seed}")
            result = await play(case, prepared, place)
            results.append(result)
            _tell(result)
            if result.wrong and asked.keep is not None:
                shutil.copytree(place, asked.keep / f"{case.kind}-{case.seed}", dirs_exist_ok=True)
            shutil.rmtree(place)

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker()) for _ in range(min(AT_ONCE, os.cpu_count() or 1))]
        stop = asyncio.get_running_loop().add_signal_handler
        stop(signal.SIGINT, lambda: [one.cancel() for one in workers])


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _tell(result: Result) -> None:
    case = result.case
    said = f"{len(result.killed)} kills, {sum(result.struck.values())} plagues, {result.tries} clicks"
    _say(f"{'WRONG' if result.wrong else 'well'}: {case.kind}, seed {case.seed}: {said}, {result.seconds:.0f} s")
    for line in result.wrong:
        _say(f"  {line}")
    if result.wrong:
        for line in result.story:
            _say(f"    {line}")
        _say(f"  again: {case.command}")


def _summary(results: list[Result]) -> dict[str, object]:
    killed = [one for result in results for one in result.killed]
    seen = {one for result in results for one in result.seen}
    struck: Counter[str] = sum((result.struck for result in results), Counter())
    requests = {one for one in seen if one.split()[1] in ("GET", "POST", "PATCH", "PUT", "DELETE") and "/" in one}
    kinds = Counter(f"{one.split()[0]} {'request' if one in requests else 'statement'}" for one in killed)
    return {
        "cases": len(results),
        "kinds": dict(Counter(result.case.kind for result in results)),
        "seeds": [result.case.seed for result in results],
        "clicks": sum(result.tries for result in results),
        "kills": len(killed),
        "kills_by_kind": dict(sorted(kinds.items())),
        "steps_killed_at": len(set(killed) & seen),
        "steps_reached": len(seen),
        "statements_reached": len(reached(seen)),
        "statements": len(places.statements()),
        "plagues": dict(sorted(struck.items())),
        "failures": [
            {"case": one.case.kind, "seed": one.case.seed, "wrong": one.wrong, "again": one.case.command}
            for one in results
            if one.wrong
        ],
    }


def _table(found: dict[str, object], results: list[Result]) -> Iterator[str]:
    for name in ("cases", "clicks", "kills", "steps_killed_at", "steps_reached", "statements_reached", "statements"):
        yield f"{name.replace('_', ' '):<40}{found[name]:>8}"
    for name in ("kills_by_kind", "plagues"):
        counts = found[name]
        assert isinstance(counts, dict)
        for kind, count in counts.items():
            yield f"  {kind:<38}{count:>8}"
    missing = places.statements() - reached({one for result in results for one in result.seen})
    modules = Counter(one.split(".")[0] for one in missing)
    yield f"not reached, by module: {', '.join(f'{name} {count}' for name, count in modules.most_common())}"
    yield f"{'failures':<40}{sum(1 for one in results if one.wrong):>8}"


def main() -> int:
    asked = _arguments()
    results: list[Result] = []
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="studyhall-faults-") as folder,
        contextlib.suppress(asyncio.CancelledError, KeyboardInterrupt),
    ):
        asyncio.run(_run(asked, Path(folder), results))
    found = _summary(results)
    _say(json.dumps({"seconds": round(time.monotonic() - began), **found}))
    for line in _table(found, results):
        _say(line)
    return 1 if any(one.wrong for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
