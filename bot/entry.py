"""What all commands of the command line share: the settings, and how a refusal is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import typer

from config.settings import Settings, SettingsRefused, load

T = TypeVar("T")
REFUSED: Final = 2
"""The exit code for bad input: nothing was started and nothing written."""


def refuse(sentence: str) -> typer.Exit:
    """Say what is wrong on standard error; raise what comes back."""
    typer.echo(sentence, err=True)
    return typer.Exit(REFUSED)


def settings() -> Settings:
    try:
        return load()
    except SettingsRefused as error:
        raise refuse(str(error)) from None


def offline(work: Callable[[], T]) -> T:
    """Do something that needs no Discord; a refusal becomes its sentence and exit code 2."""
    from bot.offline import Refused

    try:
        return work()
    except Refused as error:
        raise refuse(str(error)) from None
