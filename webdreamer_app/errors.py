"""The exception tree. Every message says what happened, with which value, and what to do now.

WebDreamerError
├── UsageError            wrong usage: a value that the user can correct           (exit 2)
│   ├── ActionSyntaxError an action string outside the grammar
│   ├── ProfileError      a profile file that can't be used
│   └── ConfigError       a configuration that can't be used
└── EnvironmentFailed     something around the agent failed                        (exit 4)
    ├── BrowserError      no Chromium, a crash, a page that can't be opened
    ├── CheckpointError   weights that are missing, corrupt or foreign
    └── RecordError       the session database can't be opened or written
"""

from __future__ import annotations


class WebDreamerError(Exception):
    """Root of every error that this application raises on purpose."""

    exit_status = 1


class UsageError(WebDreamerError):
    """The user gave a value that can't be used; the message names it and what fits."""

    exit_status = 2


class ActionSyntaxError(UsageError):
    """An action string is outside the grammar of `webdreamer_app.actions`."""


class ProfileError(UsageError):
    """The profile file is missing, malformed, or holds something other than text."""


class ConfigError(UsageError):
    """A configuration key is unknown or its value doesn't fit."""


class EnvironmentFailed(WebDreamerError):  # noqa: N818 - reads as the fact it states
    """Something around the agent failed: browser, database, model files."""

    exit_status = 4


class BrowserError(EnvironmentFailed):
    """No Chromium could be started, it died, or a page could not be opened."""


class PageCrashed(BrowserError):  # noqa: N818 - a fact about a page
    """A page ended its own process. The browser lives, and other pages can be opened."""


class CheckpointError(EnvironmentFailed):
    """Weights are missing, corrupt, or were made for something else."""


class RecordError(EnvironmentFailed):
    """The session database could not be opened, read or written: without a log there is no action."""
