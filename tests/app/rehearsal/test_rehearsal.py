"""Rehearsed episodes: the oracle ends them, a policy's steps are corrected, and what is packed can be read."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tasks.suites import suite
from tasks.task import Ending, Site
from webdreamer_app.actions import describe
from webdreamer_app.labelling import Labeller, PackReport, meanings_of
from webdreamer_app.policies.embedded import DEFAULT_WEIGHTS
from webdreamer_app.policies.scorer.deciding import KIND
from webdreamer_app.policies.scorer.rows import Row
from webdreamer_app.policies.scorer.shards import PackedSet
from webdreamer_app.rehearsal.collecting import plan_shards, rehearse
from webdreamer_app.rehearsal.episodes import RehearsalOptions, play
from webdreamer_app.rehearsal.meanings import numbers, words_shown
from webdreamer_app.rehearsal.own_commits import fit_on_own
from webdreamer_app.rehearsal.text_browser import TextBrowser
from webdreamer_app.types import Action, Element, History, Observation
from worldmodel.checkpoint import load, save
from worldmodel.text_encoder import TextEncoder

NAMES = ("shop", "forms")
STRAIGHT = RehearsalOptions(deviation=0.0)


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return TextEncoder.load()


@pytest.fixture(scope="module", params=NAMES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Site]]:
    with suite(request.param).open(tmp_path_factory.mktemp(request.param) / "site.db") as running:
        yield request.param, running


def test_the_oracle_completes_wide_tasks_without_a_browser(site: tuple[str, Site]) -> None:
    name, running = site
    found = suite(name)
    for task in found.sample("train", 4, 1007):
        played = play(found, running, task, f"right-{task.index}", STRAIGHT)
        assert played.grade is not None and played.grade.success, (task.id, played.grade)


def test_deviations_and_openings_are_undone_again(site: tuple[str, Site]) -> None:
    name, running = site
    found = suite(name)
    task = found.sample("train", 1, 1008)[0]
    played = play(found, running, task, "astray", RehearsalOptions(deviation=0.25))
    strayed = [step for step in played.history.steps if step.plan.chosen.rationale == "deviation"]
    assert strayed
    assert played.grade is None or played.grade.success


def test_what_is_tried_by_a_twin_in_a_cloned_session_leaves_visitor_and_session_alone(site: tuple[str, Site]) -> None:
    name, running = site
    found = suite(name)
    task = found.sample("train", 1, 1013)[0]
    visitor, oracle = TextBrowser(running.start("first", task), task.files), found.oracle(task)
    changed = 0
    for number in range(12):
        before = visitor.text
        twin = visitor.fork(running.clone("first", f"twin-{number}"))  # type: ignore[attr-defined]
        assert twin.text == before
        for _ in range(40):
            if not twin.is_over:
                twin.act(oracle(twin.text)[0])
        assert twin.is_over and running.grade(task, f"twin-{number}", Ending(message=twin.message)).success
        assert visitor.text == before and not visitor.is_over
        visitor.act(oracle(visitor.text)[0])
        changed += visitor.text != before
        if visitor.is_over:
            break
    assert changed


def test_a_policy_decides_its_share_but_never_what_ends_the_task_wrongly(site: tuple[str, Site]) -> None:
    name, running = site
    found = suite(name)
    task = found.sample("train", 1, 1009)[0]

    def giving_up(page: Observation, history: History) -> Action:
        return Action("report_infeasible", "", ("I don't feel like it.",))

    options = RehearsalOptions(deviation=0.0, student_share=1.0, max_steps=40)
    played = play(found, running, task, "lazy", options, giving_up)
    assert played.grade is not None and played.grade.success


def test_states_are_labelled_for_other_wishes_and_advised_now_and_then(
    site: tuple[str, Site], encoder: TextEncoder
) -> None:
    name, running = site
    found = suite(name)
    drawn = (task for task in found.sample("train", 40, 1010) if task.answer.get("kind", "buy") == "buy")
    task = next(task for task in drawn if not task.answer.get("why_not") and not task.answer.get("obstacle"))
    played = play(found, running, task, "labelled", STRAIGHT)
    report = PackReport()
    meanings = meanings_of(words_shown(task), numbers())
    labeller = Labeller(encoder, found, task, random.Random(5), report, meanings)
    examples = list(labeller.examples(played.history))
    assert report.states == len(played.history.steps)
    assert report.unlabelled == 0
    assert len(examples) == report.states + report.relabelled
    assert {example.state.instruction for example in examples} > {task.instruction}
    advised = [example.state.advice for example in examples if example.state.advice]
    assert 0 < len(advised) < report.states
    done = [describe(step.action, step.observation) for step in played.history.steps]
    assert any(set(advice) <= set(done) for advice in advised)
    assert any(meaning >= 0 for example in examples for meaning in example.meanings)


def test_words_of_a_site_mean_what_their_key_says() -> None:
    meaning = meanings_of({"cart": "Basket", "count": "{count} found"}, {"cart": 3, "count": 4})
    said = {text: meaning(Row(Element("link", text), text, "", -1)) for text in ("Basket", "12 found", "found")}
    assert said == {"Basket": 3, "12 found": 4, "found": -1}


@pytest.mark.slow
def test_shards_are_written_once_and_read_back(tmp_path: Path, encoder: TextEncoder) -> None:
    shards = plan_shards("shop", "train", 1011, 3, tmp_path, None, STRAIGHT)
    lines: list[str] = []
    (report,) = rehearse(shards, 1, lines.append)
    assert report["sessions"] == report["right"] == 3
    assert rehearse(shards, 1, lines.append) == []
    packed = PackedSet()
    packed.add(shards[0].out)
    assert packed.facts["states"] == report["states"]
    assert len(packed) == report["states"] + report["relabelled"] - report["unlabelled"]


def test_a_thousand_episodes_go_into_files_of_a_hundred(tmp_path: Path) -> None:
    shards = plan_shards("forms", "train", 7, 250, tmp_path, None, STRAIGHT)
    assert [(one.first, one.count) for one in shards] == [(0, 100), (100, 100), (200, 50)]
    assert len({one.out.name for one in shards}) == 3


SURE = {"logit": 1.0, "log_probability": 0.0, "left": 0.0, "offset": 9.0}
"""Calls nearly every commit wrong."""


@pytest.mark.slow
@pytest.mark.parametrize("least", [2, 1000])
def test_the_commit_score_is_fitted_on_the_policys_own_commits(
    least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webdreamer_app.rehearsal.own_commits._LEAST", least)
    place = tmp_path / "policy.safetensors"
    shutil.copy(DEFAULT_WEIGHTS, place)
    before = load(place, KIND)
    save(place, replace(before, details=dict(before.details) | {"commit_score": SURE}))
    lines: list[str] = []
    details = fit_on_own(place, 5, lines.append)
    assert lines == ["20 of 20 episodes of its own"]
    assert details["validation"]["own_commits"] > 5
    assert 0 <= details["validation"]["own_success_shop"] <= 1
    assert (details["commit_score"] == SURE) == (least == 1000)
    after = load(place, KIND)
    assert after.details["commit_score"] == details["commit_score"]
    assert all(torch.equal(after.tensors[name], before.tensors[name]) for name in before.tensors)
