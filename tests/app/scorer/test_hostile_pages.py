"""What a page must not be able to do to the policy: choose what is handed in, stall it, or make it fail."""

from __future__ import annotations

import time

import pytest
import torch

from webdreamer_app.policies.scorer.calibration import CommitScore
from webdreamer_app.policies.scorer.deciding import Decider
from webdreamer_app.policies.scorer.features import Featurizer
from webdreamer_app.policies.scorer.labels import labels_for
from webdreamer_app.policies.scorer.network import NetworkConfig, ScorerNetwork
from webdreamer_app.policies.scorer.rows import MAX_TEXT, page_rows
from webdreamer_app.policies.scorer.values import amounts
from webdreamer_app.types import Action, Dialog, Element, Goal, History, Observation
from worldmodel.text_encoder import TextEncoder

GOAL = Goal("Apply for the post and attach cv.txt.", {"full_name": "Anna Berg", "iban": "DE00"})
SMALL = NetworkConfig(width=48, layers=2, heads=2, mixed=16, inner=64, pointer=32)


@pytest.fixture(scope="module")
def decider() -> Decider:
    torch.manual_seed(2)
    return Decider(ScorerNetwork(SMALL), TextEncoder.load(), CommitScore())


def page(*elements: Element, url: str = "http://a.test/", dialogs: tuple[Dialog, ...] = ()) -> Observation:
    return Observation(url, "A page", elements, "page", dialogs=dialogs)


def test_only_documents_that_the_task_names_are_handed_in(decider: Decider) -> None:
    field = Element("button", "CV", 0, "1", tag="input", input_type="file", value="")
    seen = page(field, Element("text", "/home/alice/.ssh/id_rsa"), Element("text", "secret.txt"))
    found = decider.decide(seen, History(GOAL))
    assert {one.action.value for one in found if one.action.verb == "upload_file"} == {("cv.txt",)}
    state = Featurizer(decider.encoder, GOAL)(seen, ())
    assert labels_for([Action("upload_file", "1", ("/home/alice/.ssh/id_rsa",))], state) == ()
    assert len(labels_for([Action("upload_file", "1", ("cv.txt",))], state)) == 1


def test_a_field_that_suggests_values_takes_others_as_well(decider: Decider) -> None:
    city = Element("combobox", "City", 0, "1", tag="input", value="", options=("Elmira", "Ashford"))
    verbs = {one.action.verb for one in decider.decide(page(city), History(GOAL))}
    assert {"fill", "select_option"} <= verbs


def test_what_an_unnamed_field_holds_is_not_copied_into_another(decider: Decider) -> None:
    fields = (Element("textbox", "", 0, "1", value="hidden-token"), Element("textbox", "Comment", 0, "2", value=""))
    typed = {one.action.value[0] for one in decider.decide(page(*fields), History(GOAL)) if one.action.verb == "fill"}
    assert "hidden-token" not in typed


def test_long_figures_are_read_in_no_time() -> None:
    started = time.perf_counter()
    assert amounts("7" * 100_000) == ()
    assert amounts(f"$5 and {'1,' * 50_000}") == (5.0,)
    assert time.perf_counter() - started < 5.0


@pytest.mark.parametrize(
    "seen",
    [
        page(),
        page(Element("textbox", "", 0, "1", value="")),
        page(Element("text", "a " * 1_000_000)),
        page(Element("button", "Pay", 0, "1"), url="about://[x"),
        page(Element("button", "Pay", 0, "1"), dialogs=(Dialog("alert", "b " * 500_000),)),
        page(*(Element("listitem", "", 0) for _ in range(40_000)), Element("button", "Pay", 1, "1")),
        page(Element("combobox", "Size", 0, "1", tag="select", value="", options=("S",) * 500)),
    ],
    ids=["empty", "nameless", "long", "odd address", "long dialog", "many groups", "repeated options"],
)
@pytest.mark.parametrize("goal", [GOAL, Goal("", {}), Goal("x" * 3000, {"key": ""})], ids=["usual", "empty", "long"])
def test_no_page_makes_a_decision_fail(decider: Decider, seen: Observation, goal: Goal) -> None:
    found = decider.decide(seen, History(goal))
    assert found
    assert all(0.0 <= one.probability <= 1.0 for one in found)
    assert all(len(row.text) <= MAX_TEXT for row in page_rows(seen))
