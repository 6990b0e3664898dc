"""Observations as JSON-able data and back, exactly; fields at their default are left out."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from webdreamer_app.types import Box, Dialog, Element, Form, Observation, Tab

_NESTED: dict[str, Any] = {"box": Box, "form": Form}


def observation_to_data(observation: Observation) -> dict[str, Any]:
    """The whole observation as a JSON object."""
    return {
        "url": observation.url,
        "title": observation.title,
        "elements": [_plain(element) for element in observation.elements],
        "text": observation.text,
        "tabs": [_plain(tab) for tab in observation.tabs],
        "dialogs": [_plain(dialog) for dialog in observation.dialogs],
        "changes": list(observation.changes),
        "step": observation.step,
    }


def observation_from_data(data: dict[str, Any]) -> Observation:
    """Inverse of `observation_to_data`; unknown fields of elements are ignored, so that newer logs can be read."""
    return Observation(
        url=data["url"],
        title=data["title"],
        elements=tuple(_element(item) for item in data["elements"]),
        text=data["text"],
        tabs=tuple(Tab(**item) for item in data["tabs"]),
        dialogs=tuple(Dialog(**item) for item in data["dialogs"]),
        changes=tuple(data["changes"]),
        step=data["step"],
    )


def _plain(item: Any) -> dict[str, Any]:
    result = {}
    for field in fields(item):
        value = getattr(item, field.name)
        if field.default is not MISSING and value == field.default:
            continue
        if isinstance(value, Box | Form):
            value = [getattr(value, name.name) for name in fields(value)]
        result[field.name] = list(value) if isinstance(value, tuple) else value
    return result


_ELEMENT_FIELDS = frozenset(field.name for field in fields(Element))


def _element(data: dict[str, Any]) -> Element:
    values = {name: value for name, value in data.items() if name in _ELEMENT_FIELDS}
    for name, kind in _NESTED.items():
        if values.get(name) is not None:
            values[name] = kind(*values[name])
    if "options" in values:
        values["options"] = tuple(values["options"])
    return Element(**values)
