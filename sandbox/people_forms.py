"""What a person fills in: selects on messages and the fields of modals, checked as Discord's client does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.people_commands import RefusedError

if TYPE_CHECKING:
    from sandbox.errors import Json
    from sandbox.people_commands import CommandForm

ROW, STRING_SELECT, TEXT_INPUT, TEXT, LABEL = 1, 3, 4, 10, 18
SELECTS = (3, 5, 6, 7, 8)
FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 19, 21, 22, 23


def find_component(components: list[Json], custom_id: str) -> Json | None:
    """The button or select with this custom id, however deep it lies."""
    for component in components:
        if component.get("custom_id") == custom_id:
            return component
        inner = component.get("components") or []
        if component.get("accessory"):
            inner = [*inner, component["accessory"]]
        found = find_component(inner, custom_id)
        if found is not None:
            return found
    return None


def select_values(select: Json, values: Any, builder: CommandForm, *, optional: bool = False) -> None:
    """Check a select's choices and resolve what they name. Raises RefusedError."""
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise RefusedError("A menu takes a list of values.")
    low = 0 if optional else _bound(select, "min_values")
    high = _bound(select, "max_values")
    if not low <= len(values) <= high:
        raise RefusedError(f"Choose between {low} and {high}.")
    if select["type"] == STRING_SELECT:
        known = {option["value"] for option in select["options"]}
        for value in values:
            if value not in known:
                raise RefusedError(f"“{value}” is not in the menu.")
        return
    for value in values:
        builder.select_value(select["type"], value, select)


def _bound(field: Json, key: str) -> int:
    """A bound on the number of values: one unless something else is said (null says nothing)."""
    value = field.get(key)
    return 1 if value is None else int(value)


def modal_data(modal: Json, fields: Json, builder: CommandForm) -> Json:
    """The `data` of a submitted modal: its own shape with what was filled in. Raises RefusedError."""
    left = dict(fields)
    components: list[Json] = []
    for index, component in enumerate(modal["components"], start=1):
        number = component.get("id") or index
        if component["type"] == ROW:
            inner = [_field(child, child.get("label"), left, builder) for child in component["components"]]
            components.append({"type": ROW, "id": number, "components": inner})
        elif component["type"] == LABEL:
            inner_one = _field(component["component"], component["label"], left, builder)
            components.append({"type": LABEL, "id": number, "component": inner_one})
        else:
            components.append({"type": component["type"], "id": number})
    if left:
        raise RefusedError(f"The form has no field {', '.join(left)}.")
    data: Json = {"custom_id": modal["custom_id"], "components": components}
    if builder.resolved:
        data["resolved"] = builder.resolved
    return data


def _field(field: Json, label: str | None, fields: Json, builder: CommandForm) -> Json:
    kind, custom_id = field["type"], field["custom_id"]
    named = label or custom_id
    made: Json = {"type": kind, "custom_id": custom_id, "id": field.get("id") or 1}
    value = fields.pop(custom_id, None)
    if kind == TEXT_INPUT:
        made["value"] = _text(field, named, value)
    elif kind in SELECTS:
        made["values"] = _chosen(field, value)
        optional = field.get("required") is False and not made["values"]
        select_values(field, made["values"], builder, optional=optional)
    elif kind == FILE_UPLOAD:
        files = value or []
        low = _bound(field, "min_values") if field.get("required", True) else 0
        if not low <= len(files) <= _bound(field, "max_values"):
            raise RefusedError(f"“{named}” takes {low} to {_bound(field, 'max_values')} files.")
        made["values"] = [builder.attach(one) for one in files]
    elif kind == CHECKBOX:
        made["value"] = bool(field.get("default")) if value is None else bool(value)
    else:
        _boxes(field, named, value, made)
    return made


def _text(field: Json, named: str, value: Any) -> str:
    text = str(field.get("value") or "") if value is None else str(value)
    if not text:
        if field.get("required", True):
            raise RefusedError(f"“{named}” is required.")
        return ""
    low, high = field.get("min_length") or 0, field.get("max_length") or 4000
    if not low <= len(text) <= high:
        raise RefusedError(f"“{named}” has between {low} and {high} characters.")
    return text


def _chosen(field: Json, value: Any) -> list[str]:
    if value is None:
        defaults = [option["value"] for option in field.get("options") or [] if option.get("default")]
        return defaults or [str(one["id"]) for one in field.get("default_values") or []]
    return [value] if isinstance(value, str) else list(value)


def _boxes(field: Json, named: str, value: Any, made: Json) -> None:
    chosen = _chosen(field, value)
    known = {option["value"] for option in field["options"]}
    if not set(chosen) <= known:
        raise RefusedError(f"“{named}” has no such choice.")
    low = _bound(field, "min_values") if field.get("required", True) else 0
    high = 1 if field["type"] == RADIO else field.get("max_values") or len(known)
    if len(chosen) < low:
        raise RefusedError(f"“{named}” is required.")
    if len(chosen) > high:
        raise RefusedError(f"“{named}” takes at most {high}.")
    if field["type"] == RADIO:
        made["value"] = chosen[0] if chosen else None
    else:
        made["values"] = chosen
