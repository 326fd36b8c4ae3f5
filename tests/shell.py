"""The program on a command line: real processes in a folder of their own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings, variable
from tests import warm

ROOT = Path(__file__).parent.parent
PATIENCE_S = 60.0
SMALL_BANK = """---
bank: small
title: A small bank
licence: CC-BY-4.0
rights: own work
exam: cpc
---
# Anatomy
## Which chamber pumps blood into the aorta? {#aorta}
- [x] The left ventricle
- [ ] The right ventricle
- [ ] The left atrium
- [ ] The right atrium
> The left ventricle pumps into the systemic circulation.
"""


@dataclass(frozen=True)
class Ended:
    """How a process ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """What it was refused with: the only line on standard error, and nothing on standard output."""
        assert self.code == 2, (self.code, self.out, self.err)
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.endswith(".")
        return line

    @property
    def last(self) -> str:
        """What it was refused with after its log had begun: the last line on standard error."""
        assert self.code == 2, self
        *logged, sentence = self.err.splitlines()
        assert all(json.loads(line)["level"] in ("INFO", "WARNING") for line in logged)
        return sentence


class Shell:
    """Runs `studyhall` in a folder of its own, with nothing in the environment that it was not given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def environment(self, given: dict[str, str]) -> dict[str, str]:
        """The machine's environment without our settings, plus those that are given."""
        settings = {variable(name) for name in Settings.model_fields}
        return {name: value for name, value in os.environ.items() if name not in settings} | given

    def __call__(self, *arguments: str, **given: str) -> Ended:
        env = self.environment({"PYTHONPATH": str(ROOT), **given})
        done = warm.run(("-m", "bot", *arguments), cwd=self.folder, env=env)
        return Ended(done.returncode, done.stdout, done.stderr)

    async def run(self, *arguments: str, **given: str) -> Ended:
        """The same while this test's event loop goes on (a sandbox in it answers)."""
        return await asyncio.to_thread(self, *arguments, **given)

    @contextlib.asynccontextmanager
    async def start(self, *arguments: str, **given: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """A process that is ended with the block if it still runs."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            *arguments,
            cwd=self.folder,
            env=self.environment({"PYTHONPATH": str(ROOT), **given}),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            # Asked, not killed, so that a sandbox takes its bot along.
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            async with asyncio.timeout(PATIENCE_S):
                await process.communicate()

    def files(self) -> set[str]:
        """Every file below the folder."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}

    def write(self, name: str, text: str) -> str:
        """Put a file there; returns its name."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return name
