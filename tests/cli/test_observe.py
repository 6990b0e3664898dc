"""`webdreamer observe`: a page of the web and the same page stored, as the agent reads them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.pages import served

Run = Callable[..., subprocess.CompletedProcess[str]]
PAGE = """<!doctype html><html><head><title>Mugs</title></head><body><h1>Mugs</h1>
<form action="/find"><label>Find <input name=q></label><button>Go</button></form>
<ul><li><a href="/1">Blue mug</a><li><a href="/2">Red mug</a></ul></body></html>"""


@pytest.fixture
def site() -> Iterator[str]:
    with served(lambda _: PAGE.encode()) as url:
        yield f"{url}/"


@pytest.mark.browser
def test_a_page_and_its_stored_copy_read_alike(webdreamer: Run, site: str, tmp_path: Path) -> None:
    stored = tmp_path / "mugs.html"
    stored.write_text(PAGE, encoding="utf-8")
    live, kept = webdreamer("observe", site), webdreamer("observe", str(stored))
    assert (live.returncode, kept.returncode) == (0, 0)
    first, *lines = live.stdout.splitlines()
    assert first == f"page 'Mugs' url='{site}'"
    assert lines == kept.stdout.splitlines()[1:]
    assert "[3] link 'Blue mug'" in kept.stdout


def test_a_stored_page_as_json_and_within_a_budget(webdreamer: Run, tmp_path: Path) -> None:
    stored = tmp_path / "many.html"
    stored.write_text("".join(f"<li><a href='/{n}'>Mug number {n}</a>" for n in range(400)), encoding="utf-8")
    data = json.loads(webdreamer("observe", str(stored), "--json", "--page-tokens", "300").stdout)
    assert len([element for element in data["elements"] if element.get("bid")]) == 400
    assert "folded" in data["text"]


@pytest.mark.parametrize("content", [None, b"", b"  "])
def test_what_is_no_page_is_said_with_its_name(webdreamer: Run, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "none.html"
    if content is not None:
        path.write_bytes(content)
    done = webdreamer("observe", str(path))
    assert done.returncode == 2
    assert str(path) in done.stderr
    assert done.stdout == ""


def test_what_the_policy_would_do_on_a_stored_page_is_told_with_its_probabilities(
    webdreamer: Run, tmp_path: Path
) -> None:
    stored = tmp_path / "mugs.html"
    stored.write_text(PAGE, encoding="utf-8")
    done = webdreamer("inspect-policy", str(stored), "--task", "Order the red mug.", "--top", "3")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Mugs (file://")
    ranked = [float(line.split()[1]) for line in lines[1:4]]
    assert ranked == sorted(ranked, reverse=True) and 0 < sum(ranked) <= 1.001
    assert any("nats" in line for line in lines)
    advised = webdreamer("inspect-policy", str(stored), "--task", "Order the red mug.", "--advice", "click link 'Help'")
    assert advised.returncode == 0 and advised.stdout.splitlines()[1:] != lines[1:]
    many = webdreamer("inspect-policy", str(stored), "--task", "x", *["--advice", "click"] * 5)
    assert (many.returncode, "the policy reads 4" in many.stderr) == (2, True)
    missing = webdreamer("inspect-policy", str(tmp_path / "no.html"), "--task", "x")
    assert (missing.returncode, "There is no file" in missing.stderr) == (2, True)
