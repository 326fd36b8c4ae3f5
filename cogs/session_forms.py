"""The form for a session: shown, read, handed back where something in it cannot be, and posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import discord
from discord.ext import commands

from bot.domain.groups import Group
from bot.domain.instants import from_ms, to_ms
from bot.domain.recurrence import Recurrence, Weeks
from bot.domain.refusals import Refusal, StaleButton
from bot.domain.refusals_sessions import BadLength, NeedsOwnStart, NotWeekly
from bot.domain.sessions import Place, Session, length
from bot.domain.when import Ask, Context, NotUnderstood, Understood, understand
from bot.services import groups, overview, session_drafts, sessions, wishes, zones
from bot.services.house import House
from bot.services.session_drafts import Draft
from bot.services.sessions import Wishes
from cogs import session_cards as cards
from cogs import texts, texts_when
from cogs import texts_sessions as words
from cogs.plain import cut, plain
from cogs.replies import Feature, Interaction, button, press, require_tutor, rows, say
from cogs.session_posts import missing_rights

FIELDS = ("title", "start", "length", "notes")
HANGS = ("no-exam", "exam-past", "no-session", "session-past")
WALL = "%Y-%m-%d %H:%M"
WEAK_FIRST = 12  # a form offers 25 topics; what members wish for is to be among them


class SessionForms(Feature):
    """What a tutor typed is kept before it is judged."""

    async def _draft(self, interaction: Interaction, draft_id: int) -> tuple[Draft, Group]:
        draft = await session_drafts.find(self.house.database, draft_id, interaction.user.id)
        group = await groups.by_id(self.house.database, draft.group_id)
        require_tutor(interaction, group.wishes.tutor_role_id)
        return draft, group

    @press("session-form")
    async def submitted(self, interaction: Interaction, draft_id: int) -> None:
        draft, group = await self._draft(interaction, draft_id)
        typed = {**draft.payload, **_read(interaction), "phrases": [], "asked_at": to_ms(interaction.created_at)}
        draft = await session_drafts.keep(self.house.database, draft, typed, interaction.created_at)
        await self._go_on(interaction, draft, group)

    @press("session-change")
    async def change(self, interaction: Interaction, draft_id: int) -> None:
        """Open the form again, as it was."""
        draft, group = await self._draft(interaction, draft_id)
        await _show(interaction, self.house, group, draft.draft_id, draft.payload)

    @press("session-when")
    async def meant(self, interaction: Interaction, draft_id: int, number: int) -> None:
        """One of the readings of an ambiguous start was pressed."""
        draft, group = await self._draft(interaction, draft_id)
        phrases = draft.payload.get("phrases", [])
        if number >= len(phrases):
            raise StaleButton
        payload = {**draft.payload, "start": phrases[number], "phrases": []}
        # The other readings stay with the message until this one is posted.
        await self._go_on(
            interaction, Draft(draft.draft_id, draft.user_id, draft.group_id, draft.session_id, payload), group
        )

    async def _go_on(self, interaction: Interaction, draft: Draft, group: Group) -> None:
        """Post what was typed, or hand it back with what is wrong, or ask which time is meant."""
        try:
            found = await self._wishes(interaction, draft, group)
            if isinstance(found, Ask):
                await self._ask(interaction, draft, found)
                return
            wishes, assumed = found
            if draft.session_id is None:
                text, view = await self._post(interaction, draft, group, wishes, assumed)
            else:
                text, view = await self._edit(interaction, draft, group, wishes, assumed)
        except Refusal as error:
            view = rows([button(f"session-change:{draft.draft_id}", words.CHANGE)])
            await say(interaction, words.kept(texts.refusal(error)), view=view)
            return
        self.client.dispatch("agenda_changed")
        if interaction.type is discord.InteractionType.component:
            await interaction.response.edit_message(content=text, view=view)
        else:
            await say(interaction, text, view=view)

    async def _ask(self, interaction: Interaction, draft: Draft, ask: Ask) -> None:
        asked_at = from_ms(draft.payload["asked_at"])
        payload = {**draft.payload, "phrases": [choice.phrase for choice in ask.choices]}
        await session_drafts.keep(self.house.database, draft, payload, interaction.created_at)
        question, labels = texts_when.ask(ask, asked_at)
        buttons = [button(f"session-when:{draft.draft_id}:{n}", label) for n, label in enumerate(labels)]
        buttons.append(button(f"session-change:{draft.draft_id}", words.CHANGE, row=1))
        await say(interaction, words.ask_when(question), view=rows(buttons))

    async def _wishes(self, interaction: Interaction, draft: Draft, group: Group) -> tuple[Wishes, Sequence[str]] | Ask:
        typed = draft.payload
        try:
            minutes = length(typed["length"])
        except ValueError:
            raise BadLength(plain(cut(typed["length"], 50))) from None
        if typed.get("shown_start") and typed["start"].strip() == typed["shown_start"]:
            starts_at, zone, assumed, repeat = from_ms(typed["starts_at"]), typed["zone"], [], False
        else:
            found = await self._when(typed, group, interaction.user.id)
            if isinstance(found, Ask):
                return found
            repeat = _weekly(found.rule, typed["start"])
            starts_at, zone = found.at, found.zone
            assumed = [texts_when.assumption(one) for one in found.assumed]
        wishes = Wishes(
            title=typed["title"].strip() or words.UNTITLED,
            topics=tuple(typed.get("topics", ())),
            notes=typed["notes"].strip(),
            starts_at=starts_at,
            minutes=minutes,
            zone=zone,
            place=Place(typed["place"]),
            place_id=typed["place_id"],
            link=typed["link"],
            seats=typed["seats"],
            repeat=bool(typed.get("repeat")) or repeat,
        )
        return wishes, assumed

    async def _when(self, typed: Mapping[str, Any], group: Group, user: int) -> Understood | Ask:
        """The start, read on the tutor's clock; of a session that is edited, on the clock that it has."""
        zone = typed.get("zone") or (await zones.zone(self.house.database, group, user))[0].key
        try:
            return understand(typed["start"], Context(from_ms(typed["asked_at"]), zone), self.house.places.exact)
        except NotUnderstood as error:
            if error.reason in HANGS:
                raise NeedsOwnStart(plain(error.words)) from None
            raise NotUnderstood(error.reason, plain(error.words), error.example) from None

    async def _post(
        self, interaction: Interaction, draft: Draft, group: Group, wishes: Wishes, assumed: Sequence[str]
    ) -> tuple[str, discord.ui.View]:
        missing = self._missing(group, wishes)
        session = await sessions.post(
            self.house.database,
            group,
            interaction.user.id,
            wishes,
            self.house.clock.now(),
            with_event=not missing,
            draft_id=draft.draft_id,
        )
        said = texts_when.moment(wishes.starts_at, wishes.zone, interaction.created_at)
        text = words.posted(session, cards.title(session), said, assumed, missing)
        return text, tutor_buttons(session)

    async def _edit(
        self, interaction: Interaction, draft: Draft, group: Group, wishes: Wishes, assumed: Sequence[str]
    ) -> tuple[str, discord.ui.View]:
        assert draft.session_id is not None
        missing = self._missing(group, wishes)
        changed = await sessions.edit(
            self.house.database,
            group,
            draft.session_id,
            interaction.user.id,
            wishes,
            self.house.clock.now(),
            series=bool(draft.payload.get("series")),
            with_event=not missing,
            draft_id=draft.draft_id,
        )
        title = cards.title(changed.session)
        if not changed.changed:
            return words.unchanged(title), tutor_buttons(changed.session)
        said = texts_when.moment(wishes.starts_at, wishes.zone, interaction.created_at)
        text = words.edited(changed.session, title, said, changed.told, assumed, missing)
        return text, tutor_buttons(changed.session)

    def _missing(self, group: Group, wishes: Wishes) -> Sequence[str]:
        guild = self.client.get_guild(group.guild_id)
        return () if guild is None else missing_rights(guild, wishes.place, wishes.place_id)


