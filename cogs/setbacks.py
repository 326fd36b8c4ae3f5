"""How an exam went: passed, not passed, or not said; and what each leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import discord
from discord.ext import commands

from bot.domain.blueprint import Blueprint
from bot.domain.exams import Exam, Outcome
from bot.domain.groups import Group
from bot.domain.refusals import BadReport, StaleButton, UnknownExam
from bot.domain.setbacks import read_percent, read_report
from bot.services import estimates, exams, setbacks
from bot.services.exams import Status
from bot.services.house import House
from bot.services.parcels import Parcel
from cogs import cards, reviewers, texts_reviewers
from cogs import texts_setbacks as texts
from cogs.plain import cut, plain, quiet
from cogs.posting import TooLate, once, post
from cogs.quiz import modal_value
from cogs.replies import Feature, Interaction, button, press, rows, say

FROM_STATUS, IN_PLACE = "s", "c"
"""Stand in a button's custom_id for the message of a delivery: `IN_PLACE` is one that may be rewritten."""
FIELDS = 5  # of a modal
LABEL = 45
MOST_TOPICS = 6  # as many as a custom_id surely holds

Button = discord.ui.Button[discord.ui.View]


class Setbacks(Feature):
    """Only its owner sees any of it, but for the one line that they ask for after a pass."""

    @press("exo")
    async def answered(self, interaction: Interaction, exam_id: int, word: str, source: str) -> None:
        """Passed, did not pass, or prefer not to say; a slip of the finger can be mended."""
        try:
            outcome = Outcome(word)
        except ValueError:
            raise StaleButton from None
        user = interaction.user.id
        exam = await setbacks.say(self.house.database, exam_id, user, outcome, self.house.clock.now())
        group, _ = await exams.find(self.house.database, exam_id, user)
        blueprint = self.house.blueprints.get(exam.blueprint)
        name = quiet(blueprint.name if blueprint else exam.blueprint)
        rests = await setbacks.rests(self.house.database, group, user)
        if outcome is Outcome.PASSED:
            said, buttons = texts.passed(name), pass_buttons(exam, helps=False)
            buttons += [_resume(exam.exam_id)] if rests else []
        elif outcome is Outcome.FAILED:
            rules = (
                [texts.rule(one) for one in blueprint.rules if "retake" in one.title.casefold()] if blueprint else []
            )
            said, buttons = "\n\n".join([texts.failed(name), *rules]), setback_buttons(exam, rests=rests)
        else:
            said, buttons = texts.UNSAID, []
        if not exam.told:
            buttons.append(button(f"exz:{exam.exam_id}", texts.WRONG_BUTTON))
        if source == FROM_STATUS:
            await say(interaction, cut(said, 2000), view=rows(buttons))
        else:
            await interaction.response.edit_message(content=cut(said, 2000), view=rows(buttons))

    @press("exz")
    async def ask_anew(self, interaction: Interaction, exam_id: int) -> None:
        """The wrong button was pressed: the three of them again."""
        _, exam = await exams.find(self.house.database, exam_id, interaction.user.id)
        blueprint = self.house.blueprints.get(exam.blueprint)
        asked = texts.CORRECT.format(exam=quiet(blueprint.name if blueprint else exam.blueprint))
        await interaction.response.edit_message(content=asked, view=rows(outcome_buttons(exam, IN_PLACE)))

    # Passed

    @press("exw")
    async def tell(self, interaction: Interaction, exam_id: int) -> None:
        channel, already = await setbacks.tell(
            self.house.database, exam_id, interaction.user.id, self.house.clock.now()
        )
        self.client.dispatch("agenda_changed")
        await say(interaction, texts.told(channel, already=already))

    @press("exh")
    async def help_others(self, interaction: Interaction, exam_id: int, switch: str) -> None:
        if switch not in ("on", "off"):
            raise StaleButton
        on = switch == "on"
        await setbacks.help_others(self.house.database, exam_id, interaction.user.id, on=on)
        if not on:
            await say(interaction, texts.HELPER_NO_MORE)
            return
        await say(interaction, f"{texts.HELPER}\n{texts_reviewers.OFFERED}", view=rows([reviewers.offer()]))

    @post("passed")
    async def announce(self, parcel: Parcel) -> int | None:
        """The one line in the group's channel, on its member's press alone."""
        found = await setbacks.announced(self.house.database, parcel)
        if found is None:
            raise TooLate
        user, exam = found
        blueprint = self.house.blueprints.get(exam.blueprint)
        text = texts.announcement(user, quiet(blueprint.name if blueprint else exam.blueprint))
        group = parcel.group
        channel = self.client.get_partial_messageable(group.wishes.channel_id, guild_id=group.guild_id)
        return await once(self.client, channel, parcel, lambda message: message.content == text, content=text)

    # Did not pass

    @press("exu")
    async def resume(self, interaction: Interaction, exam_id: int) -> None:
        found = await exams.find(self.house.database, exam_id, interaction.user.id) if exam_id else None
        group = found[0] if found else await self.group(interaction)
        await setbacks.resume(self.house.database, group, interaction.user.id)
        await say(interaction, texts.RESUMED)

    @press("exr")
    async def ask_report(self, interaction: Interaction, exam_id: int) -> None:
        """The form for a score report: a field a section where these fit, else a line a section."""
        _, _, blueprint = await self._failed(interaction, exam_id)
        entered = (await setbacks.report_of(self.house.database, exam_id, interaction.user.id, blueprint)).entered
        modal = discord.ui.Modal(title=texts.REPORT_TITLE, custom_id=f"exrm:{exam_id}", timeout=900)
        for field in _fields(blueprint, entered):
            modal.add_item(field)
        await interaction.response.send_modal(modal)

    @press("exrm")
    async def keep_report(self, interaction: Interaction, exam_id: int) -> None:
        group, exam, blueprint = await self._failed(interaction, exam_id)
        report, unread = _report(interaction, blueprint)
        shown = [plain(cut(line, 60)) for line in unread]
        if shown and not report:
            raise BadReport(shown[0])
        await setbacks.keep_report(self.house.database, exam_id, interaction.user.id, report)
        await self._show_gaps(interaction, group, exam, blueprint, shown)

    @press("exv")
    async def show_gaps(self, interaction: Interaction, exam_id: int) -> None:
        group, exam, blueprint = await self._failed(interaction, exam_id)
        await self._show_gaps(interaction, group, exam, blueprint)

    async def _failed(self, interaction: Interaction, exam_id: int) -> tuple[Group, Exam, Blueprint]:
        group, exam = await exams.find(self.house.database, exam_id, interaction.user.id)
        blueprint = self.house.blueprints.get(exam.blueprint)
        if blueprint is None:
            raise UnknownExam(plain(cut(exam.blueprint, 50)), tuple(sorted(self.house.blueprints)))
        return group, exam, blueprint

    async def _show_gaps(
        self, interaction: Interaction, group: Group, exam: Exam, blueprint: Blueprint, unread: Sequence[str] = ()
    ) -> None:
        user, now = interaction.user.id, interaction.created_at
        found = await setbacks.report_of(self.house.database, exam.exam_id, user, blueprint)
        if not found.entered:
            await say(interaction, texts.NO_REPORT, view=rows([button(f"exr:{exam.exam_id}", texts.ENTER_REPORT)]))
            return
        lines = [texts.unread(unread[:5]), ""] if unread else []
        lines += [texts.gap_line(n, quiet(one.section), one) for n, one in enumerate(found.gaps, start=1)]
        if not found.gaps:
            lines.append(texts.NO_GAPS)
        if found.missing:
            lines += ["", texts.missing([quiet(name) for name in found.missing])]
        embed = discord.Embed(
            title=texts.GAPS_TITLE, description=cut("\n".join(lines), cards.DESCRIPTION), colour=cards.BLUE
        ).set_footer(text=texts.GAPS_RULE)
        buttons = []
        if found.gaps:
            progress = await estimates.progress(self.house.database, group, user, blueprint, now)
            section = found.gaps[0].section
            of_section = [one for one in progress.topics if one.section == section and one.questions]
            ids = [one.topic_id for one in of_section if one.topic_id is not None][:MOST_TOPICS]
            if ids:
                target = f"exp:{FROM_STATUS}:{exam.exam_id}:{cards.focus(ids)}"
                buttons.append(button(target, texts.PRACTISE_GAP, style=discord.ButtonStyle.primary))
        buttons += [
            button(f"exr:{exam.exam_id}", texts.CHANGE_REPORT),
            button(f"ext:{exam.exam_id}", texts.SET_RETAKE),
        ]
        await say(interaction, embed=embed, view=rows(buttons))


