"""`anlan person`: the first administrator, or anyone else, from the command line. The password is read, never an argument."""

from __future__ import annotations

import getpass
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.db import transaction

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access import actions
from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.access.types import SYSTEM


class Command(BaseCommand):
    help = "新增人员和岗位"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True)
        parser.add_argument("--organisation", required=True, help="单位代码")
        parser.add_argument("--role", required=True)
        parser.add_argument("--title", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(code=options["organisation"]).first()
        if organisation is None:
            raise Refused("organisation", f"没有代码为 {options['organisation']} 的单位。")
        if Person.objects.filter(username=options["username"]).exists():
            raise Refused("duplicate", f"登录名 {options['username']} 已有人用。")
        password = getpass.getpass("口令：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password)
        except ValidationError as error:
            raise Refused("password", "；".join(error.messages)) from None
        at = clock.now()
        with transaction.atomic():
            person = Person.objects.create_user(options["username"], password, name=options["name"])
            actions.appoint(
                actor=SYSTEM, person=person, organisation=organisation, role=options["role"],
                title=options["title"] or options["role"], starts_on=clock.civil_date(at), at=at,
            )  # fmt: skip
        self.stdout.write(f"{person.name} 可以登录了。")
