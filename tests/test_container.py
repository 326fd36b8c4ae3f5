"""The image's build, without an engine: what it copies and installs, and an installed copy that works elsewhere."""

from __future__ import annotations

import asyncio
import fnmatch
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from config.settings import Settings, variable
from tests.blank import lettered
from tests.faults.scene import ASKED, Scene, prepare

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
    assert [rest.split(" AS ")[0] for name, rest in steps() if name == "FROM"] == ["python:3.11.14-slim-bookworm"] * 2
    last = dict(steps()[max(n for n, step in enumerate(steps()) if step[0] == "FROM") :])
    assert last["USER"] == "10001"
    assert any("useradd" in rest and "--uid 10001" in rest for name, rest in steps() if name == "RUN")
    given = dict(part.split("=", 1) for name, rest in steps() if name == "ENV" for part in shlex.split(rest))
    assert Path(given[variable("database")]).is_relative_to(last["VOLUME"])
    settings = {name for name in given if name.startswith("STUDYHALL_")}
    assert settings <= {variable(name) for name in Settings.model_fields}
    assert (last["ENTRYPOINT"], last["CMD"]) == ('["studyhall"]', '["run"]')
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


def test_the_example_of_replication_fits_the_rest() -> None:
    """With its # taken away it is a service on the bot's volume and database, run as the bot's user."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    at = text.index("  # litestream:\n")
    example = re.sub(r"(?m)^  # ?", "  ", text[at : text.index("\nvolumes:", at)])
    found = yaml.safe_load(f"services:\n{example}")["services"]["litestream"]
    last = dict(steps())
    ours = yaml.safe_load(text)["services"]["studyhall"]
    assert (found["user"], found["volumes"]) == (last["USER"], ours["volumes"])
    given = dict(part.split("=", 1) for name, rest in steps() if name == "ENV" for part in shlex.split(rest))
    assert found["command"].split()[:2] == ["replicate", given[variable("database")]]
    assert re.fullmatch(r"\S+:\d+\.\d+\.\d+", found["image"])
    assert f"docker compose run --rm litestream restore -o /data/back.db {found['command'].split()[2]}\n" in text


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


def test_every_pin_has_its_hash_and_no_index_is_named() -> None:
    """Nothing is installed but what was locked, from whichever index the machine is set to."""
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        entries = re.split(r"\n(?=\S)", text.strip())
        assert len(entries) > 50
        assert [
            one for one in entries if not re.fullmatch(r"\S+==\S+(?: ; .+)?(?: \\\n +--hash=sha256:[0-9a-f]{64})+", one)
        ] == []
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml", "Makefile", "Dockerfile", ".ci/run"):
        text = (ROOT / name).read_text(encoding="utf-8").replace("--no-emit-index-url", "")
        assert [one for one in ("index-url", "INDEX_URL", "find-links", "trusted-host") if one in text] == []


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


@pytest.mark.skipif(not os.environ.get("BUILD"), reason="BUILD=1 runs the build's steps with a package index: minutes")
def test_the_builds_steps_in_a_clean_environment(tmp_path: Path) -> None:
    """Each RUN of the build's stage, in its order, with what its COPYs bring: the result starts as the image would."""
    work, target = tmp_path / "src", str(tmp_path / "opt")
    work.mkdir()
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("STUDYHALL_", "PYTHON", "VIRTUAL"))
    }
    for name, rest in steps()[1:]:
        if name == "FROM":
            break
        if name == "ENV":
            given = dict(part.split("=", 1) for part in shlex.split(rest.replace("/opt/studyhall", target)))
            kept |= {key: value.replace("$PATH", kept["PATH"]) for key, value in given.items()}
        elif name == "COPY":
            for one in shlex.split(rest)[:-1]:
                take = shutil.copytree if (ROOT / one).is_dir() else shutil.copy
                take(ROOT / one, work / one)
        elif name == "RUN":
            command = rest.replace("/opt/studyhall", target)
            subprocess.run(["bash", "-euc", command], cwd=work, env=kept, check=True)  # noqa: S607  as the image's own
    shutil.rmtree(work)
    environment = {**kept, "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [f"{target}/bin/studyhall", "doctor", "--offline"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "without an error" in done.stdout


UNSHARE = ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--map-root-user",)))
READ_ONLY = """
mount --make-rprivate /
for place in "$VOLUME" "$TMPDIR"; do mount --bind "$place" "$place"; done
for place in $(awk '{print $5}' /proc/self/mountinfo | sort -u); do
    case $place in
        "$VOLUME"|"$TMPDIR"|/proc|/proc/*) ;;
        /dev/shm) mount -o remount,bind,ro "$place" ;;
        /dev|/dev/*) ;;
        *) mount -o remount,bind,ro "$place" ;;
    esac
done 2>/dev/null
if touch "$VOLUME/../written" 2>/dev/null; then echo "not read-only" >&2; exit 77; fi
cd "$VOLUME"
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""


async def test_it_runs_where_only_its_volume_can_be_written(tmp_path: Path) -> None:
    """All read-only but the volume and the temporary folder, no rights, no HOME, and the image's own settings.

    It starts, posts, is well by the image's health check, and stops with 0 when it is told to.
    """
    volume, temporary = tmp_path / "data", tmp_path / "tmp"
    volume.mkdir()
    temporary.mkdir()
    await prepare(tmp_path / "prepared.db")
    shutil.copy(tmp_path / "prepared.db", volume / "study.db")
    image = dict(part.split("=", 1) for name, rest in steps() if name == "ENV" for part in shlex.split(rest))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    async with Scene.open(tmp_path / "prepared.db", tmp_path / "scene") as scene:
        given = {
            **{name: value for name, value in image.items() if name.startswith("PYTHON")},
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "MPLCONFIGDIR": str(temporary / "matplotlib"),
            "TMPDIR": str(temporary),
            "VOLUME": str(volume),
            variable("database"): str(volume / "study.db"),
            variable("health_port"): port,
            variable("endpoint"): scene.box.url,
            variable("banks"): str(lettered()),
            variable("discord_token"): "sandbox-token",
        }
        with (tmp_path / "bot.log").open("w+", encoding="utf-8") as log:
            bot = await asyncio.create_subprocess_exec(
                *UNSHARE, "bash", "-uc", READ_ONLY, "bash", sys.executable, "-m", "bot", "run", env=given, stderr=log
            )
            there = asyncio.create_task(scene.server.bot_is(connected=True))
            ended = asyncio.create_task(bot.wait())
            await asyncio.wait({there, ended}, return_when=asyncio.FIRST_COMPLETED)
            if not there.done():
                there.cancel()
                log.seek(0)
                said = log.read()
                if bot.returncode == 77 or "unshare" in said or "setpriv" in said:
                    pytest.skip(f"this machine lets nobody make a file system read-only for a process: {said.strip()}")
                raise AssertionError(said)
            await scene.until(ASKED)
            assert len(await scene.posts()) == 1
            check = json.loads(dict(steps())["HEALTHCHECK"].split("CMD ", 1)[1].replace("8421", port))
            healthy = await asyncio.create_subprocess_exec(sys.executable, *check[1:])
            assert await healthy.wait() == 0
            bot.terminate()
            assert await ended == 0
    assert {one.name.partition("-")[0] for one in volume.iterdir()} <= {"study.db", "study.db.lock"}
