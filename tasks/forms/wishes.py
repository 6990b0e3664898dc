"""What somebody wants of a form: its values, what the session holds, and which details the request names."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tasks.forms import catalogue
from tasks.forms.catalogue import FORMS, SLOTS
from tasks.forms.values import cents, iban, in_words, money, past_day, values, weekday

SIGNS = {"eur": "€", "usd": "$", "gbp": "£"}


@dataclass(slots=True)
class Wish:
    """One errand. `fields`: canonical values; `facts`: what sentences are filled with; `details`: which are said."""

    form: str
    split: str
    chance: random.Random
    profile: dict[str, str]
    fields: dict[str, str] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    """Item → name of the file to hand in."""
    documents: dict[str, str] = field(default_factory=dict)
    """All files at hand: name → text."""
    choices: dict[str, list[str]] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    limit: int = 0
    obstacle: str = ""
    """The item that can't be had, where the task can't be done."""

    def pick(self, name: str) -> str:
        return str(self.chance.choice(values(self.split)[name]))

    def some(self, name: str, count: int, *kept: str) -> list[str]:
        """A list for this session with `kept` among its entries."""
        known = [one for one in values(self.split)[name] if one not in kept]
        found = [*kept, *self.chance.sample(known, min(len(known), max(0, count - len(kept))))]
        self.chance.shuffle(found)
        return found

    def fill(self, *names: str) -> None:
        """Fields that the profile has."""
        self.fields |= {name: self.profile[name] for name in names}

    def day(self, name: str, iso: str) -> None:
        self.fields[name] = iso
        self.facts[name] = in_words(iso, self.chance)

    def tell(self, name: str, value: str) -> None:
        """A field whose value is said as it is, in a detail of its own."""
        self.fields[name] = self.facts[name] = value
        self.details.append(name)

    def choose(self, name: str, options: tuple[str, ...]) -> str:
        """A choice that has a detail of its own for each option."""
        chosen = self.chance.choice(options)
        self.fields[name] = chosen
        self.details.append(chosen)
        return chosen

    def document(self, item: str, kind: str) -> None:
        """A file to hand in, and another one like it."""
        names = self.chance.sample(values(self.split)[kind], 2)
        self.files[item] = self.facts[item] = names[0]
        for name in names:
            self.documents[name] = f"{name}\n{self.profile['full_name']}\n{self.chance.randrange(10**9):09d}\n"
        self.details.append(item)


def wish(form: str, split: str, chance: random.Random, profile: dict[str, str]) -> Wish:
    """A wish that this form can express."""
    made = Wish(form, split, chance, profile)
    _lists(made)
    _MAKERS[form](made)
    return made


def _lists(wish: Wish) -> None:
    """What every session offers, whatever is wanted."""
    for name, count in (("positions", 6), ("services", 5), ("branches", 4), ("cost_centres", 4), ("events", 5)):
        wish.choices[name] = wish.some(name, count)
    wish.choices["subscriptions"] = wish.some("subscriptions", 4)
    wish.choices["payees"] = [_payee(wish) for _ in range(3)]
    day = weekday(wish.chance).isoformat()
    wish.taken += [f"{day} {slot}" for slot in SLOTS if wish.chance.random() < 0.3]


def _payee(wish: Wish, name: str = "") -> str:
    name = name or f"{wish.pick('first_names')} {wish.pick('last_names')}"
    return f"{name} (••{wish.chance.randint(1000, 9999)})"


def _job(wish: Wish) -> None:
    position = wish.pick("positions")
    wish.fields["position"] = wish.facts["position"] = position
    wish.choices["positions"] = wish.some("positions", 6, position)
    if wish.choose("hours", ("full_time", "part_time")) == "part_time":
        wish.fields["weekly_hours"] = wish.facts["weekly_hours"] = str(wish.chance.randrange(10, 34, 2))
    wish.day("start_date", weekday(wish.chance).isoformat())
    wish.details.append("start_date")
    wish.document("cv", "cvs")
    wish.tell("motivation", wish.pick("motivations"))
    wish.fill("full_name", "email", "phone")


def _claim(wish: Wish) -> None:
    incident = wish.chance.choice(catalogue.INCIDENTS)
    wish.fields["incident"] = incident
    wish.facts["incident"] = f"say:{incident}"
    wish.day("incident_date", past_day(wish.chance).isoformat())
    wish.details.append("incident_date")
    wish.tell("description", wish.chance.choice(values(wish.split)["descriptions"][incident]))
    if incident == "theft":
        wish.tell("police_report", f"P-{wish.chance.randint(10_000, 99_999)}/26")
    _amount(wish, 80, 4200)
    wish.document("receipt", "receipts")
    if wish.choose("payout", ("to_account", "by_cheque")) == "to_account":
        wish.fill("iban")
    else:
        wish.fill("street", "city")
    wish.fill("policy_number")


def _amount(wish: Wish, low: int, high: int, sign: str = "€", is_detail: bool = True) -> None:
    amount = cents(wish.chance, low, high)
    wish.fields["amount"] = str(amount)
    wish.facts["amount"] = money(amount, sign, wish.chance)
    if is_detail:
        wish.details.append("amount")


def _appointment(wish: Wish) -> None:
    for name, key in (("service", "services"), ("branch", "branches")):
        wish.fields[name] = wish.facts[name] = wish.pick(key)
        wish.choices[key] = wish.some(key, 5, wish.fields[name])
    wish.day("day", weekday(wish.chance).isoformat())
    day, wanted = wish.fields["day"], wish.chance.choice(SLOTS[:-2])
    wish.facts["slot"] = wanted
    wish.details.append("when")
    rule, luck = wish.chance.choice(("", "fallback", "fallback", "only_then", "only_then")), wish.chance.random()
    gone = wish.chance.sample([slot for slot in SLOTS if slot != wanted], 3)
    later = SLOTS[SLOTS.index(wanted) + 1 :]
    wish.details += [rule] if rule else []
    wish.fields["slot"] = wanted
    if rule and luck < 0.2:  # as often whichever is said
        gone += [wanted, *(later if rule == "fallback" else ())]
        wish.obstacle = "slot"
    elif rule == "fallback" and luck < 0.75:  # the next free one
        gone = [wanted] if set(later) <= set(gone) else [*gone, wanted]
        wish.fields["slot"] = next(slot for slot in later if slot not in gone)
    wish.taken += [f"{day} {slot}" for slot in SLOTS if slot in gone]
    count = wish.chance.choice((1, 1, 2, 3, 4))
    wish.fields["visitors"] = wish.facts["visitors"] = str(count)
    wish.details.append("visitors" if count > 1 else "alone")
    wish.choose("reminder", catalogue.REMINDERS)
    wish.fill("full_name", "email", "phone")


def _address(wish: Wish) -> None:
    known = values(wish.split)
    homes = [city for city in known["cities"] if city != wish.profile["city"]]
    wish.fields |= {
        "street": f"{wish.chance.randint(1, 180)} {wish.pick('streets')}",
        "postcode": str(wish.chance.randint(10_000, 99_999)),
        "city": wish.chance.choice(homes),
    }
    wish.facts |= wish.fields
    wish.day("move_date", weekday(wish.chance).isoformat())
    wish.details.append("move_date")
    if wish.choose("household", ("only_me", "all_of_us")) == "all_of_us":
        wish.fields["persons"] = wish.facts["persons"] = str(wish.chance.randint(3, 7))
    if wish.choose("forwarding", ("forward", "no_forward")) == "forward":
        months = wish.chance.choice(("three_months", "six_months", "twelve_months"))
        wish.fields["months"], wish.facts["months"] = months, f"say:{months}"
    wish.fill("full_name", "birth_date", "email")


def _expense(wish: Wish) -> None:
    category = wish.chance.choice(catalogue.CATEGORIES)
    purpose = wish.chance.choice(values(wish.split)["purposes"][category])
    wish.fields["purpose"] = wish.facts["purpose"] = purpose
    wish.fields["category"] = category
    wish.details.append(category)
    if category == "travel":
        wish.fields["destination"] = wish.facts["destination"] = wish.pick("destinations")
    wish.day("expense_date", past_day(wish.chance).isoformat())
    wish.details.append("expense_date")
    wish.tell("cost_centre", wish.pick("cost_centres"))
    wish.choices["cost_centres"] = wish.some("cost_centres", 4, wish.fields["cost_centre"])
    wish.fields["currency"] = wish.chance.choice(tuple(SIGNS))
    _amount(wish, 12, 2600, SIGNS[wish.fields["currency"]])
    wish.document("receipt", "receipts")
    if wish.choose("refund", ("with_salary", "to_account")) == "to_account":
        wish.fill("iban")
    wish.fill("employee_number")


def _cancel(wish: Wish) -> None:
    wanted = wish.pick("subscriptions")
    wish.facts["subscription"] = wish.fields["subscription"] = wanted
    alike = [one for one in values(wish.split)["subscriptions"] if one.startswith(wanted) or wanted.startswith(one)]
    wish.choices["subscriptions"] = wish.some("subscriptions", 4, *dict.fromkeys([wanted, *alike]))
    if wish.chance.random() < 0.15:
        wish.obstacle = "subscription"
        wish.choices["subscriptions"].remove(wanted)
    wish.choose("reason", catalogue.REASONS)
    if wish.choose("ending", ("period_end", "on_date")) == "on_date":
        wish.day("end_date", weekday(wish.chance).isoformat())
    wish.fill("email")


def _event(wish: Wish) -> None:
    event = wish.pick("events")
    wish.fields["event"] = wish.facts["event"] = event
    wish.choices["events"] = wish.some("events", 6, event)
    others = [one for one in wish.choices["events"] if one != event]
    wish.taken += [*wish.chance.sample(others, 1), *([event] if wish.chance.random() < 0.15 else [])]
    wish.obstacle = "event" if event in wish.taken else ""
    count, ticket = wish.chance.choice((1, 1, 2, 3, 4)), wish.chance.choice(("standard", "student", "supporter"))
    wish.fields |= {"seats": str(count), "ticket": ticket}
    wish.facts |= {"seats": str(count), "ticket_type": ticket}
    wish.details.append("tickets" if count > 1 else "ticket")
    wish.choose("diet", catalogue.DIETS)
    if wish.choose("paying", ("invoice", "at_door")) == "invoice":
        wish.fields["order_number"] = wish.facts["order_number"] = f"PO-{wish.chance.randint(1000, 9999)}"
    wish.fill("full_name", "email")


def _transfer(wish: Wish) -> None:
    first, last = wish.pick("first_names"), wish.pick("last_names")
    name = f"{first} {last}"
    wish.limit = wish.chance.choice((200_000, 250_000, 500_000))
    kind = wish.chance.random()
    if kind < 0.25:
        wish.fields |= {"payee": "new", "payee_name": name, "payee_iban": iban(wish.chance)}
        wish.facts["payee_iban"] = wish.fields["payee_iban"]
        wish.details.append("new")
    else:
        wanted = _payee(wish, name)
        wish.fields["payee"] = wanted
        wish.choices["payees"] = [one for one in wish.choices["payees"] if name not in one] + [wanted]
        if kind < 0.75:
            wish.choices["payees"].append(_payee(wish, _alike(name, wish.chance)))
            wish.facts["ending"] = wanted[-5:-1]
            wish.details.append("ending")
        wish.chance.shuffle(wish.choices["payees"])
    wish.facts["payee"] = name
    if wish.chance.random() < 0.15:
        _amount(wish, wish.limit // 100 + 1, wish.limit // 60, is_detail=False)
        wish.obstacle = "amount"
        wish.details.append("one_payment")
    else:
        _amount(wish, 20, wish.limit // 100 - 1, is_detail=False)
        if wish.chance.random() < 0.6:  # said of amounts within the limit too
            wish.details.append("one_payment")
    wish.choose("account", ("current", "savings"))
    wish.tell("reference", wish.pick("references"))
    if wish.choose("execution", ("at_once", "later")) == "later":
        wish.day("execution_date", weekday(wish.chance).isoformat())


def _alike(name: str, chance: random.Random) -> str:
    """Nearly the same name: two letters swapped or one doubled, within the last name."""
    first, last = name.split(" ", 1)
    place = chance.randrange(1, len(last) - 1)
    swapped = last[:place] + last[place + 1] + last[place] + last[place + 2 :]
    doubled = last[: place + 1] + last[place] + last[place + 1 :]
    return f"{first} {swapped if swapped != last and chance.random() < 0.5 else doubled}"


_MAKERS: Mapping[str, Callable[[Wish], None]] = {
    "job": _job,
    "claim": _claim,
    "appointment": _appointment,
    "address": _address,
    "expense": _expense,
    "cancel": _cancel,
    "event": _event,
    "transfer": _transfer,
}
assert set(_MAKERS) == set(FORMS)
