"""The rules as a table: a form, the place of its problem, and Discord's code for it."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.errors import DiscordError, Problems
from sandbox.rules import check_callback, check_channel, check_message, check_thread
from sandbox.rules_commands import check_command, check_commands
from sandbox.rules_events import check_event

Json = dict[str, Any]
NOW = 1_772_454_600_000


def _problems(error: DiscordError) -> dict[str, str]:
    """The nested errors flat: "embeds.0.title" → code."""
    flat: dict[str, str] = {}

    def walk(node: Json, path: tuple[str, ...]) -> None:
        for key, value in node.items():
            if key == "_errors":
                flat[".".join(path)] = value[0]["code"]
            else:
                walk(value, (*path, key))

    walk(error.errors or {}, ())
    return flat


def _button(**more: Any) -> Json:
    return {"type": 2, "style": 1, "label": "A", "custom_id": "a", **more}


def _row(*children: Json) -> Json:
    return {"type": 1, "components": list(children)}


def _select(count: int = 1, **more: Any) -> Json:
    options = [{"label": f"o{i}", "value": f"v{i}"} for i in range(count)]
    return {"type": 3, "custom_id": "s", "options": options, **more}


def _embed(**more: Any) -> Json:
    return {"embeds": [{"title": "t", **more}]}


LONG, BAD, REQUIRED = "BASE_TYPE_MAX_LENGTH", "BASE_TYPE_BAD_LENGTH", "BASE_TYPE_REQUIRED"
MESSAGES: list[tuple[Json, str, str]] = [
    ({"content": "x" * 2001}, "content", LONG),
    ({"content": "x", "nonce": "n" * 26}, "nonce", "NONCE_TYPE_TOO_LONG"),
    ({"embeds": [{"title": "t"}] * 11}, "embeds", LONG),
    (_embed(title="x" * 257), "embeds.0.title", LONG),
    (_embed(description="x" * 4097), "embeds.0.description", LONG),
    (_embed(fields=[{"name": "n", "value": "v"}] * 26), "embeds.0.fields", LONG),
    (_embed(fields=[{"name": "n", "value": "x" * 1025}]), "embeds.0.fields.0.value", BAD),
    (_embed(fields=[{"name": "", "value": "v"}]), "embeds.0.fields.0.name", REQUIRED),
    (_embed(footer={"text": "x" * 2049}), "embeds.0.footer.text", BAD),
    (_embed(author={"name": "x" * 257}), "embeds.0.author.name", BAD),
    (_embed(url="ftp://x.y"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    (_embed(url="nothing"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    (_embed(color=0x1000000), "embeds.0.color", "NUMBER_TYPE_MAX"),
    (_embed(timestamp="yesterday"), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
    ({"embeds": [{"description": "x" * 3001}, {"description": "x" * 3000}]}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
    ({"components": [_row(_button(custom_id=str(i))) for i in range(6)]}, "components", LONG),
    ({"components": [_row(*(_button(custom_id=str(i)) for i in range(6)))]}, "components.0.components", BAD),
    ({"components": [_row(_button(label="x" * 81))]}, "components.0.components.0.label", LONG),
    ({"components": [_row(_button(custom_id="x" * 101))]}, "components.0.components.0.custom_id", BAD),
    ({"components": [_row(_button(custom_id=None))]}, "components.0.components.0.custom_id", REQUIRED),
    ({"components": [_row(_button(style=9))]}, "components.0.components.0.style", "BASE_TYPE_CHOICES"),
    (
        {"components": [_row(_button(label=None))]},
        "components.0.components.0.label",
        "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED",
    ),
    (
        {"components": [_row(_button(), _button())]},
        "components.0.components.1.custom_id",
        "COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    ({"components": [_row({"type": 2, "style": 5, "label": "x"})]}, "components.0.components.0.url", REQUIRED),
    (
        {"components": [_row(_select(), _button())]},
        "components.0.components.1",
        "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
    ),
    ({"components": [_row(_select(26))]}, "components.0.components.0.options", BAD),
    ({"components": [_row(_select(0))]}, "components.0.components.0.options", BAD),
    ({"components": [_row(_select(1, max_values=2))]}, "components.0.components.0.max_values", "NUMBER_TYPE_MAX"),
    ({"components": [_row(_select(1, placeholder="x" * 151))]}, "components.0.components.0.placeholder", LONG),
    (
        {"components": [_row(_select(options=[{"label": "x" * 101, "value": "v"}]))]},
        "components.0.components.0.options.0.label",
        BAD,
    ),
    (
        {"components": [_row(_select(options=[{"label": "a", "value": "v"}, {"label": "b", "value": "v"}]))]},
        "components.0.components.0.options.1.value",
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    ({"components": [_button()]}, "components.0.type", "BASE_TYPE_CHOICES"),
    (
        {"content": "x", "flags": 1 << 15, "components": [{"type": 10, "content": "y"}]},
        "content",
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    (
        {"flags": 1 << 15, "components": [{"type": 10, "content": "y" * 1500}] * 3},
        "components",
        "COMPONENT_MAX_TEXT_LENGTH",
    ),
    ({"content": "x", "attachments": [{"id": i} for i in range(11)]}, "attachments", LONG),
    ({"content": "x", "flags": 64}, "flags", "INVALID_BITWISE_FLAG"),
    (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions.users",
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
]


@pytest.mark.parametrize(("form", "place", "code"), MESSAGES)
def test_a_message_beyond_a_limit_is_an_invalid_form(form: Json, place: str, code: str) -> None:
    """Each documented limit of a message, one past it, is 400 / 50035 at its own place."""
    with pytest.raises(DiscordError) as refused:
        check_message(form, 0)
    assert (refused.value.status, refused.value.code) == (400, 50035)
    assert _problems(refused.value).get(place) == code


@pytest.mark.parametrize(
    "form",
    [
        {"content": "x" * 2000, "nonce": "n" * 25},
        {"embeds": [{"title": "x" * 256, "description": "x" * 4096, "footer": {"text": "x" * 1648}}]},
        {
            "components": [
                _row(*(_button(custom_id=f"{r}{c}" + "x" * 98, label="x" * 80) for c in range(5))) for r in range(5)
            ]
        },
        {"components": [_row(_select(25, min_values=0, max_values=25))]},
        {"flags": 1 << 15, "components": [{"type": 17, "components": [{"type": 10, "content": "x" * 4000}]}]},
        {"content": "x", "allowed_mentions": {"parse": []}},
    ],
)
def test_a_message_at_its_limits_passes(form: Json) -> None:
    """Exactly at the limit nothing is refused."""
    check_message(form, 0)


def test_an_empty_message_has_its_own_code() -> None:
    """Nothing to show is 50006, not an invalid form."""
    with pytest.raises(DiscordError) as refused:
        check_message({"content": "  "}, 0)
    assert refused.value.code == 50006


def _command(**more: Any) -> Json:
    return {"name": "quiz", "description": "d", **more}


def _option(**more: Any) -> Json:
    return {"type": 3, "name": "topic", "description": "d", **more}


LARGE = [{"name": "n" * 100, "value": "v" * 100}] * 25


@pytest.mark.parametrize(
    ("form", "place", "code"),
    [
        (_command(name="Quiz"), "name", "APPLICATION_COMMAND_INVALID_NAME"),
        (_command(name="q q"), "name", "APPLICATION_COMMAND_INVALID_NAME"),
        (_command(name="q" * 33), "name", BAD),
        (_command(description=""), "description", REQUIRED),
        (_command(description="x" * 101), "description", BAD),
        (_command(options=[_option(name=f"o{i}") for i in range(26)]), "options", LONG),
        (_command(options=[_option(), _option()]), "options.1.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"),
        (
            _command(options=[_option(), _option(name="b", required=True)]),
            "options.1",
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        (_command(options=[_option(choices=[{"name": "n", "value": "v"}] * 26)]), "options.0.choices", LONG),
        (
            _command(options=[_option(choices=[{"name": "n", "value": "v"}], autocomplete=True)]),
            "options.0.autocomplete",
            "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE",
        ),
        (
            _command(options=[_option(), _option(type=1, name="sub")]),
            "options",
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
        ),
        (
            _command(options=[_option(choices=LARGE, name=f"o{i}") for i in range(2)]),
            "",
            "APPLICATION_COMMAND_TOO_LARGE",
        ),
        (
            {"type": 3, "name": "Ask", "description": "d"},
            "description",
            "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION",
        ),
    ],
)  # fmt: skip
def test_a_command_beyond_a_limit(form: Json, place: str, code: str) -> None:
    """Each documented limit of a command has its place and code."""
    with pytest.raises(DiscordError) as refused:
        check_command(form)
    assert _problems(refused.value).get(place) == code


def test_names_of_commands_are_unique_and_bounded() -> None:
    """A bulk overwrite refuses doubles, and the hundred-and-first command with 30032."""
    with pytest.raises(DiscordError) as doubled:
        check_commands([_command(), _command()])
    assert _problems(doubled.value) == {"1.name": "APPLICATION_COMMANDS_DUPLICATE_NAME"}
    with pytest.raises(DiscordError) as many:
        check_commands([_command(name=f"c{i}") for i in range(101)])
    assert many.value.code == 30032
    check_commands([_command(), {"type": 2, "name": "Quiz of"}, {"type": 3, "name": "Quiz of"}])


def _modal(*components: Json, **more: Any) -> Json:
    data = {"title": "t", "custom_id": "m", "components": list(components), **more}
    return {"type": 9, "data": data}


def _input(**more: Any) -> Json:
    return {"type": 4, "custom_id": "i", "style": 1, "label": "l", **more}


@pytest.mark.parametrize(
    ("form", "place", "code"),
    [
        ({}, "type", REQUIRED),
        ({"type": 3}, "type", "BASE_TYPE_CHOICES"),
        ({"type": 4, "data": {"content": "x" * 2001}}, "data.content", LONG),
        (
            {"type": 7, "data": {"components": [_row(_button(label="x" * 81))]}},
            "data.components.0.components.0.label",
            LONG,
        ),
        ({"type": 8, "data": {"choices": [{"name": "n", "value": "v"}] * 26}}, "data.choices", LONG),
        ({"type": 8, "data": {"choices": [{"name": "x" * 101, "value": "v"}]}}, "data.choices.0.name", BAD),
        (_modal(_row(_input()), title="x" * 46), "data.title", BAD),
        (_modal(_row(_input(label="x" * 46))), "data.components.0.components.0.label", BAD),
        (_modal({"type": 18, "label": "x" * 46, "component": _input()}), "data.components.0.label", BAD),
        (_modal(), "data.components", BAD),
        (_modal(*(_row(_input(custom_id=str(i))) for i in range(6))), "data.components", BAD),
        (_modal(_row(_input(max_length=4001))), "data.components.0.components.0.max_length", "NUMBER_TYPE_MAX"),
        (_modal(_row(_button())), "data.components.0.components.0.type", "BASE_TYPE_CHOICES"),
    ],
)
def test_a_first_response_beyond_a_limit(form: Json, place: str, code: str) -> None:
    """Responses are checked under "data": messages, choices and forms."""
    with pytest.raises(DiscordError) as refused:
        check_callback(form, 0)
    assert _problems(refused.value).get(place) == code


def test_threads_channels_and_tags() -> None:
    """Names, archive durations and a forum's tags."""
    forum = {"available_tags": [{"id": "5", "name": "Case"}], "flags": 0}
    check_thread({"name": "x" * 100, "message": {}, "applied_tags": ["5"]}, forum=forum)
    for form, place, code in (
        ({"name": "x" * 101}, "name", BAD),
        ({"name": "x", "auto_archive_duration": 61}, "auto_archive_duration", "BASE_TYPE_CHOICES"),
        ({"name": "x", "type": 0}, "type", "BASE_TYPE_CHOICES"),
    ):
        with pytest.raises(DiscordError) as refused:
            check_thread(form)
        assert _problems(refused.value) == {place: code}
    with pytest.raises(DiscordError) as refused:
        check_thread({"name": "x", "applied_tags": ["6"]}, forum=forum)
    assert _problems(refused.value) == {"message": REQUIRED, "applied_tags.0": "UNKNOWN_TAG"}
    with pytest.raises(DiscordError):
        check_channel({"topic": "x" * 1025}, new=False)


