"""Sessions of a running shop are copied, kept and restored: in the process, and over a port of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tasks.shop.catalogue import by_id
from tasks.shop.suite import ShopSuite
from tasks.site.serving import ThemedSite, themed
from tasks.site.store import UnknownVisit
from tasks.task import Task

SHOP = ShopSuite("semantic")
CALLS = [("/clone", "copy"), ("/save", "name"), ("/restore", "name")]


def deleting() -> Task:
    """A task that is done by one request, so that a grade can be had quickly."""
    return next(task for task in SHOP.sample("train", 60, 2) if task.answer["kind"] == "delete_card")


TASK = deleting()
DELETE = f"/account/card/{TASK.answer['card']}/delete"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ThemedSite[Any]]:
    with SHOP.open(tmp_path / "shop.db") as running:
        site = themed(running)
        site.start("one", TASK)
        yield site


def ask(site: ThemedSite[Any], path: str, body: object, key: str | None = None) -> tuple[int, Any]:
    """One call of the admin's; `key` None is the right one."""
    given = f"Bearer {site.admin_key if key is None else key}"
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        with urlopen(Request(site.admin_url + path, data, {"Authorization": given}), timeout=10) as reply:
            return reply.status, json.loads(reply.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def done(site: ThemedSite[Any], session: str) -> bool:
    return site.grade(TASK, session).success


def delete(site: ThemedSite[Any], client: Any, session: str) -> None:
    assert client(f"shop_session={session}").post(site.url + DELETE, {}).status == 200


def test_a_clone_goes_its_own_way_and_is_graded_for_itself(shop: ThemedSite[Any], client: Any) -> None:
    start = shop.clone("one", "two")
    assert [(cookie.name, cookie.value) for cookie in start.cookies] == [("shop_session", "two")]
    assert start.url == f"{shop.url}/"
    delete(shop, client, "two")
    assert (done(shop, "one"), done(shop, "two")) == (False, True)
    delete(shop, client, "one")
    assert (done(shop, "one"), done(shop, "two")) == (True, True)


def test_a_footprint_tells_looking_from_changing_and_from_what_is_done_for_good(
    shop: ThemedSite[Any], client: Any
) -> None:
    visitor, before = client("shop_session=one"), shop.footprint("one")
    for path in ("/", "/cart", "/account"):
        assert visitor.get(shop.url + path).status == 200
    assert shop.footprint("one") == before
    product = next(number for number in by_id() if number not in TASK.answer["site"]["wishes"])
    assert visitor.post(f"{shop.url}/wishlist/add/{product}", {}).status == 200
    changed = shop.footprint("one")
    assert changed.commits == before.commits and changed.digest != before.digest
    delete(shop, client, "one")
    assert shop.footprint("one").commits == before.commits + 1
    shop.reset("one")
    assert shop.footprint("one") == before
    with pytest.raises(UnknownVisit):
        shop.footprint("nobody")


def test_a_clone_begins_with_all_that_was_done(shop: ThemedSite[Any], client: Any) -> None:
    delete(shop, client, "one")
    shop.clone("one", "two")
    assert done(shop, "two")


def test_a_clone_is_reset_to_where_the_task_begins(shop: ThemedSite[Any], client: Any) -> None:
    delete(shop, client, "one")
    shop.clone("one", "two")
    shop.reset("two")
    assert (done(shop, "one"), done(shop, "two")) == (True, False)
    assert TASK.answer["label"] in client("shop_session=two").get(f"{shop.url}/account").body


def test_a_clone_is_reset_to_the_task_however_it_was_made(shop: ThemedSite[Any], client: Any) -> None:
    assert ask(shop, "/clone", {"session": "one", "copy": "two"})[0] == 200
    assert ask(shop, "/clone", {"session": "two", "copy": "three"})[0] == 200
    shop.clone("three", "four")
    shop.save("two", "kept")
    shop.restore("five", "kept")
    for session in ("two", "three", "four", "five"):
        delete(shop, client, session)
        assert done(shop, session)
        shop.reset(session)
        assert not done(shop, session)
        assert TASK.answer["label"] in client(f"shop_session={session}").get(f"{shop.url}/account").body


def test_sessions_of_a_restarted_site_are_reset_to_their_task(tmp_path: Path, client: Any) -> None:
    with SHOP.open(tmp_path / "shop.db") as running:
        themed(running).start("one", TASK)
        themed(running).clone("one", "two")
    with SHOP.open(tmp_path / "shop.db") as running:
        site = themed(running)
        for session in ("one", "two"):
            delete(site, client, session)
            site.reset(session)
            assert TASK.answer["label"] in client(f"shop_session={session}").get(f"{site.url}/account").body


def test_a_session_keeps_its_own_task_when_the_state_of_another_comes(shop: ThemedSite[Any], client: Any) -> None:
    shop.start("other", SHOP.task("shop/train/1/0"))
    shop.save("other", "others")
    shop.restore("one", "others")
    shop.reset("one")
    assert TASK.answer["label"] in client("shop_session=one").get(f"{shop.url}/account").body


def test_a_kept_state_comes_back_as_often_as_wanted(shop: ThemedSite[Any], client: Any) -> None:
    shop.save("one", "before")
    for _ in range(2):
        delete(shop, client, "one")
        assert done(shop, "one")
        shop.restore("one", "before")
        assert not done(shop, "one")
        assert TASK.answer["label"] in client("shop_session=one").get(f"{shop.url}/account").body


def test_a_kept_state_survives_a_restart_of_the_site(tmp_path: Path, client: Any) -> None:
    for restored in (False, True):
        with SHOP.open(tmp_path / "shop.db") as running:
            site = themed(running)
            site.start("one", TASK)
            if restored:
                assert done(site, "one")
                site.restore("one", "before")
                assert not done(site, "one")
            else:
                site.save("one", "before")
                delete(site, client, "one")


def test_what_does_not_exist_is_named(shop: ThemedSite[Any]) -> None:
    with pytest.raises(UnknownVisit, match="nothing called 'nobody' among the site's sessions"):
        shop.clone("nobody", "two")
    with pytest.raises(UnknownVisit, match="nothing called 'never' among the site's snapshots"):
        shop.restore("one", "never")
    assert not done(shop, "one")


def test_a_snapshot_is_no_session_that_can_be_visited(shop: ThemedSite[Any], client: Any) -> None:
    shop.save("one", "kept")
    page = client("shop_session=kept").get(f"{shop.url}/account")
    assert TASK.answer["label"] not in page.body and "session=" in page.headers["set-cookie"]


def test_sessions_are_copied_kept_and_restored_over_the_admins_port(shop: ThemedSite[Any], client: Any) -> None:
    assert ask(shop, "/clone", {"session": "one", "copy": "two"}) == (200, {"done": True})
    delete(shop, client, "two")
    assert (done(shop, "one"), done(shop, "two")) == (False, True)
    assert ask(shop, "/save", {"session": "one", "name": "before"}) == (200, {"done": True})
    delete(shop, client, "one")
    assert ask(shop, "/restore", {"session": "one", "name": "before"}) == (200, {"done": True})
    assert not done(shop, "one")


@pytest.mark.parametrize(("path", "second"), CALLS)
def test_without_the_key_nothing_is_done(path: str, second: str, shop: ThemedSite[Any]) -> None:
    shop.save("one", "before")
    for key in ("", "wrong", shop.admin_key[:-1], shop.admin_key + "x", "ß"):
        status, answer = ask(shop, path, {"session": "one", second: "before"}, key.encode().decode("latin-1"))
        assert status == 403 and "key" in answer["error"]
    assert ask(shop, path, {"session": "nobody", second: "x"}, "wrong")[0] == 403
    with pytest.raises(UnknownVisit):
        shop.clone("before", "copy")


@pytest.mark.parametrize(("path", "second"), CALLS)
def test_an_unknown_session_is_named_with_404(path: str, second: str, shop: ThemedSite[Any]) -> None:
    status, answer = ask(shop, path, {"session": "nobody", second: "nothing"})
    assert status == 404 and ("'nobody'" in answer["error"] or "'nothing'" in answer["error"])


@pytest.mark.parametrize(("path", "second"), CALLS)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"one"', b"null", b'{"session": "one"}', b"{}", b"\xff\xfe"])
def test_a_body_that_makes_no_sense_is_400_and_says_what_to_send(
    body: bytes, path: str, second: str, shop: ThemedSite[Any]
) -> None:
    status, answer = ask(shop, path, body)
    assert status == 400 and "'session'" in answer["error"] and repr(second) in answer["error"]


@pytest.mark.parametrize(("path", "second"), CALLS)
def test_the_pages_port_knows_no_such_address(path: str, second: str, shop: ThemedSite[Any], client: Any) -> None:
    assert shop.admin_url != shop.url
    reply = client("shop_session=one").post(shop.url + path, {"session": "one", second: "two"})
    assert reply.status == 404 and shop.admin_key not in reply.body
    assert client().get(shop.url + path).status == 404


def test_keys_of_two_sites_differ(tmp_path: Path) -> None:
    with SHOP.open(tmp_path / "a.db") as first, SHOP.open(tmp_path / "b.db") as second:
        assert len(themed(first).admin_key) >= 20
        assert themed(first).admin_key != themed(second).admin_key


def test_a_site_of_another_kind_has_no_sessions_to_copy() -> None:
    class Other:
        url = "http://127.0.0.1/"

    with pytest.raises(TypeError, match="Other keeps no sessions that can be copied"):
        themed(Other())  # type: ignore[arg-type]
