"""How right a world model is, by hand."""

from __future__ import annotations

from dataclasses import fields

import pytest
import torch
from torch import Tensor

from worldmodel.network import Decoded, Stepped
from worldmodel.scenes import CHANGED, REMOVED, SAME, STATES, Outcomes
from worldmodel.training.evaluation import _counts, _strict, expected_latent


def outcomes_of(**known: Tensor) -> Outcomes:
    return Outcomes(**{one.name: known.get(one.name, torch.zeros(1)) for one in fields(Outcomes)})


def logits_for(classes: Tensor, count: int) -> Tensor:
    return 10.0 * torch.nn.functional.one_hot(classes, count).float()


def test_rows_and_prototypes_count_only_on_the_right_page_and_in_the_right_state() -> None:
    fates = torch.tensor([[REMOVED, CHANGED, CHANGED, SAME, -1]])
    bits = torch.zeros(1, 5, STATES)
    bits[0, 1, 0] = bits[0, 2, 3] = 1
    came = torch.tensor([[1.0, 1.0, 0.0]])
    wanted = outcomes_of(fates=fates, bits=bits, came=came, base=torch.tensor([0]))
    said_bits = -torch.ones(1, 5, STATES)
    said_bits[0, 1, 0] = said_bits[0, 2, 4] = 1.0  # the second is right, the third becomes something else
    told = torch.tensor([[REMOVED, CHANGED, CHANGED, REMOVED, REMOVED]])
    decoded = Decoded(logits_for(told, 3), said_bits, torch.zeros(1, 5, 4), torch.tensor([[1.0, -1.0, 1.0]]), came)
    base = torch.tensor([[1.0, 0.0]])
    stepped = Stepped(came, came, base, torch.zeros(1, 1, 1, 1))
    counts = {name: int(value) for name, value in _counts(decoded, stepped, wanted, torch.tensor([0]), 0.0).items()}
    assert counts["common"] == 3  # one gone, one altered, one prototype
    assert counts["said"] == 4 + 2 and counts["real"] == 3 + 2
    assert (counts["altered_common"], counts["altered_said"], counts["altered_real"]) == (1, 2, 2)
    assert (counts["came_common"], counts["came_said"], counts["came_real"]) == (1, 2, 2)
    elsewhere = stepped._replace(base=base.flip(1))
    assert int(_counts(decoded, elsewhere, wanted, torch.tensor([0]), 0.0)["common"]) == 0


def test_a_tie_is_not_better() -> None:
    value = torch.tensor([0.9, 0.5, 0.5, 0.5, 0.2])
    right, group = torch.tensor([1, 0, 1, 0, -1]), torch.tensor([1, 1, 2, 2, 2])
    assert _strict(value, right, group) == (0.5, 0.5)
    assert _strict(value[:2], right[:2], group[:2]) == (1.0, 1.0)
    assert _strict(value[:0], right[:0], group[:0]) == (0.0, 0.0)


def test_what_is_expected_is_what_most_members_hold_likely() -> None:
    one = torch.log(torch.tensor([[[0.9, 0.1]], [[0.4, 0.6]], [[0.4, 0.6]]])).unsqueeze(1)
    empty = torch.zeros(1, 1)
    assert expected_latent(Stepped(empty, empty, empty, one)).tolist() == [[[1.0, 0.0]]]
    assert expected_latent(Stepped(empty, empty, empty, one[1:])).tolist() == [[[0.0, 1.0]]]
    assert one.exp().mean(0)[0, 0, 0] == pytest.approx(0.5667, abs=1e-3)
