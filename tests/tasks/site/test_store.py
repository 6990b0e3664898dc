"""Sessions in one file: read, changed, copied, kept and restored, in milliseconds."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tasks.server import ServerError
from tasks.site.store import SessionStore, UnknownVisit


class Basket(msgspec.Struct):
    things: list[str] = msgspec.field(default_factory=list)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SessionStore[Basket]]:
    made = SessionStore(tmp_path / "site.db", Basket, Basket)
    yield made
    made.close()


def test_what_is_changed_is_stored_and_survives_a_restart(store: SessionStore[Basket], tmp_path: Path) -> None:
    store.ensure("one")
    with store.edit("one") as state:
        state.things.append("mug")
    store.ensure("one")
    again = SessionStore(tmp_path / "site.db", Basket, Basket)
    assert again.read("one").things == ["mug"]
    again.close()


def test_a_change_that_fails_changes_nothing(store: SessionStore[Basket]) -> None:
    store.ensure("one")
    with pytest.raises(RuntimeError), store.edit("one") as state:
        state.things.append("mug")
        raise RuntimeError
    assert store.read("one").things == []


def test_a_copy_goes_its_own_way_and_a_kept_state_comes_back(store: SessionStore[Basket]) -> None:
    store.ensure("one", Basket(["mug"]))
    store.clone("one", "two")
    store.save("one", "before")
    with store.edit("one") as state:
        state.things.append("kettle")
    assert store.read("two").things == ["mug"]
    store.restore("one", "before")
    assert store.read("one").things == ["mug"]


def test_a_file_of_an_earlier_version_is_read_and_completed(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "site.db")) as old:
        for table, key in (("sessions", "token"), ("snapshots", "name")):
            old.execute(f"CREATE TABLE {table} ({key} TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID")
            old.execute(f"INSERT INTO {table} VALUES ('one', ?)", (b'{"things": ["mug"]}',))
        old.commit()
    store = SessionStore(tmp_path / "site.db", Basket, Basket)
    assert store.read("one").things == ["mug"] and not store.begins("one")
    store.begin("one", Basket(["cup"]))
    assert store.read("one").things == ["mug"] and store.begins("one")
    store.reset("one")
    assert store.read("one").things == ["cup"]
    store.restore("two", "one")
    assert store.read("two").things == ["mug"]
    store.close()


def test_what_does_not_exist_is_named(store: SessionStore[Basket]) -> None:
    for act in (lambda: store.read("nobody"), lambda: store.clone("nobody", "x"), lambda: store.restore("x", "nobody")):
        with pytest.raises(UnknownVisit, match="nobody"):
            act()
    assert not store.exists("x")


def test_a_file_that_is_no_database_is_named_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("my notes" * 100)
    with pytest.raises(ServerError, match=r"notes\.txt can't be used"):
        SessionStore(file, Basket, Basket)
    assert file.read_text() == "my notes" * 100
