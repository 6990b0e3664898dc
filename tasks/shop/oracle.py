"""The shop's oracle: from what a page displays and the private answer to the acceptable next actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.pages import Page, read_page
from tasks.shop.account_oracle import AccountOracle
from tasks.shop.catalogue import by_id
from tasks.shop.checkout_oracle import CheckoutOracle
from tasks.shop.reading import Reader, click, fill, is_checked, price_in

_IMPOSSIBLE = "report_infeasible('This can not be had as asked.')"
_FIELDS = ("textbox", "searchbox", "spinbutton", "combobox")


class ShopOracle:
    """Stateless: every answer depends on the page alone, so it recovers from whatever was done before."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self._answer = answer
        self._read = Reader.of(answer["site"]["theme"])
        self._buys = answer["kind"] in ("buy", "wish")
        why_not = answer.get("why_not", "")
        self._alike = frozenset(answer.get("alike", ()))
        self._choices = frozenset(answer.get("acceptable", ()))
        if why_not in ("option gone", "raised"):
            self._choices = self._alike
        self._account = AccountOracle(answer, self._read)
        self._checkout = CheckoutOracle(answer, self._read, self._choices)

    def __call__(self, text: str) -> tuple[str, ...]:
        page = read_page(text)
        if page.dialog:
            return self._account.dialog(page)
        banner = [self._read.control(page, key) for key in ("cookies_few", "cookies_all")]
        if any(banner):
            return tuple(click(line) for line in banner if line)
        found = self._next(page)
        if not found and page.groups:
            return tuple(f"expand({name!r})" for name in page.groups)
        return found or ("go_back()",)

    def _next(self, page: Page) -> tuple[str, ...]:
        if not self._buys:
            return self._account(page)
        if self._answer["kind"] == "buy":
            found = self._checkout(page)
            if found:
                return found
        elif self._account.wish_is_kept(page):
            return self._account.done
        if self._read.control(page, "add_to_cart") or self._is_sold_out_page(page):
            return self._product(page)
        return self._find(page)

    def _is_sold_out_page(self, page: Page) -> bool:
        return self._read.control(page, "wish") is not None

    def _find(self, page: Page) -> tuple[str, ...]:
        """Look into the cart when something is in it, else choose among the results, else search."""
        if self._answer["kind"] == "buy" and self._filled_cart(page):
            return self._filled_cart(page)
        sections = [one for one in self._read.sections(page) if self._read.is_sold_by_us(one)]
        right = [one[0] for one in sections if self._read.product(one) in self._choices]
        if right:
            return tuple(dict.fromkeys(click(line) for line in right))
        if self._cannot_be_had(page):
            return (_IMPOSSIBLE,)
        if page.groups and self._is_searched(page):
            return ()
        following = self._read.control(page, "next_page")
        if following and self._is_searched(page):
            return (click(following),)
        return self._search(page)

    def _cannot_be_had(self, page: Page) -> bool:
        """Whether everything shown that is what was asked for is sold out or too dear."""
        if self._answer["why_not"] not in ("sold out", "over budget"):
            return False
        limit = self._answer["limit_cents"]
        shown = [one for one in self._read.sections(page) if self._read.product(one) in self._alike]
        shown = [one for one in shown if self._read.is_sold_by_us(one)]

        def is_out(section: Any) -> bool:
            price = price_in(section)
            dear = limit is not None and price is not None and price > limit
            return dear or any(line.name == self._read.say("sold_out") for line in section)

        return bool(shown) and all(is_out(one) for one in shown)

    def _is_searched(self, page: Page) -> bool:
        return page.says(self._read.say("results", query=self._answer["query"]))

    def _filled_cart(self, page: Page) -> tuple[str, ...]:
        start = f"{self._read.say('cart')} ("
        cart = next((line for line in page.lines if line.bid and line.name.startswith(start)), None)
        return (click(cart),) if cart and cart.name != f"{start}0)" else ()

    def _search(self, page: Page) -> tuple[str, ...]:
        box = page.control(self._read.say("search"), *_FIELDS)
        button = page.control(self._read.say("search_button"), "button", "link", "generic")
        if box is None or button is None:
            return ()
        if box.value != self._answer["query"]:
            return (fill(box, self._answer["query"]),)
        return (click(button), f"press({box.bid!r}, 'Enter')")

    def _product(self, page: Page) -> tuple[str, ...]:
        if self._answer["kind"] == "buy" and self._filled_cart(page):
            return self._filled_cart(page)
        number = self._read.product_shown(page)
        if number not in self._choices or not self._read.is_sold_by_us(page.lines):
            return (_IMPOSSIBLE,) if self._shows_that_it_is_out(page, number) else self._search(page)
        if self._answer["kind"] == "wish":
            button = self._read.control(page, "wish")
            return (click(button),) if button else ()
        steps = self._options(page, number or 0)
        if steps is None:
            return (_IMPOSSIBLE,) if self._answer["why_not"] == "option gone" else self._search(page)
        steps += self._amount_and_extras(page)
        button = self._read.control(page, "add_to_cart")
        return tuple(steps) or ((click(button),) if button else ())

    def _shows_that_it_is_out(self, page: Page, number: int | None) -> bool:
        return self._answer["why_not"] == "sold out" and number in self._alike and page.says(self._read.say("sold_out"))

    def _options(self, page: Page, number: int) -> list[str] | None:
        """What is still to be chosen; None where what was asked for can't be."""
        steps: list[str] = []
        for name, values in by_id()[number].options:
            wanted = self._answer["options"].get(name)
            box = page.control(name, "combobox", "listbox")
            if box is not None:
                shown = box.options or _unfolded(page, "expanded" in box.flags)
                if not shown and wanted and self._answer["why_not"] == "option gone":
                    return [click(box)]  # its list is shown only once it is open
                there = [value for value in values if value in shown or not shown]
                if wanted is None and box.value in there:
                    continue
                good = [wanted] if wanted else there
                if wanted and wanted not in there:
                    return None
                if box.value not in good:
                    steps += [f"select_option({box.bid!r}, {value!r})" for value in good]
                continue
            tiles = [line for line in page.lines if line.role == "radio" and line.name in values and line.bid]
            free = [line for line in tiles if "disabled" not in line.flags]
            good_tiles = [line for line in free if wanted in (None, line.name)]
            if not good_tiles:
                return None
            if not any(is_checked(line) for line in good_tiles):
                steps += [click(line) for line in good_tiles]
        return steps

    def _amount_and_extras(self, page: Page) -> list[str]:
        steps: list[str] = []
        amount = page.control(self._read.say("quantity"), *_FIELDS)
        if amount and amount.value != str(self._answer["quantity"]):
            steps.append(fill(amount, str(self._answer["quantity"])))
        once = self._read.control(page, "once")
        if once and not is_checked(once):
            steps.append(click(once))
        plan = self._read.control(page, "protection")
        if plan and is_checked(plan) != self._answer["protection"]:
            steps.append(click(plan))
        return steps


def _unfolded(page: Page, is_open: bool) -> tuple[str, ...]:
    """The options of a scripted list that is open."""
    return tuple(line.name for line in page.lines if line.role == "option") if is_open else ()
