"""Suites by name and id, their server and its state, and the reader of serialized pages."""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.pages import read_page
from tasks.server import ServerError
from tasks.shop.suite import ShopSuite
from tasks.suites import UnknownSuiteError, names, suite
from tasks.task import Site
from webdreamer_app.browser.serialize import serialize
from webdreamer_app.types import Dialog, Element

SHOP = ShopSuite("semantic")
FORM = {"Size": "Small", "Gift wrap": "None", "quantity": "2"}


def cart(visitor: Any, site: Site) -> int:
    """How many things the cart's link counts."""
    found = re.search(r"\((\d+)\)</a>", visitor.get(site.url).body)
    assert found is not None
    return int(found.group(1))


def test_every_name_is_a_suite() -> None:
    assert [suite(name).name for name in names()] == list(names())


def test_unknown_suite_names_the_nearest() -> None:
    with pytest.raises(UnknownSuiteError, match="no suite 'shp'; did you mean 'shop'"):
        suite("shp")
    with pytest.raises(LookupError, match="there are: shop"):
        suite("zzz")


def test_listing_suites_loads_no_server() -> None:
    code = "import sys, tasks.suites; print({'starlette', 'uvicorn', 'sqlite3', 'jinja2'} & sys.modules.keys())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_id_leads_back_to_its_task() -> None:
    for task in SHOP.sample("test", 5, -4):
        assert SHOP.task(task.id) == task


@pytest.mark.parametrize(
    "name", ["shop/test/1", "shop/exam/1/2", "cafe/test/1/2", "shop/test/x/2", "shop/test/1/-2", "shop/test/01/2"]
)
def test_id_of_no_task_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"There is no task '{name}'"):
        SHOP.task(name)


def test_unknown_split_is_refused() -> None:
    with pytest.raises(ValueError, match="no split 'exam'; there are: train, validation, test"):
        SHOP.sample("exam", 1, 1)


def test_state_survives_a_restart_and_reset_forgets_it(tmp_path: Path, client: Any) -> None:
    with SHOP.open(tmp_path / "shop.db") as site:
        client(f"session={site.start('one').cookies[0].value}").post(f"{site.url}/cart/add/1", FORM)
    with SHOP.open(tmp_path / "shop.db") as site:
        site.start("one")
        site.start("two")
        assert cart(client("session=one"), site) == 2
        assert cart(client("session=two"), site) == 0
        site.reset("one")
        assert cart(client("session=one"), site) == 0


def test_a_session_begins_and_begins_again_with_what_its_task_holds(tmp_path: Path, client: Any) -> None:
    task = next(task for task in SHOP.sample("test", 200, 1) if task.answer["kind"] == "delete_address")
    place = task.answer["address"]
    with SHOP.open(tmp_path / "shop.db") as site:
        site.start("one", task)
        visitor = client("session=one")
        assert task.answer["street"] in visitor.get(f"{site.url}/account").body
        visitor.post(f"{site.url}/account/address/{place}/delete", {})
        assert task.answer["street"] not in visitor.get(f"{site.url}/account").body
        assert site.grade(task, "one").success
        site.start("one", task)  # found, not made anew
        assert site.grade(task, "one").success
        site.reset("one")
        assert task.answer["street"] in visitor.get(f"{site.url}/account").body
        assert not site.grade(task, "one").success


def test_orders_of_a_reset_session_are_forgotten(tmp_path: Path, client: Any) -> None:
    task = next(task for task in SHOP.sample("train", 9, 1) if task.answer["kind"] == "buy")
    with SHOP.open(tmp_path / "shop.db") as site:
        site.start("one")
        visitor = client("session=one")
        visitor.post(f"{site.url}/cart/add/1", FORM)
        visitor.post(f"{site.url}/checkout/address", {**task.answer["address"], "delivery": "Standard delivery"})
        visitor.post(f"{site.url}/checkout/payment", {"payment": "Invoice"})
        visitor.post(f"{site.url}/checkout/review", {})
        assert len(site.grade(task, "one").wrong_commits) == 1
        site.reset("one")
        assert site.grade(task, "one").detail == "Nothing was ordered."


