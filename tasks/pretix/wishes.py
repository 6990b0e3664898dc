"""The kinds of things that people want of the ticket shop: each base makes a wish from chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from tasks.pretix import wording
from tasks.pretix.catalogue import PAYMENT, Event, events

Kind = tuple[str, str]
"""(item, variation)"""
Base = Callable[[random.Random, dict[str, str]], "Wish"]


@dataclass(frozen=True, slots=True)
class Ticket:
    item: str
    variation: str = ""
    addons: tuple[Kind, ...] = ()
    attendee: str = ""
    """Who comes, where it isn't the person who asks."""
    shirt_size: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted. `reason` tells why it can't be had, where `do` is `infeasible`."""

    event: Event
    do: str = "buy"
    reason: str = ""
    tickets: tuple[Ticket, ...] = ()
    date: str = ""
    voucher: str = ""
    payment: str = ""
    limit_cents: int = 0
    order_date: str = ""
    """Of what was ordered before: its date, where the event has several."""
    patterns: tuple[str, ...] = field(default=wording.BUY, repr=False)

    @property
    def cents(self) -> int:
        """What the tickets cost, without a voucher."""
        kinds = [kind for one in self.tickets for kind in ((one.item, one.variation), *one.addons)]
        return sum(self.event.cents(item, variation) for item, variation in kinds)


def name(chance: random.Random) -> str:
    return f"{chance.choice(wording.FIRST_NAMES)} {chance.choice(wording.LAST_NAMES)}"


def on_sale(event: Event, item: str, date: str = "") -> list[str]:
    """Variations of an item that can be bought, "" for an item without any; none when it is sold out."""
    gone = next((one.sold_out for one in event.dates if one.name == date), ())
    return [] if item in gone else [name for name, _, size in event.item(item).choices if size]


def open_dates(event: Event, *items: str) -> list[str]:
    """Dates on which all of these can be bought; one empty name where the event has no dates."""
    names = [one.name for one in event.dates] or [""]
    return [name for name in names if all(on_sale(event, item, name) for item in items)]


def _buy(event: str, *items: tuple[str, int, int], pays: bool = False) -> Base:
    """Some of each of these items: (item, at least, at most)."""

    def base(chance: random.Random, person: dict[str, str]) -> Wish:
        found = events()[event]
        date = chance.choice(open_dates(found, *(item for item, _, _ in items)))
        tickets: list[Ticket] = []
        for item, least, most in items:
            ticket = Ticket(item, chance.choice(on_sale(found, item, date)))
            tickets += [ticket] * chance.randint(least, most)
        payment = chance.choice(PAYMENT) if pays else ""
        return Wish(found, tickets=tuple(tickets), date=date, payment=payment)

    return base


def _with_voucher(event: str, item: str, code: str, most: int, of: tuple[str, ...] = ()) -> Base:
    def base(chance: random.Random, person: dict[str, str]) -> Wish:
        wish = _buy(event, (item, 1, most))(chance, person)
        if of:
            wish = replace(wish, tickets=(Ticket(item, chance.choice(of)),) * len(wish.tickets))
        expired = next(one.is_expired for one in wish.event.vouchers if one.code == code)
        gone = ("infeasible", "voucher") if expired else ("buy", "")
        return replace(wish, voucher=code, do=gone[0], reason=gone[1])

    return base


def _with_addons(event: str, item: str, *addons: tuple[str, int, int], pays: bool = False) -> Base:
    """One ticket with some of each category's add-ons: (category, at least, at most)."""

    def base(chance: random.Random, person: dict[str, str]) -> Wish:
        wish = _buy(event, (item, 1, 1), pays=pays)(chance, person)
        chosen: list[Kind] = []
        for category, least, most in addons:
            of = [one for one in wish.event.items if one.category == category and on_sale(wish.event, one.name)]
            for one in chance.sample(of, chance.randint(least, min(most, len(of)))):
                chosen.append((one.name, chance.choice(on_sale(wish.event, one.name))))
        return replace(wish, tickets=(replace(wish.tickets[0], addons=tuple(chosen)),))

    return base


