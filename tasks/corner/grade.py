"""Grades an episode from the shop's database, never from what the agent claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tasks.corner.state import Line, Order
from tasks.task import Grade


def grade(answer: Mapping[str, Any], orders: Sequence[Order]) -> Grade:
    """WebShop's graded reward (Yao et al. 2022), success, and every wrong irreversible commit."""
    wrong = wrong_commits(answer, orders)
    standing = [order for order in orders if not order.cancelled]
    success = len(standing) == 1 and not order_problems(answer, standing[0])
    reward = max((_reward(answer, order) for order in standing), default=0.0)
    return Grade(
        success=success,
        reward=1.0 if success else min(reward, 0.99),
        wrong_commits=wrong,
        detail=_detail(len(orders), success, wrong),
    )


def wrong_commits(answer: Mapping[str, Any], orders: Sequence[Order]) -> tuple[str, ...]:
    """A sentence for each order that is wrong or repeats a right one, and for each cancellation.

    They stay wrong when the outcome is mended later: an order that was cancelled again was placed all the same.
    """
    wrong: list[str] = []
    right = False
    for order in orders:
        problems = order_problems(answer, order)
        if problems:
            wrong.append(f"Order {order.number}: {'; '.join(problems)}.")
        elif right:
            wrong.append(f"Order {order.number}: the same was ordered before.")
        right = right or not problems
        if order.cancelled:
            wrong.append(f"Order {order.number} was cancelled though nobody asked for it.")
    return tuple(wrong)


def _detail(count: int, success: bool, wrong: Sequence[str]) -> str:
    if not count:
        return "Nothing was ordered."
    found = [f"{count} order{'s' if count > 1 else ''}; {'as asked.' if success else 'not as asked.'}", *wrong]
    return " ".join(found)


def order_problems(answer: Mapping[str, Any], order: Order) -> list[str]:
    """What an order has that differs from the task, in words."""
    if len(order.lines) != 1:
        return [f"{len(order.lines)} lines instead of one"]
    line, problems = order.lines[0], []
    if line.product.title not in answer["acceptable"]:
        problems.append(f"{line.product.title} at {line.product.price} is not what was asked for")
    for name, value in answer["options"].items():
        if line.options.get(name) != value:
            problems.append(f"{name} is {line.options.get(name)!r}, not {value!r}")
    if line.quantity != answer["quantity"]:
        problems.append(f"quantity {line.quantity}, not {answer['quantity']}")
    return problems + _checkout_problems(answer, order.checkout)


def _checkout_problems(answer: Mapping[str, Any], checkout: Mapping[str, Any]) -> list[str]:
    problems = []
    address = checkout.get("address", {})
    for name, value in answer["address"].items():
        if str(address.get(name, "")).strip().lower() != str(value).strip().lower():
            problems.append(f"{name} is {address.get(name, '')!r}, not {value!r}")
    for name in ("delivery", "payment"):
        if answer[name] and checkout.get(name) != answer[name]:
            problems.append(f"{name} is {checkout.get(name)!r}, not {answer[name]!r}")
    return problems


def _reward(answer: Mapping[str, Any], order: Order) -> float:
    """r_type · (matched attributes + matched options + [price ≤ limit]) / (attributes + options + 1), best line.

    Quantity, address, and a delivery or payment that was asked for count as options.
    """
    return max((_line_reward(answer, line, order.checkout) for line in order.lines), default=0.0)


def _line_reward(answer: Mapping[str, Any], line: Line, checkout: Mapping[str, Any]) -> float:
    known, limit = dict(line.product.attributes), answer["limit_cents"]
    matched = sum(known.get(name) == value for name, value in answer["attributes"].items())
    chosen = sum(line.options.get(name) == value for name, value in answer["options"].items())
    extras = 2 + bool(answer["delivery"]) + bool(answer["payment"])
    problems = _checkout_problems(answer, checkout)
    bad_address = any(problem.split()[0] in answer["address"] for problem in problems)
    kept = extras - bad_address - sum(problem.startswith(("delivery", "payment")) for problem in problems)
    kept -= line.quantity != answer["quantity"]
    total = len(answer["attributes"]) + len(answer["options"]) + extras + 1
    price = limit is None or line.product.cents <= limit
    same_type = 1.0 if line.product.type == answer["type"] else 0.0
    return same_type * float(matched + chosen + kept + price) / total
