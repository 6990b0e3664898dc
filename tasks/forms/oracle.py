"""The portal's oracle: from what a page displays and the private answer to the acceptable next actions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tasks.forms.catalogue import FORMS, SLOTS
from tasks.forms.checks import canonical, show_amount, write_amount
from tasks.forms.showing import showing
from tasks.forms.specs import Item, Sheet, is_asked, steps
from tasks.pages import Line, Page, read_page, unquote

_FOLDED = re.compile(r"^ *\[(g\d+)\] \d+ ", re.M)
_NAME = re.compile(r"'((?:[^'\\]|\\.)*)'")
_PASSIVE = frozenset({"text", "heading", "group", "form", "listitem", "iframe", "radiogroup"})


class FormsOracle:
    """Stateless: every answer depends on the page alone, so it recovers from whatever was done before."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self._answer = answer
        self._form = FORMS[answer["form"]]
        self._fields: Mapping[str, str] = answer["fields"]
        self._showing = showing(answer["world"]["theme"])
        self._words = self._showing.words
        review = "straight" not in answer["world"]["traps"]
        self._sheets = [
            sheet for step in steps(self._form, self._showing.theme, review) for sheet in step.sheets
        ]  # as this theme orders them

    def __call__(self, text: str) -> tuple[str, ...]:
        page = read_page(text)
        if page.dialog:
            return self._dialog(unquote(page.dialog))
        view = _View(page, text)
        words = self._words
        if refuse := view.control(words["cookies_needed"]):
            return (_click(refuse),)
        if view.says(words["services"]):
            return self._home(view)
        title = self._showing.title(self._form.key)
        if self._is_sent(view):
            is_own = view.says(title) and any(_starts(name, words["receipt"]) for name in view.names)
            return self._done() if is_own and not self._answer["delete"] else self._leave(view)
        if not view.says(title):
            return self._leave(view) if not view.is_waiting else ("noop()",)
        if view.says(words["offer"]):
            return _clicks(view.controls(words["decline"]), view)
        if view.says(words["review"]):
            return self._review(view)
        return self._sheet(view)

    def _dialog(self, words: str) -> tuple[str, ...]:
        """Only the draft that is to go may go."""
        wanted = self._answer["delete"]
        question = self._showing.say("delete_question", form=self._showing.title(wanted)) if wanted else ""
        return ("dialog_accept()",) if question and question in words else ("dialog_dismiss()",)

    def _done(self) -> tuple[str, ...]:
        return (f"send_msg_to_user({self._showing.title(self._form.key) + ': sent.'!r})",)

    def _is_sent(self, view: _View) -> bool:
        number = re.escape(self._words["reference_of"]).replace(r"\{number\}", r"R-\d+")
        return view.says(self._words["receipt"]) or (
            any(re.fullmatch(number, name) for name in view.names) and not view.control(self._words["next"])
        )

    def _leave(self, view: _View) -> tuple[str, ...]:
        """Back to the overview."""
        return _clicks(view.around(self._words["home"]), view) or ("go_back()",)

    def _home(self, view: _View) -> tuple[str, ...]:
        """Delete what is to go, open the form, or be done where it was sent today."""
        title, found = self._showing.title(self._form.key), []
        if wanted := self._answer["delete"]:
            line = view.starting(f"{self._showing.title(wanted)}, ")
            button = view.after(line, self._words["delete_draft"]) if line else None
            if button:
                found.append(_click(button))
            elif hidden := view.folded_between(self._words["drafts"], self._words["past"]):
                return hidden
        sent = f"{title}, {self._showing.say('sent_on', when=self._words['today'])}"
        if view.says(sent):
            return tuple(found) or self._done()
        if wanted and (newest := view.folded_first_after(self._words["past"])):
            return newest  # it may have been sent, and the other draft deleted, without a word of it left to see
        links = [line for line in view.controls(title) if line.bid]
        draft = view.starting(f"{title}, ")
        resume = view.after(draft, self._words["open_draft"]) if draft else None
        found += [_click(line) for line in [*links, *([resume] if resume else [])]]
        return tuple(dict.fromkeys(found)) or view.folded

    def _sheet(self, view: _View) -> tuple[str, ...]:
        """Whatever field is wrong, in any order; when none is, the way on."""
        if self._is_impossible(view):
            return (f"report_infeasible({self._showing.title(self._form.key) + ': not possible as asked.'!r})",)
        titles = {self._words[f"sheet_{sheet.key}"] for sheet in self._sheets}
        todo = [_click(line) for line in view.lines if line.bid and line.name in titles and "collapsed" in line.flags]
        hidden = False
        for sheet in self._sheets:
            seen = [item for item in sheet.items if self._line(view, item)]
            for item in sheet.items if seen else ():
                if item in seen:
                    todo += self._mend(view, item)
                elif is_asked(item, self._fields):
                    hidden = True
        if todo or (hidden and view.folded):
            return tuple(dict.fromkeys([*todo, *(view.folded if hidden else ())]))
        if view.says(self._words["so_far"]) and (wrong := self._wrong(view)):
            return wrong
        return _clicks(view.controls(self._words["next"]), view)

    def _is_impossible(self, view: _View) -> bool:
        """Whether the page shows that what is asked for can't be had."""
        obstacle = self._answer["obstacle"]
        line = self._line(view, self._form.item(obstacle)) if obstacle else None
        if obstacle == "slot":
            day = self._line(view, self._form.item("day"))
            wanted = self._fields["slot"]
            slots = SLOTS[SLOTS.index(wanted) :] if "fallback" in self._answer["said"] else (wanted,)
            are_taken = all(view.says(self._showing.say("taken", what=slot)) for slot in slots)
            return day is not None and day.value == self._fields["day"] and are_taken
        if obstacle == "amount":
            limit = show_amount(self._answer["world"]["limit"], self._showing.comma)
            return line is not None and view.says(self._showing.say("limit", amount=f"€{limit}"))
        if line is None or not obstacle:
            return False
        shown = line.options or tuple(one.name for one in view.lines if one.role == "option")
        return bool(shown) and self._fields[obstacle] not in shown

    def _line(self, view: _View, item: Item) -> Line | None:
        """The control of an item; of a choice of buttons, any of them."""
        if item.kind != "radio":
            return view.control(self._showing.label(item))
        return next((line for name in self._labels(item) for line in view.controls(name)), None)

    def _labels(self, item: Item) -> list[str]:
        world = self._answer["world"]
        return [one.label for one in self._showing.choices(item, world["choices"], world["taken"], self._fields)]

    def _mend(self, view: _View, item: Item) -> list[str]:
        """What makes the item right; empty when it is."""
        wanted, line = self._fields.get(item.name, ""), self._line(view, item)
        if item.kind == "file":
            return self._attach(view, item, line)
        if not wanted or line is None:
            return []
        if item.kind == "checkbox":
            return [_click(line)] if ("checked" in line.flags) != (wanted == "yes") else []
        shown = self._showing.value(item, wanted)
        if item.kind == "radio":
            right = [one for one in view.controls(shown) if "disabled" not in one.flags]
            return [] if any(_is_on(one) for one in right) else [_click(one) for one in right]
        if item.kind == "select":
            if item.name == self._answer["obstacle"] and not line.options:
                return [_click(line)]  # its list is shown only once it is open
            return [] if line.value == shown else [f"select_option({line.bid!r}, {shown!r})"]
        if canonical(item, line.value, self._showing.comma) == wanted:
            return []
        typed = write_amount(int(wanted), self._showing.comma) if item.kind == "amount" else wanted
        return [f"fill({line.bid!r}, {typed!r})"]

    def _attach(self, view: _View, item: Item, line: Line | None) -> list[str]:
        name = self._answer["files"][item.name]["name"]
        if line is None:
            return []
        is_right = line.value.endswith(name) if line.value else view.says(self._showing.say("attached", name=name))
        return [] if is_right else [f"upload_file({line.bid!r}, {name!r})"]

    def _review(self, view: _View) -> tuple[str, ...]:
        return self._wrong(view) or _clicks(view.controls(self._words[f"submit_{self._form.key}"]), view)

    def _wrong(self, view: _View) -> tuple[str, ...]:
        """Ways back to the pages whose displayed answers are not as asked."""
        shown = [sheet for sheet in self._sheets if view.says(self._words[f"sheet_{sheet.key}"])]
        bad = [place for place, sheet in enumerate(shown) if not self._is_right(view, sheet)]
        edits = view.controls(self._words["edit"])
        if bad and view.folded:
            return view.folded
        return tuple(_click(edits[place]) for place in bad if place < len(edits))

    def _is_right(self, view: _View, sheet: Sheet) -> bool:
        for item in sheet.items:
            wanted = self._fields.get(item.name, "")
            if item.kind == "file":
                wanted = self._answer["files"][item.name]["name"]
            if not wanted or not is_asked(item, self._fields) or self._line(view, item):
                continue
            if not view.tells(self._showing.label(item), self._showing.value(item, wanted)):
                return False
        return True


