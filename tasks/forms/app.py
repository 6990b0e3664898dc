"""The portal over HTTP: pages, drafts, and what can't be taken back."""

from __future__ import annotations

import hashlib
import itertools
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tasks.forms.catalogue import FORMS
from tasks.forms.checks import canonical, complaints
from tasks.forms.generate import make_task
from tasks.forms.pages import Portal
from tasks.forms.showing import showing
from tasks.forms.specs import Form, Step, is_asked, steps
from tasks.forms.state import MANY, Draft, Event, FormsState, Submission, Upload, state_of
from tasks.site.blocks import Page
from tasks.site.store import SessionStore
from tasks.site.themes import theme_named
from tasks.site.visits import Visits, field, static_files


def visitor(theme: str) -> FormsState:
    """Somebody who looks around in a theme: the account of its first task."""
    split = theme_named(theme).split
    tasks = (make_task(split, 1, index) for index in itertools.count())
    return state_of(next(task for task in tasks if task.answer["world"]["theme"] == theme).answer["world"])


_LONGEST_FILE = 200_000


class FormsApp:
    """Answers requests from the sessions in a store."""

    def __init__(self, store: SessionStore[FormsState], visits: Visits[FormsState]) -> None:
        self._store = store
        self._visits = visits

    def application(self) -> Starlette:
        routes = [
            Route("/", self._home),
            Route("/profile", self._profile),
            Route("/consent", self._consent, methods=["POST"]),
            Route("/drafts/{form}/delete", self._delete, methods=["POST"]),
            Route("/forms/{form}/{step:int}", self._outer, methods=["GET"]),
            self._visits.entrance(visitor),
            static_files(),
        ]
        for base in ("/forms", "/inner"):
            routes += [
                Route(f"{base}/{{form}}/kept", self._kept),
                Route(f"{base}/{{form}}/delete", self._delete, methods=["POST"]),
                Route(f"{base}/{{form}}/{{step:int}}", self._show, methods=["GET"]),
                Route(f"{base}/{{form}}/{{step:int}}", self._take, methods=["POST"]),
            ]
        for path in ("/sent/{number}", "/inner/sent/{number}"):
            routes.append(Route(path, self._sent))
        return Starlette(routes=routes, exception_handlers={404: self._missing})

    def _portal(self, request: Request) -> Portal:
        state = self._store.read(self._visits.token(request))
        return Portal(state, showing(state.theme))

    def _answer(self, request: Request, page: Page, portal: Portal, status: int = 200) -> Response:
        return self._visits.show(request, page, portal.state.theme, status)

    async def _missing(self, request: Request, error: Exception) -> Response:
        portal = self._portal(request)
        return self._answer(request, portal.missing(), portal, 404)

    async def _home(self, request: Request) -> Response:
        portal = self._portal(request)
        return self._answer(request, portal.home(request.query_params.get("said", "")), portal)

    async def _profile(self, request: Request) -> Response:
        portal = self._portal(request)
        return self._answer(request, portal.profile(), portal)

    async def _consent(self, request: Request) -> Response:
        with self._store.edit(self._visits.token(request)) as state:
            state.has_banner = False
        return self._visits.back(request)

    async def _outer(self, request: Request) -> Response:
        """A form's page; where the theme frames its forms, the portal around it."""
        portal, form = self._portal(request), FORMS.get(request.path_params["form"])
        if form is None or not portal.showing.theme.framed:
            return await self._show(request)
        page = portal.framed(form, f"/inner/{form.key}/{request.path_params['step']}")
        return self._answer(request, page, portal)

    async def _show(self, request: Request) -> Response:
        portal, form = self._portal(request), FORMS.get(request.path_params["form"])
        if form is None:
            return await self._missing(request, KeyError())
        found = _steps(portal, form)
        number = min(max(request.path_params["step"], 1), len(found))
        open_step = _first_open(portal, form, found)
        if number > open_step:
            return self._visits.see(request, f"{portal.base}/{form.key}/{open_step}")
        return self._answer(request, _page(portal, form, found, number, request.query_params.get("said", "")), portal)

    async def _take(self, request: Request) -> Response:
        """What a step's form sent: kept, checked, and acted on by the button."""
        form = FORMS.get(request.path_params["form"])
        if form is None:
            return await self._missing(request, KeyError())
        async with request.form(max_files=4, max_fields=60) as sent:
            token, button = self._visits.token(request), field(sent, "do")
            uploads = await _uploads(sent)
            with self._store.edit(token) as state:
                portal = Portal(state, showing(state.theme))
                found = _steps(portal, form)
                number = min(max(request.path_params["step"], 1), len(found))
                if found[number - 1].kind == "sheets":
                    _keep(state.drafts.setdefault(form.key, Draft()), found[number - 1], sent, uploads)
                return self._act(request, portal, form, number, button)

    def _act(self, request: Request, portal: Portal, form: Form, number: int, button: str) -> Response:
        state, found = portal.state, _steps(portal, form)
        step, here = found[number - 1], f"{portal.base}/{form.key}"
        draft = state.drafts.get(form.key)
        if step.kind == "offer" and button == "keep":
            state.drafts.pop(form.key, None)
            state.record(Event("kept", form.key))
            return self._visits.see(request, f"{here}/kept")
        if step.kind == "offer" and button == "decline" and draft is not None:
            draft.is_offer_declined = True
            return self._visits.see(request, f"{here}/{number + 1}")
        if button == "save":
            return self._visits.see(request, f"{here}/{number}?said=draft_saved")
        is_last = number == len(found)
        if (button == "next" and step.kind == "sheets") or (button == "submit" and step.kind == "review"):
            first = number if not is_last else min(number, _first_open(portal, form, found))
            if found[first - 1].kind == "sheets" and (errors := _complaints(portal, found[first - 1], form)):
                page = portal.sheets(form, found, first, errors)
                return self._answer(request, page, portal, 422)
            if not is_last:
                return self._visits.see(request, f"{here}/{number + 1}")
            if first == number and draft is not None:
                return self._visits.see(request, _submit(portal, form, draft))
        return self._visits.see(request, f"{here}/{number}")

    async def _delete(self, request: Request) -> Response:
        key = request.path_params["form"]
        with self._store.edit(self._visits.token(request)) as state:
            draft = state.drafts.pop(key, None)
            if draft is not None:
                state.record(Event("deleted", key, bool(draft.when)))
        inside = not request.url.path.startswith("/drafts/") and key in FORMS
        base = request.url.path.split("/")[1]
        return self._visits.see(request, f"/{base}/{key}/1?said=draft_gone" if inside else "/?said=draft_gone")

    async def _kept(self, request: Request) -> Response:
        portal = self._portal(request)
        form = FORMS.get(request.path_params["form"])
        if form is None or not form.has_offer:
            return await self._missing(request, KeyError())
        return self._answer(request, portal.kept(form), portal)

    async def _sent(self, request: Request) -> Response:
        portal = self._portal(request)
        number = request.path_params["number"]
        one = next((one for one in portal.state.submissions if one.number == number), None)
        if one is None:
            return await self._missing(request, KeyError())
        bare = request.url.path.startswith("/inner")
        is_new = request.query_params.get("said") == "receipt" and not one.when
        return self._answer(request, portal.sent(one, is_new, bare), portal)


