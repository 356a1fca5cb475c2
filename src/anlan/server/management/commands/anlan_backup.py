"""`anlan backup FILE.tar.gz`: a consistent copy of records, observations and attachments. SQLite here; PostgreSQL has pg_dump."""

from __future__ import annotations

import sqlite3
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from anlan.base.errors import Missing, Refused, unwritable
from anlan.server import archive


class Command(BaseCommand):
    help = "备份"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")

    def handle(self, *_args: Any, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise Refused(
                "engine", "PostgreSQL 用 pg_dump 备份记录和观测，另复制 files 目录；步骤见 docs/guide/operations.md。"
            )
        target = Path(options["file"])
        if target.exists():
            raise Refused("exists", f"{target.name} 已存在，不覆盖。换个文件名。")
        source = Path(str(settings.DATABASES["default"]["NAME"]))
        if not source.exists():
            raise Refused("absent", "还没有数据可备份。")
        try:
            lost = archive.write(target, source, Path(settings.OBSERVATIONS), Path(settings.MEDIA_ROOT), settings.VAR)
        except sqlite3.Error as error:
            unreadable = Refused("database", f"数据库读不出：{error}。没有备份，先看 anlan doctor。")
            raise (unwritable(error) or unreadable) from None
        if lost:
            raise Missing(
                "attachments", f"已备份，但缺 {len(lost)} 个附件：{lost[0][:12]} 等。从旧备份补回 files 目录。"
            )
        self.stdout.write(
            f"已备份到 {target.name}，{target.stat().st_size // 1024} KB。恢复：anlan restore {target.name}"
        )
