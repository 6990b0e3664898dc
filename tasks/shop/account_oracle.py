"""The oracle for orders, addresses, cards and the wish list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.pages import Page
from tasks.shop.people import address_line
from tasks.shop.reading import Reader, click, fill, is_checked
from tasks.shop.state import ADDRESS_FIELDS

_DONE = {
    "cancel": "The order is cancelled.",
    "return": "The return is requested.",
    "delete_address": "The address is deleted.",
    "add_address": "The address is saved.",
    "default_address": "The address is the default now.",
    "delete_card": "The card is deleted.",
    "wish": "It is on your list.",
}


class AccountOracle:
    """Knows what to do for every kind of task but buying."""

    def __init__(self, answer: Mapping[str, Any], read: Reader) -> None:
        self._answer = answer
        self._read = read
        self._kind = answer["kind"]

    @property
    def done(self) -> tuple[str, ...]:
        return (f"send_msg_to_user({_DONE[self._kind]!r})",)

    def __call__(self, page: Page) -> tuple[str, ...]:
        if self._kind in ("cancel", "return"):
            return self._order(page)
        if page.says(self._read.say("account_heading")) and self._read.control(page, "save_address"):
            return self._account(page)
        return self._go(page, "account")

    def dialog(self, page: Page) -> tuple[str, ...]:
        """Agree to what is asked for, to nothing else."""
        wanted = ""
        if self._kind == "cancel":
            wanted = self._read.say("cancel_confirm", number=10_000 + self._answer["order"])
        elif self._kind == "delete_address":
            wanted = self._read.say("delete_address", name=self._answer["street"])
        elif self._kind == "delete_card":
            wanted = self._read.say("delete_card", name=self._answer["label"])
        quoted = wanted.replace("\\", "\\\\").replace("'", "\\'")
        return ("dialog_accept()",) if wanted and f"'{quoted}" in page.dialog else ("dialog_dismiss()",)

    def wish_is_kept(self, page: Page) -> bool:
        titles = self._read.titles
        kept = any(line.bid and titles.get(line.name) in self._answer["acceptable"] for line in page.lines)
        return kept and page.says(self._read.say("wishes_heading"))

    def _go(self, page: Page, key: str) -> tuple[str, ...]:
        link = self._read.control(page, key)
        return (click(link),) if link else ()

    def _order(self, page: Page) -> tuple[str, ...]:
        name = self._read.say("order", number=10_000 + self._answer["order"])
        returning = self._read.say("return_heading", number=10_000 + self._answer["order"])
        if self._kind == "return" and page.says(returning):
            return self._return(page)
        if page.says(name):
            if self._kind == "cancel":
                gone = page.says(self._read.say("status", status=self._read.say("status_cancelled")))
                return self.done if gone else self._go(page, "cancel_order")
            back = page.says(self._read.say("returned_line", reason=self._answer["reason"]))
            return self.done if back else self._go(page, "return_link")
        link = page.control(name)
        return (click(link),) if link else self._go(page, "orders")

    def _return(self, page: Page) -> tuple[str, ...]:
        steps = []
        things = [line for line in page.lines if line.role == "radio" and line.name in self._read.titles]
        right = [line for line in things if self._read.titles[line.name] == self._answer["product"]]
        if not any(is_checked(line) for line in right):
            steps += [click(line) for line in right]
        reason = page.control(self._read.say("return_reason"), "combobox", "listbox")
        if reason and reason.value != self._answer["reason"]:
            steps.append(f"select_option({reason.bid!r}, {self._answer['reason']!r})")
        return tuple(steps) or self._go(page, "return_button")

    def _account(self, page: Page) -> tuple[str, ...]:
        if self._kind == "add_address":
            return self._new_address(page)
        if self._kind == "default_address":
            link = self._read.control(page, "make_default", name=self._answer["street"])
            return (click(link),) if link else self.done
        name = self._answer["label"] if self._kind == "delete_card" else self._answer["street"]
        link = self._read.control(page, self._kind, name=name)
        if link is None and page.groups:
            return ()
        return (click(link),) if link else self.done

    def _new_address(self, page: Page) -> tuple[str, ...]:
        if page.says(address_line(self._answer["new"])):
            return self.done
        if page.groups:
            return ()
        steps = []
        for name in ADDRESS_FIELDS:
            box = page.control(self._read.say(name), "textbox", "searchbox", "combobox")
            if box and box.value != self._answer["new"][name]:
                steps.append(fill(box, self._answer["new"][name]))
        return tuple(steps) or self._go(page, "save_address")
