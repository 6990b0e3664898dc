"""How people ask for things: sentence patterns and clauses, disjoint between the splits.

Patterns have the fields {item}, {options}, {limit} or {limit_first}, and {rest}: further sentences on delivery,
payment, recipient and extras. All but {item} may be empty, and bring their own leading space or comma.
"""

from __future__ import annotations

PATTERNS: dict[str, dict[str, tuple[str, ...]]] = {
    "train": {
        "terse": (
            "Buy {item}{options}{limit}.{rest}",
            "Order {item}{options}{limit}.{rest}",
            "{item}{options}{limit}, please.{rest}",
            "Get {item}{limit}{options}.{rest}",
            "Shopping: {item}{options}{limit}.{rest}",
            "Purchase {item}{options}{limit}.{rest}",
            "Need {item}{options}{limit}.{rest}",
        ),
        "polite": (
            "Please order {item}{options}{limit}.{rest}",
            "Could you buy {item}{options}{limit}?{rest}",
            "I would like {item}{options}{limit}.{rest}",
            "Would you please get me {item}{options}{limit}?{rest}",
            "Please find {item}{options}{limit} and order it.{rest}",
            "Can you order {item} for me{options}{limit}?{rest}",
            "It would be lovely if you could buy {item}{options}{limit}.{rest}",
        ),
        "chatty": (
            "I need {item}{options}{limit}. Take care of it for me.{rest}",
            "My old one broke, so I need {item}{options}{limit}.{rest}",
            "I have been looking for {item}{limit} for ages, go ahead and order it{options}.{rest}",
            "It's for a friend: {item}{options}{limit}.{rest}",
            "We moved into a new flat and want {item}{options}{limit}.{rest}",
            "Let's finally buy {item}{options}{limit}.{rest}",
            "You know what would be nice? {item}{options}{limit}. Order that.{rest}",
        ),
        "constraints first": (
            "{limit_first} find {item}{options} and buy it.{rest}",
            "{limit_first} I want {item}{options}.{rest}",
            "{limit_first} order {item}{options}.{rest}",
            "{limit_first} get me {item}{options}.{rest}",
            "{limit_first} please buy {item}{options}.{rest}",
            "{limit_first} there must be {item}{options} somewhere. Buy it.{rest}",
        ),
        "negation": (
            "Buy {item}{options}{limit}, and nothing else.{rest}",
            "Order {item}{options}{limit}. Don't add anything that I didn't ask for.{rest}",
            "I want {item}{options}{limit}, no extras of any kind.{rest}",
            "No insurance, no subscription, just {item}{options}{limit}.{rest}",
            "Please get {item}{options}{limit} without any add-ons.{rest}",
            "{item}{options}{limit}. Do not order anything besides.{rest}",
        ),
        "profile": (
            "Order {item}{options}{limit} with my details.{rest}",
            "Buy {item}{options}{limit}; my details are in my profile.{rest}",
            "Using my profile, get {item}{options}{limit}.{rest}",
            "My profile has my address. Order {item}{options}{limit}.{rest}",
            "Fill in my details and buy {item}{options}{limit}.{rest}",
            "{item}{options}{limit} for me, under my own name.{rest}",
        ),
    },
    "validation": {
        "errand": (
            "Pick up {item}{options}{limit}.{rest}",
            "One order, if you would: {item}{options}{limit}.{rest}",
            "Kindly purchase {item}{options}{limit} on my behalf.{rest}",
            "I'd appreciate it if you bought {item}{options}{limit}.{rest}",
            "See to it that {item}{options}{limit} gets ordered.{rest}",
        ),
        "aside": (
            "Guess what, I still don't own {item}{options}{limit}. Get me one.{rest}",
            "The office is short of {item}{options}{limit}, so order that.{rest}",
            "Before I forget, {item}{options}{limit} should be on its way to me.{rest}",
            "While you are at it, have {item}{options}{limit} sent.{rest}",
            "Remember {item}{options}{limit}? Time to buy it.{rest}",
        ),
    },
    "test": {
        "story": (
            "It is my sister's birthday soon and she wishes for {item}{options}{limit}. Please order it.{rest}",
            "After a long search I settled on {item}{options}{limit}; complete the purchase.{rest}",
            "Our shelf looks empty without {item}{options}{limit}, so have one sent.{rest}",
            "The neighbours have had {item}{options}{limit} for years. Now it is our turn: order it.{rest}",
            "Last week I lent mine away and it never came back. Replace it with {item}{options}{limit}.{rest}",
            "Grandfather swears by {item}{options}{limit}, and I want to try that as well.{rest}",
        ),
        "delegation": (
            "Do me a favour and see {item}{options}{limit} through to a finished order.{rest}",
            "I'm after {item}{options}{limit}; place the order yourself.{rest}",
            "Add {item}{options}{limit} to the cart and check out.{rest}",
            "I leave this to you: {item}{options}{limit}, ordered and paid.{rest}",
            "Take over and finish an order of {item}{options}{limit}.{rest}",
            "Handle an order of {item}{options}{limit} from start to end.{rest}",
        ),
        "list": (
            "Wanted: {item}{options}{limit}.{rest}",
            "To do: order {item}{options}{limit}.{rest}",
            "1) Find {item}{options}{limit}. 2) Order it.{rest}",
            "Item: {item}{options}{limit}. Action: order.{rest}",
            "Today's errand - {item}{options}{limit} - order placed by tonight.{rest}",
        ),
        "question": (
            "Would you mind ordering {item}{options}{limit}?{rest}",
            "Is there {item}{options}{limit}? If so, it should be mine.{rest}",
            "What about {item}{options}{limit}? Go for it.{rest}",
            "Who sells {item}{options}{limit}? Order from them.{rest}",
            "Might {item}{options}{limit} be had? Then have it shipped.{rest}",
        ),
    },
}
"""Split → group → patterns: the groups of the splits are not each other's."""

