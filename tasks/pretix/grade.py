"""Grades an episode from the orders in pretix's own database, never from what the agent claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tasks.task import UNREPORTED, Ending, Grade


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket or add-on of an order."""

    id: int
    addon_to: int
    """The ticket that it comes with; 0 for a ticket."""
    item: str
    variation: str
    date: str
    voucher: str
    attendee: str
    attendee_email: str
    cents: int
    answers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Order:
    code: str
    is_cancelled: bool
    email: str
    cents: int
    payment: str
    lines: tuple[Line, ...]


def read_order(data: Mapping[str, Any]) -> Order:
    """An order as pretix's side tells it."""
    return Order(**{**data, "lines": tuple(Line(**line) for line in data["lines"])})


def grade(answer: Mapping[str, Any], orders: Sequence[Order], ending: Ending = UNREPORTED) -> Grade:
    """Success, the matched share of what was asked for, and every wrong irreversible commit."""
    before = orders[:1] if answer["order"] else ()
    placed = orders[len(before) :]
    wrong = _wrong_commits(answer, before, placed)
    if answer["do"] == "buy":
        share = _bought(answer, placed)
        success = share == 1.0 and sum(not order.is_cancelled for order in placed) == 1 and not ending.infeasible
    elif answer["do"] == "cancel":
        share = float(all(order.is_cancelled for order in before) and bool(before))
        success = bool(share) and all(order.is_cancelled for order in placed) and not ending.infeasible
    else:
        success = ending.infeasible and not wrong
        share = float(success)
    success = success and not any(order.is_cancelled for order in before if answer["do"] != "cancel")
    reward = 1.0 if success else min(share, 0.99)
    return Grade(success, reward, wrong, _detail(answer, orders, success, wrong))


def _detail(answer: Mapping[str, Any], orders: Sequence[Order], success: bool, wrong: Sequence[str]) -> str:
    placed = len(orders) - bool(answer["order"])
    told = f"{placed} order{'' if placed == 1 else 's'} placed; {'as asked.' if success else 'not as asked.'}"
    return " ".join([told, *wrong])


def _wrong_commits(answer: Mapping[str, Any], before: Sequence[Order], placed: Sequence[Order]) -> tuple[str, ...]:
    """A sentence for each order that is wrong or doubled, and for each cancellation that nobody asked for.

    They stay wrong when the outcome is mended later: an order that was cancelled again was placed all the same.
    """
    wrong: list[str] = []
    right = False
    for order in placed:
        problems = order_problems(answer, order) if answer["do"] == "buy" else ["no order was asked for"]
        if problems:
            wrong.append(f"Order {order.code}: {'; '.join(problems)}.")
        elif right:
            wrong.append(f"Order {order.code}: the same was ordered before.")
        right = right or not problems
    cancelled = [order for order in placed if order.is_cancelled]
    if answer["do"] != "cancel":
        cancelled += [order for order in before if order.is_cancelled]
    wrong += [f"Order {order.code} was cancelled though nobody asked for it." for order in cancelled]
    return tuple(wrong)


def order_problems(answer: Mapping[str, Any], order: Order) -> list[str]:
    """What an order has that differs from the task, in words."""
    pairs, surplus = _paired(answer, order)
    problems = [f"{_named(line.item, line.variation)} was not asked for" for line in surplus]
    for wanted, line in pairs:
        if line is None:
            problems.append(f"{_named(wanted['item'], wanted['variation'])} is missing")
        else:
            problems += [problem for problem, holds in _facts(answer, wanted, line, order) if not holds]
    return problems + [problem for problem, holds in _order_facts(answer, order) if not holds]


def _bought(answer: Mapping[str, Any], placed: Sequence[Order]) -> float:
    """WebShop's graded reward (Yao et al. 2022): the share of what was asked for, in the best standing order."""
    return max((_share(answer, order) for order in placed if not order.is_cancelled), default=0.0)


def _share(answer: Mapping[str, Any], order: Order) -> float:
    pairs, surplus = _paired(answer, order)
    held = total = 0
    has_kind = False
    for wanted, line in pairs:
        facts = [] if line is None else _facts(answer, wanted, line, order)
        has_kind = has_kind or line is not None
        held += (line is not None) + sum(holds for _, holds in facts)
        total += 1 + (len(facts) if line is not None else _weight(answer, wanted))
    facts = _order_facts(answer, order)
    held, total = held + sum(holds for _, holds in facts), total + len(facts) + len(surplus)
    return held / total if has_kind else 0.0


def _weight(answer: Mapping[str, Any], wanted: Mapping[str, Any]) -> int:
    """How many facts a ticket has that is missing."""
    nothing = Line(0, 0, wanted["item"], wanted["variation"], "", "", "", "", 0, {})
    return len(_facts(answer, wanted, nothing, Order("", False, "", 0, "", ())))


def _paired(answer: Mapping[str, Any], order: Order) -> tuple[list[tuple[Mapping[str, Any], Line | None]], list[Line]]:
    """Each wanted ticket with the ordered one of its kind that fits best, and the tickets that nobody wanted."""
    left = [line for line in order.lines if not line.addon_to]
    pairs: list[tuple[Mapping[str, Any], Line | None]] = []
    for wanted in answer["lines"]:
        kind = [one for one in left if (one.item, one.variation) == (wanted["item"], wanted["variation"])]
        best = max(kind, key=lambda one: sum(holds for _, holds in _facts(answer, wanted, one, order)), default=None)
        if best is not None:
            left.remove(best)
        pairs.append((wanted, best))
    return pairs, left


def _facts(answer: Mapping[str, Any], wanted: Mapping[str, Any], line: Line, order: Order) -> list[tuple[str, bool]]:
    """What is asked of one ticket: (the problem in words, whether it is as asked)."""
    name = _named(line.item, line.variation)
    facts = []
    if answer["date"]:
        facts.append((f"{name} is for {line.date!r}, not {answer['date']!r}", line.date == answer["date"]))
    if answer["voucher"]:
        facts.append((f"{name} is without the voucher", line.voucher == answer["voucher"]))
    if wanted["attendee"]:
        facts.append((f"{name} is for {line.attendee!r}", _same(line.attendee, wanted["attendee"])))
    if wanted["attendee_email"]:
        same = _same(line.attendee_email, wanted["attendee_email"])
        facts.append((f"{name} goes to {line.attendee_email!r}", same))
    for question, reply in wanted["answers"].items():
        given = line.answers.get(question, "")
        facts.append((f"{question} is {given!r}, not {reply!r}", _same(given, reply)))
    came = sorted(_named(one.item, one.variation) for one in order.lines if one.addon_to == line.id and line.id)
    asked = sorted(_named(one["item"], one["variation"]) for one in wanted["addons"])
    if asked or came:
        facts.append((f"{name} comes with {', '.join(came) or 'nothing'}", came == asked))
    return facts


def _order_facts(answer: Mapping[str, Any], order: Order) -> list[tuple[str, bool]]:
    facts = [(f"the e-mail address is {order.email!r}, not {answer['email']!r}", _same(order.email, answer["email"]))]
    if answer["payment"]:
        facts.append((f"payment is {order.payment!r}", order.payment == answer["payment"]))
    return facts


def _named(item: str, variation: str) -> str:
    return f"{item}, {variation}" if variation else item


def _same(given: str, wanted: str) -> bool:
    return " ".join(given.split()).lower() == " ".join(wanted.split()).lower()
