"""The words of the tasks: what people call the tickets, and the sentences that they ask for them in."""

from __future__ import annotations

NOUNS = {
    ("Standing ticket", ""): ("standing ticket", "standing tickets"),
    ("Seated ticket", "Front row"): ("seat in the front row", "seats in the front row"),
    ("Seated ticket", "Stalls"): ("seat in the stalls", "seats in the stalls"),
    ("Seated ticket", "Balcony"): ("balcony seat", "balcony seats"),
    ("Student ticket", ""): ("student ticket", "student tickets"),
    ("Programme booklet", ""): ("programme booklet", "programme booklets"),
    ("Cloakroom token", ""): ("cloakroom token", "cloakroom tokens"),
    ("Race entry", "5 km"): ("entry for the 5 km race", "entries for the 5 km race"),
    ("Race entry", "10 km"): ("entry for the 10 km race", "entries for the 10 km race"),
    ("Race entry", "Half marathon"): ("half marathon entry", "half marathon entries"),
    ("Race entry", "Marathon relay"): ("entry for the marathon relay", "entries for the marathon relay"),
    ("Children's dash", ""): ("place in the children's dash", "places in the children's dash"),
    ("Conference ticket", "Early bird"): ("early bird conference ticket", "early bird conference tickets"),
    ("Conference ticket", "Regular"): ("regular conference ticket", "regular conference tickets"),
    ("Conference ticket", "Supporter"): ("supporter's conference ticket", "supporter's conference tickets"),
    ("Online ticket", ""): ("online ticket", "online tickets"),
    ("Adult", ""): ("adult ticket", "adult tickets"),
    ("Reduced", ""): ("reduced ticket", "reduced tickets"),
    ("Family ticket", ""): ("family ticket", "family tickets"),
    ("Audio guide", ""): ("audio guide", "audio guides"),
    ("Seat", "Category A"): ("category A seat", "category A seats"),
    ("Seat", "Category B"): ("category B seat", "category B seats"),
    ("Seat", "Category C"): ("category C seat", "category C seats"),
    ("Wheelchair space", ""): ("wheelchair space", "wheelchair spaces"),
    ("Programme", ""): ("programme", "programmes"),
    ("Interval drink", ""): ("interval drink", "interval drinks"),
    ("Taster hour", ""): ("place in the taster hour", "places in the taster hour"),
    ("Wheel course", "Morning"): ("place in the morning wheel course", "places in the morning wheel course"),
    ("Wheel course", "Afternoon"): ("place in the afternoon wheel course", "places in the afternoon wheel course"),
    ("Glazing evening", ""): ("place in the glazing evening", "places in the glazing evening"),
    ("Race T-shirt", ""): ("a race T-shirt", ""),
    ("Pasta party", ""): ("the pasta party", ""),
    ("Photo package", ""): ("the photo package", ""),
    ("Medal engraving", ""): ("an engraved medal", ""),
    ("Accessible web workshop", ""): ("the workshop on the accessible web", ""),
    ("Databases workshop", ""): ("the databases workshop", ""),
    ("Compilers workshop", ""): ("the compilers workshop", ""),
    ("Conference dinner", "Meat"): ("the conference dinner with meat", ""),
    ("Conference dinner", "Fish"): ("the conference dinner with fish", ""),
    ("Conference dinner", "Vegan"): ("the vegan conference dinner", ""),
    ("Stoneware clay", ""): ("stoneware clay", ""),
    ("Porcelain clay", ""): ("porcelain clay", ""),
}
"""(item, variation) → one, several; for add-ons as they are asked for."""

BUY = (
    "Buy {goods} for {event}{date}{addons}{voucher}.{people}{payment}{limit}",
    "I'd like {goods} for {event}{date}{addons}{voucher}.{people}{limit}{payment}",
    "Please get me {goods} for {event}{date}{addons}{voucher}.{payment}{people}{limit}",
    "{event}{date}: order {goods}{addons}{voucher}.{people}{payment}{limit}",
    "Could you book {goods} for {event}{date}{addons}{voucher}?{people}{payment}{limit}",
)
CANCEL = (
    "Cancel my order for {event}{date}.",
    "I can't make it to {event}{date}. Cancel the order, please.",
    "This is my order for {event}{date}. I don't need it any more: cancel it.",
    "Please call off my booking for {event}{date}.",
)
# A condition says what to do where it does not hold, as it is graded: nothing but a report that it can't be done.
CANCEL_IF_FREE = (
    "Cancel my order for {event}, but only if that costs me nothing; if it does, report that it can't be done.",
    "Please cancel this order for {event}. If they want a fee for that, leave it as it is and report it as impossible.",
)
CANCEL_IF_DATE = (
    "If this order for {event} is the one{date}, cancel it; otherwise leave it alone and report that it can't be done.",
    "Cancel this order for {event} only if it is{date}. If it isn't, don't touch it and report it as impossible.",
)
VOUCHERS = (
    " with the voucher code {code}",
    ", using my voucher {code}",
    " and redeem the voucher {code}",
)
ONLY_WITH_VOUCHER = (
    " Only if the voucher is accepted; if it isn't, report that it can't be done.",
    " Without the voucher I don't want it: report it as impossible then.",
)
PAYMENTS = {
    "Bank transfer": (" I'll pay by bank transfer.", " Choose bank transfer for the payment."),
    "Pay at the door": (" I want to pay at the door.", " We pay when we are there."),
}
LIMITS = (
    " It may cost at most {amount} in all.",
    " Don't spend more than {amount} in total.",
    " My budget is {amount} for everything; if that isn't enough, report that it can't be done.",
)
ADDONS = (" together with {addons}", ", adding {addons}", " plus {addons}")
ON_DATES = (" on {day} ({name})", " on {day} at {hour}", ' for "{name}"')
PEOPLE = (" It is for {people}.", " The tickets are for {people}.")
ONE_PERSON = (" It is for {people}.", " The ticket is for {people}, not for me.")
CLUB = " Running club: {club}."
SIZE = "{name} (T-shirt size {size})"

FIRST_NAMES = (
    "Ada", "Boris", "Carmen", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katya", "Liam", "Mira",
    "Nadia", "Oscar", "Petra", "Quentin", "Rosa", "Sven", "Tara", "Umar", "Vera", "Wanda", "Yusuf", "Zoe",
)  # fmt: skip
LAST_NAMES = (
    "Abbott", "Brandt", "Castillo", "Dahl", "Eriksen", "Fontaine", "Garcia", "Hoffmann", "Iversen", "Jansen", "Keller",
    "Lindqvist", "Moreau", "Novak", "Okafor", "Petrov", "Quinn", "Rossi", "Schmidt", "Tanaka", "Urban", "Vargas",
    "Weber", "Yilmaz", "Zhang",
)  # fmt: skip
CLUBS = ("Northside Striders", "Harbour Harriers", "Lakeside Runners", "Early Birds")
COMPANIES = ("Brightwater Ltd", "Kestrel Labs", "Oakfield School", "Meridian Press")
DIETS = ("No preference", "Vegetarian", "Vegan", "Gluten-free")
SIZES = ("S", "M", "L", "XL")
SKILLS = ("Never", "A little", "Often")
