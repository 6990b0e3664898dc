"""Options that several commands take, and the configuration that they make."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

Policy = Annotated[str | None, typer.Option("--policy", help="embedded; on suites also oracle, random, noop.")]
Planner = Annotated[str | None, typer.Option("--planner", help="reactive.")]
Approve = Annotated[
    str | None, typer.Option("--approve", help="Who approves what can't be taken back: ask, deny, gate, all.")
]
MaxSteps = Annotated[int | None, typer.Option("--max-steps", help="Decided steps in a session.")]
MaxSeconds = Annotated[float | None, typer.Option("--max-seconds", help="Wall clock of a session.")]
PageTokens = Annotated[
    int | None, typer.Option("--page-tokens", help="Budget of a page's text in tokens; 0 for the whole page.")
]
Headed = Annotated[bool, typer.Option("--headed", help="Show the browser's window.")]
Db = Annotated[str | None, typer.Option("--db", help="Session database: a path or URL.")]
Device = Annotated[str | None, typer.Option("--device", help="auto, cpu or cuda.")]
ConfigFile = Annotated[Path | None, typer.Option("--config", help="TOML file with settings.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="One setting as key=value; may be repeated.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on stdout.")]
Plain = Annotated[bool, typer.Option("--plain", help="Plain lines, also on a terminal.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Seed of tasks and of everything random.")]
AcceptRisk = Annotated[
    bool, typer.Option("--i-accept-the-risk", help="Needed to act without a gate on sites that aren't bundled.")
]


SessionId = Annotated[str, typer.Argument(help="Session id, or how it starts.")]


def read_config(file: Path | None, overrides: list[str] | None, stored: Any = None, **flags: Any) -> Any:
    from webdreamer_app.config import load

    return load(file, overrides or [], None, {**flags, "headed": flags.get("headed") or None}, stored)


def finish(status: int) -> None:
    if status:
        raise typer.Exit(status)
