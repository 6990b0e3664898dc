"""Fills a migrated database: the organizer and one public event of each kind. Runs in pretix's own environment.

Reads a JSON object on stdin: `organizer`, `name`, `events`.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def seed(told: dict[str, Any]) -> None:
    from django_scopes import scopes_disabled
    from pretix.base.models import Organizer
    from pretix.base.settings import GlobalSettingsObject
    from shop_build import BANK_TRANSFER, build_event, forget_event

    with scopes_disabled():
        GlobalSettingsObject().settings.set("update_check_perform", False)
        organizer, _ = Organizer.objects.get_or_create(slug=told["organizer"], defaults={"name": told["name"]})
        organizer.plugins = BANK_TRANSFER  # it works for an event only where its organizer has it too
        organizer.save()
        for spec in told["events"]:
            event = organizer.events.filter(slug=spec["key"]).first()
            if event is not None:
                forget_event(event)
            build_event(organizer, spec["key"], spec)
            print(spec["name"], flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    seed(json.load(sys.stdin))
