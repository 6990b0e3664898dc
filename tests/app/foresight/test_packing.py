"""Transitions as arrays."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from webdreamer_app.foresight.changes import STATES, slot_of, state_of
from webdreamer_app.foresight.packing import (
    COPY,
    EFFECTS,
    NO_VALUE,
    OFFERED,
    OTHER,
    SPAN,
    VERBS,
    TransitionPacker,
    bits_of,
    deed_of,
    next_page,
)
from webdreamer_app.foresight.perception import perceive
from webdreamer_app.foresight.transitions import Followed, Situation, Story, of_history, visited_pages
from webdreamer_app.policies.embedded import DEFAULT_WEIGHTS
from webdreamer_app.policies.scorer.calibration import CommitScore
from webdreamer_app.policies.scorer.deciding import Decider
from webdreamer_app.policies.scorer.network import NetworkConfig, ScorerNetwork
from webdreamer_app.policies.scorer.rows import page_rows
from webdreamer_app.rehearsal.collecting import ShardOptions
from webdreamer_app.rehearsal.episodes import RehearsalOptions
from webdreamer_app.rehearsal.exploring import Exploration, explore
from webdreamer_app.types import (
    Action,
    Decision,
    Effect,
    Element,
    Goal,
    History,
    Observation,
    Outcome,
    Plan,
    Proposal,
    Step,
    Verdict,
)
from worldmodel.scenes import CHANGED, FROM_ACTION, FROM_OFFERED, FROM_ROW, NEW, REMOVED, SAME
from worldmodel.text_encoder import TextEncoder

SMALL = NetworkConfig(width=32, layers=2, heads=2, mixed=16, inner=32, pointer=16, dropout=0.0)
GOAL = Goal("Register Anna Berg for the fair, please.", {"email": "anna@example.com"})


def page(path: str, *elements: Element) -> Observation:
    return Observation(f"http://site.test/{path}", path, elements, path)


HOME = page("", Element("link", "Register", 0, "1"), Element("link", "Help", 0, "2"), Element("heading", "Welcome"))
FORM = page(
    "form",
    Element("link", "Register", 0, "1"),
    Element("textbox", "Name", 0, "2", value=""),
    Element("combobox", "Food", 0, "3", value="Any", options=("Any", "Vegan")),
    Element("checkbox", "News", 0, "4", checked=False),
    Element("button", "Next", 0, "5"),
)
TYPED = page("form", *(one.changed(value="Anna Berg") if one.bid == "2" else one for one in FORM.elements))
REVIEW = page(
    "review",
    Element("link", "Register", 0, "1"),
    Element("text", "Anna Berg"),
    Element("text", "anna@example.com"),
    Element("text", "Vegan"),
    Element("text", "Reference 17"),
    Element("button", "Send", 0, "2"),
)


def step(number: int, before: Observation, action: Action, after: Observation, **outcome: object) -> Step:
    plan = Plan(Proposal(action), (Proposal(action, "acceptable"),), effect=Effect.UNKNOWN)
    return Step(number, before, plan, Verdict(Decision.ACT, ""), Outcome(after, **outcome))  # type: ignore[arg-type]


CLICK, FILL, NEXT = Action("click", "1"), Action("fill", "2", ("Anna Berg",)), Action("click", "5")
STEPS = (step(0, HOME, CLICK, FORM), step(1, FORM, FILL, TYPED), step(2, TYPED, NEXT, REVIEW))


@pytest.fixture(scope="module")
def decider() -> Decider:
    torch.manual_seed(1)
    return Decider(ScorerNetwork(SMALL), TextEncoder.load(verify=False), CommitScore())


@pytest.mark.parametrize(
    ("action", "row", "verb", "kind"),
    [
        (Action("click", "5"), 4, "click", NO_VALUE),
        (Action("fill", "2", ("Anna Berg",)), 1, "fill", SPAN),
        (Action("fill", "2", ("anna@example.com",)), 1, "fill", OFFERED),
        (Action("fill", "2", ("Next",)), 1, "fill", COPY),
        (Action("fill", "2", ("nobody said this",)), 1, "other", OTHER),
        (Action("select_option", "3", ("Vegan",)), 6, "select_option", NO_VALUE),
        (Action("go_back"), -1, "go_back", NO_VALUE),
        (Action("goto", "", ("http://site.test/",)), -1, "other", OTHER),
    ],
)
def test_an_action_is_a_row_a_verb_and_the_token_of_a_value(
    decider: Decider, action: Action, row: int, verb: str, kind: int
) -> None:
    state = decider.state(FORM, History(GOAL))
    seen, _ = perceive(decider.network, decider.batch(state))
    deed = deed_of(action, state, seen)
    assert (deed.row, VERBS[deed.verb], deed.kind) == (row, verb, kind)
    assert bool(np.abs(deed.value).sum()) == (kind in (SPAN, OFFERED, COPY))


def test_a_filled_field_changes_one_row(decider: Decider) -> None:
    state, before, after = decider.state(FORM, History(GOAL)), page_rows(FORM), page_rows(TYPED)
    found = next_page([before], after, FILL, state)
    assert found.base == 0 and not found.inserted
    assert found.fates.tolist() == [SAME, CHANGED, SAME, SAME, SAME, SAME, SAME]
    assert found.values[1] == FROM_ACTION and set(found.values[[0, 2, 3, 4]]) == {FROM_ROW}
    assert found.bits[1] == 1 << STATES.index("filled") == bits_of(after[1])


def test_what_comes_points_to_where_its_words_were_seen(decider: Decider) -> None:
    state, before, after = decider.state(TYPED, History(GOAL)), page_rows(TYPED), page_rows(REVIEW)
    found = next_page([before], after, NEXT, state)
    assert found.fates.tolist() == [SAME] + [REMOVED] * 6
    told = {row.text: (source, place) for row, source, place, _ in found.inserted}
    assert told == {
        "Anna Berg": (NEW, 0),
        "anna@example.com": (FROM_OFFERED, 0),
        "Vegan": (FROM_ROW, 6),
        "Reference 17": (NEW, 0),
        "Send": (NEW, 0),
    }
    typed = next_page([before], page_rows(page("review", Element("text", "Anna Berg"))), FILL, state)
    assert [source for _, source, _, _ in typed.inserted] == [FROM_ACTION]


def test_a_page_seen_before_is_pointed_at_only_where_it_tells_more(decider: Decider) -> None:
    state, form, home = decider.state(FORM, History(GOAL)), page_rows(FORM), page_rows(HOME)
    assert next_page([form, home], form, NEXT, state).base == 0
    longer = page_rows(page("", *HOME.elements, *(Element("text", f"news {'x' * one}") for one in range(4))))
    found = next_page([form, longer], longer, NEXT, state)
    assert found.base == 1 and set(found.fates) == {SAME} and not found.inserted


def test_pages_of_before_are_the_last_ones_of_other_addresses() -> None:
    assert visited_pages(STEPS, REVIEW) == [2, 0]
    assert visited_pages(STEPS[:2], TYPED) == [0]
    many = tuple(step(number, page(f"{number}"), CLICK, page(f"{number + 1}")) for number in range(12))
    assert visited_pages(many, page("12")) == list(range(11, 3, -1))


def packed(decider: Decider, tmp_path: Path, story: Story) -> dict[str, np.ndarray]:
    packer = TransitionPacker(decider)
    packer.add(story, lambda row: slot_of(row.text))
    packer.write(tmp_path / "one.transitions", {"suite": "made"})
    with safe_open(tmp_path / "one.transitions", "np") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict


def test_a_recorded_session_is_a_story(decider: Decider, tmp_path: Path) -> None:
    last = step(3, REVIEW, Action("send_msg_to_user", "", ("Done.",)), REVIEW, terminated=True, reward=1.0)
    story = of_history(History(GOAL, (*STEPS, last)), "one")
    assert [one.to_go for one in story.situations] == [4, 3, 2, 1] and story.situations[0].best == 1.0
    refused = step(2, TYPED, NEXT, TYPED, executed=False)
    assert len(of_history(History(GOAL, (*STEPS[:2], refused)), "two").situations) == 2
    found = packed(decider, tmp_path, story)
    assert found["next_state"].tolist() == [1, 2, 3, -1] and found["state"].tolist() == [0, 1, 2, 3]
    assert found["visited"][3].tolist() == [2, 0, *[-1] * 6]
    assert found["state_to_go"].tolist() == [4, 3, 2, 1]
    assert found["labels"][:, 0].tolist() == [1, 1, 1, 1]  # what the oracle accepted
    assert found["labels"][:, 1].tolist() == [-1, -1, -1, -1]  # nobody looked at the site's database
    assert found["labels"][:, 3].tolist() == [0, 0, 0, 1] and found["moved"].tolist() == [1, 0, 1, 0]
    assert found["rows"].shape == (len(found["roles"]), SMALL.width) and found["rows_at"][-1] == len(found["rows"])
    assert len(found["fates"]) == sum(len(page_rows(one)) for one in (HOME, FORM, TYPED, REVIEW))
    strings = json.loads(bytes(found["strings"]))
    assert strings["episodes"] == ["one"] and "textbox" in strings["roles"] and strings["facts"] == {"suite": "made"}


def test_what_failed_left_the_page_as_it_was(decider: Decider, tmp_path: Path) -> None:
    tried = Followed(NEXT, None, False, error="click: covered")
    found = packed(decider, tmp_path, Story("x", GOAL, (Situation((), FORM, (tried,)),)))
    assert set(found["fates"]) == {SAME} and not len(found["came"])
    assert found["labels"].tolist() == [[0, -1, -1, 0, 1]] and found["worth"].tolist() == [[-1, -1, -1]]


def test_states_fit_into_bits() -> None:
    for one in page_rows(TYPED):
        bits = bits_of(one)
        assert {name for place, name in enumerate(STATES) if bits >> place & 1} == state_of(one)


def test_exploring_writes_arrays_and_lines_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    shard = ShardOptions("forms", "train", 7011, 0, 1, tmp_path / "f.transitions", DEFAULT_WEIGHTS, RehearsalOptions())
    reports = explore([Exploration(shard, wrong=1, finished=0.0)], 1, lambda told: None)
    assert reports[0]["states"] > 1 and reports[0]["transitions"] > reports[0]["states"]
    with safe_open(shard.out, "np") as file:
        labels, strings = file.get_tensor("labels"), json.loads(bytes(file.get_tensor("strings")))
    assert len(labels) == reports[0]["transitions"] and set(labels[:, 1]) <= set(range(len(EFFECTS)))
    assert strings["facts"]["transitions"] == len(labels)
    with gzip.open(shard.out.with_suffix(".jsonl.gz"), "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert len(labels) >= len(lines) > reports[0]["episodes"] and {line["split"] for line in lines} == {"train"}
    wished = [one for one in strings["episodes"] if "~" in one]
    assert wished or not any(line["effect"] == "irreversible" for line in lines)
    of_commits = labels[len(lines) :]
    assert (of_commits[:, 1] == EFFECTS.index(Effect.IRREVERSIBLE)).all()
    assert (of_commits[:, 0] != of_commits[:, 2]).all()  # right, or a wrong commit
    assert explore([Exploration(shard)], 1, lambda told: None) == []
    with pytest.raises(ValueError, match="name its weights"):
        explore([Exploration(ShardOptions("forms", "train", 1, 0, 1, tmp_path / "none"))], 1)
