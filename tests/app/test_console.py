"""What is printed: nothing that a page says moves the cursor, hides text or ends the run."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webdreamer_app.console import one_line, printable, stdout


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2K\rAllowed", "\\u001b[2K\\u000dAllowed"),
        ("pay \u202e001$", "pay \\u202e001$"),
        ("half \ud800 pair", "half \\ud800 pair"),
        ("two\u2028lines", "two\\u2028lines"),
        ("Füße 家 😀\tand\nlines", "Füße 家 😀\tand\nlines"),
    ],
)
def test_what_steers_a_terminal_is_shown_as_its_code(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown


@given(st.text())
def test_one_line_is_one_line_of_text_that_can_be_encoded(text: str) -> None:
    line = one_line(text)
    assert line.splitlines() in ([], [line])
    assert "\x1b" not in line
    line.encode("utf-8")


def test_letters_that_the_terminal_lacks_become_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    stdout("Grüße")
    assert raw.getvalue() == b"Gr\\xfc\\xdfe\n"


def test_a_reader_that_went_away_ends_the_output_and_not_the_program() -> None:
    code = (
        "import sys\nfrom webdreamer_app.console import stdout\n"
        "for number in range(50_000): stdout(f'line {number}')\nsys.stderr.write('went on')"
    )
    writing = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert writing.stdout is not None
    assert writing.stdout.readline() == "line 0\n"
    writing.stdout.close()
    assert writing.stderr is not None
    assert (writing.stderr.read(), writing.wait(timeout=30)) == ("went on", 0)
    writing.stderr.close()
