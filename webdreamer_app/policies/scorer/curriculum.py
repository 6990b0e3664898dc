"""Which states come next in training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from webdreamer_app.policies.scorer.shards import PackedSet

_LEAST_LOSS, _MOST_LOSS = 0.02, 5.0
_POOL = 24
"""Batches that are drawn at once."""


class Curriculum:
    """Which states come next: the new and the hard ones more often (cf. Katharopoulos and Fleuret 2018)."""

    def __init__(self, packed: PackedSet, size: int, focus: float, generator: np.random.Generator) -> None:
        self._lengths = np.array([packed.length(index) for index in range(len(packed))])
        self._size, self._focus, self._generator = size, focus, generator
        self._losses = np.full(len(packed), _MOST_LOSS)
        self._is_focused = True

    def batches(self) -> Iterator[list[int]]:
        """Endless batches of states of similar length, so that little is padding."""
        while True:
            for pool in self._pools():
                ordered = pool[np.argsort(self._lengths[pool], kind="stable")]
                groups = [ordered[at : at + self._size].tolist() for at in range(0, len(ordered), self._size)]
                for place in self._generator.permutation(len(groups)):
                    yield groups[place]

    def learned(self, indices: Sequence[int], losses: npt.NDArray[np.float64], *, is_focused: bool) -> None:
        """The losses of a batch, (len(indices),), and whether hard states shall come more often from here on."""
        self._losses[indices] = losses
        self._is_focused = is_focused

    def _pools(self) -> Iterator[npt.NDArray[np.int64]]:
        """One round: as many states as there are."""
        count = self._size * _POOL
        order = self._generator.permutation(len(self._losses))
        for start in range(0, len(order), count):
            pool = order[start : start + count]
            if self._is_focused and self._focus:
                chances = np.clip(self._losses, _LEAST_LOSS, _MOST_LOSS) ** self._focus
                pool = self._generator.choice(len(chances), len(pool), replace=False, p=chances / chances.sum())
            yield pool
