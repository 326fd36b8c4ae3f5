"""The architecture as a test: who may import whom, how long a module may be, and what stands in none of them."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("layers")  # what one of these tests has parsed, the others need not
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
    "bot.intake": {"bot.children", "bot.domain", "bot.formats", "bot.intake", "PIL"},
    "bot.services": {"bot.storage", "bot.formats", "bot.domain", "bot.intake", "bot.services"},
    "bot.pictures": {"bot.children", "bot.domain", "bot.pictures", "matplotlib", "PIL"},
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
    "cogs.replies": {"aiohttp"},  # and of what an answer can
}
ANKI = "bot.formats.anki_collection"
"""The one format that is a SQLite database: it is read from bytes in memory, and no file is touched."""


def _modules(*parts: str) -> list[Path]:
    return [path for part in parts for path in sorted((ROOT / part).rglob("*.py")) if "__pycache__" not in path.parts]


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


STATEMENT = re.compile(r"\b(SELECT\s.+\sFROM|INSERT INTO|UPDATE\s\w+\sSET|DELETE FROM|PRAGMA)\b", re.DOTALL)
READERS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
           ("time", "time"), ("time", "time_ns"), ("utils", "utcnow")}  # fmt: skip


@dataclass
class Facts:
    """What the tests below ask of a module: what it imports (wherever it does so), and the lines of what it does."""

    imports: set[str] = field(default_factory=set)
    opens: list[int] = field(default_factory=list)
    statements: list[int] = field(default_factory=list)
    clocks: list[int] = field(default_factory=list)
    dice: list[int] = field(default_factory=list)


@functools.cache  # parsing is most of the time, and several tests ask of the same module
def _facts(path: Path) -> Facts:
    facts = Facts()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import():
                facts.imports |= {alias.name for alias in node.names}
            case ast.ImportFrom():
                assert node.level == 0, f"{path}: relative imports hide what is imported"
                module, names = node.module or "", [alias.name for alias in node.names]
                ours = module.split(".")[0] in OURS
                facts.imports |= {f"{module}.{name}" if ours else module for name in names}
                facts.dice += [node.lineno] if module == "random" and names != ["Random"] else []
            case ast.Call(func=ast.Name(id="open")):
                facts.opens.append(node.lineno)
            case ast.Constant(value=str(text)) if STATEMENT.search(text):
                facts.statements.append(node.lineno)
            case ast.Attribute(value=ast.Name(id=owner)) | ast.Attribute(value=ast.Attribute(attr=owner)):
                facts.clocks += [node.lineno] if (owner, node.attr) in READERS else []
                random = isinstance(node.value, ast.Name) and owner == "random"
                facts.dice += [node.lineno] if random and node.attr != "Random" else []
    return facts


def _imports(path: Path) -> set[str]:
    return _facts(path).imports


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
        assert not _facts(path).opens, path


def test_sql_stands_in_storage_alone() -> None:
    """A statement anywhere else would be one that no storage test tries."""
    for path in _modules("bot", "cogs", "config"):
        if not _name(path).startswith("bot.storage") and _name(path) != ANKI:
            assert not _facts(path).statements, path


def test_only_the_clock_reads_the_time() -> None:
    """Everybody else is handed an instant: the tests' clock is the only one there is. (The sandbox owns its own.)"""
    for path in _modules("bot", "cogs", "config", "tests"):
        if _name(path) != "bot.clock":
            assert not _facts(path).clocks, path


def test_nobody_throws_global_dice() -> None:
    """Dice are an argument: from the module `random` only the class Random is used."""
    for path in PRODUCT:
        assert not _facts(path).dice, path


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
