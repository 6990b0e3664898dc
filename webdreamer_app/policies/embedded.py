"""The embedded policy: a compact scorer on the frozen MiniLM encoder. Needs no key, no GPU and no server."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

from webdreamer_app.errors import CheckpointError
from webdreamer_app.policies.scorer.decoding import candidates
from webdreamer_app.policies.scorer.features import Featurizer
from webdreamer_app.policies.scorer.network import NetworkConfig, ScorerNetwork, log_probabilities
from webdreamer_app.policies.scorer.packing import collate, sample
from webdreamer_app.policies.scorer.training import KIND
from webdreamer_app.types import Goal, History, Observation, Proposal
from worldmodel.checkpoint import CheckpointFormatError, load
from worldmodel.text_encoder import EncoderError, TextEncoder

DEFAULT_WEIGHTS = Path(__file__).parent / "weights" / "policy.safetensors"
SHOWN = 16
"""Proposals handed on; the probabilities are over the whole candidate set."""


class EmbeddedPolicy:
    """Probabilities over one bounded candidate set (element × verb × value), with a calibrated commit score.

    All tensor work runs in one thread of its own, so that screens and sockets never wait for it.
    """

    name = "embedded"

    def __init__(
        self,
        network: ScorerNetwork,
        encoder: TextEncoder,
        commit_calibration: tuple[float, float],
        sha256: str,
        device: str,
    ) -> None:
        self._network = network.eval().to(device)
        self._encoder = encoder
        self._temperature, self._offset = commit_calibration
        self._device = torch.device(device)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="policy")
        self._featurizer: Featurizer | None = None
        self.sha256 = sha256

    @classmethod
    def load(cls, path: Path | None = None, device: str = "auto", encoder: TextEncoder | None = None) -> EmbeddedPolicy:
        """Read weights and encoder (seconds; call it in a thread). Raises CheckpointError."""
        chosen = device if device != "auto" else ("cuda" if torch.cuda.is_available() else "cpu")
        if chosen == "cuda" and not torch.cuda.is_available():
            raise CheckpointError("--device cuda: torch sees no CUDA device; use --device cpu or auto.")
        source = path or DEFAULT_WEIGHTS
        try:
            checkpoint = load(source, KIND)
            network = ScorerNetwork(NetworkConfig(**checkpoint.details["network"]))
            network.load_state_dict({name: tensor.float() for name, tensor in checkpoint.tensors.items()})
            temperature, offset = checkpoint.details["commit_temperature"]
        except (CheckpointFormatError, KeyError, TypeError, ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"The policy's weights can't be used: {_first_line(error)} "
                "Reinstall webdreamer, or train new ones with `webdreamer train policy` "
                "and name them with --set policy_path=FILE."
            ) from error
        try:
            reader = encoder or TextEncoder.load()
        except EncoderError as error:
            raise CheckpointError(str(error)) from error
        return cls(network, reader, (float(temperature), float(offset)), checkpoint.sha256, chosen)

    async def propose(self, observation: Observation, history: History) -> tuple[Proposal, ...]:
        """The most probable actions, best first."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._propose, observation, history)

    @torch.inference_mode()
    def _propose(self, observation: Observation, history: History) -> tuple[Proposal, ...]:
        state = self._featurizer_for(history.goal)(observation, history.steps)
        batch = collate([sample(state, self._encoder)])
        if self._device.type != "cpu":
            batch = type(batch)(**{name: getattr(batch, name).to(self._device) for name in batch.__slots__})
        scores = self._network(batch)
        risks = torch.sigmoid(scores.commit_wrong[0].float() / self._temperature + self._offset).tolist()
        found = candidates(state, log_probabilities(scores))
        return tuple(
            Proposal(
                action=candidate.action,
                probability=min(1.0, float(torch.tensor(candidate.log_probability).exp())),
                commit_risk=risks[candidate.row] if candidate.row >= 0 else None,
            )
            for candidate in found[:SHOWN]
        )

    def _featurizer_for(self, goal: Goal) -> Featurizer:
        if self._featurizer is None or self._featurizer.goal != goal:
            self._featurizer = Featurizer(self._encoder, goal)
        return self._featurizer

    def close(self) -> None:
        """End the tensor thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
