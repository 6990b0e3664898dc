"""What an instruction says about an order in numbers: amounts of money, a price limit, how many pieces."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,4}(?:[.,]\d{1,2})?(?![\d.,])|\d[\d.,\u00a0\u202f'’]{0,18}\d|\d"
"""Digits with what stands between them; spaces only before groups of three."""
_SIGN = {"$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "dollar": "usd", "buck": "usd", "euro": "eur", "pound": "gbp"}
AMOUNT = re.compile(
    rf"(?P<before>[$€£¥]|\b(?:usd|eur|gbp|jpy)(?![a-z]))\s?(?P<first>{_NUMBER})|"
    rf"(?<![\d.,])(?P<second>{_NUMBER})\s?(?P<after>[$€£¥]|(?:dollar|buck|euro|pound)s?\b|(?:usd|eur|gbp|jpy)\b)",
    re.I,
)
_LIMIT_BEFORE = re.compile(
    r"(?:under|below|less than|lower than|cheaper than|no more than|not more than|no higher than|at most|within|"
    r"max(?:imum)?|up to|not? exceed(?:ing)?|not (?:above|over)|(?:without|not) (?:paying|spending|costing)(?: more)?|"
    r"budget|limit|spend)\b[^.;!?\d$€£¥]{0,24}$",
    re.I,
)
_LIMIT_AFTER = re.compile(
    r"^\s*(?:each\s+)?(?:,? ?or (?:less|under|below|cheaper)|max(?:imum)?\b|at (?:the )?(?:very )?most|tops|"
    r"as (?:the|an?|my) (?:upper )?(?:limit|maximum))",
    re.I,
)
_EACH_AFTER = re.compile(r"^[^.;!?\d]{0,12}\b(?:each|apiece|per (?:item|piece|unit)|a piece)\b", re.I)
_EACH_BEFORE = re.compile(r"\beach\b[^.;!?]{0,30}$", re.I)
_IN_ALL = re.compile(r"\b(?:in total|total|altogether|overall|in all|including (?:shipping|delivery|tax))\b", re.I)
_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_UNIT = (
    r"(?:%|[\"'-]|\d|inch|piece|pack|watt|lit(?:er|re)|hour|minute|second|day|week|month|year|star|review|rating|result|burner|bottle|person|people|seat|door|tier|"
    r"shel|drawer|pocket|port|speed|(?:centi|milli|kilo)?met(?:er|re)|foot\b|feet\b|yard|mile|gallon|pint|cup\b|ounce|"
    r"pound|gram|kilo|degree|page|sheet|ply\b|volt|amp|(?:cm|mm|m|oz|ml|l|kg|g|lb|w|v|gb|tb|mb|ft|x)\b)"
)
_COUNT = rf"(?P<count>\d{{1,2}}|{'|'.join(_COUNTS)})\b(?!\s*{_UNIT})"
_QUANTITY = re.compile(rf"\b(?:buy|order|get|want|need|purchase|add|quantity|quantity of)(?: me| us)?:? {_COUNT}", re.I)
_QUANTITY_OF_EACH = re.compile(rf"(?<![$€£¥\d.,-])\b(?<!size ){_COUNT}(?-i:(?= +[a-z]))", re.I)
_PLURAL_AHEAD = re.compile(r"^(?:\s+[^\s.,;:!?()$€£¥\d]+){0,7}?\s+[a-z-]{2,}(?<!s)s\b(?!')", re.I)
_PART = re.compile(
    r"\b(?:with|has|having|holds?|holding|fits?|seats?|serves?|for|in|within|size|number|no\.?|at least|more than|over|"
    r"of the|rated)\s*$",
    re.I,
)
_VAGUE = re.compile(r"\b(?:some|few|several|many|pair|couple|dozens?|sets?|packs?|both|all|every|another|more)\b", re.I)


_BARE_LIMIT = re.compile(
    rf"\b(?:price|priced|cost|costing|costs|budget|spend|spending|pay|paying|for)\b[^.;!?\d]{{0,30}}?"
    rf"\b(?:under|below|(?:less|lower|cheaper|more) than|at most|max(?:imum)?|up to|exceed|over|above|of|is|within)\s+"
    rf"(?P<first>\d{{1,9}}(?:[.,]\d{{1,3}}){{0,3}})(?![.,]?\d)\b(?!\s*(?:[a-z]+\s+)?{_UNIT})(?!\s+[a-z]+s\b)",
    re.I,
)
"""A limit whose currency isn't said: only where the words speak of money."""
_BARE_AMOUNT = re.compile(r"(?<![\d.,#-])\d{1,3}(?:[.,]?\d{3})*[.,]\d{2}(?![\d.,%])")


