"""Imagined pages are scored from what was made of real ones."""

from __future__ import annotations

import pytest
import torch

from webdreamer_app.policies.scorer.arrays import Batch
from webdreamer_app.policies.scorer.calibration import CommitScore
from webdreamer_app.policies.scorer.deciding import Decider, sure_so_far
from webdreamer_app.policies.scorer.features import HISTORY_FEATURES, STRUCTURE
from webdreamer_app.policies.scorer.imagined import MAX_IMAGINED, RowBank, after
from webdreamer_app.policies.scorer.network import NetworkConfig, ScorerNetwork
from webdreamer_app.types import (
    Action,
    Decision,
    Effect,
    Element,
    Goal,
    History,
    Observation,
    Outcome,
    Plan,
    Proposal,
    Step,
    Verdict,
)
from worldmodel.text_encoder import TextEncoder

GOAL = Goal("Register Anna Berg for the fair, vegetarian, please.", {"full_name": "Anna Berg"})
SMALL = NetworkConfig(width=32, layers=2, heads=2, mixed=16, inner=32, pointer=16, dropout=0.0)
FORM = Observation(
    "http://site.test/form",
    "Form",
    (
        Element("link", "Home", 0, "1"),
        Element("textbox", "Name", 0, "2", value=""),
        Element("combobox", "Food", 0, "3", value="Any", options=("Any", "Vegetarian")),
        Element("checkbox", "Newsletter", 0, "4", checked=False),
        Element("button", "Next", 0, "5"),
    ),
    "form",
)
HOME = Observation("http://site.test/", "Home", (Element("link", "Register", 0, "1"),), "home")


@pytest.fixture(scope="module")
def decider() -> Decider:
    torch.manual_seed(3)
    return Decider(ScorerNetwork(SMALL), TextEncoder.load(verify=False), CommitScore())


def batch_of(decider: Decider, page: Observation) -> Batch:
    return decider.batch(decider.state(page, History(GOAL)))


def test_a_page_imagined_as_it_is_scores_as_it_is(decider: Decider) -> None:
    home, form, bank = batch_of(decider, HOME), batch_of(decider, FORM), RowBank()
    assert list(bank.add(home)) == [0]
    real = bank.add(form)
    places = torch.full((2, 12), -1)
    places[:, : len(real)] = torch.tensor(list(real))
    log, risks = decider.score(bank.pages(places, form, real))
    expected, expected_risks = decider.score(form)
    rows = len(real)
    for one in range(2):
        assert torch.allclose(log.rows[one, :rows], expected.rows[0], atol=1e-4)
        assert torch.allclose(log.page[one], expected.page[0], atol=1e-4)
        assert torch.allclose(log.offered[one], expected.offered[0], atol=1e-4)
        assert torch.allclose(risks[one, :rows], expected_risks[0], atol=1e-4)
    assert not log.rows[:, rows:].isfinite().any()


def test_rows_are_rearranged_edited_and_taken_from_other_pages(decider: Decider) -> None:
    home, form, bank = batch_of(decider, HOME), batch_of(decider, FORM), RowBank()
    bank.add(home)
    real = bank.add(form)
    at = real.start
    mixed = bank.pages(torch.tensor([[at + 6, at + 2, 0, -1]]), form, real)  # an option, its list, the other page
    assert mixed.links[0, :, 1].tolist() == [1, -1, -1, -1]
    assert mixed.row_mask[0].tolist() == [True, True, True, False]
    alone = bank.pages(torch.tensor([[at + 6, 0]]), form, real)
    assert alone.links[0, 0, 1] == -1  # its list isn't there
    ticked = form.numeric[:, :5].clone()
    ticked[0, 3, STRUCTURE + 5 : STRUCTURE + 7] = torch.tensor([1.0, 0.0])
    first = torch.tensor([[at + place for place in range(5)]])
    log, _ = decider.score(bank.pages(first, form, real, ticked))
    plain, _ = decider.score(bank.pages(first, form, real))
    assert not torch.allclose(log.rows[0, 3, 0], plain.rows[0, 3, 0], atol=1e-5)


def test_an_imagined_step_joins_the_history(decider: Decider) -> None:
    form, bank = batch_of(decider, FORM), RowBank()
    real = bank.add(form)
    pages = bank.pages(torch.tensor([list(real)]), form, real)
    for number in range(8):
        pages = after(pages, torch.full((1, 384), float(number)), torch.zeros(1, HISTORY_FEATURES))
    assert pages.history_text[0, :, 0].tolist() == [7.0, 6.0, 5.0, 4.0, 3.0, 2.0]
    elsewhere = torch.zeros(1, HISTORY_FEATURES)
    elsewhere[0, 11] = 1.0  # another address
    pages = after(pages, torch.full((1, 384), 8.0), elsewhere)
    for number in range(9, 18):
        pages = after(pages, torch.full((1, 384), float(number)), torch.zeros(1, HISTORY_FEATURES))
    assert pages.history_text[0, :, 0].tolist() == [17.0, 16.0, 15.0, 14.0, 13.0, 8.0]
    log, _ = decider.score(pages)
    assert log.page.isfinite().any()


def test_what_cannot_be_imagined_is_told(decider: Decider) -> None:
    form, bank = batch_of(decider, FORM), RowBank()
    real = bank.add(form)
    with pytest.raises(ValueError, match="1 to 96 rows out of the 7"):
        bank.pages(torch.zeros((1, MAX_IMAGINED + 1), dtype=torch.long), form, real)
    with pytest.raises(ValueError, match="up to place 7"):
        bank.pages(torch.tensor([[7]]), form, real)
    with pytest.raises(ValueError, match="these 0 have"):
        bank.pages(torch.zeros((0, 4), dtype=torch.long), form, real)
    other = decider.batch(decider.state(FORM, History(Goal(GOAL.instruction, {"city": "Ghent"}))))
    with pytest.raises(ValueError, match="one bank for each request"):
        bank.add(other)


def past_of(*probabilities: float) -> History:
    done = Action("click", "1")
    return History(
        GOAL,
        tuple(
            Step(
                number,
                HOME,
                Plan(Proposal(done, probability=one), (), effect=Effect.UNKNOWN),
                Verdict(Decision.ACT, ""),
                Outcome(FORM),
            )
            for number, one in enumerate(probabilities)
        ),
    )


def test_unsure_choices_of_before_make_a_commit_riskier() -> None:
    torch.manual_seed(3)
    score = CommitScore(logit=0.0, so_far=-2.0)
    decider = Decider(ScorerNetwork(SMALL), TextEncoder.load(verify=False), score)
    sure, unsure = past_of(1.0, 1.0), past_of(1.0, 0.05)
    assert sure_so_far(History(GOAL)) == sure_so_far(sure) == 0.0
    assert sure_so_far(past_of(0.0)) == pytest.approx(-6.9078, abs=1e-3)  # a random step is no infinity
    calm, doubtful = (decider.decide(FORM, past) for past in (sure, unsure))
    assert {one.commit_risk for one in calm} == {0.5, None}
    risks = {one.commit_risk for one in doubtful if one.commit_risk is not None}
    expected = float(torch.sigmoid(torch.tensor(-2.0 * sure_so_far(unsure))))
    assert min(risks) == pytest.approx(expected) == max(risks)
    page = batch_of(decider, FORM)
    assert decider.score(page)[1].allclose(torch.tensor(0.5))
    assert decider.score(page, torch.tensor([sure_so_far(unsure)]))[1].allclose(torch.tensor(expected))
