"""The commit score fitted on what it is asked about: the commits that the policy itself would do, on unseen themes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from tasks.suites import suite as suite_named
from webdreamer_app.policies.scorer.calibration import (
    CommitScore,
    fit_commit_score,
)
from webdreamer_app.policies.scorer.deciding import KIND, Decider
from webdreamer_app.rehearsal import REHEARSED
from webdreamer_app.rehearsal.measuring import Attempt, OwnCommit, attempt, own_commits
from worldmodel.checkpoint import load, save
from worldmodel.measures import area_under_curve, expected_calibration_error
from worldmodel.text_encoder import TextEncoder

_FITTED_ON = (("validation", 61), ("train", 6161))
"""Splits and seeds; no episode for training comes from these."""
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


def success_rate(tried: Sequence[Attempt], name: str) -> float:
    """Share of the episodes that succeeded among those of tasks whose id begins with `name/`; 0 without any."""
    graded = [one.grade.success for one in tried if one.task.id.startswith(f"{name}/")]
    return sum(graded) / max(1, len(graded))


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


def _fitted(commits: Sequence[OwnCommit]) -> CommitScore | None:
    """None where there are too few of a kind."""
    wrong = torch.tensor([int(one.is_wrong) for one in commits])
    if min(int(wrong.sum()), len(wrong) - int(wrong.sum())) < _LEAST:
        return None
    return fit_commit_score([one.signs for one in commits], wrong)


def _cross_fitted(episodes: Sequence[Sequence[OwnCommit]]) -> list[OwnCommit]:
    """Commits of each half of the episodes with the risk by a fit on the other; none where a half has too few."""
    halves, found = [[one for each in episodes[start::2] for one in each] for start in (0, 1)], []
    for half, other in (halves, halves[::-1]):
        score = _fitted(other)
        if score is None:
            return []
        found += [replace(one, risk=score.risk(one.signs)) for one in half]
    return found


def fit_on_own(path: Path, count: int, echo: Callable[[str], None] = print) -> dict[str, Any]:
    """Refit the commit score of the checkpoint at `path` on the policy's own commits; the checkpoint's new details.

    On `count` tasks of each suite in validation, and as many new ones that are worded as those of training. Where
    there are fewer than 20 right or wrong commits the score stays as it is. The figures are those of two halves
    of the episodes, each with the score fitted on the other, or as it was; success is that of validation.
    """
    checkpoint = load(path, KIND)
    decider = Decider.of(checkpoint, TextEncoder.load())
    tried = []
    for split, seed in _FITTED_ON:
        for one in attempts(decider, REHEARSED, split, seed, count):
            tried.append(one)
            if len(tried) % 20 == 0:
                echo(f"{len(tried)} of {count * len(REHEARSED) * len(_FITTED_ON)} episodes of its own")
    episodes = [commits_of([one]) for one in tried]
    commits = [one for each in episodes for one in each]
    fitted = _fitted(commits)
    validation = dict(checkpoint.details["validation"]) | own_commit_figures(_cross_fitted(episodes) or commits)
    for name in REHEARSED:
        validation[f"own_success_{name}"] = success_rate(tried, f"{name}/validation")
    details = dict(checkpoint.details) | {"validation": validation}
    if fitted is not None:
        details["commit_score"] = fitted.details()
    save(path, replace(checkpoint, details=details))
    return details