def _event(**more: Any) -> Json:
    return {
        "name": "Review",
        "privacy_level": 2,
        "entity_type": 3,
        "entity_metadata": {"location": "Library"},
        "scheduled_start_time": "2026-03-03T18:00:00+00:00",
        "scheduled_end_time": "2026-03-03T19:00:00+00:00",
        **more,
    }


@pytest.mark.parametrize(
    ("form", "place", "code"),
    [
        (_event(name="x" * 101), "name", BAD),
        (_event(description="x" * 1001), "description", LONG),
        (_event(privacy_level=1), "privacy_level", "BASE_TYPE_CHOICES"),
        (_event(entity_metadata=None), "entity_metadata.location", REQUIRED),
        (_event(scheduled_end_time=None), "scheduled_end_time", REQUIRED),
        (_event(entity_type=2, entity_metadata=None), "channel_id", REQUIRED),
        (
            _event(scheduled_start_time="2026-03-01T18:00:00+00:00"),
            "scheduled_start_time",
            "GUILD_SCHEDULED_EVENT_SCHEDULE_PAST",
        ),
        (
            _event(scheduled_end_time="2026-03-03T17:00:00+00:00"),
            "scheduled_end_time",
            "GUILD_SCHEDULED_EVENT_SCHEDULE_END_BEFORE_START",
        ),
        (_event(scheduled_start_time="soon"), "scheduled_start_time", "DATE_TIME_TYPE_PARSE"),
    ],
)
def test_an_event_beyond_a_limit(form: Json, place: str, code: str) -> None:
    """Scheduled events: lengths, what each kind needs, and times in order and in the future."""
    with pytest.raises(DiscordError) as refused:
        check_event(form, NOW)
    assert _problems(refused.value).get(place) == code


