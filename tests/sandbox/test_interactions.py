"""Commands, buttons, menus, forms and suggestions, through the real client."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import discord
import pytest
from discord import app_commands

from sandbox.server import Sandbox
from sandbox.study_group import GENERAL_ID, TUTOR_ROLE_ID
from tests.people import File, Member, Server
from tests.sandbox.conftest import Start, StudyClient

Press = discord.Interaction[StudyClient]


class Letters(discord.ui.View):
    """A question's buttons."""

    @discord.ui.button(label="A", custom_id="pick:A")
    async def a(self, press: Press, _: discord.ui.Button[Letters]) -> None:
        """Answer by changing the message."""
        await press.response.edit_message(content="Locked: A", view=None)

    @discord.ui.button(emoji="🚩", custom_id="flag")
    async def flag(self, press: Press, _: discord.ui.Button[Letters]) -> None:
        """Answer privately, later."""
        await press.response.defer(ephemeral=True, thinking=True)
        await press.followup.send("Thank you.")

    @discord.ui.button(label="Off", custom_id="off", disabled=True)
    async def off(self, press: Press, _: discord.ui.Button[Letters]) -> None:
        """Never pressed."""

    @discord.ui.select(
        custom_id="topic",
        options=[discord.SelectOption(label="Anatomy", value="a"), discord.SelectOption(label="Rules", value="r")],
    )
    async def topic(self, press: Press, menu: discord.ui.Select[Letters]) -> None:
        """Answer with the value."""
        await press.response.send_message(f"topic {menu.values[0]}", ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="who", max_values=2)
    async def who(self, press: Press, menu: discord.ui.UserSelect[Letters]) -> None:
        """Answer with names."""
        await press.response.send_message(" and ".join(one.display_name for one in menu.values), ephemeral=True)


