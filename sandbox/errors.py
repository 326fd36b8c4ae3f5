"""Discord's refusals: status, JSON error code and the nested shape of an invalid form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
Path = tuple[str | int, ...]

# Source of codes and sentences: Discord's developer documentation, "Opcodes and Status Codes".
_MESSAGES = {
    0: "401: Unauthorized",
    10002: "Unknown Application",
    10003: "Unknown Channel",
    10004: "Unknown Guild",
    10007: "Unknown Member",
    10008: "Unknown Message",
    10009: "Unknown permission overwrite",
    10011: "Unknown Role",
    10013: "Unknown User",
    10014: "Unknown Emoji",
    10015: "Unknown Webhook",
    10062: "Unknown interaction",
    10063: "Unknown application command",
    10065: "Unknown Voice State",
    10066: "Unknown application command permissions",
    10070: "Unknown Guild Scheduled Event",
    30003: "Maximum number of pins reached (50)",
    30010: "Maximum number of reactions reached (20)",
    30032: "Maximum number of application commands reached (100)",
    30038: "Maximum number of guild scheduled events reached (100)",
    40005: "Request entity too large",
    40060: "Interaction has already been acknowledged.",
    50001: "Missing Access",
    50005: "Cannot edit a message authored by another user",
    50006: "Cannot send an empty message",
    50007: "Cannot send messages to this user",
    50008: "Cannot send messages in a non-text channel",
    50013: "Missing Permissions",
    50014: "Invalid authentication token provided",
    50019: "A message can only be pinned to the channel it was sent in",
    50021: "Cannot execute action on a system message",
    50024: "Cannot execute action on this channel type",
    50027: "Invalid Webhook Token",
    50033: "Invalid Recipient(s)",
    50035: "Invalid Form Body",
    50046: "Invalid Asset",
    50083: "Thread is archived",
    50109: "The request body contains invalid JSON.",
    160002: "Cannot reply without permission to read message history",
    160004: "A thread has already been created for this message",
    160005: "Thread is locked",
    160006: "Maximum number of active threads reached",
    180000: "Cannot update a finished event",
}


class DiscordError(Exception):
    """A refusal as the API gives it: {"message", "code"[, "errors"]} with an HTTP status."""

    def __init__(self, status: int, code: int, message: str | None = None, errors: Json | None = None) -> None:
        self.status = status
        self.code = code
        self.message = _MESSAGES.get(code, "400: Bad Request") if message is None else message
        self.errors = errors
        super().__init__(f"{status} {code}: {self.message}")

    def body(self) -> Json:
        """The JSON body of the answer."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors is not None:
            body["errors"] = self.errors
        return body

    def rule(self) -> str:
        """The rule that refused, in one line: code, message, and what is wrong where."""
        problems = "; ".join(_flat(self.errors or {}))
        head = f"{self.code} {self.message}" if self.code else self.message
        return f"{head} ({problems})" if problems else head


def _flat(errors: Json, path: str = "") -> Iterator[str]:
    """The nested errors of a form, such as "embeds.0.title: Must be 256 or fewer in length."."""
    for key, value in errors.items():
        if key == "_errors":
            yield from (f"{path}: {one['message']}" if path else str(one["message"]) for one in value)
        else:
            yield from _flat(value, f"{path}.{key}" if path else str(key))


def unknown(code: int) -> DiscordError:
    """404 with one of the 100xx codes."""
    return DiscordError(404, code)


def missing_access() -> DiscordError:
    """403: the bot cannot see the place at all."""
    return DiscordError(403, 50001)


def missing_permissions() -> DiscordError:
    """403: the bot sees the place and may not do this there."""
    return DiscordError(403, 50013)


class Problems:
    """Collects what is wrong with one form and raises it as Discord nests it."""

    def __init__(self) -> None:
        self._errors: Json = {}

    def __bool__(self) -> bool:
        return bool(self._errors)

    def add(self, path: Path, code: str, message: str) -> None:
        """Record one problem at a path such as ("embeds", 0, "title")."""
        node = self._errors
        for step in path:
            node = node.setdefault(str(step), {})
        node.setdefault("_errors", []).append({"code": code, "message": message})

    def finish(self) -> None:
        """Raise 400 / 50035 when anything was recorded."""
        if self._errors:
            raise DiscordError(400, 50035, errors=self._errors)

    def required(self, path: Path) -> None:
        """A field that must be there is not."""
        self.add(path, "BASE_TYPE_REQUIRED", "This field is required")

    def choices(self, path: Path, allowed: object) -> None:
        """A value is outside a closed set."""
        self.add(path, "BASE_TYPE_CHOICES", f"Value must be one of {allowed}.")

    def text(self, form: Json, key: str, path: Path, *, low: int = 0, high: int, required: bool = False) -> str | None:
        """Check a string field's length; returns it when it is a string."""
        value = form.get(key)
        if value is None:
            if required:
                self.required((*path, key))
            return None
        if not isinstance(value, str):
            self.add((*path, key), "STRING_TYPE_CONVERT", "Could not interpret value as string.")
            return None
        size = len(value)
        if required and low and not size:
            self.required((*path, key))
        elif size > high or size < low:
            if low:
                text = f"Must be between {low} and {high} in length."
                self.add((*path, key), "BASE_TYPE_BAD_LENGTH", text)
            else:
                self.add((*path, key), "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        return value

    def number(
        self, form: Json, key: str, path: Path, *, low: float, high: float, required: bool = False
    ) -> float | None:
        """Check a whole-number field's range; returns it when it is a number."""
        value = form.get(key)
        if value is None:
            if required:
                self.required((*path, key))
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.add((*path, key), "NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
            return None
        if value > high:
            self.add((*path, key), "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high:.0f}.")
        elif value < low:
            self.add((*path, key), "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low:.0f}.")
        return value

    def count(self, values: list[Any], path: Path, *, low: int = 0, high: int) -> None:
        """Check a list's length."""
        if not low <= len(values) <= high:
            if low:
                self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
            else:
                self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")

    def listed(self, form: Json, key: str, path: Path) -> list[Any]:
        """A list field (missing and null are empty); anything else is a problem."""
        value = form.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.add((*path, key), "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return []
        return value


def is_snowflake(value: object) -> bool:
    """Whether a value can be an id: digits in a string, or an integer, below 2^64."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return 0 <= value < 1 << 64
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 20
