"""`anlan journal verify`: walk the chain; exit 0 intact, 2 broken."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from anlan.base import clock
from anlan.kernel.journal.sealing import seal_all, verify


class Command(BaseCommand):
    help = "核对流水的摘要链"

    def handle(self, *_args: Any, **_options: Any) -> None:
        verdict = verify()
        if verdict.intact and verdict.pending:  # nothing is chained to a broken end
            seal_all(clock.now())
            verdict = verify()
        if verdict.intact:
            self.stdout.write(f"完好：{verdict.entries} 条，末端摘要 {verdict.head}")
            return
        self.stderr.write(f"断链：第 {verdict.broken_at} 号，{verdict.reason}")
        sys.exit(2)
