"""The edge between commands and the world: errors become one sentence and an exit status, signals a clean end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import typer

from webdreamer_app.console import stderr
from webdreamer_app.errors import WebDreamerError

T = TypeVar("T")
INTERRUPTED = 130


@contextlib.contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Turn our errors, and those of the sibling packages, into a sentence on stderr and the right exit status."""
    from storage.errors import StorageError
    from storage.repository import UnknownSession
    from tasks.server import ServerError
    from tasks.suites import UnknownSuiteError, UnusableSuiteError

    try:
        yield
    except BaseExceptionGroup as group:
        raise _exit(_first(group)) from group
    except (WebDreamerError, StorageError, ServerError, UnknownSession, UnknownSuiteError, UnusableSuiteError) as error:
        raise _exit(error) from error
    except (KeyboardInterrupt, asyncio.CancelledError) as error:
        stderr("Interrupted. What was decided is recorded.")
        raise typer.Exit(INTERRUPTED) from error


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    """The first single error of a group of tasks that failed together."""
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


def _exit(error: BaseException) -> Exception:
    from storage.errors import StorageError
    from storage.repository import UnknownSession
    from tasks.server import ServerError
    from tasks.suites import UnknownSuiteError, UnusableSuiteError

    if isinstance(error, WebDreamerError):
        status = error.exit_status
    elif isinstance(error, StorageError | ServerError):
        status = 4
    elif isinstance(error, UnknownSession | UnknownSuiteError | UnusableSuiteError):
        status = 2
    else:
        raise error
    stderr(f"webdreamer: {error.args[0] if error.args else error}")
    return typer.Exit(status)


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end; SIGINT and SIGTERM cancel it, so that every browser and server is closed first."""

    async def main() -> T:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError):  # Windows has no signal handlers on its loop
                loop.add_signal_handler(number, task.cancel)
        return await task

    return asyncio.run(main())
