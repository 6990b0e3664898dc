"""The oracle's steps on the pages of the checkout: add-ons, questions, payment."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tasks.pages import Line
from tasks.pretix.view import Kind, View


def addon_steps(view: View, wanted: Sequence[Kind]) -> tuple[str, ...]:
    """Choose each wanted add-on; nothing when all are chosen."""
    steps: list[str] = []
    for item, variation in wanted:
        article = view.article(item)
        if article is None:
            return view.opening("article", "group")
        opening = next((line for line in view.inside(article) if line.name == "Show variants"), None)
        if variation and opening:
            return (f"click({opening.bid!r})",)
        article = view.article(variation, view.inside(article)) if variation else article
        field = _choice(view, article) if article else None
        if field is None:
            return view.opening("article", "checkbox", "group")
        if field.role == "spinbutton":
            steps += [] if field.value == "1" else [f"fill({field.bid!r}, '1')"]
        elif "checked" not in field.flags:
            steps.append(f"click({field.bid!r})")
    return tuple(steps)


def _choice(view: View, article: Line) -> Line | None:
    roles = ("checkbox", "radio", "spinbutton")
    return next((line for line in view.inside(article) if line.role in roles and line.bid), None)


def question_steps(view: View, answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Fill each field that is shown and is not as it should be; nothing when all are."""
    steps = [_filled(line, answer["email"]) for line in view.lines if _label(line) == "Email"]
    groups = [view.inside(line) for line in view.lines if line.role == "group" and not line.name]
    tickets = [lines for lines in groups if not any(line.name == "Contact information" for line in lines)]
    asked = [lines for lines in tickets if any(line.role in ("textbox", "combobox") for line in lines)]
    for lines, wanted in zip(asked, answer["lines"], strict=False):
        told = {"Name": wanted["attendee"], "Attendee email": wanted["attendee_email"], **wanted["answers"]}
        steps += [_filled(line, told[_label(line)]) for line in lines if _label(line) in told]
    return tuple(step for step in steps if step) or (view.opening("textbox", "combobox") if view.folded else ())


def _label(line: Line) -> str:
    """A field's name without what pretix adds to it; empty for what is no field."""
    fields = ("textbox", "combobox")
    return re.sub(r"( has error)?,?( required)?$", "", line.name) if line.role in fields and line.bid else ""


def _filled(line: Line, value: str) -> str:
    if line.value == value:
        return ""
    return f"{'select_option' if line.role == 'combobox' else 'fill'}({line.bid!r}, {value!r})"


def payment_steps(view: View, answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Choose how to pay, where it was asked for."""
    radios = [line for line in view.lines if line.role == "radio"]
    wanted = [line for line in radios if not answer["payment"] or line.name == answer["payment"]]
    if any("checked" in line.flags for line in wanted):
        return ()
    return tuple(f"click({line.bid!r})" for line in wanted if line.bid)
