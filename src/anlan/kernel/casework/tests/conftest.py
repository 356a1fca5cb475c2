"""A process of the tests' own, with the real roles: the enterprise works, the emergency bureau watches over it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Model
from PIL import Image
from tests.support.cast import Cast

from anlan.kernel.access import actions as access
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.access.types import SYSTEM, Actor, Permission, Scope
from anlan.kernel.casework import actions, declared
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.processes.rectification import VERBS, rectification
from anlan.kernel.casework.types import Limit, Process

OFFICER, STREET, PLANNER = "bureau_officer", "street_officer", "planner"
# Who may what: the street's officers are the enterprise here, the bureau's the regulator, the planner reads.
HOLDERS: dict[str, dict[str, Scope]] = {
    "read": {OFFICER: "district", STREET: "own", PLANNER: "district"}, "report": {OFFICER: "district", STREET: "own"},
    "grade": {OFFICER: "district", STREET: "own"}, "assign": {OFFICER: "district", STREET: "own"}, "rectify": {STREET: "own"},
    "review": {OFFICER: "district", STREET: "own"}, "close": {OFFICER: "district"}, "manage": {OFFICER: "district"},
}  # fmt: skip
LIMITS = (
    Limit(slug="grade", title="判级", state="reported", amount=2, unit="working_days", law="示例规定第一条"),
    Limit(slug="review", title="复查", state="reviewing", amount=10, unit="days", law="示例规定第二条", verified=True),
)


@dataclass(frozen=True)
class Scene:
    """The cast, with two people of the street (the fixer and the reviewer) and the process."""

    cast: Cast
    process: Process
    fixer: Actor
    reviewer: Actor
    officer: Actor
    reader: Actor

    @property
    def at(self) -> datetime:
        return self.cast.at

    def case(self, **more: object) -> Case:
        given: dict[str, object] = {"title": "配电箱没有盖", "fact": "仓库西墙", "actor": self.fixer, "owner": self.cast.street,
                                    "issuer": self.cast.emergency, "source": "self", "uploads": [("before", "改前.png", picture())]}  # fmt: skip
        return actions.open_case(process=self.process, at=self.cast.at, **{**given, **more})  # type: ignore[arg-type]

    def go(self, case: Case, actor: Actor, step: str, **more: object) -> Case:
        return actions.make_step(actor=actor, case=case, step=step, at=self.cast.at + timedelta(hours=1), **more)  # type: ignore[arg-type]

    def graded(self, grade: str = "general", **more: Any) -> Case:
        return self.go(self.case(**more), self.officer, "grade", values={"grade": grade})

    def rectifying(self, **more: Any) -> Case:
        until = (self.cast.at + timedelta(days=7)).date().isoformat()
        return self.go(self.graded(**more), self.officer, "assign", values={"fixer": "示例·赵", "until": until})

    def reviewing(self, **more: Any) -> Case:
        return self.go(
            self.rectifying(**more), self.fixer, "submit", note="换了新盖", uploads=[("after", "改后.png", picture())]
        )


def picture(colour: str = "white") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), colour).save(out, "PNG")
    return out.getvalue()


def rows(model: type[Model]) -> int:
    return int(model._default_manager.count())


@pytest.fixture
def scene(cast: Cast) -> Iterator[Scene]:
    process = rectification(
        slug="t", title="隐患", prefix="T", grades={"general": ("一般", ""), "major": ("重大", "red")}, major=frozenset({"major"}), limits=LIMITS,
        receipts=("receipt_a", "receipt_b"), evidence={"receipt_a": "应急回执", "receipt_b": "职代会回执"}, kinds={"electric": "用电"},
    )  # fmt: skip
    before = dict(declared.processes())
    roles, permissions = policy.roles(), policy.permissions()
    policy.install(
        roles.values(),
        [
            *permissions.values(),
            *(Permission(slug=f"t.{verb}", title=f"办{verb}", roles=HOLDERS[verb]) for verb in VERBS),
        ],
    )
    declared.install([*before.values(), process])
    second = Person.objects.create_user("street2", None, name="示例·复查人")
    post = access.appoint(actor=SYSTEM, person=second, organisation=Organisation.objects.get(pk=cast.street.pk), role=STREET, title="示例岗位",
                          starts_on=date(2021, 1, 1), at=cast.at)  # fmt: skip
    yield Scene(
        cast, process, cast.actor("street"), policy.actor_of(post), cast.actor("officer"), cast.actor("planner")
    )
    declared.install(before.values())
    policy.install(roles.values(), permissions.values())
