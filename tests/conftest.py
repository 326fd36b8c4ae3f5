"""What holds for every test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.seeds import EXAMPLES

if TYPE_CHECKING:
    from sandbox.server import Sandbox
    from tests.shell import Shell

# No test is timed: a slow machine is no counterexample. EXAMPLES=1000 looks harder.
settings.register_profile("studyhall", deadline=None, max_examples=EXAMPLES)
settings.load_profile("studyhall")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """The program, to be run in an empty folder."""
    from tests.shell import Shell

    return Shell(tmp_path)


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    """A frozen sandbox on a free port."""
    from sandbox.server import Sandbox

    async with Sandbox(port=0, frozen=True) as made:
        yield made
