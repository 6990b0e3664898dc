"""From the network's log-probabilities to proposals: the most probable candidates of one bounded set."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

import torch
from torch import Tensor

from webdreamer_app.policies.scorer.features import StateFeatures
from webdreamer_app.policies.scorer.labels import may_be_copied
from webdreamer_app.policies.scorer.network import LogProbabilities
from webdreamer_app.policies.scorer.values import MAX_SPAN
from webdreamer_app.policies.scorer.verbs import FILL, PAGE_VERBS, ROW_VERBS, SELECT, TYPE
from webdreamer_app.types import Action

MAX_CANDIDATES = 256
_VALUES_A_FIELD = 10
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
            total = float(torch.logaddexp(torch.tensor(known.log_probability), torch.tensor(candidate.log_probability)))
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
    table = log.rows[0].tolist()
    for place, row in enumerate(state.rows):
        bid = row.element.bid
        for verb, score in enumerate(table[place]):
            if score == -math.inf:
                continue
            if verb in (FILL, TYPE):
                result += _values(state, log, place, fields[place], verb, score)
            elif verb == SELECT:
                result.append(Candidate(Action("select_option", bid, (row.text,)), score, place))
            else:
                result.append(Candidate(_plain(ROW_VERBS[verb], bid), score, place))
    return result


def _fields(state: StateFeatures) -> list[int]:
    """Rows that take a value, in the order of the batch."""
    return [place for place in range(len(state.rows)) if state.verbs[place, FILL] or state.verbs[place, TYPE]]


def _plain(verb: str, bid: str) -> Action:
    if verb == "scroll":
        return Action("scroll", "", (0, 3000, bid))
    name, _, key = verb.partition(" ")
    return Action(name, bid, (key,) if key else ())


def _values(
    state: StateFeatures, log: LogProbabilities, row: int, field: int, verb: int, score: float
) -> list[Candidate]:
    element = state.rows[row].element
    name = "upload_file" if element.input_type == "file" else ROW_VERBS[verb]
    result = []

    def put(text: str, value: float) -> None:
        if text and value > _LEAST:
            result.append(Candidate(Action(name, element.bid, (text,)), score + value, row))

    is_file = element.input_type == "file"  # a page must not choose what is handed in: only the task names documents
    for one, value in zip(state.values.offered, log.offered[0, field].tolist(), strict=False):
        if (one.kind == "file") or not is_file:
            put(one.text, value)
    if is_file:
        return result
    for value, place in _top(log.spans[0, field].flatten()):
        put(state.values.span(place // MAX_SPAN, place % MAX_SPAN + 1), value)
    for value, place in _top(log.copies[0, field]):
        if may_be_copied(state, place, row):
            put(state.texts[place], value)
    return result


def _top(values: Tensor) -> list[tuple[float, int]]:
    top = values.topk(min(_VALUES_A_FIELD, len(values)))
    return list(zip(top.values.tolist(), top.indices.tolist(), strict=True))
