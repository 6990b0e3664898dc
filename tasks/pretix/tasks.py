"""Tasks for the ticket shop from a seed: a base, filled in by chance, in words and as a private answer."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tasks.pretix import wording
from tasks.pretix.catalogue import PAYMENT, Date
from tasks.pretix.wishes import BASES, Ticket, Wish, name, on_sale
from tasks.task import Task

_NUMBERS = ("", "one", "two", "three", "four", "five", "six", "seven", "eight")


def make_task(seed: int, index: int) -> Task:
    """The task of this seed and index; the same on every machine."""
    chance, title, base = _source(seed, index)
    person = _person(chance, index)
    return _task(title, seed, index, BASES[base](chance, person), person, chance)


def make_variant(task: Task, number: int) -> Task:
    """The same wish in the same kind of sentence, with one thing changed: the payment, the kind, or who asks."""
    chance, title, base = _source(task.seed, task.index)
    person = _person(chance, task.index)
    wish = BASES[base](chance, person)
    other = random.Random(f"{title}~{number}")
    choices = ["person"] if wish.do != "buy" or wish.limit_cents else ["person", "payment", "kind"]
    what = other.choice(choices)
    first = wish.tickets[0]
    kinds = [one for one in on_sale(wish.event, first.item, wish.date) if one != first.variation]
    if what == "payment" and wish.cents:
        wish = replace(wish, payment=other.choice([one for one in PAYMENT if one != wish.payment]))
    elif what == "kind" and kinds:
        kind = other.choice(kinds)
        changed = [replace(one, variation=kind) if one.item == first.item else one for one in wish.tickets]
        wish = replace(wish, tickets=tuple(changed))
    else:
        person = {**person, **_person(other, task.index)}
    return _task(f"{title}~{number}", task.seed, task.index, wish, person, chance)


def rebound(task: Task, profile: Mapping[str, str]) -> Task:
    """The same wish by another person: what the answer takes from the profile changes with it."""
    own = {value: profile[name] for name, value in task.profile.items() if name in profile}
    lines = [
        {
            **line,
            "attendee": own.get(line["attendee"], line["attendee"]),
            "attendee_email": own.get(line["attendee_email"], line["attendee_email"]),
            "answers": {
                question: profile.get(line["from_profile"].get(question, ""), reply)
                for question, reply in line["answers"].items()
            },
        }
        for line in task.answer["lines"]
    ]
    answer = {**task.answer, "lines": lines, "email": profile["email"]}
    return replace(task, profile=profile, answer=answer)


def _source(seed: int, index: int) -> tuple[random.Random, str, int]:
    """Chance, the task's id, and which base: each round of a seed has every base once."""
    order = list(range(len(BASES)))
    random.Random(f"pretix/{seed}/{index // len(BASES)}").shuffle(order)
    title = f"pretix/test/{seed}/{index}"
    return random.Random(title), title, order[index % len(BASES)]


def _person(chance: random.Random, index: int) -> dict[str, str]:
    full_name = name(chance)
    address = f"{full_name.replace(' ', '.').lower()}{index}-{chance.randint(100, 999)}@example.org"
    return {
        "full_name": full_name,
        "email": address,
        "club": chance.choice(wording.CLUBS),
        "shirt_size": chance.choice(wording.SIZES),
        "company": chance.choice(wording.COMPANIES),
        "diet": chance.choice(wording.DIETS),
        "pottery_before": chance.choice(wording.SKILLS),
    }


def _task(title: str, seed: int, index: int, wish: Wish, person: Mapping[str, str], chance: random.Random) -> Task:
    words = random.Random(chance.random())
    return Task(title, "pretix", "test", seed, index, _say(words, wish, person), person, _answer(wish, person))


