"""易积水点和排水泵 (S2): where water stands when it rains, and the pumps that drain it.

The depth at which a road is closed is that of the street's own plan, typed in; the product has no figure of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.kernel.access.types import Actor, Permission, Scope
from anlan.kernel.capability import registers
from anlan.kernel.capability.types import Capability
from anlan.kernel.registry import queries
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.kernel.response.boards import FLOOD, BoardPanel, PanelLine, Sign
from anlan.kernel.web.types import Nav

KINDS = {"underpass": "下凹桥、地道", "road": "低洼路段", "compound": "低洼院落、平房", "basement": "地下空间出入口"}
STATES = {"dry": "无积水", "wet": "有积水", "closed": "已断行"}
PUMP_STATES = {"ready": "可用", "running": "运行", "failed": "故障", "repair": "检修"}
_WET: Mapping[str, Sign] = {"dry": "ok", "wet": "orange", "closed": "red"}
_PUMP: Mapping[str, Sign] = {"ready": "ok", "running": "blue", "failed": "red", "repair": "yellow"}


class LowPoint(Entry):
    """`depth`: centimetres of water as last looked; `close_at`: the depth at which it is closed; `pump_code`: the pump that drains it."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=8)
    depth = models.IntegerField()
    close_at = models.IntegerField(null=True)
    pump_code = models.CharField(max_length=40, blank=True)
    people = models.IntegerField(null=True)
    checked_on = models.DateField(null=True)
    address = models.CharField(max_length=160, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name


class DrainagePump(Entry):
    """A pump or pumping station; `capacity` in cubic metres an hour of what is usable."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    state = models.CharField(max_length=8)
    capacity = models.DecimalField(max_digits=10, decimal_places=1)
    backup_power = models.BooleanField(default=False)
    tested_on = models.DateField(null=True)
    test_due_on = models.DateField(null=True)
    address = models.CharField(max_length=160, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """State and depth say the same; the pump is of the register."""
    found = []
    if values["state"] == "dry" and values["depth"]:
        found.append(Problem("depth", "积水深度：无积水的写 0，或把状态改为有积水。"))
    if values["state"] == "wet" and not values["depth"]:
        found.append(Problem("depth", "积水深度：有积水的写多深。"))
    if values["state"] == "wet" and values["close_at"] and values["depth"] >= values["close_at"]:
        found.append(Problem("state", f"状态：积水已到断行深度 {values['close_at']} 厘米，改为已断行。"))
    code = values["pump_code"]
    if code and not DrainagePump.objects.filter(code=code, retired_on=None).exists():
        found.append(Problem("pump_code", f"没有排水泵“{code}”。先登记排水泵，或空着。"))
    return found


def check_pump(values: Mapping[str, Any]) -> Sequence[Problem]:
    if values["tested_on"] and values["test_due_on"] and values["test_due_on"] <= values["tested_on"]:
        return [Problem("test_due_on", "下次试机：要晚于最近试机。")]
    return []


_READ, _WRITE = "low_point.read", "low_point.write"
POINTS = Sheet(
    slug="low_points", title="易积水点", model=LowPoint, key="code", read=_READ, write=_WRITE, review_days=365, check=check,
    duty="一处一行。下雨时有人去看，把积水深度和状态改到现在的。", basis="本区防汛预案",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("state", "状态", kind="choice", required=True, choices=STATES, filterable=True),
        Column("depth", "积水深度", kind="int", required=True, unit="cm", minimum=0, maximum=1000),
        Column("close_at", "断行深度", kind="int", unit="cm", minimum=1, maximum=1000, help="以本区防汛预案为准"),
        Column("pump_code", "排水泵编号", max_length=40, in_list=False),
        Column("people", "涉及人数", kind="int", unit="人", minimum=0, maximum=100000, in_list=False),
        Column("checked_on", "最近检查", kind="date"),
        Column("address", "位置", max_length=160),
        Column("longitude", "经度", kind="longitude", in_list=False),
        Column("latitude", "纬度", kind="latitude", in_list=False),
    ),
)  # fmt: skip
PUMPS = Sheet(
    slug="low_point_pumps", title="排水泵", model=DrainagePump, key="code", read=_READ, write=_WRITE, review_days=365, check=check_pump,
    duty="一台（站）一行，汛前试机；故障马上改状态。", basis="本区防汛预案",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("state", "状态", kind="choice", required=True, choices=PUMP_STATES, filterable=True),
        Column("capacity", "排水能力", kind="decimal", required=True, unit="m³/h", minimum=0, maximum=1e6),
        Column("backup_power", "有备用电源", kind="bool", filterable=True),
        Column("tested_on", "最近试机", kind="date"),
        Column("test_due_on", "下次试机", kind="date"),
        Column("address", "位置", max_length=160),
        Column("longitude", "经度", kind="longitude", in_list=False),
        Column("latitude", "纬度", kind="latitude", in_list=False),
    ),
)  # fmt: skip
RATED = (
    (PUMPS, (registers.Ratio(
        under="low_point", slug="pumps", unit="台", title="排水泵可用率", text="可用或运行的台数 ÷ 在册台数，保留一位小数。", indicators=("排水泵站完好率", "排水泵可用率"),
        part=Q(state__in=("ready", "running")),
    ),)),
)  # fmt: skip
_PUMPS: tuple[Mapping[str, Any], ...] = (
    {"organisation": "SL-B06", "code": "PB-01", "name": "示例一号泵站", "state": "running", "capacity": 1800, "backup_power": True, "tested_on": -30, "test_due_on": 60, "address": "示例北路", "longitude": 117.2005, "latitude": 39.1735},
    {"organisation": "SL-B06", "code": "PB-02", "name": "示例二号泵站", "state": "failed", "capacity": 900, "backup_power": False, "tested_on": -95, "test_due_on": -5, "address": "示例东路", "longitude": 117.231, "latitude": 39.1625},
)  # fmt: skip
_ROWS: tuple[Mapping[str, Any], ...] = (
    {"organisation": "SL-S01", "code": "JS-01", "name": "示例路下沉桥", "kind": "underpass", "state": "closed", "depth": 42, "close_at": 30, "pump_code": "PB-01", "checked_on": 0, "address": "示例北路", "longitude": 117.199, "latitude": 39.1725},
    {"organisation": "SL-S02", "code": "JS-02", "name": "示例东路低洼段", "kind": "road", "state": "wet", "depth": 12, "close_at": 25, "pump_code": "PB-02", "checked_on": 0, "address": "示例东路", "longitude": 117.2325, "latitude": 39.164},
    {"organisation": "SL-S03", "code": "JS-03", "name": "示例平房院", "kind": "compound", "state": "dry", "depth": 0, "people": 64, "checked_on": -1, "address": "示例老街", "longitude": 117.2165, "latitude": 39.159},
)  # fmt: skip


def demo(at: datetime) -> None:
    """Invented places and pumps (示例)."""
    registers.load(PUMPS, _PUMPS, at)
    registers.load(POINTS, _ROWS, at)


def points(actor: Actor, _at: datetime) -> list[PanelLine]:
    """Closed ones first, then the deepest."""
    rows = list(queries.visible(POINTS, actor).filter(retired_on=None))
    rows.sort(key=lambda one: (("closed", "wet", "dry").index(one.state), -one.depth, one.code))
    return [
        PanelLine(
            title=one.name, value=f"{one.depth}", unit="cm", sign=_WET[one.state], word=STATES[one.state], url=reverse("low_points_detail", args=[one.pk]), at=one.updated_at,
            note=f"断行深度 {one.close_at} cm" if one.close_at else "", longitude=one.longitude, latitude=one.latitude, label=f"{one.depth}cm" if one.depth else "",
        )
        for one in rows
    ]  # fmt: skip


def pumps(actor: Actor, at: datetime) -> list[PanelLine]:
    """What of the capacity can be used, then each pump: failed ones first."""
    rows, today = list(queries.visible(PUMPS, actor).filter(retired_on=None)), civil_date(at)
    if not rows:
        return []
    rows.sort(key=lambda one: (("failed", "repair", "running", "ready").index(one.state), one.code))
    usable, whole = (sum(float(one.capacity) for one in rows if one.state in states) for states in (("ready", "running"), PUMP_STATES))  # fmt: skip
    found = [PanelLine(title="能用的排水能力", value=f"{usable:g} / {whole:g}", unit="m³/h")]
    for one in rows:
        notes = [f"{float(one.capacity):g} m³/h"] + ([] if one.backup_power else ["没有备用电源"])
        notes += ["试机已过期"] if one.test_due_on and one.test_due_on < today else []
        found.append(PanelLine(title=one.name, value="", sign=_PUMP[one.state], word=PUMP_STATES[one.state], note="，".join(notes), url=reverse("low_point_pumps_detail", args=[one.pk]), at=one.updated_at))  # fmt: skip
    return found


_SEEN: Mapping[str, Scope] = {
    **dict.fromkeys(("planner", "leader", "auditor", "duty_officer", "commander", "bureau_officer"), "district"),
    "street_officer": "own",
}
CAPABILITY = Capability(
    slug="low_point", title="易积水点", plan_refs=("S2",),
    permissions=(
        Permission(slug=_READ, title="查看易积水点和排水泵", roles=_SEEN),
        Permission(slug=_WRITE, title="登记易积水点和排水泵", roles={"street_officer": "own", "bureau_officer": "own", "duty_officer": "district"}),
    ),
    pages=(*sheet_pages(POINTS), *sheet_pages(PUMPS), *registers.ratio_pages(RATED)),
    nav=(
        Nav(section="registry", title="易积水点", page="low_points_list", permission=_READ, order=36),
        Nav(section="registry", title="排水泵", page="low_point_pumps_list", permission=_READ, order=37, below="/registry/low_point"),
    ),
    sheets=(POINTS, PUMPS), formulas=registers.formulas(RATED),
    layers=(registers.layer(POINTS, slug="low_points", title="易积水点", sign="state", value=lambda row: f"{row.depth} cm"),),
    board_panels=(
        BoardPanel(slug="low_points", title="易积水点", boards=(FLOOD,), permission=_READ, lines=points, column="now", order=20, page="low_points_list", empty="没有登记易积水点。"),
        BoardPanel(slug="pumps", title="排水泵", boards=(FLOOD,), permission=_READ, lines=pumps, order=10, page="low_point_pumps_list", empty="没有登记排水泵。"),
    ),
    waiting=registers.waiting(registers.Due(sheet=PUMPS, column="test_due_on", kind="排水泵试机", verb="试机", ahead=14)),
    demo=demo,
)  # fmt: skip
