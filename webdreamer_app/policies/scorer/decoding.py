"""From the network's log-probabilities to proposals: the most probable candidates of one bounded set."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

import numpy as np
import torch

from webdreamer_app.policies.scorer.features import StateFeatures
from webdreamer_app.policies.scorer.labels import may_be_copied
from webdreamer_app.policies.scorer.network import LogProbabilities
from webdreamer_app.policies.scorer.values import MAX_SPAN
from webdreamer_app.policies.scorer.verbs import FILL, PAGE_VERBS, ROW_VERBS, SELECT, TYPE
from webdreamer_app.types import Action

MAX_CANDIDATES = 256
_VALUES_A_FIELD = 16
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
    values = _best_values(log)
    possible = log.rows[0].isfinite().nonzero().tolist()
    scores = log.rows[0][log.rows[0].isfinite()].tolist()
    for (place, verb), score in zip(possible, scores, strict=True):
        row = state.rows[place]
        if verb in (FILL, TYPE):
            told = _handed_in if row.element.input_type == "file" else _typed
            result += told(state, log, place, fields[place], verb, score, values)
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


Values = list[list[tuple[float, int]]]
"""For each field its best values: log-probability, and place among spans, offered values and copies end to end."""


def _best_values(log: LogProbabilities) -> Values:
    together = torch.cat([log.spans[0].flatten(1), log.offered[0], log.copies[0]], dim=1)
    top = together.topk(min(_VALUES_A_FIELD, together.shape[1]))
    pairs = zip(top.values.tolist(), top.indices.tolist(), strict=True)
    return [list(zip(scores, places, strict=True)) for scores, places in pairs]


def _typed(
    state: StateFeatures, log: LogProbabilities, row: int, field: int, verb: int, score: float, values: Values
) -> list[Candidate]:
    bid, name = state.rows[row].element.bid, ROW_VERBS[verb]
    spans, offered = log.spans[0, 0].numel(), log.offered.shape[2]
    result = []
    for value, place in values[field]:
        if value <= _LEAST:
            break
        if place < spans:
            text = state.values.span(place // MAX_SPAN, place % MAX_SPAN + 1)
        elif place < spans + offered:
            text = state.values.offered[place - spans].text
        else:
            said = place - spans - offered
            text = state.texts[said] if may_be_copied(state, said, row) else ""
        if text:
            result.append(Candidate(Action(name, bid, (text,)), score + value, row))
    return result


def _handed_in(
    state: StateFeatures, log: LogProbabilities, row: int, field: int, verb: int, score: float, values: Values
) -> list[Candidate]:
    """A page must not choose what is handed in: only the task names documents."""
    bid, scores = state.rows[row].element.bid, log.offered[0, field].tolist()
    found = [(one.text, scores[place]) for place, one in enumerate(state.values.offered) if one.kind == "file"]
    return [Candidate(Action("upload_file", bid, (text,)), score + value, row) for text, value in found]
