"""From the network's log-probabilities to proposals: the most probable candidates of one bounded set."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

import numpy as np
import torch

from webdreamer_app.policies.scorer.arrays import LogProbabilities
from webdreamer_app.policies.scorer.features import StateFeatures
from webdreamer_app.policies.scorer.labels import may_be_copied
from webdreamer_app.policies.scorer.values import MAX_SPAN
from webdreamer_app.policies.scorer.verbs import FILL, PAGE_VERBS, ROW_VERBS, SELECT, TYPE
from webdreamer_app.types import Action

MAX_CANDIDATES = 256
_VALUES_A_FIELD = 12
_MAX_SAID = 100
"""Longest heading that last words quote, in characters."""
_LEAST = -30.0
"""Log-probability below which a value of a field is not spelled out."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An action and its joint log-probability; `row` is its place among the state's rows, -1 for page actions."""

    action: Action
    log_probability: float
    row: int


def candidates(state: StateFeatures, log: LogProbabilities, limit: int = MAX_CANDIDATES) -> list[Candidate]:
    """At most `limit` distinct actions of the first state of `log`, most probable first."""
    found: dict[Action, Candidate] = {}
    for candidate in [*_page(state, log), *_rows(state, log)]:
        known = found.get(candidate.action)
        if known is not None:
            total = float(np.logaddexp(known.log_probability, candidate.log_probability))
            candidate = Candidate(candidate.action, total, candidate.row)
        found[candidate.action] = candidate
    return heapq.nlargest(limit, found.values(), key=lambda candidate: candidate.log_probability)


def _page(state: StateFeatures, log: LogProbabilities) -> list[Candidate]:
    heading = next((row.text[:_MAX_SAID] for row in state.rows if row.element.role == "heading"), "")
    values: dict[str, tuple[str, ...]] = {
        "send_msg_to_user": (f"Done: {heading}" if heading else "Done.",),
        "report_infeasible": ("The site shows that this can't be done as asked.",),
    }
    scores = log.page[0].tolist()
    return [
        Candidate(Action(verb, "", values.get(verb, ())), scores[place], -1)
        for place, verb in enumerate(PAGE_VERBS)
        if scores[place] > -math.inf
    ]


def _rows(state: StateFeatures, log: LogProbabilities) -> list[Candidate]:
    result = []
    fields = {row: place for place, row in enumerate(_fields(state))}
    values = _best_values(state, log, list(fields))
    possible = log.rows[0].isfinite().nonzero().tolist()
    scores = log.rows[0][log.rows[0].isfinite()].tolist()
    for (place, verb), score in zip(possible, scores, strict=True):
        row = state.rows[place]
        if verb in (FILL, TYPE):
            bid, field = row.element.bid, fields[place]
            if row.element.input_type == "file":
                named = [(Action("upload_file", bid, (text,)), value) for text, value in _documents(state, log, field)]
            else:
                named = [(Action(ROW_VERBS[verb], bid, (text,)), value) for text, value in values[field]]
            result += [Candidate(action, score + value, place) for action, value in named]
        elif verb == SELECT:
            result.append(Candidate(Action("select_option", row.element.bid, (row.text,)), score, place))
        else:
            result.append(Candidate(_plain(ROW_VERBS[verb], row.element.bid), score, place))
    return result


def _fields(state: StateFeatures) -> list[int]:
    """Rows that take a value, in the order of the batch."""
    return [place for place in range(len(state.rows)) if state.verbs[place, FILL] or state.verbs[place, TYPE]]


def _plain(verb: str, bid: str) -> Action:
    if verb == "scroll":
        return Action("scroll", "", (0, 3000, bid))
    name, _, key = verb.partition(" ")
    return Action(name, bid, (key,) if key else ())


Values = list[tuple[str, float]]
"""What could be typed into a field, with its log-probability there."""


def _best_values(state: StateFeatures, log: LogProbabilities, rows: list[int]) -> list[Values]:
    """For each field, the place of whose row is in `rows`: what is offered, and the best spans and copies."""
    allowed = torch.tensor([may_be_copied(state, place, -1) for place in range(len(state.rows))], dtype=torch.bool)
    copies = log.copies[0, :, : len(allowed)].masked_fill(~allowed, -torch.inf)
    copies[torch.arange(len(rows)), rows] = -torch.inf
    spans = log.spans[0].flatten(1)
    together = torch.cat([spans, copies], dim=1)
    best = together.topk(min(_VALUES_A_FIELD, together.shape[1]))
    known = [one.text for one in state.values.offered]

    def text(place: int) -> str:
        if place < spans.shape[1]:
            return state.values.span(place // MAX_SPAN, place % MAX_SPAN + 1)
        return state.texts[place - spans.shape[1]]

    found = []
    for offered, values, places in zip(
        log.offered[0].tolist(), best.values.tolist(), best.indices.tolist(), strict=True
    ):
        told = [*zip(known, offered, strict=False)]
        told += [(text(place), value) for place, value in zip(places, values, strict=True) if value > _LEAST]
        found.append([(one, value) for one, value in told if one and value > _LEAST])
    return found


def _documents(state: StateFeatures, log: LogProbabilities, field: int) -> Values:
    """What can be handed in: a page must not choose it, only the task names documents."""
    scores = log.offered[0, field].tolist()
    found = [(one.text, scores[place]) for place, one in enumerate(state.values.offered) if one.kind == "file"]
    return [(text, value) for text, value in found if value > _LEAST]
