"""Forms with labels: texts, menus of every kind, choices, boxes and files, as discord.py sends and reads them."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from sandbox.study_group import TUTOR_ROLE_ID, VOICE_ID
from tests.people import File, Member
from tests.sandbox.conftest import Start, StudyClient

Act = discord.Interaction[Any]


def labelled(text: str, component: discord.ui.Item[Any], description: str | None = None) -> discord.ui.Label[Any]:
    """A field with its label."""
    return discord.ui.Label(text=text, component=component, description=description)


class People(discord.ui.Modal, title="Whom and where"):
    """A text, and the four menus that Discord fills itself."""

    intro: discord.ui.TextDisplay[Any] = discord.ui.TextDisplay("Tutors can see who asks.")
    who = labelled("Reviewers", discord.ui.UserSelect(custom_id="who", max_values=3, required=True), "Up to three")
    role = labelled("Role", discord.ui.RoleSelect(custom_id="role", required=False, min_values=0))
    where = labelled(
        "Where", discord.ui.ChannelSelect(custom_id="where", channel_types=[discord.ChannelType.text], required=False)
    )
    both = labelled("Anybody", discord.ui.MentionableSelect(custom_id="both", max_values=2, required=True))

    async def on_submit(self, interaction: Act) -> None:
        """Repeat what was chosen."""
        parts = []
        for field in (self.who, self.role, self.where, self.both):
            assert isinstance(
                field.component,
                (discord.ui.UserSelect, discord.ui.RoleSelect, discord.ui.ChannelSelect, discord.ui.MentionableSelect),
            )
            parts.append("+".join(str(one.name) for one in field.component.values) or "-")
        await interaction.response.send_message(" / ".join(parts), ephemeral=True)


class Review(discord.ui.Modal, title="Give feedback"):
    """A string menu, radio buttons, boxes, one box, and files."""

    topic = labelled(
        "Topic",
        discord.ui.Select(
            custom_id="topic",
            max_values=2,
            required=True,
            options=[discord.SelectOption(label=one) for one in ("Surgery", "Rules", "Anatomy")],
        ),
    )
    mark = labelled(
        "Reasoning",
        discord.ui.RadioGroup(
            custom_id="mark", options=[discord.RadioGroupOption(label=str(n), value=f"m{n}") for n in (1, 2, 3, 4)]
        ),
    )
    seen = labelled(
        "I looked at",
        discord.ui.CheckboxGroup(
            custom_id="seen",
            required=False,
            max_values=2,
            options=[discord.CheckboxGroupOption(label=one) for one in ("codes", "notes", "sources")],
        ),
    )
    hidden = labelled("Anonymous", discord.ui.Checkbox(custom_id="hidden"))
    files = labelled("Files", discord.ui.FileUpload(custom_id="files", required=False, min_values=0, max_values=2))

    async def on_submit(self, interaction: Act) -> None:
        """Repeat what was filled in."""
        topic, mark, seen, hidden, files = (
            field.component for field in (self.topic, self.mark, self.seen, self.hidden, self.files)
        )
        assert isinstance(topic, discord.ui.Select)
        assert isinstance(mark, discord.ui.RadioGroup)
        assert isinstance(seen, discord.ui.CheckboxGroup)
        assert isinstance(hidden, discord.ui.Checkbox)
        assert isinstance(files, discord.ui.FileUpload)
        parts = [",".join(topic.values), str(mark.value), ",".join(seen.values) or "-", str(hidden.value)]
        parts += [f"{one.filename}={(await one.read()).decode()}" for one in files.values]
        kept = [await one.to_file() for one in files.values]
        await interaction.response.send_message(" / ".join(parts), files=kept, ephemeral=True)


@pytest.fixture
async def forms(start: Start) -> StudyClient:
    """A client with both forms."""
    client = StudyClient()

    @client.tree.command(description="People")
    async def people(act: Act) -> None:
        await act.response.send_modal(People())

    @client.tree.command(description="Review")
    async def review(act: Act) -> None:
        await act.response.send_modal(Review())

    @client.tree.command(description="Send")
    async def send(act: Act, file: discord.Attachment, second: discord.Attachment | None = None) -> None:
        names = [one.filename for one in (file, second) if one is not None]
        await act.response.send_message(" ".join(names), file=await file.to_file(), ephemeral=True)

    @client.tree.context_menu(name="Ask for feedback on this")
    async def ask(act: Act, message: discord.Message) -> None:
        await act.response.send_modal(Review(title=message.content))

    return await start(client)


async def test_menus_in_a_form_resolve_what_they_name(forms: StudyClient, ana: Member, ben: Member) -> None:
    """Members, roles and channels arrive as objects; what is optional may stay empty; the text is read."""
    form = await ana.run("/people")
    assert form.modal is not None
    assert "Tutors can see who asks." in form.text
    assert "Up to three" in form.text
    assert "between 1 and 3" in (await ana.submit(who=[], both=[ana.id])).error
    assert "cannot be chosen" in (await ana.submit(who=[ben], where=[VOICE_ID], both=[ana.id])).error
    sent = await ana.submit(who=[ana, ben], role=["@Tutor"], where=["#daily-quiz"], both=[TUTOR_ROLE_ID, ben.id])
    assert sent.text == "ana+ben / Tutor / daily-quiz / ben+Tutor"
    await ana.run("/people")
    assert (await ana.submit(reviewers=[ben], anybody=[ben])).text == "ben / - / - / ben"


async def test_choices_boxes_and_files(forms: StudyClient, ana: Member) -> None:
    """Radio buttons take one, groups of boxes up to their bound, a box yes or no, and files their bytes."""
    await ana.run("/review")
    assert "required" in (await ana.submit(topic=["Rules"])).error
    assert "no such choice" in (await ana.submit(topic=["Rules"], mark="m9")).error
    boxes = ["codes", "notes", "sources"]
    assert "at most 2" in (await ana.submit(topic=["Rules"], mark="m3", seen=boxes)).error
    files = [File(f"{n}.txt", b"hello", "text/plain") for n in range(3)]
    assert "0 to 2 files" in (await ana.submit(topic=["Rules"], mark="m3", files=files)).error
    sent = await ana.submit(
        topic=["Rules", "Anatomy"], reasoning="m3", i_looked_at=["notes"], anonymous=True, files=files[:2]
    )
    assert sent.message is not None
    assert sent.message.content == "Rules,Anatomy / m3 / notes / True / 0.txt=hello / 1.txt=hello"
    assert await ana.file(sent.message, "1.txt") == b"hello"
    await ana.run("/review")
    assert (await ana.submit(topic="Surgery", mark="m1")).text == "Surgery / m1 / - / False"


async def test_a_command_takes_files(forms: StudyClient, ana: Member) -> None:
    """Attachment options, one of them optional, arrive with their bytes, and a reply's file can be read."""
    reply = await ana.run("/send", file=File("case.pdf", b"%PDF", "application/pdf"))
    assert reply.message is not None
    assert reply.message.content == "case.pdf"
    assert await ana.file(reply.message, "case.pdf") == b"%PDF"
    both = await ana.run("/send", file=File("a.txt", b"a"), second=File("b.txt", b"b"))
    assert both.message is not None
    assert both.message.content == "a.txt b.txt"


async def test_a_message_command_opens_a_form(forms: StudyClient, ana: Member) -> None:
    """A context-menu command on a message can answer with a form, which is sent like any other."""
    said = await ana.says("Why this modifier?")
    form = await ana.run("Ask for feedback on this", _on=said)
    assert form.modal is not None
    assert form.modal.title == "Why this modifier?"
    assert (await ana.submit(topic="Rules", mark="m4")).status == "message"
