"""From an observation and its history to the arrays that the scorer's network reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np

from webdreamer_app.policies.scorer.matching import TEXT_FEATURES, Floats, Matcher
from webdreamer_app.policies.scorer.rows import Row, page_rows
from webdreamer_app.policies.scorer.values import ValueSet, normalise, spoken_key, value_set
from webdreamer_app.types import TYPED_ROLES, Element, Goal, Observation, Step
from worldmodel.text_encoder import TextEncoder

ROLES = (
    "link", "button", "textbox", "searchbox", "checkbox", "radio", "combobox", "spinbutton", "slider", "option",
    "listbox", "menuitem", "tab", "switch", "text", "heading", "img", "cell", "alert", "status",
)  # fmt: skip
FILLABLE = TYPED_ROLES | {"combobox"}
MAX_HISTORY = 6
MAX_OPTIONS = 16
HISTORY_FEATURES = 14
_HISTORY_VERBS = ("click", "fill", "select_option", "press", "goto", "go_back", "scroll")
_STRUCT = 26
ROW_FEATURES = 2 * TEXT_FEATURES + 4 + len(ROLES) + _STRUCT


@dataclass(frozen=True, slots=True)
class StateFeatures:
    """One decision as arrays. N rows, W instruction words, K profile fields, S selects with O ≤ 16 options."""

    rows: tuple[Row, ...]
    values: ValueSet
    instruction: str
    texts: tuple[str, ...]
    """(N,) own text of each row"""
    contexts: tuple[str, ...]
    """(N,)"""
    numeric: Floats
    """(N, ROW_FEATURES)"""
    history_texts: tuple[str, ...]
    """(≤ 6,) most recent first"""
    history: Floats
    """(≤ 6, HISTORY_FEATURES)"""
    options: tuple[tuple[int, tuple[str, ...]], ...]
    """(row, labels) of every select"""
    option_matches: tuple[Floats, ...]
    """for each select, (O, TEXT_FEATURES)"""


class Featurizer:
    """Features of the states of one episode; keeps the matches with its instruction."""

    def __init__(self, encoder: TextEncoder, goal: Goal) -> None:
        self.goal = goal
        self.values = value_set(goal.instruction, goal.profile)
        self._encoder = encoder
        self._matcher = Matcher(encoder, goal.instruction, self.values)

    def __call__(self, observation: Observation, steps: tuple[Step, ...]) -> StateFeatures:
        rows = page_rows(observation)
        texts = tuple(row.text for row in rows)
        contexts = tuple(row.context for row in rows)
        selects = tuple(
            (place, row.element.options[:MAX_OPTIONS])
            for place, row in enumerate(rows)
            if row.element.options and row.element.is_usable
        )
        numeric = np.concatenate(
            [
                self._matcher.features(texts),
                self._matcher.features(contexts),
                self._relative_coverage(rows),
                np.stack([_role(row.element) for row in rows]) if rows else np.zeros((0, len(ROLES)), np.float32),
                self._structure(rows, observation, steps),
            ],
            axis=1,
        ).astype(np.float32)
        recent = tuple(reversed(steps[-MAX_HISTORY:]))
        return StateFeatures(
            rows=rows,
            values=self.values,
            instruction=self.goal.instruction,
            texts=texts,
            contexts=contexts,
            numeric=numeric,
            history_texts=tuple(_target_text(step) for step in recent),
            history=np.stack([_history_features(step, observation) for step in recent])
            if recent
            else np.zeros((0, HISTORY_FEATURES), np.float32),
            options=selects,
            option_matches=tuple(self._matcher.features(labels) for _, labels in selects),
        )

    def _relative_coverage(self, rows: tuple[Row, ...]) -> Floats:
        """How much of the instruction a group of the page covers, words rare on the page counting more: (N, 4)."""
        result = np.zeros((len(rows), 4), dtype=np.float32)
        groups = {row.group: row.context for row in rows if row.group >= 0}
        if not groups:
            return result
        covered = self._matcher.coverage(list(groups.values()))  # (G, Q)
        share = covered.mean(0)
        weight = np.where(share > 0, -np.log(np.clip(share, 1e-3, 1.0)) + 0.05, 0.0)
        score = covered @ weight
        price = self._matcher.features(list(groups.values()))[:, -1]  # above every amount that is named
        best = max(float(score.max()), 1e-6)
        affordable = score - 10 * price
        standing = dict(
            zip(
                groups,
                zip(score / best, score >= best - 1e-6, affordable >= affordable.max() - 1e-6, strict=True),
                strict=True,
            )
        )
        for place, row in enumerate(rows):
            if row.group in standing:
                result[place, :3] = standing[row.group]
                result[place, 3] = 1.0
        return result

    def _structure(self, rows: tuple[Row, ...], observation: Observation, steps: tuple[Step, ...]) -> Floats:
        result = np.zeros((len(rows), _STRUCT), dtype=np.float32)
        counts, last = _acted(observation, steps)
        expected = self._expected_profile_values(rows)
        for place, row in enumerate(rows):
            element = row.element
            value = normalise(element.value or "")
            in_instruction = float(bool(value) and f" {value} " in self._matcher.query.text)
            other = [label for label in element.options if label != element.value]
            wanted = [
                label for label in other if normalise(label) and f" {normalise(label)} " in self._matcher.query.text
            ]
            key = (element.role, element.name)
            result[place] = (
                element.is_interactive, element.disabled, element.required, element.readonly, bool(element.invalid),
                element.checked is True, element.checked is False, element.selected is True, element.expanded is True,
                element.value == "", bool(value), in_instruction, value in self._matcher.query.profile_values,
                bool(value) and value == expected.get(place, ""), bool(expected.get(place)),
                bool(wanted), len(element.options) / 10, min(element.depth, 20) / 20,
                min((element.box.y if element.box else 0.0) / 2000, 2.0), element.level / 6, row.group >= 0,
                element.input_type == "submit", element.form is not None and element.form.method == "post",
                min(counts[key], 4) / 4, last == key, place / 100,
            )  # fmt: skip
        return result

    def _expected_profile_values(self, rows: tuple[Row, ...]) -> dict[int, str]:
        """For each field, the profile's value whose key reads most like the field's label."""
        if not self.values.keys:
            return {}
        places = [place for place, row in enumerate(rows) if row.element.role in FILLABLE and row.text]
        keys = np.stack([text.pooled for text in self._encoder.encode([spoken_key(key) for key in self.values.keys])])
        labels = self._encoder.encode([rows[place].element.name or rows[place].text for place in places])
        found = {}
        for place, label in zip(places, labels, strict=True):
            similarity = keys @ label.pooled
            if float(similarity.max()) > 0.5:
                found[place] = normalise(self.values.values[int(similarity.argmax())])
        return found


def _role(element: Element) -> Floats:
    return np.array([element.role == role for role in ROLES], dtype=np.float32)


def _path(url: str) -> str:
    return urlsplit(url).path


def _acted(
    observation: Observation, steps: tuple[Step, ...]
) -> tuple[Counter[tuple[str, str]], tuple[str, str] | None]:
    """How often each (role, name) was acted on at this path, and the target of the last step if it was here."""
    counts: Counter[tuple[str, str]] = Counter()
    last = None
    for step in steps:
        target = step.observation.find(step.action.bid)
        last = None
        if target is not None and _path(step.observation.url) == _path(observation.url):
            last = (target.role, target.name)
            counts[last] += 1
    return counts, last


def _target_text(step: Step) -> str:
    target = step.observation.find(step.action.bid)
    return target.name if target is not None else ""


def _history_features(step: Step, now: Observation) -> Floats:
    verb = step.action.verb
    after = step.outcome.observation
    return np.array(
        [
            *(verb == known for known in _HISTORY_VERBS),
            bool(step.outcome.error),
            not step.outcome.executed,
            step.outcome.unknown,
            after is not None and after.text != step.observation.text,
            after is not None and after.url != step.observation.url,
            _path(step.observation.url) == _path(now.url),
            1.0,
        ],
        dtype=np.float32,
    )
