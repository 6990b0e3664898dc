"""What a page shows against what was asked: its total against the price limit, its items against the words.

Evidence only ever adds risk. A page or an instruction without amounts, limits or items is no evidence: risk 0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from webdreamer_app.types import Element, Observation

OVER_LIMIT = 1.0
"""Risk when the amount is above every reading of the limit."""
ONE_READING = 0.1
"""Risk when the items are within the limit only if it is meant for each of several."""
OTHER_CURRENCY = 0.6
OTHER_ITEM = 0.9
"""Risk when an item on the page shares no word with the instruction."""

_NUMBER = r"\d[\d.,\u00a0\u202f']*\d|\d"
_SIGN = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "dollar": "usd", "buck": "usd", "euro": "eur", "pound": "gbp"}
_AMOUNT = re.compile(
    rf"(?P<before>[$€£¥])\s?(?P<first>{_NUMBER})|"
    rf"(?P<second>{_NUMBER})\s?(?P<after>[$€£¥]|(?:dollar|buck|euro|pound)s?\b|(?:usd|eur|gbp|jpy)\b)",
    re.I,
)
_LIMIT_BEFORE = re.compile(
    r"(?:under|below|less than|lower than|cheaper than|no more than|not more than|no higher than|at most|within|"
    r"max(?:imum)?|up to|not? exceed(?:ing)?|not (?:above|over)|(?:without|not) (?:paying|spending|costing)(?: more)?|"
    r"budget|limit|spend)\b[^.;!?\d$€£¥]{0,24}$",
    re.I,
)
_LIMIT_AFTER = re.compile(
    r"^\s*(?:each\s+)?(?:,? ?or (?:less|under|below|cheaper)|max(?:imum)?\b|at (?:the )?(?:very )?most|tops|"
    r"as (?:the|an?|my) (?:upper )?(?:limit|maximum))",
    re.I,
)
_EACH_AFTER = re.compile(r"^[^.;!?\d]{0,12}\b(?:each|apiece|per (?:item|piece|unit)|a piece)\b", re.I)
_EACH_BEFORE = re.compile(r"\beach\b[^.;!?]{0,30}$", re.I)
_IN_ALL = re.compile(r"\b(?:in total|total|altogether|overall|in all|including (?:shipping|delivery|tax))\b", re.I)
_TOTAL = re.compile(
    r"\b(?:(?:grand |order )?total|amount due|you(?:'ll| will)? pay|to pay)\b|^pay (?:now )?(?=\W*\d)", re.I
)
_SUBTOTAL = re.compile(r"\b(?:sub-? ?total\b|items?(?: total)?:|merchandise\b)", re.I)
_CHARGE = re.compile(
    r"\b(?:sub-? ?total|total|shipping|delivery|tax|vat|discount|fee|amount|pay|balance|savings?|coupon|price)\b|"
    r"\bitems?:",
    re.I,
)
_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_UNIT = (
    r"(?:%|[\"'-]|\d|inch|piece|pack|watt|lit(?:er|re)|hour|minute|day|year|person|people|seat|door|tier|shel|drawer|"
    r"pocket|port|speed|(?:cm|mm|m|oz|ml|l|kg|g|lb|w|v|gb|tb|mb|ft|x)\b)"
)
_COUNT = rf"(?P<count>\d{{1,2}}|{'|'.join(_COUNTS)})\b(?!\s*{_UNIT})"
_QUANTITY = re.compile(rf"\b(?:buy|order|get|want|need|purchase|add|quantity|quantity of)(?: me| us)?:? {_COUNT}", re.I)
_QUANTITY_OF_EACH = re.compile(rf"(?<![$€£¥\d.,-])\b(?<!size ){_COUNT}(?-i:(?= +[a-z]))", re.I)
_COMMON = frozenset({
    "a", "an", "and", "any", "at", "be", "below", "buy", "but", "by", "can", "cheapest", "could", "dollar", "euro",
    "for", "from", "get", "give", "have", "i", "in", "is", "it", "item", "its", "less", "like", "limit", "lower",
    "max", "me", "more", "most", "my", "need", "no", "not", "of", "on", "one", "or", "order", "please", "pound",
    "price", "product", "purchase", "ship", "shipped", "than", "that", "the", "thing", "to", "total", "under", "up",
    "want", "we", "with", "would", "you", "your", "find", "look", "looking", "add", "cart", "each",
})  # fmt: skip
_ASIDE = re.compile(r"\b(?:also|recommended|similar|related|recently|suggest\w*|popular|sponsored)\b", re.I)
"""Headings of lists that are not what is being bought."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Risk from 0 to 1 that the page is not what was asked, and why."""

    risk: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    value: float
    currency: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order: its words, and its largest amount."""

    name: str
    price: float


@dataclass(frozen=True, slots=True)
class Limit:
    amount: Amount
    quantity: int = 1
    is_each: bool = False
    is_in_all: bool = False


def check(instruction: str, observation: Observation) -> Evidence:
    """The strongest evidence against committing on this page, with every reason."""
    found = [_check_amount(instruction, observation), _check_items(instruction, observation)]
    against = [evidence for evidence in found if evidence.risk > 0]
    if against:
        return Evidence(max(one.risk for one in against), "; ".join(one.reason for one in against))
    return Evidence(0.0, "; ".join(one.reason for one in found if one.reason))


def amounts(text: str) -> tuple[Amount, ...]:
    """Amounts of money in a text, with `1,234.50` and `1.234,50` read alike."""
    return tuple(
        Amount(_number(found["first"] or found["second"]), _currency(found), found.group().strip())
        for found in _AMOUNT.finditer(text)
    )


def limit_of(instruction: str) -> Limit | None:
    """The price limit that the instruction states, the last when there are several."""
    result = None
    for found in _AMOUNT.finditer(instruction):
        before, after = instruction[: found.start()], instruction[found.end() :]
        if not (_LIMIT_BEFORE.search(before) or _LIMIT_AFTER.match(after)):
            continue
        amount = Amount(_number(found["first"] or found["second"]), _currency(found), found.group().strip())
        is_each = bool(_EACH_AFTER.search(after) or _EACH_BEFORE.search(before))
        around = before[-30:] + " " + after[:40]
        result = Limit(amount, quantity_of(instruction), is_each, bool(_IN_ALL.search(around)))
    return result


def quantity_of(instruction: str) -> int:
    """How many are asked for; 1 where it isn't stated. With 'each', a number before any thing counts."""
    if re.search(r"\b(?:each|apiece)\b", instruction, re.I):
        several = (_count(found) for found in _QUANTITY_OF_EACH.finditer(instruction))
        first = next((count for count in several if count > 1), None)
        if first is not None:
            return first
    stated = _QUANTITY.search(instruction)
    return 1 if stated is None else max(1, _count(stated))


