"""What an operator sets: environment variables, or a `.env` file in the working folder."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import Annotated

from dotenv.parser import parse_stream
from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

HERE = Path(__file__).parent
ENV_FILE = Path(".env")


class SettingsRefused(Exception):
    """A setting is wrong; the text says which, where, and what to write instead. It never holds a value."""


class Settings(BaseSettings):
    """Every setting, with its default. `config/example.env` shows them all; a test compares the two."""

    model_config = SettingsConfigDict(
        env_prefix="STUDYHALL_",
        extra="forbid",
        hide_input_in_errors=True,  # a type error would print a secret's value otherwise
        env_ignore_empty=True,
        frozen=True,
    )

    discord_token: Annotated[SecretStr | None, NoDecode] = Field(
        default=None,
        validation_alias=AliasChoices("DISCORD_TOKEN", "discord_token"),
        description="The bot's token from Discord's developer portal.",
    )
    database: Path = Field(default=Path("data/studyhall.db"), description="The SQLite file.")
    endpoint: str | None = Field(
        default=None,
        pattern=r"^http://(127\.0\.0\.1|localhost):\d+$",
        description="A sandbox to talk to instead of Discord.",
    )
    exams: Path = Field(default=HERE / "exams", description="The folder of exam blueprints (*.toml).")
    banks: Path = Field(default=HERE / "banks", description="The folder of question banks (*.md).")
    late_grace_minutes: int = Field(
        default=180, ge=1, le=1440, description="A daily question later than this is skipped."
    )
    repeat_days: int = Field(
        default=60, ge=1, le=3650, description="No question comes back sooner while others are left."
    )
    count_every_seconds: float = Field(
        default=5.0, ge=0.01, le=600, description="The pause between edits of a post's counter."
    )
    calendars: Path | None = Field(
        default=None, description="A folder where each group's calendar file (<group>-<secret>.ics) is kept up to date."
    )
    backups: Path | None = Field(
        default=None, description="The folder of the database's daily copies; beside it, in backups, if not named."
    )
    health_port: int | None = Field(
        default=None, ge=0, le=65535, description="The loopback port of /healthz and /metrics; none where it is empty."
    )
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="How much is logged.")


def load(env_file: Path = ENV_FILE) -> Settings:
    """Read the environment and `env_file`, where it exists. Raises SettingsRefused with one sentence."""
    _check_env_file(env_file)
    _check_environment()
    try:
        # pydantic-settings takes the file's name as an argument that its types do not know.
        return Settings(_env_file=env_file, _env_file_encoding="utf-8")  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise SettingsRefused(_sentence(str(first["loc"][0]), first["type"], first["msg"], env_file)) from None


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return "DISCORD_TOKEN" if name.lower() == "discord_token" else f"STUDYHALL_{name.upper()}"


def _sentence(location: str, kind: str, message: str, env_file: Path) -> str:
    bare = location.lower().removeprefix("studyhall_")
    name = variable(bare) if bare in Settings.model_fields else location.upper()
    line = _line_of(name, env_file)
    where = f"{env_file}:{line}: {name}" if line else name
    if kind == "extra_forbidden":
        return f"{where} is not a setting of Studyhall; config/example.env lists them all. Nothing was started."
    return f"{where} is not right: {message[0].lower()}{message[1:]}. Nothing was started; see config/example.env."


def _check_environment() -> None:
    """pydantic-settings passes over variables that it does not know, and a mistyped one would have no effect."""
    known = {variable(name) for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.upper().startswith("STUDYHALL_") and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {near[0]}?" if near else "config/example.env lists them all."
            raise SettingsRefused(f"{name} is not a setting of Studyhall; {hint} Nothing was started.")


def _line_of(name: str, env_file: Path) -> int | None:
    if not env_file.is_file():
        return None
    for number, line in enumerate(env_file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.split("=", 1)[0].strip().removeprefix("export ").strip().upper() == name:
            return number
    return None


def _check_env_file(env_file: Path) -> None:
    """python-dotenv only warns about a line that it cannot read, and goes on without it."""
    if not env_file.exists():
        return
    try:
        text = env_file.open(encoding="utf-8")
        with text:
            for binding in parse_stream(text):
                if binding.error or (binding.key is not None and binding.value is None):
                    # What was read begins with the blank lines before it.
                    blank = len(binding.original.string) - len(binding.original.string.lstrip("\r\n"))
                    raise SettingsRefused(
                        f"{env_file}:{binding.original.line + blank}: this line is not NAME=value; "
                        "mend or remove it. Nothing was started."
                    )
    except (OSError, UnicodeDecodeError):
        raise SettingsRefused(
            f"{env_file}: the file cannot be read as UTF-8 text; mend or remove it. Nothing was started."
        ) from None
