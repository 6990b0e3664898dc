"""The words by which labels, messages and addresses tell what they do. English for now; data for `effects`."""

from __future__ import annotations

import re

COMMIT_VERBS = (
    "pay|buy|purchase|submit|confirm|delete|donate|publish|transfer|withdraw|send|unsubscribe|erase|destroy|"
    "deactivate|terminate|place bid|place (?:(?:my|your|the|this|an) )?order|check ?out now and pay|"
    "sign up|log ?out|sign out"
)
"""Words that commit wherever they stand in a button's label."""
LEADING_VERBS = (
    r"order(?! (?:history|details|status|summary|notes?|by|number|#|no\b))|reorder|"
    r"book(?! (?:details|store|shop|shelf|review|club|list))|reserve|rent|bid|vote|sign|post|tweet|reply|share|"
    r"file (?:a|my|the|an|claim|return|report)|accept|approve|reject|decline|finali[sz]e|complete|finish|agree|"
    r"i agree|register|subscribe|create (?:my |an |your )?account|refund|return|revoke|disable|release|issue|"
    r"close (?:my |your |the )?account|invite|apply (?:now|for)|pledge|sell|trade|charge|"
    r"end (?:my |your |the )?(?:subscription|membership|trial)|cancel (?!(?:edit|search|filter|changes|upload)\b)\w+"
)
"""Words that commit at the start of a label, or after 'and', 'yes' and the like."""
STEP_LABELS = (
    r"add|remove (?:from|item|filter|coupon|code)|"
    r"(?:continue|proceed|go|move on|next|back|return|forward)(?: on)? to (?!pay\b)|"
    r"(?:next|continue|proceed) ?[:–-] ?(?!pay\b|place|buy|order)\w+|continue (?:shopping|browsing|as guest|without)|"
    r"review (?:your |my |the )?(?:order|cart|basket|details)|edit|change|update|preview|"
    r"(?:secure )?check ?out$|apply(?! now| for)|use (?:this|saved)|(?:deliver|ship) to (?:this|another)|"
    r"save (?:as )?(?:draft|for later)|save (?:this |my |the )?address|back|previous|sign in|log ?in|choose|select|"
    r"increase|decrease|plus|minus|keep|move to|clear|reset|"
    r"(?:accept|reject|decline|allow|deny) (?:all|only|necessary|essential|optional|cookies)"
)
"""Labels that plainly name an intermediate step."""
WEAK_STEPS = "continue|next|proceed|go on|save|done|create list|upload|attach"
"""Labels that move on without saying where: on a review page they may be the last step."""
VIEWS = (
    "search|find|filter|sort|show|view|see|track|open(?! (?:an? )?(?:dispute|claim|case|account|ticket))|"
    "close(?! (?:my |your |the )?account)|read|browse|learn|compare|expand|collapse|more|less|menu|help|how|why|what|"
    "download|print|zoom|play|pause|toggle|dismiss|hide|refresh|load|details|go$|x$|got it|not now|skip|"
    "order (?:history|details|status|summary)"
)
"""Labels that only look."""
ADDRESS_VERBS = frozenset({
    "delete", "destroy", "erase", "remove", "logout", "signout", "unsubscribe", "cancel", "confirm", "purchase", "buy",
    "revoke", "deactivate", "approve", "terminate", "withdraw", "log-out", "sign-out", "log_out", "sign_out",
    "place-order", "place_order",
})  # fmt: skip
"""Segments or commands of an address that suggest a change."""
POST_VERBS = ADDRESS_VERBS | {
    "pay", "place", "transfer", "send", "publish", "refund", "vote", "submit", "charge", "book", "order",
}  # fmt: skip
"""The same for the address that a POST form goes to."""
ADDRESS_OBJECTS = frozenset({
    "account", "order", "item", "user", "subscription", "all", "me", "membership", "booking", "message", "post",
})  # fmt: skip
COMMAND_KEYS = frozenset({"action", "do", "op", "cmd", "act", "task", "method", "_method"})
CART = re.compile(r"\b(?:cart|basket|(?:shopping|your|my) bag|trolley|wish ?list|favou?rites)\b", re.I)
TOTAL = re.compile(r"\b(?:total|amount due|you(?:'ll| will)? pay|to pay)\b", re.I)
AMOUNT = re.compile(r"[$€£¥]\s*\d|\d\s*(?:[$€£¥]|usd|eur|gbp|dollars?|euros?|pounds)\b", re.I)
REVIEWING = re.compile(
    r"\b(?:payment|review (?:and|your|order)|card number|order summary|billing|place (?:your )?order|"
    r"confirm (?:your )?(?:order|booking)|final step)\b",
    re.I,
)
JOINTS = r"(?:^|[,:;.!?&+–—-]\s*|\b(?:and|to|yes|please|now|then|or|quick|instant|express|final)\s+)"
COMMIT = re.compile(rf"\b(?:{COMMIT_VERBS})\b|{JOINTS}(?:{LEADING_VERBS})\b", re.I)
JOINED_COMMIT = re.compile(
    rf"(?:\band\s+|\bthen\s+|[&+]\s*)(?:{COMMIT_VERBS}|{LEADING_VERBS})\b|\bto\s+(?:{COMMIT_VERBS})\b", re.I
)
LINK_COMMIT = re.compile(
    rf"^(?:yes,? )?(?:(?:{COMMIT_VERBS})|order(?: now| again)?$|book now|book$|sign$|accept|approve|reject|decline|"
    rf"refund|revoke|disable|vote|close (?:my |your )?account|cancel \w+)\b|"
    rf"(?:\band|\bto|\bthen|&)\s+(?:{COMMIT_VERBS})\b",
    re.I,
)
LINK_NOUN = re.compile(
    r"\b(?:history|polic(?:y|ies)|details|status|guide|settings|options|info\w*|faq|methods?)$", re.I
)
STEP = re.compile(rf"^(?:{STEP_LABELS})(?:\b|$)", re.I)
WEAK = re.compile(rf"^(?:{WEAK_STEPS})\b", re.I)
VIEW = re.compile(rf"^(?:(?:{VIEWS})(?:\b|$)|×)", re.I)
