"""Configuration: TOML file, `WEBDREAMER_*` environment, `--set key=value` and typed flags into one dataclass.

The only module that reads the environment. Later sources win: defaults, file, environment, `--set`, flags.
"""

from __future__ import annotations

import difflib
import math
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from webdreamer_app.errors import ConfigError, ProfileError, UsageError

PREFIX = "WEBDREAMER_"
DATABASE = "sessions.db"
LEAST_PAGE_TOKENS = 200
APPROVALS = ("ask", "deny", "gate", "all")
DEVICES = ("auto", "cpu", "cuda")
WEBARENA_SITES = ("SHOPPING", "SHOPPING_ADMIN", "REDDIT", "GITLAB", "MAP", "WIKIPEDIA", "HOMEPAGE", "CLASSIFIEDS")
"""Environment variables by which WebArena itself knows its sites."""


def _user_data_dir() -> Path:
    import platformdirs

    return platformdirs.user_data_path("webdreamer", appauthor=False)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that a run can be told. Raises ConfigError where a value is out of its range."""

    policy: str = "embedded"
    """`embedded`, or on suites `oracle`, `random`, `noop`."""
    planner: str = "reactive"
    """Name of a module in `webdreamer_app.planners`, with dashes."""
    approve: str | None = None
    """Who approves what can't be taken back: `ask`, `deny`, `gate` or `all`. None: the command decides."""
    max_steps: int = 40
    """Decided steps in an episode, refused ones included."""
    max_seconds: float = 600.0
    """Wall clock of an episode, in seconds; no new step is begun after it."""
    headed: bool = False
    """Show the browser's window."""
    db: str = ""
    """URL or path of the session database; empty becomes `<data_dir>/sessions.db`."""
    data_dir: Path = field(default_factory=_user_data_dir)
    """Folder for sessions and downloads."""
    device: str = "auto"
    """Where tensors live: `auto`, `cpu` or `cuda`."""
    seed: int = 0
    """Seed of everything random."""
    page_tokens: int = 2000
    """Budget of a page's text in tokens; 0: the whole page."""
    chromium: Path | None = None
    """Chromium to start; None: Playwright's own, then the system's."""
    policy_path: Path | None = None
    """Weights of the embedded policy; None: those in the package."""
    browsergym_python: Path | None = None
    """Python of the environment that has BrowserGym; None: that in `<data_dir>/browsergym`, else this one."""
    timeout_s: float = 20.0
    """Limit for one action or navigation in the browser, in seconds."""
    tau_commit: float = 0.5
    """With `approve = gate`: the largest risk (0 to 1) at which a commit may happen."""

    @property
    def has_own_db(self) -> bool:
        """Whether the database was named, and isn't the one in the data folder."""
        return self.db != str(self.data_dir / DATABASE)

    def __post_init__(self) -> None:
        if not self.db:
            object.__setattr__(self, "db", str(self.data_dir / DATABASE))
        _choice("approve", self.approve, (*APPROVALS, None))
        _choice("device", self.device, DEVICES)
        _above("max_steps", self.max_steps)
        _above("max_seconds", self.max_seconds)
        _above("timeout_s", self.timeout_s)
        if self.page_tokens and self.page_tokens < LEAST_PAGE_TOKENS:
            raise ConfigError(
                f"page_tokens = {self.page_tokens} is too few to tell a page: give {LEAST_PAGE_TOKENS} or more, "
                "or 0 for the whole page."
            )
        if not 0.0 <= self.tau_commit <= 1.0:
            raise ConfigError(f"tau_commit = {self.tau_commit} is out of range: give a number from 0 to 1.")


KEYS = tuple(spec.name for spec in fields(Config))
_TYPES = {spec.name: str(spec.type) for spec in fields(Config)}


def load(
    file: Path | None = None,
    overrides: Sequence[str] = (),
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
    stored: Mapping[str, object] | None = None,
) -> Config:
    """Merge every source. `environ` None reads the process's own; flags that are None were not given.

    `stored` holds the settings of a session that is resumed: they stand in for the defaults.

    Raises ConfigError, naming source, key and value.
    """
    values = {key: _typed(key, value, "the session") for key, value in (stored or {}).items() if key in KEYS}
    if file is not None:
        values |= _from_file(file)
    values |= _from_environment(os.environ if environ is None else environ)
    values |= _from_overrides(overrides)
    given = {key: value for key, value in (flags or {}).items() if value is not None}
    values |= {key: _typed(key, value, "the command line") for key, value in given.items()}
    return Config(**values)


def load_profile(path: Path) -> dict[str, str]:
    """The facts about a person that may be typed into pages: TOML of text values, tables flattened with dots.

    Raises ProfileError, naming the file and the line or key.
    """
    profile: dict[str, str] = {}
    _flatten(_read_toml(path, "profile", ProfileError), "", profile, path)
    return profile


