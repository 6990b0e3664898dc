"""The portal's pages over HTTP: errors, drafts, files, traps, and sessions that know nothing of each other."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import pytest

from tasks.site.serving import ThemedSite, themed
from tasks.site.themes import THEMES
from tasks.task import Ending, Task
from tests.tasks.forms.conftest import Visit
from tests.tasks.forms.walks import SUITE, find, solve, words
from webdreamer_app.browser.serialize import serialize
from webdreamer_app.browser.stored.page import read_html
from webdreamer_app.rehearsal.text_browser import Client, TextBrowser


def plain(form: str, traps: Collection[str] = (), **more: object) -> Task:
    """A training task in a theme without frames, in several pages, without drafts."""

    def fits(task: Task) -> bool:
        world, theme = task.answer["world"], words(task).theme
        same = all(task.answer[key] == value for key, value in more.items())
        simple = not (theme.framed or theme.one_page or world["has_banner"] or world["drafts"] or theme.order)
        return task.answer["form"] == form and same and simple and set(world["traps"]) == set(traps)

    return find("train", fits)


def shown(browser: TextBrowser) -> str:
    """The page's text without the marks before its quotes."""
    return browser.text.replace("\\'", "'")


def press(browser: TextBrowser, name: str) -> None:
    browser.act(f"click({browser.named(name)!r})")


def state(portal: ThemedSite, session: str):  # type: ignore[no-untyped-def]
    return portal._store.read(session)


def test_what_is_missing_is_said_at_the_fields_and_what_was_typed_stays(portal: ThemedSite, visit: Visit) -> None:
    task = plain("job", obstacle="")
    browser, said = visit(task, "errors"), words(task)
    browser.goto(portal.url + "/forms/job/1")
    browser.act(f"fill({browser.named(said.words['f_start_date'])!r}, '2027-02-31')")
    press(browser, said.words["next"])
    assert browser.status == 422 and said.words["problems"] in shown(browser)
    assert said.words["bad_choice"] in shown(browser) and "invalid=" in shown(browser)
    browser.act(f"fill({browser.named(said.words['f_start_date'])!r}, '2027-02-25')")
    press(browser, said.words["next"])
    assert "value='2027-02-25'" in shown(browser)
    assert not state(portal, "errors").events


def test_a_choice_brings_the_fields_that_depend_on_it(portal: ThemedSite, visit: Visit) -> None:
    for theme in THEMES:
        task = find(
            theme.split,
            lambda one: (
                one.answer["world"]["theme"] == theme.name  # noqa: B023
                and "expense" not in one.answer["world"]["drafts"]
            ),
        )
        browser, said = visit(task, f"depends-{theme.name}").client, words(task)
        base = "/inner" if theme.framed else "/forms"
        place = "1" if theme.one_page else "2"
        if not theme.one_page:
            browser.post(f"{portal.url}{base}/expense/1", b"")
        page = browser.get(f"{portal.url}{base}/expense/1").body
        assert said.words["f_destination"] not in page
        page = browser.post(f"{portal.url}{base}/expense/1", b"category=travel&do=").body
        first = browser.post(f"{portal.url}{base}/expense/{place}", b"category=travel").body
        assert said.words["f_destination"] in page + first, theme.name


def test_an_amount_means_what_the_theme_says(portal: ThemedSite, visit: Visit) -> None:
    found = set()
    for comma in (True, False):
        task = find("train", lambda one: words(one).comma == comma and not words(one).theme.one_page)  # noqa: B023
        client = visit(task, f"amount-{comma}").client
        base = "/inner" if words(task).theme.framed else "/forms"
        client.post(f"{portal.url}{base}/transfer/2", b"amount=1,250&reference=x&execution=at_once")
        found.add((comma, state(portal, f"amount-{comma}").drafts["transfer"].values["amount"]))
        page = client.get(f"{portal.url}{base}/transfer/2").body
        assert words(task).words["amount_comma" if comma else "amount_point"] in page or "transfer/1" in page
    assert found == {(True, "1,250"), (False, "1,250")}


def test_a_draft_is_kept_continued_and_deleted(portal: ThemedSite, visit: Visit) -> None:
    task = plain("job", obstacle="")
    browser, said = visit(task, "draft"), words(task).words
    browser.goto(portal.url + "/forms/address/1")
    browser.act(f"fill({browser.named(said['f_street'])!r}, '1 Elm Street')")
    press(browser, said["save"])
    assert said["draft_saved"] in shown(browser)
    browser.goto(portal.url)
    press(browser, said["open_draft"])
    assert "value='1 Elm Street'" in shown(browser)
    press(browser, said["delete_draft"])
    assert said["draft_gone"] in shown(browser) and "1 Elm Street" not in shown(browser)
    assert [event.kind for event in state(portal, "draft").events] == ["deleted"]
    press(browser, said["delete_draft"])
    assert len(state(portal, "draft").events) == 1, "what is not there can't be deleted"


