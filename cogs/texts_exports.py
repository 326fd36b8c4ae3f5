"""Every sentence about exports of questions, and about the table to fill in."""

from __future__ import annotations

from bot.domain import refusals as no
from bot.domain import refusals_imports as never
from bot.services.exports import File, Shelf
from cogs import texts_imports as texts
from cogs.plain import cut, plain

TEMPLATE_NAME = "questions-template.csv"
TEMPLATE = (
    "One row a question, an example of each type in it. Fill it in with any spreadsheet, save it as CSV, and hand it "
    "in with `/bank import`: you see what would be imported before anything is."
)


def exported(file: File) -> str:
    """What goes with an export; the file is attached."""
    lines = [
        f"📤 {texts.questions(file.questions)} of **{plain(file.shelf.title)}**. It holds every key: keep it private."
    ]
    if not file.shelf.own:
        lines.append(f"Licence: {plain(file.shelf.licence)}. {plain(cut(file.shelf.rights, 300))}")
    lines += [plain(cut(one, 200)) for one in file.lost]
    if file.left_out:
        lines.append(f"**{texts.questions(len(file.left_out))}** are not in it:")
        lines += [
            cut(f"“{plain(cut(one.what, 60))}”: {plain(one.reason)}", texts.LINE)
            for one in file.left_out[: texts.FIRST]
        ]
        if len(file.left_out) > texts.FIRST:
            lines.append(f"… and {len(file.left_out) - texts.FIRST:,} more")
    return cut("\n".join(lines), 2000)


def shelf_label(one: Shelf) -> str:
    whose = "yours" if one.own else one.licence if one.free else f"{one.licence}: cannot be handed on"
    return cut(f"{one.title} ({texts.questions(one.live)}; {whose})", 100)


def refusal(error: no.Refusal) -> str | None:
    """The sentence for a refusal about exports; None for any other."""
    match error:
        case never.NoSuchBank(words=words):
            if not words:
                return "Which bank? Nothing was exported; name it: `bank:`, and pick one from the list."
            return f"There is no bank called “{plain(cut(words, 50))}” here. Nothing was done; pick one from the list."
        case never.LicenceForbids(title=title, licence=licence):
            return (
                f"The bank {plain(cut(title, 60))} is not your group's, and its licence ({plain(cut(licence, 60))}) "
                "does not let me hand it on, so nothing was exported. The operator of this bot has the file."
            )
        case never.ExportTooLarge(size=size, most=most):
            return (
                f"The file would have {size / 1e6:,.1f} MB, and Discord takes {most / 1e6:,.0f} MB. Nothing was sent; "
                "the operator of this bot can export it."
            )
        case _:
            return None
