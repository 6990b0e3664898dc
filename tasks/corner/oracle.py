"""The shop's oracle: from what a page displays and the private answer to the acceptable next actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.pages import Line, Page, read_page

_FIELDS = {"Full name": "full_name", "Street and number": "street", "City": "city", "Postcode": "postcode"}
_DONE = "send_msg_to_user('Your order has been placed.')"


class CornerOracle:
    """Stateless: every answer depends on the page alone, so it recovers from whatever was done before."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self._answer = answer
        self._acceptable = frozenset(answer["acceptable"])

    def __call__(self, text: str) -> tuple[str, ...]:
        page = read_page(text)
        if page.dialog:
            return ("dialog_dismiss()",)
        heading = page.heading()
        if heading == "Thank you for your order":
            return (_DONE,)
        if heading == "Your cart":
            return self._cart(page)
        if heading == "Delivery address":
            return self._address(page)
        if heading == "Payment":
            return self._payment(page)
        if heading == "Review your order":
            return self._review(page)
        if heading == "Your orders" or heading.startswith("Order HG-"):
            return self._orders(page)
        if page.first("button", "Add to cart"):
            return self._product(page)
        return self._find(page)

    def _find(self, page: Page) -> tuple[str, ...]:
        """Look into the cart when something is in it, else search, else choose among the results."""
        if self._filled_cart(page):
            return self._filled_cart(page)
        links = [line for line in page.lines if line.role == "link" and line.name in self._acceptable]
        if links:
            return tuple(dict.fromkeys(_click(line) for line in links))
        following = page.first("link", "Next page")
        if following and page.heading() == f"Results for {self._answer['query']}":
            return (_click(following),)
        return self._search(page)

    def _filled_cart(self, page: Page) -> tuple[str, ...]:
        cart = page.starting("link", "Cart (")
        return (_click(cart),) if cart and cart.name != "Cart (0)" else ()

    def _search(self, page: Page) -> tuple[str, ...]:
        box, button = page.first("textbox", "Search products"), page.first("button", "Search")
        if box is None or button is None:
            return ("go_back()",)
        if box.value != self._answer["query"]:
            return (f"fill({box.bid!r}, {self._answer['query']!r})",)
        return (_click(button), f"press({box.bid!r}, 'Enter')")

    def _product(self, page: Page) -> tuple[str, ...]:
        if self._filled_cart(page):
            return self._filled_cart(page)
        if page.heading() not in self._acceptable:
            return self._search(page)
        wanted = dict(self._answer["options"])
        steps = [f"select_option({line.bid!r}, {wanted[line.name]!r})" for line in page.lines
                 if line.role == "combobox" and line.name in wanted and line.value != wanted[line.name]]  # fmt: skip
        group = ""
        for line in page.lines:
            group = line.name if line.role == "group" else group
            if line.role == "radio" and line.name == wanted.get(group) and "checked" not in line.flags:
                steps.append(_click(line))
        quantity = page.first("spinbutton", "Quantity")
        if quantity and quantity.value != str(self._answer["quantity"]):
            steps.append(f"fill({quantity.bid!r}, '{self._answer['quantity']}')")
        return tuple(steps) or (_click(_must(page.first("button", "Add to cart"))),)

    def _cart(self, page: Page) -> tuple[str, ...]:
        lines = [item for item in page.items() if any(line.name == "Remove" for line in item)]
        wrong = [item for item in lines if not self._line_is_right(item)]
        surplus = wrong or lines[1:]
        if surplus:
            return tuple(_click(next(line for line in item if line.name == "Remove")) for item in surplus)
        checkout = page.first("link", "Proceed to checkout")
        return (_click(checkout),) if checkout and lines else self._search(page)

    def _line_is_right(self, item: tuple[Line, ...]) -> bool:
        shown = " · ".join(line.name for line in item)
        facts = {part.strip() for part in shown.split("·")}
        return (
            any(line.role == "link" and line.name in self._acceptable for line in item)
            and all(f"{name}: {value}" in facts for name, value in self._answer["options"].items())
            and f"Quantity: {self._answer['quantity']}" in facts
        )

    def _address(self, page: Page) -> tuple[str, ...]:
        address, steps = self._answer["address"], []
        for line in page.lines:
            value = address.get(_FIELDS.get(line.name, ""))
            if line.role == "textbox" and value is not None and line.value != value:
                steps.append(f"fill({line.bid!r}, {value!r})")
        delivery = page.starting("radio", f"{self._answer['delivery']} (") if self._answer["delivery"] else None
        if delivery and "checked" not in delivery.flags:
            steps.append(_click(delivery))
        return tuple(steps) or (_click(_must(page.first("button", "Continue to payment"))),)

    def _payment(self, page: Page) -> tuple[str, ...]:
        radios = [line for line in page.lines if line.role == "radio"]
        wanted = [line for line in radios if not self._answer["payment"] or line.name == self._answer["payment"]]
        if any("checked" in line.flags for line in wanted):
            return (_click(_must(page.first("button", "Continue to review"))),)
        return tuple(_click(line) for line in wanted)

    def _review(self, page: Page) -> tuple[str, ...]:
        mend = self._mend(page)
        return (_click(_must(page.first("link", mend) if mend else page.first("button", "Place order"))),)

    def _mend(self, page: Page) -> str:
        """The review's link that leads to what a displayed order has wrong; empty when all is as asked."""
        shown = [line.name for line in page.lines if line.role == "text"]
        lines = [item for item in page.items() if any(line.role == "link" for line in item)]
        if len(lines) != 1 or not self._line_is_right(lines[0]):
            return "Change cart"
        if not all(value in shown for value in self._answer["address"].values()):
            return "Change address"
        if self._answer["delivery"] and not any(text.startswith(f"{self._answer['delivery']}:") for text in shown):
            return "Change address"
        if self._answer["payment"] and f"Payment: {self._answer['payment']}" not in shown:
            return "Change payment"
        return ""

    def _orders(self, page: Page) -> tuple[str, ...]:
        """An order that was placed already is not placed again; a wrong or cancelled one is none."""
        if page.heading() != "Your orders":
            prepared = any(line.name.endswith("is being prepared.") for line in page.lines)
            return (_DONE,) if prepared and not self._mend(page) else self._find(page)
        items = [item for item in page.items() if not any(line.name.endswith(", cancelled") for line in item)]
        links = [line for item in items for line in item if line.role == "link"]
        return tuple(_click(line) for line in links) or self._find(page)


def _click(line: Line) -> str:
    return f"click({line.bid!r})"


def _must(line: Line | None) -> Line:
    assert line is not None, "the shop's page lacks a control that it always has"
    return line