def _count(found: re.Match[str]) -> int:
    word = found["count"].lower()
    return int(word) if word.isdigit() else _COUNTS[word]


def _check_amount(instruction: str, observation: Observation) -> Evidence:
    limit = limit_of(instruction)
    total = _labelled(observation, _TOTAL, _SUBTOTAL)
    if limit is None or total is None:
        return Evidence()
    if limit.amount.currency != total.currency:
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
    price = total.value if limit.is_in_all else goods
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
        own = amounts(element.name[match.end() :]) or amounts(element.name)
        found += own or _following(nodes[place + 1 : place + 3])
    return max(found, key=lambda amount: amount.value, default=None)


def _following(nodes: Sequence[Element]) -> tuple[Amount, ...]:
    for node in nodes:
        if amounts(node.name):
            return () if _CHARGE.search(node.name) else amounts(node.name)
    return ()


def _check_items(instruction: str, observation: Observation) -> Evidence:
    wanted = _content_words(instruction)
    if len(wanted) < 2:
        return Evidence()
    strange = [line.name for line in _items(observation) if line.name and not wanted & _content_words(line.name)]
    if not strange:
        return Evidence()
    return Evidence(OTHER_ITEM, f"the task mentions nothing of {strange[0][:80]!r}, which the page lists")


def _items(observation: Observation) -> list[Item]:
    """What stands in a row or list item together with an amount, charges aside."""
    found = []
    for group in _groups(observation.elements):
        texts = [element.name for element in group if element.visible and element.role != "button" and element.name]
        prices = [amount.value for text in texts for amount in amounts(text)]
        if not prices or any(_CHARGE.search(text) for text in texts):
            continue
        bare = [re.sub(r"\s+", " ", _AMOUNT.sub(" ", text)).strip() for text in texts]
        found.append(Item(" ".join(text for text in bare if _content_words(text)), max(prices)))
    return found


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
    return frozenset(stem for word in words if (stem := _stem(word)) not in _COMMON and word not in _COMMON)


def _stem(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _number(text: str) -> float:
    digits = re.sub(r"[^\d.,]", "", text)
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0 and len(digits) - last - 1 in (1, 2):
        return float(re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :])
    return float(re.sub(r"[.,]", "", digits))


def _currency(found: re.Match[str]) -> str:
    sign = (found["before"] or found["after"]).lower()
    return _SIGN.get(sign) or _SIGN.get(sign.rstrip("s"), sign)
