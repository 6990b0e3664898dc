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

_PLACES = {"train": (0, 1), "validation": (2,), "test": (3,)}
"""Which of a detail's wordings belong to a split."""


@cache
def phrases() -> Mapping[str, Any]:
    """What `phrases.toml` holds."""
    found: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))
    return found


def groups(split: str) -> Mapping[str, list[str]]:
    """Sentence patterns of a split by their group."""
    found: Mapping[str, list[str]] = phrases()["patterns"][split]
    return found


def pick_group(split: str, chance: random.Random) -> str:
    return chance.choice(tuple(groups(split)))


def tell(wish: Wish, group: str, extras: Mapping[str, Mapping[str, str]]) -> str:
    """The instruction. `extras`: what is said besides, key → facts."""
    chance, split = wish.chance, wish.split
    pattern = chance.choice(groups(split)[group])
    known = phrases()[wish.form]
    facts = {name: _said(known, split, value, chance) for name, value in wish.facts.items()}
    units = [(known["details"][name], facts) for name in wish.details]
    if chance.random() < 0.5:
        chance.shuffle(units)
        units.sort(key=lambda unit: unit[0] in (known["details"].get("fallback"), known["details"].get("only_then")))
    units += [(phrases()["extra"][name], dict(said)) for name, said in extras.items()]
    short = [wording(unit["short"], split, chance).format(**said) for unit, said in units]
    full = [wording(unit["full"], split, chance).format(**said) for unit, said in units]
    goal = chance.choice(known["goal"][split]).format(**facts)
    leads = known["lead"].get(split, ["Something came up."])
    lead = chance.choice(leads)
    text = pattern.format(
        goal=goal,
        Goal=_capital(goal),
        noun=wording(known["noun"], split, chance),
        lead=lead,
        lead_low=lead if re.match(r"I\b", lead) else lead[0].lower() + lead[1:],
        list=_listed(short, group == "terse"),
        List=_capital(_listed(short, group == "terse")),
        sentences=" ".join(full),
        numbered="; ".join(f"({place}) {one}" for place, one in enumerate(short, 1)),
        bullets=" / ".join(short),
    )
    return re.sub(r"([.!?”])\.(?=\s|$)", lambda match: f"{match.group(1)}{'.' if match.group(1) == '”' else ''}", text)


def wording(choices: list[str], split: str, chance: random.Random) -> str:
    """One of a split's wordings."""
    return choices[chance.choice(_PLACES[split])]


def _said(known: Mapping[str, Any], split: str, value: str, chance: random.Random) -> str:
    return wording(known["say"][value[4:]], split, chance) if value.startswith("say:") else value


def _listed(parts: list[str], is_terse: bool) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts) if is_terse else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
