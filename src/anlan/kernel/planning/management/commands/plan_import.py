"""`anlan plan import FILE [--yes]`: a preview; `--yes` stores it."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.planning.intake import Preview, preview, store
from anlan.kernel.planning.reading.sources import load

SHOWN = 12


class Command(BaseCommand):
    help = "导入规划"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--yes", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(options["file"])
        data = sys.stdin.buffer.read() if options["file"] == "-" else load(path)
        seen = preview(data)
        self._describe(seen)
        if seen.missing_rows:
            raise Refused("missing_rows", f"任务表缺第 {'、'.join(map(str, seen.missing_rows))} 行。补全后再导入。")
        if seen.same_file:
            self.stdout.write("与库中一致，没有变化。")
        elif options["yes"]:
            store(actor=SYSTEM, seen=seen, file_name=path.name, at=clock.now())
            self.stdout.write(f"已导入，{len(seen.changes)} 处{'变化' if seen.known else '新增'}。")
        else:
            self.stdout.write("这是预览，没有入库。加 --yes 导入。")

    def _describe(self, seen: Preview) -> None:
        write = self.stdout.write
        for title, counts in seen.counts().items():
            words = {
                "chapters": "章节",
                "indicators": "指标",
                "tasks": "任务",
                "projects": "工程和专栏",
                "targets": "数字目标",
            }
            write(f"{title}：" + "，".join(f"{words[kind]} {count}" for kind, count in counts.items()))
        if seen.known is not None:
            for change in seen.changes[:SHOWN]:
                what = {"new": "新增", "changed": "改动", "gone": "不再出现"}[change.what]
                write(f"  {what} {change.kind} {change.key} {'、'.join(change.fields)}".rstrip())
            if len(seen.changes) > SHOWN:
                write(f"  另有 {len(seen.changes) - SHOWN} 处")
        if seen.unmatched:
            write("未对应单位：" + "、".join(f"{name}（{count}）" for name, count in seen.unmatched))
        for problem in seen.problems:
            write(problem)
