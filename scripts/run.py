"""The commands behind the Makefile: `python3 scripts/run.py setup|check|test|demo|city|stop|bench|fuzz`. Standard library only."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts import assets, checks, demo, env


def setup() -> int:
    env.install("core")
    env.compile_catalogues()
    return 0 if assets.build() else 1


COMMANDS = {
    "setup": setup,
    "check": checks.check,
    "test": checks.test,
    "demo": demo.demo,
    "city": demo.city,
    "stop": demo.stop,
    "bench": checks.bench,
    "fuzz": checks.fuzz,
}

if __name__ == "__main__":
    chosen = COMMANDS.get(sys.argv[1] if len(sys.argv) > 1 else "")
    if chosen is None:
        env.fail(f"用法：python3 scripts/run.py {'|'.join(COMMANDS)}", 2)
    else:
        raise SystemExit(chosen())
