"""What an action may do to the world: from the element, its form and the page around it. English labels for now.

A page can lie about its labels; this is the first of two guards, the network's is the other. Whatever tells
nothing is `UNKNOWN`, which counts as irreversible.
"""

from __future__ import annotations

import re

from webdreamer_app import effect_words as words
from webdreamer_app.effect_addresses import effect_of_address, is_cart, mutates, split_address
from webdreamer_app.types import TYPED_ROLES, Action, Effect, Element, Observation

READING_VERBS = frozenset(
    {"scroll", "hover", "noop", "go_back", "go_forward", "new_tab", "tab_focus", "tab_close", "expand"}
    | {"send_msg_to_user", "report_infeasible"}
)
ENTER_KEYS = frozenset({"enter", "numpadenter", "return", "\n", "\r", "\r\n"})
EDITING_KEYS = frozenset({
    "backspace", "delete", "insert", "space", "shift+arrowleft", "shift+arrowright", "shift+home", "shift+end",
    "control+a", "control+c", "control+x", "control+v", "control+z", "control+y", "control+backspace",
    "meta+a", "meta+c", "meta+x", "meta+v", "meta+z",
})  # fmt: skip
MOVING_KEYS = frozenset(
    {"tab", "shift+tab", "escape", "home", "end", "pageup", "pagedown"}
    | {"arrowup", "arrowdown", "arrowleft", "arrowright", "control+home", "control+end"}
)
FIELD_ROLES = TYPED_ROLES | {"combobox", "slider", "color"}
CHOICE_ROLES = frozenset(
    {"checkbox", "radio", "switch", "option", "menuitemcheckbox", "menuitemradio", "tab", "treeitem"}
)
EDITING_VERBS = frozenset({"fill", "type", "paste", "select_option"})
"""Verbs that change a field and send nothing by themselves."""
SUBMIT_TYPES = frozenset({"submit", "image"})


def classify(action: Action, observation: Observation) -> Effect:
    """The effect class of an action on this page."""
    match action.verb:
        case verb if verb in READING_VERBS:
            return Effect.READ
        case "fill" | "type" | "paste":
            return _entry(observation.find(action.bid))
        case "select_option":
            return _choice(str(action.value[0]) if action.value else "", observation.find(action.bid), observation)
        case "goto":
            return effect_of_address(str(action.value[0]) if action.value else "")
        case "dialog_dismiss":
            return Effect.REVERSIBLE
        case "dialog_accept":
            return _dialog(observation)
        case "click" | "press" | "drag_and_drop" | "upload_file":
            target = observation.find(action.bid)
            return _on_element(action, target, observation) if target is not None else Effect.UNKNOWN
    return Effect.UNKNOWN


def _on_element(action: Action, target: Element, observation: Observation) -> Effect:
    value = str(action.value[0]) if action.value else ""
    match action.verb:
        case "press":
            return _press(value.lower(), target, observation)
        case "drag_and_drop":
            onto = observation.find(value)
            return Effect.REVERSIBLE if onto is not None and _drags_safely(target, onto) else Effect.UNKNOWN
        case "upload_file":
            effect = Effect.REVERSIBLE if target.form is not None else Effect.UNKNOWN
            return effect if target.input_type == "file" else _worst(effect, _click(target, observation))
    return _click(target, observation)


def _entry(target: Element | None) -> Effect:
    """What is typed stays in its field; a slider that scripts made may be one that slides to pay."""
    if target is None or target.role not in FIELD_ROLES | {"scrollbar"}:
        return Effect.UNKNOWN
    is_scripted = target.tag != "input" and target.role in ("slider", "spinbutton", "scrollbar")
    return Effect.UNKNOWN if is_scripted and _is_grave(_label(target)) else Effect.REVERSIBLE


def _is_grave(label: str) -> bool:
    return _commits(label) or bool(words.DISPOSAL.search(label))


def _choice(option: str, target: Element | None, observation: Observation) -> Effect:
    """A list that scripts made is opened and its option clicked, which may be anything."""
    if target is None:
        return Effect.UNKNOWN
    if target.tag == "select" or (target.tag == "input" and target.options):
        return Effect.REVERSIBLE
    opened = _click(target, observation)
    if target.role in ("combobox", "listbox"):
        chosen = Effect.UNKNOWN if _is_grave(option) else Effect.REVERSIBLE
        return _worst(chosen, Effect.READ if target.role == "listbox" else opened)
    return _worst(opened, _button(Element("menuitem", option, bid=target.bid), observation))


def _worst(*effects: Effect) -> Effect:
    return max(effects, key=_SEVERITY.index)


