"""Grades an answer, an address and page contents by the rules of WebArena's public evaluator (Zhou et al. 2024).

What that evaluator leaves to a language model or to helpers of its own is undecided here, never guessed.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlparse

from tasks.task import Ending, Grade, Read
from tasks.webarena.reading import NOT_AVAILABLE, Evaluation, ReferenceAnswers, Target, WebArenaTask

_OR = " |OR| "
_WHOLE_PAGE = (
    "(document.doctype ? new XMLSerializer().serializeToString(document.doctype) : '')"
    " + (document.documentElement ? document.documentElement.outerHTML : '')"
)
_PUNCTUATION = re.compile(r"([;@#$%&?!*()\[\]{}<>\"“”«»…]|\.{2,}|--|[:,](?!\d))")
"""What a word tokenizer sets apart from the word beside it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked."""

    passed: bool | None
    """None: it takes more than rules to tell."""
    words: str


def grade(task: WebArenaTask, ending: Ending) -> Grade:
    """Reward 1 where every check passes, 0 where one fails; otherwise undecided."""
    findings = [one for kind in task.evaluation.eval_types for one in _findings(kind, task.evaluation, ending)]
    failed = [one.words for one in findings if one.passed is False]
    open_ = [one.words for one in findings if one.passed is None]
    if failed:
        return Grade(False, 0.0, (), " ".join(failed))
    if open_:
        return Grade(False, 0.0, (), "Not gradable.", undecided=" ".join(open_))
    return Grade(True, 1.0, (), " ".join(one.words for one in findings))


def reads(evaluation: Evaluation) -> tuple[Read, ...]:
    """What has to be read in the live pages for `grade`."""
    if "program_html" not in evaluation.eval_types:
        return ()
    return tuple(_read(target) for target, known in _known(evaluation.program_html or ()) if known)


def _read(target: Target) -> Read:
    locator = target.locator.strip().rstrip("; ") or _WHOLE_PAGE
    before = tuple(f"() => {action}" for action in target.prep_actions) if target.locator.strip() else ()
    return Read(f"async () => [await ({locator})]", "" if target.url == "last" else target.url, before)


def _known(targets: Sequence[Target]) -> Iterator[tuple[Target, bool]]:
    """Each target, and whether it can be read: neither it nor the page that it is on takes WebArena's helpers."""
    lost = False
    for target in targets:
        lost = target.url.startswith("func") or (lost and target.url == "last")
        yield target, not lost and not target.locator.startswith("func:")


def _findings(kind: str, evaluation: Evaluation, ending: Ending) -> list[Finding]:
    if kind == "string_match" and evaluation.reference_answers is not None:
        return _string_match(evaluation.reference_answers, NOT_AVAILABLE if ending.infeasible else ending.message)
    if kind == "url_match" and evaluation.reference_url is not None:
        return [_url_match(evaluation.reference_url, ending.url)]
    if kind == "program_html" and evaluation.program_html is not None:
        return _program_html(evaluation.program_html, ending.reads)
    return [Finding(None, f"There is no grader for {kind!r} here.")]


def _string_match(answers: ReferenceAnswers, said: str) -> list[Finding]:
    found, answer = [], clean(said)
    if answers.exact_match is not None:
        passed = clean(answer) == clean(answers.exact_match)
        found.append(Finding(passed, f"The answer {answer!r:.80} is {_not(passed)}{answers.exact_match!r}."))
    alone = len(answers.must_include or ()) == 1
    for phrase in answers.must_include or ():
        passed = includes(phrase, answer, by_word=alone)
        found.append(Finding(passed, f"The answer {answer!r:.80} does {_not(passed)}speak of {phrase!r}."))
    if answers.fuzzy_match is not None:
        found = _fuzzy_match(answers.fuzzy_match, answer, found)
    return found


def _fuzzy_match(wanted: str | tuple[str, ...], answer: str, before: list[Finding]) -> list[Finding]:
    """Added to what was found before; a reason why a task can't be done stands for all of it, as it does there."""
    if isinstance(wanted, str):
        if clean(answer) == clean(wanted):
            return [*before, Finding(True, f"The answer is {wanted!r}.")]
        return [Finding(None, f"Whether {answer!r:.80} says that it can't be done takes a model (fuzzy_match).")]
    if not clean(answer):
        return [*before, *(Finding(not one, f"There is no answer; wanted {one!r}.") for one in wanted)]
    means = "takes a model to tell (fuzzy_match)"
    return [*before, *(Finding(None, f"Whether {answer!r:.80} means {one!r} {means}.") for one in wanted)]


def _url_match(reference: str, url: str) -> Finding:
    """One reference's host and path lie in the page's, and each of their parameters has one of its values."""
    base, query = _split(url)
    wanted = [_split(one) for one in reference.split(_OR)]
    values: dict[str, set[str]] = {}
    for _, parameters in wanted:
        for name, given in parameters.items():
            values.setdefault(name, set()).update(given)
    passed = any(place in base for place, _ in wanted) and all(
        given & set(query.get(name, ())) for name, given in values.items()
    )
    return Finding(passed, f"The page {url!r:.120} is {_not(passed)}at {reference!r}.")


def _split(url: str) -> tuple[str, dict[str, list[str]]]:
    try:
        parts = urlparse(url.rstrip("/"))
    except ValueError:  # an address that no browser opens
        return url, {}
    return (parts.netloc + parts.path).rstrip("/"), parse_qs(parts.query)


def _program_html(targets: Sequence[Target], values: Sequence[Any]) -> list[Finding]:
    found: list[Finding] = []
    place = 0
    for target, known in _known(targets):
        if not known:
            helper = target.url if target.url.startswith("func") else target.locator
            found.append(Finding(None, f"The helper {helper!r:.80} of WebArena's own is not built here."))
            continue
        value = values[place] if place < len(values) else None
        found.extend(_contents(target, _as_text(value)))
        place += 1
    return found


def _contents(target: Target, text: str) -> Iterator[Finding]:
    shown = target.locator.strip()[:60] or "the page"
    if target.required_contents.exact_match is not None:
        wanted = target.required_contents.exact_match
        passed = clean(text) == clean(wanted)
        yield Finding(passed, f"{shown} is {_not(passed)}{wanted!r}.")
        return
    for phrase in target.required_contents.must_include or ():
        passed = any(includes(one, text) for one in phrase.split(_OR))
        yield Finding(passed, f"{shown} does {_not(passed)}hold {phrase!r}.")


def _as_text(value: Any) -> str:
    """What `Read` gave, as the public evaluator writes it: a list with the value in it; None: it could not be had."""
    return html.unescape(str(value[0])) if isinstance(value, list) and value else ""


def clean(answer: str) -> str:
    """Small letters, without space around it and without one pair of quotes."""
    answer = answer.strip()
    for quote in ("'", '"'):
        if answer.startswith(quote) and answer.endswith(quote):
            answer = answer[1:-1]
            break
    return answer.lower()


def includes(phrase: str, text: str, *, by_word: bool = False) -> bool:
    """Whether the phrase is in the text; a single sign only as a word of its own, where `by_word`."""
    wanted, cleaned = clean(phrase), clean(text)
    if by_word and len(wanted) == 1:
        spread = _PUNCTUATION.sub(r" \1 ", cleaned).split()
        return wanted in spread or wanted in {word.rstrip(".") for word in spread}
    return wanted in cleaned


def _not(passed: bool) -> str:
    return "" if passed else "not "