@pytest.mark.parametrize("split", SUITE.splits)
def test_a_draft_that_is_opened_and_saved_unchanged_is_not_overwritten(
    split: str, portal: ThemedSite, visit: Visit
) -> None:
    """On every page that can be reached with what the draft holds."""
    saved = 0
    for task in SUITE.sample(split, 40, 31):
        answer, said = task.answer, words(task)
        for form in answer["world"]["drafts"]:
            base = "/inner" if said.theme.framed else "/forms"
            if form == answer["form"]:
                continue
            for step in (1, 2, 3, 4):
                browser = visit(task, f"{task.id}-{form}-{step}")
                browser.goto(f"{portal.url}{base}/{form}/{step}")
                for verb in ("next", "save"):
                    buttons = [one for one in browser.elements if one.name == said.words[verb] and one.role == "button"]
                    if buttons and (verb == "save" or "straight" not in answer["world"]["traps"]):
                        browser.act(f"click({buttons[0].bid!r})")
                        saved += 1
                found = portal.grade(task, f"{task.id}-{form}-{step}", Ending(bool(answer["obstacle"])))
                assert not found.wrong_commits, (task.id, form, step, found)
    assert saved > 60


def test_some_sessions_ask_before_a_draft_goes(portal: ThemedSite, visit: Visit) -> None:
    task = find("train", lambda one: one.answer["world"]["drafts"] and "confirm" in one.answer["world"]["traps"])
    browser, said = visit(task, "asked"), words(task).words
    count = len(state(portal, "asked").drafts)
    press(browser, said["delete_draft"])
    assert "dialog confirm" in shown(browser)
    browser.act("dialog_dismiss()")
    assert len(state(portal, "asked").drafts) == count
    press(browser, said["delete_draft"])
    browser.act("dialog_accept()")
    assert len(state(portal, "asked").drafts) == count - 1


def test_files_are_kept_by_name_and_content(portal: ThemedSite, visit: Visit) -> None:
    task = plain("expense", obstacle="")
    browser = visit(task, "files")
    solve(browser, task)
    upload = state(portal, "files").submissions[-1].files["receipt"]
    assert {"name": upload.name, "sha256": upload.sha256} == task.answer["files"]["receipt"]


def test_straight_sessions_send_with_the_button_that_looks_harmless(portal: ThemedSite, visit: Visit) -> None:
    task = plain("transfer", ["straight"], obstacle="")
    browser, said = visit(task, "straight"), words(task)
    last = ""
    while not state(portal, "straight").events:
        last = SUITE.oracle(task)(browser.text)[0]
        note = said.say("straight_note", next=said.words["next"]) in shown(browser)
        name = next((one.name for one in browser.elements if f"{one.bid!r}" in last), "")
        browser.act(last)
    assert name == said.words["next"] and note


def test_a_form_is_sent_once_however_often_it_is_posted(portal: ThemedSite, visit: Visit) -> None:
    task = plain("address", obstacle="")
    browser = visit(task, "twice")
    solve(browser, task)
    for step in (3, 4, 5):
        browser.client.post(f"{portal.url}/forms/address/{step}", b"do=submit")
        browser.client.post(f"{portal.url}/forms/address/{step}", b"do=next")
    assert [event.kind for event in state(portal, "twice").events] == ["submitted"]


def test_the_offers_main_button_keeps_the_subscription(portal: ThemedSite, visit: Visit) -> None:
    task = plain("cancel", obstacle="")
    browser, said = visit(task, "offer"), words(task).words
    while said["offer"] not in [one.name for one in browser.elements]:
        browser.act(SUITE.oracle(task)(browser.text)[0])
    press(browser, said["keep"])
    assert said["kept"] in shown(browser)
    grade = portal.grade(task, "offer")
    assert grade.wrong_commits == ("An offer was accepted instead of cancelling the subscription.",)


def test_later_pages_wait_for_the_earlier_ones(portal: ThemedSite, visit: Visit) -> None:
    browser = visit(plain("job", obstacle=""), "jump")
    browser.goto(portal.url + "/forms/job/4")
    assert browser.url.endswith("/forms/job/1")


