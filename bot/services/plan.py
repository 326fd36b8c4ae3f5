"""What an operator decides for every group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from bot.domain.blueprint import Blueprint


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operator decides for every group."""

    blueprints: Mapping[str, Blueprint]
    late_grace: timedelta  # a question later than this is skipped
    repeat_days: int  # no question comes back sooner while others are left
    rng: Random
