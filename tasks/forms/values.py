"""What people and their errands are called, by split, and dates and amounts in figures and words."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from tasks.site.wide import WIDE

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_EPOCH = date(2027, 1, 4)
"""A Monday."""


@cache
def values(split: str) -> Mapping[str, Any]:
    """Lists by name; the wide tasks have those of training and further ones."""
    known = _read("values.toml")
    if split != WIDE:
        found: Mapping[str, Any] = known[split]
        return found
    return _joined(known["train"], _read("wide_values.toml"))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """The lists of both, name by name."""
    return {
        name: _joined(value, other.get(name, {})) if isinstance(value, Mapping) else [*value, *other.get(name, ())]
        for name, value in one.items()
    }


def person(chance: random.Random, split: str) -> dict[str, str]:
    """Somebody's profile."""
    known = values(split)
    first, last = chance.choice(known["first_names"]), chance.choice(known["last_names"])
    return {
        "full_name": f"{first} {last}",
        "street": f"{chance.randint(1, 180)} {chance.choice(known['streets'])}",
        "city": chance.choice(known["cities"]),
        "postcode": str(chance.randint(10_000, 99_999)),
        "email": f"{first}.{last}@example.com".lower(),
        "phone": f"555 {chance.randint(1000, 9999)}",
        "birth_date": date(chance.randint(1950, 2005), chance.randint(1, 12), chance.randint(1, 28)).isoformat(),
        "iban": iban(chance),
        "employer": chance.choice(known["employers"]),
        "employee_number": f"E-{chance.randint(1000, 9999)}",
        "policy_number": f"HP-{chance.randint(100, 999)}-{chance.randint(1000, 9999)}",
    }


def iban(chance: random.Random) -> str:
    """An account number with right check digits."""
    account = f"{chance.randint(0, 10**18 - 1):018d}"
    check = 98 - int(account + "131400") % 97  # D = 13, E = 14
    return f"DE{check:02d}{account}"


def is_iban(text: str) -> bool:
    plain = text.replace(" ", "").upper()
    if not (15 <= len(plain) <= 34 and plain.isascii() and plain.isalnum()):
        return False
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def weekday(chance: random.Random) -> date:
    """A working day of 2027 or early 2028."""
    return _EPOCH + timedelta(weeks=chance.randrange(56), days=chance.randrange(5))


def past_day(chance: random.Random) -> date:
    """A day of 2026."""
    return date(2026, 1, 1) + timedelta(days=chance.randrange(360))


def in_words(iso: str, chance: random.Random) -> str:
    """The day as people write it; never one that could be read in two ways."""
    day = date.fromisoformat(iso)
    month = MONTHS[day.month - 1]
    return chance.choice(
        (
            f"{day.day} {month} {day.year}",
            f"{month} {day.day}, {day.year}",
            iso,
            f"{day:%A}, {day.day} {month} {day.year}",
            f"the {_ordinal(day.day)} of {month} {day.year}",
        )
    )


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def cents(chance: random.Random, low: int, high: int) -> int:
    """An amount that people pay: whole, or with cents."""
    whole = chance.randint(low, high)
    return whole * 100 + chance.choice((0, 0, 50, chance.randint(1, 99)))


def money(amount: int, sign: str, chance: random.Random) -> str:
    """An amount in words that can't be misread: a comma between thousands, cents after a point."""
    whole, rest = divmod(amount, 100)
    figures = f"{whole:,}" if not rest and chance.random() < 0.5 else f"{whole:,}.{rest:02d}"
    if sign == "€":
        return chance.choice((f"€{figures}", f"{figures} euros", f"EUR {figures}"))
    name = {"$": "dollars", "£": "pounds"}[sign]
    return chance.choice((f"{sign}{figures}", f"{figures} {name}"))