class _View:
    """A page's lines: those of the frame where there is one, and those around it."""

    def __init__(self, page: Page, text: str) -> None:
        lines = page.lines
        place = next((at for at, line in enumerate(lines) if line.role == "iframe"), None)
        self._all = lines
        self._text = text
        self.folded = _opening(text)
        """Actions that open what is folded."""
        self.is_waiting = False
        if place is not None:
            depth = lines[place].depth
            rest = lines[place + 1 :]
            lines = rest[: next((at for at, line in enumerate(rest) if line.depth <= depth), len(rest))]
            self.is_waiting = not lines
        self.lines = lines
        self.names = [_plain(line.name) for line in lines]

    def folded_between(self, start: str, end: str) -> tuple[str, ...]:
        """What opens the groups between two headings; from the top or to the end where one is not shown itself."""
        lines = self._text.split("\n")
        names = [unquote(found.group(1)) if (found := _NAME.search(line)) else "" for line in lines]
        first = names.index(start) if start in names else 0
        last = names.index(end, first) if end in names[first:] else len(lines)
        return _opening("\n".join(lines[first:last]))

    def folded_first_after(self, heading: str) -> tuple[str, ...]:
        """What opens the group right below a heading, where the first thing to act on there is folded."""
        lines = self._text.split("\n")
        names = [unquote(found.group(1)) if (found := _NAME.search(line)) else "" for line in lines]
        below = lines[names.index(heading) + 1 :] if heading in names else []
        first = next((line for line in below if re.match(r" *\[", line)), "")
        return _opening(first)

    def says(self, text: str) -> bool:
        return text in self.names

    def tells(self, label: str, value: str) -> bool:
        """Whether a fact stands there: name and value in one line or in two, one after the other."""
        whole = f"{label}: {value}"
        for place, name in enumerate(self.names):
            if name == whole or name == f"{label} {value}":
                return True
            if name.rstrip(":") == label:
                rest = [one for one in self.names[place + 1 : place + 4] if one]
                if rest and rest[0] == value:
                    return True
        return False

    def controls(self, name: str) -> list[Line]:
        """What can be operated under this name."""
        return [line for line in self.lines if line.bid and _plain(line.name) == name and line.role not in _PASSIVE]

    def control(self, name: str) -> Line | None:
        return next(iter(self.controls(name)), None)

    def around(self, name: str) -> list[Line]:
        """What can be operated under this name anywhere on the page."""
        return [line for line in self._all if line.bid and _plain(line.name) == name]

    def starting(self, start: str) -> Line | None:
        """The first line that can't be operated and starts so."""
        return next((line for line in self.lines if not line.bid and line.name.startswith(start)), None)

    def after(self, line: Line, name: str) -> Line | None:
        """The first control of this name behind a line."""
        place = self.lines.index(line)
        return next((one for one in self.lines[place:] if one.bid and _plain(one.name) == name), None)


def _opening(text: str) -> tuple[str, ...]:
    return tuple(f"expand({name!r})" for name in _FOLDED.findall(text))


def _plain(name: str) -> str:
    """Without the marks of a required field."""
    return re.sub(r"\s*(\*|:|\(required\))+$", "", name)


def _starts(name: str, start: str) -> bool:
    return name.startswith(start)


def _is_on(line: Line) -> bool:
    return bool({"checked", "selected"} & line.flags)


def _click(line: Line) -> str:
    return f"click({line.bid!r})"


def _clicks(lines: list[Line], view: _View) -> tuple[str, ...]:
    """The clicks, or what may bring their targets to light."""
    return tuple(_click(line) for line in lines) or view.folded