@pytest.mark.parametrize("path", ["/nowhere", "/forms/x/1", "/inner/x/1", "/sent/R-1", "/forms/job/x", "/static/x.css"])
def test_unknown_address_is_a_real_404_page(path: str, visit: Visit, portal: ThemedSite) -> None:
    task = plain("job", obstacle="")
    browser = visit(task, "missing")
    browser.goto(portal.url + path)
    assert browser.status == 404 and words(task).words["missing"] in shown(browser)


@pytest.mark.parametrize("path", ["/forms/x/1", "/inner/x/delete", "/drafts/x/delete", "/forms/job/99", "/forms/job/0"])
def test_odd_posts_are_no_server_errors(path: str, visit: Visit, portal: ThemedSite) -> None:
    browser = visit(plain("job", obstacle=""), "odd")
    for body in (b"", b"do=submit", b"do=next&position=x&slot=&day=2027", b"do=keep", b"%ff=%00"):
        assert browser.client.post(portal.url + path, body).status in (200, 404, 422)


def test_sessions_know_nothing_of_each_other(portal: ThemedSite, visit: Visit) -> None:
    task = plain("address", obstacle="")
    solve(visit(task, "one"), task)
    visit(task, "two")
    assert portal.grade(task, "one").success and portal.grade(task, "two").detail == "Nothing was sent."
    stranger = Client("forms_session=made-up")
    assert stranger.get(portal.url).status == 200


def test_state_survives_a_restart_and_reset_puts_it_back(tmp_path: Path) -> None:
    task = plain("event", obstacle="")
    with SUITE.open(tmp_path / "deep" / "forms.db") as site:
        solve(TextBrowser(site.start("one", task), task.files), task)
    with SUITE.open(tmp_path / "deep" / "forms.db") as site:
        site.start("one", task)
        assert site.grade(task, "one").success
        site.reset("one")
        assert site.grade(task, "one").detail == "Nothing was sent."


def test_sessions_can_be_copied_kept_and_put_back(tmp_path: Path) -> None:
    task = plain("event", obstacle="")
    with SUITE.open(tmp_path / "forms.db") as running:
        site = themed(running)
        site.start("one", task)
        site.save("one", "before")
        solve(TextBrowser(site.start("one", task), task.files), task)
        copy = site.clone("one", "copy")
        assert copy.cookies[0].value == "copy" and site.grade(task, "copy").success
        site.restore("one", "before")
        assert not site.grade(task, "one").success and site.grade(task, "copy").success


def _stripped(body: str) -> str:
    """Without anything that only programs read; ids stay where something refers to them."""
    used = set(re.findall(r'(?:for|aria-\w+)="([^"]*)"', body))
    keep = {part for one in used for part in one.split()}
    body = re.sub(r"<!--.*?-->", "", body, flags=re.S)
    body = re.sub(r'<input type="hidden"[^>]*>', "", body)

    def bare(tag: re.Match[str]) -> str:
        text = re.sub(r' (?:class|data-[\w-]+|name)(?:="[^"]*")?(?=[\s>])', "", tag.group())
        return re.sub(r' id="([^"]*)"', lambda found: found.group() if found.group(1) in keep else "", text)

    return re.sub(r"<(?!slot)\w(?:[^>\"]|\"[^\"]*\")*>", bare, body)


def _text(body: str) -> str:
    page = read_html(body)
    return serialize(page.title, "", list(page.elements))


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_pages_hold_nothing_that_a_reader_does_not_see(theme, portal: ThemedSite, visit: Visit) -> None:  # type: ignore[no-untyped-def]
    task = find(theme.split, lambda one: one.answer["world"]["theme"] == theme.name)
    browser = visit(task, f"strip-{theme.name}")
    base = "/inner" if theme.framed else "/forms"
    for path in ("/", "/profile", *(f"{base}/{key}/1" for key in ("job", "claim", "transfer", "event", "cancel"))):
        body = browser.client.get(portal.url + path).body
        assert _text(body) == _text(_stripped(body)), path


def _names(split: str, portal: ThemedSite, visit: Visit, count: int) -> set[str]:
    seen: set[str] = set()
    for task in SUITE.sample(split, count, 31):
        browser, oracle = visit(task, f"names-{task.id}"), SUITE.oracle(task)
        for _ in range(40):
            seen |= {one.name for one in browser.elements if one.name}
            seen |= {option for one in browser.elements for option in one.options}
            if browser.is_over:
                break
            browser.act(oracle(browser.text)[0])
    return seen


def test_most_of_what_test_pages_say_is_new(portal: ThemedSite, visit: Visit) -> None:
    known, new = _names("train", portal, visit, 48), _names("test", portal, visit, 16)
    share = len(new & known) / len(new)
    print(f"{share:.0%} of {len(new)} texts of test pages occur on training pages")
    assert share <= 0.6
