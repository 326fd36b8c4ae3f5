"""One case of the long run: a generated week, what happens to the bot in it, and the oracle's word."""

from __future__ import annotations

import asyncio
import re
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import places
from tests.faults.oracle import examine
from tests.faults.plagues import ALL, STARTABLE, Plagues
from tests.faults.scene import Scene
from tests.faults.week import live

KINDS = ("kills", "dice", "plagues", "both", "sample")
PARTS = 12
"""So many weeks of kills divide all places of the program among them."""
DAYS = 7
PATIENCE_S = 1200.0
_DICE = 0.002
_FEW = 0.012
_CODE = re.compile(r"code:? \W*([0-9a-f]{6})\b")
_STRIKES = 0.15


@dataclass(frozen=True, slots=True)
class Case:
    """`kills`: at each place of a part; `dice`: anywhere, by chance; `plagues` strike, and `both` is those and `dice`.

    A `sample` is plagues and kills at one place in a hundred.
    """

    kind: str
    seed: int
    days: int = DAYS

    @property
    def command(self) -> str:
        """What repeats it."""
        return f"""make faults ARGS='--case "{self.kind}" --seed {self.seed} --days {self.days}'"""

    @property
    def deaths(self) -> str:
        """The words for the killer."""
        if self.kind == "kills":
            return f"new {1 / PARTS} parts {self.seed % PARTS}"
        if self.kind == "sample":
            return f"new {_FEW} {self.seed}"
        return f"dice {_DICE} {self.seed}" if self.kind in ("dice", "both") else "trace"


@dataclass(slots=True)
class Result:
    """What came of a case. Names of steps are those of `places`, with "before" or "after"."""

    case: Case
    wrong: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    struck: Counter[str] = field(default_factory=Counter)
    acts: int = 0
    tries: int = 0
    seconds: float = 0.0
    story: list[str] = field(default_factory=list)


async def play(case: Case, prepared: Path, folder: Path) -> Result:
    """Live through the week and examine it. What goes wrong, the harness itself too, is in the result."""
    result, began = Result(case), time.monotonic()
    async with Scene.open(prepared, folder) as scene:
        scene.deaths = case.deaths
        chance = _STRIKES if case.kind in ("plagues", "both", "sample") else 0.0
        plagues = Plagues(scene, case.seed, chance, ALL if case.kind == "plagues" else STARTABLE)
        try:
            async with asyncio.timeout(PATIENCE_S):
                record = await live(scene, case.seed, case.days, pause=plagues.pause, more=case.kind != "sample")
                await plagues.end()
                scene.deaths = "trace"
                result.acts, result.tries = len(record.acts), sum(len(act.tries) for act in record.acts)
                result.wrong += _unexplained(await examine(scene, record), plagues.codes)
        except Exception:  # noqa: BLE001  a long run goes on with the next case
            result.wrong.append(traceback.format_exc())
        result.struck, result.story = plagues.struck, plagues.story
        result.killed = _lines(Path(f"{scene.steps}.killed"))
        result.seen = set(_lines(Path(f"{scene.steps}.seen")))
    result.seconds = time.monotonic() - began
    return result


def reached(seen: set[str]) -> set[str]:
    """Which statements of the storage are among these steps."""
    return places.statements() & {one.split()[2] for one in seen if len(one.split()) > 2}


def _unexplained(found: list[str], faults: int) -> list[str]:
    """Without the codes that members were told where Discord refused the bot's answers, a code a refusal at most."""
    told = [one for one in found if _CODE.search(one)]
    codes = {code for one in told for code in _CODE.findall(one)}
    return [one for one in found if one not in told] if len(codes) <= faults else found


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines() if path.exists() else []
