"""Who may import whom: the contracts of `pyproject.toml` hold and can fail, and what import-linter cannot say.

Its wildcards stand for whole names, so that `_anything` belongs to its own room is checked here.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

pytestmark = pytest.mark.pure
ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
# (contract, files written, what they hold): each is a thing someone will one day write in a hurry.
PLANTED = (
    ("storeys", {"base/planted.py": "from anlan.kernel.journal import types"}),
    ("storeys", {"kernel/web/planted.py": "def late() -> None:\n    from anlan.server import roles"}),
    ("kernel-rooms", {"kernel/unlisted/__init__.py": ""}),
    ("kernel-rooms", {"kernel/journal/planted.py": "from anlan.kernel.access import policy"}),
    ("packs", {"packs/safety/planted.py": "from anlan.packs.education import pack"}),
    ("pack-rooms", {
        "packs/safety/danger/__init__.py": "",
        "packs/safety/danger/actions.py": "from anlan.packs.safety.registers import dock",
    }),
    ("pack-rooms", {
        "packs/safety/danger/__init__.py": "",
        "packs/safety/danger/pages.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from anlan.packs.safety import pack",
    }),
    ("registers", {"packs/safety/registers/planted.py": "from anlan.packs.safety.registers import dock"}),
    ("room", {"packs/safety/danger/__init__.py": "", "packs/safety/danger/models.py": "from anlan.packs.safety.danger import actions",
                       "packs/safety/danger/actions.py": ""}),
    ("room", {"packs/safety/danger/__init__.py": "", "packs/safety/danger/queries.py": "from anlan.packs.safety.danger import middle",
                       "packs/safety/danger/middle.py": "from anlan.packs.safety.danger import pages", "packs/safety/danger/pages.py": ""}),
    ("room", {"kernel/registry/rules.py": "from anlan.kernel.registry import queries"}),
    ("planning", {"kernel/planning/unlisted.py": ""}),
    ("planning", {"kernel/planning/values/planted.py": "from anlan.kernel.planning.reviews import models"}),
    ("response", {"kernel/response/unlisted.py": ""}),
    ("response", {"kernel/response/actions/planted.py": "from anlan.kernel.response import lessons"}),
    ("pure", {"packs/safety/danger/__init__.py": "", "packs/safety/danger/rules.py": "from django.db import models"}),
    ("pure", {"packs/safety/danger/__init__.py": "", "packs/safety/danger/rules.py": "from anlan.kernel.access import policy"}),
)  # fmt: skip


def _lint(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder / "src")}
    words = [str(Path(sys.executable).parent / "lint-imports"), *options]
    return subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)


def _broken(said: str) -> set[str]:
    """Ids of the broken contracts; the report wraps its lines."""
    flat = " ".join(said.split())
    return {one["id"] for one in CONTRACTS if f"{one['name']} BROKEN" in flat}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(
        ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "built", "locale", "*.html")
    )
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_import_contracts_hold() -> None:
    done = _lint(ROOT)
    assert done.returncode == 0, done.stdout[-2000:]


@pytest.mark.parametrize(
    ("contract", "files"), PLANTED, ids=[f"{name}-{next(reversed(files))}" for name, files in PLANTED]
)
def test_a_planted_violation_is_caught(house: Path, contract: str, files: dict[str, str]) -> None:
    made = [house / "src" / "anlan" / name for name in files]
    folders = [file.parent for file in made if not file.parent.exists()]
    try:
        for file, text in zip(made, files.values(), strict=True):
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"{text}\n", encoding="utf-8")
        done = _lint(house, "--no-cache")
        assert done.returncode != 0
        assert contract in _broken(done.stdout), done.stdout[-3000:]
    finally:
        for file in made:
            file.unlink()
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def test_every_contract_has_a_planted_violation() -> None:
    assert {contract for contract, _files in PLANTED} == {one["id"] for one in CONTRACTS}


def _outside(graph: grimp.ImportGraph) -> Iterator[str]:
    """Imports of a module named `_like_this`, or of one inside it, from outside the folder that holds it."""
    for module in sorted(graph.modules):
        parts = module.split(".")
        own = next(
            (
                ".".join(parts[:at])
                for at, part in enumerate(parts)
                if part.startswith("_") and not part.startswith("__")
            ),
            "",
        )
        if own:
            users = graph.find_modules_that_directly_import(module)
            yield from (
                f"{user} -> {module}" for user in sorted(users) if user != own and not user.startswith(f"{own}.")
            )


def test_a_module_named_with_an_underscore_belongs_to_its_room() -> None:
    graph = grimp.build_graph("anlan", cache_dir=None)
    assert list(_outside(graph)) == []
    graph.add_module("anlan.kernel.files._parts")
    graph.add_import(importer="anlan.kernel.files.keeping", imported="anlan.kernel.files._parts")
    assert list(_outside(graph)) == []
    graph.add_import(importer="anlan.kernel.registry.pages", imported="anlan.kernel.files._parts")
    assert list(_outside(graph)) == ["anlan.kernel.registry.pages -> anlan.kernel.files._parts"]
