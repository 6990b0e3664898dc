"""A trained scorer at work: from an observation to candidates with their probabilities and commit risks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from webdreamer_app.policies.scorer.arrays import Batch, LogProbabilities, log_probabilities
from webdreamer_app.policies.scorer.calibration import SIGNS, CommitScore, CommitSigns
from webdreamer_app.policies.scorer.decoding import Candidate, candidates
from webdreamer_app.policies.scorer.familiarity import Familiarity, is_familiarity, summaries
from webdreamer_app.policies.scorer.features import Featurizer, StateFeatures
from webdreamer_app.policies.scorer.network import NetworkConfig, ScorerNetwork, most_left
from webdreamer_app.policies.scorer.packing import Numbering, collate, tables_of, to_sample
from webdreamer_app.policies.scorer.verbs import ROW_VERBS
from webdreamer_app.types import Action, Goal, History, Observation
from worldmodel.checkpoint import CheckpointFormatError, load
from worldmodel.text_encoder import TextEncoder

KIND = "policy/5"
_FLOOR = -30.0
"""Log-probability of what is not among the candidates."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A candidate with what the scorer knows of it."""

    action: Action
    probability: float
    commit_risk: float | None
    """Calibrated probability that it commits something wrong; None for actions without a target."""
    foreign: float | None = None
    """How far the page is from what was learned, as a rank among pages of unseen themes, 0..1."""
    signs: CommitSigns | None = None
    """What the commit risk is made of."""


