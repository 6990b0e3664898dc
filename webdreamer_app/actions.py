"""The action grammar, in BrowserGym's syntax: `click('a12')`, `fill('7', 'blue mug')`, `press('7', 'Enter')`, …

Action strings are parsed as data with `ast`; nothing is ever executed or evaluated.
"""

from __future__ import annotations

import ast
import difflib
from dataclasses import dataclass

from webdreamer_app.errors import ActionSyntaxError
from webdreamer_app.types import Action, Observation

Argument = str | int | float


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: whether its first argument is an element, and what kinds of values follow."""

    takes_bid: bool
    values: tuple[type, ...] = ()
    optional: int = 0
    """How many of the last values may be left out."""
    second_bid: bool = False
    phrase: str = ""
    """Words for people; `{target}` and `{0}`, `{1}` stand for the arguments."""


VERBS: dict[str, Verb] = {
    "click": Verb(True, phrase="click {target}"),
    "fill": Verb(True, (str,), phrase="fill {target} with {0!r}"),
    "type": Verb(True, (str,), phrase="type {0!r} into {target}"),
    "paste": Verb(True, (str,), phrase="paste {0!r} into {target}"),
    "select_option": Verb(True, (str,), phrase="select {0!r} in {target}"),
    "press": Verb(True, (str,), phrase="press {0} in {target}"),
    "hover": Verb(True, phrase="hover over {target}"),
    "drag_and_drop": Verb(True, (str,), second_bid=True, phrase="drag {target} to {0}"),
    "upload_file": Verb(True, (str,), phrase="upload {0!r} to {target}"),
    "expand": Verb(True, phrase="expand {target}"),
    "scroll": Verb(False, (float, float, str), optional=1, phrase="scroll by {0}, {1}"),
    "goto": Verb(False, (str,), phrase="go to {0}"),
    "go_back": Verb(False, phrase="go back"),
    "go_forward": Verb(False, phrase="go forward"),
    "new_tab": Verb(False, phrase="open a new tab"),
    "tab_focus": Verb(False, (int,), phrase="switch to tab {0}"),
    "tab_close": Verb(False, phrase="close the tab"),
    "dialog_accept": Verb(False, (str,), optional=1, phrase="accept the dialog"),
    "dialog_dismiss": Verb(False, phrase="dismiss the dialog"),
    "noop": Verb(False, phrase="wait"),
    "send_msg_to_user": Verb(False, (str,), phrase="say {0!r}"),
    "report_infeasible": Verb(False, (str,), phrase="report that it can't be done: {0!r}"),
}
FINAL_VERBS = frozenset({"send_msg_to_user", "report_infeasible"})


def parse(text: str) -> Action:
    """Read one action. Raises ActionSyntaxError, naming the text and what would fit."""
    shown = _shorten(text)
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ActionSyntaxError(f"{shown} is not an action: write one call, such as click('12').") from error
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        raise ActionSyntaxError(f"{shown} is not an action: write one call, such as click('12').")
    if tree.keywords:
        raise ActionSyntaxError(f"{shown}: arguments go by position, without names.")
    verb = VERBS.get(tree.func.id)
    if verb is None:
        near = difflib.get_close_matches(tree.func.id, VERBS, 1)
        known = f"did you mean {near[0]}?" if near else f"known are {', '.join(VERBS)}."
        raise ActionSyntaxError(f"{shown}: there is no action {tree.func.id[:40]!r}; {known}")
    arguments = [_literal(node, shown) for node in tree.args]
    return _build(tree.func.id, verb, arguments, shown)


def format_action(action: Action) -> str:
    """The action as text; `parse(format_action(a)) == a`."""
    bid = [repr(action.bid)] if VERBS[action.verb].takes_bid else []
    return f"{action.verb}({', '.join(bid + [repr(value) for value in action.value])})"


def describe(action: Action, observation: Observation | None = None) -> str:
    """The action in words, its target by role and name."""
    verb = VERBS[action.verb]
    values: list[Argument] = list(action.value)
    if verb.second_bid and values:
        values[0] = _target(str(values[0]), observation)
    words = verb.phrase.format(*values, target=_target(action.bid, observation))
    if action.verb == "dialog_accept" and values:
        words += f" with {values[0]!r}"
    if action.verb == "scroll" and len(values) > 2:
        words += f" over {_target(str(values[2]), observation)}"
    return words


def is_final(action: Action) -> bool:
    """Whether the action ends the episode."""
    return action.verb in FINAL_VERBS


def _target(bid: str, observation: Observation | None) -> str:
    element = observation.find(bid) if observation is not None else None
    if element is None:
        return f"element {bid}"
    return f"{element.role} {element.name!r}" if element.name else f"unnamed {element.role} {bid}"


def _literal(node: ast.expr, shown: str) -> Argument:
    sign = 1
    while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        sign = -sign if isinstance(node.op, ast.USub) else sign
        node = node.operand
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, str) and sign == 1:
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return sign * value
    raise ActionSyntaxError(f"{shown}: arguments must be plain strings or numbers.")


def _build(name: str, verb: Verb, arguments: list[Argument], shown: str) -> Action:
    most = len(verb.values) + verb.takes_bid
    if not most - verb.optional <= len(arguments) <= most:
        takes = f"{most - verb.optional} to {most}" if verb.optional else str(most)
        raise ActionSyntaxError(f"{shown}: {name} takes {takes} arguments, not {len(arguments)}; {_usage(name, verb)}")
    bid = ""
    if verb.takes_bid:
        first = arguments.pop(0)
        if not isinstance(first, str) or not first:
            raise ActionSyntaxError(f"{shown}: the element goes in quotes; {_usage(name, verb)}")
        bid = first
    for value, kind in zip(arguments, verb.values, strict=False):
        allowed: tuple[type, ...] = (int, float) if kind is float else (kind,)
        if not isinstance(value, allowed):
            raise ActionSyntaxError(f"{shown}: {value!r} should be {_KINDS[kind]}; {_usage(name, verb)}")
        if isinstance(value, float) and not (abs(value) < float("inf")):
            raise ActionSyntaxError(f"{shown}: {value!r} is not a finite number.")
    return Action(name, bid, tuple(arguments))


_KINDS = {str: "a string", int: "a whole number", float: "a number"}


def _usage(name: str, verb: Verb) -> str:
    if name == "scroll":
        return "write scroll(0, 200), or scroll(0, 200, '12') over an element."
    samples = {str: "'text'", int: "1", float: "200"}
    parts = ["'12'"] if verb.takes_bid else []
    return f"write {name}({', '.join(parts + [samples[kind] for kind in verb.values])})."


def _shorten(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "…")
