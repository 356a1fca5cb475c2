"""`anlan restore FILE.tar.gz`: into an empty place only; the journal's chain is checked before it counts."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import zlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from anlan.base.errors import Refused
from anlan.kernel.journal.sealing import verify

DATABASE = "anlan.sqlite3"


class Command(BaseCommand):
    help = "恢复"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")

    def handle(self, *_args: Any, **options: Any) -> None:
        target = Path(str(settings.DATABASES["default"]["NAME"]))
        if connection.vendor != "sqlite":
            raise Refused("engine", "PostgreSQL 用 pg_restore 恢复；步骤见 docs/guide/operations.md。")
        if target.exists():
            raise Refused("occupied", "这里已有数据，不覆盖。换一个空的 ANLAN_VAR 再恢复。")
        with tempfile.TemporaryDirectory(dir=settings.VAR) as folder:
            try:
                with tarfile.open(options["file"], "r:gz") as archive:
                    archive.extractall(folder, filter="data")
            except (EOFError, zlib.error, tarfile.TarError):
                raise Refused("broken", "这不是完好的备份文件。") from None
            unpacked = Path(folder)
            if not (unpacked / DATABASE).exists():
                raise Refused("broken", "备份里没有数据库。")
            if (unpacked / "files").is_dir():
                shutil.copytree(unpacked / "files", settings.MEDIA_ROOT, dirs_exist_ok=True)
            shutil.move(unpacked / DATABASE, target)
        verdict = verify()
        if not verdict.intact:
            raise Refused("chain", f"已恢复，但流水第 {verdict.broken_at} 号断链：{verdict.reason}。")
        self.stdout.write(f"已恢复，流水 {verdict.entries} 条完好。")
