"""`anlan backup FILE.tar.gz`: a consistent copy of records and attachments. SQLite here; PostgreSQL has pg_dump."""

from __future__ import annotations

import os
import sqlite3
import tarfile
import tempfile
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from anlan.base.errors import Refused

DATABASE = "anlan.sqlite3"


class Command(BaseCommand):
    help = "备份"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")

    def handle(self, *_args: Any, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise Refused(
                "engine", "PostgreSQL 用 pg_dump 备份记录，另复制 files 目录；步骤见 docs/guide/operations.md。"
            )
        target = Path(options["file"])
        if target.exists():
            raise Refused("exists", f"{target.name} 已存在，不覆盖。换个文件名。")
        source = Path(str(settings.DATABASES["default"]["NAME"]))
        if not source.exists():
            raise Refused("absent", "还没有数据可备份。")
        partial = target.with_name(target.name + ".part")
        try:
            _write(source, partial)
        except (OSError, sqlite3.Error) as error:
            partial.unlink(missing_ok=True)
            raise Refused("unwritten", f"备份没有写完，没有留下文件：{error}。腾出空间或换个位置再备份。") from error
        partial.replace(target)
        self.stdout.write(
            f"已备份到 {target.name}，{target.stat().st_size // 1024} KB。恢复：anlan restore {target.name}"
        )


def _write(source: Path, partial: Path) -> None:
    """The database as one consistent picture while others write (SQLite's own online backup), and the files; synced."""
    with tempfile.TemporaryDirectory(dir=settings.VAR) as folder:
        copy = Path(folder) / DATABASE
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(copy)) as saved:
            live.backup(saved)
        with tarfile.open(partial, "w:gz") as archive:
            archive.add(copy, DATABASE)
            if settings.MEDIA_ROOT.is_dir():
                archive.add(settings.MEDIA_ROOT, "files")
    with partial.open("rb") as written:
        os.fsync(written.fileno())