def _for_others(base: Base, count: int, is_sized: bool = False) -> Base:
    """The same tickets for people who are named, with a T-shirt size each where that is asked."""

    def named(chance: random.Random, person: dict[str, str]) -> Wish:
        wish = base(chance, person)
        people: list[str] = []
        while len(people) < count:
            one = name(chance)
            if one.split()[0] not in {other.split()[0] for other in (*people, person["full_name"])}:
                people.append(one)
        tickets = tuple(
            replace(wish.tickets[0], attendee=one, shirt_size=chance.choice(wording.SIZES) if is_sized else "")
            for one in people
        )
        return replace(wish, tickets=tickets)

    return named


def _limited(base: Base, is_enough: bool) -> Base:
    """The same within a budget that is enough, or is not."""

    def limited(chance: random.Random, person: dict[str, str]) -> Wish:
        wish = base(chance, person)
        share = chance.uniform(1.03, 1.3) if is_enough else chance.uniform(0.6, 0.95)
        euros = int(wish.cents * share / 100) + is_enough
        gone = ("buy", "") if is_enough else ("infeasible", "budget")
        return replace(wish, limit_cents=100 * euros, do=gone[0], reason=gone[1])

    return limited


def _gone(event: str, item: str, variation: str = "", dates: tuple[str, ...] = ("",), most: int = 2) -> Base:
    """Something that is sold out; as a ticket."""

    def base(chance: random.Random, person: dict[str, str]) -> Wish:
        found = events()[event]
        kind = variation or chance.choice([one for one, _, _ in found.item(item).choices])
        tickets = (Ticket(item, kind),) * chance.randint(1, most)
        return Wish(found, "infeasible", "sold out", tickets, chance.choice(dates))

    return base


def _gone_addon(event: str, item: str, addon: str) -> Base:
    def base(chance: random.Random, person: dict[str, str]) -> Wish:
        wish = _buy(event, (item, 1, 1))(chance, person)
        ticket = replace(wish.tickets[0], addons=((addon, ""),))
        return replace(wish, do="infeasible", reason="sold out", tickets=(ticket,))

    return base


def _too_many(event: str, item: str, counts: tuple[int, ...]) -> Base:
    """More than one order may have."""

    def base(chance: random.Random, person: dict[str, str]) -> Wish:
        count = chance.choice(counts)
        wish = _buy(event, (item, count, count))(chance, person)
        return replace(wish, do="infeasible", reason="too many")

    return base


def _cancel(event: str, *items: str, patterns: tuple[str, ...] = wording.CANCEL, reason: str = "") -> Base:
    """An order that is there already and should go; `reason`: why it can't, or must not."""

    def base(chance: random.Random, person: dict[str, str]) -> Wish:
        item = chance.choice(items)
        wish = _buy(event, (item, 1, min(3, events()[event].item(item).most or 3)))(chance, person)
        do = "infeasible" if reason else "cancel"
        tickets = wish.tickets[:1] if wish.event.asks_names else wish.tickets
        return replace(wish, do=do, reason=reason, tickets=tickets, order_date=wish.date, patterns=patterns)

    return base


def _cancel_if_date(is_that: bool) -> Base:
    def base(chance: random.Random, person: dict[str, str]) -> Wish:
        wish = _cancel("theatre", "Seat", patterns=wording.CANCEL_IF_DATE)(chance, person)
        if is_that:
            return wish
        other = chance.choice([one.name for one in wish.event.dates if one.name != wish.date])
        return replace(wish, do="infeasible", reason="another date", date=other)

    return base


