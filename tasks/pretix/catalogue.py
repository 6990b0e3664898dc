"""What pretix sells in our tasks: events, dates, tickets, add-ons, vouchers and questions, as plain data.

The seeding script and each session's own event are made from this; names and prices are what a visitor reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

ORGANIZER = "lakeside"
BANK, DESK = "Bank transfer", "Pay at the door"
PAYMENT = (BANK, DESK)


@dataclass(frozen=True, slots=True)
class Variation:
    """A kind of a ticket or an add-on. `size`: how many there are; 0 is sold out."""

    name: str
    cents: int
    size: int = 500


@dataclass(frozen=True, slots=True)
class Item:
    """A ticket, or with `is_addon` something that only comes with one."""

    name: str
    category: str
    cents: int = 0
    variations: tuple[Variation, ...] = ()
    size: int = 500
    most: int | None = None
    """How many an order may have."""
    is_addon: bool = False
    addons: tuple[tuple[str, int, int], ...] = ()
    """Categories that can be added: (category, at least, at most)."""
    is_personal: bool = False
    """Whether the checkout asks who comes with it."""

    @property
    def choices(self) -> tuple[tuple[str, int, int], ...]:
        """(variation or "", cents, size) of everything that can be bought under this name."""
        return tuple((one.name, one.cents, one.size) for one in self.variations) or (("", self.cents, self.size),)


@dataclass(frozen=True, slots=True)
class Question:
    """What the checkout asks of each ticket. No options: free text."""

    text: str
    items: tuple[str, ...]
    options: tuple[str, ...] = ()
    profile: str = ""
    """The line of a person's profile that answers it."""


@dataclass(frozen=True, slots=True)
class Voucher:
    code: str
    percent: int
    item: str = ""
    """Empty: good for every ticket."""
    is_expired: bool = False


@dataclass(frozen=True, slots=True)
class Date:
    """One date of a series; `sold_out` names items that are gone on it."""

    name: str
    day: str
    """ISO 8601, local time."""
    sold_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    key: str
    name: str
    day: str
    location: str
    items: tuple[Item, ...]
    dates: tuple[Date, ...] = ()
    vouchers: tuple[Voucher, ...] = ()
    questions: tuple[Question, ...] = ()
    asks_names: bool = False
    asks_emails: bool = False
    can_cancel: bool = True
    cancel_fee_cents: int = 0

    def item(self, name: str) -> Item:
        return next(item for item in self.items if item.name == name)

    def cents(self, item: str, variation: str) -> int:
        return next(cents for name, cents, _ in self.item(item).choices if name == variation)


