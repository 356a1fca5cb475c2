"""The demonstration district (示例区): an invented place with invented people, every one marked 示例.

Each capability loads its own part (`Capability.demo`), idempotently; here are the organisations and the people.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from anlan.kernel.access import actions, policy
from anlan.kernel.access.models import Organisation, Person, Post
from anlan.kernel.access.types import SYSTEM
from anlan.server.product import CAPABILITIES

PASSWORD = "anlan-demo"  # noqa: S105 - the demonstration listens on loopback only and prints it
_CAST = Path(__file__).with_name("demonstration.toml")


@dataclass(frozen=True)
class Seat:
    """A line of the sign-in table."""

    role: str
    name: str
    username: str


def _organisations(rows: list[dict[str, str]], at: datetime) -> dict[str, Organisation]:
    known = {row.code: row for row in Organisation.objects.all()}
    for row in rows:
        if row["code"] not in known:
            known[row["code"]] = actions.found_organisation(
                actor=SYSTEM, code=row["code"], name=row["name"], short_name=row.get("short", ""), kind=row["kind"],
                parent=known.get(row.get("parent", "")), at=at, is_demo=True,
            )  # fmt: skip
    return known


def _person(row: dict[str, str], organisations: dict[str, Organisation], at: datetime) -> None:
    person = Person.objects.filter(username=row["username"]).first()
    if person is None:
        person = Person.objects.create_user(row["username"], PASSWORD, name=row["name"], is_demo=True)
    for place, role, title in zip(row["at"].split(), row["role"].split(), row["title"].split(), strict=True):
        if not Post.objects.filter(person=person, organisation=organisations[place], role=role).exists():
            actions.appoint(
                actor=SYSTEM, person=person, organisation=organisations[place], role=role, title=title,
                starts_on=date(2021, 1, 1), at=at,
            )  # fmt: skip


def load(at: datetime) -> list[Seat]:
    """Organisations, people, then each capability's own part; a second run changes nothing."""
    cast = tomllib.loads(_CAST.read_text(encoding="utf-8"))
    with transaction.atomic():
        organisations = _organisations(cast["organisation"], at)
        for row in cast["person"]:
            _person(row, organisations, at)
    for capability in CAPABILITIES:
        if capability.demo:
            capability.demo(at)
    titles = policy.roles()
    return [Seat(titles[row["role"].split()[0]].title, row["name"], row["username"]) for row in cast["person"]]


def sign_in_table(seats: list[Seat]) -> str:
    lines = [
        "",
        "角色 | 姓名 | 登录名 | 口令",
        *(f"{one.role} | {one.name} | {one.username} | {PASSWORD}" for one in seats),
    ]
    return "\n".join([*lines, "市民不用登录：直接打开首页。", "停止：Ctrl-C", ""])
