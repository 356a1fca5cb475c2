"""`make check` and `make test`: everything a change must pass, with what is missing named in one line."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.assets import build
from scripts.env import PYTHON, ROOT, VENV, call, compile_catalogues, environment, fail, install
from scripts.postgres import binaries, throwaway_postgres

BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
# A server for tests that break nothing of it need not wait for the disk; tests/faults have servers of their own that do.
RELAXED = ("fsync=off", "full_page_writes=off", "jit=off")
# So that it stays visible where the time goes.
SLOWEST = ("--durations=15", "--durations-min=5")
# Rooms whose behaviour depends on the database engine: run again on PostgreSQL.
ON_POSTGRES = ("src/anlan/kernel", "src/anlan/packs", "tests/house/test_wrong_things.py")


def _required() -> set[str]:
    return {word for word in os.environ.get("ANLAN_REQUIRE", "").split(",") if word}


def _apt(*packages: str) -> None:
    """On a machine that is ours to set up (root), bring what is asked for."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=env, check=False, stdout=subprocess.DEVNULL)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
        env=env,
        check=False,
        stdout=subprocess.DEVNULL,
    )


def _have_browser() -> bool:
    return any(Path(path).exists() for path in BROWSERS)


def _have_broker() -> bool:
    return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin") is not None


def _have_font() -> bool:
    return any(Path("/usr/share/fonts").rglob("*CJK*"))


def _provide(what: str, here: bool, packages: tuple[str, ...], check: object) -> bool:
    """True when present; installs as root when required; else says how to get it, or fails when required."""
    if here:
        return True
    required = what in _required()
    if required and os.geteuid() == 0 and shutil.which("apt-get"):
        _apt(*packages)
        if callable(check) and check():
            return True
    line = f"没有 {what}：apt-get install {' '.join(packages)}"
    if required:
        fail(line)
    sys.stderr.write(f"跳过：{line}\n")
    return False


def _static() -> int:
    """Style, contracts, types: the first that fails ends the run."""
    steps = (
        (VENV / "bin" / "ruff", "check", "."),
        (VENV / "bin" / "ruff", "format", "--check", "--quiet", "."),
        (VENV / "bin" / "lint-imports", "--no-logo"),
        (VENV / "bin" / "mypy",),
    )
    for words in steps:
        status = call(*words, env=environment())
        if status:
            return status
    return 0


def check() -> int:
    install("dev")
    compile_catalogues()
    return _static() or call(PYTHON, "-m", "pytest", "-m", "pure", env=environment())


def test() -> int:
    """Static checks, then PostgreSQL, then everything on SQLite with the browser; pytest's closing line is the last."""
    browser = _provide("browser", _have_browser() and _have_font(), ("chromium", "fonts-noto-cjk"), _have_browser)
    postgres = _provide("postgres", binaries() is not None, ("postgresql",), binaries)
    _provide("mosquitto", _have_broker(), ("mosquitto",), _have_broker)  # without it its tests skip
    install("dev")
    build()
    compile_catalogues()
    status = _static()
    if status:
        return status
    with tempfile.TemporaryDirectory(prefix="anlan-test-") as folder:
        return _pytest(folder, browser=browser, postgres=postgres)


def _tests(*words: str, how: str, env: dict[str, str]) -> int:
    """One worker a core. `loadgroup` keeps a file's tests together, in the order that conftest gives; `worksteal` does not."""
    cores = os.cpu_count() or 1
    workers = ("-n", str(min(cores, 4)), "--dist", how, "--no-loadscope-reorder") if cores > 1 else ()
    return call(PYTHON, "-m", "pytest", *workers, *SLOWEST, *words, env=env)


def _pytest(folder: str, *, browser: bool, postgres: bool) -> int:
    """PostgreSQL first, so that the closing line of the whole run comes last; tests never touch ./var."""
    if postgres:
        with throwaway_postgres(*RELAXED) as url:
            env = environment(ANLAN_DATABASE_URL=url, ANLAN_DATABASE_POOL="0", ANLAN_VAR=folder)
            on_postgres = _tests("-m", "not browser and not pure", *ON_POSTGRES, how="worksteal", env=env)
        if on_postgres:
            return on_postgres
    env = environment(ANLAN_VAR=folder)
    # The browser's driver leaves its event loop in the process: those tests have one of their own.
    status = _tests("-m", "not browser", how="loadgroup", env=env)
    if status or not browser:
        return status
    return _tests("-m", "browser", *_with("pytest.mark.browser"), how="loadgroup", env=env)


def _with(mark: str) -> list[str]:
    """The test files that name the mark: the others need not be read."""
    files = (one for folder in ("src", "tests") for one in (ROOT / folder).rglob("test_*.py"))
    return sorted(str(one.relative_to(ROOT)) for one in files if mark in one.read_text(encoding="utf-8"))


def fuzz() -> int:
    """The long profile of what is drawn at random; with FUZZ=protocols the codecs under atheris."""
    install("dev")
    if os.environ.get("FUZZ") == "protocols":
        return call(PYTHON, "-m", "scripts.fuzz", env=environment())
    return call(PYTHON, "-m", "pytest", "-m", "fuzz", env=environment(HYPOTHESIS_PROFILE="long"))


def bench() -> int:
    install("dev")
    return call(PYTHON, ROOT / "bench" / "run.py", env=environment())
