"""Task files in WebArena's form: what is read, and what is said of a file that can't be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.suites import UnusableSuiteError, is_bundled, suite, suite_name
from tasks.task import SuiteSettings
from tasks.webarena.reading import TaskFileError, read_tasks

EVAL = {"eval_types": ["string_match"], "reference_answers": {"exact_match": "4"}}
TASK: dict[str, Any] = {
    "sites": ["shopping"],
    "task_id": 21,
    "require_login": False,
    "storage_state": None,
    "start_url": "__SHOPPING__/orders",
    "geolocation": None,
    "intent_template": "How many {{things}}?",
    "intent": "How many mugs?",
    "require_reset": False,
    "eval": EVAL,
}
ADDRESSES = {"SHOPPING": "http://127.0.0.1:7770/", "SHOPPING_ADMIN": "http://127.0.0.1:7780/admin"}


def write(folder: Path, data: Any) -> Path:
    file = folder / "tasks.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return file


def test_a_list_and_a_single_task_are_read(tmp_path: Path) -> None:
    (one,) = read_tasks(write(tmp_path, TASK), ADDRESSES)
    assert (one.task_id, one.intent, one.start_urls) == (21, "How many mugs?", ("http://127.0.0.1:7770/orders",))
    assert len(read_tasks(write(tmp_path, [TASK, TASK]), ADDRESSES)) == 2


def test_every_placeholder_is_replaced_wherever_it_stands(tmp_path: Path) -> None:
    data = {
        **TASK,
        "start_url": "__SHOPPING__ |AND| __SHOPPING_ADMIN__/sales",
        "eval": {
            "eval_types": ["program_html"],
            "program_html": [
                {"url": "__SHOPPING__/cart", "locator": "", "required_contents": {"must_include": ["__SHOPPING__/1"]}}
            ],
        },
    }
    (one,) = read_tasks(write(tmp_path, data), ADDRESSES)
    assert one.start_urls == ("http://127.0.0.1:7770", "http://127.0.0.1:7780/admin/sales")
    assert one.evaluation.program_html is not None
    assert one.evaluation.program_html[0].url == "http://127.0.0.1:7770/cart"
    assert one.evaluation.program_html[0].required_contents.must_include == ("http://127.0.0.1:7770/1",)


def test_a_site_without_an_address_names_the_variable(tmp_path: Path) -> None:
    with pytest.raises(TaskFileError, match=r"task 0 .task_id 21. speaks of __SHOPPING__.*variable WA_SHOPPING"):
        read_tasks(write(tmp_path, TASK), {})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"intent": None}, r"task 1 .task_id 21.: intent: Input should be a valid string"),
        ({"eval": None}, "eval: Input should be"),
        ({"eval": {"eval_types": []}}, "eval.eval_types: Tuple should have at least 1 item"),
        ({"eval": {"eval_types": ["string_match"]}}, "eval: string_match needs reference_answers"),
        ({"eval": {"eval_types": ["url_match"], "reference_url": ""}}, "eval: url_match needs reference_url"),
        ({"eval": {"eval_types": ["program_html"], "program_html": []}}, "eval: program_html needs program_html"),
        ({"eval": {**EVAL, "reference_answers": {}}}, "reference_answers: give one of exact_match"),
        ({"eval": {**EVAL, "reference_answers": {"must_include": "4"}}}, "must_include: Input should be a valid tuple"),
        ({"eval": {**EVAL, "reference_answers": {"fuzzy_match": "maybe"}}}, "fuzzy_match is a list of texts, or 'N/A'"),
        (
            {"eval": {"eval_types": ["url_match"], "reference_url": "http://x", "url_note": "EXACT"}},
            "url_note 'EXACT' is no rule",
        ),
        (
            {"eval": {"eval_types": ["program_html"], "program_html": [{"url": "last", "locator": "#x"}]}},
            r"eval.program_html.0.required_contents: Field required",
        ),
        (
            {
                "eval": {
                    "eval_types": ["program_html"],
                    "program_html": [{"url": "last", "locator": "#x", "required_contents": {"exact_match": "1"}}],
                }
            },
            "program_html.0: the locator '#x' begins neither with document. nor",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_file_place_and_field(
    tmp_path: Path, changed: dict[str, Any], words: str
) -> None:
    file = write(tmp_path, [TASK, {**TASK, **changed}])
    with pytest.raises(TaskFileError, match=words) as raised:
        read_tasks(file, ADDRESSES)
    assert str(raised.value).startswith(f"{file}, task 1 ")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"{", "is not valid JSON"), (b"\xff\xfe", "not UTF-8"), (b"[]", "holds no task"), (b"[3]", "it is int"),
     (b"[" * 100_000, "is not valid JSON"), (b'""', "it is str")],
)  # fmt: skip
def test_a_file_that_holds_no_tasks_is_said(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "tasks.json"
    file.write_bytes(content)
    with pytest.raises(TaskFileError, match=words):
        read_tasks(file, {})
    with pytest.raises(TaskFileError, match="There is no task file"):
        read_tasks(tmp_path / "none.json", {})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*TASK, *EVAL, "x"]), inner),
    max_leaves=12,
)


@given(data=json_values)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_json_is_tasks_or_one_clear_error(tmp_path: Path, data: Any) -> None:
    try:
        assert read_tasks(write(tmp_path, [{**TASK, "eval": data}, data]), ADDRESSES)
    except TaskFileError as error:
        assert "\n" not in str(error)


def test_a_file_is_a_suite_whose_ids_lead_back(tmp_path: Path) -> None:
    file = write(tmp_path, [TASK, {**TASK, "intent": "How many lamps?"}])
    settings = SuiteSettings(addresses=ADDRESSES)
    named, plain = suite(f"webarena:{file}", settings), suite(str(file), settings)
    assert named.name == plain.name == f"webarena:{file}"
    assert not is_bundled(named.name)
    first, second = named.sample("test", 10, 3)
    assert (first.instruction, second.instruction) == ("How many mugs?", "How many lamps?")
    assert suite_name(second.id) == named.name
    assert named.task(second.id) == second
    for wrong in (f"{named.name}/test/3/2", f"{named.name}/train/3/0", f"{named.name}/test/x/0", "shop/test/3/0"):
        with pytest.raises(ValueError, match="There is no task"):
            named.task(wrong)
    with pytest.raises(ValueError, match="no split"):
        named.sample("train", 1, 1)
    with pytest.raises(UnusableSuiteError, match="no variants"):
        named.variant(first, 1)
    assert named.oracle(first)("page '' url=''") == ()


def test_a_login_that_is_not_there_is_said_before_anything_starts(tmp_path: Path) -> None:
    needs = {**TASK, "require_login": True}
    with pytest.raises(TaskFileError, match="needs a login, and names no storage_state"):
        suite(str(write(tmp_path, needs)), SuiteSettings(addresses=ADDRESSES)).sample("test", 1, 1)
    stored = write(tmp_path, {**needs, "storage_state": "state.json"})
    with pytest.raises(TaskFileError, match=r"there is no state\.json"):
        suite(str(stored), SuiteSettings(addresses=ADDRESSES)).sample("test", 1, 1)
    (tmp_path / "state.json").write_text("{}", encoding="utf-8")
    found = suite(str(stored), SuiteSettings(addresses=ADDRESSES))
    (task,) = found.sample("test", 1, 1)
    with found.open(tmp_path / "site.db") as site:
        assert site.start("one", task).storage_state == tmp_path / "state.json"