_seat, _stand = partial(_buy, "theatre"), partial(_buy, "jazz")
BASES: tuple[Base, ...] = (
    _stand(("Standing ticket", 1, 4)),
    _stand(("Seated ticket", 1, 3)),
    _stand(("Student ticket", 1, 2)),
    _stand(("Standing ticket", 1, 3), pays=True),
    _stand(("Standing ticket", 1, 3), ("Cloakroom token", 1, 2)),
    _stand(("Seated ticket", 2, 3), ("Programme booklet", 1, 1), pays=True),
    _with_voucher("jazz", "Standing ticket", "JAZZ20", 4),
    _with_voucher("jazz", "Seated ticket", "BALCONY50", 2, ("Balcony", "Stalls")),
    _limited(_stand(("Seated ticket", 2, 4)), True),
    _seat(("Seat", 1, 4)),
    _seat(("Seat", 2, 5), pays=True),
    _seat(("Wheelchair space", 1, 1)),
    _seat(("Seat", 2, 2), ("Programme", 1, 2)),
    _seat(("Seat", 1, 3), ("Interval drink", 1, 3)),
    _with_voucher("theatre", "Seat", "GARDEN25", 3),
    _limited(_seat(("Seat", 2, 4)), True),
    _buy("museum", ("Adult", 1, 5)),
    _buy("museum", ("Family ticket", 1, 2), pays=True),
    _buy("museum", ("Adult", 1, 3), ("Reduced", 1, 3)),
    _buy("museum", ("Family ticket", 1, 1), ("Audio guide", 1, 4)),
    _with_voucher("museum", "Adult", "GLASS10", 4),
    _buy("run", ("Race entry", 1, 1)),
    _buy("run", ("Race entry", 1, 1), pays=True),
    _for_others(_buy("run", ("Race entry", 1, 1)), 1, True),
    _for_others(_buy("run", ("Race entry", 1, 1)), 2, True),
    _for_others(_buy("run", ("Children's dash", 1, 1)), 1, True),
    _with_addons("run", "Race entry", ("Race extras", 1, 1)),
    _with_addons("run", "Race entry", ("Race extras", 2, 3), pays=True),
    _with_voucher("run", "Race entry", "RUNCLUB", 1),
    _buy("conference", ("Conference ticket", 1, 1)),
    _buy("conference", ("Online ticket", 1, 1), pays=True),
    _with_addons("conference", "Conference ticket", ("Workshops", 1, 2)),
    _with_addons("conference", "Conference ticket", ("Evening programme", 1, 1)),
    _with_addons("conference", "Conference ticket", ("Workshops", 1, 1), ("Evening programme", 1, 1), pays=True),
    _with_voucher("conference", "Conference ticket", "SPEAKERFRIEND", 1),
    _buy("pottery", ("Taster hour", 1, 1)),
    _with_addons("pottery", "Wheel course", ("Clay", 1, 1)),
    _with_addons("pottery", "Wheel course", ("Clay", 1, 1), pays=True),
    _gone("jazz", "Seated ticket", "Front row"),
    _gone("run", "Race entry", "Marathon relay", most=1),
    _gone("conference", "Conference ticket", "Early bird", most=1),
    _gone("pottery", "Glazing evening", most=1),
    _gone("museum", "Adult", dates=("Curator's tour",), most=4),
    _gone("museum", "Family ticket", dates=("Late opening", "Curator's tour")),
    _gone("theatre", "Seat", dates=("Premiere",), most=4),
    _gone_addon("conference", "Conference ticket", "Compilers workshop"),
    _gone_addon("run", "Race entry", "Medal engraving"),
    _limited(_stand(("Seated ticket", 2, 4)), False),
    _limited(_buy("conference", ("Conference ticket", 1, 1)), False),
    _limited(_seat(("Seat", 2, 6)), False),
    _too_many("jazz", "Student ticket", (3, 4, 5)),
    _too_many("theatre", "Wheelchair space", (2, 3)),
    _with_voucher("jazz", "Standing ticket", "SPRING15", 3),
    _with_voucher("conference", "Online ticket", "EARLY30", 1),
    _cancel("theatre", "Seat", "Wheelchair space"),
    _cancel("museum", "Adult", "Family ticket"),
    _cancel("pottery", "Wheel course"),
    _cancel("pottery", "Wheel course", patterns=wording.CANCEL_IF_FREE),
    _cancel("run", "Race entry", patterns=wording.CANCEL_IF_FREE, reason="fee"),
    _cancel("jazz", "Standing ticket", "Seated ticket", reason="not allowed"),
    _cancel_if_date(True),
    _cancel_if_date(False),
)
"""The distinct things to ask for; a seed shuffles them and fills them in."""
