"""Sessions and the life of a step: begun, finished once, or given up as unknown."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from storage.errors import RecordRefused, StorageError
from storage.repository import Repository, UnknownSession, new_session_id

Make = Callable[..., Any]


def test_ids_are_short_and_sort_by_time() -> None:
    ids = [new_session_id(now) for now in (0.0, 1.0, 31.0, 32.0, 1_790_000_000.0, 1_790_000_001.0, 30_000_000_000.0)]
    assert ids == sorted(ids)
    assert {len(one) for one in ids} == {10}


async def test_a_session_is_found_by_id_by_prefix_and_as_the_latest(repository: Repository) -> None:
    for name in ("aa1", "aa2", "aa", "b%_"):
        await repository.create_session(name, "", {}, {}, session_id=name)
    assert (await repository.find_session("aa")).id == "aa"
    assert (await repository.find_session("aa2")).id == "aa2"
    assert (await repository.find_session("b")).id == "b%_"
    assert (await repository.latest_session()).id == "b%_"


@pytest.mark.parametrize(
    ("prefix", "why"),
    [
        ("a", "More than one session"),
        ("zz", "no session 'zz'"),
        ("", "no session ''"),
        ("%", "no session '%'"),
    ],
)
async def test_an_unclear_id_is_refused_with_the_reason(repository: Repository, prefix: str, why: str) -> None:
    for name in ("aa1", "aa2"):
        await repository.create_session(name, "", {}, {}, session_id=name)
    with pytest.raises(UnknownSession, match=why):
        await repository.find_session(prefix)


async def test_an_empty_database_has_no_latest_session(repository: Repository) -> None:
    with pytest.raises(UnknownSession, match="webdreamer demo"):
        await repository.latest_session()


async def test_sessions_are_listed_newest_first_and_filtered(repository: Repository) -> None:
    first = await repository.create_session("buy a Mug", "", {}, {}, "shop/test/1/0")
    second = await repository.create_session("buy 100% wool", "", {}, {}, "shop/train/1/0")
    third = await repository.create_session("fill a form", "", {}, {}, "forms/test/1/0")
    await repository.end_session(second, "done", "bought", {"success": True})

    async def listed(limit: int = 50, task: str = "", **wanted: Any) -> list[str]:
        return [one.id for one in await repository.list_sessions(limit, task, **wanted)]

    times = {one.id: one.created_at for one in await repository.list_sessions()}
    assert sorted(await listed(), key=lambda one: -times[one]) == await listed()
    assert set(await listed()) == {first, second, third}
    assert set(await listed(task="shop/")) == {first, second}
    assert await listed(status="done") == [second]
    assert await listed(containing="mug") == [first]
    assert await listed(containing="0% w") == [second]
    assert await listed(containing="buy%a") == []
    assert await listed(since=times[third] + 1) == []
    assert len(await listed(2)) == 2


async def test_an_ended_session_can_be_reopened(repository: Repository, session: str) -> None:
    await repository.end_session(session, "failed", "the browser died", {"success": False})
    ended = await repository.find_session(session)
    assert (ended.status, ended.message, ended.grade) == ("failed", "the browser died", '{"success": false}')
    assert ended.ended_at is not None and ended.ended_at >= ended.created_at
    await repository.reopen_session(session)
    again = await repository.find_session(session)
    assert (again.status, again.message, again.ended_at) == ("running", "", None)
    await repository.set_url(session, "http://shop.test/start")
    assert (await repository.find_session(session)).url == "http://shop.test/start"


async def test_ending_a_session_that_is_not_there_is_an_error(repository: Repository) -> None:
    with pytest.raises(UnknownSession, match="'nowhere'"):
        await repository.end_session("nowhere", "done", "")


async def test_a_step_is_finished_once(
    repository: Repository, session: str, make_step: Make, make_outcome: Make
) -> None:
    key = await repository.record_intent(session, make_step())
    await repository.record_outcome(key, make_outcome(error="first"))
    with pytest.raises(RecordRefused, match="recorded before"):
        await repository.record_outcome(key, make_outcome(error="second"))
    [found] = await repository.steps(session)
    assert found.outcome is not None and found.outcome.error == "first"


async def test_a_number_is_taken_once_and_the_refused_step_leaves_nothing(
    repository: Repository, session: str, place: Path, make_step: Make
) -> None:
    await repository.record_intent(session, make_step(3))
    with pytest.raises(RecordRefused, match="another process may be writing the same session"):
        await repository.record_intent(session, make_step(3, observation=make_step(4).observation))
    with closing(sqlite3.connect(place)) as connection:
        counts = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("steps", "observations")
        ]
    assert counts == [1, 1]


async def test_a_step_of_no_session_is_refused(repository: Repository, make_step: Make) -> None:
    with pytest.raises(StorageError, match="FOREIGN KEY"):
        await repository.record_intent("nowhere", make_step())


async def test_intents_without_outcome_become_unknown_for_good(
    repository: Repository, session: str, make_step: Make, make_outcome: Make
) -> None:
    other = await repository.create_session("other", "", {}, {})
    await repository.record_intent(other, make_step(0))
    keys = [await repository.record_intent(session, make_step(number)) for number in range(3)]
    await repository.record_outcome(keys[1], make_outcome())
    assert await repository.mark_unknown(session) == [0, 2]
    assert await repository.mark_unknown(session) == []
    assert [one.state for one in await repository.steps(session)] == ["unknown", "done", "unknown"]
    assert [one.state for one in await repository.steps(other)] == ["intent"]
    with pytest.raises(RecordRefused, match="gave it up as unknown"):
        await repository.record_outcome(keys[2], make_outcome())


async def test_the_audit_shows_each_irreversible_or_unknown_step_with_evidence_and_outcome(
    repository: Repository, session: str, make_step: Make, make_outcome: Make
) -> None:
    other = await repository.create_session("other", "", {}, {})
    for number, effect in enumerate(("read", "irreversible", "reversible", "unknown")):
        key = await repository.record_intent(session, make_step(number, effect=effect))
        if number == 1:
            await repository.record_outcome(key, make_outcome(executed=False))
    await repository.record_intent(other, make_step(2, effect="irreversible"))
    everywhere = await repository.commits()
    assert [(one.session_id, one.number) for one in everywhere] == [(session, 1), (other, 2), (session, 3)]
    [first, last] = await repository.commits(session)
    assert first.outcome is not None and first.outcome.executed is False
    assert (first.verdict, first.branches) == (make_step().verdict, make_step(1).branches)
    assert (last.state, last.outcome) == ("intent", None)
