"""Serves the pages of the `miniwob` package, with a script at the end of their common one that runs one episode."""

from __future__ import annotations

import importlib.util
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tasks.server import ServerError

COOKIE = "miniwob_episode"
"""Holds the seed of the episode, percent-encoded."""
GOAL = "miniwobEpisode.goal()"
"""JavaScript for the instruction."""
ENDING = "miniwobEpisode.ending()"
"""JavaScript for `{reward, reason}` of the first ending; null where the episode is not over."""


def html_folder() -> Path:
    """Where the package keeps its pages; it is found, not imported. Raises ServerError."""
    found = importlib.util.find_spec("miniwob")
    for place in (found.submodule_search_locations or ()) if found else ():
        if (folder := Path(place) / "html").joinpath("core", "core.js").is_file():
            return folder
    raise ServerError("The pages of MiniWoB++ are not here: pip install 'webdreamer[miniwob]'.")


def application(folder: Path) -> Starlette:
    """Static pages below `folder`; the common script has ours at its end."""
    script = (folder / "core" / "core.js").read_text(encoding="utf-8")
    script += "\n" + files(__package__).joinpath("episode.js").read_text(encoding="utf-8")

    async def core(request: Request) -> Response:
        del request
        return Response(script, media_type="text/javascript")

    return Starlette(routes=[Route("/core/core.js", core), Mount("/", StaticFiles(directory=folder))])


def cookie_value(seed: str) -> str:
    return quote(seed, safe="")
