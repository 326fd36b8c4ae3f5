"""The architecture as a test: who may import whom, how long a module may be, and what stands in none of them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = ("bot", "cogs", "config", "sandbox", "tests")
LONGEST, LONGEST_TEST = 400, 600
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
STANDARD = set(sys.stdlib_module_names)

# What each part may import besides the standard library. A name stands for itself and all that is in it.
TABLE: dict[str, set[str]] = {
    "bot.domain": {"bot.domain", "fsrs", "dateparser"},
    "bot.formats": {
        "bot.domain",
        "bot.formats",
        "icalendar",
        "fpdf",
        "lxml",
        "openpyxl",
        "yaml",
        "zstandard",
        "rapidfuzz",
    },
    "bot.storage": {"bot.domain", "bot.storage", "aiosqlite"},
    "bot.intake": {"bot.domain", "bot.formats", "bot.intake", "PIL"},
    "bot.services": {"bot.storage", "bot.formats", "bot.domain", "bot.intake", "bot.services"},
    "bot.pictures": {"bot.domain", "bot.pictures", "matplotlib", "PIL"},
    "cogs": {"bot.services", "bot.domain", "bot.intake", "bot.pictures", "cogs", "discord"},
    "config": {"config", "pydantic", "pydantic_settings", "dotenv"},
    "sandbox": {"sandbox", "aiohttp", "orjson", "jsonschema_rs"},
    # The parts that put everything together.
    "bot": {"bot", "config", "aiohttp", "apscheduler", "discord", "prometheus_client", "rich", "typer", "yarl"},
}
# Single modules that need one thing more, each with its reason.
MORE: dict[str, set[str]] = {
    "cogs.deliveries": {"aiohttp"},  # the connection's own errors are part of what a send can raise
    "cogs.direct": {"aiohttp"},  # the same
    "cogs.feedback_forms": {"aiohttp"},  # and of what fetching a file can
    "cogs.imports": {"aiohttp"},  # the same
}
ANKI = "bot.formats.anki_collection"
"""The one format that is a SQLite database: it is read from bytes in memory, and no file is touched."""


def _modules(*parts: str) -> list[Path]:
    return [path for part in parts for path in sorted((ROOT / part).rglob("*.py")) if "__pycache__" not in path.parts]


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path) -> set[str]:
    """What a module imports, wherever it does so, with the names that it takes from a package."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide what is imported"
            module = node.module or ""
            found |= {f"{module}.{alias.name}" if module.split(".")[0] in OURS else module for alias in node.names}
    return found


def _part(name: str) -> str:
    return max((part for part in TABLE if name == part or name.startswith(part + ".")), key=len)


def _within(name: str, allowed: set[str]) -> bool:
    return any(name == one or name.startswith(one + ".") for one in allowed)


PRODUCT = _modules("bot", "cogs", "config", "sandbox")


@pytest.mark.parametrize("path", PRODUCT, ids=_name)
def test_a_module_imports_only_what_its_layer_may(path: Path) -> None:
    """Rules know no storage, storage knows no Discord, cogs know no SQL, and the sandbox knows nothing of ours."""
    name = _name(path)
    allowed = TABLE[_part(name)] | MORE.get(name, set())
    wrong = {one for one in _imports(path) if one.split(".")[0] not in STANDARD and not _within(one, allowed)}
    assert not wrong, f"{name} may import {sorted(allowed)}, not {sorted(wrong)}"


def test_the_parts_that_put_together_never_import_a_cog() -> None:
    """The client loads its features by name: a feature is one module and one line in a list."""
    for path in _modules("bot"):
        assert not {one for one in _imports(path) if one.split(".")[0] == "cogs"}, path


@pytest.mark.parametrize("part", ["bot.domain", "bot.formats"])
def test_rules_and_formats_touch_nothing_outside(part: str) -> None:
    """No file, socket, process, thread, clock or event loop: what goes in are values, what comes out are values."""
    outside = {"asyncio", "os", "pathlib", "socket", "sqlite3", "subprocess", "tempfile", "threading", "time", "shutil"}
    for path in _modules(part.replace(".", "/")):
        assert not _imports(path) & (outside - {"sqlite3"} if _name(path) == ANKI else outside), path
        calls = [node.func for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
        assert "open" not in [call.id for call in calls if isinstance(call, ast.Name)], path


def test_sql_stands_in_storage_alone() -> None:
    """A statement anywhere else would be one that no storage test tries."""
    statement = re.compile(r"\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE\s\w+\sSET|DELETE FROM|PRAGMA)\b", re.DOTALL)
    for path in _modules("bot", "cogs", "config"):
        if _name(path).startswith("bot.storage") or _name(path) == ANKI:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not statement.search(node.value), f"{path}:{node.lineno}"


def test_only_the_clock_reads_the_time() -> None:
    """Everybody else is handed an instant: the tests' clock is the only one there is. (The sandbox owns its own.)"""
    readers = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
               ("time", "time"), ("time", "time_ns"), ("utils", "utcnow")}  # fmt: skip
    for path in _modules("bot", "cogs", "config", "tests"):
        if _name(path) == "bot.clock":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                owner = node.value
                whose = (
                    owner.id if isinstance(owner, ast.Name) else owner.attr if isinstance(owner, ast.Attribute) else ""
                )
                assert (whose, node.attr) not in readers, f"{path}:{node.lineno} reads the time"


def test_nobody_throws_global_dice() -> None:
    """Dice are an argument: from the module `random` only the class Random is used."""
    for path in PRODUCT:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "random":
                assert node.attr == "Random", f"{path}:{node.lineno}"
            if isinstance(node, ast.ImportFrom) and node.module == "random":
                assert [alias.name for alias in node.names] == ["Random"], f"{path}:{node.lineno}"


def test_no_module_is_too_long_or_has_a_name_that_says_nothing() -> None:
    """A module of more than 400 lines (600 of tests) is two modules; one called utils is none."""
    for path in _modules(*OURS):
        lines = len(path.read_text("utf-8").splitlines())
        assert lines <= (LONGEST_TEST if _name(path).startswith("tests") else LONGEST), path
        assert not FORBIDDEN_NAMES & {part.lower() for part in path.relative_to(ROOT).with_suffix("").parts}, path


def test_importing_does_nothing() -> None:
    """Every module imports in an empty folder with no token and no network, prints nothing and writes nothing."""
    names = [_name(path) for path in PRODUCT if path.name != "__main__.py"]
    program = f"""
import importlib, os, sys, tempfile
sys.path.insert(0, {str(ROOT)!r})
os.chdir(tempfile.mkdtemp())
for name in {names!r}:
    importlib.import_module(name)
print(os.listdir())
"""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")