def outcome_buttons(exam: Exam, source: str) -> list[Button]:
    return [button(f"exo:{exam.exam_id}:{word.value}:{source}", label) for word, label in texts.OUTCOMES.items()]


def setback_buttons(exam: Exam, *, rests: bool) -> list[Button]:
    first = [
        button(f"exr:{exam.exam_id}", texts.ENTER_REPORT),
        button(f"exv:{exam.exam_id}", texts.SHOW_GAPS),
        button(f"ext:{exam.exam_id}", texts.SET_RETAKE),
    ]
    return [*first, _resume(exam.exam_id)] if rests else first


def pass_buttons(exam: Exam, *, helps: bool) -> list[Button]:
    tell = [] if exam.told else [button(f"exw:{exam.exam_id}", texts.TELL)]
    label = texts.HELP_NO_MORE if helps else texts.HELP
    return [*tell, button(f"exh:{exam.exam_id}:{'off' if helps else 'on'}", label)]


def _resume(exam_id: int) -> Button:
    """The exam leads to the group from a direct message; 0 is the group of the place."""
    return button(f"exu:{exam_id}", texts.RESUME)


def afterwards(found: Status) -> tuple[list[str], list[Button]]:
    """What /exam status says and offers of exams that are over."""
    lines, buttons = [], []
    if found.resting_since is not None:
        lines += ["", texts.resting(found.resting_since)]
        buttons.append(_resume(0))
    if found.failed is not None:
        buttons += setback_buttons(found.failed, rests=False)
    if found.passed is not None:
        buttons += pass_buttons(found.passed, helps=found.wishes.helper)
    return lines, buttons


