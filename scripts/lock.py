"""Remake the lock files from pyproject.toml: `python3 scripts/lock.py`. Exact versions of what pip chose in an empty environment."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What the checkout needs besides the product: the message catalogues are compiled on the spot.
BUILD = ("babel>=2.16", "opencc-python-reimplemented>=0.1.7")


def freeze(packages: list[str]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [f"{folder}/bin/python", "-m", "pip"]
        subprocess.run([*pip, "install", "-q", "--disable-pip-version-check", *packages], check=True)
        return subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True).stdout


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    core = [*project["project"]["dependencies"], *BUILD]
    extras = project["project"]["optional-dependencies"]["postgres"]
    (ROOT / "requirements.lock").write_text(freeze(core), encoding="utf-8")
    (ROOT / "requirements-dev.lock").write_text(
        freeze([*core, *extras, *project["dependency-groups"]["dev"]]), encoding="utf-8"
    )


if __name__ == "__main__":
    main()
