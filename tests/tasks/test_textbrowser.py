"""The browser of text does what a real one does with the same page."""

from __future__ import annotations

from collections.abc import Callable

from webdreamer_app.rehearsal.text_browser import TextBrowser


def test_enter_sends_the_form_of_a_field_and_follows_a_link(visit: Callable[..., TextBrowser]) -> None:
    browser = visit("enter")
    browser.act(f"fill({browser.named('Search products')!r}, 'mug')")
    browser.act(f"press({browser.named('Search products')!r}, 'Tab')")
    assert browser.url.endswith("/")
    browser.act(f"press({browser.named('Search products')!r}, 'Enter')")
    assert "q=mug" in browser.url
    browser.act(f"press({browser.named('Next page')!r}, 'Enter')")
    assert "page=2" in browser.url


def test_last_words_end_a_visit(visit: Callable[..., TextBrowser]) -> None:
    browser = visit("words")
    assert not browser.is_over
    browser.act("report_infeasible('There is none.')")
    assert browser.is_over and browser.reported
    other = visit("other")
    other.act("send_msg_to_user('Done.')")
    assert other.is_over and not other.reported
