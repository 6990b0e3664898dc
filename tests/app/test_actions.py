"""The action grammar: text to data and back, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdreamer_app.actions import VERBS, describe, format_action, is_final, parse
from webdreamer_app.browser.scripted import page
from webdreamer_app.errors import ActionSyntaxError
from webdreamer_app.types import Action, Element

FORMS = (
    "click('a12')", "fill('7', 'blue mug')", "select_option('9', 'Large')", "press('7', 'Enter')", "scroll(0, 200)",
    "scroll(0, 200, 'a12')", "type('7', 'mug')", "paste('7', 'a b')",
     "scroll(0, -200.5)", "hover('a3')", "drag_and_drop('3', '8')", "goto('https://example.com/?a=b')", "go_back()",
     "go_forward()", "new_tab()", "tab_focus(1)", "tab_close()", "upload_file('4', 'cv.pdf')", "dialog_accept('text')",
     "dialog_accept()", "dialog_dismiss()", "expand('g3')", "noop()", "send_msg_to_user('Done.')",
     "report_infeasible('Sold out.')",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMS)
def test_every_form_of_the_grammar_reads_back_as_itself(text: str) -> None:
    assert format_action(parse(text)) == text


def test_every_verb_is_covered_by_the_forms_above() -> None:
    assert set(VERBS) == {parse(text).verb for text in FORMS}


@given(st.text(), st.text(min_size=1))
def test_any_text_survives_formatting(value: str, bid: str) -> None:
    action = Action("fill", bid, (value,))
    assert parse(format_action(action)) == action


@given(st.text(max_size=200))
def test_junk_raises_a_syntax_error_and_nothing_else(text: str) -> None:
    try:
        parse(text)
    except ActionSyntaxError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("text", "words"),
    [("clik('1')", "did you mean click?"), ("click(1)", "goes in quotes"),
     ("click()", "click takes 1"),
     ("fill('1')", "fill takes 2"), ("fill('1', 2)", "should be a string"), ("scroll('a', 1)", "should be a number"),
     ("tab_focus(1.5)", "should be a whole number"), ("click('1'); noop()", "write one call"),
     ("click", "write one call"),
     ("os.system('x')", "write one call"), ("click(bid='1')", "by position"), ("click(__import__('os'))", "plain strings"),
     ("fill('1', f'{x}')", "plain strings"), ("scroll(1e999, 0)", "finite"), ("", "write one call"),
     ("click(True)", "plain strings")],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_what_would(text: str, words: str) -> None:
    with pytest.raises(ActionSyntaxError) as caught:
        parse(text)
    assert words in str(caught.value)


def test_parsing_runs_nothing(tmp_path: object) -> None:
    with pytest.raises(ActionSyntaxError):
        parse(f"click((lambda: open({str(tmp_path)!r} + '/made', 'w'))())")
    assert not list(tmp_path.iterdir())


def test_deep_nesting_is_refused_without_a_crash() -> None:
    with pytest.raises(ActionSyntaxError):
        parse("click(" + "(" * 5000 + "'1'" + ")" * 5000 + ")")


def test_actions_are_described_by_what_they_name() -> None:
    here = page("http://shop.test/", "Shop", [Element("button", "Add to cart", bid="4"), Element("button", bid="5")])
    assert describe(parse("click('4')"), here) == "click button 'Add to cart'"
    assert describe(parse("click('5')"), here) == "click unnamed button 5"
    assert describe(parse("fill('9', 'x')"), here) == "fill element 9 with 'x'"
    assert describe(parse("drag_and_drop('4', '5')"), here) == "drag button 'Add to cart' to unnamed button 5"


def test_only_messages_end_an_episode() -> None:
    assert [verb for verb in VERBS if is_final(Action(verb))] == ["send_msg_to_user", "report_infeasible"]


def test_a_scroll_of_too_few_numbers_says_what_may_follow() -> None:
    with pytest.raises(ActionSyntaxError, match=r"takes 2 to 3 arguments, not 1; write scroll\(0, 200\), or"):
        parse("scroll(0)")
