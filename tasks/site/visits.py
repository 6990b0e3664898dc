"""Who is visiting: a cookie names the session; pages are written in the session's theme."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tasks.site.blocks import Page
from tasks.site.render import Renderer
from tasks.site.store import SessionStore
from tasks.site.themes import is_theme, theme_named

State = TypeVar("State", bound=msgspec.Struct)
_HERE = re.compile(r"/(?!/)[^\\\x00-\x20\x7f]*")
"""A path on this site, and nothing that a browser reads as another one: `//host`, `/\\host`, an address."""


def static_files() -> Mount:
    """Style sheets and scripts of all themes."""
    return Mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))


class Visits(Generic[State]):
    """Finds a request's session and answers in its theme."""

    def __init__(self, store: SessionStore[State], cookie: str, markup: str = "") -> None:
        """`cookie`: its name, which other sites on this machine must not share: cookies know no ports.

        `markup`: what all themes are written in, instead of each one's own.
        """
        self._store = store
        self._cookie = cookie
        self._markup = markup

    def entrance(self, enter: Callable[[str], State]) -> Route:
        """`/enter/THEME`: a new visit in that theme, for people who want to look around.

        Who has a task stays in its session, as it is. Anybody else finds no page under the name of no theme.
        """

        async def handle(request: Request) -> Response:
            theme, has_task = request.path_params["theme"], self._store.begins(request.cookies.get(self._cookie, ""))
            if has_task:
                return RedirectResponse("/", status_code=303)
            if not is_theme(theme):
                raise HTTPException(404)
            request.state.token = secrets.token_urlsafe(18)
            self._store.ensure(request.state.token, enter(theme))
            return self.see(request, "/")

        return Route("/enter/{theme}", handle)

    def token(self, request: Request) -> str:
        """The visitor's session; one without a session that exists gets a new one."""
        token: str = getattr(request.state, "token", "") or request.cookies.get(self._cookie, "")
        if not token or not self._store.exists(token):
            token = secrets.token_urlsafe(18)
            self._store.ensure(token)
        request.state.token = token
        return token

    def show(self, request: Request, page: Page, theme: str, status: int = 200) -> Response:
        """The page in a theme."""
        return self._remember(request, HTMLResponse(self._renderer(theme).page(page), status))

    def _renderer(self, name: str) -> Renderer:
        theme = theme_named(name)
        return Renderer(replace(theme, markup=self._markup) if self._markup else theme)

    def see(self, request: Request, path: str) -> Response:
        """Go on with a GET, after something was changed; with the first page where the path leads off the site."""
        return self._remember(request, RedirectResponse(path if _HERE.fullmatch(path) else "/", status_code=303))

    def back(self, request: Request) -> Response:
        """Go on where the visitor came from, as far as that is on this site."""
        origin, before = str(request.base_url).rstrip("/"), request.headers.get("referer", "")
        return self.see(request, before.removeprefix(origin))

    def _remember(self, request: Request, response: Response) -> Response:
        token = self.token(request)
        if request.cookies.get(self._cookie) != token:
            response.set_cookie(self._cookie, token, httponly=True, samesite="lax")
        return response


def field(form: Any, name: str, longest: int = 500) -> str:
    """What was sent for a field, on one line, cut; empty when it was not sent."""
    value = form.get(name, "")
    return " ".join(value.split())[:longest] if isinstance(value, str) else ""
