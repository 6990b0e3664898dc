"""The embedded policy: a compact scorer on the frozen MiniLM encoder. Needs no key, no GPU and no server."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

from webdreamer_app.errors import CheckpointError
from webdreamer_app.policies.scorer.deciding import KIND, Decider
from webdreamer_app.types import History, Observation, Proposal
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

    def __init__(self, decider: Decider, sha256: str) -> None:
        self._decider = decider
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="policy")
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
            decider = Decider.of(checkpoint, encoder or TextEncoder.load(), chosen)
        except CheckpointFormatError as error:
            raise CheckpointError(
                f"The policy's weights can't be used: {_first_line(error)} "
                "Reinstall webdreamer, or train new ones with `webdreamer train policy` "
                "and name them with --set policy_path=FILE."
            ) from error
        except EncoderError as error:
            raise CheckpointError(str(error)) from error
        return cls(decider, checkpoint.sha256)

    async def propose(
        self, observation: Observation, history: History, advice: Sequence[str] = ()
    ) -> tuple[Proposal, ...]:
        """The most probable actions, best first. `advice`: at most four pieces are read."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._propose, observation, history, advice)

    def _propose(self, observation: Observation, history: History, advice: Sequence[str]) -> tuple[Proposal, ...]:
        found = self._decider.decide(observation, history, advice)[:SHOWN]
        return tuple(
            Proposal(one.action, probability=one.probability, commit_risk=one.commit_risk, foreign=one.foreign)
            for one in found
        )

    def close(self) -> None:
        """End the tensor thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