_JAZZ = Event(
    key="jazz",
    name="Harbour Jazz Night",
    day="2036-06-14T20:00",
    location="Old Customs Hall, Pier 4",
    items=(
        Item("Standing ticket", "Tickets", 2800, most=6),
        Item(
            "Seated ticket",
            "Tickets",
            variations=(Variation("Front row", 7500, 0), Variation("Stalls", 5200), Variation("Balcony", 4400)),
        ),
        Item("Student ticket", "Tickets", 1600, most=2),
        Item("Programme booklet", "At the venue", 600),
        Item("Cloakroom token", "At the venue", 250),
    ),
    vouchers=(Voucher("JAZZ20", 20), Voucher("BALCONY50", 50, "Seated ticket"), Voucher("SPRING15", 15, "", True)),
    can_cancel=False,
)
_RUN = Event(
    key="run",
    name="Lakeside River Run",
    day="2036-09-07T09:30",
    location="Rowing club, Lakeside",
    items=(
        Item(
            "Race entry",
            "Races",
            variations=(
                Variation("5 km", 1800),
                Variation("10 km", 2400),
                Variation("Half marathon", 3900),
                Variation("Marathon relay", 6400, 0),
            ),
            most=4,
            addons=(("Race extras", 0, 3),),
            is_personal=True,
        ),
        Item("Children's dash", "Races", 500, is_personal=True),
        Item("Race T-shirt", "Race extras", 1500, is_addon=True),
        Item("Pasta party", "Race extras", 900, is_addon=True),
        Item("Photo package", "Race extras", 1200, is_addon=True),
        Item("Medal engraving", "Race extras", 800, size=0, is_addon=True),
    ),
    vouchers=(Voucher("RUNCLUB", 25, "Race entry"),),
    questions=(
        Question("Running club", ("Race entry",), (), "club"),
        Question("T-shirt size", ("Race entry", "Children's dash"), ("S", "M", "L", "XL"), "shirt_size"),
    ),
    asks_names=True,
    cancel_fee_cents=500,
)
_CONFERENCE = Event(
    key="conference",
    name="Code Days Conference",
    day="2036-10-02T09:00",
    location="Congress Centre North",
    items=(
        Item(
            "Conference ticket",
            "Admission",
            variations=(Variation("Early bird", 9900, 0), Variation("Regular", 18000), Variation("Supporter", 26000)),
            addons=(("Workshops", 0, 2), ("Evening programme", 0, 1)),
            is_personal=True,
        ),
        Item("Online ticket", "Admission", 4900, is_personal=True),
        Item("Accessible web workshop", "Workshops", 4500, is_addon=True),
        Item("Databases workshop", "Workshops", 5500, is_addon=True),
        Item("Compilers workshop", "Workshops", 6000, size=0, is_addon=True),
        Item(
            "Conference dinner",
            "Evening programme",
            variations=(Variation("Meat", 3500), Variation("Fish", 3600), Variation("Vegan", 3200)),
            is_addon=True,
        ),
    ),
    vouchers=(Voucher("SPEAKERFRIEND", 40, "Conference ticket"), Voucher("EARLY30", 30, "", True)),
    questions=(
        Question("Company", ("Conference ticket", "Online ticket"), (), "company"),
        Question(
            "Dietary preference",
            ("Conference ticket",),
            ("No preference", "Vegetarian", "Vegan", "Gluten-free"),
            "diet",
        ),
    ),
    asks_names=True,
    asks_emails=True,
    can_cancel=False,
)
_MUSEUM = Event(
    key="museum",
    name="Museum of Glass",
    day="2036-05-03T10:00",
    location="Furnace Street 12",
    items=(
        Item("Adult", "Admission", 1400),
        Item("Reduced", "Admission", 900),
        Item("Family ticket", "Admission", 3200),
        Item("Audio guide", "Extras", 400),
    ),
    dates=(
        Date("Glass-blowing day", "2036-05-03T10:00"),
        Date("Late opening", "2036-05-07T18:00", ("Family ticket",)),
        Date("Curator's tour", "2036-05-10T14:00", ("Adult", "Reduced", "Family ticket")),
        Date("Children's workshop", "2036-05-17T11:00", ("Reduced",)),
        Date("Night of the lamps", "2036-05-24T20:00"),
    ),
    vouchers=(Voucher("GLASS10", 10),),
)
_THEATRE = Event(
    key="theatre",
    name="The Winter Garden",
    day="2036-11-20T19:30",
    location="Lakeside Playhouse",
    items=(
        Item(
            "Seat",
            "Seats",
            variations=(Variation("Category A", 6200), Variation("Category B", 4500), Variation("Category C", 2700)),
            most=8,
        ),
        Item("Wheelchair space", "Seats", 2700, most=1),
        Item("Programme", "Extras", 500),
        Item("Interval drink", "Extras", 750),
    ),
    dates=(
        Date("Premiere", "2036-11-20T19:30", ("Seat",)),
        Date("Friday evening", "2036-11-21T19:30"),
        Date("Saturday matinee", "2036-11-22T15:00"),
        Date("Saturday evening", "2036-11-22T19:30", ("Wheelchair space",)),
    ),
    vouchers=(Voucher("GARDEN25", 25, "Seat"),),
)
_POTTERY = Event(
    key="pottery",
    name="Pottery Studio Weekend",
    day="2036-03-15T10:00",
    location="Kiln Lane 3",
    items=(
        Item("Taster hour", "Courses", 0, most=2, is_personal=True),
        Item(
            "Wheel course",
            "Courses",
            variations=(Variation("Morning", 8500), Variation("Afternoon", 9500)),
            addons=(("Clay", 1, 1),),
            is_personal=True,
        ),
        Item("Glazing evening", "Courses", 4000, size=0, is_personal=True),
        Item("Stoneware clay", "Clay", 1200, is_addon=True),
        Item("Porcelain clay", "Clay", 2100, is_addon=True),
    ),
    questions=(
        Question(
            "Have you done pottery before?",
            ("Taster hour", "Wheel course"),
            ("Never", "A little", "Often"),
            "pottery_before",
        ),
    ),
    asks_names=True,
)
EVENTS = (_JAZZ, _RUN, _CONFERENCE, _MUSEUM, _THEATRE, _POTTERY)


@cache
def events() -> dict[str, Event]:
    """The events by key."""
    return {event.key: event for event in EVENTS}


def euros(cents: int) -> str:
    """As pretix writes it."""
    return f"€{cents // 100:,}.{cents % 100:02d}"
