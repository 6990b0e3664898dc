"""Reads files of tasks in WebArena's form (Zhou et al. 2024): one JSON object, or a list of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError, model_validator

from tasks.suites import UnusableSuiteError

NOT_AVAILABLE = "N/A"
"""What an agent answers when a task can't be done."""
GOLD_IN_PRED = "GOLD in PRED"
_PLACEHOLDER = re.compile(r"__([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)__")


class TaskFileError(UnusableSuiteError):
    """A task file is missing, malformed, or names a site whose address nobody gave."""


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class ReferenceAnswers(_Read):
    """What the agent has to answer."""

    exact_match: StrictStr | None = None
    must_include: tuple[StrictStr, ...] | None = None
    fuzzy_match: tuple[StrictStr, ...] | StrictStr | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if isinstance(self.fuzzy_match, str) and self.fuzzy_match != NOT_AVAILABLE:
            raise ValueError(f"fuzzy_match is a list of texts, or {NOT_AVAILABLE!r}")
        if self.exact_match is None and not self.must_include and not self.fuzzy_match:
            raise ValueError("give one of exact_match, must_include, fuzzy_match")
        return self


class RequiredContents(_Read):
    """What has to be in the part of a page."""

    exact_match: StrictStr | None = None
    must_include: tuple[StrictStr, ...] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.exact_match is None and not self.must_include:
            raise ValueError("give exact_match or must_include")
        return self


class Target(_Read):
    """A part of a page that is looked at in the end."""

    url: StrictStr
    """`last`: the page that is open; `func:…` names a helper of WebArena's own."""
    locator: StrictStr
    """A JavaScript expression; blank: the whole page."""
    prep_actions: tuple[StrictStr, ...] = ()
    required_contents: RequiredContents

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.locator.strip() and not self.locator.startswith(("document.", "[...document.", "func:")):
            raise ValueError(f"the locator {self.locator[:60]!r} begins neither with document. nor with [...document.")
        return self


class Evaluation(_Read):
    """How the task is graded: every one of `eval_types` must pass."""

    eval_types: tuple[StrictStr, ...] = Field(min_length=1)
    reference_answers: ReferenceAnswers | None = None
    reference_url: StrictStr | None = None
    url_note: StrictStr | None = None
    program_html: tuple[Target, ...] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        wanted = {
            "string_match": ("reference_answers", self.reference_answers),
            "url_match": ("reference_url", self.reference_url),
            "program_html": ("program_html", self.program_html),
        }
        for kind in self.eval_types:
            name, value = wanted.get(kind, ("", True))
            if not value:
                raise ValueError(f"{kind} needs {name}")
        if "url_match" in self.eval_types and (self.url_note or GOLD_IN_PRED) != GOLD_IN_PRED:
            raise ValueError(f"url_note {self.url_note!r} is no rule; there is {GOLD_IN_PRED!r}")
        return self


class WebArenaTask(_Read):
    """One task of a file."""

    task_id: int | StrictStr
    intent: StrictStr = Field(min_length=1)
    start_url: StrictStr = Field(min_length=1)
    """One address, or several joined by ` |AND| `: each opens a tab."""
    sites: tuple[StrictStr, ...] = ()
    require_login: bool = False
    storage_state: StrictStr | None = None
    evaluation: Evaluation = Field(alias="eval")

    @property
    def start_urls(self) -> tuple[str, ...]:
        return tuple(url.strip() for url in self.start_url.split(" |AND| "))


def read_tasks(file: Path, addresses: Mapping[str, str]) -> tuple[WebArenaTask, ...]:
    """Every task of the file, `__SHOPPING__` and the like replaced by their addresses. Raises TaskFileError."""
    data = _load(file)
    found = data if isinstance(data, list) else [data]
    if not found:
        raise TaskFileError(f"The task file {file} holds no task.")
    return tuple(_task(file, place, one, addresses) for place, one in enumerate(found))


def _load(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise TaskFileError(f"There is no task file {file}: check the path.") from None
    except OSError as error:
        raise TaskFileError(f"The task file {file} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise TaskFileError(f"The task file {file} is not UTF-8 text: save it as UTF-8.") from error
    except (json.JSONDecodeError, RecursionError) as error:
        raise TaskFileError(f"The task file {file} is not valid JSON: {error}. Correct that place.") from error


def _task(file: Path, place: int, data: Any, addresses: Mapping[str, str]) -> WebArenaTask:
    where = f"{file}, task {place}"
    if not isinstance(data, dict):
        raise TaskFileError(f"{where}: it is {type(data).__name__}, not an object with intent, start_url and eval.")
    if "task_id" in data:
        where += f" (task_id {data['task_id']!r:.40})"
    try:
        return WebArenaTask.model_validate(_placed(data, addresses, where))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise TaskFileError(f"{where}: {field or 'task'}: {message}.") from error


def _placed(value: Any, addresses: Mapping[str, str], where: str) -> Any:
    """The value with every placeholder in it replaced."""

    def address(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in addresses:
            raise TaskFileError(
                f"{where} speaks of __{name}__, a site whose address is unknown: "
                f"set the environment variable WA_{name} to it."
            )
        return addresses[name].rstrip("/")

    if isinstance(value, str):
        return _PLACEHOLDER.sub(address, value)
    if isinstance(value, list):
        return [_placed(one, addresses, where) for one in value]
    if isinstance(value, dict):
        return {name: _placed(one, addresses, where) for name, one in value.items()}
    return value
