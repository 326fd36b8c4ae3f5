"""The page's JavaScript holds to the types that its comments declare."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "sandbox" / "static"
TSC = shutil.which("tsc")
STRICT = ("--noEmit", "--allowJs", "--checkJs", "--strict", "--target", "es2022", "--module", "es2022")
LIBRARIES = ("--skipLibCheck", "--moduleResolution", "node", "--lib", "es2022,dom,dom.iterable")


@pytest.mark.skipif(TSC is None, reason="there is no TypeScript compiler: apt-get install node-typescript")
def test_the_pages_modules_hold_to_their_types() -> None:
    """The compiler finds nothing to say about any of them, in its strict mode."""
    assert TSC is not None
    modules = sorted(str(path.relative_to(STATIC)) for path in STATIC.glob("*.js"))
    said = subprocess.run([TSC, *STRICT, *LIBRARIES, *modules], cwd=STATIC, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout
