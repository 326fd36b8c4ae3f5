"""Limits of buttons, selects, layout components and modals.

Source: Discord's developer documentation, "Component reference".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.rules_embeds import url

if TYPE_CHECKING:
    from sandbox.errors import Json, Path, Problems

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
AUTO_SELECTS = (5, 6, 7, 8)
SELECTS = (3, 5, 6, 7, 8)
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 19, 21, 22, 23

ROWS_MAX, BUTTONS_MAX, V2_MAX, V2_TEXT_MAX = 5, 5, 40, 4000
LABEL_MAX, CUSTOM_ID_MAX = 80, 100
OPTIONS_MAX, OPTION_MAX, PLACEHOLDER_MAX = 25, 100, 150
MODAL_TITLE_MAX, MODAL_LABEL_MAX = 45, 45

_TOP_V2 = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER)
_IN_CONTAINER = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)


class _Seen:
    """What must be unique or bounded over all components of one message."""

    def __init__(self) -> None:
        self.custom_ids: set[str] = set()
        self.count = 0
        self.text = 0


def check_components(components: list[Any], found: Problems, path: Path, *, v2: bool) -> None:
    """A message's components."""
    seen = _Seen()
    if not v2:
        found.count(components, path, high=ROWS_MAX)
    for index, component in enumerate(components):
        _component(component, found, (*path, index), seen, allowed=_TOP_V2 if v2 else (ROW,))
    if v2 and seen.count > V2_MAX:
        found.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {V2_MAX} or fewer in length.")
    if v2 and seen.text > V2_TEXT_MAX:
        text = f"The total text of all components must be {V2_TEXT_MAX} or fewer in length."
        found.add(path, "COMPONENT_MAX_TEXT_LENGTH", text)


def _component(component: Any, found: Problems, path: Path, seen: _Seen, *, allowed: tuple[int, ...]) -> None:
    if not isinstance(component, dict):
        found.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return
    kind = component.get("type")
    if kind not in allowed:
        found.choices((*path, "type"), allowed)
        return
    seen.count += 1
    if kind == ROW:
        _row(component, found, path, seen)
    elif kind == BUTTON:
        _button(component, found, path, seen)
    elif kind in SELECTS:
        _select(component, found, path, seen)
    elif kind == TEXT:
        text = found.text(component, "content", path, low=1, high=V2_TEXT_MAX, required=True)
        seen.text += len(text or "")
    elif kind == CONTAINER:
        for index, child in enumerate(found.listed(component, "components", path)):
            _component(child, found, (*path, "components", index), seen, allowed=_IN_CONTAINER)
    elif kind == SECTION:
        _section(component, found, path, seen)
    elif kind == GALLERY:
        found.count(found.listed(component, "items", path), (*path, "items"), low=1, high=10)


def _section(component: Json, found: Problems, path: Path, seen: _Seen) -> None:
    children = found.listed(component, "components", path)
    found.count(children, (*path, "components"), low=1, high=3)
    for index, child in enumerate(children):
        _component(child, found, (*path, "components", index), seen, allowed=(TEXT,))
    if component.get("accessory") is None:
        found.required((*path, "accessory"))
    else:
        place = (*path, "accessory")
        _component(component["accessory"], found, place, seen, allowed=(BUTTON, THUMBNAIL))


