"""Checks that the sibling packages are ours: others on the path carry the same names."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from webdreamer_app.errors import EnvironmentFailed

SIBLINGS = ("worldmodel", "tasks", "storage")


def check_origins() -> None:
    """Raises EnvironmentFailed, naming the file that shadows one of our packages."""
    home = Path(__file__).resolve().parent.parent
    for name in SIBLINGS:
        spec = importlib.util.find_spec(name)
        places = [Path(place).resolve() for place in (spec.submodule_search_locations or [])] if spec else []
        if home / name in places:
            continue
        found = (spec.origin or "a folder of that name") if spec else None
        if found is None:
            raise EnvironmentFailed(f"The package {name!r} is missing beside {home}: reinstall webdreamer.")
        raise EnvironmentFailed(
            f"{found} hides webdreamer's own package {name!r}: run webdreamer from another folder, rename that file, "
            "or install webdreamer in an environment of its own."
        )
