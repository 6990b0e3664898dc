"""A wish in words: a pattern of the split's groups, filled with the wish's details."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tasks.forms.wishes import Wish
from tasks.site.wide import widened

_AFTER_WHEN = ("fallback", "only_then")
"""Details that speak of "that time"."""


@cache
def phrases() -> Mapping[str, Any]:
    """What `phrases.toml` holds."""
    found = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))
    return widened(found, Path(__file__).with_name("wide_phrases.toml"))


def groups(split: str) -> Mapping[str, list[str]]:
    """Sentence patterns of a split by their group."""
    found: Mapping[str, list[str]] = phrases()["patterns"][split]
    return found


def pick_pattern(split: str, chance: random.Random) -> tuple[str, str]:
    """A group and one of its patterns, each pattern of the split as likely as any other."""
    return chance.choice([(group, pattern) for group, patterns in groups(split).items() for pattern in patterns])


def tell(wish: Wish, pattern: str, extras: Mapping[str, Mapping[str, str]]) -> str:
    """The instruction. `extras`: what is said besides, key → facts."""
    chance, split = wish.chance, wish.split
    known = phrases()[wish.form]
    facts = {name: _said(known, split, value, chance) for name, value in wish.facts.items()}
    details = _ordered(wish.details, chance)
    units = [(known["details"][name], facts) for name in details]
    units += [(phrases()["extra"][name], dict(said)) for name, said in extras.items()]
    short = [chance.choice(unit[split]["short"]).format(**said) for unit, said in units]
    goal = chance.choice(_ways(known, "goal", split, details)).format(**facts)
    lead = chance.choice(_ways(known, "lead", split, details) or ["Something came up."])
    listed = _listed(short, is_whole=not extras)
    text = pattern.format(
        goal=goal,
        Goal=_capital(goal),
        noun=chance.choice(known["noun"][split]),
        lead=lead,
        lead_low=lead if re.match(r"I\b|I'", lead) else lead[0].lower() + lead[1:],
        list=listed,
        List=_capital(listed),
        sentences=" ".join(_sentences(known, split, details, facts, extras, chance)),
        numbered="; ".join(f"({place}) {one}" for place, one in enumerate(short, 1)),
        bullets=" / ".join(short),
    )
    text = re.sub(r"([.!?])\.(?=\s|$)", r"\1", text)
    return text if text[-1] in '.?!)"' else f"{text}."


def _ordered(details: list[str], chance: random.Random) -> list[str]:
    """As the form asks, or in any order; what depends on another detail stays right behind it."""
    found = list(details)
    if chance.random() < 0.4:
        chance.shuffle(found)
    rest = [name for name in found if name not in _AFTER_WHEN]
    place = rest.index("when") + 1 if "when" in rest else len(rest)
    return [*rest[:place], *(name for name in found if name in _AFTER_WHEN), *rest[place:]]


def _ways(known: Mapping[str, Any], what: str, split: str, details: list[str]) -> list[str]:
    """Wordings of a goal or lead, with those that only fit where some detail is said."""
    found = list(known[what].get(split, ()))
    for name, more in known.get("with", {}).items():
        found += more.get(what, {}).get(split, ()) if name in details else ()
    return found


def _sentences(
    known: Mapping[str, Any],
    split: str,
    details: list[str],
    facts: Mapping[str, str],
    extras: Mapping[str, Mapping[str, str]],
    chance: random.Random,
) -> list[str]:
    """A sentence for each detail, or for several at a time."""
    found, left = [], list(details)
    joined = [one for one in known.get("together", ()) if set(one["of"]) <= set(details) and chance.random() < 0.6]
    while left:
        whole = next((one for one in joined if left[0] in one["of"] and set(one["of"]) <= set(left)), None)
        said = whole[split] if whole else known["details"][left[0]][split]["full"]
        found.append(chance.choice(said).format(**facts))
        left = [name for name in left if name not in (whole["of"] if whole else left[:1])]
    besides = [(phrases()["extra"][name][split]["full"], said) for name, said in extras.items()]
    return [*found, *(chance.choice(ways).format(**said) for ways, said in besides)]


def _said(known: Mapping[str, Any], split: str, value: str, chance: random.Random) -> str:
    return str(chance.choice(known["say"][value[4:]][split])) if value.startswith("say:") else value


def _listed(parts: list[str], is_whole: bool) -> str:
    """With semicolons where a part holds a comma itself, with "and" where all parts are of one kind."""
    if len(parts) < 2:
        return "".join(parts)
    if any("," in part for part in parts):
        return "; ".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if is_whole else ", ".join(parts)


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
