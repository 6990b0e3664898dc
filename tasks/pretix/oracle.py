"""pretix's oracle: from what a page displays and the private answer to the acceptable next actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tasks.pages import Line
from tasks.pretix.checkout import addon_steps, payment_steps, question_steps
from tasks.pretix.view import Kind, View, read_view

_DONE = "send_msg_to_user('Your order has been placed.')"
_CANCELLED = "send_msg_to_user('Your order has been cancelled.')"


class PretixOracle:
    """Stateless: every answer depends on the page alone."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self._answer = answer
        self._wanted: Counter[Kind] = Counter((line["item"], line["variation"]) for line in answer["lines"])

    def __call__(self, text: str) -> tuple[str, ...]:
        view = read_view(text)
        if view.page.dialog:
            return ("dialog_dismiss()",)
        place = view.place
        if place.startswith("order"):
            return self._order(view)
        if place == "checkout/addons":
            return self._addons(view)
        if place == "checkout/questions":
            return question_steps(view, self._answer) or _continue(view)
        if place == "checkout/payment":
            return payment_steps(view, self._answer) or _continue(view)
        if place == "checkout/confirm":
            return self._confirm(view)
        return self._shop(view)

    def _order(self, view: View) -> tuple[str, ...]:
        if self._answer["do"] == "buy":
            return (_DONE,)
        if view.says("Canceled"):
            return (_CANCELLED,)
        if self._answer["do"] == "cancel":
            return _click(view, "button", "Yes, cancel order") or _click(view, "link", "Cancel order") or _look(view)
        return self._refusal(view)

    def _refusal(self, view: View) -> tuple[str, ...]:
        """An order that can't be cancelled, or must not be: what on its page tells so."""
        reason = self._answer["reason"]
        if reason == "fee" and view.says("cancellation fee"):
            return _infeasible("They want a fee for cancelling the order.")
        if reason == "another date" and view.says(self._answer["order"]["date"]):
            return _infeasible(f"The order is for {self._answer['order']['date']}.")
        if reason == "not allowed" and not view.folded and not view.page.first("link", "Cancel order"):
            return _infeasible("This order can't be cancelled here.")
        return _look(view)

    def _addons(self, view: View) -> tuple[str, ...]:
        wanted = [(one["item"], one["variation"]) for line in self._answer["lines"] for one in line["addons"]]
        for item, _ in wanted:
            article = view.article(item)
            if article and view.is_gone(article):
                return _infeasible(f"{item} is sold out.")
        return addon_steps(view, wanted) or _continue(view)

    def _confirm(self, view: View) -> tuple[str, ...]:
        if not view.says(self._answer["email"]):
            return _look(view, "Modify contact information")
        return _click(view, "button", "Place binding order", "Submit registration") or _look(view)

    def _shop(self, view: View) -> tuple[str, ...]:
        """The event's own page, one of its dates, or what a voucher opens."""
        missing = self._wanted - view.cart()
        surplus = view.cart() - self._wanted
        if surplus:
            return self._remove(view, next(iter(surplus)))
        if not missing:
            following = _click(view, "button", "Proceed with checkout", "Continue with order process")
            return following or _look(view)
        if view.page.first("heading", "Choose date to book a ticket"):
            date = view.article(self._answer["date"])
            link = next((line for line in view.inside(date) if line.role == "link"), None) if date else None
            return (f"click({link.bid!r})",) if link else view.opening("article")
        if self._answer["voucher"] and view.place != "redeem":
            return self._redeem(view)
        return self._choose(view, missing)

    def _remove(self, view: View, kind: Kind) -> tuple[str, ...]:
        row = next(row for row in view.rows() if (row.item, row.variation) == kind)
        button = next((line for line in row.lines if line.name.startswith("Remove")), None)
        return (f"click({button.bid!r})",) if button else _look(view)

    def _redeem(self, view: View) -> tuple[str, ...]:
        if self._answer["reason"] == "voucher" and view.says("expired"):
            return _infeasible("The voucher is expired.")
        box = view.page.starting("textbox", "Voucher code")
        if box is None:
            return _look(view)
        if box.value != self._answer["voucher"]:
            return (f"fill({box.bid!r}, {self._answer['voucher']!r})",)
        return _click(view, "button", "Redeem voucher") or _look(view)

    def _choose(self, view: View, missing: Counter[Kind]) -> tuple[str, ...]:
        """Set how many of each are wanted, then put them into the cart."""
        steps: list[str] = []
        for (item, variation), count in missing.items():
            article = view.article(item)
            if article is None:
                return view.opening("article", "region", "form")
            opening = next((line for line in view.inside(article) if line.name == "Show variants"), None)
            if variation and opening:
                return (f"click({opening.bid!r})",)
            article = view.article(variation, view.inside(article)) if variation else article
            if article is None:
                return view.opening("article")
            found = self._set(view, article, count)
            if found is None:
                return view.opening("group", "spinbutton", "checkbox")  # or the list is still unrolling
            if found.startswith("report"):
                return (found,)
            steps += [found] if found else []
        return tuple(steps) or _click(view, "button", "Add to cart") or _look(view)

    def _set(self, view: View, article: Line, count: int) -> str | None:
        """The step that sets one quantity; empty when it is set, None when there is no field for it yet."""
        if view.is_gone(article):
            return _infeasible("It is sold out.")[0]
        if self._answer["reason"] == "budget":
            return _infeasible("It costs more than the budget.")[0]
        field = next((line for line in view.inside(article) if line.role in ("spinbutton", "checkbox", "radio")), None)
        if field is None or not field.bid:
            return None
        if field.role != "spinbutton":
            if count > 1:
                return _infeasible("Only one can be ordered.")[0]
            return "" if "checked" in field.flags else f"click({field.bid!r})"
        if view.is_invalid(field.bid) and self._answer["reason"] == "too many":
            return _infeasible("So many can't be ordered at once.")[0]
        return "" if field.value == str(count) else f"fill({field.bid!r}, '{count}')"


def _continue(view: View) -> tuple[str, ...]:
    return _click(view, "button", "Continue") or _look(view)


def _click(view: View, role: str, *names: str) -> tuple[str, ...]:
    """Clicks on the first line of each of these names."""
    found: Sequence[Line | None] = [view.page.first(role, name) for name in names]
    return tuple(f"click({line.bid!r})" for line in found if line and line.bid)


def _look(view: View, link: str = "") -> tuple[str, ...]:
    """A way on that is told by its name, else what is folded, else waiting."""
    return (_click(view, "link", link) if link else ()) or view.opening()


def _infeasible(why: str) -> tuple[str, ...]:
    return (f"report_infeasible({why!r})",)
