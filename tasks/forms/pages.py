"""The portal's pages as blocks: home, profile, a form's steps, review, receipt."""

from __future__ import annotations

from collections.abc import Mapping

from tasks.forms.catalogue import FORMS
from tasks.forms.checks import LIMITS, canonical, show_amount
from tasks.forms.showing import Showing
from tasks.forms.specs import Form, Item, Sheet, Step, is_asked
from tasks.forms.state import Draft, FormsState, Submission
from tasks.site import blocks as b

_PROFILE = (
    "full_name", "birth_date", "street", "postcode", "city", "email", "phone", "iban", "policy_number",
    "employee_number",
)  # fmt: skip


class Portal:
    """Writes one session's pages."""

    def __init__(self, state: FormsState, showing: Showing) -> None:
        self.state = state
        self.showing = showing
        self.words = showing.words
        self.base = "/inner" if showing.theme.framed else "/forms"

    def page(self, title: str, main: tuple[b.Block, ...], bare: bool = False) -> b.Page:
        """A page with the portal around it, unless it is bare."""
        links = (b.Link(self.words["home"], "/"), b.Link(self.words["profile"], "/profile"))
        return b.Page(
            title,
            main,
            brand=self.showing.theme.brand,
            account=b.Nav(self.words["around"], links),
            footer=(b.Text(self.words["office"], "note"),),
            overlay=None if bare or not self.state.has_banner else self._banner(),
            bare=bare,
        )

    def framed(self, form: Form, path: str) -> b.Page:
        """The portal around a form that stands in a frame."""
        return self.page(self.showing.title(form.key), (b.Frame(self.showing.title(form.key), path),))

    def home(self, said: str = "") -> b.Page:
        words = self.words
        services = tuple(
            (b.Link(self.showing.title(key), f"/forms/{key}/1"), b.Text(words[f"about_{key}"])) for key in FORMS
        )
        drafts = tuple(self._draft_line(key, draft) for key, draft in self.state.drafts.items())
        past = tuple(self._past_line(one) for one in reversed(self.state.submissions))
        return self.page(
            words["home"],
            (
                *self._said(said),
                b.Heading(words["services"]),
                b.Items(services, words["services"]),
                b.Heading(words["drafts"], 2),
                b.Items(drafts, words["drafts"], "lines") if drafts else b.Text(words["no_drafts"]),
                b.Heading(words["past"], 2),
                b.Items(past, words["past"], "lines") if past else b.Text(words["no_past"]),
            ),
        )

    def _draft_line(self, key: str, draft: Draft) -> tuple[b.Block, ...]:
        when = self.showing.say("saved_on", when=self.showing.day(draft.when))
        return (
            b.Text(f"{self.showing.title(key)}, {when}"),
            b.Link(self.words["open_draft"], f"/forms/{key}/1", "button"),
            b.Form(f"/drafts/{key}/delete", (self._delete(key),)),
        )

    def _past_line(self, one: Submission) -> tuple[b.Block, ...]:
        when = self.showing.say("sent_on", when=self.showing.day(one.when))
        return (
            b.Link(self.showing.say("reference_of", number=one.number), f"/sent/{one.number}"),
            b.Text(f"{self.showing.title(one.form)}, {when}"),
        )

    def _delete(self, key: str, to: str = "") -> b.Button:
        question = self.showing.say("delete_question", form=self.showing.title(key))
        return b.Button(
            self.words["delete_draft"],
            kind="danger",
            confirm=question if "confirm" in self.state.traps else "",
            to=to,
        )

    def profile(self) -> b.Page:
        shown = {name: self.state.profile.get(name, "") for name in _PROFILE}
        pairs = tuple((self.words[f"f_{name}"], value) for name, value in shown.items() if value)
        return self.page(self.words["profile"], (b.Heading(self.words["profile"]), b.Facts(pairs)))

    def missing(self) -> b.Page:
        return self.page(self.words["missing"], (b.Heading(self.words["missing"]), b.Link(self.words["home"], "/")))

    def sheets(
        self, form: Form, steps: tuple[Step, ...], number: int, errors: Mapping[str, str], said: str = ""
    ) -> b.Page:
        """One page with fields; `number` from 1, `errors`: item → key of the complaint."""
        step, draft = steps[number - 1], self.state.drafts.get(form.key, Draft())
        groups = tuple(self._sheet(sheet, draft, errors) for sheet in step.sheets)
        is_last = number == len(steps)
        note = (b.Text(self.showing.say("straight_note", next=self.words["next"]), "note"),) if is_last else ()
        before = self._so_far(form, steps[: number - 1]) if is_last and number > 1 else ()
        fields = b.Form(
            f"{self.base}/{form.key}/{number}",
            (*groups, *note, self._bar(form, number)),
            label=self.showing.title(form.key),
            files=any(item.kind == "file" for item in step.items),
        )
        found = self.showing.say("draft_found", when=self.showing.day(draft.when)) if draft.when and number == 1 else ""
        top: tuple[b.Block, ...] = (b.Text(self.words["problems"], "alert"),) if errors else self._said(said)
        top += (b.Text(found, "status"),) if found and not errors else ()
        title = self.showing.title(form.key)
        return self.page(title, (b.Heading(title), *top, *before, fields), self.showing.theme.framed)

    def _sheet(self, sheet: Sheet, draft: Draft, errors: Mapping[str, str]) -> b.Group:
        parents = {item.when[0] for item in sheet.items if item.when is not None}
        fields: list[b.Block] = []
        for item in sheet.items:
            if not is_asked(item, draft.values):
                continue
            if item.name == "amount" and self.state.limit and sheet.key == "payment":
                amount = f"€{show_amount(self.state.limit, self.showing.comma)}"
                fields.append(b.Text(self.showing.say("limit", amount=amount)))
            fields.append(self._field(item, draft, errors.get(item.name, ""), item.name in parents))
            if item.name in draft.files:
                fields.append(b.Text(self.showing.say("attached", name=draft.files[item.name].name)))
        return b.Group(tuple(fields), self.words[f"sheet_{sheet.key}"], "panel")

    def _field(self, item: Item, draft: Draft, error: str, is_parent: bool) -> b.Field:
        offered = self.showing.choices(item, self.state.choices, self.state.taken, draft.values)
        options = tuple(b.Option(one.value, one.label, one.is_taken) for one in offered)
        if item.kind == "select":
            options = (b.Option("", self.words["choose"]), *options)
        low, high = LIMITS.get(item.name, (0, 0))
        hint = self.words["amount_comma" if self.showing.comma else "amount_point"] if item.kind == "amount" else ""
        return b.Field(
            "text" if item.kind == "amount" else item.kind,
            item.name,
            self.showing.label(item),
            "" if item.kind == "file" else draft.values.get(item.name, item.default),
            options,
            required=item.is_required and not (item.kind == "file" and item.name in draft.files),
            error=self.words[error].format(low=low, high=high) if error else "",
            hint=hint,
            low=str(low) if high else "",
            high=str(high) if high else "",
            reload=is_parent and self.showing.theme.draw(3, "reload") > 0,
        )

    def _bar(self, form: Form, number: int) -> b.Group:
        go = b.Button(self.words["next"], "do", "next")
        save = b.Button(self.words["save"], "do", "save", "secondary")
        delete = self._delete(form.key, f"{self.base}/{form.key}/delete")
        orders = ((go, save, delete), (save, go, delete), (delete, save, go))
        return b.Group((*self._back(form, number), *orders[self.showing.theme.order]), kind="bar")

    def _back(self, form: Form, number: int) -> tuple[b.Block, ...]:
        return (b.Link(self.words["back"], f"{self.base}/{form.key}/{number - 1}"),) if number > 1 else ()

    def offer(self, form: Form, number: int) -> b.Page:
        """What would rather keep the customer; its primary button does."""
        words = self.words
        choice = b.Form(
            f"{self.base}/{form.key}/{number}",
            (
                b.Button(words["keep"], "do", "keep"),
                b.Button(words["decline"], "do", "decline", "secondary"),
                *self._back(form, number),
            ),
        )
        main = (b.Heading(self.showing.title(form.key)), b.Heading(words["offer"], 2), b.Text(words["offer_text"]))
        return self.page(words["offer"], (*main, choice), self.showing.theme.framed)

    def kept(self, form: Form) -> b.Page:
        main = (b.Heading(self.words["kept"]), b.Text(self.words["offer_text"]))
        return self.page(self.words["kept"], main, self.showing.theme.framed)

    def review(self, form: Form, steps: tuple[Step, ...]) -> b.Page:
        """Everything that will be sent, with ways back, and the button that sends it."""
        groups = self._answers(form, steps)
        send = b.Button(self.words[f"submit_{form.key}"], "do", "submit")
        delete = self._delete(form.key, f"{self.base}/{form.key}/delete")
        save = b.Button(self.words["save"], "do", "save", "secondary")
        buttons = (delete, save, send) if self.showing.theme.order == 2 else (send, save, delete)
        bar = (*self._back(form, len(steps)), *buttons)
        title = self.showing.title(form.key)
        main = (
            b.Heading(title),
            b.Heading(self.words["review"], 2),
            b.Text(self.words["review_text"]),
            *groups,
            b.Form(f"{self.base}/{form.key}/{len(steps)}", (b.Group(bar, kind="bar"),)),
        )
        return self.page(title, main, self.showing.theme.framed)

    def _so_far(self, form: Form, steps: tuple[Step, ...]) -> tuple[b.Block, ...]:
        """What the pages before the last one hold, where no review will show it."""
        return (b.Heading(self.words["so_far"], 2), *self._answers(form, steps))

    def _answers(self, form: Form, steps: tuple[Step, ...]) -> list[b.Block]:
        """What was answered on these pages, each with a way back to it."""
        draft = self.state.drafts.get(form.key, Draft())
        values = {
            item.name: canonical(item, draft.values.get(item.name, ""), self.showing.comma) for item in form.items
        }
        files = {name: one.name for name, one in draft.files.items()}
        groups: list[b.Block] = []
        for place, step in enumerate(steps, 1):
            for sheet in step.sheets:
                change = b.Link(self.words["edit"], f"{self.base}/{form.key}/{place}")
                facts = self._facts(sheet.items, values, files)
                groups.append(b.Group((facts, change), self.words[f"sheet_{sheet.key}"], "panel"))
        return groups

    def _facts(self, items: tuple[Item, ...], values: Mapping[str, str], files: Mapping[str, str]) -> b.Facts:
        pairs = []
        for item in items:
            if is_asked(item, values):
                value = files.get(item.name, "") if item.kind == "file" else values.get(item.name, "")
                pairs.append((self.showing.label(item), self.showing.value(item, value)))
        return b.Facts(tuple(pairs))

    def sent(self, one: Submission, is_new: bool, bare: bool) -> b.Page:
        """A form that was sent."""
        form, title = FORMS[one.form], self.showing.title(one.form)
        head = (
            (b.Heading(self.words["receipt"]), b.Text(self.showing.say("receipt_text", number=one.number), "status"))
            if is_new
            else (b.Heading(self.showing.say("reference_of", number=one.number)),)
        )
        files = {name: upload.name for name, upload in one.files.items()}
        facts = self._facts(form.items, one.values, files)
        return self.page(title, (*head, b.Heading(title, 2), facts), bare)

    def _said(self, key: str) -> tuple[b.Block, ...]:
        return (b.Text(self.words[key], "status"),) if key in ("draft_saved", "draft_gone") else ()

    def _banner(self) -> b.Overlay:
        words = self.words
        buttons = (
            b.Button(words["cookies_all"], "do", "all"),
            b.Button(words["cookies_needed"], "do", "needed", "secondary"),
        )
        return b.Overlay(words["cookies"], (b.Text(words["cookies_text"]), b.Form("/consent", buttons)))
