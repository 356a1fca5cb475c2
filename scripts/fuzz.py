"""`make fuzz FUZZ=protocols [COUNT=n] [ONLY=name]`: the codecs under atheris, coverage-guided, each in a process of its own.

Prints one line a codec with the inputs, the rate and the peak of memory; a crash, an input of over TIMEOUT_S seconds or over
MEMORY_MB ends it, with the input and the log kept in `bench/out/fuzz`. Two million inputs a codec unless COUNT says otherwise.
"""

from __future__ import annotations

import importlib.util
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("hj212", "gb26875", "jt808", "sl651", "cap")
COUNT, TIMEOUT_S, MEMORY_MB = 2_000_000, 20, 1024
LONGEST = dict.fromkeys(NAMES, 400) | {"cap": 1200}
KEPT = ROOT / "bench" / "out" / "fuzz"


def one(name: str, count: int) -> None:
    """In the child: never returns when atheris finds something."""
    import atheris

    with atheris.instrument_imports(include=["anlan.protocols"]):
        from anlan.protocols.tests.targets import TARGETS, seeds
    with tempfile.TemporaryDirectory() as corpus:
        for place, data in enumerate(seeds(name)):
            (Path(corpus) / str(place)).write_bytes(data)
        words = [f"-atheris_runs={count}", f"-max_len={LONGEST[name]}", f"-timeout={TIMEOUT_S}", f"-rss_limit_mb={MEMORY_MB}",
                 f"-artifact_prefix={KEPT}/{name}-", "-verbosity=1"]  # fmt: skip
        atheris.Setup([sys.argv[0], *words, corpus], TARGETS[name])
        atheris.Fuzz()


def _done(log: Path) -> int:
    """How many inputs a run that ended early had told of."""
    told = re.findall(rb"^#(\d+)\s", log.read_bytes(), re.MULTILINE)
    return int(told[-1]) if told else 0


def main() -> int:
    if importlib.util.find_spec("atheris") is None:
        sys.stderr.write("没有 atheris：.venv/bin/pip install 'atheris>=3,<4'\n")
        return 3
    chosen, count = os.environ.get("ONLY", ""), int(os.environ.get("COUNT", "") or COUNT)
    if chosen and chosen not in NAMES:
        sys.stderr.write(f"没有这种协议：{chosen}。有：{'、'.join(NAMES)}\n")
        return 2
    KEPT.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name in [chosen] if chosen else NAMES:
        before = time.monotonic()
        with (KEPT / f"{name}.log").open("wb") as log:
            child = [sys.executable, "-m", "scripts.fuzz", name, str(count)]
            status = subprocess.run(child, cwd=ROOT, check=False, stdout=log, stderr=log).returncode
        spent, peak = time.monotonic() - before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        failed += status != 0
        said = f"FAILED ({status}), see {KEPT}" if status else "nothing found"
        done = count if not status else _done(KEPT / f"{name}.log")
        sys.stdout.write(f"{name:<8} {done:>10,} inputs {spent:8.0f} s {done / spent:8.0f}/s {peak:5d} MB  {said}\n")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) == 3:
        one(sys.argv[1], int(sys.argv[2]))
    else:
        raise SystemExit(main())
