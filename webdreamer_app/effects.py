"""What an action may do to the world: from the element, its form and the page around it. English labels for now.

A page can lie about its labels; this is the first of two guards, the network's is the other. Whatever tells
nothing is `UNKNOWN`, which counts as irreversible.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from webdreamer_app import effect_words as words
from webdreamer_app.types import Action, Effect, Element, Form, Observation

READING_VERBS = frozenset(
    {"scroll", "hover", "noop", "go_back", "go_forward", "new_tab", "tab_focus", "tab_close", "expand"}
    | {"send_msg_to_user", "report_infeasible"}
)
ENTER_KEYS = frozenset({"enter", "numpadenter", "return"})
MOVING_KEYS = frozenset(
    {"tab", "shift+tab", "escape", "home", "end", "pageup", "pagedown"}
    | {"arrowup", "arrowdown", "arrowleft", "arrowright", "control+home", "control+end"}
)
FIELD_ROLES = frozenset({"textbox", "searchbox", "spinbutton", "combobox", "slider"})
CHOICE_ROLES = frozenset(
    {"checkbox", "radio", "switch", "option", "menuitemcheckbox", "menuitemradio", "tab", "treeitem"}
)
SUBMIT_TYPES = frozenset({"submit", "image"})


def classify(action: Action, observation: Observation) -> Effect:
    """The effect class of an action on this page."""
    match action.verb:
        case verb if verb in READING_VERBS:
            return Effect.READ
        case "fill" | "select_option":
            return Effect.REVERSIBLE
        case "goto":
            return _address(str(action.value[0]) if action.value else "")
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
            tells = onto is not None and not re.search(r"\b(?:trash|bin|delete|send|publish)\b", onto.name, re.I)
            return Effect.REVERSIBLE if tells else Effect.UNKNOWN
        case "upload_file":
            return Effect.REVERSIBLE if target.form is not None else Effect.UNKNOWN
    return _click(target, observation)


def _click(target: Element, observation: Observation) -> Effect:
    if target.role in FIELD_ROLES:
        return Effect.READ
    if target.role in CHOICE_ROLES:
        return Effect.REVERSIBLE
    if target.href and _split(target.href).scheme in ("http", "https"):
        return _link(target, observation)
    return _button(target, observation)


def _link(target: Element, observation: Observation) -> Effect:
    base, _, fragment = target.href.partition("#")
    if "#" in target.href and base == observation.url.partition("#")[0] and not fragment.strip("!/"):
        return _button(target, observation)  # goes nowhere: a script's hook
    name = _label(target)
    if re.match(r"(?:add|remove)\b", name, re.I) and (words.CART.search(name) or _is_cart(target.href)):
        return Effect.REVERSIBLE
    if words.LINK_COMMIT.search(name) and not words.LINK_NOUN.search(name):
        return Effect.UNKNOWN
    return _address(target.href)


def _address(url: str) -> Effect:
    """A GET that should only read, unless its path or query says otherwise."""
    if url == "about:blank":
        return Effect.READ
    if _split(url).scheme not in ("http", "https"):
        return Effect.UNKNOWN
    return Effect.UNKNOWN if _mutates(url, words.ADDRESS_VERBS) else Effect.READ


def _mutates(url: str, verbs: frozenset[str]) -> bool:
    parts = _split(url.lower())
    if _is_cart(url):
        verbs = verbs - {"remove", "delete", "erase"}  # what leaves a cart can be put back
    for word in re.split(r"[/.]", parts.path):
        verb, *rest = re.split(r"[-_]", word)
        if word in verbs or (verb in verbs and len(rest) == 1 and rest[0] in words.ADDRESS_OBJECTS):
            return True
    pairs = [pair.partition("=") for pair in re.split(r"[&;]", parts.query)]
    return any(key in verbs or (key in words.COMMAND_KEYS and value in verbs) for key, _, value in pairs)


def _is_cart(url: str) -> bool:
    return bool(words.CART.search(_split(url).path.replace("/", " ").replace("_", " ")))


def _button(target: Element, observation: Observation) -> Effect:
    """A button, a submit, or anything with a script behind it: by its label, then its form, then the page."""
    label = _label(target)
    posts = _posts(target)
    if not label:
        return _unlabelled(target, observation)
    if _commits(label):
        return Effect.IRREVERSIBLE
    if re.match(r"(?:remove|discard)\b", label, re.I):
        return Effect.REVERSIBLE if _removes_from_cart(label, target, observation) else Effect.UNKNOWN
    if words.STEP.match(label):
        return Effect.REVERSIBLE
    if posts and target.form and _mutates(target.form.action, words.POST_VERBS):
        return Effect.IRREVERSIBLE
    if posts and _is_review(observation):
        return Effect.IRREVERSIBLE
    if words.WEAK.match(label):
        return Effect.REVERSIBLE
    if words.VIEW.match(label) or (target.expanded is not None and not posts):
        return Effect.READ
    if re.fullmatch(r"cancel|no|no,? thanks", label, re.I) and not posts:
        return Effect.REVERSIBLE
    return _by_form(target)


def _commits(label: str) -> bool:
    """Whether the label commits: 'View order' and 'Continue to payment' don't, 'Review and pay' does."""
    if words.JOINED_COMMIT.search(label):
        return True
    return bool(words.COMMIT.search(label)) and not (words.VIEW.match(label) or words.STEP.match(label))


