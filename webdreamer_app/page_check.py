"""What a page shows against what was asked: its total against the price limit, its items against the words.

Evidence only ever adds risk. A page or an instruction without amounts, limits or items is no evidence: risk 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from webdreamer_app.asked import (
    AMOUNT,
    Amount,
    Limit,
    amounts,
    bare_amounts,
    counts_of,
    forbids,
    is_vague,
    limit_of,
    only_asks,
    stem,
)
from webdreamer_app.types import Element, Observation

OVER_LIMIT = 1.0
"""Risk when the amount is above every reading of the limit."""
ONE_READING = 0.1
"""Risk when the items are within the limit only if it is meant for each of several."""
FORBIDDEN = 1.0
"""Risk when the instruction says not to."""
ONLY_ASKED = 0.9
"""Risk when the instruction only wants to know something."""
OTHER_CURRENCY = 0.6
UNREADABLE = 0.6
"""Risk when the page names a total whose amount can't be read, and the instruction has a limit."""
OTHER_ITEM = 0.9
"""Risk when an item on the page shares no word with the instruction."""
OTHER_QUANTITY = 0.9
"""Risk when the page orders another number of pieces than the instruction names."""
UNASKED_SEVERAL = 0.6
"""Risk when the page orders several and the instruction speaks of one."""

