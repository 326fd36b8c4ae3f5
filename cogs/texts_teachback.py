"""Every sentence about teach-backs."""

from __future__ import annotations

EXPLAIN = "Explain it"
EXPLAIN_TITLE = "Explain it"
TEXT_LABEL = "Why the right answer is right"
TEXT_HINT = "In your own words, for somebody who chose another one"
EXPLAINED_BY = "Explained by"

ON = (
    "Each week the question that most members missed opens a thread here, on Monday at 10:00, and somebody who solved "
    "it is asked to explain it. It begins with the coming week."
)
OFF = "There are no more teach-backs. What was explained stays; `/feedback teachback on` brings them back."
GIVEN = "Thank you! Your explanation is being posted. The one that most find helpful can become the question's own."
CHANGED = "Your explanation is changed. A tutor's endorsement counts for what it said before, so it is gone."


def title(topic: str) -> str:
    return f"Teach-back · {topic}"


def card(question: str, right: str) -> str:
    """A week's question: its options as the bank has them, the right one behind a spoiler."""
    return (
        f"Last week most of us missed this one:\n\n{question}\n\nThe right answer: ||{right}||\n\n"
        f"Who can explain it? *{EXPLAIN}* is for everybody who has got it now."
    )


def foot(explanations: int, *, over: bool) -> str:
    number = "No explanation yet" if not explanations else f"{explanations} so far" if explanations > 1 else "1 so far"
    return f"The week is over · {number}" if over else f"*Helpful* chooses the best one · {number}"


def invitation(topic: str | None, place: str) -> str:
    about = f"a question about **{topic}**" if topic else "a question"
    return (
        f"🎓 Last week many in {place} missed {about}, and you solved it: would you explain it to them in a few "
        "sentences? Nobody learns that I asked you, and you can leave your name out."
    )
