"""`anlan air import FILE [--yes]`: a preview with findings; `--yes` stores it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from anlan.base import clock
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.packs.environment.air_quality import intake

SHOWN = 12


class Command(BaseCommand):
    help = "导入空气质量小时值"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--yes", action="store_true")
        parser.add_argument("--owner", default="", help="管理这些测点的单位代码")

    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(options["file"])
        seen = intake.preview(intake.load(path))
        write = self.stdout.write
        write(
            f"{path.name}：{seen.hours.rows} 行，测点 {'、'.join(seen.hours.stations)}，{seen.first_day} 至 {seen.last_day}"
        )
        for one in seen.findings[:SHOWN]:
            lines = f"（第 {'、'.join(map(str, one['lines']))} 行）" if one["lines"] else ""
            write(f"  {one['title']} {one['station']}：{one['text']}{lines}，{one['count']} 处")
        if len(seen.findings) > SHOWN:
            write(f"  另有 {len(seen.findings) - SHOWN} 条")
        if seen.known is not None:
            write("这个文件已导入过，没有变化。")
        elif options["yes"]:
            owner = Organisation.objects.filter(code=options["owner"]).first() if options["owner"] else None
            _file, days = intake.store(actor=SYSTEM, seen=seen, file_name=path.name, at=clock.now(), owner=owner)
            write(f"已导入，{days} 个测点日。")
        else:
            write("这是预览，没有入库。加 --yes 导入。")
