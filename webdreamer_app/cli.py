"""The command line: parse, wire, call. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from webdreamer_app.cli_log import audit, replay, sessions, show
from webdreamer_app.cli_options import (
    AcceptRisk,
    Approve,
    ConfigFile,
    Db,
    Device,
    Headed,
    Json,
    MaxSeconds,
    MaxSteps,
    PageTokens,
    Plain,
    Planner,
    Policy,
    Seed,
    Set,
    finish,
    read_config,
)

app = typer.Typer(
    name="webdreamer",
    help="A web agent for the terminal that asks before anything that can't be taken back.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help starts twice as fast
)
train_app = typer.Typer(rich_markup_mode=None, help="Train a part from recorded sessions.", no_args_is_help=True)
app.add_typer(train_app, name="train")
sites_app = typer.Typer(rich_markup_mode=None, help="The sites that tasks run on: serve or install them.")
app.add_typer(sites_app, name="sites")


@app.command()
def demo(
    suite: Annotated[str, typer.Argument(help="Bundled site, browsergym:ID, or a JSON file of tasks.")] = "shop",
    policy: Policy = None,
    planner: Planner = None,
    approve: Approve = None,
    max_steps: MaxSteps = None,
    max_seconds: MaxSeconds = None,
    page_tokens: PageTokens = None,
    headed: Headed = False,
    db: Db = None,
    device: Device = None,
    config: ConfigFile = None,
    set_: Set = None,
    json: Json = False,
    plain: Plain = False,
    seed: Seed = None,
) -> None:
    """A bundled site and one task, end to end."""
    from webdreamer_app.commands.edge import errors_as_sentences, run_async
    from webdreamer_app.commands.run import run_demo

    with errors_as_sentences():
        settings = read_config(
            config, set_, policy=policy, planner=planner, approve=approve, max_steps=max_steps, max_seconds=max_seconds,
            page_tokens=page_tokens, headed=headed, db=db, device=device, seed=seed,
        )  # fmt: skip
        finish(run_async(run_demo(settings, suite, json)))


@app.command()
def run(
    task: Annotated[str | None, typer.Argument(help="What to do, in plain words.")] = None,
    url: Annotated[str | None, typer.Option("--url", help="Where to start.")] = None,
    resume: Annotated[str | None, typer.Option("--resume", help="Go on with a stored session.")] = None,
    profile: Annotated[Path | None, typer.Option("--profile", help="TOML file with facts that may be typed.")] = None,
    policy: Policy = None,
    planner: Planner = None,
    approve: Approve = None,
    max_steps: MaxSteps = None,
    max_seconds: MaxSeconds = None,
    page_tokens: PageTokens = None,
    headed: Headed = False,
    db: Db = None,
    device: Device = None,
    config: ConfigFile = None,
    set_: Set = None,
    json: Json = False,
    plain: Plain = False,
    seed: Seed = None,
    i_accept_the_risk: AcceptRisk = False,
) -> None:
    """A task on any site, or --resume ID to go on after a crash or an approval."""
    from webdreamer_app.commands.edge import errors_as_sentences, run_async
    from webdreamer_app.commands.run import resume as resume_session
    from webdreamer_app.commands.run import run_task
    from webdreamer_app.errors import UsageError

    def settings(stored: Any = None) -> Any:
        return read_config(
            config, set_, stored, policy=policy, planner=planner, approve=approve, max_steps=max_steps,
            max_seconds=max_seconds, page_tokens=page_tokens, headed=headed, db=db, device=device, seed=seed,
        )  # fmt: skip

    with errors_as_sentences():
        if resume is not None:
            if task is not None or url is not None or profile is not None:
                raise UsageError("--resume goes on with a stored session: leave out the task, --url and --profile.")
            finish(run_async(resume_session(settings, resume, json, i_accept_the_risk)))
            return
        if not task or not url:
            raise UsageError('Say what to do and where: webdreamer run "TASK" --url URL.')
        finish(run_async(run_task(settings(), task, url, profile, json, i_accept_the_risk)))


@sites_app.callback(invoke_without_command=True)
def sites(
    context: typer.Context,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes a free one.")] = 0,
    site: Annotated[
        str, typer.Option("--site", help="Only this one: shop, forms, corner, or pretix where it is installed.")
    ] = "",
    config: ConfigFile = None,
    set_: Set = None,
) -> None:
    """Serve the bundled sites until Ctrl-C."""
    from webdreamer_app.commands.edge import errors_as_sentences, run_async
    from webdreamer_app.commands.sites import serve_sites

    if context.invoked_subcommand is not None:
        return
    with errors_as_sentences():
        run_async(serve_sites(read_config(config, set_), site, port))


@sites_app.command("install")
def install_site(
    site: Annotated[str, typer.Argument(help="pretix, a ticket shop: its own environment, about 600 MB.")],
    config: ConfigFile = None,
    set_: Set = None,
) -> None:
    """Install a site that isn't bundled into the data folder; goes on where it stopped."""
    from webdreamer_app.commands.edge import errors_as_sentences
    from webdreamer_app.commands.sites import install

    with errors_as_sentences():
        install(read_config(config, set_), site)