def _fields(blueprint: Blueprint, entered: Mapping[str, float]) -> list[discord.ui.TextInput[discord.ui.Modal]]:
    names = [one.name for one in blueprint.sections]
    if len(names) <= FIELDS:
        return [
            discord.ui.TextInput(
                label=cut(name, LABEL),
                custom_id=f"s{place}",
                placeholder=texts.REPORT_HINT,
                default=_number(entered.get(name)),
                required=False,
                max_length=20,
            )
            for place, name in enumerate(names)
        ]
    return [
        discord.ui.TextInput(
            label=texts.REPORT_LABEL,
            custom_id="all",
            style=discord.TextStyle.paragraph,
            default=cut("\n".join(f"{name}: {_number(entered.get(name))}" for name in names), 4000),
            max_length=4000,
        )
    ]


def _number(percent: float | None) -> str:
    return "" if percent is None else f"{percent:.4g}"


def _report(interaction: Interaction, blueprint: Blueprint) -> tuple[dict[str, float], list[str]]:
    """What stands in the form, percent by section, and what of it cannot be read."""
    if len(blueprint.sections) > FIELDS:
        return read_report(modal_value(interaction, "all"), blueprint.sections)
    found, unread = {}, []
    for place, section in enumerate(blueprint.sections):
        words = modal_value(interaction, f"s{place}")
        try:
            percent = read_percent(words)
        except ValueError:
            unread.append(f"{section.name}: {words}")
            continue
        if percent is not None:
            found[section.name] = percent
    return found, unread


def make(client: commands.Bot, house: House) -> commands.Cog:
    return Setbacks(client, house)