def site_addresses(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Addresses of the sites that task files name: `WA_SHOPPING`, or WebArena's own `SHOPPING`, is `SHOPPING`'s."""
    found = os.environ if environ is None else environ
    plain = {name: found[name] for name in WEBARENA_SITES if found.get(name)}
    return plain | {name.removeprefix("WA_"): url for name, url in found.items() if name.startswith("WA_") and url}


def _flatten(table: Mapping[str, object], prefix: str, into: dict[str, str], path: Path) -> None:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if isinstance(value, Mapping):
            _flatten(value, f"{key}.", into, path)
        elif not isinstance(value, str):
            raise ProfileError(f'The profile {path} must hold text: write {key} = "{value}", with quotes.')
        elif key in into:
            raise ProfileError(f"The profile {path} gives {key} twice: keep one.")
        else:
            into[key] = value


def _read_toml(path: Path, what: str, error: type[UsageError]) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise error(f"There is no {what} file {path}: check the path.") from None
    except UnicodeDecodeError as problem:
        raise error(f"The {what} file {path} is not UTF-8 text: save it as UTF-8.") from problem
    except OSError as problem:
        raise error(f"The {what} file {path} can't be read: {problem.strerror}.") from problem
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise error(f"The {what} file {path} is not valid TOML: {problem}. Correct that line.") from problem


def _from_file(path: Path) -> dict[str, Any]:
    table = _read_toml(path, "configuration", ConfigError)
    return {key: _typed(key, value, str(path)) for key, value in table.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found = {name: text for name, text in environ.items() if name.startswith(PREFIX)}
    values = {}
    for name, text in sorted(found.items()):
        key = name.removeprefix(PREFIX).lower()
        if key not in _TYPES:
            raise ConfigError(f"The environment sets {name}, which is unknown: {_nearest(key, _as_variable)}")
        values[key] = _parsed(key, text, name)
    return values


def _from_overrides(overrides: Sequence[str]) -> dict[str, Any]:
    values = {}
    for override in overrides:
        key, separator, text = override.partition("=")
        if not separator:
            raise ConfigError(f"--set {override!r} has no value: write --set key=value.")
        values[key.strip()] = _parsed(key.strip(), text.strip(), f"--set {override}")
    return values


def _parsed(key: str, text: str, source: str) -> Any:
    """A value given as text, read as the key's type."""
    kind = _kind(key, source)
    if kind.endswith("None") and text == "":
        return None
    if kind == "bool":
        lowered = text.lower()
        if lowered not in _BOOLEANS:
            raise _wrong(key, text, source)
        return _BOOLEANS[lowered]
    try:
        return _typed(key, _NUMBERS[kind](text) if kind in _NUMBERS else text, source)
    except ValueError:
        raise _wrong(key, text, source) from None


def _typed(key: str, value: object, source: str) -> Any:
    """A value that already has a type, checked against the key's."""
    kind = _kind(key, source)
    if value is None and kind.endswith("None"):
        return None
    if kind.startswith("Path") and isinstance(value, str | Path):
        return Path(value).expanduser()
    if kind == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    expected = {"str": str, "str | None": str, "int": int, "bool": bool}.get(kind)
    if expected is None or type(value) is not expected:
        raise _wrong(key, value, source)
    return value


_BOOLEANS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_NUMBERS: dict[str, Callable[[str], object]] = {"int": int, "float": float}
_WORDS = {"int": "a whole number", "float": "a number", "bool": "true or false"}


def _kind(key: str, source: str) -> str:
    if key not in _TYPES:
        raise ConfigError(f"{source}: there is no setting {key!r}; {_nearest(key, str)}")
    return _TYPES[key]


def _wrong(key: str, value: object, source: str) -> ConfigError:
    fits = _WORDS.get(_TYPES[key], "text")
    return ConfigError(f"{source}: {key} = {value!r} doesn't fit; give {fits}.")


def _nearest(key: str, show: Callable[[str], str]) -> str:
    near = difflib.get_close_matches(key, KEYS, 1)
    return f"did you mean {show(near[0])}?" if near else f"known are {', '.join(map(show, KEYS))}."


def _as_variable(key: str) -> str:
    return PREFIX + key.upper()


def _choice(key: str, value: object, allowed: Sequence[str | None]) -> None:
    if value not in allowed:
        known = [choice for choice in allowed if choice]
        near = difflib.get_close_matches(str(value), known, 1)
        hint = f"did you mean {near[0]}?" if near else f"give one of {', '.join(known)}."
        raise ConfigError(f"{key} = {value!r} is unknown: {hint}")


def _above(key: str, value: float) -> None:
    if not value > 0 or math.isinf(value):
        raise ConfigError(f"{key} = {value} is out of range: give a number above 0.")