def _drags_safely(target: Element, onto: Element) -> bool:
    """Whether both ends of a drag have names, and neither tells of more than a move."""
    both = f"{target.name} {onto.name}"
    return bool(target.name and onto.name) and not (words.COMMIT.search(both) or words.DISPOSAL.search(both))


def _click(target: Element, observation: Observation) -> Effect:
    if target.input_type == "file" or (target.role in FIELD_ROLES and _only_opens(target)):
        return Effect.READ
    if target.role == "summary" and not _commits(_label(target)):
        return Effect.READ
    if target.role in CHOICE_ROLES and not (target.input_type in SUBMIT_TYPES or target.href):
        return Effect.REVERSIBLE
    if target.href and split_address(target.href).scheme in ("http", "https"):
        return _link(target, observation)
    return _button(target, observation)


def _only_opens(target: Element) -> bool:
    """Whether a field is what it says: not a submit button or a link that calls itself one."""
    if target.input_type in SUBMIT_TYPES or target.href:
        return False
    return target.tag in ("", "input", "textarea", "select") or not _is_grave(_label(target))


def _link(target: Element, observation: Observation) -> Effect:
    base, _, fragment = target.href.partition("#")
    stays = "#" in target.href and base == observation.url.partition("#")[0]
    if stays and not fragment.strip("!/"):
        return _button(target, observation)  # goes nowhere: a script's hook
    name = _label(target)
    if re.match(r"(?:add|remove)\b", name, re.I) and (words.CART.search(name) or is_cart(target.href)):
        return Effect.REVERSIBLE
    if target.hooked or words.LINK_DISPOSAL.match(name):
        return Effect.UNKNOWN
    if words.LINK_COMMIT.search(name) and not words.LINK_NOUN.search(name):
        return Effect.UNKNOWN
    if (stays or _is_final(observation)) and (_commits(name) or words.WEAK.match(name)):
        return Effect.UNKNOWN
    return effect_of_address(target.href)


def _button(target: Element, observation: Observation) -> Effect:
    """A button, a submit, or anything with a script behind it: by its label, then its form, then the page."""
    label = _label(target)
    posts = _posts(target)
    if not label:
        return _unlabelled(target, observation)
    if label.lower() == "submit" and _asks(target, observation):
        return Effect.READ  # the browser's own words on the button of a search
    if words.COOKIE_CHOICE.match(label) and words.COOKIES.search(observation.text) and not _is_final(observation):
        return Effect.REVERSIBLE
    if _commits(label):
        return Effect.IRREVERSIBLE
    if words.CHECKOUT.match(label) and _is_final(observation):
        return Effect.UNKNOWN
    if words.AMOUNT.search(label) and not words.CART.search(label):
        return Effect.UNKNOWN
    if re.match(r"(?:remove|discard)\b", label, re.I):
        return Effect.REVERSIBLE if _removes_from_cart(label, target, observation) else Effect.UNKNOWN
    if words.STEP.match(label) or (words.APPLY.match(label) and _has_coupon(target, observation)):
        return Effect.REVERSIBLE
    if posts and target.form and mutates(target.form.action, words.POST_VERBS):
        return Effect.IRREVERSIBLE
    if _is_final(observation) and (posts or words.WEAK.match(label)):
        return Effect.IRREVERSIBLE
    if words.WEAK.match(label):
        return Effect.REVERSIBLE
    if words.VIEW.match(label) or (target.expanded is not None and not posts):
        return Effect.READ
    if re.fullmatch(r"cancel|no|no,? thanks", label, re.I) and not posts:
        return Effect.REVERSIBLE
    return _by_form(target, observation)


def _commits(label: str) -> bool:
    """Whether the label commits: 'View order' and 'Continue to payment' don't, 'Review and pay' does."""
    if words.JOINED_COMMIT.search(label):
        return True
    return bool(words.COMMIT.search(label)) and not (words.VIEW.match(label) or words.STEP.match(label))


def _unlabelled(target: Element, observation: Observation) -> Effect:
    if _is_final(observation) and not _asks(target, observation):
        return Effect.IRREVERSIBLE
    return _by_form(target, observation)


def _by_form(target: Element, observation: Observation) -> Effect:
    """What a submit would send, when its label tells nothing: a GET form only asks."""
    return Effect.READ if _asks(target, observation) else Effect.UNKNOWN


