"""The README against the code: every command, option, setting and right in it, and nothing that is not there."""

from __future__ import annotations

import configparser
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord
import pytest
import typer.main
import yaml
from discord import app_commands
from discord.ext import commands
from dotenv import dotenv_values

from bot.__main__ import app
from bot.client import COGS
from cogs import texts
from cogs.setup import NEEDED
from config.settings import Settings, load, variable

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "config" / "example.env"


def table(first: str, which: int = 0) -> list[list[str]]:
    """The cells of the rows of the `which`th table whose head begins with the cell *first*."""
    heads = list(re.finditer(rf"^\| {first} \|.*\n\|[-|]+\|\n", README, re.MULTILINE))
    rows = []
    for line in README[heads[which].end() :].splitlines():
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def words(cell: str) -> list[str]:
    """What stands between backquotes in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def slash_commands() -> Iterator[app_commands.Command[commands.Cog, ..., None]]:
    """Every slash command of every feature, as the classes declare them."""
    for name in COGS:
        for cog in vars(importlib.import_module(name)).values():
            if isinstance(cog, type) and issubclass(cog, commands.Cog) and cog.__module__ == name:
                for command in cog.__cog_app_commands__:
                    found = command.walk_commands() if isinstance(command, app_commands.Group) else [command]
                    yield from (one for one in found if isinstance(one, app_commands.Command))


def test_every_slash_command_and_option_is_in_the_readme() -> None:
    """The table of commands names each of them once, with its options in their order."""
    documented = {words(row[0])[0]: words(row[1]) for row in table("command")}
    assert documented == {
        f"/{one.qualified_name}": [option.display_name for option in one.parameters] for one in slash_commands()
    }


def test_every_console_command_and_option_is_in_the_readme() -> None:
    """The table of console commands names each of them once, with its options in their order."""

    def walk(command: object, path: str) -> Iterator[tuple[str, list[str]]]:
        children = getattr(command, "commands", {})
        for name, child in children.items():
            yield from walk(child, f"{path} {name}")
        if not children:
            options = [option for one in getattr(command, "params", []) for option in one.opts]
            yield path, [option for option in options if option.startswith("--") and option != "--help"]

    documented = {words(row[0])[0]: words(row[1]) for row in table("command", 1)}
    assert documented == dict(walk(typer.main.get_command(app), "studyhall"))


def defaults() -> dict[str, str]:
    """Every setting's variable and its default as an operator writes it; paths from the project's folder."""
    found = {}
    for name, field in Settings.model_fields.items():
        value = field.default
        if isinstance(value, Path) and value.is_absolute():
            value = value.relative_to(ROOT)
        found[variable(name)] = "" if value is None else str(value)
    return found


def test_every_setting_is_in_the_readme() -> None:
    """The table of settings names each variable with its default."""
    documented = {words(row[0])[0]: "".join(words(row[1])) for row in table("variable")}
    assert documented == defaults()


def test_the_example_file_shows_every_setting_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """`config/example.env` names each variable once, with the default; as it is, it sets nothing else."""
    named = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
    without = {"STUDYHALL_ENDPOINT"}  # its example is an address, since it has no default
    assert named.keys() == defaults().keys()
    assert {name: value for name, value in named.items() if name not in without} == {
        name: value for name, value in defaults().items() if name not in without
    }
    for name in named:
        monkeypatch.delenv(name, raising=False)
    assert set(dotenv_values(EXAMPLE)) == named.keys() - without - {"STUDYHALL_EXAMS", "STUDYHALL_BANKS"}
    assert load(EXAMPLE) == Settings()


def test_the_invite_link_asks_for_exactly_the_rights_of_the_table() -> None:
    """The link's number is that of the table's rights: those that `/setup` checks, and those of single features."""
    further = {
        "attach file": "attach_files",
        "create event": "create_events",
        "connect": "connect",
        "pin message": "pin_messages",
        "create private thread": "create_private_threads",
        "manage thread": "manage_threads",
    }
    rights = {row[0] for row in table("right")}
    checked = {texts.RIGHTS[name].casefold() for name in NEEDED}
    documented = {right.casefold().removesuffix("s") for right in rights}
    assert documented == {right.removesuffix("s") for right in checked} | further.keys()

    flags = {texts.RIGHTS[name].casefold().removesuffix("s"): name for name in NEEDED} | further
    needed = discord.Permissions(**dict.fromkeys((flags[right] for right in documented), True))
    (link,) = re.findall(r"https://discord\.com/oauth2/authorize\?\S+", README)
    query = parse_qs(urlsplit(link).query)
    assert query["permissions"] == [str(needed.value)]
    assert set(query["scope"][0].split()) == {"bot", "applications.commands"}


def test_no_privileged_intent_is_asked_for() -> None:
    """The README says that all three privileged intents may stay off; the client asks for servers and voice."""
    source = (ROOT / "bot" / "client.py").read_text(encoding="utf-8")
    assert re.findall(r"discord\.Intents[^\n]*", source) == ["discord.Intents(guilds=True, voice_states=True),"]
    asked = discord.Intents(guilds=True, voice_states=True)
    assert [name for name in ("members", "presences", "message_content") if getattr(asked, name)] == []
    assert "no privileged intent" in README


OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def test_the_operators_page_names_every_figure() -> None:
    """The table of figures is what the bot tells, no more and no less."""
    found = set()
    for name in ("meters", "health", "nightly"):
        source = (ROOT / "bot" / f"{name}.py").read_text(encoding="utf-8")
        found |= {f"studyhall_{one}" for one in re.findall(r"show\(\s*\"(\w+)\"", source)}
        for kind, one in re.findall(r"(Counter|Gauge|Histogram)\(\s*\"(studyhall_\w+)\"", source):
            found.add(f"{one}_total" if kind == "Counter" else one)
    named = re.findall(r"`(studyhall_\w+)`", OPERATING)
    assert len(found) > 20
    assert sorted(named) == sorted(found)


def test_the_operators_page_names_commands_and_settings_that_exist() -> None:
    """What it tells to type is there, also as systemd and the image start it."""
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]  # the program is a group of commands
    service = OPERATING.partition("```ini\n")[2].partition("```")[0]
    named = set(re.findall(r"(?:bin/|`|studyhall )studyhall ([a-z]+)", OPERATING))
    named |= set(re.findall(r"run --rm studyhall ([a-z]+)", OPERATING))
    assert {"run", "doctor", "backup", "restore"} <= named <= known
    assert set(re.findall(r"STUDYHALL_[A-Z_]+", OPERATING)) <= defaults().keys()
    unit = configparser.ConfigParser(strict=True)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # systemd's names have capitals
    unit.read_string(service)
    assert unit["Service"]["ExecStart"].split()[1:] == ["run"]
    patience = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["studyhall"]
    assert int(unit["Service"]["TimeoutStopSec"]) >= int(patience["stop_grace_period"].removesuffix("s"))


@pytest.mark.parametrize(
    "page", ["README.md", "docs/operating.md", "CONTRIBUTING.md", "sandbox/README.md", "config/banks/README.md"]
)
def test_links_inside_the_project_lead_somewhere(page: str) -> None:
    """Every relative link and picture of the pages exists."""
    path = ROOT / page
    text = path.read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", text) if "://" not in target]
    assert [target for target in targets if not (path.parent / target.split("#")[0]).exists()] == []


def test_make_targets_that_the_pages_name_exist() -> None:
    """Every `make …` of README and CONTRIBUTING is a target that `make help` explains."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
    pages = README + OPERATING + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^    |`)make ([a-z]+)", pages, re.MULTILINE))
    assert {"run", "test", "check", "bench"} <= named <= targets


def test_the_picture_of_the_page_is_small() -> None:
    """The picture that everybody loads with the README is a PNG of at most 250 kB."""
    picture = (ROOT / "docs" / "page.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) <= 250_000


def test_the_licence_of_the_questions_is_that_of_every_bank() -> None:
    """The README's licence for questions stands in each shipped bank."""
    banks = [path for path in (ROOT / "config" / "banks").glob("*.md") if path.name != "README.md"]
    assert banks
    for path in banks:
        assert "\nlicence: CC-BY-4.0\n" in path.read_text(encoding="utf-8")
    assert "https://creativecommons.org/licenses/by/4.0/" in README
