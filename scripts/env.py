"""The project's own Python environment. Standard library only: this runs before anything is installed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def fail(sentence: str, status: int = 3) -> None:
    """One clear line, then stop."""
    sys.stderr.write(sentence + "\n")
    raise SystemExit(status)


def call(*words: str | Path, env: dict[str, str] | None = None, quiet: bool = False) -> int:
    """Run a command, return its exit status."""
    sink = subprocess.DEVNULL if quiet else None
    return subprocess.run([str(word) for word in words], cwd=ROOT, env=env, stdout=sink, check=False).returncode


def environment(**more: str) -> dict[str, str]:
    """The environment for the project's commands: the sources of this checkout, and nothing of the caller's virtualenv."""
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return {**os.environ, "PYTHONPATH": path, "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}", **more}


def _lock(group: str) -> Path:
    return ROOT / ("requirements.lock" if group == "core" else "requirements-dev.lock")


def _stamp(group: str) -> tuple[Path, str]:
    digest = hashlib.sha256(_lock(group).read_bytes() + sys.version.encode()).hexdigest()
    return VENV / f"anlan-{group}.stamp", digest


def _make_venv() -> None:
    if sys.version_info < OLDEST:
        fail("需要 Python 3.11 或更新：apt-get install python3")
    if PYTHON.exists():
        return
    made = subprocess.run([sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        fail("缺少 python3-venv：apt-get install python3-venv")


def install(group: str) -> None:
    """Install the locked packages of `core` or `dev` unless this very lock is already there."""
    _make_venv()
    stamp, digest = _stamp(group)
    if stamp.exists() and stamp.read_text() == digest:
        return
    uv = shutil.which("uv")
    pip = [uv, "pip", "install", "--python", str(PYTHON)] if uv else [
        str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-compile",
    ]  # fmt: skip
    if call(*pip, "-q", "-r", _lock(group)):
        fail("没装上依赖包。检查网络或软件源后再试。")
    stamp.write_text(digest)
    wrapper = VENV / "bin" / "anlan"
    wrapper.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT / "src"}" exec "{PYTHON}" -m anlan.server "$@"\n')
    wrapper.chmod(0o755)


def compile_catalogues() -> None:
    """Compile the message catalogues with the environment's own Babel and OpenCC."""
    if call(PYTHON, "-m", "scripts.catalogues", env=environment()):
        fail("译文没有编译成：看 src/anlan/locale。", 1)
