"""Suites by name, with what they need to know of this machine."""

from __future__ import annotations

from tasks.suites import suite, suite_name
from tasks.task import Suite, SuiteSettings, Task
from webdreamer_app.config import Config, site_addresses


def find_suite(name: str, config: Config | None = None) -> Suite:
    """The suite of this name. Raises UnknownSuiteError and UnusableSuiteError."""
    if config is None:
        return suite(name, SuiteSettings(addresses=site_addresses()))
    settings = SuiteSettings(
        config.browsergym_python, config.data_dir / "browsergym", config.data_dir, site_addresses()
    )
    return suite(name, settings)


def find_task(task_id: str, config: Config | None = None) -> Task:
    """The task of this id. Raises ValueError, and what `find_suite` raises."""
    return find_suite(suite_name(task_id), config).task(task_id)
