"""Serves pretix on loopback and answers commands: a JSON object a line on stdin, one a line on stdout.

Runs in pretix's own environment; ends when stdin ends, so that it never outlives whoever started it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler

_STATIC = "/static/"


class _Server(ThreadedWSGIServer):
    daemon_threads = True
    request_queue_size = 128


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Visits are not told."""


def main() -> None:
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what pretix prints is no reply
    try:
        server = _Server(("127.0.0.1", int(sys.argv[1])), _Handler)
    except OSError as error:
        _say(replies, {"error": f"port {sys.argv[1]} can't be used ({error.strerror})"})
        return
    url = f"http://127.0.0.1:{server.server_address[1]}"
    os.environ["PRETIX_PRETIX_URL"] = url
    server.set_app(_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _say(replies, {"url": url})
    for line in sys.stdin:
        _say(replies, _answer(json.loads(line)))


def _application() -> Any:
    """pretix, and its stored style sheets and scripts beside it."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import Http404, HttpResponse
    from django.views.static import serve

    class Handler(WSGIHandler):
        def get_response(self, request: Any) -> Any:
            if not request.path.startswith(_STATIC):
                return super().get_response(request)
            try:
                return serve(request, request.path.removeprefix(_STATIC), settings.STATIC_ROOT)
            except Http404:
                return HttpResponse("Not found", status=404)

    return Handler()


def _answer(command: dict[str, Any]) -> dict[str, Any]:
    from django.db import connection
    from django_scopes import scopes_disabled

    try:
        with scopes_disabled():
            return _COMMANDS[command["do"]](command)
    except Exception as error:  # the other side tells it and goes on
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        connection.close()


def _start(command: dict[str, Any]) -> dict[str, Any]:
    """The session's own event, made where it is missing; the order it starts from, if the task has one."""
    from django.db import transaction
    from shop_build import build_event, place_order

    organizer, event = _find(command["slug"])
    if event is None:
        with transaction.atomic():
            event = build_event(organizer, command["slug"], command["event"])
            if command["order"]:
                place_order(event, command["order"])
    path = f"/{organizer.slug}/{event.slug}/"
    first = event.orders.order_by("pk").first() if command["order"] else None
    return {"path": f"{path}order/{first.code}/{first.secret}/" if first else path}


def _reset(command: dict[str, Any]) -> dict[str, Any]:
    from shop_build import forget_event

    _, event = _find(command["slug"])
    if event is not None:
        forget_event(event)
    return {}


def _orders(command: dict[str, Any]) -> dict[str, Any]:
    from shop_records import orders

    _, event = _find(command["slug"])
    return {"orders": orders(event) if event is not None else []}


def _find(slug: str) -> tuple[Any, Any]:
    from pretix.base.models import Organizer

    organizer = Organizer.objects.get()
    return organizer, organizer.events.filter(slug=slug).first()


def _say(replies: TextIO, reply: dict[str, Any]) -> None:
    replies.write(json.dumps(reply) + "\n")


_COMMANDS = {"start": _start, "reset": _reset, "orders": _orders}

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
    sys.stdout.flush()
    os._exit(0)  # threads may hold connections of visitors
