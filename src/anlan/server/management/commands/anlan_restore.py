"""`anlan restore FILE.tar.gz`: into an empty place only; the journal's chain is checked before anything is put in place."""

from __future__ import annotations

import os
import shutil
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from anlan.base.errors import Missing, Refused
from anlan.kernel.journal.sealing import verify
from anlan.server import archive


@contextmanager
def _reading(database: Path) -> Iterator[None]:
    """The product's own connection, turned to another file for a while."""
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


class Command(BaseCommand):
    help = "恢复"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")

    def handle(self, *_args: Any, **options: Any) -> None:
        target = Path(str(settings.DATABASES["default"]["NAME"]))
        if connection.vendor != "sqlite":
            raise Refused("engine", "PostgreSQL 用 pg_restore 恢复；步骤见 docs/guide/operations.md。")
        observations = Path(settings.OBSERVATIONS)
        if target.exists() or observations.exists():
            raise Refused("occupied", "这里已有数据，不覆盖。换一个空的 ANLAN_VAR 再恢复。")
        with tempfile.TemporaryDirectory(dir=settings.VAR) as folder:
            unpacked = Path(folder)
            lacking = archive.unpack(Path(options["file"]), unpacked)
            with _reading(unpacked / archive.DATABASE):
                verdict = verify()
            if not verdict.intact:
                raise Refused("chain", f"备份的流水第 {verdict.broken_at} 号断链：{verdict.reason}。没有恢复。")
            if (unpacked / archive.FILES).is_dir():
                shutil.copytree(unpacked / archive.FILES, settings.MEDIA_ROOT, dirs_exist_ok=True)
            if (unpacked / archive.OBSERVATIONS).exists():
                (unpacked / archive.OBSERVATIONS).replace(observations)
            os.sync()  # the records come last and whole: where they are, everything is
            (unpacked / archive.DATABASE).replace(target)
        if lacking:
            raise Missing("attachments", f"已恢复，但备份缺 {len(lacking)} 个附件：{lacking[0][:12]} 等。")
        self.stdout.write(f"已恢复，流水 {verdict.entries} 条完好。")
