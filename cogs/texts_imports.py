"""Every sentence about imports and exports of questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain import refusals as no
from bot.domain import refusals_imports as never
from bot.domain.imports import Finding
from bot.domain.questions import CHOICES, Kind, Question
from bot.services.import_work import Done
from bot.services.imports import Import, Preview
from cogs import texts_import_topics as topics
from cogs.plain import cut, plain, quiet

FIRST = 5
"""Problems, and other things to know, that stand in the message; all of them stand in the attached file."""
MOST = 4000
"""Characters of a preview; its embed has room for a few more."""
TOPICS = 8
LINE = 220
KINDS: Mapping[str, tuple[str, str]] = {
    Kind.SINGLE: ("with one right option", "with one right option"),
    Kind.MULTI: ("with several right options", "with several right options"),
    Kind.TRUEFALSE: ("true/false", "true/false"),
    Kind.SHORT: ("with a typed answer", "with a typed answer"),
    Kind.FLASHCARD: ("flashcard", "flashcards"),
}
CANCEL = "Cancel"
CANCELLED = "Cancelled; nothing was imported, and your bank is as it was."
UNDO = "Undo this import"
BACK = "Back"
NEW_ONE = "A new question"
SAME_ONE = "Same question"
LATER = "Leave it out for now"
REPORT_NAME = "import-report.txt"
CHANGED_MEANWHILE = "⚠️ Somebody changed this bank meanwhile, so the file was compared with it anew. Please look again."
COMPARING_ANEW = "🔎 Somebody changed this bank meanwhile; comparing the file with it anew …"
NO_IMPORTS = (
    "Nothing was imported here yet. `/bank import` takes a file with questions in any of the usual formats; "
    "`/bank template` gives you a table to fill in."
)
RECENT_TITLE = "The last imports"
RECENT_MENU = "Look at one of them, and undo it"
STATES = {
    "applying": "is being imported",
    "applied": "imported",
    "undoing": "is being undone",
    "undone": "undone",
}


def count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def questions(number: int) -> str:
    return count(number, "question", "questions")


def title(found: Preview) -> str:
    return cut(f"Import into {plain(found.one.title)}", 256)


def go(found: Preview) -> str:
    """The label of the button that imports."""
    if found.good:
        return f"Import the {found.good:,} good {'one' if found.good == 1 else 'ones'}"
    return f"Retire the {count(found.retiring, 'question that vanished', 'questions that vanished')}"


def doubts(number: int) -> str:
    return f"Decide about {count(number, 'doubtful one', 'doubtful ones')}"


def keep(number: int) -> str:
    return f"Keep the {number:,} that vanished"


def retire(number: int) -> str:
    return f"Retire the {number:,} that vanished"


def preview(found: Preview) -> str:
    """What an import would do, the most important first."""
    lines = [_file(found), _good(found), *_counted(found), *_gone(found), *topics.lines(found)]
    lines += [*_known(found), *_problems(found)]
    if found.good or found.retiring:
        end = "Nothing is imported yet. This preview is good for a day; all of it stands in the attached file."
    elif found.homeless or found.asks:
        end = "Nothing is imported yet; all that was found stands in the attached file."
    else:
        end = "**There is nothing to import.** Your bank is as it was."
    return cut("\n".join(lines), MOST - len(end)) + f"\n\n{end}"


def _file(found: Preview) -> str:
    file = f"**{plain(found.one.file)}**" + (f" (read as {plain(found.format)})" if found.format else "")
    if not found.read.good:
        return file
    bank = "a new bank of your group's" if found.bank_is_new else "a bank of your group's"
    return f"{file} into **{plain(found.one.title)}**, {bank}."


def _good(found: Preview) -> str:
    parts = []
    if found.new:
        parts.append(f"**{found.new:,}** new")
    if found.changed:
        parts.append(f"**{found.changed:,}** changed")
    if found.found.same:
        parts.append(f"{found.found.same:,} as before")
    if not found.read.good:
        return "**No question could be read.**"
    return f"{questions(found.read.good)} could be read: {', '.join(parts) or 'none to import so far'}."


def _counted(found: Preview) -> list[str]:
    if not found.read.good:
        return []
    kinds = [f"{number:,} {KINDS[kind][number != 1]}" for kind, number in found.read.kinds.items()]
    names = sorted(((number, name) for name, number in found.topics.items()), key=lambda one: -one[0])
    named = [f"{plain(cut(name, 60)) or '*no topic*'} {number:,}" for number, name in names[:TOPICS]]
    if len(names) > TOPICS:
        named.append(f"{len(names) - TOPICS:,} more topics")
    return [f"Types: {', '.join(kinds)}", f"Topics: {', '.join(named)}"]


def _problems(found: Preview) -> list[str]:
    errors = [one for one in found.read.problems if one[1] == "error"]
    warnings = [one for one in found.read.problems if one[1] != "error"]
    lines = []
    for some, sign, name in ((errors, "❌", "problem"), (warnings, "⚠️", "warning")):
        if some:
            lines.append(f"\n{sign} **{count(len(some), name, name + 's')}**")
            lines += [cut(f"line {line:,}: {plain(text)}", LINE) for line, _, text in some[:FIRST]]
            lines += _more(len(some))
    if found.read.skipped:
        lines.append(f"\n⏭️ **{count(len(found.read.skipped), 'thing', 'things')}** that cannot be asked here")
        lines += [
            cut(f"line {line:,}: “{plain(cut(what, 60))}”: {plain(reason)}", LINE)
            for line, what, reason in found.read.skipped[:FIRST]
        ]
        lines += _more(len(found.read.skipped))
    if found.read.uncounted:
        lines.append(f"… and {found.read.uncounted:,} more that are not listed.")
    return lines


def _more(number: int) -> list[str]:
    return [f"… and {number - FIRST:,} more in the attached file"] if number > FIRST else []


def _known(found: Preview) -> list[str]:
    lines = []
    for verdicts, head in (
        (("key",), "🔑 **{n} with another right answer**: earlier answers are judged anew"),
        (
            ("conflict",),
            (
                "⚔️ **{n} left out**: another question asks the same and has another answer; "
                "where both are right, word the stem differently"
            ),
        ),
        (("duplicate",), "👯 **{n} left out**: the same is there already"),
        (("voided",), "🚫 **{n} left out**: withdrawn by a tutor before"),
        (("clash",), "⚖️ **{n} with the stem of another one of the file and another answer**: all come in"),
        (("twin",), "👥 **{n} much like another one of the file, with the same answer**: all come in"),
        (("stays",), "💤 **{n} left retired**: a tutor retired what the file has not changed"),
    ):
        some = found.found.of(*verdicts)  # type: ignore[arg-type]  # the words of a Verdict, one by one
        if some:
            lines.append("\n" + head.format(n=questions(len(some))))
            lines += [finding(one) for one in some[:2]]
            if len(some) > 2:
                lines.append(f"… and {len(some) - 2:,} more in the attached file")
    if found.asks:
        lines.append(
            f"\n❓ **{questions(len(found.asks))} left out so far**: they may be ones that you have in other words. "
            f"Press *{doubts(len(found.asks))}*."
        )
    return lines


def finding(one: Finding) -> str:
    """A line about a question that the bank, or another one, has."""
    stem = f"line {one.line:,}: {quiet(cut(one.stem, 80))}"
    if not one.others:
        return stem
    other = one.others[0]
    answers = f"“{quiet(cut(other.answer, 50))}”"
    if one.verdict in ("key", "conflict", "clash"):
        answers += (
            f" → “{quiet(cut(one.answer, 50))}”" if one.verdict == "key" else f", not “{quiet(cut(one.answer, 50))}”"
        )
        where = f"{other.key}: " if one.verdict == "clash" else ""
        return f"{stem} ({where}{answers})"
    return f"{stem} ({plain(cut(other.bank, 40))}, {plain(other.key)})"


def _gone(found: Preview) -> list[str]:
    gone = len(found.found.of("gone"))
    if not gone:
        return []
    missing = f"\n🗑️ **{questions(gone)}** of the bank {'is' if gone == 1 else 'are'} not in the file"
    if found.retiring:
        return [f"{missing} and will be retired; what was asked stays."]
    errors = any(level == "error" for _, level, _ in found.read.problems)
    why = " (the file has errors, and what is missing may be among them)" if errors else ""
    return [f"{missing} and will stay{why}."]


def sample_name(number: int, question: Question) -> str:
    kind = KINDS[question.kind][0]
    return cut(f"Sample {number}: {plain(question.topic) or 'no topic'} · {kind}", 256)


def sample(question: Question, limit: int) -> str:
    """A question as its tutor checks it, keys marked; what does not fit stands in the attached file."""
    lines = [] if question.case is None else [f"*{quiet(cut(question.case.stem, 200))}*"]
    lines.append(quiet(question.stem))
    if question.image is not None:
        lines.append(f"🖼️ {plain(question.image.name)}")
    if question.kind in CHOICES:
        lines += [f"{'✅' if option.correct else '▫️'} {quiet(option.text)}" for option in question.options]
    else:
        lines += [f"✅ {quiet(answer)}" for answer in question.answers]
    text = "\n".join(lines)
    return text if len(text) <= limit else f"{cut(text, limit - 40)}\n*(whole in the attached file)*"


def doubt_title(left: int) -> str:
    return f"Is this a question that you have? ({left:,} left)"


def doubt(one: Finding) -> str:
    """A doubtful question beside those that it may be."""
    lines = [f"**In the file, line {one.line:,}**", quiet(one.stem), f"✅ {quiet(one.answer)}"]
    for number, card in enumerate(one.others[:MOST_CANDIDATES], 1):
        lines += [f"\n**In your bank: {number}** ({plain(card.key)})", quiet(card.stem), f"✅ {quiet(card.answer)}"]
    lines.append(
        "\nThe same question keeps its history and gets the file's words; a new one is asked besides the old one."
        if one.others
        else "\nIts counterpart was chosen for another one of the file, so it can only be a new one."
    )
    return "\n".join(lines)


MOST_CANDIDATES = 4


def same(number: int, of: int) -> str:
    return SAME_ONE if of == 1 else f"{SAME_ONE}: {number}"


def done(what: Done) -> str:
    """What an import did."""
    one = what.one
    text = f"✅ **{plain(one.file)}** is imported into **{plain(one.title)}**: {_changes(what)}."
    if what.rekeyed:
        text += (
            f" The right answer of {questions(what.rekeyed)} is another now: earlier answers were judged anew, and "
            "estimates, boards and streaks follow in a moment."
        )
    return f"{text} `/bank imports` has *{UNDO}*, too."


def _changes(what: Done) -> str:
    return f"{what.new:,} new, {what.changed:,} changed, {what.retired:,} retired"


def undone(what: Done) -> str:
    text = (
        f"↩️ The import of **{plain(what.one.file)}** into **{plain(what.one.title)}** is undone: {what.new:,} new ones "
        f"retired, {what.changed:,} as they were before, {what.retired:,} asked again. Nothing was deleted."
    )
    if what.left:
        text += f" Left alone, since somebody changed it after the import: {questions(what.left)}."
    return text


def recent_line(one: Import, user: int | None) -> str:
    by = f" by <@{user}>" if user is not None else ""
    when = f"<t:{(one.applied_at or one.made_at) // 1000}:f>"
    return (
        f"{when}{by}: **{plain(cut(one.file, 80))}** into **{plain(one.title)}**, {STATES[one.state]}: "
        f"{one.new:,} new, {one.changed:,} changed, {one.retired:,} retired"
    )


def refusal(error: no.Refusal) -> str | None:
    """The sentence for a refusal about imports and exports; None for any other."""
    match error:
        case never.FileTooLarge(size=size, most=most):
            return (
                f"The file has {size / 1e6:,.1f} MB, and {most / 1e6:,.0f} MB is the most that I take. Nothing was "
                "read; split it, or leave its pictures out."
            )
        case never.FileNotRead():
            return "Discord did not hand the file over, so nothing was read. Please attach it again."
        case never.ComparingTooLong():
            return (
                "Comparing this file with your questions took more work than a file may, so nothing was imported. "
                "Split it into smaller ones."
            )
        case never.NoSuchImport():
            return "This preview was cancelled or is older than a day; nothing was imported. Use /bank import again."
        case never.AlreadyImported():
            return "This is imported already, and once is enough; nothing was changed. /bank imports can undo it."
        case never.ImportUnderWay():
            return "An import into this bank is just under way; nothing else was changed. Try again in a minute."
        case never.BankChanged():
            return "Somebody changed this bank since the preview, so nothing was imported. Use /bank import again."
        case never.NothingToImport():
            return "Nothing in this file would be imported, so your bank is as it was. The preview says why."
        case never.NotADoubt():
            return "That was decided already, so nothing was changed. The preview shows what is still open."
        case _:
            return _further_refusal(error)


def _further_refusal(error: no.Refusal) -> str | None:
    match error:
        case never.NotImported():
            return "This import was undone before, so nothing was changed. Import its file again if you want it back."
        case never.LaterImport(file=file, at=at):
            return (
                f"Another import stands on this one: {plain(cut(file, 60))}, <t:{int(at.timestamp())}:R>. Nothing was "
                "undone; undo that one first with /bank imports."
            )
        case never.TooManyQuestions(most=most):
            return (
                f"Your group's own banks would have more than {most:,} questions, the most there is room for. Nothing "
                "was imported; retire some, or import fewer."
            )
        case _:
            return None


# Progress
def reading(file: str, done_: int, total: int) -> str:
    return f"📥 Reading **{file}** … {_percent(done_, total)} %"


def comparing(number: int) -> str:
    return f"🔎 Comparing {questions(number)} with those that you have …"


def importing(done_: int, total: int) -> str:
    return f"📥 Importing … {_percent(done_, total)} % of {questions(total)}"


def undoing(done_: int, total: int) -> str:
    return f"↩️ Undoing … {_percent(done_, total)} % of {questions(total)}"


def _percent(done_: int, total: int) -> int:
    return min(100, 100 * done_ // max(1, total))


def topic_menu(names: Sequence[str]) -> str:
    return f"Topic of the questions that name none ({names[0]} … {names[-1]})"