class Report(discord.ui.Modal, title="Report a question"):
    """A form with an old-style and a labelled field."""

    reason: discord.ui.TextInput[Report] = discord.ui.TextInput(label="What is wrong?", max_length=20)
    kind: discord.ui.Label[Report] = discord.ui.Label(
        text="Kind",
        component=discord.ui.Select(
            custom_id="kind", options=[discord.SelectOption(label="Typo"), discord.SelectOption(label="Wrong")]
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Repeat what was written."""
        assert isinstance(self.kind.component, discord.ui.Select)
        text = f"{self.reason.value} / {self.kind.component.values[0]}"
        await interaction.response.send_message(text, ephemeral=True)


def study_client() -> StudyClient:
    """A client with one command of each kind."""
    client = StudyClient()
    quiz = app_commands.Group(name="quiz", description="Questions")

    @quiz.command(name="practice", description="Practise")
    @app_commands.describe(topic="The topic")
    async def practice(act: Press, topic: str, number: app_commands.Range[int, 1, 5] = 1) -> None:
        await act.response.send_message(f"{topic} × {number}", view=Letters(), ephemeral=True)

    @quiz.command(name="open", description="For all")
    async def public(act: Press) -> None:
        embed = discord.Embed(title="Question", description="Which bone?").add_field(name="A", value="femur")
        await act.response.send_message(embed=embed, view=Letters(timeout=None))

    @practice.autocomplete("topic")
    async def topics(_: Press, typed: str) -> list[app_commands.Choice[str]]:
        found = [one for one in ("anatomy", "rules") if one.startswith(typed)]
        return [app_commands.Choice(name=one.title(), value=one) for one in found]

    client.tree.add_command(quiz)

    @client.tree.command(description="Who and where")
    async def give(
        act: Press, member: discord.Member, role: discord.Role, channel: discord.TextChannel, file: discord.Attachment
    ) -> None:
        data = await file.read()
        text = f"{member.display_name} {role.name} {channel.name} {file.filename} {data.decode()}"
        await act.response.send_message(text, ephemeral=True)

    @client.tree.command(description="Slow")
    async def slow(act: Press) -> None:
        await act.response.defer(ephemeral=True)
        await act.followup.send("Here it is.")
        await act.edit_original_response(content="Here it is, better.")

    @client.tree.command(description="Silent")
    async def silent(act: Press) -> None:
        """Answer nothing."""

    @client.tree.command(description="Admins")
    @app_commands.default_permissions(manage_guild=True)
    async def setup(act: Press) -> None:
        assert act.permissions.manage_guild
        await act.response.send_message("Set up.", ephemeral=True)

    @client.tree.command(description="Form")
    async def report(act: Press) -> None:
        await act.response.send_modal(Report())

    @client.tree.context_menu(name="Ask for help")
    async def ask(act: Press, message: discord.Message) -> None:
        await act.response.send_message(f"About “{message.content}”", ephemeral=True)

    @client.tree.context_menu(name="Progress of")
    async def progress(act: Press, member: discord.Member) -> None:
        await act.response.send_message(f"Of {member.display_name}", ephemeral=True)

    return client


@pytest.fixture
async def studying(start: Start) -> StudyClient:
    """That client, ready."""
    return await start(study_client())


async def test_a_private_reply_is_seen_by_its_reader_alone(studying: StudyClient, ana: Member, ben: Member) -> None:
    """An ephemeral reply is on Ana's screen with its buttons and nowhere on Ben's."""
    reply = await ana.run("/quiz practice", topic="anatomy", number=2)
    assert (reply.status, reply.text.splitlines()[0]) == ("message", "anatomy × 2")
    assert reply.message is not None
    assert reply.message.ephemeral
    await ben.sees_not("anatomy")
    assert ben.messages("#general") == []


async def test_a_press_edits_the_private_message(studying: StudyClient, ana: Member) -> None:
    """A button of an ephemeral message answers by changing that message."""
    await ana.run("/quiz practice", topic="anatomy")
    assert (await ana.press("A")).status == "updated"
    seen = await ana.sees("Locked: A", ephemeral=True)
    assert seen.buttons == []
    await ana.sees_not("anatomy × 1")


async def test_everybody_presses_a_public_message(studying: StudyClient, ana: Member, ben: Member) -> None:
    """A public question is seen by all, each gets their own private, deferred answer."""
    await ana.run("/quiz open")
    message = await ben.sees("Which bone?", where="#general")
    assert "femur" in message.text
    reply = await ben.press("🚩")
    assert (reply.status, reply.text) == ("deferred", "Thank you.")
    await ana.sees_not("Thank you.")


async def test_menus_give_their_values(studying: StudyClient, ana: Member, ben: Member) -> None:
    """A menu's label is answered with its value; a member menu resolves members."""
    await ana.run("/quiz open")
    assert (await ana.choose("Rules")).text == "topic r"
    assert (await ana.choose(ana.id, ben.id)).text == "Ana and Ben"


async def test_a_disabled_button_cannot_be_pressed_unless_forged(studying: StudyClient, ana: Member) -> None:
    """The person's own client refuses a disabled button and one that is not there; a forged press gets through."""
    reply = await ana.run("/quiz open")
    assert reply.message is not None
    form = {"kind": "component", "channel_id": GENERAL_ID, "message_id": reply.message.id, "custom_id": "off"}
    assert (await ana.door.post("/sandbox/interactions", form, ana.id))["status"] == "refused"
    form["custom_id"] = "pick:Z"
    assert (await ana.door.post("/sandbox/interactions", form, ana.id))["status"] == "refused"
    assert (await ana.press_raw(reply.message, "pick:A")).status == "updated"


async def test_options_arrive_as_objects(studying: StudyClient, ana: Member, ben: Member) -> None:
    """Members, roles, channels and files given to a command are resolved, and the file can be read."""
    file = File("notes.txt", b"hello", "text/plain")
    reply = await ana.run("/give", member=ben, role="@Tutor", channel="#daily-quiz", file=file)
    assert reply.text == "Ben Tutor daily-quiz notes.txt hello"
    again = await ana.run("/give", member=ben.id, role=TUTOR_ROLE_ID, channel=GENERAL_ID, file=file)
    assert "general" in again.text


async def test_a_person_s_own_client_checks_options(studying: StudyClient, ana: Member, tova: Member) -> None:
    """Missing, misnamed and out-of-range options and commands without permission never reach the bot."""
    assert "required" in (await ana.run("/quiz practice")).error
    assert "between 1 and 5" in (await ana.run("/quiz practice", topic="x", number=9)).error
    assert "no option" in (await ana.run("/quiz practice", topic="x", colour="red")).error
    assert "no command" in (await ana.run("/setup")).error
    assert "no command" in (await ana.run("/quiz")).error
    assert (await tova.run("/setup")).text == "Set up."


async def test_suggestions_follow_what_is_typed(studying: StudyClient, ana: Member) -> None:
    """Autocomplete sends the half-typed text and shows the bot's choices."""
    assert await ana.completes("/quiz practice", "topic", "an") == [("Anatomy", "anatomy")]


async def test_a_form_is_shown_filled_in_and_sent(studying: StudyClient, ana: Member) -> None:
    """A modal's fields are found by label or custom id, checked, and arrive."""
    reply = await ana.run("/report")
    assert reply.status == "modal"
    assert "What is wrong?" in reply.text
    assert "required" in (await ana.submit(kind="Typo")).error
    assert "characters" in (await ana.submit(what_is_wrong="x" * 30, kind="Typo")).error
    sent = await ana.submit(what_is_wrong="a comma", kind=["Wrong"])
    assert sent.text == "a comma / Wrong"


async def test_context_commands_have_their_target(studying: StudyClient, ana: Member, ben: Member) -> None:
    """A message command gets the message with its content (no intent needed), a member command the member."""
    said = await ben.says("I am lost")
    assert (await ana.run("Ask for help", _on=said)).text == "About “I am lost”"
    assert (await ana.run("Progress of", _on=ben)).text == "Of Ben"


async def test_a_deferred_answer_becomes_one_message(studying: StudyClient, ana: Member) -> None:
    """The first followup takes the place of "thinking", and @original then edits that same message."""
    reply = await ana.run("/slow")
    assert reply.status == "deferred"
    await ana.sees("Here it is, better.", ephemeral=True)
    assert len(ana.messages("#general")) == 1


async def test_silence_fails_after_three_seconds_and_late_answers_are_unknown(
    studying: StudyClient, ana: Member, box: Sandbox
) -> None:
    """Without a response the person is told; the bot's late response is 404 10062."""
    reply = await ana.run("/silent")
    assert (reply.status, reply.error) == ("failed", "The application did not respond")
    assert ana.failures == [reply.error]
    (act,) = await studying.hears("interaction")
    with pytest.raises(discord.NotFound) as refused:
        await act.response.send_message("too late")
    assert refused.value.code == 10062


async def test_a_second_response_is_refused(start: Start, ana: Member) -> None:
    """Discord takes one first response: the next is 400 40060 and a wrong token 404 10062."""
    client = StudyClient()
    codes: list[int] = []

    @client.tree.command(description="Twice")
    async def twice(act: discord.Interaction) -> None:
        await act.response.send_message("once", ephemeral=True)
        callback = f"/interactions/{act.id}/{act.token}/callback"
        for path in (callback, f"/interactions/{act.id}/wrong/callback"):
            route = discord.http.Route("POST", path)
            try:
                await client.http.request(route, json={"type": 4, "data": {"content": "twice"}})
            except discord.HTTPException as error:
                codes.append(error.code)
        await act.followup.send("done", ephemeral=True)

    await start(client)
    await ana.run("/twice")
    await ana.sees("done")
    assert codes == [40060, 10062]


async def test_a_token_lives_fifteen_minutes(start: Start, ana: Member, server: Server) -> None:
    """After a quarter of an hour of the sandbox's time a followup is 401 50027."""
    client = StudyClient()

    @client.tree.command(description="Hello")
    async def hello(act: discord.Interaction) -> None:
        await act.response.send_message("hello", ephemeral=True)

    await start(client)
    await ana.run("/hello")
    (act,) = await client.hears("interaction")
    await act.followup.send("soon", ephemeral=True)
    await server.advance(timedelta(minutes=16))
    with pytest.raises(discord.HTTPException) as refused:
        await act.followup.send("late", ephemeral=True)
    assert (refused.value.status, refused.value.code) == (401, 50027)


async def test_an_ephemeral_reply_is_edited_deleted_and_dismissed(start: Start, ana: Member) -> None:
    """@original can be read, edited and deleted by its token; what the reader dismissed is unknown (10008)."""
    client = StudyClient()

    @client.tree.command(description="Hello")
    async def hello(act: discord.Interaction) -> None:
        await act.response.send_message("hello", ephemeral=True)

    await start(client)
    reply = await ana.run("/hello")
    (act,) = await client.hears("interaction")
    assert (await act.original_response()).content == "hello"
    await act.edit_original_response(content="changed", embed=discord.Embed(title="Table"))
    await ana.sees("Table")
    await act.delete_original_response()
    await ana.sees_not("changed")
    second = await act.followup.send("second", ephemeral=True, wait=True)
    await ana.dismisses(await ana.sees("second"))
    with pytest.raises(discord.NotFound) as refused:
        await second.edit(content="again")
    assert refused.value.code == 10008
    assert reply.message is not None
    channel = client.text_channel(GENERAL_ID)
    with pytest.raises(discord.NotFound):
        await channel.fetch_message(int(reply.message.id))


async def test_views_survive_a_restart(start: Start, ana: Member) -> None:
    """A message's buttons are answered by another process's client that registers the same custom ids."""
    client = await start(study_client())
    await ana.run("/quiz open")
    await client.close()
    assert client.runner is not None
    await asyncio.wait([client.runner])
    fresh = StudyClient()
    fresh.add_view(Letters(timeout=None))
    await start(fresh)
    assert (await ana.press("A")).status == "updated"
    await ana.sees("Locked: A")


async def test_commands_and_buttons_work_in_a_dm(studying: StudyClient, ana: Member, ben: Member) -> None:
    """In the DM with the bot the same commands run, without a server; others see nothing of it."""
    assert studying.user is not None
    await ana.opens_dm(str(studying.user.id))
    reply = await ana.run("/quiz practice", topic="rules", _in="dm")
    assert reply.status == "message"
    assert (await ana.press("A", where="dm")).status == "updated"
    (act,) = await studying.hears("interaction")
    assert act.guild is None
    assert isinstance(act.user, discord.User)
    await ben.sees_not("Locked")


async def test_commands_work_in_a_thread(studying: StudyClient, ana: Member) -> None:
    """In a thread a command's channel is that thread, with the parent's permissions."""
    thread = await (await studying.text_channel(GENERAL_ID).send("q")).create_thread(name="Talk")
    await ana.sees("q")
    assert (await ana.run("/quiz practice", topic="x", _in="Talk")).status == "message"
    (act,) = await studying.hears("interaction")
    assert isinstance(act.channel, discord.Thread)
    assert act.channel.id == thread.id
    assert act.app_permissions.send_messages_in_threads


async def test_a_form_takes_a_file(start: Start, ana: Member) -> None:
    """A file uploaded in a form arrives with its bytes."""
    client = StudyClient()

    class Bank(discord.ui.Modal, title="Bank"):
        file: discord.ui.Label[Bank] = discord.ui.Label(text="File", component=discord.ui.FileUpload(custom_id="file"))

        async def on_submit(self, interaction: discord.Interaction) -> None:
            assert isinstance(self.file.component, discord.ui.FileUpload)
            (one,) = self.file.component.values
            await interaction.response.send_message((await one.read()).decode(), ephemeral=True)

    @client.tree.command(description="Bank")
    async def bank(act: discord.Interaction) -> None:
        await act.response.send_modal(Bank())

    await start(client)
    await ana.run("/bank")
    assert (await ana.submit(file=[File("bank.md", b"# Topic")])).text == "# Topic"