_TAKING = r"(?:buy(?:ing)?|order(?:ing)?|purchas(?:e|ing)|get(?:ting)?|book(?:ing)?)"
_SENDING = (
    r"(?:pay(?:ing)?|submit(?:ting)?|send(?:ing)?|check(?:ing)? ?out|plac(?:e|ing)|confirm(?:ing)?|sign(?:ing)? up|"
    r"subscrib(?:e|ing)|delet(?:e|ing)|cancel(?:l?ing)?)"
)
_FORBIDS = re.compile(
    r"\b(?:do not|don['’]?t|never|without|avoid|must not|mustn['’]t|rather than)\s+(?:actually |yet |really )?"
    rf"(?:{_TAKING}\b(?=\s*(?:$|[.,;:!?)]|"
    r"(?:anything|it|them|this|that|any|yet|now)\b(?! (?:over|above|but|else|other))))|"
    rf"{_SENDING}\b(?!\s+(?:more than|over|for more|to (?!me\b))))[^.;,!?]{{0,20}}",
    re.I,
)
_ASKS = re.compile(
    r"^\W*(?:please |just |only |can you |could you )*(?:show|tell me|find out|look up|compare|read|see|"
    r"check (?:if|whether|how|what|the)|what|which|when|where|who|why|how)\b",
    re.I,
)
_QUESTION = re.compile(r"^\W*(?:is|are|does|do|did|has|have|was|were)\b", re.I)
_CONDITION = re.compile(r"\b(?:if|unless|when|in case|otherwise)\b[^.!?]*$", re.I)
_COMMITS = re.compile(
    rf"\b(?:{_TAKING}|{_SENDING}|transfer|reply|refund|reserve|schedule|close|post|publish|donate|rent|sell|vote|accept|"
    r"approve|have one|one sent)\b",
    re.I,
)
_DOES = re.compile(
    rf"{_COMMITS.pattern}|\b(?:want|need|add|fill|register|deliver|ship|remove|change|replace|apply|move|put)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Amount:
    value: float
    currency: str
    """ISO code in small letters; empty where it isn't said."""
    text: str

    def is_unlike(self, other: Amount) -> bool:
        """Whether both name a currency, and not the same."""
        return bool(self.currency and other.currency) and self.currency != other.currency


@dataclass(frozen=True, slots=True)
class Limit:
    amount: Amount
    quantity: int = 1
    is_each: bool = False
    is_in_all: bool = False


def amounts(text: str) -> tuple[Amount, ...]:
    """Amounts of money in a text, with `1,234.50` and `1.234,50` read alike."""
    return tuple(
        Amount(_number(found["first"] or found["second"]), _currency(found), found.group().strip())
        for found in AMOUNT.finditer(text)
    )


def bare_amounts(text: str) -> tuple[Amount, ...]:
    """Numbers with two decimals, as totals are shown where the currency stands elsewhere."""
    return tuple(Amount(_number(found.group()), "", found.group()) for found in _BARE_AMOUNT.finditer(text))


def limit_of(instruction: str) -> Limit | None:
    """The price limit that the instruction states, the last when there are several."""
    result = None
    said = list(AMOUNT.finditer(instruction)) or list(_BARE_LIMIT.finditer(instruction))
    for found in said:
        before, after = instruction[: found.start("first")], instruction[found.end() :]
        if found.re is AMOUNT:
            before = instruction[: found.start()]
        if not (_LIMIT_BEFORE.search(before) or _LIMIT_AFTER.match(after)):
            continue
        (amount,) = amounts(found.group()) or (Amount(_number(found["first"]), "", found["first"]),)
        is_each = bool(_EACH_AFTER.search(after) or _EACH_BEFORE.search(before))
        around = before[-30:] + " " + after[:40]
        result = Limit(amount, quantity_of(instruction), is_each, bool(_IN_ALL.search(around)))
    return result


def quantity_of(instruction: str) -> int:
    """How many are asked for; 1 where it isn't stated. With 'each', a number before any thing counts."""
    if re.search(r"\b(?:each|apiece)\b", instruction, re.I):
        several = (_count(found) for found in _QUANTITY_OF_EACH.finditer(instruction))
        first = next((count for count in several if count > 1), None)
        if first is not None:
            return first
    stated = _QUANTITY.search(instruction)
    return 1 if stated is None else max(1, _count(stated))


def counts_of(instruction: str) -> frozenset[int]:
    """Numbers above 1 of things in the plural; empty where one thing, or an unsaid number, is asked for."""
    text = AMOUNT.sub(lambda found: "$" * len(found.group()), instruction)
    found = (*_QUANTITY.finditer(text), *_QUANTITY_OF_EACH.finditer(text))
    return frozenset(
        _count(one)
        for one in found
        if _count(one) > 1 and _PLURAL_AHEAD.match(text[one.end() :]) and not _PART.search(text[: one.start("count")])
    )


def is_vague(instruction: str) -> bool:
    """Whether the words leave open how many pieces are meant."""
    return bool(
        _VAGUE.search(AMOUNT.sub(" ", instruction)) or re.search(r"(?<![\w.,-])(?:[2-9]|1\d)(?![\w%])", instruction)
    )


def forbids(instruction: str) -> str:
    """The words by which an instruction forbids to buy, send or change anything; empty where none do."""
    found = _FORBIDS.search(instruction)
    if found is None or _CONDITION.search(instruction[: found.start()]):
        return ""
    rest = instruction[: found.start()] + " " + instruction[found.end() :]
    return "" if _COMMITS.search(rest) else found.group()


def only_asks(instruction: str) -> bool:
    """Whether an instruction wants to know something and nothing to be done."""
    is_question = instruction.rstrip().endswith("?") and _QUESTION.search(instruction) is not None
    return (is_question or _ASKS.search(instruction) is not None) and _DOES.search(instruction) is None


def stem(word: str) -> str:
    """A lower-case word without the ending of its plural."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _count(found: re.Match[str]) -> int:
    word = found["count"].lower()
    return int(word) if word.isdigit() else _COUNTS[word]


def _number(text: str) -> float:
    digits = re.sub(r"[^\d.,]", "", text)
    last = max(digits.rfind("."), digits.rfind(","))
    if last >= 0 and len(digits) - last - 1 in (1, 2):
        return float(re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :])
    return float(re.sub(r"[.,]", "", digits))


def _currency(found: re.Match[str]) -> str:
    sign = (found["before"] or found["after"]).lower()
    return _SIGN.get(sign) or _SIGN.get(sign.rstrip("s"), sign)