def tutor_buttons(session: Session) -> discord.ui.View:
    """What a tutor can do with a session."""
    number = session.session_id
    made = [button(f"session-edit:{number}:one", words.EDIT), button(f"session-drop:{number}:one", words.CANCEL)]
    if session.recurrence is not None:
        made.insert(1, button(f"session-edit:{number}:series", words.EDIT_SERIES))
        made.append(button(f"session-drop:{number}:series", words.CANCEL_SERIES))
        made.append(button(f"session-stop:{number}", words.STOP_SERIES))
    return rows(made)


async def open_new(interaction: Interaction, house: House, group: Group, chosen: Mapping[str, Any]) -> None:
    """Open the form for a new session; `chosen` is its place, its seats and whether it repeats."""
    payload = {**chosen, "length": words.DEFAULT_LENGTH}
    draft_id = await session_drafts.begin(house.database, group, interaction.user.id, payload, interaction.created_at)
    await _show(interaction, house, group, draft_id, payload)


async def open_change(
    interaction: Interaction, house: House, group: Group, session: Session, chosen: Mapping[str, Any], *, series: bool
) -> None:
    """Open the form for a session that there is; `chosen` is what the command changes besides."""
    start = cards.wall(session).strftime(WALL)
    payload = {
        "title": session.title,
        "topics": list(session.topics),
        "start": start,
        "shown_start": start,
        "starts_at": session.starts_at,
        "zone": session.zone,
        "length": f"{session.minutes} min",
        "notes": session.notes,
        "place": session.place.value,
        "place_id": session.place_id,
        "link": session.link,
        "seats": session.seats,
        **chosen,
        "series": series,
    }
    draft_id = await session_drafts.begin(
        house.database, group, interaction.user.id, payload, interaction.created_at, session.session_id
    )
    await _show(interaction, house, group, draft_id, payload)