class Decider:
    """Not thread-safe: one owner thread. Keeps the features of the episode at hand."""

    def __init__(
        self,
        network: ScorerNetwork,
        encoder: TextEncoder,
        commit_score: CommitScore,
        device: str = "cpu",
        familiarity: Familiarity | None = None,
    ) -> None:
        self.network = network.eval().to(device)
        self.encoder = encoder
        self._familiarity = familiarity
        self._commit_score = commit_score
        self._device = torch.device(device)
        self._featurizer: Featurizer | None = None

    @classmethod
    def load(cls, path: Path, encoder: TextEncoder, device: str = "cpu") -> Decider:
        """Raises CheckpointFormatError, also where a file of the right kind doesn't hold what it should."""
        return cls.of(load(path, KIND), encoder, device)

    @classmethod
    def of(cls, checkpoint: Any, encoder: TextEncoder, device: str = "cpu") -> Decider:
        """From a checkpoint that was read. Raises CheckpointFormatError."""
        try:
            network = ScorerNetwork(NetworkConfig(**checkpoint.details["network"]))
            weights = {name: one.float() for name, one in checkpoint.tensors.items() if not is_familiarity(name)}
            network.load_state_dict(weights)
            familiarity = Familiarity.of(checkpoint.tensors)
            commit_score = CommitScore.of(checkpoint.details["commit_score"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise CheckpointFormatError(f"the file doesn't fit this version ({str(error).splitlines()[0]}).") from error
        return cls(network, encoder, commit_score, device, familiarity)

    def state(self, observation: Observation, history: History, advice: Sequence[str] = ()) -> StateFeatures:
        """The features of a decision."""
        if self._featurizer is None or self._featurizer.goal != history.goal:
            self._featurizer = Featurizer(self.encoder, Goal(history.goal.instruction, dict(history.goal.profile)))
        return self._featurizer(observation, history.steps, advice)

    def batch(self, state: StateFeatures) -> Batch:
        """The arrays of one state, its texts encoded."""
        numbering = Numbering()
        sample = to_sample(state, numbering)
        batch = collate([sample], tables_of(numbering, self.encoder))
        if self._device.type == "cpu":
            return batch
        return Batch(**{name: getattr(batch, name).to(self._device) for name in batch.__slots__})

    @torch.inference_mode()
    def decide(self, observation: Observation, history: History, advice: Sequence[str] = ()) -> list[Decided]:
        """Every candidate, most probable first."""
        state = self.state(observation, history, advice)
        batch = self.batch(state)
        scores = self.network(batch)
        found = candidates(state, log_probabilities(scores))
        foreign, left = self._foreign(batch), float(most_left(scores, batch)[0])
        return self._decided(found, scores.commit_wrong[0].float().tolist(), left, sure_so_far(history), foreign)

    @torch.inference_mode()
    def score(self, batch: Batch, so_far: Tensor | None = None) -> tuple[LogProbabilities, Tensor]:
        """Of many pages at once, imagined ones too: log-probabilities, and the risk of each row's click, (B, N).

        `so_far`: (B,) mean log-probability of what was done before each; None: nothing was.
        """
        scores = self.network(batch)
        log = log_probabilities(scores)
        click = log.rows[..., ROW_VERBS.index("click")]
        left = most_left(scores, batch)
        of_page = [left, torch.zeros_like(left) if so_far is None else so_far]
        signs = [scores.commit_wrong.float(), click, *(one.unsqueeze(-1).expand_as(click) for one in of_page)]
        return log, self._commit_score.risks(torch.stack(signs, dim=-1))

    @torch.inference_mode()
    def distance(self, state: StateFeatures) -> float | None:
        """How far the page is from what was learned, 0..2; None where the weights don't tell."""
        return self._distance(self.batch(state))

    def rank(self, distances: Tensor) -> Tensor:
        """The share of pages of unseen themes that are nearer: 0.5 for a usual page, 1.0 beyond all of them."""
        return (
            torch.full_like(distances, torch.nan) if self._familiarity is None else self._familiarity.foreign(distances)
        )

    def _distance(self, batch: Batch) -> float | None:
        return float(self._familiarity.distance(summaries(batch).cpu())[0]) if self._familiarity is not None else None

    def _foreign(self, batch: Batch) -> float | None:
        distance = self._distance(batch)
        return None if distance is None else float(self.rank(torch.tensor([distance]))[0])

    @torch.inference_mode()
    def passes(self, state: StateFeatures, count: int, seed: int = 0) -> Tensor:
        """Probabilities of what can be done with each row and without one, in `count` stochastic passes: (count, C).

        Only the last feed-forward part and the heads run again, with dropout (Gal and Ghahramani 2016).
        """
        batch = self.batch(state)
        hidden = self.network.hidden(batch)
        many = replace(
            hidden,
            tokens=hidden.tokens.expand(count, -1, -1),
            entered=hidden.entered.expand(count, -1, -1),
            open=hidden.open.expand(count, -1),
            alike=hidden.alike.expand(count, -1, -1),
        )
        repeated = Batch(**{name: _expanded(getattr(batch, name), count) for name in batch.__slots__})
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            scores = self.network.decide(many, repeated, stochastic=True)
        log = log_probabilities(scores)
        return torch.cat([log.rows.flatten(1), log.page], dim=1).exp()

    @torch.inference_mode()
    def worth_of_words(self, state: StateFeatures, action: Action) -> list[tuple[str, float]]:
        """How much the action's log-probability falls when the network doesn't see a word of the instruction, for each.

        What was counted beforehand (how well rows match as a whole) still knows the word, and so do its neighbours,
        which were read beside it. A value that is no longer there to be typed falls to a floor.
        """
        batch = self.batch(state)
        whole = self._log_probability(state, batch, action)
        found = []
        for place, word in enumerate(state.values.words):
            mask, lexical = batch.word_mask.clone(), batch.lexical.clone()
            mask[:, place], lexical[:, :, place] = False, 0.0
            without = replace(batch, word_mask=mask, lexical=lexical)
            found.append((word, whole - self._log_probability(state, without, action)))
        return found

    def _log_probability(self, state: StateFeatures, batch: Batch, action: Action) -> float:
        found = candidates(state, log_probabilities(self.network(batch)))
        return next((one.log_probability for one in found if one.action == action), _FLOOR)

    def _decided(
        self, found: list[Candidate], commit_wrong: list[float], left: float, so_far: float, foreign: float | None
    ) -> list[Decided]:
        signs = [CommitSigns(commit_wrong[one.row], one.log_probability, left, so_far) for one in found]
        risks = self._commit_score.risks(torch.tensor([astuple(one) for one in signs]).reshape(-1, SIGNS)).tolist()
        return [
            Decided(
                one.action,
                min(1.0, math.exp(one.log_probability)),
                risk if one.row >= 0 else None,
                foreign,
                sign if one.row >= 0 else None,
            )
            for one, sign, risk in zip(found, signs, risks, strict=True)
        ]


def sure_so_far(history: History) -> float:
    """Mean log-probability of the steps that were chosen, each at least a thousandth; 0 without any.

    What was an unsure choice three pages ago is what a commit makes final.
    """
    chosen = [math.log(max(step.plan.chosen.probability, 1e-3)) for step in history.steps]
    return sum(chosen) / max(1, len(chosen))


def _expanded(value: Tensor, count: int) -> Tensor:
    return value.expand(count, *value.shape[1:])


def mutual_information(probabilities: Tensor) -> float:
    """BALD in nats: what is left of the entropy of the mean once the mean entropy is taken off (Houlsby et al. 2011).

    `probabilities`: (passes, choices).
    """
    mean = probabilities.mean(0)
    return max(0.0, float(_entropy(mean) - _entropy(probabilities).mean()))


def _entropy(probabilities: Tensor) -> Tensor:
    return -(probabilities * probabilities.clamp_min(1e-12).log()).sum(-1)
