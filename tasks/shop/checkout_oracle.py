"""The oracle from the cart to the order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.pages import Page
from tasks.shop.reading import Reader, click, fill, is_checked, tells
from tasks.shop.state import ADDRESS_FIELDS, PAYMENT, USUAL_DELIVERY

_DONE = "send_msg_to_user('Your order has been placed.')"
_IMPOSSIBLE = "report_infeasible('It costs more than allowed by now.')"


class CheckoutOracle:
    """Knows carts, checkouts and orders that were placed; says nothing of other pages."""

    def __init__(self, answer: Mapping[str, Any], read: Reader, choices: frozenset[int]) -> None:
        self._answer = answer
        self._read = read
        self._choices = choices
        self._delivery = answer.get("delivery") or USUAL_DELIVERY

    def __call__(self, page: Page) -> tuple[str, ...]:
        read = self._read
        if read.control(page, "place_order"):
            return self._review(page)
        if read.control(page, "street") and not read.control(page, "save_address"):
            return self._forms(page)
        if self._pays_here(page):
            return self._forms(page)
        if page.says(read.say("cart_heading")):
            return self._cart(page)
        if page.says(read.say("thanks")) or self._order_shown(page) or page.says(read.say("orders")):
            return self._orders(page)
        return ()

    def _pays_here(self, page: Page) -> bool:
        box = page.control(self._read.say("pay_with"), "combobox", "listbox")
        return box is not None or all(page.control(name, "radio") for name in PAYMENT)

    def _cart(self, page: Page) -> tuple[str, ...]:
        if page.groups:
            return ()
        remove = self._read.say("remove")
        lines = [one for one in self._read.sections(page) if any(line.name == remove for line in one)]
        wrong = [one for one in lines if not self._read.line_is_right(one, self._answer, self._choices)]
        surplus = wrong or lines[1:]
        if surplus:
            return tuple(click(next(line for line in one if line.name == remove)) for one in surplus)
        if not lines:
            return ()
        code = self._answer["coupon"]
        if code and not any(code in line.name for line in page.lines if not line.bid):
            box, button = self._read.control(page, "coupon"), self._read.control(page, "coupon_button")
            if box and button:
                return (fill(box, code),) if box.value != code else (click(button),)
        on = self._read.control(page, "to_checkout")
        return (click(on),) if on else ()

    def _forms(self, page: Page) -> tuple[str, ...]:
        """Address, payment, or both on one page."""
        steps = self._address(page) + self._payment(page)
        if steps:
            return tuple(steps)
        early = self._read.control(page, "pays_early") if self._pays_here(page) else None
        if early and "pays_early" in self._answer["site"]["traps"]:
            return self._mended(page, click(early))
        buttons = [self._read.control(page, key) for key in ("to_payment", "to_review")]
        on = next((line for line in buttons if line and line.role in ("button", "link", "generic")), None)
        return (click(on),) if on else ()

    def _address(self, page: Page) -> list[str]:
        if not self._read.control(page, "street"):
            return []
        steps = []
        for name in ADDRESS_FIELDS:
            box = page.control(self._read.say(name), "textbox", "searchbox", "combobox")
            if box and box.value != self._answer["address"][name]:
                steps.append(fill(box, self._answer["address"][name]))
        ways = [line for line in page.lines if line.role == "radio" and line.name.startswith(f"{self._delivery} (")]
        return steps + [click(line) for line in ways if not is_checked(line)]

    def _payment(self, page: Page) -> list[str]:
        if not self._pays_here(page):
            return []
        good = [self._answer["payment"]] if self._answer["payment"] else list(PAYMENT)
        steps = []
        box = page.control(self._read.say("pay_with"), "combobox", "listbox")
        if box is not None:
            if box.value not in good:
                steps += [f"select_option({box.bid!r}, {name!r})" for name in good]
        else:
            radios = [line for line in page.lines if line.role == "radio" and line.name in good]
            if not any(is_checked(line) for line in radios):
                steps += [click(line) for line in radios]
        gift = self._read.control(page, "donation")
        if gift and is_checked(gift):
            steps.append(click(gift))
        return steps

    def _review(self, page: Page) -> tuple[str, ...]:
        button = self._read.control(page, "place_order")
        return self._mended(page, click(button)) if button else ()

    def _mended(self, page: Page, commit: str) -> tuple[str, ...]:
        """The commit where everything shown is as asked, else the way to what isn't."""
        if page.groups:
            return ()
        lines = self._lines(page)
        if len(lines) != 1 or not self._read.line_is_right(lines[0], self._answer, self._choices):
            return self._to_cart(page)
        limit, each = self._answer["limit_cents"], self._read.each_cents(lines[0])
        if limit is not None and each is not None and each > limit:
            return (_IMPOSSIBLE,)
        wrong = self._wrong(page)
        link = self._read.control(page, wrong) if wrong else None
        if wrong and link is None:
            link = self._read.control(page, "change_address")
        return (click(link),) if link else (commit,)

    def _lines(self, page: Page) -> list[Any]:
        return self._read.sections(page)

    def _to_cart(self, page: Page) -> tuple[str, ...]:
        link = self._read.control(page, "change_cart")
        if link is None:
            start = f"{self._read.say('cart')} ("
            link = next((line for line in page.lines if line.bid and line.name.startswith(start)), None)
        return (click(link),) if link else ()

    def _wrong(self, page: Page) -> str:
        """The link's key that leads to what a displayed order has wrong; empty when all is as asked."""
        answer, shown = self._answer, [line.name for line in page.lines if not line.bid]
        if self._read.control(page, "street"):
            return ""  # on the same page, and seen to
        if not all(tells(page, value) for value in answer["address"].values()):
            return "change_address"
        if not any(text.startswith(f"{self._delivery}:") for text in shown):
            return "change_address"
        if self._pays_here(page):
            return ""
        if answer["payment"] and self._read.say("payment_line", name=answer["payment"]) not in shown:
            return "change_payment"
        return "change_payment" if self._read.say("donation_line") in shown else ""

    def _orders(self, page: Page) -> tuple[str, ...]:
        """An order that was placed already is not placed again; a wrong or cancelled one is none."""
        if page.groups:
            return ()
        if page.says(self._read.say("thanks")) or self._order_shown(page):
            lines = self._lines(page)
            right = (
                self._is_new(page)
                and len(lines) == 1
                and self._read.line_is_right(lines[0], self._answer, self._choices)
                and not self._wrong(page)
            )
            return (_DONE,) if right else ()
        known = {f"{10_000 + order['id']}" for order in self._answer["site"]["orders"]}
        links = []
        cancelled = self._read.say("status_cancelled")
        for place, line in enumerate(page.lines):
            if line.bid and self._is_order(line.name) and not any(number in line.name for number in known):
                below = next((one.name for one in page.lines[place + 1 :] if one.name.startswith("$")), "")
                if not below.endswith(f", {cancelled}"):
                    links.append(click(line))
        return tuple(links)

    def _is_order(self, name: str) -> bool:
        start = self._read.words["order"].split("{number}")[0]
        return name.startswith(start) and name.removeprefix(start).isdecimal()

    def _order_shown(self, page: Page) -> bool:
        return any(not line.bid and self._is_order(line.name) for line in page.lines)

    def _is_new(self, page: Page) -> bool:
        """Whether the order on the page was placed in this session, and stands."""
        known = {10_000 + order["id"] for order in self._answer["site"]["orders"]}
        start = self._read.words["order"].split("{number}")[0]
        shown = [line.name for line in page.lines if not line.bid and self._is_order(line.name)]
        numbers = {int(name.removeprefix(start)) for name in shown}
        stands = page.says(self._read.say("status", status=self._read.say("status_placed")))
        return bool(numbers - known) and stands