def _answer(wish: Wish, person: Mapping[str, str]) -> dict[str, Any]:
    lines = [_line(wish, ticket, person) for ticket in wish.tickets]
    is_about_order = wish.patterns is not wording.BUY
    order = {"email": person["email"], "date": wish.order_date, "lines": lines} if is_about_order else None
    return {
        "do": wish.do,
        "reason": wish.reason,
        "event": wish.event.key,
        "name": wish.event.name,
        "date": wish.date,
        "lines": lines,
        "voucher": wish.voucher,
        "payment": wish.payment,
        "limit_cents": wish.limit_cents,
        "email": person["email"],
        "order": order,
    }


def _line(wish: Wish, ticket: Ticket, person: Mapping[str, str]) -> dict[str, Any]:
    event, is_personal = wish.event, wish.event.item(ticket.item).is_personal
    asked = [one for one in event.questions if ticket.item in one.items]
    own = {one.text: one.profile for one in asked if not (ticket.shirt_size and one.profile == "shirt_size")}
    answers = {text: person[key] for text, key in own.items()}
    if ticket.shirt_size:
        answers |= {one.text: ticket.shirt_size for one in asked if one.profile == "shirt_size"}
    return {
        "item": ticket.item,
        "variation": ticket.variation,
        "attendee": (ticket.attendee or person["full_name"]) if event.asks_names and is_personal else "",
        "attendee_email": person["email"] if event.asks_emails and is_personal else "",
        "answers": answers,
        "from_profile": own,
        "addons": [{"item": item, "variation": variation} for item, variation in ticket.addons],
    }


def _say(chance: random.Random, wish: Wish, person: Mapping[str, str]) -> str:
    addons = [wording.NOUNS[kind][0] for kind in wish.tickets[0].addons]
    voucher = chance.choice(wording.VOUCHERS).format(code=wish.voucher) if wish.voucher else ""
    limit = chance.choice(wording.LIMITS).format(amount=f"€{wish.limit_cents // 100}") if wish.limit_cents else ""
    if wish.reason == "voucher":
        limit = chance.choice(wording.ONLY_WITH_VOUCHER)
    sentence = chance.choice(wish.patterns).format(
        goods=_goods(chance, wish.tickets),
        event=f"the {wish.event.name}" if chance.random() < 0.2 and wish.event.key != "theatre" else wish.event.name,
        date=_date(chance, wish),
        addons=chance.choice(wording.ADDONS).format(addons=_listed(addons)) if addons else "",
        voucher=voucher,
        people=_people(chance, wish, person),
        payment=chance.choice(wording.PAYMENTS[wish.payment]) if wish.payment else "",
        limit=limit,
    )
    return sentence[0].upper() + sentence[1:]


def _goods(chance: random.Random, tickets: Sequence[Ticket]) -> str:
    counts = Counter((one.item, one.variation) for one in tickets)
    is_written = chance.random() < 0.5
    parts = []
    for kind, count in counts.items():
        one, several = wording.NOUNS[kind]
        article = "an" if one[0] in "aeio" else "a"
        number = _NUMBERS[count] if is_written else str(count)
        parts.append(f"{article} {one}" if count == 1 else f"{number} {several}")
    return _listed(parts)


def _date(chance: random.Random, wish: Wish) -> str:
    found = next((one for one in wish.event.dates if one.name == wish.date), None)
    if found is None:
        return ""
    return chance.choice(wording.ON_DATES).format(name=found.name, day=_day(found), hour=found.day[-5:])


def _day(date: Date) -> str:
    moment = datetime.fromisoformat(date.day)
    return f"{moment.day} {moment:%B}"


def _people(chance: random.Random, wish: Wish, person: Mapping[str, str]) -> str:
    named = [one for one in wish.tickets if one.attendee]
    if not named:
        return ""
    told = [
        wording.SIZE.format(name=one.attendee, size=one.shirt_size) if one.shirt_size else one.attendee for one in named
    ]
    people = chance.choice(wording.PEOPLE if len(named) > 1 else wording.ONE_PERSON).format(people=_listed(told))
    asks_club = any(one.text == "Running club" and named[0].item in one.items for one in wish.event.questions)
    return people + (wording.CLUB.format(club=person["club"]) if asks_club else "")


def _listed(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