ITEMS: dict[str, tuple[str, ...]] = {
    "train": (
        "{adjectives} {type}",
        "{feature} {adjectives} {type}",
        "{colour} {type} made of {substance}",
        "{feature} {type} in {colour} {material}",
        "{material} {type} in {colour}",
    ),
    "validation": (
        "{adjectives} {type}",
        "{feature} {colour} {type} in {substance}",
        "{colour} {type} in {substance}",
        "{feature} {colour} {type}",
    ),
    "test": (
        "{adjectives} {type}",
        "{adjectives} {type} ({feature})",
        "{feature} {adjectives} {type}",
        "{colour} {type} out of {substance}",
    ),
}

OPTIONS: dict[str, tuple[str, ...]] = {
    "train": (", {name} {value}", " with {name} {value}", " ({name}: {value})", ", {value} as {name}"),
    "validation": (", the {name} being {value}", " [{name} {value}]"),
    "test": (", choosing {value} for {name}", " in {name} {value}", ", {name}: {value}"),
}

PLAIN_OPTIONS: dict[str, tuple[str, ...]] = {
    "train": (", {value}", " ({value})", ", namely {value}"),
    "validation": (" [{value}]", ", {value} to be exact"),
    "test": (" - {value} -", ", as {value}"),
}

LIMITS: dict[str, tuple[str, ...]] = {
    "train": (
        " for under {amount}",
        " for at most {amount}",
        " below {amount}",
        " for no more than {amount}",
        " for up to {amount}",
    ),
    "validation": (" for less than {amount}", " costing {amount} at the very most"),
    "test": (" not above {amount}", " priced under {amount}", " with {amount} as the upper limit"),
}

LIMITS_FIRST: dict[str, tuple[str, ...]] = {
    "train": (
        "For no more than {amount},",
        "For at most {amount},",
        "For up to {amount},",
        "Without paying over {amount},",
    ),
    "validation": ("Staying below {amount},", "For less than {amount},"),
    "test": ("With {amount} as the upper limit,", "Keeping it under {amount},", "Not above {amount}:"),
}

DELIVERIES: dict[str, tuple[str, ...]] = {
    "train": (" Use {value}.", " I want {value}.", " Choose {value}."),
    "validation": (" Make it {value}.",),
    "test": (" It should come by {value}.", " Select {value}."),
}

PAYMENTS: dict[str, tuple[str, ...]] = {
    "train": (" Pay by {value}.", " Payment: {value}.", " Use {value} to pay."),
    "validation": (" Settle it with {value}.",),
    "test": (" I'd like to pay with {value}.", " {value} is how I pay."),
}

RECIPIENTS: dict[str, tuple[str, ...]] = {
    "train": (" Send it to {address}.", " Ship it to {address}.", " It goes to {address}."),
    "validation": (" Deliver to {address}.",),
    "test": (" The parcel is for {address}.", " Have it shipped to {address}."),
}

HOME: dict[str, tuple[str, ...]] = {
    "train": ("", "", " Send it to my address.", " Ship it to me.", " It goes to the address in my profile."),
    "validation": ("", " Deliver to my place."),
    "test": ("", " Have it shipped to my own address.", " It comes to me."),
}

