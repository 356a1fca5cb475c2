"""The rules of the house, each with a check that can fail."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from anlan.server.house import KERNEL, PACKS
from anlan.server.product import CAPABILITIES

pytestmark = pytest.mark.pure
ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "anlan"
FAIL_LINES, FAIL_TEMPLATE_BYTES, FAIL_PAGE_LINES, FAIL_DECISION_LINES = 600, 16_000, 250, 40


def tracked(*endings: str) -> list[Path]:
    """Files git knows or would take; in a tree without git, every file."""
    said = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    names = (
        said.stdout.split("\n") if said.returncode == 0 else [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
    )
    return [ROOT / name for name in names if name.endswith(endings) and (ROOT / name).is_file()]


def modules() -> list[Path]:
    return [file for file in SOURCE.rglob("*.py") if "migrations" not in file.parts]


def test_file_budgets() -> None:
    files = [file for file in tracked(".py", ".ts", ".html", ".css") if "migrations" not in file.parts]
    assert len(files) > 200
    over = {
        str(file.relative_to(ROOT)): lines
        for file in files
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > FAIL_LINES
    }
    assert over == {}


def test_template_budgets() -> None:
    over = {
        str(file.relative_to(ROOT)): size
        for file in tracked(".html")
        if (size := file.stat().st_size) > FAIL_TEMPLATE_BYTES
    }
    assert over == {}


def test_document_budgets() -> None:
    """A decision is one page to read; the change log alone may grow without end."""
    over = {}
    for file in tracked(".md"):
        budget = FAIL_DECISION_LINES if file.parent.name == "decisions" else FAIL_PAGE_LINES
        lines = len(file.read_text(encoding="utf-8").splitlines())
        if lines > budget and file.name != "CHANGELOG.md":
            over[str(file.relative_to(ROOT))] = lines
    assert over == {}


def _late_imports(tree: ast.Module) -> list[int]:
    return [
        inner.lineno for outer in ast.walk(tree) if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(outer) if isinstance(inner, ast.Import | ast.ImportFrom)
    ]  # fmt: skip


def test_no_late_imports_but_in_named_adapters() -> None:
    bad = []
    for file in modules():
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if "tests" not in file.parts and "adapter for" not in (ast.get_docstring(tree) or ""):
            bad += [f"{file.relative_to(SOURCE)}:{line}" for line in _late_imports(tree)]
    assert bad == []


def test_no_forbidden_constructs() -> None:
    words = re.compile(
        r"metaclass=|__init_subclass__|GenericForeignKey\(|post_save|pre_save|post_delete|@receiver|\|\| true"
    )
    bad = [
        f"{file.relative_to(SOURCE)}: {found.group()}"
        for file in modules()
        if (found := words.search(file.read_text(encoding="utf-8")))
    ]
    assert bad == []


def test_only_the_clock_reads_the_clock() -> None:
    reading = re.compile(r"datetime\.now\(|timezone\.now\(|date\.today\(|time\.time\(")
    bad = [
        str(file.relative_to(SOURCE))
        for file in modules()
        if reading.search(file.read_text(encoding="utf-8")) and "tests" not in file.parts
    ]
    assert bad == ["base/clock.py"]


def test_nothing_of_this_workplace_or_of_others_is_committed() -> None:
    # Built from halves so that this file does not contain them.
    words = re.compile(
        "|".join(
            (
                r"/" + r"work/main",
                r"\.library" + r"/",
                r"helper[ -]?\d",
                r"BEGIN (?:RSA|OPENSSH) PRIV" + "ATE",
                r"registry\.npm" + r"js",
                r"pypi\.o" + r"rg/simple",
            )
        )
    )
    files = tracked(".py", ".md", ".toml", ".html", ".ts", ".css", ".json", ".lock", ".txt", ".cfg", "Makefile", "run")
    bad = [
        f"{file.relative_to(ROOT)}: {found.group()}"
        for file in files
        if (found := words.search(file.read_text(encoding="utf-8", errors="ignore")))
    ]
    assert bad == []


def test_no_sentence_of_the_published_plan_is_shipped(shared: Path) -> None:
    text = (shared / "plan" / "plan-2022-5.txt").read_text(encoding="utf-8")
    sentences = {part.strip() for part in re.split(r"[。\n]", text) if len(re.findall(r"[一-龥]", part)) >= 20}
    assert len(sentences) > 500
    files = tracked(".py", ".md", ".toml", ".html", ".json", ".txt", ".po", ".geojson")
    bad = [
        str(file.relative_to(ROOT))
        for file in files
        for body in [file.read_text(encoding="utf-8", errors="ignore")]
        if any(sentence in body for sentence in sentences)
    ]
    assert bad == []


def test_makefile_is_short() -> None:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    targets = [line for line in lines if re.match(r"^[a-z]+:;", line)]
    assert 1 <= len(targets) <= 10
    assert not [line for line in lines if line.startswith("\t")]


def test_every_migrated_app_has_one_leaf() -> None:
    for folder in SOURCE.rglob("migrations"):
        numbers = [file.name[:4] for file in folder.glob("[0-9]*.py")]
        assert len(numbers) == len(set(numbers)), folder


def test_every_capability_is_documented() -> None:
    kernel = {one.slug for one in KERNEL}
    packs = {one.slug: pack.slug for pack in PACKS for one in pack.capabilities}
    pages = {file.stem: file.parent.name for file in (ROOT / "docs" / "guide").rglob("*.md")}
    missing = [f"{pack}/{slug}.md" for slug, pack in packs.items() if pages.get(slug) != pack]
    missing += [f"{slug}.md" for slug in kernel if slug.removeprefix("planning_") not in pages]
    assert missing == []


def test_every_capability_says_who_may() -> None:
    assert [one.slug for one in CAPABILITIES if not one.permissions] == []


@pytest.mark.slow
@pytest.mark.parametrize("pack", [pack.slug for pack in PACKS])
def test_a_pack_can_be_deleted(pack: str, tmp_path: Path) -> None:
    """Delete the folder and its lines of wiring: the product checks, migrates, and that pack's routes are gone."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "built", "tests"))
    shutil.rmtree(tmp_path / "src/anlan/packs" / pack)
    for name in ("server/apps_list.py", "server/house.py"):
        file = tmp_path / "src/anlan" / name
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if f"anlan.packs.{pack}" not in line and line.strip() != f"{pack.upper()},"]
        assert 1 <= len(lines) - len(kept) <= 2
        file.write_text("".join(kept), encoding="utf-8")
    gone = next(one for one in PACKS if one.slug == pack).capabilities[0].pages[0].name
    code = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "call_command('check'); call_command('migrate', verbosity=0)\n"
        "from django.test import Client\n"
        "assert Client().get('/healthz').status_code == 200 and Client().get('/').status_code == 200\n"
        "from django.urls import NoReverseMatch, reverse\n"
        f"try: reverse({gone!r})\n"
        "except NoReverseMatch: print('gone')\n"
    )
    env = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(tmp_path / "src"),
        "DJANGO_SETTINGS_MODULE": "anlan.server.settings",
        "ANLAN_VAR": str(tmp_path / "var"),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip().endswith("gone")


def test_every_benchmark_can_be_loaded() -> None:
    """A name that is none ends with the list of those there are, after all of them were imported."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "ONLY": "?"}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "bench/run.py"], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "hj212" in done.stderr