_TOTAL = re.compile(
    r"\b(?:(?:grand |order )?total|amount due|you(?:'ll| will)? pay|to pay)\b"
    r"(?!\s*(?:savings?|saved|discount|items?\b|points|rewards?|reviews?|ratings?|quantity|weight|pieces))"
    r"|^pay (?:now )?(?=\W*\d)",
    re.I,
)
_SUBTOTAL = re.compile(r"\b(?:sub-? ?total\b|items?(?: total)?:|merchandise\b)", re.I)
_CHARGE = re.compile(
    r"^\W*(?:\w+ fees?|gift ?-?wrap(?:ping)?|packaging)\b(?!\s*:\s*[^\W\d])|"
    r"^\W*(?:(?:estimated|standard|express|economy|free|order|sales|grand|your|import|state|local|next day)\s+){0,2}"
    r"(?:sub-? ?total|total|shipping|delivery|postage|handling|freight|tax(?:es)?|vat|gst|duty|duties|discount|fees?|"
    r"surcharge|amount due|balance due|account balance|store credit|savings?|you save|coupon|"
    r"voucher|promo(?:tion|tional)?(?: code)?|deposit|to pay|merchandise)\b(?!['’]s)|\bsub-? ?total\b|"
    r"^\W*items?(?: total)?:",
    re.I,
)
"""Texts that start by naming a charge, so that nothing else in their row is an item."""
_EARLIER = re.compile(
    r"\b(?:was|were|rrp|msrp|list(?: price)?|reg(?:ular)?\.?(?: price)?|originally|before|instead of|saved?|"
    r"compare at|worth)\W*$",
    re.I,
)
"""Words before an amount that nobody has to pay."""
_COMMON = frozenset({
    "a", "an", "and", "any", "at", "be", "below", "buy", "but", "by", "can", "cheapest", "could", "dollar", "euro",
    "for", "from", "get", "give", "have", "i", "in", "is", "it", "item", "its", "less", "like", "limit", "lower",
    "max", "me", "more", "most", "my", "need", "no", "not", "of", "on", "one", "or", "order", "please", "pound",
    "price", "product", "purchase", "ship", "shipped", "than", "that", "the", "thing", "to", "total", "under", "up",
    "want", "we", "with", "would", "you", "your", "find", "look", "looking", "add", "cart", "each",
})  # fmt: skip
_PIECES = re.compile(
    r"\b(?:quantity|qty)\b\W{0,3}(?P<named>\d{1,3})\b|^\W*(?P<before>\d{1,3})\s?[x×]\s(?!\d)|"
    r"(?<!\d)(?:^|(?<!\d)\s)[x×]\s?(?P<after>\d{1,3})$",
    re.I,
)
_ASIDE = re.compile(r"\b(?:also|recommended|similar|related|recently|suggest\w*|popular|sponsored)\b", re.I)
"""Headings of lists that are not what is being bought."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Risk from 0 to 1 that the page is not what was asked, and why."""

    risk: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order: its words, its largest amount, and how many pieces where that is shown."""

    name: str
    price: float
    pieces: int | None


def check(instruction: str, observation: Observation) -> Evidence:
    """The strongest evidence against committing on this page, with every reason."""
    parts = (_check_wish, _check_amount, _check_items, _check_quantity)
    return strongest(*(part(instruction, observation) for part in parts))


def strongest(*found: Evidence) -> Evidence:
    """All evidence as one: its highest risk, and the reasons of what is against."""
    against = [evidence for evidence in found if evidence.risk > 0]
    if against:
        return Evidence(max(one.risk for one in against), "; ".join(one.reason for one in against))
    return Evidence(0.0, "; ".join(one.reason for one in found if one.reason))


def _check_wish(instruction: str, observation: Observation) -> Evidence:
    forbidden = forbids(instruction)
    if forbidden:
        return Evidence(FORBIDDEN, f"the task says {forbidden!r}")
    if only_asks(instruction):
        return Evidence(ONLY_ASKED, "the task only asks to find something out")
    return Evidence()


def _check_amount(instruction: str, observation: Observation) -> Evidence:
    limit = limit_of(instruction)
    total = _labelled(observation, _TOTAL, _SUBTOTAL)
    if limit is None:
        return Evidence()
    if total is None:
        unread = any(one.visible and _TOTAL.search(one.name) for one in observation.elements)
        return Evidence(UNREADABLE, "the page names a total that can't be read") if unread else Evidence()
    if limit.amount.is_unlike(total):
        return Evidence(OTHER_CURRENCY, f"the total {total.text} is in another currency than {limit.amount.text}")
    return _compare(total, _goods(observation, total), limit)


def _goods(observation: Observation, total: Amount) -> float:
    """What the items cost without charges: the subtotal, else the listed lines, else the total."""
    subtotal = _labelled(observation, _SUBTOTAL, None)
    if subtotal is not None:
        return subtotal.value
    lines = [line.price for line in _items(observation)]
    return sum(lines) if lines else total.value


def _compare(total: Amount, goods: float, limit: Limit) -> Evidence:
    """A limit for an item holds its price; charges on top count by how far they carry the total over it."""
    per_piece = limit.quantity if not limit.is_in_all else 1
    allowed = limit.amount.value * per_piece
    said = limit.amount.text + (f" for each of {per_piece}" if per_piece > 1 else "")
    price = total.value if limit.is_in_all else min(goods, total.value)
    if price > allowed or allowed <= 0:
        return Evidence(OVER_LIMIT, f"the total {total.text} is above the limit of {said}")
    if total.value > allowed:
        share = min(1.0, (total.value - allowed) / allowed)
        return Evidence(share, f"the total {total.text} is above {said} by charges; the items alone are not")
    if per_piece > 1 and not limit.is_each and total.value > limit.amount.value:
        return Evidence(
            ONE_READING, f"the total {total.text} is within the limit only if {limit.amount.text} is for each"
        )
    return Evidence(0.0, f"the total {total.text} is within the limit of {said}")


def _labelled(observation: Observation, label: re.Pattern[str], other: re.Pattern[str] | None) -> Amount | None:
    """The largest amount that the page calls so, in the same text or the next two."""
    nodes = [element for element in observation.elements if element.visible and element.name]
    found: list[Amount] = []
    for place, element in enumerate(nodes):
        match = label.search(element.name)
        if match is None or (other is not None and other.search(element.name)):
            continue
        rest = element.name[match.end() :]
        own = amounts(rest) or amounts(element.name) or bare_amounts(rest)
        found += own or _following(nodes[place + 1 : place + 3])
    return max(found, key=lambda amount: amount.value, default=None)


def _following(nodes: Sequence[Element]) -> tuple[Amount, ...]:
    for node in nodes:
        found = amounts(node.name) or bare_amounts(node.name)
        if found:
            return () if _CHARGE.search(node.name) else found
    return ()


def _check_items(instruction: str, observation: Observation) -> Evidence:
    wanted = _content_words(instruction)
    if len(wanted) < 2:
        return Evidence()
    strange = [line.name for line in _items(observation) if line.name and not wanted & _content_words(line.name)]
    if not strange:
        return Evidence()
    return Evidence(OTHER_ITEM, f"the task mentions nothing of {strange[0][:80]!r}, which the page lists")


def _check_quantity(instruction: str, observation: Observation) -> Evidence:
    shown = [line.pieces for line in _items(observation) if line.pieces is not None]
    asked = counts_of(instruction)
    if not shown or asked & {*shown, sum(shown)}:
        return Evidence()
    pieces = " + ".join(map(str, shown))
    if asked:
        wanted = " or ".join(map(str, sorted(asked)))
        return Evidence(OTHER_QUANTITY, f"the page orders {pieces}, the task names {wanted}")
    if max(shown) > 1 and not is_vague(instruction):
        return Evidence(UNASKED_SEVERAL, f"the page orders {pieces}, the task speaks of one")
    return Evidence()


def _items(observation: Observation) -> list[Item]:
    """What stands in a row or list item together with an amount, charges aside."""
    found = []
    for group in _groups(observation.elements):
        if any(element.role in ("radio", "checkbox", "switch") for element in group):
            continue  # an offer to choose, as ways of shipping are
        texts = [element.name for element in group if element.visible and element.role != "button" and element.name]
        prices = [price for text in texts for price in _payable(text)]
        if not any(prices) or any(_CHARGE.search(text) for text in texts):
            continue
        bare = [re.sub(r"\s+", " ", AMOUNT.sub(" ", text)).strip() for text in texts]
        name = " ".join(text for text in bare if _content_words(text))
        found.append(Item(name, max(prices), _pieces(group)))
    return found


def _payable(text: str) -> list[float]:
    """Amounts in a text, those aside that nobody pays."""
    return [
        amount.value
        for found in AMOUNT.finditer(text)
        if not _EARLIER.search(text[: found.start()])
        for amount in amounts(found.group())
    ]


def _pieces(group: Sequence[Element]) -> int | None:
    for element in group:
        shown = f"{element.name}: {element.value}" if element.role in ("spinbutton", "combobox") else element.name
        match = _PIECES.search(shown) if element.visible else None
        if match is not None and (match["named"] or element.role not in ("link", "heading", "img")):
            return int(match["named"] or match["before"] or match["after"])
    return None


def _groups(elements: Sequence[Element]) -> list[list[Element]]:
    """The innermost rows and list items, each with what is in it."""
    groups = []
    is_aside = False
    for place, element in enumerate(elements):
        if element.role == "heading":
            is_aside = bool(_ASIDE.search(element.name))
        if is_aside or element.role not in ("row", "listitem"):
            continue
        inside = [element]
        for other in elements[place + 1 :]:
            if other.depth <= element.depth:
                break
            inside.append(other)
        if not any(other.role in ("row", "listitem") for other in inside[1:]):
            groups.append(inside)
    return groups


def _content_words(text: str) -> frozenset[str]:
    words = re.findall(r"[^\W\d_]{2,}", text.lower())
    return frozenset(root for word in words if (root := stem(word)) not in _COMMON and word not in _COMMON)
