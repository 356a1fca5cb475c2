"""`anlan plan coverage`: numeric targets attached and not yet attached, per plan."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from anlan.kernel.planning.models import Plan
from anlan.kernel.planning.queries import unattached


class Command(BaseCommand):
    help = "数字目标的挂接情况"

    def handle(self, *_args: Any, **_options: Any) -> None:
        for plan in Plan.objects.all():
            total = plan.targets.filter(retired_on=None).count()
            self.stdout.write(f"{plan.title}：数字目标 {total}，未挂接 {unattached(plan).count()}")