def test_visitors_at_once_lose_nothing(tmp_path: Path, client: Any) -> None:
    with SHOP.open(tmp_path / "shop.db") as site:

        def shop(session: str) -> None:
            site.start(session)
            for _ in range(5):
                client(f"session={session}").post(f"{site.url}/cart/add/1", FORM)

        threads = [threading.Thread(target=shop, args=(f"visitor{number}",)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for number in range(6):
            assert cart(client(f"session=visitor{number}"), site) == 10


def test_closed_site_leaves_no_thread_and_frees_its_port(tmp_path: Path, client: Any) -> None:
    before = set(threading.enumerate())
    with SHOP.open(tmp_path / "shop.db") as site:
        port = int(site.url.rsplit(":", 1)[1])
        assert client().get(site.url).status == 200
    assert set(threading.enumerate()) <= before
    with SHOP.open(tmp_path / "shop.db", port) as again:
        assert again.url == site.url


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no second loopback address")
def test_site_listens_on_loopback_only(tmp_path: Path) -> None:
    with SHOP.open(tmp_path / "shop.db") as site:
        assert site.url.startswith("http://127.0.0.1:")
        with socket.socket() as other, pytest.raises(OSError, match="refused"):
            other.connect(("127.0.0.2", int(site.url.rsplit(":", 1)[1])))


def test_port_in_use_is_named(tmp_path: Path) -> None:
    with SHOP.open(tmp_path / "a.db") as site:
        port = int(site.url.rsplit(":", 1)[1])
        with pytest.raises(ServerError, match=f"Port {port} can't be used"), SHOP.open(tmp_path / "b.db", port):
            pass


def test_file_that_is_no_database_is_named_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("my notes" * 100)
    with pytest.raises(ServerError, match=r"notes\.txt can't be used \(file is not a database\)"), SHOP.open(file):
        pass
    assert file.read_text() == "my notes" * 100


def test_database_is_one_file_in_wal_mode(tmp_path: Path) -> None:
    with SHOP.open(tmp_path / "shop.db"):
        connection = sqlite3.connect(tmp_path / "shop.db")
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()
    assert [path.name for path in tmp_path.iterdir()] == ["shop.db"]


names_of_elements = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(
    lambda text: " ".join(text.split())
)
elements = st.builds(
    Element,
    role=st.sampled_from(["link", "textbox", "combobox", "radio", "listitem", "text", "heading"]),
    name=names_of_elements,
    depth=st.integers(0, 5),
    bid=st.from_regex(r"[a-z]?[1-9][0-9]?", fullmatch=True) | st.just(""),
    value=st.none() | names_of_elements,
    options=st.lists(names_of_elements, max_size=3).map(tuple),
    required=st.booleans(),
    checked=st.none() | st.booleans(),
    invalid=names_of_elements,
)


@given(names_of_elements, st.lists(elements, max_size=8))
def test_pages_are_read_back_as_they_were_written(title: str, written: list[Element]) -> None:
    page = read_page(serialize(title, "http://x/?q='", written))
    assert (page.title, page.url, page.dialog) == (title, "http://x/?q='", "")
    for line, element in zip(page.lines, written, strict=True):
        assert (line.depth, line.bid, line.role, line.name) == (element.depth, element.bid, element.role, element.name)
        assert (line.value, line.options) == (element.value or "", element.options)
        assert ("required" in line.flags) == element.required
        assert ("checked" in line.flags) == bool(element.checked)


def test_open_dialog_is_read() -> None:
    assert read_page(serialize("t", "u", [], (), [Dialog("confirm", "Sure?")])).dialog == "dialog confirm 'Sure?'"


def test_words_of_a_visitor_are_no_flags() -> None:
    typed = Element("textbox", "City", bid="3", value="x' checked disabled options=['a']")
    (line,) = read_page(serialize("t", "u", [typed])).lines
    assert (line.value, line.options, line.flags) == (typed.value, (), frozenset())