def _steps(portal: Portal, form: Form) -> tuple[Step, ...]:
    return steps(form, portal.showing.theme, "straight" not in portal.state.traps)


def _page(portal: Portal, form: Form, found: tuple[Step, ...], number: int, said: str) -> Page:
    kind = found[number - 1].kind
    if kind == "review":
        return portal.review(form, found)
    return portal.offer(form, number) if kind == "offer" else portal.sheets(form, found, number, {}, said)


def _first_open(portal: Portal, form: Form, found: tuple[Step, ...]) -> int:
    """The number of the first step that is not done yet."""
    draft = portal.state.drafts.get(form.key, Draft())
    for number, step in enumerate(found, 1):
        if step.kind == "offer" and not draft.is_offer_declined:
            return number
        if step.kind == "sheets" and _complaints(portal, step, form):
            return number
    return len(found)


def _complaints(portal: Portal, step: Step, form: Form) -> dict[str, str]:
    state, draft = portal.state, portal.state.drafts.get(form.key, Draft())
    offered = {
        item.name: [
            one.value
            for one in portal.showing.choices(item, state.choices, state.taken, draft.values)
            if not one.is_taken
        ]
        for item in step.items
    }
    limit = state.limit if form.key == "transfer" else 0
    return complaints(step.items, draft.values, draft.files, portal.showing.comma, offered, limit)


async def _uploads(sent: Any) -> dict[str, Upload]:
    """The files that were sent, by the name of their field."""
    found = {}
    for name, value in sent.multi_items():
        if isinstance(value, UploadFile) and value.filename:
            content = await value.read(_LONGEST_FILE)
            found[name] = Upload(value.filename[:100], hashlib.sha256(content).hexdigest())
    return found


def _keep(draft: Draft, step: Step, sent: Any, uploads: dict[str, Upload]) -> None:
    """Put what was sent into the draft, as it was typed."""
    for item in step.items:
        if item.kind == "file":
            if item.name in uploads:
                draft.files[item.name] = uploads[item.name]
        elif item.kind == "checkbox":
            draft.values[item.name] = "yes" if sent.get(item.name) == "yes" else "no"
        elif isinstance(sent.get(item.name), str):
            draft.values[item.name] = field(sent, item.name)


def _submit(portal: Portal, form: Form, draft: Draft) -> str:
    """Send the form; the address of its receipt."""
    state = portal.state
    asked = [item for item in form.items if is_asked(item, draft.values)]
    values = {
        item.name: canonical(item, draft.values.get(item.name, ""), portal.showing.comma)
        for item in asked
        if item.kind != "file"
    }
    files = {item.name: draft.files[item.name] for item in asked if item.name in draft.files}
    number = f"R-{4001 + len(state.submissions)}"
    if len(state.submissions) < MANY:
        state.submissions.append(Submission(number, form.key, values, files))
    state.record(Event("submitted", form.key, values=values, files=files))
    del state.drafts[form.key]
    inner = "/inner" if portal.showing.theme.framed else ""
    return f"{inner}/sent/{number}?said=receipt"
