"""Imagined pages as the scorer reads them: rows of pages that were seen, rearranged and edited, without the encoder.

A bank holds what was made of every row once, for the request at hand. A world model that predicts which rows the next
page has, and what changes on them, is answered from there: no text is read again.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from webdreamer_app.policies.scorer.arrays import Batch
from webdreamer_app.policies.scorer.past import MAX_HISTORY
from webdreamer_app.policies.scorer.verbs import FILL, TYPE

MAX_IMAGINED = 96
"""Rows of one imagined page."""
_BANKED = ("own", "context", "numeric", "lexical", "verb_mask")


@dataclass(frozen=True, slots=True)
class _Rows:
    own: Tensor  # (K, 384)
    context: Tensor  # (K, 384)
    numeric: Tensor  # (K, ROW_FEATURES)
    lexical: Tensor  # (K, W)
    verb_mask: Tensor  # (K, len(ROW_VERBS)) bool
    links: Tensor  # (K, 4) int, parents as places of the bank, groups and choices apart for each page


class RowBank:
    """Rows of the pages of one episode, and of strings that pages may come to show. All of one request."""

    def __init__(self) -> None:
        self._rows: _Rows | None = None
        self._words = torch.zeros(0)
        self._groups = self._choices = 0

    def __len__(self) -> int:
        return 0 if self._rows is None else len(self._rows.own)

    def add(self, batch: Batch) -> range:
        """Take in the rows of one state, (1, N, …); their places. Raises ValueError on another request."""
        there = batch.row_mask[0]
        start, links = len(self), batch.links[0][there].clone()
        known = links >= 0
        links[:, 0] += self._groups * known[:, 0]
        links[:, 1] += start * known[:, 1]
        links[:, 3] += self._choices * known[:, 3]
        found = _Rows(**{name: getattr(batch, name)[0][there] for name in _BANKED}, links=links)
        if self._rows is None:
            self._rows, self._words = found, batch.words[0]
        elif not torch.equal(self._words, batch.words[0]):
            raise ValueError("the bank holds rows as another request sees them: use one bank for each request.")
        else:
            pairs = ((getattr(self._rows, one.name), getattr(found, one.name)) for one in fields(_Rows))
            self._rows = _Rows(**{one.name: torch.cat(pair) for one, pair in zip(fields(_Rows), pairs, strict=True)})
        if len(links):
            self._groups = max(self._groups, int(links[:, 0].max()) + 1)
            self._choices = max(self._choices, int(links[:, 3].max()) + 1)
        return range(start, len(self))

    def pages(self, places: Tensor, state: Batch, real: range, numeric: Tensor | None = None) -> Batch:
        """P pages of R rows each: `places` (P, R) in the bank, -1 for none; the rest as in `state`, (1, …).

        `real`: where the rows of `state` lie in the bank. `numeric`: (P, R, ROW_FEATURES) instead of what the bank
        holds, where boxes are ticked or fields filled. Raises ValueError where a place isn't in the bank or there are
        more than 96 rows.
        """
        count, rows = places.shape
        if rows > MAX_IMAGINED or self._rows is None or int(places.max()) >= len(self):
            raise ValueError(
                f"imagined pages have at most {MAX_IMAGINED} rows out of the {len(self)} of the bank; these have "
                f"{rows}, up to place {int(places.max())}."
            )
        there, at = places >= 0, places.clamp_min(0)
        found = {name: getattr(self._rows, name)[at] * there.unsqueeze(-1) for name in _BANKED}
        if numeric is not None:
            found["numeric"] = numeric * there.unsqueeze(-1)
        links = self._rows.links[at].masked_fill(~there.unsqueeze(-1), -1)
        links[..., 1] = _places_of(links[..., 1], places)
        chosen, field_mask = _fields(found["verb_mask"])
        shared = {
            one.name: getattr(state, one.name).expand(count, *getattr(state, one.name).shape[1:])
            for one in fields(Batch)
        }
        for name in ("history_rows", "advice_rows"):
            known = shared[name]
            shared[name] = _places_of(torch.where(known >= 0, known + real.start, known), places)
        own = {"row_mask": there, "links": links, "fields": chosen, "field_mask": field_mask}
        return Batch(**(shared | found | own))


def _places_of(wanted: Tensor, places: Tensor) -> Tensor:
    """Where on each page some places of the bank stand: (P, K), (P, R) → (P, K), -1 for those that it lacks."""
    same = (wanted.unsqueeze(2) == places.unsqueeze(1)) & (wanted >= 0).unsqueeze(2)
    return torch.where(same.any(-1), same.float().argmax(-1), torch.full_like(wanted, -1))


def _fields(verbs: Tensor) -> tuple[Tensor, Tensor]:
    """Rows that take a value, (P, F), and which of those places are taken."""
    takes = verbs[..., FILL] | verbs[..., TYPE]
    most = max(1, int(takes.sum(1).max()))
    order = torch.argsort((~takes).to(torch.int8), dim=1, stable=True)[:, :most]
    mask = takes.gather(1, order)
    return order * mask, mask


def after(batch: Batch, texts: Tensor, facts: Tensor) -> Batch:
    """The same with one more step behind it: texts (P, 384) of what was acted on, facts (P, HISTORY_FEATURES)."""
    count = len(texts)

    def pushed(known: Tensor, new: Tensor) -> Tensor:
        return torch.cat([new.unsqueeze(1).to(known.dtype), known], dim=1)[:, :MAX_HISTORY]

    return replace(
        batch,
        history_text=pushed(batch.history_text, texts),
        history=pushed(batch.history, facts),
        history_rows=pushed(batch.history_rows, batch.history_rows.new_full((count,), -1)),
        history_mask=pushed(batch.history_mask, batch.history_mask.new_ones(count)),
    )
