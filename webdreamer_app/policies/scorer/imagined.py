"""Imagined pages as the scorer reads them: rows of pages that were seen, rearranged and edited, without the encoder.

A bank holds what was made of every row once, for the request at hand. A world model that predicts which rows the next
page has, and what changes on them, is answered from there: no text is read again.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor

from webdreamer_app.policies.scorer.arrays import Batch
from webdreamer_app.policies.scorer.past import LAST, MAX_HISTORY, tells
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
        self._request: Batch | None = None
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
            self._rows, self._request = found, batch
        elif not self._is_same_request(batch):
            raise ValueError("the bank holds rows as another request sees them: use one bank for each request.")
        else:
            pairs = ((getattr(self._rows, one.name), getattr(found, one.name)) for one in fields(_Rows))
            self._rows = _Rows(**{one.name: torch.cat(pair) for one, pair in zip(fields(_Rows), pairs, strict=True)})
        if len(links):
            self._groups = max(self._groups, int(links[:, 0].max()) + 1)
            self._choices = max(self._choices, int(links[:, 3].max()) + 1)
        return range(start, len(self))

    def _is_same_request(self, batch: Batch) -> bool:
        known = self._request
        return known is not None and all(
            torch.equal(getattr(known, name), getattr(batch, name)) for name in ("words", "offered", "offered_facts")
        )

    def pages(self, places: Tensor, state: Batch, real: range, numeric: Tensor | None = None) -> Batch:
        """P pages of R rows each: `places` (P, R) in the bank, -1 for none; the rest as in `state`, (1, …).

        `real`: where the rows of `state` lie in the bank. `numeric`: (P, R, ROW_FEATURES) instead of what the bank
        holds, where boxes are ticked or fields filled; which value a field holds stays as it was seen. Links and
        buttons of different pages are compared among their own. Raises ValueError where a place isn't in the bank, or
        there is no page, no row or more than 96.
        """
        count, rows = places.shape
        if not 0 < rows <= MAX_IMAGINED or not count or self._rows is None or int(places.max()) >= len(self):
            raise ValueError(
                f"imagined pages have 1 to {MAX_IMAGINED} rows out of the {len(self)} of the bank; these {count} have "
                f"{rows}, up to place {int(places.max()) if places.numel() else -1}."
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


def _kept(facts: Tensor, there: Tensor) -> Tensor:
    """Places of at most MAX_HISTORY steps in order, (P, K), of (P, H, HISTORY_FEATURES) most recent first."""
    count = facts.shape[1]
    place = torch.arange(count, device=facts.device).expand(len(facts), -1)
    worth = count - place + 2 * count * tells(facts) + 4 * count * (place < LAST)  # the last, what tells, the rest
    worth = worth.masked_fill(~there, -1)
    return worth.topk(min(count, MAX_HISTORY), dim=1).indices.sort(dim=1).values


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
    """The same with one more step behind it: texts (P, 384) of what was acted on, facts (P, HISTORY_FEATURES).

    What is forgotten then is what `past.remembered` forgets.
    """
    count = len(texts)
    known = torch.cat([facts.unsqueeze(1).to(batch.history.dtype), batch.history], dim=1)
    there = torch.cat([batch.history_mask.new_ones(count, 1), batch.history_mask], dim=1)
    keep = _kept(known, there)

    def pushed(known: Tensor, new: Tensor) -> Tensor:
        joined = torch.cat([new.unsqueeze(1).to(known.dtype), known], dim=1)
        places = keep.view(*keep.shape, *(1 for _ in joined.shape[2:])).expand(-1, -1, *joined.shape[2:])
        return joined.gather(1, places)

    return replace(
        batch,
        history_text=pushed(batch.history_text, texts),
        history=pushed(batch.history, facts),
        history_rows=pushed(batch.history_rows, batch.history_rows.new_full((count,), -1)),
        history_mask=pushed(batch.history_mask, batch.history_mask.new_ones(count)),
    )
