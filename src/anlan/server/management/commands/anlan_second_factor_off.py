"""`anlan second-factor-off`: for whoever lost both telephone and recovery codes, when no administrator can sign in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access import actions
from anlan.kernel.access.models import Person
from anlan.kernel.access.types import SYSTEM


class Command(BaseCommand):
    help = "关闭一个人的两步验证"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *_args: Any, **options: Any) -> None:
        person = Person.objects.filter(username=options["username"]).first()
        if person is None:
            raise Refused("not_found", f"没有登录名为 {options['username']} 的人。")
        actions.reset_second_factor(actor=SYSTEM, person=person, at=clock.now())
        self.stdout.write(f"{person.name} 的两步验证已关闭，凭口令登录后可重新开启。")
