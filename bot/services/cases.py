"""Which questions of a case are asked next."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain import cases
from bot.domain.instants import DAY_MS
from bot.storage.banks import Pick


def following(picks: Sequence[Pick], case: str | None, repeat_days: float, now_ms: int) -> list[Pick]:
    """The questions among `picks` that come next of this case, in its order; none for no case."""
    if case is None:
        return []
    of_case = {pick.question_id: pick for pick in picks if pick.case == case}
    due = cases.following(
        [
            cases.Part(pick.question_id, None if pick.last_asked is None else (now_ms - pick.last_asked) / DAY_MS)
            for pick in of_case.values()
        ],
        repeat_days,
    )
    return [of_case[question_id] for question_id in due]


def begin(picks: Sequence[Pick], question_id: int, repeat_days: float, now_ms: int) -> list[Pick]:
    """A chosen question; where it is part of a case, what comes first of that case, and then the rest of it."""
    chosen = next(pick for pick in picks if pick.question_id == question_id)
    return following(picks, chosen.case, repeat_days, now_ms) or [chosen]
