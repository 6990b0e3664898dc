"""No request leads off a site, and who has a task stays in its session."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from tasks.site.serving import ThemedSite, ThemedSuite, themed
from tasks.suites import suite

PATH = {"shop": "/cart", "forms": "/profile"}
ELSEWHERE = (
    "//evil.example", "//evil.example/cart", "https://evil.example/", "HTTPS://evil.example", "/\\evil.example",
    "\\\\evil.example", "/\t/evil.example", "javascript:alert(1)", "evil.example", "",
)  # fmt: skip
Running = tuple[ThemedSuite[Any], ThemedSite[Any]]


@pytest.fixture(scope="module", params=list(PATH))
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    found: Any = suite(request.param)
    with found.open(tmp_path_factory.mktemp("site") / "site.db") as site:
        yield found, themed(site)


def location(site: ThemedSite[Any], method: str, path: str, session: str, referer: str = "") -> tuple[str, str]:
    """Where a request is sent on to, and the cookie that comes with it."""
    connection = HTTPConnection(urlsplit(site.url).netloc, timeout=10)
    cookie = site.start(session).cookies[0]
    headers = {"Cookie": f"{cookie.name}={session}", "Content-Length": "0"} | ({"Referer": referer} if referer else {})
    connection.request(method, path, headers=headers)
    reply = connection.getresponse()
    reply.read()
    connection.close()
    assert reply.status == 303
    return str(reply.getheader("location")), reply.getheader("set-cookie") or ""


@pytest.mark.parametrize("where", ELSEWHERE)
def test_consent_never_leads_off_the_site(where: str, running: Running) -> None:
    _, site = running
    for referer in (where, f"{site.url}{where}" if where.startswith(("/", "\\")) else where):
        assert location(site, "POST", "/consent", "guest", referer)[0] == "/", referer


def test_consent_leads_back_to_the_page_that_asked(running: Running) -> None:
    found, site = running
    for path in (PATH[found.name], "/", "/search?q=a+b&page=2", "/a//b"):
        assert location(site, "POST", "/consent", "guest", site.url + path)[0] == path


def test_who_has_a_task_can_choose_no_theme(running: Running) -> None:
    found, site = running
    task = found.sample("train", 1, 5)[0]
    site.start("busy", task)
    site.clone("busy", "copy")
    for session in ("busy", "copy"):
        before = site._store.read(session)
        for theme in ("harbour", "lumen", "nowhere"):
            assert location(site, "GET", f"/enter/{theme}", session) == ("/", "")
        assert site._store.read(session) == before


def test_who_looks_around_chooses_a_theme_as_often_as_wanted(running: Running) -> None:
    _, site = running
    for theme in ("harbour", "lumen"):
        where, cookie = location(site, "GET", f"/enter/{theme}", "looking")
        session = cookie.partition("=")[2].partition(";")[0]
        assert where == "/" and session != "looking" and site._store.read(session).theme == theme
