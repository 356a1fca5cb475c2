"""An area and a process of the tests' own, with the real roles: the enterprise checks, the emergency bureau watches."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.urls import clear_url_caches
from PIL import Image
from tests.support.cast import Cast

from anlan.kernel.access import policy
from anlan.kernel.access.types import Permission, Scope
from anlan.kernel.casework import declared as processes
from anlan.kernel.casework.processes.rectification import VERBS, rectification
from anlan.kernel.casework.types import Field
from anlan.kernel.checks import actions, declared, planning
from anlan.kernel.checks.actions import Given
from anlan.kernel.checks.models import Form, Plan, Record, Task
from anlan.kernel.checks.types import CheckArea, CheckItem

AREA = CheckArea(slug="t", title="试查", read="t.check_read", do="t.check_do", plan="t.check_plan")
HOLDERS: dict[str, dict[str, Scope]] = {
    "check_read": {
        "worker": "own",
        "enterprise_officer": "own",
        "enterprise_head": "own",
        "street_officer": "own",
        "safety_regulator": "district",
    },
    "check_do": {"worker": "own", "enterprise_officer": "own", "street_officer": "own", "safety_regulator": "district"},
    "check_plan": {"enterprise_officer": "own", "safety_regulator": "district"},
}
ITEMS = (
    CheckItem(code="a", title="氨气报警探头指示灯亮", criterion="全部亮", photo="failed", measure_kind="engineering", measure="泄漏报警", points=4,
              subject=("m", "7", "泄漏报警")),
    CheckItem(code="b", title="低压循环桶液位", number=True, unit="%", low=Decimal(20), high=Decimal("80.5"), points=6),
    CheckItem(code="c", title="洗眼器有水", points=2),
)  # fmt: skip


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "white").save(out, "PNG")
    return out.getvalue()


@dataclass(frozen=True)
class Scene:
    cast: Cast

    @property
    def at(self) -> datetime:
        return self.cast.at

    def form(self, **more: Any) -> Form:
        given: dict[str, Any] = {"slug": "room", "title": "机房班检", "edition": "1", "valid_from": date(2025, 1, 1), "items": ITEMS, "process": "tp",
                                 "organisation": self.cast.enterprise, "actor": self.cast.actor("safety")}  # fmt: skip
        return planning.publish_form(area=AREA, at=self.at, **{**given, **more})

    def plan(self, **more: Any) -> Plan:
        if not Form.objects.exists():
            self.form()
        given: dict[str, Any] = {"actor": self.cast.actor("safety"), "title": "机房交接班检查", "form": "room", "organisation": self.cast.enterprise, "pace": "day",
                                 "role": "worker", "place": "制冷机房", "starts_on": date(2025, 7, 25), "at": self.at, "subject": ("unit", "3", "制冷机房")}  # fmt: skip
        return planning.make_plan(area=AREA, **{**given, **more})

    def task(self, **more: Any) -> Task:
        return Task.objects.filter(plan=self.plan(**more)).order_by("starts_at")[0]

    def answers(self, task: Task, **changed: Given) -> dict[int, Given]:
        sound = {"a": Given("ok"), "b": Given("ok", "50"), "c": Given("ok"), **changed}
        return {one.pk: sound[one.code] for one in task.form.items.all() if one.code in sound}

    def finish(self, task: Task, who: str = "worker", hours: float = 1, key: Any = None, **changed: Given) -> Record:
        return actions.finish(
            actor=self.cast.actor(who),
            task=task,
            answers=self.answers(task, **changed),
            at=self.at + timedelta(hours=hours),
            key=key or uuid4(),
        )


@pytest.fixture
def scene(cast: Cast, settings: Any) -> Iterator[Scene]:
    settings.ROOT_URLCONF = "anlan.kernel.checks.tests.urls"
    clear_url_caches()
    process = rectification(
        slug="tp", title="隐患", prefix="TP", grades={"general": ("一般", "")}, made=_made,
        asks=(Field(name="post", title="岗位"), Field(name="measure_kind", title="哪类", kind="choice", choices={"engineering": "工程技术"}),
              Field(name="measure", title="措施")),
    )  # fmt: skip
    roles, permissions = policy.roles(), policy.permissions()
    before, areas, forms = dict(processes.processes()), dict(declared.areas()), declared.forms()
    mine = [Permission(slug=f"t.{verb}", title=f"办{verb}", roles=held) for verb, held in HOLDERS.items()]
    # The worker may not enter cases of the process: the form's rule opens them all the same.
    mine += [
        Permission(
            slug=f"tp.{verb}", title=f"办{verb}", roles={"safety_regulator": "district", "enterprise_officer": "own"}
        )
        for verb in VERBS
    ]
    policy.install(roles.values(), [*permissions.values(), *mine])
    processes.install([*before.values(), process])
    declared.install([*areas.values(), AREA], ())
    MADE.clear()
    yield Scene(cast)
    declared.install(areas.values(), forms)
    processes.install(before.values())
    policy.install(roles.values(), permissions.values())
    clear_url_caches()


MADE: list[dict[str, Any]] = []


def _made(case: Any, values: Any) -> None:
    MADE.append({"case": case.pk, **values})
