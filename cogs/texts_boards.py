"""What members read on the boards."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bot.domain.periods import Board
from bot.domain.recognition import MOST_A_WEEK
from bot.domain.standings import LEAST_WORTH, MIN_PEOPLE, MOST_WORTH, Season, Window, bounds
from bot.domain.standings import Span as _Span
from bot.services.standings import Absence, Line, Person, Sheet
from cogs.texts import NOBODY_ON_BOARD, at, board_line, count

BACK, FORTH = "◀ Back", "More ▶"
MY_PLACE = "My place"
HOW_POINTS, HOW_OTHER = "How points work", "How this works"
WHOLE_BOARD = "See the whole board"

PERIODS = {
    "this-week": "this week",
    "last-week": "last week",
    "month": "this month",
    "season": "season",
    "all": "all time",
}
BOARDS = {
    Board.POINTS: "Points",
    Board.IMPROVED: "Most improved",
    Board.CONSISTENT: "Most consistent",
    Board.LEAGUE: "My league",
    Board.HELPERS: "Best helpers",
}
EMPTY = {
    Board.POINTS: NOBODY_ON_BOARD,
    Board.IMPROVED: "Nobody's gain is certain enough yet. It takes answers before the period began, and more in it.",
    Board.CONSISTENT: "Nobody has answered in this period yet.",
    Board.LEAGUE: "Nobody of your league is on the boards.",
    Board.HELPERS: "Nobody's feedback was marked helpful in this period yet. `/feedback ask` is where it begins.",
}
ABSENT = {
    Absence.NO_BEGINNING: "All time has no beginning to improve on. Choose a week, a month or the season.",
    Absence.NO_SNAPSHOT: "What members knew when this period began was not kept yet. The next week has this board.",
    Absence.HIDDEN: "A round is open, and its results come at closing. Gains would tell them; this board is back then.",
    Absence.NOT_WEEKLY: "Leagues are weekly. Choose this week or last week.",
    Absence.NO_LEAGUE: (
        "You were in no league that week. They are made each Monday, of at least four people who answered in the four "
        "weeks before."
    ),
}
SEASON_NEW = "✅ The season **{name}** is set"
SEASON_MOVED = "✅ The season **{name}** has new days"

_HIDDEN = "Tutors, members who left and those who chose `/privacy board off` are not shown."
_POINTS = (
    "· Only daily questions count, and only your first answer to each. Practice never moves this board, and speed "
    "plays no part.\n"
    f"· A right answer is worth {LEAST_WORTH} to {MOST_WORTH} points: 10 for a question of average difficulty, more "
    "for a harder one. That is fixed when the question is posted, the same for everybody.\n"
    f"· A question gives points once {MIN_PEOPLE} members have answered it, tutors not counted. Who came before the "
    "third gets theirs then.\n"
    "· Equal points share a place."
)
RULES = {
    Board.POINTS: f"**How points work**\n{_POINTS}\n· {_HIDDEN}",
    Board.IMPROVED: (
        "**How “most improved” works**\n"
        "· It compares the share of right answers expected of you on the exam now with that at the period's beginning, "
        "both by today's difficulties.\n"
        "· Only a gain that is more than its own uncertainty (1.28 standard deviations) is shown, and only of members "
        "whose level was known at the beginning. By luck alone about one in ten gets here.\n"
        "· Your estimate also learns from practice, but practice alone puts nobody here: it takes an answer to a daily "
        f"question in the period.\n· {_HIDDEN}"
    ),
    Board.CONSISTENT: (
        "**How “most consistent” works**\n"
        "· It counts the days with a question on which you answered one, right or wrong, out of those so far, the same "
        f"for everybody.\n· Practice does not count. Equal days share a place.\n· {_HIDDEN}"
    ),
    Board.LEAGUE: (
        "**How leagues work**\n"
        "· Each Monday four to ten members who answered about as often in the last four weeks are put together. How "
        "well they answered plays no part.\n· You see your own league only.\n"
        f"{_POINTS}\n· {_HIDDEN}"
    ),
    Board.HELPERS: (
        "**How “best helpers” works**\n"
        "· It counts how often somebody who asked marked your feedback *Helpful*. It has nothing to do with quiz "
        "points.\n"
        f"· Between the same two members {MOST_A_WEEK} marks a week count, whichever of them helped the other.\n"
        "· Feedback without a name counts for nobody: the board would tell who wrote it. Neither does what was "
        "removed, nor what explains a teach-back.\n"
        f"· Equal numbers share a place.\n· {_HIDDEN}"
    ),
}


def window_name(window: Window, today: date, seasons: list[Season]) -> str:
    """What a period is called, seen from today."""
    if window.first is None:
        return "all time"
    named = next((one.name for one in seasons if one.key == window.key), None)
    if named is not None:
        return named
    span = _Span.WEEK if window.key.startswith("week:") else _Span.MONTH
    for day, word in ((today, "this"), (today - timedelta(days=7), "last")):
        if (window.first, window.last) == bounds(span, day) and (span is _Span.WEEK or word == "this"):
            return f"{word} {span.value}"
    if span is _Span.WEEK:
        return f"week of {window.first.day} {window.first:%B %Y}"
    return f"{window.first:%B %Y}"


def how(board: Board) -> str:
    """The button that shows the board's rule."""
    return HOW_POINTS if board in (Board.POINTS, Board.LEAGUE) else HOW_OTHER