def _row(row: Json, found: Problems, path: Path, seen: _Seen) -> None:
    children = found.listed(row, "components", path)
    place = (*path, "components")
    found.count(children, place, low=1, high=BUTTONS_MAX)
    for index, child in enumerate(children):
        _component(child, found, (*place, index), seen, allowed=(BUTTON, *SELECTS))
    kinds = [child.get("type") for child in children if isinstance(child, dict)]
    if any(kind in SELECTS for kind in kinds) and len(kinds) > 1:
        text = "The specified component exceeds the maximum width"
        found.add((*place, 1), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", text)


def _custom_id(component: Json, found: Problems, path: Path, seen: _Seen) -> None:
    value = found.text(component, "custom_id", path, low=1, high=CUSTOM_ID_MAX, required=True)
    if value is None:
        return
    if value in seen.custom_ids:
        text = "Component custom id cannot be duplicated"
        found.add((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", text)
    seen.custom_ids.add(value)


def _button(button: Json, found: Problems, path: Path, seen: _Seen) -> None:
    found.text(button, "label", path, high=LABEL_MAX)
    style = button.get("style")
    if style not in (1, 2, 3, 4, 5, 6):
        found.choices((*path, "style"), (1, 2, 3, 4, 5, 6))
        return
    if style == 5:
        if not button.get("url"):
            found.required((*path, "url"))
        url(button, "url", found, path)
        if isinstance(button.get("url"), str) and len(button["url"]) > 512:
            found.add((*path, "url"), "BASE_TYPE_MAX_LENGTH", "Must be 512 or fewer in length.")
        if button.get("custom_id") is not None:
            text = "A custom id and url cannot both be specified"
            found.add((*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", text)
    elif style != 6:
        _custom_id(button, found, path, seen)
    if style != 6 and not button.get("label") and not button.get("emoji"):
        text = "A button must have a label or emoji"
        found.add((*path, "label"), "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", text)


def _select(select: Json, found: Problems, path: Path, seen: _Seen, *, modal: bool = False) -> None:
    _custom_id(select, found, path, seen)
    found.text(select, "placeholder", path, high=PLACEHOLDER_MAX)
    low = found.number(select, "min_values", path, low=0, high=25)
    high = found.number(select, "max_values", path, low=1, high=25)
    if low is not None and high is not None and low > high:
        text = f"int value should be greater than or equal to {low}."
        found.add((*path, "max_values"), "NUMBER_TYPE_MIN", text)
    if modal:
        _required(select, low, found, path)
        if select.get("disabled"):
            found.add((*path, "disabled"), "MODAL_COMPONENT_DISABLED", "A modal's components cannot be disabled.")
    if select.get("type") != STRING_SELECT:
        return
    options = found.listed(select, "options", path)
    place = (*path, "options")
    found.count(options, place, low=1, high=OPTIONS_MAX)
    if high is not None and high > len(options):
        text = f"int value should be less than or equal to {len(options)}."
        found.add((*path, "max_values"), "NUMBER_TYPE_MAX", text)
    _options(options, found, place)
    if sum(1 for one in options if isinstance(one, dict) and one.get("default")) > (high or 1):
        found.add(place, "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "Too many default options.")


def _required(field: Json, low: float | None, found: Problems, path: Path) -> None:
    if low == 0 and field.get("required", True) is not False:
        text = "int value should be greater than or equal to 1 where the field is required."
        found.add((*path, "min_values"), "NUMBER_TYPE_MIN", text)


def _options(options: list[Any], found: Problems, path: Path) -> None:
    values: set[str] = set()
    for index, option in enumerate(options):
        here = (*path, index)
        found.text(option, "label", here, low=1, high=OPTION_MAX, required=True)
        value = found.text(option, "value", here, low=1, high=OPTION_MAX, required=True)
        found.text(option, "description", here, high=OPTION_MAX)
        if value in values:
            text = "The specified option value is already used"
            found.add((*here, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", text)
        if value is not None:
            values.add(value)


def check_modal(data: Json, found: Problems, path: Path) -> None:
    """A modal: title, custom id and one to five rows, labels or texts."""
    found.text(data, "title", path, low=1, high=MODAL_TITLE_MAX, required=True)
    found.text(data, "custom_id", path, low=1, high=CUSTOM_ID_MAX, required=True)
    components = found.listed(data, "components", path)
    place = (*path, "components")
    found.count(components, place, low=1, high=5)
    seen = _Seen()
    for index, component in enumerate(components):
        here = (*place, index)
        kind = component.get("type") if isinstance(component, dict) else None
        if kind == ROW:
            children = found.listed(component, "components", here)
            found.count(children, (*here, "components"), low=1, high=1)
            for position, child in enumerate(children):
                _input(child, found, (*here, "components", position), seen, labelled=False)
        elif kind == LABEL:
            found.text(component, "label", here, low=1, high=MODAL_LABEL_MAX, required=True)
            found.text(component, "description", here, high=100)
            if not isinstance(component.get("component"), dict):
                found.required((*here, "component"))
            else:
                _input(component["component"], found, (*here, "component"), seen, labelled=True)
        elif kind == TEXT:
            found.text(component, "content", here, low=1, high=V2_TEXT_MAX, required=True)
        else:
            found.choices((*here, "type"), (ROW, TEXT, LABEL))


def _input(field: Json, found: Problems, path: Path, seen: _Seen, *, labelled: bool) -> None:
    kind = field.get("type")
    allowed = (*SELECTS, TEXT_INPUT, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX) if labelled else (TEXT_INPUT,)
    if kind not in allowed:
        found.choices((*path, "type"), allowed)
    elif kind == TEXT_INPUT:
        _custom_id(field, found, path, seen)
        if field.get("style") not in (1, 2):
            found.choices((*path, "style"), (1, 2))
        if not labelled:
            found.text(field, "label", path, low=1, high=MODAL_LABEL_MAX, required=True)
        found.text(field, "placeholder", path, high=100)
        low = found.number(field, "min_length", path, low=0, high=4000)
        high = found.number(field, "max_length", path, low=1, high=4000)
        if low is not None and high is not None and low > high:
            text = f"int value should be greater than or equal to {low}."
            found.add((*path, "max_length"), "NUMBER_TYPE_MIN", text)
        found.text(field, "value", path, high=int(high or 4000))
    elif kind in SELECTS:
        _select(field, found, path, seen, modal=True)
    else:
        _custom_id(field, found, path, seen)
        if kind in (CHECKBOXES, FILE_UPLOAD):
            low = found.number(field, "min_values", path, low=0, high=10)
            high = found.number(field, "max_values", path, low=1, high=10)
            _required(field, low, found, path)
            if low is not None and high is not None and low > high:
                text = f"int value should be greater than or equal to {low}."
                found.add((*path, "max_values"), "NUMBER_TYPE_MIN", text)
        if kind in (RADIO, CHECKBOXES):
            _boxes(field, found, path)


def _boxes(field: Json, found: Problems, path: Path) -> None:
    options = found.listed(field, "options", path)
    radio = field.get("type") == RADIO
    found.count(options, (*path, "options"), low=2 if radio else 1, high=10)
    _options(options, found, (*path, "options"))
    most = 1 if radio else field.get("max_values") or len(options)
    if not radio and most > len(options):
        text = f"int value should be less than or equal to {len(options)}."
        found.add((*path, "max_values"), "NUMBER_TYPE_MAX", text)
    if sum(1 for one in options if isinstance(one, dict) and one.get("default")) > most:
        found.add((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "Too many default options.")