@app.command()
def observe(
    page: Annotated[str, typer.Argument(help="An address, or the path of a stored HTML file.")],
    page_tokens: PageTokens = None,
    headed: Headed = False,
    config: ConfigFile = None,
    set_: Set = None,
    json: Json = False,
) -> None:
    """A page as the agent reads it."""
    from webdreamer_app.commands.edge import errors_as_sentences, run_async
    from webdreamer_app.commands.observe import observe_page

    with errors_as_sentences():
        settings = read_config(config, set_, page_tokens=page_tokens, headed=headed)
        run_async(observe_page(settings, page, json))


@app.command("inspect-policy")
def inspect_policy(
    page: Annotated[str, typer.Argument(help="An address, or the path of a stored HTML file.")],
    task: Annotated[str, typer.Option("--task", help="What is wanted there, in plain words.")],
    profile: Annotated[Path | None, typer.Option("--profile", help="TOML file with facts about you.")] = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many candidates.")] = 10,
    advice: Annotated[
        list[str] | None, typer.Option("--advice", help="What a planner would whisper; up to four times.")
    ] = None,
    page_tokens: PageTokens = None,
    headed: Headed = False,
    config: ConfigFile = None,
    set_: Set = None,
) -> None:
    """What the embedded policy would do on a page, and why."""
    from webdreamer_app.commands.edge import errors_as_sentences, run_async
    from webdreamer_app.commands.inspect_policy import inspect_policy as inspect

    with errors_as_sentences():
        settings = read_config(config, set_, page_tokens=page_tokens, headed=headed)
        run_async(inspect(settings, page, task, profile, top, advice or ()))


@app.command()
def tasks(
    suite: Annotated[str | None, typer.Argument(help="Suite whose tasks are listed.")] = None,
    split: Annotated[str, typer.Option("--split")] = "train",
    sample: Annotated[int, typer.Option("--sample", min=1, help="How many.")] = 20,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    json: Json = False,
) -> None:
    """The suites, or a suite's tasks."""
    from webdreamer_app.commands.edge import errors_as_sentences
    from webdreamer_app.commands.sites import list_suites, list_tasks

    with errors_as_sentences():
        if suite is None:
            list_suites(json)
        else:
            list_tasks(suite, split, sample, seed, json)


@app.command()
def bench(
    suite: Annotated[str, typer.Argument(help="Suite to measure on, browsergym:ID, or a JSON file of tasks.")],
    planner: Annotated[
        list[str] | None, typer.Option("--planner", help="reactive or reactive+gate; may be repeated.")
    ] = None,
    split: Annotated[str, typer.Option("--split")] = "test",
    n: Annotated[int, typer.Option("-n", min=1, help="Tasks for each seed.")] = 10,
    seed: Annotated[str, typer.Option("--seed", help="Seeds, separated by commas.")] = "1",
    workers: Annotated[int, typer.Option("--workers", min=1, help="Browsers at once.")] = 1,
    json: Annotated[Path | None, typer.Option("--json", help="File for the figures.")] = None,
    policy: Policy = None,
    max_steps: MaxSteps = None,
    max_seconds: MaxSeconds = None,
    page_tokens: PageTokens = None,
    device: Device = None,
    config: ConfigFile = None,
    set_: Set = None,
    i_accept_the_risk: AcceptRisk = False,
) -> None:
    """Planners side by side on the same tasks."""
    from webdreamer_app.commands.edge import errors_as_sentences, run_async
    from webdreamer_app.commands.measure import bench as run_bench

    with errors_as_sentences():
        settings = read_config(
            config, set_, policy=policy, max_steps=max_steps, max_seconds=max_seconds, page_tokens=page_tokens,
            device=device,
        )  # fmt: skip
        run_async(run_bench(settings, suite, split, planner or ["reactive"], n, seed, workers, json, i_accept_the_risk))


for command in (sessions, show, replay, audit):
    app.command()(command)


