"""Serves an ASGI application on loopback from a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any


class ServerError(RuntimeError):
    """The site could not be started; the message names the port or the database file."""


@contextlib.contextmanager
def serve(application: Any, port: int = 0) -> Iterator[str]:
    """Yield the base URL while the application is served; `port` 0 takes a free one. Raises ServerError."""
    import uvicorn

    # Named as TCP, so that small answers are not held back (the loop turns on TCP_NODELAY for such sockets only).
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise ServerError(
            f"Port {port} can't be used ({error.strerror}): choose another, or 0 for a free one."
        ) from error
    server = uvicorn.Server(
        uvicorn.Config(application, log_level="error", access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    )
    ready = threading.Event()
    thread = threading.Thread(target=_run, args=(server, listener, ready), name="site", daemon=True)
    thread.start()
    try:
        if not ready.wait(10):
            raise ServerError("The site did not start within 10 s.")
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(5)
        listener.close()


def _run(server: Any, listener: socket.socket, ready: threading.Event) -> None:
    listener.listen(128)
    ready.set()  # connections queue in the listener until the loop accepts them
    server.run(sockets=[listener])
