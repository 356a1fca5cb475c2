"""The tutorial is true: its blocks, put where they say, give a register that works for whom it should."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```(?:python|markdown)\n# file: (\S+)\n(.*?)```", re.DOTALL)
ADDED = re.compile(r"```python\n# add to: (\S+)\n(.*?)```", re.DOTALL)
TEST = "src/anlan/packs/safety/registers/tests/test_mini_station.py"

_USE = """
import django
django.setup()
from django.core.management import call_command
call_command("makemigrations", "safety", verbosity=0)
call_command("makemigrations", check=True, dry_run=True, verbosity=0)
call_command("migrate", verbosity=0)
call_command("check")
from django.test import Client
from anlan.base import clock
from anlan.server import demonstration
demonstration.load(clock.now())
from anlan.kernel.access.models import Person
assert "复核" in Client().get("/guide/safety/mini_station/").content.decode()
def status(who, method="get", **data):
    client = Client()
    client.force_login(Person.objects.get(username=who), backend="allauth.account.auth_backends.AuthenticationBackend")
    return getattr(client, method)("/registry/mini_stations/" + ("new/" if method == "post" else ""), data).status_code
print(status("planner"), status("street"), status("education"))
row = {"code": "1", "name": "示例站", "people": "2", "pumps": "3"}
print(status("street", "post", **row), status("street", "post", **{**row, "pumps": "1"}), status("planner", "post", **row))
"""


def add(text: str, shown: str) -> str:
    """The file with the lines of the page put beside those it has: a new line before the known one it is shown before, or after."""
    lines = text.splitlines()
    for hunk in shown.split("...\n"):
        given = hunk.splitlines()
        known = next(line for line in given if line in lines)
        place, here = lines.index(known), given.index(known)
        lines[place : place + 1] = [*given[:here], known, *given[here + 1 :]]
    return "\n".join(lines) + "\n"


@pytest.mark.slow
def test_following_the_tutorial_gives_a_working_register(tmp_path: Path) -> None:
    shutil.copytree(
        ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "built", "tests", "conftest.py")
    )
    page = (ROOT / "docs" / "developer" / "tutorial.md").read_text(encoding="utf-8")
    blocks, added = BLOCK.findall(page), ADDED.findall(page)
    assert (len(blocks), len(added)) == (3, 2)
    for name, lines in added:
        file = tmp_path / name
        file.write_text(add(file.read_text(encoding="utf-8"), lines), encoding="utf-8")
    for name, code in blocks:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(code, encoding="utf-8")
    env = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(tmp_path / "src"),
        "DJANGO_SETTINGS_MODULE": "anlan.server.settings",
        "ANLAN_VAR": str(tmp_path / "var"),
        "ANLAN_DEMO": "1",
    }
    done = subprocess.run(
        [sys.executable, "-c", _USE], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-2:] == ["200 200 403", "422 302 403"]
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = pure\n", encoding="utf-8")
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "--strict-markers",
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
    ]
    tested = subprocess.run([*words, TEST], env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stdout[-2000:]
    assert "1 passed" in tested.stdout
