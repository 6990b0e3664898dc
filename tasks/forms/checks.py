"""What was typed, read and judged: canonical values of valid entries, the key of a complaint for the others."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date

from tasks.forms.specs import Item, is_asked
from tasks.forms.values import is_iban

LIMITS = {"visitors": (1, 6), "seats": (1, 8), "persons": (2, 9), "weekly_hours": (8, 36)}
"""Lowest and highest number of items that count."""
_IBANS = ("iban", "payee_iban")


def read_amount(text: str, comma: bool) -> int | None:
    """Cents. With `comma` a comma stands before the cents, else a point: "1,250" is 1.25 in the one, 1250 in the other.

    Signs between thousands and the currency are left out; None for what is no amount.
    """
    plain = re.sub(r"[\s€$£']|EUR|USD|GBP", "", text)
    mark, other = (",", ".") if comma else (".", ",")
    whole, _, rest = plain.partition(mark)
    whole = whole.replace(other, "")
    if not re.fullmatch(r"\d{1,7}", whole) or not re.fullmatch(r"\d*", rest):
        return None
    return int(whole) * 100 + int((rest + "00")[:2])


def write_amount(cents: int, comma: bool) -> str:
    """For a field: without anything between thousands."""
    return f"{cents // 100}{',' if comma else '.'}{cents % 100:02d}"


def show_amount(cents: int, comma: bool) -> str:
    """For people: with something between thousands."""
    text = f"{cents // 100:,}.{cents % 100:02d}"
    return text.translate(str.maketrans(",.", ".,")) if comma else text


def canonical(item: Item, text: str, comma: bool) -> str:
    """The value as it is stored and compared; empty where it can't be read."""
    plain = " ".join(text.split())
    if item.kind == "amount":
        found = read_amount(plain, comma)
        return "" if found is None else str(found)
    if item.kind == "date":
        return plain if _is_date(plain) else ""
    if item.kind in ("number", "stepper"):
        return str(int(plain)) if re.fullmatch(r"\d{1,4}", plain) else ""
    if item.kind == "checkbox":
        return "yes" if plain == "yes" else "no"
    if item.name in _IBANS:
        return plain.replace(" ", "").upper()
    return plain


def complaints(
    items: Collection[Item],
    values: Mapping[str, str],
    files: Collection[str],
    comma: bool,
    offered: Mapping[str, Collection[str]],
    limit: int,
) -> dict[str, str]:
    """Item → key of what is wrong with it. `values`: as typed; `offered`: what may be chosen; `limit` in cents."""
    found = {}
    for item in items:
        if is_asked(item, values):
            problem = _problem(item, values.get(item.name, ""), files, comma, offered, limit)
            if problem:
                found[item.name] = problem
    return found


def _problem(
    item: Item, text: str, files: Collection[str], comma: bool, offered: Mapping[str, Collection[str]], limit: int
) -> str:
    value = canonical(item, text, comma)
    if item.kind == "file":
        return "" if item.name in files else "bad_file"
    if item.kind == "checkbox" or (not text and not item.is_required):
        return ""
    if item.options or item.choices:
        return "" if text in offered.get(item.name, ()) else "bad_taken" if text else "bad_choice"
    if not text:
        return "bad_empty"
    if item.kind == "date" and not value:
        return "bad_date"
    if item.kind == "amount":
        return "bad_amount" if not value or value == "0" else "bad_limit" if int(value) > limit > 0 else ""
    if item.name in LIMITS:
        low, high = LIMITS[item.name]
        return "" if value and low <= int(value) <= high else "bad_number"
    if item.kind == "email":
        return "" if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) else "bad_email"
    return "bad_iban" if item.name in _IBANS and not is_iban(value) else ""


def _is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
