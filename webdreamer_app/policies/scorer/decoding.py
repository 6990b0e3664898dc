"""From the network's log-probabilities to proposals: the most probable candidates of one bounded set."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import torch
from torch import Tensor

from webdreamer_app.policies.scorer.features import StateFeatures
from webdreamer_app.policies.scorer.network import PAGE_VERBS, ROW_VERBS, LogProbabilities
from webdreamer_app.policies.scorer.values import MAX_SPAN
from webdreamer_app.types import Action

MAX_CANDIDATES = 256
_VALUES_A_FIELD = 8


@dataclass(frozen=True, slots=True)
class Candidate:
    """An action and its joint log-probability; `row` is its place among the state's rows, -1 for page actions."""

    action: Action
    log_probability: float
    row: int


def candidates(state: StateFeatures, log: LogProbabilities, limit: int = MAX_CANDIDATES) -> list[Candidate]:
    """At most `limit` distinct actions of the first state of `log`, most probable first."""
    found: dict[Action, Candidate] = {}
    for candidate in [*_page(state, log), *_rows(state, log), *_options(state, log)]:
        known = found.get(candidate.action)
        if known is None:
            found[candidate.action] = candidate
        else:
            total = float(torch.logaddexp(torch.tensor(known.log_probability), torch.tensor(candidate.log_probability)))
            found[candidate.action] = Candidate(candidate.action, total, candidate.row)
    return heapq.nlargest(limit, found.values(), key=lambda candidate: candidate.log_probability)


def _page(state: StateFeatures, log: LogProbabilities) -> list[Candidate]:
    heading = next((row.text for row in state.rows if row.element.role == "heading"), "")
    values: dict[str, tuple[str, ...]] = {
        "send_msg_to_user": (f"Done: {heading}" if heading else "Done.",),
        "report_infeasible": ("No way to do this was found on the site.",),
    }
    return [
        Candidate(Action(verb, "", values.get(verb, ())), float(log.page[0, place]), -1)
        for place, verb in enumerate(PAGE_VERBS)
    ]


def _rows(state: StateFeatures, log: LogProbabilities) -> list[Candidate]:
    result = []
    for place, row in enumerate(state.rows):
        bid = row.element.bid
        for verb, score in zip(ROW_VERBS, log.rows[0, place].tolist(), strict=True):
            if score == -torch.inf or verb == "select_option":
                continue
            if verb == "fill":
                result += _fills(state, log, place, bid, score)
            else:
                result.append(Candidate(Action(verb, bid, ("Enter",) if verb == "press" else ()), score, place))
    return result


def _fills(state: StateFeatures, log: LogProbabilities, row: int, bid: str, score: float) -> list[Candidate]:
    spans: Tensor = log.spans[0, row].flatten()
    keys: Tensor = log.keys[0, row]
    result = []
    top = spans.topk(min(_VALUES_A_FIELD, len(spans)))
    for value, place in zip(top.values.tolist(), top.indices.tolist(), strict=True):
        text = state.values.span(place // MAX_SPAN, place % MAX_SPAN + 1)
        if value > -50 and text:
            result.append(Candidate(Action("fill", bid, (text,)), score + value, row))
    for key, text in enumerate(state.values.values):
        if float(keys[key]) > -50:
            result.append(Candidate(Action("fill", bid, (text,)), score + float(keys[key]), row))
    return result


def _options(state: StateFeatures, log: LogProbabilities) -> list[Candidate]:
    verb = ROW_VERBS.index("select_option")
    result = []
    for select, (row, labels) in enumerate(state.options):
        score = float(log.rows[0, row, verb])
        for option, label in enumerate(labels):
            if score > -torch.inf:
                joint = score + float(log.options[0, select, option])
                result.append(Candidate(Action("select_option", state.rows[row].element.bid, (label,)), joint, row))
    return result
