"""Commands that read the session database."""

from __future__ import annotations

from typing import Annotated

import typer

from webdreamer_app.cli_options import ConfigFile, Db, Json, SessionId, Set, read_config


def sessions(
    limit: Annotated[int, typer.Option("--limit", min=1)] = 20,
    db: Db = None,
    config: ConfigFile = None,
    set_: Set = None,
    json: Json = False,
) -> None:
    """Stored sessions, newest first."""
    from webdreamer_app.commands import log
    from webdreamer_app.commands.edge import errors_as_sentences, run_async

    with errors_as_sentences():
        run_async(log.sessions(read_config(config, set_, db=db), limit, json))


def show(id: SessionId, db: Db = None, config: ConfigFile = None, set_: Set = None, json: Json = False) -> None:
    """A session's steps and verdicts."""
    from webdreamer_app.commands import log
    from webdreamer_app.commands.edge import errors_as_sentences, run_async

    with errors_as_sentences():
        run_async(log.show(read_config(config, set_, db=db), id, json))


def replay(id: SessionId, db: Db = None, config: ConfigFile = None, set_: Set = None) -> None:
    """A session step by step: page, proposals, verdict, outcome."""
    from webdreamer_app.commands import log
    from webdreamer_app.commands.edge import errors_as_sentences, run_async

    with errors_as_sentences():
        run_async(log.replay(read_config(config, set_, db=db), id))


def audit(
    id: Annotated[str, typer.Argument(help="Session id, or how it starts; all sessions without one.")] = "",
    db: Db = None,
    config: ConfigFile = None,
    set_: Set = None,
    json: Json = False,
) -> None:
    """Every action that can't be taken back: allowed, held or blocked, with the evidence."""
    from webdreamer_app.commands import log
    from webdreamer_app.commands.edge import errors_as_sentences, run_async

    with errors_as_sentences():
        run_async(log.audit(read_config(config, set_, db=db), id, json))
