"""Every sentence about a member's progress and odds, and about a group's topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from bot.domain.blueprint import Blueprint
from bot.domain.estimates import State
from bot.domain.overview import GroupTopic
from bot.domain.readiness import MOST_ANSWERS, Verdict
from bot.services.estimates import Odds, SectionLine, TopicLine
from cogs.texts import count, percent

# Pictures
PICTURE_SLOW = "The picture is taking its time; here is the same in words. It comes here when it is ready."
PICTURE_FAILED = "The picture could not be drawn this time; here is the same in words."

# Buttons
PRACTISE = "Practise now"
PRACTISE_BOTH = "Practise these two"
PRACTISE_TOPIC = "Practise this topic"
PRACTISE_SECTION = "Practise this section"

# Progress
STATES: Mapping[State, str] = {
    State.WEAK: "▼ below the target",
    State.FINE: "▲ on target",
    State.UNSURE: "◇ not enough answers yet",
}
PROGRESS_TITLE = "Your topics · {exam}"
PROGRESS_NONE = "You have not answered anything yet. The next daily question is a start, or /quiz practice right now."
BY_SECTION = "**By section of the exam**, the most costly first"
BY_TOPIC = "**By topic**, the most costly first"
IN_WORDS = "**In words**"


def progress_head(mark: float) -> str:
    rule = "Chance to get a new question right, with the range that holds it 8 times out of 10."
    return f"{rule} Pass mark {percent(mark)}."


def joined(names: Sequence[str]) -> str:
    """Names as a sentence has them: A, B and C."""
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), *names[-1:]])


def span(low: float, high: float) -> str:
    return f"{percent(low)} – {percent(high)}"


def practise_next(lines: Sequence[TopicLine], names: Sequence[str]) -> str:
    first = f"**Practise next: {joined(names)}**"
    if all(line.cost and line.answers for line in lines):
        return f"{first}\n{'They cost' if len(lines) > 1 else 'It costs'} you most on the exam."
    if all(not line.answers for line in lines):
        return f"{first}\nYou have not been asked about {'them' if len(lines) > 1 else 'it'} yet."
    return f"{first}\nThere the next answers tell most."


def topic_line(name: str, line: TopicLine) -> str:
    numbers = f"{percent(line.estimate.p)} ({span(line.estimate.low, line.estimate.high)})"
    moved = trend(line.trend)
    tail = f" · {moved}" if moved else ""
    return f"**{name}** · {numbers}\n{STATES[line.state]} · {count(line.answers, 'answer', 'answers')}{tail}"


def trend(weeks: Sequence[float]) -> str:
    """How far the last of the weeks is from the first, in points."""
    if len(weeks) < 2:
        return ""
    points = round(weeks[-1] * 100) - round(weeks[0] * 100)
    way = f"{'up' if points > 0 else 'down'} {abs(points)}" if points else "steady"
    return f"{way} in {count(len(weeks) - 1, 'week', 'weeks')}"


def section_line(name: str, line: SectionLine) -> str:
    if not line.answers:
        return f"{name} ({percent(line.weight)} of the exam) · not asked yet"
    numbers = f"{percent(line.estimate.p)} ({span(line.estimate.low, line.estimate.high)})"
    return f"{name} ({percent(line.weight)} of the exam) · {numbers} · {STATES[line.state]}"


def in_words(state: State, names: Sequence[str]) -> str:
    return f"{STATES[state]}: {', '.join(names)}"


def untouched(names: Sequence[str]) -> str:
    return f"Not asked yet: {', '.join(names)}."


# Readiness
READINESS_TITLE = "Your readiness · {exam}"
VERDICTS: Mapping[Verdict, str] = {
    Verdict.LIKELY: "You are likely to pass if you sat it now. Of those with such odds some still fail, so keep going.",
    Verdict.NEAR: "You are near the line: it could go either way today, and a few points more would tip it.",
    Verdict.UNLIKELY: (
        "Not yet: passing today is unlikely. That is where you stand, not how far you can get; every session moves it."
    ),
}
SECOND_TRY = "If you have sat the exam before: this looks only at what you answer now, not at that day."
NOBODY_BELOW = "No section is below the pass mark."


def too_early(needed: int | None) -> str:
    more = f"more than {MOST_ANSWERS}" if needed is None else f"about {needed}"
    return f"Not enough answers yet, {more} more. They count from every topic of the exam, daily or in practice."


def chance(share: float) -> str:
    """A probability in whole percent, never as certain as 0 or 100."""
    return "under 1 %" if share < 0.01 else "over 99 %" if share > 0.99 else percent(share)


def readiness_lines(odds: Odds, mark: float, section: str) -> str:
    assert odds.verdict is not None
    reach = f"{chance(odds.chance[0])} – {chance(odds.chance[1])}"
    lines = [
        f"Probability of passing: **{chance(odds.readiness.p_pass)}** ({reach}) · **{odds.verdict}**",
        f"Expected score: **{percent(odds.readiness.mean)}** ({span(*odds.score)}); pass mark {percent(mark)}",
        "",
        VERDICTS[odds.verdict],
    ]
    if odds.section is None:
        lines += ["", NOBODY_BELOW]
    else:
        lines += ["", f"What holds you back most: **{section}**", section_line(section, odds.section)]
    if odds.verdict is not Verdict.LIKELY:
        lines += ["", SECOND_TRY]
    return "\n".join(lines)


def readiness_hint(odds: Odds) -> str:
    """The odds in one line; below a stated certainty only how many answers it takes."""
    if odds.verdict is None:
        return f"Odds of passing: {too_early(odds.needed)}"
    reach = f"{chance(odds.chance[0])} – {chance(odds.chance[1])}"
    return f"Odds of passing if it were today: **{chance(odds.readiness.p_pass)}** ({reach}) · {odds.verdict}"


def readiness_foot(blueprint: Blueprint, answers: int) -> str:
    return (
        f"{blueprint.name}, version {blueprint.version}. From {count(answers, 'answer', 'answers')} of yours. "
        "Each range holds the truth 8 times out of 10. Only you see this."
    )


# A group's overview
OVERVIEW_TITLE = "The group · {exam}"
OVERVIEW_FEW = (
    "Fewer than four members besides you have answered lately, so nothing is shown: a smaller group would tell of "
    "single people. It comes as soon as a fourth one answers."
)
OVERVIEW_THIN = (
    "No topic has answers from four members besides you yet, so nothing is shown. One daily question that four of "
    "them answer is enough."
)
OVERVIEW_RULE = (
    "Means of what is expected at each week's end, of four members or more and without you; members are added four "
    "at a time and figures rounded to five points, so that nobody can be worked out."
)


def week_name(monday: date) -> str:
    return f"{monday.day} {monday:%b}"


def next_session(topic: GroupTopic | None, name: str, mark: float) -> str:
    if topic is None or topic.weeks[-1] is None:
        return "No topic stands out for the next review session yet."
    first = f"**Next review session: {name}**\n"
    part = f"{percent(topic.weeks[-1])} expected, and the topic is {percent(topic.share)} of the exam"
    if topic.cost(mark):
        return f"{first}It costs the group most: {part}; the pass mark is {percent(mark)}."
    return f"{first}Nothing is below the pass mark ({percent(mark)}); this is the lowest: {part}."


def group_line(name: str, topic: GroupTopic, weeks: Sequence[date], mark: float) -> str:
    cells = " · ".join(
        f"{week_name(week)} {'too few' if share is None else percent(share)}"
        for week, share in zip(weeks, topic.weeks, strict=True)
    )
    newest = topic.weeks[-1]
    sign = "" if newest is None else "▼ " if newest < mark else "▲ "
    return f"{sign}**{name}** · {cells}"


def left_out(number: int) -> str:
    return f"{count(number, 'topic has', 'topics have')} no figure yet: fewer than four members answered."
