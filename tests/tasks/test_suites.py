"""Suites by name and id, their server and its state, and the reader of serialized pages."""

from __future__ import annotations

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
from tasks.suites import UnknownSuiteError, names, suite
from tasks.task import read_task_id
from webdreamer_app.browser.serialize import serialize
from webdreamer_app.types import Dialog, Element

SHOP = suite("corner")
FORM = {"Size": "Small", "Gift wrap": "None", "quantity": "2"}


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
    "name",
    ["corner/test/1", "corner/exam/1/2", "cafe/test/1/2", "corner/test/x/2", "corner/test/1/-2", "corner/test/01/2"],
)
def test_id_of_no_task_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"There is no task '{name}'"):
        SHOP.task(name)


def test_unknown_split_is_refused() -> None:
    with pytest.raises(ValueError, match="no split 'exam'; there are: train, validation, test"):
        SHOP.sample("exam", 1, 1)


def test_state_survives_a_restart_and_reset_forgets_it(tmp_path: Path, client: Any) -> None:
    with SHOP.open(tmp_path / "deep" / "shop.db") as site:
        client(f"session={site.start('one').cookies[0].value}").post(f"{site.url}/cart/add/1", FORM)
    with SHOP.open(tmp_path / "deep" / "shop.db") as site:
        site.start("one")
        site.start("two")
        assert "Cart (2)" in client("session=one").get(site.url).body
        assert "Cart (0)" in client("session=two").get(site.url).body
        site.reset("one")
        assert "Cart (0)" in client("session=one").get(site.url).body


def test_orders_of_a_reset_session_are_forgotten(tmp_path: Path, client: Any) -> None:
    task = SHOP.sample("train", 1, 1)[0]
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
            assert "Cart (10)" in client(f"session=visitor{number}").get(site.url).body


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


@pytest.mark.parametrize(
    ("task_id", "words"),
    [
        ("some/train/1/2/3", "ids read like 'some/test/1/7'"),
        ("other/test/1/2", "ids read like 'some/test/1/7'"),
        ("some/exam/1/2", "ids read like 'some/test/1/7'"),
        ("some/test/1/-2", "ids read like 'some/test/1/7'"),
        ("some/test/x/2", "its seed is not a whole number"),
        ("some/test/01/2", "did you mean 'some/test/1/2'?"),
        ("some/test/1/٢", "did you mean 'some/test/1/2'?"),
        ("", "ids read like 'some/test/1/7'"),
    ],
)
def test_an_id_that_none_can_have_says_how_ids_read(task_id: str, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_task_id(task_id, "some", ("train", "test"))
    assert str(caught.value).startswith(f"There is no task {task_id!r}") and words in str(caught.value)


def test_an_id_is_read_also_where_the_suite_has_slashes_of_its_own() -> None:
    assert read_task_id("webarena:a/b.json/test/-1/2", "webarena:a/b.json", ("test",)) == ("test", -1, 2)