def _unlabelled(target: Element, observation: Observation) -> Effect:
    if _posts(target) and _is_review(observation):
        return Effect.IRREVERSIBLE
    return _by_form(target)


def _by_form(target: Element) -> Effect:
    """What a submit would send, when its label tells nothing: a GET form only asks."""
    form = target.form
    if form is not None and form.method == "get" and target.input_type in SUBMIT_TYPES:
        return _address(form.action) if form.action else Effect.READ
    return Effect.UNKNOWN


def _removes_from_cart(label: str, target: Element, observation: Observation) -> bool:
    if re.match(r"remove (?:filter|coupon|code)\b|remove from\b", label, re.I) or words.CART.search(label):
        return True
    if target.form is not None and _is_cart(target.form.action):
        return True
    headings = " ".join(element.name for element in observation.elements if element.role == "heading")
    return bool(words.CART.search(f"{observation.title} {headings}")) or _is_cart(observation.url)


def _posts(target: Element) -> bool:
    form = target.form
    return form is not None and form.method == "post" and target.input_type in (*SUBMIT_TYPES, "")


def _is_review(observation: Observation) -> bool:
    """Whether the page looks like the last one before money moves: a total, and review or payment wording."""
    text = observation.text
    return bool(words.TOTAL.search(text) and words.AMOUNT.search(text) and words.REVIEWING.search(text))


def _press(key: str, target: Element, observation: Observation) -> Effect:
    if key in MOVING_KEYS:
        return Effect.READ
    if target.role not in FIELD_ROLES:
        clicks = key in ENTER_KEYS or key in ("space", " ")
        return _click(target, observation) if clicks else Effect.UNKNOWN
    if key.rpartition("+")[2] not in ENTER_KEYS:
        return Effect.REVERSIBLE
    if target.tag == "textarea" and "+" not in key:
        return Effect.REVERSIBLE
    return _submit_of(target, observation)


def _submit_of(target: Element, observation: Observation) -> Effect:
    """Enter in a field presses its form's submit button; forms that look alike count with their worst button."""
    form = target.form
    if form is None:
        return Effect.READ if target.role == "searchbox" else Effect.UNKNOWN
    buttons = [element for element in observation.elements if _submits(element, form)]
    if buttons:
        return max((_button(button, observation) for button in buttons), key=_SEVERITY.index)
    return _by_form(Element("button", input_type="submit", form=form))


_SEVERITY = (Effect.READ, Effect.REVERSIBLE, Effect.UNKNOWN, Effect.IRREVERSIBLE)


def _submits(element: Element, form: Form) -> bool:
    return element.form == form and element.role == "button" and element.input_type in (*SUBMIT_TYPES, "")


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


def _split(url: str) -> SplitResult:
    """The parts of an address; one that can't be read has no scheme, and so tells nothing."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url, "", "")
