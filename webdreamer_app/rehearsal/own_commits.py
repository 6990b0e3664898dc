"""The commit score fitted on what it is asked about: the commits that the policy itself would do, on unseen themes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor

from tasks.suites import suite as suite_named
from webdreamer_app.policies.scorer.calibration import (
    area_under_curve,
    expected_calibration_error,
    fit_temperature,
)
from webdreamer_app.policies.scorer.deciding import KIND, Decider
from webdreamer_app.rehearsal import REHEARSED
from webdreamer_app.rehearsal.measuring import Attempt, OwnCommit, attempt, own_commits
from worldmodel.checkpoint import load, save
from worldmodel.text_encoder import TextEncoder

_SEED = 61
_EDGE = 1e-6
_LEAST = 20
"""Fewest right and wrong commits to fit a score on."""


def attempts(decider: Decider, suites: Sequence[str], split: str, seed: int, count: int) -> Iterator[Attempt]:
    """`count` tasks of each suite, tried by the policy with every commit allowed."""
    for name in suites:
        suite = suite_named(name)
        with TemporaryDirectory(prefix="webdreamer-") as folder, suite.open(Path(folder) / "site.db") as site:
            for index in range(count):
                yield attempt(site, suite.task(f"{name}/{split}/{seed}/{index}"), f"{seed}-{index}", decider)


def commits_of(tried: Sequence[Attempt]) -> list[OwnCommit]:
    """All of their commits."""
    return [one for each in tried for one in own_commits(suite_named(each.task.id.split("/")[0]), each)]


def own_commit_figures(commits: Sequence[OwnCommit]) -> dict[str, float]:
    """How well the risk tells wrong commits from right ones: calibration error over ten bins, AUROC where it exists."""
    risks = torch.tensor([one.risk for one in commits])
    wrong = torch.tensor([int(one.is_wrong) for one in commits])
    found = {
        "own_commits": float(len(commits)),
        "own_commits_wrong": float(wrong.float().mean()) if len(commits) else 0.0,
        "own_commit_ece": expected_calibration_error(risks, wrong),
    }
    area = area_under_curve(risks, wrong)
    return found if math.isnan(area) else found | {"own_commit_auroc": area}


def _change(commits: Sequence[OwnCommit]) -> tuple[float, float]:
    """(temperature, offset) for the logits of the risks; (1, 0) where there are too few of a kind."""
    wrong = torch.tensor([int(one.is_wrong) for one in commits])
    if min(int(wrong.sum()), len(wrong) - int(wrong.sum())) < _LEAST:
        return 1.0, 0.0
    return fit_temperature(_logits(commits), wrong)


def _logits(commits: Sequence[OwnCommit]) -> Tensor:
    return torch.logit(torch.tensor([one.risk for one in commits], dtype=torch.float64), eps=_EDGE)


def _refitted(commits: Sequence[OwnCommit], known: tuple[float, float]) -> tuple[float, float]:
    """The known temperature and offset with the change on top."""
    again, moved = _change(commits)
    return known[0] * again, known[1] / again + moved


def _cross_fitted(commits: Sequence[OwnCommit]) -> list[OwnCommit]:
    """The commits of each half with the risk that a fit on the other half gives them."""
    halves = commits[::2], commits[1::2]
    found = []
    for half, other in (halves, halves[::-1]):
        temperature, offset = _change(other)
        risks = torch.sigmoid(_logits(half) / temperature + offset).tolist() if half else []
        found += [OwnCommit(risk, one.is_wrong) for risk, one in zip(risks, half, strict=True)]
    return found


def fit_on_own(path: Path, count: int, echo: Callable[[str], None] = print) -> dict[str, Any]:
    """Refit the commit score of the checkpoint at `path` on `count` validation tasks of each suite; its new details.

    Where there are fewer than 20 right or wrong commits the fit stays as it is. The figures are those of two halves,
    each with the score fitted on the other.
    """
    checkpoint = load(path, KIND)
    decider = Decider.of(checkpoint, TextEncoder.load())
    tried = []
    for one in attempts(decider, REHEARSED, "validation", _SEED, count):
        tried.append(one)
        if len(tried) % 20 == 0:
            echo(f"{len(tried)} of {count * len(REHEARSED)} episodes of its own")
    commits = commits_of(tried)
    fitted = _refitted(commits, tuple(checkpoint.details["commit_temperature"]))
    validation = dict(checkpoint.details["validation"]) | own_commit_figures(_cross_fitted(commits))
    for name in REHEARSED:
        graded = [one.grade.success for one in tried if one.task.id.startswith(f"{name}/")]
        validation[f"own_success_{name}"] = sum(graded) / max(1, len(graded))
    details = dict(checkpoint.details) | {"commit_temperature": fitted, "validation": validation}
    save(path, replace(checkpoint, details=details))
    return details