def _rule(**more: Any) -> Json:
    return _event(recurrence_rule={"start": "2026-03-03T18:00:00+00:00", "frequency": 2, "interval": 1, **more})


@pytest.mark.parametrize(
    "rule",
    [
        {"by_weekday": [2]},
        {"by_weekday": [2], "interval": 2},
        {"frequency": 3, "by_weekday": [0, 1, 2, 3, 4]},
        {"frequency": 1, "by_n_weekday": [{"n": 4, "day": 2}]},
        {"frequency": 0, "by_month": [7], "by_month_day": [24]},
    ],
)
def test_a_documented_recurrence_is_taken(rule: Json) -> None:
    """The examples of Discord's documentation pass."""
    check_event(_rule(**rule), NOW)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"by_weekday": [0, 2]}, "by_weekday"),
        ({"interval": 3}, "interval"),
        ({"frequency": 3, "interval": 2}, "interval"),
        ({"frequency": 3, "by_weekday": [0, 2, 4]}, "by_weekday"),
        ({"frequency": 1, "by_n_weekday": [{"n": 6, "day": 2}]}, "by_n_weekday"),
        ({"frequency": 0, "by_month": [7]}, "by_month"),
        ({"count": 3}, "count"),
        ({"end": "2027-03-03T18:00:00+00:00"}, "end"),
        ({"frequency": 9}, "frequency"),
        ({"start": None}, "start"),
    ],
)
def test_a_recurrence_beyond_what_discord_shows(rule: Json, field: str) -> None:
    """Recurrence rules keep to the documented combinations."""
    with pytest.raises(DiscordError) as refused:
        check_event(_rule(**rule), NOW)
    assert f"recurrence_rule.{field}" in _problems(refused.value)


def test_the_shape_of_an_invalid_form() -> None:
    """The body nests each problem in "_errors" under its place, as Discord does."""
    problems = Problems()
    problems.text({"title": "xxxx"}, "title", ("embeds", 0), high=3)
    with pytest.raises(DiscordError) as refused:
        problems.finish()
    told = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 3 or fewer in length."}
    assert refused.value.body() == {
        "message": "Invalid Form Body",
        "code": 50035,
        "errors": {"embeds": {"0": {"title": {"_errors": [told]}}}},
    }
