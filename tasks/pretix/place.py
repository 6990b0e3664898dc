"""Where pretix is installed, and how its own Python is run: its environment, data and scripts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

VERSION = "2026.8.0"
"""The release that is installed and that the oracle reads."""
SEED_VERSION = "1"
"""Changes with the catalogue, so that an older installation is seeded anew."""
_SCRIPTS = Path(__file__).parent / "inside"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of one installation."""

    folder: Path

    @property
    def environment(self) -> Path:
        return self.folder / "env"

    @property
    def python(self) -> Path:
        return self.environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def database(self) -> Path:
        """The seeded database; every run works on a copy of its own."""
        return self.folder / "seeded.sqlite3"

    @property
    def marker(self) -> Path:
        """Holds what is installed; written last."""
        return self.folder / "installed.txt"

    @property
    def is_installed(self) -> bool:
        return self.marker.is_file() and self.marker.read_text(encoding="utf-8").split() == [VERSION, SEED_VERSION]

    def script(self, name: str) -> str:
        return str(_SCRIPTS / name)

    def variables(self, database: Path) -> dict[str, str]:
        """The environment of pretix's processes: nothing of ours, so that no setting of the user changes the shop."""
        return {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "shop_settings",
            "PYTHONPATH": str(_SCRIPTS),
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PRETIX_CONFIG_FILE": os.devnull,
            "PRETIX_PRETIX_DATADIR": str(self.folder / "data"),
            "PRETIX_PRETIX_INSTANCE_NAME": "Lakeside Tickets",
            "PRETIX_DATABASE_NAME": str(database.resolve()),
        }


def default_place(data_dir: Path | None) -> Place:
    """`sites/pretix` in the data folder; without one, in the platform's folder for user data."""
    if data_dir is None:
        import platformdirs

        data_dir = platformdirs.user_data_path("webdreamer", appauthor=False)
    return Place(data_dir / "sites" / "pretix")
