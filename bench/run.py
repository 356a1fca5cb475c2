"""`make bench [ONLY=name] [QUICK=1]`: every row side by side with its peer in one run; a table and bench/out/latest.json.

A missed goal is printed and exits 0; a wrong answer or a loss raises and exits 1.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.server.settings")
django.setup()

from anlan.base import clock
from bench import (
    air_eval,
    air_import,
    alarm_delay,
    boards,
    cases,
    command,
    compaction,
    hj212,
    ingest,
    journal,
    nearest,
    plan_read,
    register_import,
    sensorthings,
    store_read,
    task_list,
)

MODULES = {
    "plan_read": plan_read,
    "air_eval": air_eval,
    "air_import": air_import,
    "task_list": task_list,
    "cases": cases,
    "command": command,
    "boards": boards,
    "register_import": register_import,
    "journal": journal,
    "nearest": nearest,
    "hj212": hj212,
    "sensorthings": sensorthings,
    "ingest": ingest,
    "alarm_delay": alarm_delay,
    "store_read": store_read,
    "compaction": compaction,
}
OUT = Path(__file__).parent / "out" / "latest.json"


def machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "at": clock.now().isoformat(timespec="seconds"),
    }


def main() -> int:
    only, quick = os.environ.get("ONLY", ""), os.environ.get("QUICK") == "1"
    if only and only not in MODULES:
        sys.stderr.write(f"没有这一项：{only}。有：{'、'.join(MODULES)}\n")
        return 2
    load, rows = os.getloadavg()[0], []
    for name, module in MODULES.items():
        if not only or name == only:
            rows += module.rows(quick)
            for row in rows[-3:]:
                sys.stderr.write(f"  {row['name']}: {row['ours']} {row['unit']}\n")
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(
        json.dumps({"machine": machine(), "load": load, "rows": rows}, ensure_ascii=False, indent=1), encoding="utf-8"
    )
    for row in rows:
        peer = row["peer"] if row["peer"] is not None else "—"
        said = "met" if row["met"] else "MISSED"
        sys.stdout.write(
            f"{row['name']:<58} {row['ours']:>12} {row['unit']:<22} peer {peer!s:<28} ratio {row['ratio'] or '—'!s:<8} goal {row['goal']:<16} {said}\n"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