COUPONS: dict[str, tuple[str, ...]] = {
    "train": (" Use the code {value}.", " I have a coupon: {value}.", " Apply {value} at the cart."),
    "validation": (" My voucher reads {value}.", " Cash in {value} on the way."),
    "test": (" There is a code for it, {value}.", " Knock some off with {value}."),
}

SELLERS: dict[str, tuple[str, ...]] = {
    "train": (
        " It has to be sold by {value} itself.",
        " Only from {value}, not from another seller.",
        " Seller: {value}.",
    ),
    "validation": (" {value} must be the one who sells it.", " No third parties, {value} only."),
    "test": (" I trust nobody but {value} with this.", " Make sure that {value} is the dealer."),
}

ONCE: dict[str, tuple[str, ...]] = {
    "train": ("", " Just once, no subscription.", " I don't want it every month."),
    "validation": ("", " A single delivery is enough."),
    "test": ("", " Nothing recurring, please.", " This is a one-off."),
}

PROTECTION: dict[str, tuple[str, ...]] = {
    "train": (" Add the protection plan.", " With the extended warranty, please."),
    "validation": (" Take the two-year cover as well.",),
    "test": (" I do want the guarantee that goes with it.",),
}

CANCEL: dict[str, tuple[str, ...]] = {
    "train": (
        "Cancel my order of the {thing}.",
        "Please cancel order {number}.",
        "I don't need the {thing} any more, cancel that order.",
        "Order {number} was a mistake. Cancel it.",
        "Could you cancel my order for the {thing}?",
    ),
    "validation": ("Call off order {number}, would you?", "Stop the order with the {thing} in it."),
    "test": (
        "I changed my mind about the {thing}; withdraw that order.",
        "Number {number} must not be sent. Withdraw it.",
        "Make order {number} undone before it leaves the warehouse.",
    ),
}

RETURN: dict[str, tuple[str, ...]] = {
    "train": (
        "Return the {thing} from order {number}. Reason: {reason}.",
        "I want to send back the {thing}: {reason}.",
        "Please start a return for the {thing} ({reason}).",
        "The {thing} must go back. {reason}.",
    ),
    "validation": ("Bring back the {thing} of order {number}, {reason}.", "Take the {thing} back, because: {reason}."),
    "test": (
        'The {thing} can\'t stay here. Say "{reason}" and have that collected.',
        'Ask for a return of the {thing}; the grounds are "{reason}".',
        "From order {number} the {thing} should go back to the shop: {reason}.",
    ),
}

DELETE_ADDRESS: dict[str, tuple[str, ...]] = {
    "train": (
        "Delete the address {street} from my account.",
        "I moved out of {street}. Remove that saved address.",
        "Please remove {street}, {city} from my addresses.",
    ),
    "validation": ("Forget {street} in {city}, I don't live there.", "Take {street} off my account."),
    "test": (
        "Nobody should deliver to {street} again: erase it from what is saved.",
        "My account still knows {street}. It shouldn't.",
    ),
}

ADD_ADDRESS: dict[str, tuple[str, ...]] = {
    "train": (
        "Save a new address: {address}.",
        "Add {address} to my addresses.",
        "Please store this address in my account: {address}.",
    ),
    "validation": ("Note down another place of mine: {address}.", "My account should know {address} as well."),
    "test": (
        "I now also live at this place, so file it with my account: {address}.",
        "Keep this one for later orders: {address}.",
    ),
}

DEFAULT_ADDRESS: dict[str, tuple[str, ...]] = {
    "train": ("Make {street} my default address.", "Use {street} as the default from now on."),
    "validation": ("From now on {street} is the usual place.",),
    "test": ("Everything should go to {street} unless I say otherwise; set that up.",),
}

DELETE_CARD: dict[str, tuple[str, ...]] = {
    "train": ("Delete my card {card}.", "Please remove the {card} from my account."),
    "validation": ("The {card} was stolen, forget it.",),
    "test": ("I cut up the {card}; the shop should no longer have it.",),
}

WISH: dict[str, tuple[str, ...]] = {
    "train": (
        "Put {item} on my wish list.",
        "Save {item} for later, don't buy anything.",
        "Add {item} to my wish list, please.",
        "I can't decide yet, so keep {item} on the list.",
    ),
    "validation": ("Keep {item} in mind for me, without ordering.", "Remember {item} on my list."),
    "test": (
        "I may want {item} one day: pin that to my list and order nothing.",
        "Not buying today, but put {item} on the list of things I dream of.",
    ),
}
