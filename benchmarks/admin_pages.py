"""Pages of admin tools that nobody here wrote, as HTML files, for `benchmarks.foreign`.

    python -m venv ENV && ENV/bin/pip install django sqlite-web
    ENV/bin/python benchmarks/admin_pages.py FOLDER

Django's own admin with its users and groups, and sqlite-web on the same database, asked through their test clients.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

DJANGO = (
    "", "auth/", "auth/user/", "auth/user/?o=2&q=m", "auth/user/add/", "auth/user/1/change/",
    "auth/user/2/change/", "auth/user/2/delete/", "auth/user/1/history/", "auth/user/1/password/", "auth/group/",
    "auth/group/add/", "auth/group/1/change/", "auth/group/1/delete/", "password_change/",
)  # fmt: skip
SQLITE_WEB = (
    "/", "/auth_user/", "/auth_user/content/", "/auth_user/query/", "/auth_user/add-column/", "/auth_user/insert/",
    "/auth_user/import/", "/auth_user/drop/", "/auth_user/rename-column/", "/django_migrations/content/", "/query/",
    "/create-table/", "/auth_group/",
)  # fmt: skip


def main() -> None:
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    database = out / "admin.sqlite3"
    pages = [*django_pages(database), *sqlite_web_pages(database)]
    for name, markup in pages:
        (out / f"{name}.html").write_bytes(markup)
    database.unlink()
    print(f"{len(pages)} pages in {out}")


def django_pages(database: Path) -> list[tuple[str, bytes]]:
    """Django's admin as its superuser sees it."""
    import django
    from django.conf import settings

    apps = ["admin", "auth", "contenttypes", "sessions", "messages", "staticfiles"]
    middleware = ("sessions.middleware.Session", "auth.middleware.Authentication", "messages.middleware.Message")
    processors = ("django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
                  "django.contrib.messages.context_processors.messages")  # fmt: skip
    settings.configure(
        SECRET_KEY="only for a benchmark",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        STATIC_URL="/static/",
        INSTALLED_APPS=[f"django.contrib.{name}" for name in apps],
        MIDDLEWARE=[f"django.contrib.{name}Middleware" for name in middleware],
        TEMPLATES=[{
            "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
            "OPTIONS": {"context_processors": list(processors)},
        }],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database)}},
    )  # fmt: skip
    django.setup()
    from django.contrib import admin
    from django.contrib.auth.models import Group, User
    from django.core.management import call_command
    from django.test import Client
    from django.urls import path

    call_command("migrate", verbosity=0)
    globals()["urlpatterns"] = [path("admin/", admin.site.urls)]
    owner = User.objects.create_superuser("owner", "owner@example.com", "pass-for-a-benchmark")
    for name in ("mira", "jonas", "amelie", "tomas", "ines"):
        User.objects.create_user(name, f"{name}@example.com", first_name=name.title(), is_staff=name < "k")
    for name in ("editors", "accountants"):
        Group.objects.create(name=name)
    client: Any = Client()
    found = [("django-login", client.get("/admin/login/").content)]
    client.force_login(owner)
    found += [(f"django-{place}", client.get(f"/admin/{one}").content) for place, one in enumerate(DJANGO)]
    return found


def sqlite_web_pages(database: Path) -> list[tuple[str, bytes]]:
    """sqlite-web on Django's tables."""
    from sqlite_web import sqlite_web

    sqlite_web.initialize_app([str(database)])
    client = sqlite_web.app.test_client()
    answers = [(place, client.get(one, follow_redirects=True)) for place, one in enumerate(SQLITE_WEB)]
    return [(f"sqlite-web-{place}", answer.data) for place, answer in answers if answer.status_code == 200]


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main()