def title(board: Board, name: str, league: int | None) -> str:
    which = f"League {league}" if league is not None else BOARDS[board]
    return f"Leaderboard · {which} · {name}"


def bounds_line(first: date | None, last: date | None, zone: str, today: date) -> str:
    """The period's days; of another year, with it."""
    if first is None or last is None:
        return f"Since the group began. Days are those of {zone}."
    year = f" {last.year}" if last.year != today.year else ""
    return f"{first.day} {first:%B} to {last.day} {last:%B}{year}, {zone}"


def ends_line(ends_at: datetime) -> str:
    return f"Ends {at(ends_at, 'R')}"


def line(board: Board, one: Line) -> str:
    if board in (Board.POINTS, Board.LEAGUE):
        return board_line(one.rank, one.user_id, int(one.score))
    medal = {1: "🥇", 2: "🥈", 3: "🥉"}.get(one.rank, f"{one.rank}.")
    return f"{medal} <@{one.user_id}> · {score(board, one)}"


def score(board: Board, one: Line) -> str:
    """A line's score in words."""
    if board is Board.IMPROVED:
        gain = round(one.score * 100)
        return f"+{gain} in 100 questions" if gain else "a little"
    if board is Board.CONSISTENT:
        return f"{int(one.score)} of {count(one.of, 'day', 'days')}"
    if board is Board.HELPERS:
        return f"{count(int(one.score), 'time', 'times')} helpful"
    return count(int(one.score), "point", "points")


def own_line(sheet: Sheet, own: Line | None) -> str:
    """Where the reader stands, or why nowhere."""
    if own is not None:
        counted = sheet.board in (Board.POINTS, Board.LEAGUE)
        source = f" from {count(sheet.answered, 'answer', 'answers')}" if counted and sheet.answered else ""
        return f"Your place: **{own.rank}** of {len(sheet.lines)}, with {score(sheet.board, own)}{source}."
    hidden = _why_hidden(sheet.person)
    if hidden:
        return hidden
    if sheet.board is Board.POINTS and sheet.answered:
        return f"Your {count(sheet.answered, 'answer has', 'answers have')} brought no points here yet."
    return {
        Board.POINTS: "You have no points on this board yet.",
        Board.IMPROVED: "You are not on this board: no gain of yours is certain yet. `/progress` shows your topics.",
        Board.CONSISTENT: "You are not on this board yet: one answer to a daily question is enough.",
        Board.LEAGUE: "",
        Board.HELPERS: "You are not on this board yet: feedback with your name that its asker marks helpful is enough.",
    }[sheet.board]


def _why_hidden(person: Person | None) -> str:
    if person is None or person.shown:
        return ""
    if person.is_tutor and not person.opted_in:
        return "Tutors are off the boards; `/privacy board on` puts you on them."
    return "You are off the boards; `/privacy board on` brings you back, with all your points."


def winners_title(period: str, first: date, last: date, season: str | None) -> str:
    """Of a period by the name of its summary rows; *season* is what tutors called it."""
    if season is not None:
        return f"The season {season} is over"
    if period.startswith("week:"):
        return f"The week's board · {first.day} {first:%B} to {last.day} {last:%B}"
    return f"The board of {first:%B}"


def also(board: Board, lines: list[Line]) -> str:
    """Who leads another board, in a line; empty where nobody does."""
    if not lines:
        return ""
    names = ", ".join(f"<@{one.user_id}>" for one in lines)
    return f"**{BOARDS[board]}** {names} ({score(board, lines[0])})"


def season_line(season: Season, zone: str) -> str:
    first, last = season.first, season.last
    return (
        f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}, {zone}. Answers given in it already count; "
        "`/leaderboard period:season` shows it."
    )
