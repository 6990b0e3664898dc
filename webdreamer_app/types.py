"""The vocabulary: everything that flows through a step, as frozen data.

`Observation → Plan(proposals, branches) → Verdict → Action → Outcome → Step → storage`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace


class Effect(StrEnum):
    """What an action may do to the world outside the browser. `UNKNOWN` counts as irreversible."""

    READ = "read"
    REVERSIBLE = "reversible"
    IRREVERSIBLE = "irreversible"
    UNKNOWN = "unknown"

    @property
    def is_commit(self) -> bool:
        """Whether the gate must give a verdict first."""
        return self in (Effect.IRREVERSIBLE, Effect.UNKNOWN)


class Decision(StrEnum):
    """What the gate says of a plan."""

    ACT = "act"
    LOOK_FURTHER = "look_further"
    ASK = "ask"
    BLOCK = "block"


class Box(Struct, frozen=True, array_like=True, gc=False):
    """Border box in CSS pixels, relative to the top-left of the page's viewport."""

    x: float
    y: float
    width: float
    height: float


class Form(Struct, frozen=True, array_like=True, gc=False):
    """The form that an element belongs to, as far as it tells what submitting would send."""

    method: str
    """Lower-case HTTP method, `get` or `post`."""
    action: str
    """Absolute URL."""
    place: int = -1
    """Which form of its document it is, from 0; -1 where that isn't known."""
    scripted: bool = False
    """Whether the form names no address, or has a handler: what submitting sends is then up to a script."""


TYPED_ROLES = frozenset({"textbox", "searchbox", "spinbutton", "date", "time", "month", "week", "datetime"})
"""Roles of fields that take text, native fields for dates and times among them."""


class Element(Struct, frozen=True, omit_defaults=True, gc=False):
    """One node of the page in accessibility-tree style, in document order.

    A struct, not a dataclass: large pages have tens of thousands, and these are made in a fraction of the time. None
    holds what could hold it, so the garbage collector need not look at them.

    Interactive elements carry a `bid`; containers and text have an empty one. `depth` rebuilds the
    tree: the parent of a node is the nearest earlier node with a smaller depth.
    """

    role: str = "text"
    """ARIA role (`button`, `link`, `textbox`, `heading`, `listitem`, …) or `text` for plain text."""
    name: str = ""
    """Accessible name; for `text`, the text itself. Whitespace collapsed."""
    depth: int = 0
    bid: str = ""
    """Reference for actions: letters name the frame, the number the element. Stable while it lives."""
    tag: str = ""
    input_type: str = ""
    """`type` of an input or button (`submit`, `radio`, `text`, …), lower case."""
    value: str | None = None
    """Current value of a field, or the selected label of a select. None where there is no value."""
    checked: bool | Literal["mixed"] | None = None
    disabled: bool = False
    required: bool = False
    readonly: bool = False
    invalid: str = ""
    """Validation message of a field the page calls invalid."""
    expanded: bool | None = None
    selected: bool | None = None
    level: int = 0
    """Heading level."""
    options: tuple[str, ...] = ()
    """Labels of a select's options."""
    href: str = ""
    """Absolute target of a link."""
    form: Form | None = None
    box: Box | None = None
    visible: bool = True
    hooked: bool = False
    """Whether a link carries an attribute by which scripts turn its click into another request or a question."""
    covered: bool = False
    """Whether something else lies over it and would take the click."""
    scrollable: bool = False
    """Whether there is more in it than it shows: `scroll` over something in it brings that into view."""

    @property
    def is_interactive(self) -> bool:
        return bool(self.bid)

    @property
    def is_usable(self) -> bool:
        """Whether an action on it would reach it now."""
        return bool(self.bid) and not self.disabled and not self.covered

    def changed(self, **fields: Any) -> Element:
        """The same with other values in some fields."""
        return replace(self, **fields)


@dataclass(frozen=True, slots=True)
class Tab:
    index: int
    url: str
    title: str
    active: bool


@dataclass(frozen=True, slots=True)
class Dialog:
    """An open JavaScript dialog; it blocks its page until an action answers it."""

    kind: str
    """`alert`, `confirm`, `prompt` or `beforeunload`."""
    message: str
    default_value: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that a page handed over."""

    name: str
    path: str = ""
    """Where it is kept; empty when it is not."""
    size: int = 0
    """Bytes."""
    problem: str = ""
    """Why it was not taken."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What the agent sees of the browser at one moment. `text` is the serialized page."""

    url: str
    title: str
    elements: tuple[Element, ...]
    text: str
    tabs: tuple[Tab, ...] = ()
    dialogs: tuple[Dialog, ...] = ()
    changes: tuple[str, ...] = ()
    """What appeared, vanished or changed since the last observation, in words."""
    step: int = 0
    downloads: tuple[Download, ...] = ()
    """Files that ended on their way since the last observation."""

    def find(self, bid: str) -> Element | None:
        """The element with this reference, or None."""
        return next((element for element in self.elements if element.bid == bid), None) if bid else None


@dataclass(frozen=True, slots=True)
class Action:
    """One call of the grammar in `webdreamer_app.actions`; `bid` is empty for verbs without a target."""

    verb: str
    bid: str = ""
    value: tuple[str | int | float, ...] = ()
    """The remaining arguments, in the grammar's order."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An action that a policy would take, with its probability over the policy's candidate set."""

    action: Action
    rationale: str = ""
    probability: float = 1.0
    commit_risk: float | None = None
    """Calibrated probability that the action commits something wrong; None where the policy has no such score."""
    foreign: float | None = None
    """How far the page lies outside what the policy learned, 0..1 (1: further than any page it was tested on).

    None where the policy can't tell.
    """


@dataclass(frozen=True, slots=True)
class ImaginedStep:
    """One step of a rollout in a world model."""

    action: Action
    text: str
    """Predicted page."""
    value: float
    uncertainty_policy: float | None = None
    uncertainty_model: float | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """An imagined continuation of a proposal."""

    proposal: Proposal
    steps: tuple[ImaginedStep, ...]
    value: float
    uncertainty: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What a planner decided, with everything it weighed."""

    chosen: Proposal
    proposals: tuple[Proposal, ...]
    branches: tuple[Branch, ...] = ()
    horizon: int = 0
    effect: Effect = Effect.UNKNOWN
    """Effect class of the chosen action."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer to a plan, with the evidence."""

    decision: Decision
    reason: str
    risk: float | None = None
    uncertainty: float | None = None
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What followed. An action that fails on the page is data: `error` names the element and the reason."""

    observation: Observation | None
    error: str = ""
    reward: float = 0.0
    terminated: bool = False
    truncated: bool = False
    held_requests: tuple[str, ...] = ()
    executed: bool = True
    """False when the verdict kept the action from running."""
    unknown: bool = False
    """True when the process died between intent and outcome: nobody knows whether the action ran."""


@dataclass(frozen=True, slots=True)
class Step:
    """One decided step, complete, recorded also when it was refused."""

    index: int
    observation: Observation
    plan: Plan
    verdict: Verdict
    outcome: Outcome

    @property
    def action(self) -> Action:
        return self.plan.chosen.action


@dataclass(frozen=True, slots=True)
class Goal:
    """What the person wants: the instruction, and the facts about them that may be typed into pages."""

    instruction: str
    profile: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """The goal and every step of the episode so far, oldest first."""

    goal: Goal
    steps: tuple[Step, ...] = ()
    resumed_at: int = 0
    """How many of the steps an earlier run took: what was blocked then may be decided anew."""

    def extend(self, step: Step) -> History:
        return History(self.goal, (*self.steps, step), self.resumed_at)
