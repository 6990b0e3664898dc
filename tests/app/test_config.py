"""Configuration and profiles: sources in order, and a clear sentence for whatever can't be used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from webdreamer_app.config import Config, load, load_profile
from webdreamer_app.errors import ConfigError, ProfileError


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_put_the_database_into_the_data_folder(tmp_path: Path) -> None:
    config = load(None, (), {"WEBDREAMER_DATA_DIR": str(tmp_path)})
    assert (config.policy, config.planner, config.approve) == ("embedded", "reactive", None)
    assert config.db == str(tmp_path / "sessions.db")


def test_later_sources_win(tmp_path: Path) -> None:
    file = write(tmp_path / "c.toml", 'max_steps = 1\nmax_seconds = 5\ndevice = "cpu"\nseed = 1\napprove = "deny"')
    environ = {"WEBDREAMER_MAX_STEPS": "2", "WEBDREAMER_DEVICE": "auto", "OTHER": "x"}
    config = load(file, ["max_steps=3", "headed=yes"], environ, {"max_steps": 4, "seed": None})
    assert (config.max_steps, config.max_seconds, config.device) == (4, 5.0, "auto")
    assert (config.headed, config.seed, config.approve) == (True, 1, "deny")


def test_paths_are_paths_and_empty_text_clears_what_may_be_absent() -> None:
    config = load(None, ["chromium=/opt/chromium", "approve="], {"WEBDREAMER_POLICY_PATH": "~/w.safetensors"})
    assert config.chromium == Path("/opt/chromium")
    assert config.policy_path == Path("~/w.safetensors").expanduser()
    assert config.approve is None


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("max_step=3", "did you mean max_steps?"),
        ("zzzzzz=3", "known are policy, planner"),
        ("max_steps=many", "a whole number"),
        ("max_steps=0", "above 0"),
        ("max_seconds=nan", "above 0"),
        ("timeout_s=inf", "above 0"),
        ("tau_commit=1.5", "from 0 to 1"),
        ("tau_commit=nan", "from 0 to 1"),
        ("headed=perhaps", "true or false"),
        ("approve=gates", "did you mean gate?"),
        ("device=quantum", "give one of auto, cpu, cuda"),
        ("max_steps", "--set key=value"),
    ],
)
def test_an_override_that_does_not_fit_is_named_with_what_would(override: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, [override], {})
    assert words in str(caught.value)
    assert override.partition("=")[0] in str(caught.value)
    assert caught.value.exit_status == 2


def test_unknown_environment_variable_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match=r"WEBDREAMER_MAXSTEPS.*did you mean WEBDREAMER_MAX_STEPS"):
        load(None, (), {"WEBDREAMER_MAXSTEPS": "3"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("max_steps = 1\nseed = = 2\n", "line 2"),
        ("max_steps = true", "a whole number"),
        ("max_steps = 1.5", "a whole number"),
        ('headed = "yes"', "true or false"),
        ("policy = 3", "give text"),
        ("[browser]\nheaded = true", "no setting 'browser'"),
    ],
)
def test_a_configuration_file_that_can_not_be_used_says_why(tmp_path: Path, text: str, words: str) -> None:
    file = write(tmp_path / "c.toml", text)
    with pytest.raises(ConfigError) as caught:
        load(file, (), {})
    assert words in str(caught.value)
    assert "c.toml" in str(caught.value)


def test_a_missing_configuration_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no configuration file .*absent\.toml"):
        load(tmp_path / "absent.toml", (), {})


def test_a_folder_is_not_a_configuration_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        load(tmp_path, (), {})


def test_profile_tables_are_flattened_with_dots(tmp_path: Path) -> None:
    file = write(tmp_path / "p.toml", 'full_name = "Anna Bergström"\n[address]\nstreet = "1 Hill Road"')
    assert load_profile(file) == {"full_name": "Anna Bergström", "address.street": "1 Hill Road"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"zip = 12345", 'zip = "12345"'),
        (b'tags = ["a"]', "tags"),
        (b"[a]\nb = 1\n", "a.b"),
        (b'"a.b" = "x"\n[a]\nb = "y"\n', "a.b twice"),
        (b'name = "x\n', "line 1"),
        (b'name = "\xff"', "UTF-8"),
    ],
)
def test_a_malformed_profile_is_named_with_key_or_line(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "p.toml"
    file.write_bytes(content)
    with pytest.raises(ProfileError) as caught:
        load_profile(file)
    assert words in str(caught.value)
    assert "p.toml" in str(caught.value)


def test_a_missing_profile_is_named(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="no profile file"):
        load_profile(tmp_path / "p.toml")


def test_importing_the_configuration_loads_nothing_heavy() -> None:
    code = (
        "import sys; import webdreamer_app.config; "
        "print([n for n in ('torch', 'playwright', 'pydantic', 'tomllib', 'platformdirs') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_configuration_built_in_code_is_checked_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="approve = 'never'"):
        Config(approve="never", data_dir=tmp_path)
