"""pretix's own settings, for a shop on loopback: one SQLite file, no mail, no calls to the outside."""

from __future__ import annotations

from pretix.settings import *  # noqa: F403
from pretix.settings import DATABASES

DATABASES["default"]["OPTIONS"] = {
    # Two visitors at once: whoever writes takes the lock first and the other waits, instead of failing half-way.
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",  # only a power failure could lose an order
}
EMAIL_BACKEND = EMAIL_CUSTOM_SMTP_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
FETCH_ECB_RATES = False
DEBUG = False
