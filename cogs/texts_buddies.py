"""Every sentence about study buddies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain import refusals as no
from bot.domain import refusals_reviewers as never

YES = "Yes, gladly"
NO = "No, thanks"

LOOKING = (
    "I look for somebody whose strengths fit yours. When there is somebody, I ask you both by direct message, and "
    "neither sees the other's name before both said yes. Nobody sees that you are looking; `/buddy end` ends it."
)
NOTHING = "You have no study buddy and look for none. `/buddy find` looks for one."
DECLINED = "All right. Nobody is told, and you are not looking any more; `/buddy find` looks again."
SEARCH_ENDED = "You are not looking any more. Nobody is told."
PAIR_ENDED = "Your pair has ended. I tell your buddy kindly, without a reason. `/buddy find` looks for somebody new."
UNLUCKY = "No luck this time: no study pair came about. That says nothing about you; `/buddy find` looks again."
OVER = (
    "Your study buddy has ended the pair; plans change, and it was good to have had company. `/buddy find` looks for "
    "somebody new."
)
NOT_REACHED = (
    "There is news about your study buddy, and I could not write to you, because your direct messages are closed. "
    "`/buddy status` shows where it stands."
)


def _at(instant: datetime) -> str:
    return f"<t:{int(instant.timestamp())}:R>"


def proposal(place: str, until: datetime) -> str:
    return (
        f"🤝 Somebody in {place} whose strengths fit yours would like to study with you. You see each other's names "
        f"when both say yes, and nobody learns of a no. The offer ends {_at(until)}."
    )


def waiting(until: datetime) -> str:
    return f"Noted. When the other one says yes too, you get each other's names; otherwise this ends {_at(until)}."


def matched(user: int, topics: Sequence[str]) -> str:
    worth = f" Topics worth doing together: {', '.join(f'**{one}**' for one in topics)}." if topics else ""
    return (
        f"🤝 You have a study buddy: <@{user}>. Write to each other and find an hour.{worth}\n"
        "Two ways to begin: take turns, one explains a missed question and the other asks why; or answer ten questions "
        "with `/quiz practice` each on your own, then compare the reasons. `/buddy end` ends it kindly."
    )


def looking(since: datetime) -> str:
    return f"You have been looking for a study buddy since {_at(since)}. Nobody sees it; `/buddy end` ends it."


GONE = "Your study buddy is no longer a member, so the pair has ended. `/buddy find` looks for somebody new."


def refusal(error: no.Refusal) -> str | None:
    """The sentence for a refusal about study buddies; None for any other."""
    match error:
        case never.AlreadyLooking():
            return "You are looking already, so nothing was changed. /buddy status shows where it stands."
        case never.HasBuddy():
            return "You have a study buddy, and one at a time is the rule, so nothing was changed. /buddy end ends it."
        case never.NoBuddy():
            return "There is no pair and no search to end, so nothing was changed. /buddy find looks for somebody."
        case never.TooManySearches(most=most, again_at=then):
            return (
                f"You were proposed to {most} people within a week, as often as one can be, so I do not look now. You "
                f"can look again {_at(then)}."
            )
        case never.NoSuchPair():
            return "This offer is no longer kept, or is not yours, so nothing was changed. Try /buddy status."
        case never.PairOver():
            return "This offer is over, so nothing was changed. /buddy find looks for somebody new."
        case _:
            return None
