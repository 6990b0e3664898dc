"""Opening: migrations, speed by doing little, and files that are something else."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from storage.engine import HEAD, REVISIONS, open_engine
from storage.errors import DatabaseCorrupt, DatabaseNewer, DatabaseUnwritable, StorageError
from storage.repository import Repository, open_repository
from storage.schema import metadata

Make = Callable[..., Any]
ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "storage" / "migrations"


def differences(connection: Any) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def columns(place: Path) -> dict[str, list[Any]]:
    """Each table's columns as SQLite has them: name, type, nullable, default, key."""
    with closing(sqlite3.connect(place)) as connection:
        return {table: connection.execute(f"PRAGMA table_info({table})").fetchall() for table in metadata.tables}


async def test_the_migrated_schema_equals_the_declared_one(repository: Repository, place: Path, tmp_path: Path) -> None:
    engine = await open_engine(place)
    try:
        async with engine.connect() as connection:
            assert await connection.run_sync(differences) == []
    finally:
        await engine.dispose()
    declared = create_engine(f"sqlite:///{tmp_path}/declared.db")
    metadata.create_all(declared)
    declared.dispose()
    assert columns(place) == columns(tmp_path / "declared.db")
    assert all(columns(place).values())


async def test_writes_are_durable_references_checked_and_waits_bounded(repository: Repository, place: Path) -> None:
    engine = await open_engine(place)
    try:
        async with engine.connect() as connection:
            found = [(await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in
                     ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")]  # fmt: skip
    finally:
        await engine.dispose()
    assert found == ["wal", 2, 1, 5000]


def test_each_migration_is_known_to_the_opener() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert tuple(script.revision for script in scripts)[::-1] == REVISIONS
    assert {path.name[:4] for path in (MIGRATIONS / "versions").glob("0*.py")} == set(REVISIONS)


async def test_a_database_of_the_first_schema_is_brought_up_to_date_and_keeps_its_steps(
    place: Path, make_step: Make
) -> None:
    async with open_repository(place) as repository:
        session = await repository.create_session("old", "", {}, {})
        await repository.record_intent(session, make_step(branches=(), observation=make_step().observation))
    with closing(sqlite3.connect(place)) as connection:
        for table, column in (("steps", "moment"), ("outcomes", "moment"), ("branches", "proposal")):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
        connection.commit()
    async with open_repository(place) as repository:
        [found] = await repository.steps(session)
        assert (found.action, found.observation.moment) == (make_step().action, None)
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]


OPEN_AND_TELL = """
import asyncio, sys
from storage.repository import open_repository
async def main():
    async with open_repository(sys.argv[1]) as repository:
        await repository.create_session("from a child", "", {}, {})
asyncio.run(main())
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules} & {"alembic", "torch", "webdreamer_app"})))
"""


def opened_by_child(place: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", OPEN_AND_TELL, str(place)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def test_a_current_database_opens_without_alembic_and_storage_never_loads_torch_or_the_app(place: Path) -> None:
    assert opened_by_child(place).communicate()[0].split() == ["alembic"]
    assert opened_by_child(place).communicate()[0].split() == []


def test_processes_that_create_the_same_database_at_once_all_succeed(place: Path) -> None:
    children = [opened_by_child(place) for _ in range(4)]
    ends = [(child.communicate()[1], child.returncode) for child in children]
    assert ends == [("", 0)] * 4

    async def listed() -> int:
        async with open_repository(place) as repository:
            return len(await repository.list_sessions())

    assert asyncio.run(listed()) == 4


async def refused(place: str | Path) -> StorageError:
    with pytest.raises(StorageError) as caught:
        async with open_repository(place):
            pass
    return caught.value


async def test_a_newer_schema_is_refused_by_number(repository: Repository, place: Path) -> None:
    await repository.close()
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")
        connection.commit()
    error = await refused(place)
    assert isinstance(error, DatabaseNewer)
    assert "0099" in str(error) and str(place) in str(error) and "upgrade webdreamer" in str(error)


async def test_another_program_s_database_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
        connection.commit()
    error = await refused(place)
    assert isinstance(error, DatabaseCorrupt) and "other tables" in str(error)
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]


@pytest.mark.parametrize("content", [b"x" * 10, b"no database " * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
async def test_garbage_is_refused_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "garbage.db"
    place.write_bytes(content)
    error = await refused(place)
    assert isinstance(error, DatabaseCorrupt) and str(place) in str(error) and "move it away" in str(error)
    assert place.read_bytes() == content


async def test_a_folder_and_a_path_below_a_file_are_refused(tmp_path: Path) -> None:
    error = await refused(tmp_path)
    assert isinstance(error, DatabaseUnwritable) and "is a folder" in str(error)
    (tmp_path / "file").write_text("")
    error = await refused(tmp_path / "file" / "s.db")
    assert isinstance(error, DatabaseUnwritable) and "--db" in str(error)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a file system in which nobody can write")
async def test_a_file_system_without_writing_is_refused() -> None:
    error = await refused("/proc/self/sessions.db")
    assert isinstance(error, DatabaseUnwritable) and "/proc/self/sessions.db" in str(error)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
async def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    assert isinstance(await refused(folder / "s.db"), DatabaseUnwritable)


@pytest.mark.parametrize("url", ["://", "sqlite://", ":memory:", "postgresql+nothing://host/db"])
async def test_an_unusable_url_is_refused_in_a_sentence(url: str) -> None:
    assert "\n" not in str(await refused(url))


async def test_a_sqlite_url_and_a_path_are_the_same_database(tmp_path: Path) -> None:
    async with open_repository(f"sqlite:///{tmp_path}/s.db") as repository:
        session = await repository.create_session("by url", "", {}, {})
    async with open_repository(str(tmp_path / "s.db")) as repository:
        assert (await repository.find_session(session)).instruction == "by url"


@pytest.fixture
async def whole(repository: Repository, session: str, place: Path, make_step: Make) -> bytes:
    """A database file of twelve steps, closed."""
    for number in range(12):
        await repository.record_intent(session, make_step(number))
    await repository.close()
    return await asyncio.to_thread(place.read_bytes)


async def read_and_write(place: Path, make_step: Make) -> str:
    """`ok` where all is there and goes on, else the StorageError's name. Anything else is raised."""
    try:
        async with open_repository(place, timeout_s=0.1) as repository:
            [session] = await repository.list_sessions()
            found = await repository.steps(session.id)
            assert [one.action for one in found] == [make_step(number).action for number in range(12)]
            assert [one.observation for one in found] == [make_step(number).observation for number in range(12)]
            await repository.record_intent(session.id, make_step(12))
    except StorageError as error:
        assert str(place) in str(error), str(error)
        return type(error).__name__
    return "ok"


async def test_a_truncated_file_is_refused(whole: bytes, tmp_path: Path, make_step: Make) -> None:
    for share in (0.001, 0.1, 0.5, 0.9):
        place = tmp_path / "truncated.db"
        place.write_bytes(whole[: int(len(whole) * share)])
        assert await read_and_write(place, make_step) == "DatabaseCorrupt", share


async def test_a_flipped_bit_in_the_header_is_survived_or_refused_never_misread(
    whole: bytes, tmp_path: Path, make_step: Make
) -> None:
    damaged, ends = bytearray(whole), []
    for byte in range(100):
        folder = tmp_path / str(byte)
        folder.mkdir()
        damaged[byte] ^= 1 << byte % 8
        (folder / "s.db").write_bytes(damaged)
        damaged[byte] ^= 1 << byte % 8
        ends.append(await read_and_write(folder / "s.db", make_step))
        shutil.rmtree(folder)
    assert set(ends[:18]) == {"DatabaseCorrupt"}
    assert set(ends) <= {"ok", "DatabaseCorrupt", "DatabaseUnwritable"}