async def _show(
    interaction: Interaction, house: House, group: Group, draft_id: int, payload: Mapping[str, Any]
) -> None:
    name = words.FORM_NEW
    if "shown_start" in payload:
        name = words.FORM_SERIES if payload.get("series") else words.FORM_EDIT
    topics = await _topics(house, group, interaction.user.id, interaction.created_at)
    await interaction.response.send_modal(cards.form(draft_id, payload, topics, name))


async def _topics(house: House, group: Group, user: int, now: datetime) -> list[str]:
    """The exam's topics: those first that cost the group most, as far as four others' answers tell, and the wished."""
    blueprint = house.blueprint(group)
    found = await overview.overview(house.database, group, user, blueprint, now)
    weak = [one.name for one in found.topics] if found.enough else []
    wanted = [topic for topic, _ in await wishes.wanted(house.database, group, blueprint, now)]
    return list(dict.fromkeys([*weak[:WEAK_FIRST], *wanted, *weak, *blueprint.topics]))


def _weekly(rule: Recurrence | None, typed: str) -> bool:
    """Whether the words for the start make it a weekly series. Raises NotWeekly for what comes in other turns."""
    if rule is None:
        return False
    pattern = rule.pattern
    if isinstance(pattern, Weeks) and pattern.every == 1 and len(pattern.weekdays) == len(rule.at) == 1:
        return True
    raise NotWeekly(plain(cut(typed, 50)))


def _read(interaction: Interaction) -> dict[str, Any]:
    """What was written and chosen in the form; read from the interaction, since forms too outlive a restart."""
    data: Any = interaction.data
    found: dict[str, Any] = {"topics": [], **dict.fromkeys(FIELDS, "")}
    waiting = list(data.get("components") or [])
    while waiting:
        part = waiting.pop()
        name = part.get("custom_id")
        if name == "topics":
            found["topics"] = [str(one) for one in part.get("values") or ()]
        elif name in FIELDS:
            found[name] = str(part.get("value") or "")[: cards.MOST[name]]
        waiting += part.get("components") or []
        if part.get("component"):
            waiting.append(part["component"])
    return found


def make(client: commands.Bot, house: House) -> commands.Cog:
    return SessionForms(client, house)
