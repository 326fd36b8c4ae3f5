"""The image's build, without an engine: what it copies and installs, and an installed copy that works elsewhere."""

from __future__ import annotations

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from config.settings import Settings, variable

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
HADOLINT = shutil.which("hadolint", path=str(Path(sys.executable).parent))
SPEC = re.compile(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)(?: ; (\S.*?))? \\$", re.MULTILINE)


def steps() -> list[tuple[str, str]]:
    """The Dockerfile's instructions: (name, rest), continued lines joined."""
    joined = re.sub(r"\\\n\s*", "", DOCKERFILE)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def copied() -> list[str]:
    """What the build takes from the project's folder."""
    found = []
    for name, rest in steps():
        if name == "COPY" and not rest.startswith("--from"):
            found += shlex.split(rest)[:-1]
    return found


def test_everything_that_is_copied_exists_and_reaches_the_build() -> None:
    """Each source of a COPY exists, and .dockerignore, which leaves everything out, lets it in."""
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignore[1] == "*"
    let_in = {line.removeprefix("!") for line in ignore if line.startswith("!")}
    assert [name for name in copied() if not (ROOT / name).exists()] == []
    assert set(copied()) == let_in


def test_what_holds_secrets_or_answers_stays_out() -> None:
    """Neither `.env` nor a database, a backup or the history can get into an image."""
    for name in (".env", "data", ".git", ".sandbox", ".venv", "tests", "backup.db"):
        assert not any(fnmatch.fnmatch(name, pattern) for pattern in copied())


def test_the_lock_alone_decides_what_is_installed() -> None:
    """Every installation is by hash from the lock, or of the project itself without its dependencies."""
    installs = [rest for name, rest in steps() if name == "RUN" and "pip install" in rest]
    assert installs == [
        "python -m pip install --no-deps --require-hashes -r requirements.lock",
        "python -m pip install --no-deps --no-build-isolation .",
    ]


def test_the_image_runs_as_nobody_special_and_keeps_its_data_in_a_volume() -> None:
    """Pinned bases, a user that is not root, the database inside the volume, signals that reach the bot."""
    assert [rest.split(" AS ")[0] for name, rest in steps() if name == "FROM"] == ["python:3.11-slim"] * 2
    last = dict(steps()[max(n for n, step in enumerate(steps()) if step[0] == "FROM") :])
    assert last["USER"] == "10001"
    assert any("useradd" in rest and "--uid 10001" in rest for name, rest in steps() if name == "RUN")
    given = dict(part.split("=", 1) for name, rest in steps() if name == "ENV" for part in shlex.split(rest))
    assert Path(given[variable("database")]).is_relative_to(last["VOLUME"])
    settings = {name for name in given if name.startswith("STUDYHALL_")}
    assert settings <= {variable(name) for name in Settings.model_fields}
    assert last["ENTRYPOINT"] == '["studyhall", "run"]'
    assert f"http://127.0.0.1:{given[variable('health_port')]}/healthz" in last["HEALTHCHECK"]


def test_compose_runs_it_without_rights() -> None:
    """compose.yaml takes away what the image does not need, keeps its data, and gives it the time to stop."""
    (name, service), *others = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"].items()
    assert (name, others) == ("studyhall", [])
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    last = dict(steps())
    assert service["volumes"] == [f"studyhall:{last['VOLUME']}"]
    assert set(service["environment"]) == {"DISCORD_TOKEN"}


@pytest.mark.skipif(HADOLINT is None, reason="hadolint has no wheel for this machine; CI's has one")
def test_hadolint_has_nothing_to_say() -> None:
    """The linter for such files finds nothing, not even a hint."""
    assert HADOLINT
    done = subprocess.run([HADOLINT, "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_health_check_is_a_program_that_runs() -> None:
    """It fails where nobody answers, as where the bot is ill: urlopen raises for every answer but a good one."""
    command = json.loads(dict(steps())["HEALTHCHECK"].split("CMD ", 1)[1])
    done = subprocess.run([sys.executable, *command[1:]], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "URLError" in done.stderr


def pins(name: str) -> dict[str, str]:
    """The packages of a lock file that this machine needs, and their versions."""
    found = SPEC.findall((ROOT / name).read_text(encoding="utf-8"))
    return {package: version for package, version, marker in found if not marker}


def test_the_developers_lock_holds_the_other_one() -> None:
    """What is tested is what runs: each pin of requirements.lock stands in requirements-dev.lock."""
    runtime = pins("requirements.lock")
    assert {"discord-py", "aiosqlite", "pip", "setuptools"} <= runtime.keys()
    assert runtime.items() <= pins("requirements-dev.lock").items()


def test_what_is_installed_here_is_what_the_lock_says() -> None:
    """These tests run against the locked versions."""
    runtime = pins("requirements.lock")
    del runtime["pip"]  # which pip made this environment is the machine's affair
    assert {package: metadata.version(package) for package in runtime} == runtime


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project installed from exactly what the image copies, as the image installs it."""
    source, target = tmp_path_factory.mktemp("src"), tmp_path_factory.mktemp("installed")
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copy(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--no-build-isolation", "--target", target, "."],
        cwd=source,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return target


def call(installed: Path, folder: Path, *command: str) -> str:
    """Run a program with the installed copy, in another folder; returns what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STUDYHALL_")}
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_installed_copy_works_in_another_folder(installed: Path, tmp_path: Path) -> None:
    """The console script starts; banks, exams, migrations, the page and the zones came along."""
    where = call(installed, tmp_path, "-c", "import bot, sandbox; print(bot.__file__, sandbox.__file__)").split()
    assert all(Path(place).is_relative_to(installed) for place in where)
    studyhall = str(installed / "bin" / "studyhall")
    assert "Usage: studyhall" in call(installed, tmp_path, studyhall, "--help")
    banks = sorted(str(path) for path in (installed / "config" / "banks").glob("*.md") if path.name != "README.md")
    assert len(banks) == len(list((ROOT / "config" / "banks").glob("cpc-*.md")))
    assert f"{Path(banks[0]).name}: " in call(installed, tmp_path, studyhall, "bank", "check", banks[0])
    assert "new, 0 changed" in call(installed, tmp_path, studyhall, "bank", "load", banks[0])
    found = call(
        installed,
        tmp_path,
        "-c",
        "from bot import running; from config.settings import load; from sandbox.people_http import STATIC\n"
        "exams, banks = running.content(load())\n"
        "print(len(exams), len(banks), len(running.places().search('berlin', __import__('datetime').datetime(\n"
        "    2026, 1, 1, tzinfo=__import__('datetime').UTC))) > 0, (STATIC / 'index.html').is_file())",
    ).split()
    exams = len(list((ROOT / "config" / "exams").glob("*.toml")))
    assert found == [str(exams), str(len(banks)), "True", "True"]


def test_every_data_file_of_the_packages_is_in_the_installed_copy(installed: Path) -> None:
    """A file that is added to a package without a line in pyproject.toml would be missing in the image only."""
    tracked = subprocess.run(
        ["git", "ls-files", "bot", "cogs", "config", "sandbox"],  # noqa: S607  the developer's own git
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    pages = {name for name in tracked if name.endswith("README.md")}
    assert [name for name in tracked if name not in pages and not (installed / name).exists()] == []
