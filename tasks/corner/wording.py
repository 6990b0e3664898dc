"""How people ask for things: sentence patterns and clauses, disjoint between the splits.

Patterns have the fields {item}, {options}, {limit}, {delivery}, {payment} and {to}; all but {item} may be empty,
and bring their own leading space or comma.
"""

from __future__ import annotations

PATTERNS: dict[str, tuple[str, ...]] = {
    "train": (
        # terse
        "Buy {item}{options}{limit}.{delivery}{payment}{to}",
        "Order {item}{options}{limit}.{payment}{delivery}{to}",
        "{item}{options}{limit}, please.{delivery}{payment}{to}",
        "Get {item}{limit}{options}.{to}{delivery}{payment}",
        "Shopping: {item}{options}{limit}.{delivery}{payment}{to}",
        "Purchase {item}{options}{limit}.{delivery}{payment}{to}",
        # polite
        "Please order {item}{options}{limit}.{delivery}{payment}{to}",
        "Could you buy {item}{options}{limit}?{delivery}{payment}{to}",
        "I would like {item}{options}{limit}.{to}{delivery}{payment}",
        "Would you please get me {item}{options}{limit}?{payment}{delivery}{to}",
        "Please find {item}{options}{limit} and order it.{delivery}{payment}{to}",
        "Can you order {item} for me{options}{limit}?{delivery}{to}{payment}",
        # chatty
        "I need {item}{options}{limit}. Take care of it for me.{delivery}{payment}{to}",
        "My old one broke, so I need {item}{options}{limit}.{delivery}{payment}{to}",
        "I have been looking for {item}{limit} for ages, go ahead and order it{options}.{delivery}{payment}{to}",
        "It's for a friend: {item}{options}{limit}.{delivery}{payment}{to}",
        "We moved into a new flat and want {item}{options}{limit}.{to}{delivery}{payment}",
        "Let's finally buy {item}{options}{limit}.{delivery}{payment}{to}",
        # constraints first
        "{limit_first} find {item}{options} and buy it.{delivery}{payment}{to}",
        "{limit_first} I want {item}{options}.{payment}{delivery}{to}",
        "{limit_first} order {item}{options}.{delivery}{payment}{to}",
        "{limit_first} get me {item}{options}.{to}{payment}{delivery}",
        "{to_first}, order {item}{options}{limit}.{delivery}{payment}",
        "{to_first}, I need {item}{options}{limit}.{delivery}{payment}",
    ),
    "validation": (
        "Pick up {item}{options}{limit}.{delivery}{payment}{to}",
        "One order, please: {item}{options}{limit}.{payment}{delivery}{to}",
        "I'd appreciate it if you bought {item}{options}{limit}.{delivery}{payment}{to}",
        "Kindly purchase {item}{options}{limit} on my behalf.{delivery}{payment}{to}",
        "Guess what, I still don't own {item}{options}{limit}. Get me one.{delivery}{payment}{to}",
        "The office is short of {item}{options}{limit}, so order that.{delivery}{payment}{to}",
        "{limit_first} see that you buy {item}{options}.{delivery}{payment}{to}",
        "{to_first}, send {item}{options}{limit}.{delivery}{payment}",
    ),
    "test": (
        "Wanted: {item}{options}{limit}.{delivery}{payment}{to}",
        "Grab {item}{options}{limit}.{payment}{delivery}{to}",
        "Add {item}{options}{limit} to the cart and check out.{delivery}{payment}{to}",
        "I'm after {item}{options}{limit}; please place the order.{delivery}{payment}{to}",
        "Would you mind ordering {item}{options}{limit}?{to}{delivery}{payment}",
        "Do me a favour and buy {item}{options}{limit}.{delivery}{payment}{to}",
        "It is my sister's birthday soon and she wishes for {item}{options}{limit}. Please order it.{delivery}{payment}{to}",
        "After a long search I settled on {item}{options}{limit}; complete the purchase.{payment}{delivery}{to}",
        "Our shelf looks empty without {item}{options}{limit}, so have one sent.{delivery}{payment}{to}",
        "{limit_first} shop for {item}{options}.{delivery}{payment}{to}",
        "{limit_first} what I want is {item}{options}; buy it.{to}{delivery}{payment}",
        "{to_first}, have {item}{options}{limit} delivered.{delivery}{payment}",
    ),
}

ITEMS: dict[str, tuple[str, ...]] = {
    "train": (
        "{adjectives} {type}",
        "{adjectives} {type} that is {feature}",
        "{feature} {adjectives} {type}",
        "{colour} {type} made of {substance}",
        "{material} {type} in {colour}",
    ),
    "validation": ("{adjectives} {type}", "{adjectives} {type} which is {feature}", "{colour} {type} in {substance}"),
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

LIMITS: dict[str, tuple[str, ...]] = {
    "train": (
        " for under {amount}",
        " for at most {amount}",
        " below {amount}",
        " for no more than {amount}",
        " with a budget of {amount}",
    ),
    "validation": (" for less than {amount}", " costing {amount} at the very most"),
    "test": (" not above {amount}", " priced under {amount}", " with {amount} as the upper limit"),
}

LIMITS_FIRST: dict[str, tuple[str, ...]] = {
    "train": (
        "Spending no more than {amount},",
        "For at most {amount},",
        "With a budget of {amount},",
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
    "train": ("", "", " Send it to my address.", " Ship it to me.", " My usual address."),
    "validation": ("", " Deliver to my place."),
    "test": ("", " Have it shipped to my own address.", " It comes to me."),
}

RECIPIENTS_FIRST = {"train": "To {address}", "validation": "For {address}", "test": "Addressed to {address}"}
HOME_FIRST = {"train": "To my address", "validation": "For me", "test": "Addressed to me"}