@app.command()
def collect(
    suite: Annotated[str, typer.Argument(help="Suite to collect on.")],
    out: Annotated[Path, typer.Option("--out", help="Session database to add to.")],
    split: Annotated[str, typer.Option("--split")] = "train",
    episodes: Annotated[int, typer.Option("--episodes", min=1)] = 100,
    workers: Annotated[int, typer.Option("--workers", min=1)] = 2,
    deviation: Annotated[float, typer.Option("--deviation", min=0, max=1, help="Share of random steps.")] = 0.15,
    student_share: Annotated[
        float, typer.Option("--student-share", min=0, max=1, help="Share of the policy's steps.")
    ] = 0.0,
    seed: Seed = None,
    config: ConfigFile = None,
    set_: Set = None,
) -> None:
    """Record oracle episodes with light randomisation, as training data; goes on where it stopped."""
    from webdreamer_app.commands import measure
    from webdreamer_app.commands.edge import errors_as_sentences, run_async

    with errors_as_sentences():
        settings = read_config(config, set_, seed=seed)
        run_async(measure.collect(settings, suite, split, episodes, workers, deviation, student_share, out))


@app.command()
def rehearse(
    suite: Annotated[str, typer.Argument(help="Suite to play: shop or forms.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")],
    split: Annotated[str, typer.Option("--split")] = "train",
    episodes: Annotated[int, typer.Option("--episodes", min=1)] = 100,
    workers: Annotated[int, typer.Option("--workers", min=1)] = 2,
    deviation: Annotated[float, typer.Option("--deviation", min=0, max=1, help="Share of random steps.")] = 0.1,
    student_share: Annotated[
        float, typer.Option("--student-share", min=0, max=1, help="Share of the policy's steps.")
    ] = 0.0,
    seed: Seed = None,
    config: ConfigFile = None,
    set_: Set = None,
) -> None:
    """Play a bundled site without a browser, as training data; from seed 1000 on in a wider choice of words."""
    from webdreamer_app.commands import measure
    from webdreamer_app.commands.edge import errors_as_sentences, run_async

    with errors_as_sentences():
        settings = read_config(config, set_, seed=seed)
        run_async(measure.rehearse(settings, suite, split, episodes, workers, deviation, student_share, out))


@train_app.command("policy")
def train_policy(
    data: Annotated[
        list[Path], typer.Option("--data", help="Session database or folder of rehearsed episodes; repeatable.")
    ],
    validation: Annotated[list[Path], typer.Option("--validation", help="The same, to calibrate on.")],
    out: Annotated[Path, typer.Option("--out", help="Checkpoint to write.")] = Path("policy.safetensors"),
    minutes: Annotated[float, typer.Option("--minutes", min=0.05)] = 60.0,
    seed: Annotated[int, typer.Option("--seed")] = 0,
    start: Annotated[Path | None, typer.Option("--start", help="A trained policy to begin with.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted training.")] = False,
    device: Annotated[str, typer.Option("--device", help="auto, cpu or cuda.")] = "auto",
    own_episodes: Annotated[
        int, typer.Option("--own-episodes", min=0, help="Validation tasks of each site to fit the commit score on.")
    ] = 60,
    config: ConfigFile = None,
    set_: Set = None,
) -> None:
    """Train the embedded policy."""
    from webdreamer_app.commands import measure
    from webdreamer_app.commands.edge import errors_as_sentences, run_async

    with errors_as_sentences():
        settings = read_config(config, set_, seed=seed)
        run_async(
            measure.train_policy(settings, data, validation, out, minutes, seed, start, resume, device, own_episodes)
        )


@app.command()
def doctor(
    install_browser: Annotated[
        bool, typer.Option("--install-browser", help="Install a Chromium where none is found.")
    ] = False,
    db: Db = None,
    config: ConfigFile = None,
    set_: Set = None,
) -> None:
    """What is installed, what is missing, and the command that mends it."""
    from webdreamer_app.commands.doctor import doctor as run_doctor
    from webdreamer_app.commands.edge import errors_as_sentences, run_async

    with errors_as_sentences():
        finish(run_async(run_doctor(read_config(config, set_, db=db), install_browser)))


def main() -> None:
    """Entry point of the `webdreamer` command."""
    from webdreamer_app.errors import EnvironmentFailed
    from webdreamer_app.origins import check_origins

    try:
        check_origins()
    except EnvironmentFailed as error:
        typer.echo(f"webdreamer: {error}", err=True)
        raise SystemExit(error.exit_status) from error
    app()
