"""Invented (示例): a street and a community that were scored with gaps, two micro fire stations, reserves with one lot out of date, two scenarios."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.checks import actions as checks
from anlan.kernel.checks import planning
from anlan.kernel.checks.actions import Given
from anlan.kernel.checks.models import Form, Record
from anlan.kernel.registry import actions as registry
from anlan.kernel.registry.types import Sheet
from anlan.packs.safety.grass_roots import rules, sheets
from anlan.packs.safety.grass_roots.models import MicroStation

_PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63680000008200816d1e59b60000000049454e44ae426082"
)
_SCORED = (
    ("six_have", "SL-S01", 30, {"team-2": "今年还没有训练", "goods-2": "12 箱饮用水过期"}),
    ("three_have", "SL-C01", 20, {"goods-1": "缺急救箱 1 个、照明灯 2 盏"}),
    ("preparedness", "SL-S01", 10, {"power": "电台没有充电", "goods": "帐篷、抽水泵缺口大"}),
)


def load(at: datetime) -> None:
    units = {one.code: one for one in Organisation.objects.filter(is_demo=True)}
    post = (
        Post.objects.filter(person__username="street", person__is_demo=True, role="street_officer")
        .select_related("person", "organisation__parent")
        .first()
    )
    if not {"SL-S01", "SL-B11"} <= set(units):
        return  # the demonstration's organisations are not all here
    if not MicroStation.objects.exists():
        _registers(units, at)
    if post is not None and not Record.objects.filter(task__area=rules.AREA.slug).exists():
        planning.load_forms(at)
        for form, code, days, gaps in _SCORED:
            if code in units:
                _score(policy.actor_of(post), form, units[code], at - timedelta(days=days), gaps)


def _score(street: Actor, form: str, target: Organisation, at: datetime, gaps: dict[str, str]) -> None:
    row = Form.objects.filter(slug=form, area=rules.AREA.slug).order_by("-number")[0]
    own = Organisation.objects.get(pk=street.organisation_id or 0)
    key = uuid5(NAMESPACE_URL, f"anlan:grass_roots:{form}:{target.code}")
    task = planning.make_task(
        actor=street, area=rules.AREA, form=row, organisation=own, target=target, at=at, is_demo=True, key=key
    )
    answers = {
        item.pk: Given(
            "failed" if item.code in gaps else "ok",
            note=gaps.get(item.code, ""),
            photos=(("示例.png", _PICTURE),) if item.photo else (),
        )
        for item in row.items.all()
    }
    checks.finish(
        actor=street, task=task, answers=answers, at=at + timedelta(hours=2), key=uuid5(NAMESPACE_URL, f"{key}:done")
    )


def _registers(units: dict[str, Organisation], at: datetime) -> None:
    today = civil_date(at)
    street, bureau = units["SL-S01"], units["SL-B11"]

    def add(sheet: Sheet, owner: Organisation, **values: Any) -> None:
        full = {
            column.name: None if column.kind in ("date", "decimal", "longitude", "latitude") else ""
            for column in sheet.columns
        } | values
        registry.add(actor=SYSTEM, sheet=sheet, organisation=owner, values=full, at=at, is_demo=True)

    for n, (name, host, people, trained, pumps) in enumerate(
        (("示例一社区微型消防站", "community", 6, 5, 1), ("示例商场微型消防站", "mall", 12, 9, 2)), 1
    ):
        add(sheets.STATIONS, street, code=f"WX-{n:03d}", name=name, host=host, people=people, trained=trained, pumps=pumps, suits=people, extinguishers=20 * n,
            phone="示例", drilled_on=today - timedelta(days=40 * n), longitude=117.203 + n / 500, latitude=39.171 + n / 500)  # fmt: skip
    lots = (("tent", "stock", 40, None), ("quilt", "stock", 600, None), ("water", "stock", 4800, 200), ("water", "stock", 288, -20), ("food", "agreement", 6000, None),
            ("pump", "stock", 4, None), ("bag", "stock", 9000, None), ("lamp", "stock", 30, None), ("suit", "stock", 2, None))  # fmt: skip
    for n, (item, kind, quantity, days) in enumerate(lots, 1):
        add(sheets.RESERVES, bureau if n % 2 else street, code=f"CB-{n:03d}", item=item, kind=kind, quantity=quantity, place="示例社区应急服务站",
            expires_on=None if days is None else today + timedelta(days=days), partner="示例超市" if kind == "agreement" else "")  # fmt: skip
    for code, name, people, days in (("QJ-1", "暴雨内涝，转移安置", 800, 3), ("QJ-2", "冷库氨泄漏，疏散周边", 300, 1)):
        add(sheets.SCENARIOS, bureau, code=code, name=name, people=people, days=days, basis="示例推演")
    norms = (("QJ-1", "tent", "person", 12), ("QJ-1", "quilt", "person", 100), ("QJ-1", "water", "person_day", 300), ("QJ-1", "food", "person_day", 300),
             ("QJ-1", "pump", "once", 8), ("QJ-1", "bag", "once", 6000), ("QJ-2", "suit", "once", 6), ("QJ-2", "water", "person_day", 200), ("QJ-2", "lamp", "once", 10))  # fmt: skip
    for n, (scenario, item, basis, amount) in enumerate(norms, 1):
        add(
            sheets.NORMS_SHEET,
            bureau,
            code=f"DE-{n:03d}",
            scenario=scenario,
            item=item,
            basis=basis,
            amount=Decimal(amount),
            source="示例定额，未核对",
            verified=False,
        )
    add(
        sheets.PLANS,
        bureau,
        code="GH-1",
        year=today.year,
        item="pump",
        kind="stock",
        quantity=4,
        arrived=1,
        money=Decimal(48000),
    )
    add(
        sheets.PLANS,
        bureau,
        code="GH-2",
        year=today.year,
        item="tent",
        kind="stock",
        quantity=30,
        arrived=0,
        money=Decimal(36000),
    )
