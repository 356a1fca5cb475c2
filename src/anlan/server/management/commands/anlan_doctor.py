"""`anlan doctor`: what this machine has and lacks, each line with what to do. Exit 0 sound, 3 something missing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from anlan.base.errors import Refused
from anlan.kernel.alarms.models import Consumed
from anlan.kernel.journal.sealing import verify
from anlan.kernel.observations.reading import reader

FREE_BYTES = 1024**3
Finding = tuple[bool, str, str]


def _database() -> Finding:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return False, f"数据库 {connection.vendor}：{str(error).splitlines()[0]}", "检查 ANLAN_DATABASE_URL"
    return not waiting, f"数据库 {connection.vendor}，待迁移 {len(waiting)} 步", "anlan migrate"


def _journal() -> Finding:
    try:
        verdict = verify()
    except DatabaseError:
        return False, "流水：还没有表", "anlan migrate"
    return (
        verdict.intact,
        f"流水 {verdict.entries} 条，待封存 {verdict.pending} 条 {verdict.reason}",
        "看 docs/guide/operations.md 的“断链”",
    )


def _observations() -> Finding:
    """Whether the store can be read, and whether the records have taken over no more events than it holds."""
    try:
        store = reader()
        fault = store.database.fault() if store else ""
        told = store.last_event() if store else 0
        taken = Consumed.objects.values_list("event", flat=True).first() or 0
    except (Refused, DatabaseError, sqlite3.DatabaseError) as error:
        return False, f"观测库：{getattr(error, 'message', error)}", "从备份恢复（docs/guide/operations.md）"
    if fault:
        return False, f"观测库已损坏：{fault}", "从备份恢复（docs/guide/operations.md）"
    if taken > told:
        return False, f"观测库只有 {told} 条事件，记录已转入 {taken} 条：不是同一时间的", "两个库用同一份备份恢复"
    return True, f"观测库完好，事件 {told} 条，待转入 {told - taken} 条" if store else "观测库：还没有数据", ""


def _disk() -> Finding:
    free = shutil.disk_usage(settings.VAR).free
    return free > FREE_BYTES, f"磁盘剩余 {free // 1024**2} MB（{settings.VAR.name}）", "腾出至少 1 GB"


def _secret() -> Finding:
    file = settings.VAR / "secret.key"
    private = bool(os.environ.get("ANLAN_SECRET_KEY")) or (file.exists() and file.stat().st_mode & 0o077 == 0)
    return private, "密钥只有本用户能读", f"chmod 600 {file.name}"


def _assets() -> Finding:
    manifest = Path(__file__).parents[3] / "kernel" / "web" / "static" / "built" / "manifest.json"
    return manifest.exists(), "网页脚本（地图、图表、即时更新）", "make setup；没有它网页照常可用，地图和图表只剩表格"


def _font() -> Finding:
    names = ("*CJK*", "*SourceHan*", "*simsun*", "*simfang*", "*FandolSong*")
    places = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
    found = any(next(place.rglob(name), None) for place in places if place.is_dir() for name in names)
    return found, "中文字体（PDF 公文）", "apt-get install fonts-noto-cjk"


CHECKS: tuple[Callable[[], Finding], ...] = (_database, _journal, _observations, _disk, _secret, _assets, _font)


class Command(BaseCommand):
    help = "自查"

    def _lines(self) -> Iterator[Finding]:
        for check in CHECKS:
            yield check()

    def handle(self, *_args: Any, **_options: Any) -> None:
        sound = True
        for well, what, remedy in self._lines():
            sound = sound and well
            self.stdout.write(f"{'好' if well else '缺'}  {what}" + ("" if well else f"  →  {remedy}"))
        if not sound:
            sys.exit(3)
