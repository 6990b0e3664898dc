"""Observations as JSON-able data and back, exactly; fields at their default are left out."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

import msgspec

from webdreamer_app.types import Dialog, Download, Element, Observation, Tab


def observation_to_data(observation: Observation) -> dict[str, Any]:
    """The whole observation as a JSON object."""
    return {
        "url": observation.url,
        "title": observation.title,
        "elements": [msgspec.to_builtins(element) for element in observation.elements],
        "text": observation.text,
        "tabs": [_plain(tab) for tab in observation.tabs],
        "dialogs": [_plain(dialog) for dialog in observation.dialogs],
        "changes": list(observation.changes),
        "step": observation.step,
        **({"downloads": [_plain(one) for one in observation.downloads]} if observation.downloads else {}),
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
        downloads=tuple(Download(**item) for item in data.get("downloads", ())),
    )


def _plain(item: Tab | Dialog | Download) -> dict[str, Any]:
    values = ((field, getattr(item, field.name)) for field in fields(item))
    return {field.name: value for field, value in values if field.default is MISSING or value != field.default}


def _element(data: dict[str, Any]) -> Element:
    return msgspec.convert(data, Element)
