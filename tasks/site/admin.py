"""A second port for those who run a site: copies, keeps and restores sessions. Pages never learn of it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tasks.site.store import SessionStore, UnknownVisit

Handler = Callable[[Request], Awaitable[Response]]


def admin_application(store: SessionStore[Any], key: str) -> Starlette:
    """`POST /clone {session, copy}`, `/save {session, name}`, `/restore {session, name}`, each with the key.

    The key is a bearer token; without it every answer is 403, and a session that does not exist is 404.
    """

    def route(path: str, run: Callable[[str, str], None], second: str) -> Route:
        async def handle(request: Request) -> Response:
            given = request.headers.get("authorization", "")
            if not secrets.compare_digest(given.encode(), f"Bearer {key}".encode()):
                return JSONResponse({"error": "The admin key is missing or wrong."}, 403)
            try:
                body = await request.json()
                run(str(body["session"]), str(body[second]))
            except (ValueError, KeyError, TypeError):
                return JSONResponse({"error": f"Send JSON with 'session' and {second!r}."}, 400)
            except UnknownVisit as error:
                return JSONResponse({"error": str(error)}, 404)
            return JSONResponse({"done": True})

        return Route(path, handle, methods=["POST"])

    return Starlette(
        routes=[
            route("/clone", store.clone, "copy"),
            route("/save", store.save, "name"),
            route("/restore", store.restore, "name"),
        ]
    )