def _asks(target: Element, observation: Observation) -> bool:
    """Whether it submits a form that only asks: by GET, to an address of its own or from a search field."""
    form = target.form
    if form is None or form.method != "get" or target.input_type not in SUBMIT_TYPES:
        return False
    fields = [one for one in observation.elements if one.role in FIELD_ROLES and same_form(one, target)]
    searches = any(one.role == "searchbox" or re.search(r"\bsearch\b", one.name, re.I) for one in fields)
    return (searches or not form.scripted) and (not form.action or effect_of_address(form.action) is Effect.READ)


def same_form(element: Element, other: Element) -> bool:
    """Whether both belong to one form of one frame; a button's own address or method makes no difference."""
    mine, its = element.form, other.form
    if mine is None or its is None:
        return False
    if mine.place < 0 or its.place < 0:
        return mine == its
    return mine.place == its.place and _frame(element) == _frame(other)


def _frame(element: Element) -> str:
    return element.bid.rstrip("0123456789")


def _has_coupon(target: Element, observation: Observation) -> bool:
    """Whether the button's form holds a field for a coupon, or it is outside any form."""
    fields = [one for one in observation.elements if one.role in FIELD_ROLES and same_form(one, target)]
    return target.form is None or any(words.COUPON.search(one.name) for one in fields)


def _removes_from_cart(label: str, target: Element, observation: Observation) -> bool:
    if re.match(r"remove (?:filter|coupon|code)\b", label, re.I) or words.CART.search(label):
        return True
    if target.form is not None and is_cart(target.form.action):
        return True
    heads = [one for one in observation.elements if one.role == "heading"]
    highest = min((one.level or 2 for one in heads), default=0)
    headings = " ".join(one.name for one in heads if (one.level or 2) == highest)
    return bool(words.CART.search(f"{observation.title} {headings}")) or is_cart(observation.url)


def _posts(target: Element) -> bool:
    form = target.form
    return form is not None and form.method == "post" and target.input_type in (*SUBMIT_TYPES, "")


def _is_final(observation: Observation) -> bool:
    """Whether the page looks like the last one before something happens.

    A total with review or payment wording, a field for a card, or the words that something can't be taken back.
    """
    text = observation.text
    if words.FINAL.search(text):
        return True
    if any(one.role in FIELD_ROLES and words.CARD_FIELD.search(one.name) for one in observation.elements):
        return True
    return bool(words.TOTAL.search(text) and words.AMOUNT.search(text) and words.REVIEWING.search(text))


def _press(key: str, target: Element, observation: Observation) -> Effect:
    if key in MOVING_KEYS:
        return Effect.READ
    if target.role not in FIELD_ROLES:
        clicks = key in ENTER_KEYS or key in ("space", " ")
        return _click(target, observation) if clicks else Effect.UNKNOWN
    if (len(key) == 1 and key.isprintable()) or key in EDITING_KEYS:
        return Effect.REVERSIBLE
    if key.rpartition("+")[2] not in ENTER_KEYS:
        return Effect.UNKNOWN
    if target.tag == "textarea" and "+" not in key and target.form is not None:
        return Effect.REVERSIBLE  # a new line; without a form, a chat's box may send it
    return _submit_of(target, observation)


def _submit_of(target: Element, observation: Observation) -> Effect:
    """Enter in a field presses its form's submit button; forms that look alike count with their worst button."""
    form = target.form
    if form is None:
        return Effect.READ if target.role == "searchbox" else Effect.UNKNOWN
    buttons = [element for element in observation.elements if _submits(element, target)]
    if buttons:
        return _worst(*(_button(button, observation) for button in buttons))
    return _by_form(Element("button", bid=target.bid, input_type="submit", form=form), observation)


_SEVERITY = (Effect.READ, Effect.REVERSIBLE, Effect.UNKNOWN, Effect.IRREVERSIBLE)


def _submits(element: Element, field: Element) -> bool:
    pressed = element.tag == "button" or element.role == "button"
    return pressed and same_form(element, field) and element.input_type in (*SUBMIT_TYPES, "")


def _dialog(observation: Observation) -> Effect:
    """Accepting an alert only closes it; a question counts by its words."""
    if not observation.dialogs:
        return Effect.UNKNOWN
    dialog = observation.dialogs[0]
    if dialog.kind == "alert":
        return Effect.READ
    if dialog.kind == "beforeunload":
        return Effect.REVERSIBLE
    if words.COMMIT.search(dialog.message):
        return Effect.IRREVERSIBLE
    if words.CART.search(dialog.message) and re.search(r"\b(?:add|remove)\b", dialog.message, re.I):
        return Effect.REVERSIBLE
    return Effect.UNKNOWN


def _label(target: Element) -> str:
    return re.sub(r"\s+", " ", target.name).strip(" \t\n→»›>…'\"")
