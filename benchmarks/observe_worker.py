"""What the workers of the other tools have in common: a line in asks for an observation, a JSON line out answers.

Imports only the standard library, because workers run in environments without our packages.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path

COUNT = "document.getElementsByTagName('*').length"
"""A page's DOM elements."""
VIEWPORT = (1280, 900)
"""That of our own browser."""


def arguments(description: str | None) -> argparse.Namespace:
    """`url`, `chromium` and `sandbox` from the command line."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--chromium", type=Path, required=True)
    parser.add_argument("--no-sandbox", action="store_false", dest="sandbox")
    return parser.parse_args()


def answers() -> Callable[..., None]:
    """Writes its arguments as a JSON line to standard output; what the tool prints itself goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(**values: object) -> None:
        out.write(json.dumps(values) + "\n")
        out.flush()

    return answer
