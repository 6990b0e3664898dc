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
    r"add(?: (?:\w+ ){0,4}to (?:\w+ )?(?:cart|bag|basket|trolley|list|wish ?list|order|compare|favou?rites)\b.*"
    r"|(?: (?:an?|the|new|another|more))*(?: (?:item|items|address|coupon|promo|code|filter|row|line|note|tag|task|product"
    r"|option|more|all|another|gift (?:wrap|message)))?)?$|remove (?:item|filter|coupon|code)|remove from (?:my |your |the )?"
    r"(?:cart|bag|basket|trolley|list|wish ?list|compare|favou?rites)|"
    r"(?:continue|proceed|go|move on|next|back)(?: on)? to (?!pay\b)|"
    r"return to (?:the |your |my )?(?:cart|basket|bag|shop|store|home|list|results|search|products?|site|page|previous)\b|"
    r"(?:next|continue|proceed) ?[:–-] ?(?!pay\b|place|buy|order)\w+|continue (?:shopping|browsing|as guest|without)|"
    r"review (?:your |my |the )?(?:order|cart|basket|details)|preview|"
    r"(?:edit|change|update|choose|select)(?: (?:your|my|the|this|an?|all|another|different|delivery|shipping|billing))*"
    r"(?: (?:cart|basket|bag|addresse?s?|quantity|qty|sizes?|colou?rs?|options?|dates?|times?|slots?|seats?|filters?"
    r"|locations?|stores?|language|currency|country|region|delivery|shipping|billing|payment|methods?|details|items?"
    r"|products?|search|order|totals?|results?|view|sort\w*|fil\w+|images?|photos?|view|selection|name|information))*$|"
    r"(?:secure )?check ?out$|apply (?:\w+ ){0,2}(?:filters?|coupons?|codes?|promo\w*|discounts?|vouchers?|changes|gift card)|"
    r"use (?:this|saved)|(?:deliver|ship) to (?:this|another)|"
    r"save (?:as )?(?:draft|for later)|save (?:this |my |the )?address|back$|previous|sign in|log ?in|"
    r"(?:increase|decrease)(?: (?:the )?(?:quantity|amount|size|count|number)\b.*)?$|plus|minus|keep|move to (?:my |your |the )?(?:cart|bag|basket|wish ?list|list|saved)|"
    r"(?:clear|reset)(?: all)?(?: (?:filters?|search|selection|form|field|cart|basket|zoom|view|options?))?$|"
    r"(?:accept|reject|decline|allow|deny)(?: (?:all|only))?(?: (?:necessary|essential|optional|cookies))+(?: only)?$"
)
"""Labels that plainly name an intermediate step."""
WEAK_STEPS = "continue|next|proceed|go on|save|done|create list|upload|attach"
"""Labels that move on without saying where: on a review page they may be the last step."""
VIEWS = (
    r"search|find|filter|sort|show|view|see|track|"
    r"open(?: (?:the |my |your |in |a )*(?:menu|cart|basket|bag|search|filters?|navigation|link|image|photo|chat|map|options?|"
    r"details|calendar|list|new|full|gallery|settings)\b.*)?$|"
    r"close(?: (?:the |this )?(?:menu|dialog|window|banner|pop-?up|modal|panel|cart|search|message|notification|alert|ad))?$|"
    r"read|browse|learn|compare|expand|collapse|more|less|menu|help|how|why|what|"
    r"download|print(?: (?:this |the )?(?:page|receipt|recipe|article|confirmation|order))?$|zoom|play(?! [$€£¥\d])|pause|"
    r"toggle|dismiss|hide|refresh|load(?: (?:more|previous|next|all|comments|results|reviews)\b|$)|details|go$|x$|got it|"
    r"not now|skip|"
    "order (?:history|details|status|summary)"
)
"""Labels that only look."""
ADDRESS_VERBS = frozenset({
    "delete", "destroy", "erase", "remove", "logout", "signout", "unsubscribe", "cancel", "confirm", "purchase", "buy",
    "revoke", "deactivate", "approve", "terminate", "withdraw", "log-out", "sign-out", "log_out", "sign_out",
    "place-order", "place_order", "vote", "trash", "accept", "reject", "ban", "publish", "finish", "finalize",
    "upvote", "downvote", "checkout-complete",
})  # fmt: skip
"""Segments or commands of an address that suggest a change."""
POST_VERBS = ADDRESS_VERBS | {
    "pay", "place", "transfer", "send", "publish", "refund", "vote", "submit", "charge", "book", "order",
}  # fmt: skip
"""The same for the address that a POST form goes to."""
ADDRESS_OBJECTS = frozenset({
    "account", "order", "item", "user", "subscription", "all", "me", "membership", "booking", "message", "post",
    "product", "comment", "payment", "purchase", "checkout", "reservation", "file", "record", "entry", "transaction",
    "review", "list", "address", "card", "page", "project", "event", "image", "photo", "request", "invite",
})  # fmt: skip
ENDING_VERBS = frozenset({
    "complete", "finish", "confirm", "submit", "place", "delete", "cancel", "remove", "approve", "pay", "destroy",
})  # fmt: skip
"""Second words of a segment that suggest a change: `checkout-complete`, `order-cancel`."""
COMMAND_KEYS = frozenset({"action", "do", "op", "cmd", "act", "task", "method", "_method"})
CART = re.compile(r"\b(?:cart|basket|(?:shopping|your|my) bag|trolley|wish ?list|favou?rites)\b", re.I)
COUPON = re.compile(r"\b(?:coupons?|promo\w*|discount|voucher|gift (?:card|code)|code)\b", re.I)
APPLY = re.compile(r"^apply$", re.I)
DISPOSAL = re.compile(r"\b(?:trash|bin|delete|send|publish|slide to|swipe to|drag to)\b", re.I)
LINK_DISPOSAL = re.compile(r"^(?:permanently |yes,? )?(?:remove|delete|discard|erase|trash)\b", re.I)
COOKIE_CHOICE = re.compile(r"(?:accept|reject|decline|allow|deny|refuse)(?: them)? all$|(?:accept|allow|reject)$", re.I)
COOKIES = re.compile(r"\bcookies?\b", re.I)
CHECKOUT = re.compile(r"(?:secure )?check ?out$", re.I)
FINAL = re.compile(
    r"\b(?:can(?:'|’|no)t be (?:undone|reversed|recovered)|cannot be (?:undone|reversed|recovered)|no way back|"
    r"irreversibl[ey]|permanently (?:delete|remove|erase|close|be)|will be permanently|you are about to|"
    r"you will be charged|your card will be charged|we(?:'| wi)ll charge)\b",
    re.I,
)
CARD_FIELD = re.compile(r"\b(?:card number|cvc|cvv|security code|card code|iban|expiry date|name on card)\b", re.I)
TOTAL = re.compile(r"\b(?:total|balance due|amount due|you(?:'ll| will)? pay|to pay)\b", re.I)
AMOUNT = re.compile(r"[$€£¥]\s*\d|\d\s*(?:[$€£¥]|usd|eur|gbp|dollars?|euros?|pounds)\b", re.I)
REVIEWING = re.compile(
    r"\b(?:payment|review (?:and|your|order)|card number|order summary|billing|place (?:your )?order|"
    r"confirm (?:your )?(?:order|booking)|final step)\b",
    re.I,
)
JOINTS = r"(?:^|[,:;.!?&+–—-]\s*|\b(?:and|to|yes|please|now|then|or|quick|instant|express|final)\s+)"
COMMIT = re.compile(rf"\b(?:{COMMIT_VERBS})\b|{JOINTS}(?:{LEADING_VERBS})\b", re.I)
JOINED_COMMIT = re.compile(
    rf"(?:\band\s+|\bthen\s+|[&+,:;.!?–—]\s*|\s-\s*)(?:{COMMIT_VERBS}|{LEADING_VERBS})\b|\bto\s+(?:{COMMIT_VERBS})\b",
    re.I,
)
LINK_COMMIT = re.compile(
    rf"^(?:yes,? )?(?:(?:{COMMIT_VERBS})|(?:complete|finali[sz]e|finish) (?:my |your |the )?(?:purchase|order|booking|"
    rf"payment|checkout|reservation)|finish$|order(?: now| again)?$|book now|book$|sign$|accept|approve|reject|decline|"
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
