"""What users install: the wheel holds every file that the program needs, and works outside of the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl"))


def test_every_tracked_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    packages = ["webdreamer_app", "worldmodel", "tasks", "storage"]
    tracked = subprocess.run(
        ["git", "ls-files", "--", *packages], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    packed = set(zipfile.ZipFile(wheel).namelist())
    assert [name for name in tracked if name not in packed and (ROOT / name).exists()] == []
    assert "webdreamer_app/policies/weights/policy.safetensors" in packed


@pytest.mark.browser
@pytest.mark.slow
def test_the_installed_program_completes_the_demo_outside_of_the_checkout(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    site = environment / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    # The dependencies come from this environment; our own editable install stays out of it.
    (site / "zz_dependencies.pth").write_text(
        f"import sys; sys.path.append({sysconfig.get_paths()['purelib']!r})\n", encoding="utf-8"
    )
    work = tmp_path / "elsewhere"
    work.mkdir()
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    variables["WEBDREAMER_DATA_DIR"] = str(tmp_path / "data")
    done = subprocess.run(
        [str(environment / "bin" / "python"), "-m", "webdreamer_app", "demo"],
        cwd=work, env=variables, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Grade from the site's own records: success" in done.stdout
    where = subprocess.run(
        [str(environment / "bin" / "python"), "-c", "import webdreamer_app, tasks; print(webdreamer_app.__file__)"],
        cwd=work, env=variables, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert str(environment) in where
