"""地质灾害隐患点 (S5): where a slope may slide or the ground may sink, whom it threatens, who watches it, when it is checked next, and which way out.

The scale is the one of the danger (险情等级), as the survey's report says it; the product does not work it out. Group monitoring (群测群防):
a named person of the place looks at it; the name is personal and goes on no board.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.kernel.access.types import Actor, Permission, Scope
from anlan.kernel.alarms import queries as alarms
from anlan.kernel.alarms.models import OPEN
from anlan.kernel.capability import registers
from anlan.kernel.capability.types import Capability
from anlan.kernel.registry import queries
from anlan.kernel.registry.models import Entry, Station
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.kernel.response.boards import DISASTER, EARTHQUAKE, GEOLOGICAL, BoardPanel, PanelLine, Sign
from anlan.kernel.web.types import Nav

KINDS = {
    "landslide": "滑坡",
    "collapse": "崩塌",
    "debris_flow": "泥石流",
    "slope": "不稳定斜坡",
    "sinkhole": "地面塌陷",
    "subsidence": "地面沉降",
    "fissure": "地裂缝",
}
SCALES = {"huge": "特大型", "large": "大型", "medium": "中型", "small": "小型"}
STATES = {"active": "在册", "treated": "已治理，观察", "closed": "已核销"}
_SIGNS: Mapping[str, Sign] = {"huge": "red", "large": "orange", "medium": "yellow", "small": "blue"}


class GeologicalPoint(Entry):
    """`organisation`: the street that keeps it. `monitor`: who looks at it (personal). `way`: where people go and how."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    scale = models.CharField(max_length=8)
    state = models.CharField(max_length=8)
    households = models.IntegerField()
    people = models.IntegerField()
    station_code = models.CharField(max_length=40, blank=True)
    monitor = models.CharField(max_length=40, blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    checked_on = models.DateField(null=True)
    check_due_on = models.DateField(null=True)
    signal = models.CharField(max_length=80, blank=True)
    way = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=160, blank=True)
    basis = models.CharField(max_length=120, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    field_classes = {"name": "thing", "monitor": "person", "telephone": "person"}

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """What is on the list is watched, checked again, and has a way out when anybody lives under it."""
    found = []
    if values["state"] == "active":
        found += [
            Problem(name, f"{title}：在册的必须写。")
            for name, title in (("monitor", "群测群防员"), ("check_due_on", "下次检查"))
            if not values[name]
        ]
        if values["people"] and not values["way"]:
            found.append(Problem("way", "撤离路线：有人受威胁的必须写。"))
    if values["people"] < values["households"]:
        found.append(Problem("people", "受威胁人数：不能少于户数。"))
    if values["checked_on"] and values["check_due_on"] and values["check_due_on"] <= values["checked_on"]:
        found.append(Problem("check_due_on", "下次检查：要晚于最近检查。"))
    code = values["station_code"]
    if code and not Station.objects.filter(code=code, retired_on=None).exists():
        found.append(Problem("station_code", f"没有监测点“{code}”。先在台账登记监测点，或空着。"))
    return found


_READ, _WRITE = "geological_point.read", "geological_point.write"
POINTS = Sheet(
    slug="geological_points", title="地质灾害隐患点", model=GeologicalPoint, key="code", read=_READ, write=_WRITE, review_days=365, check=check,
    duty="一处一行，街道登记：谁看着、下次什么时候查、人往哪里走。汛前、汛中、汛后都要查。", basis="《地质灾害防治条例》（国务院令第394号），条款待核",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("scale", "险情等级", kind="choice", required=True, choices=SCALES, filterable=True, help="以调查报告为准，系统不推算"),
        Column("state", "状态", kind="choice", required=True, choices=STATES, filterable=True),
        Column("households", "受威胁户数", kind="int", required=True, unit="户", minimum=0, maximum=100000),
        Column("people", "受威胁人数", kind="int", required=True, unit="人", minimum=0, maximum=1000000),
        Column("check_due_on", "下次检查", kind="date"),
        Column("checked_on", "最近检查", kind="date", in_list=False),
        Column("station_code", "监测点编号", max_length=40, in_list=False, help="有专业监测的写，空着就是只有群测群防"),
        Column("monitor", "群测群防员", max_length=40, personal=True, in_list=False),
        Column("telephone", "联系电话", max_length=40, personal=True, in_list=False),
        Column("signal", "预警信号", max_length=80, in_list=False, help="锣、哨、喇叭，怎么响是撤"),
        Column("way", "撤离路线", max_length=200, in_list=False, help="从哪走、到哪里、谁叫门"),
        Column("address", "位置", max_length=160),
        Column("basis", "认定依据", max_length=120, in_list=False),
        Column("longitude", "经度", kind="longitude", in_list=False),
        Column("latitude", "纬度", kind="latitude", in_list=False),
    ),
)  # fmt: skip

_ACTIVE = Q(state="active")
RATED = (
    (POINTS, (
        registers.Ratio(
            under="geological_point", slug="checked", unit="处", title="地质灾害隐患点按期检查率", text="在册而且下次检查没有过期的处数 ÷ 在册处数，保留一位小数。",
            indicators=("地质灾害隐患点检查率", "地质灾害隐患点巡查率"), rule="《地质灾害防治条例》（条款待核）", whole=_ACTIVE, part=lambda day: Q(check_due_on__gte=day),
        ),
        registers.Ratio(
            under="geological_point", slug="ready", unit="处", title="地质灾害隐患点群测群防覆盖率", text="在册而且写了群测群防员、预警信号和撤离路线的处数 ÷ 在册处数，保留一位小数。",
            indicators=("地质灾害群测群防覆盖率",), rule="《地质灾害防治条例》（条款待核）", whole=_ACTIVE, part=~Q(monitor="") & ~Q(signal="") & ~Q(way=""),
        ),
    )),
)  # fmt: skip
_ROWS: tuple[Mapping[str, Any], ...] = (
    {"organisation": "SL-S01", "code": "DZ-001", "name": "示例河东岸边坡", "kind": "slope", "scale": "medium", "state": "active", "households": 38, "people": 112, "station_code": "SW-01", "monitor": "示例群测员甲", "telephone": "000-0001", "checked_on": -12, "check_due_on": 18, "signal": "铜锣连敲", "way": "沿示例北路向西，到示例广场避难场所；楼长逐户叫门", "address": "示例河东岸", "basis": "示例调查报告", "longitude": 117.2085, "latitude": 39.1715},
    {"organisation": "SL-S02", "code": "DZ-002", "name": "示例公园土山", "kind": "landslide", "scale": "small", "state": "active", "households": 6, "people": 15, "monitor": "示例群测员乙", "telephone": "000-0002", "checked_on": -40, "check_due_on": -3, "signal": "哨声三长", "way": "出公园南门，到示例公园避难场所", "address": "示例公园", "basis": "示例调查报告", "longitude": 117.235, "latitude": 39.1705},
    {"organisation": "SL-S03", "code": "DZ-003", "name": "示例老城区地面沉降带", "kind": "subsidence", "scale": "large", "state": "active", "households": 160, "people": 520, "monitor": "示例群测员丙", "telephone": "000-0003", "checked_on": -5, "check_due_on": 25, "way": "到示例体育馆避难场所", "address": "示例老街", "basis": "示例调查报告", "longitude": 117.2175, "latitude": 39.158},
    {"organisation": "SL-S04", "code": "DZ-004", "name": "示例旧采空区", "kind": "sinkhole", "scale": "small", "state": "treated", "households": 0, "people": 0, "checked_on": -60, "check_due_on": 120, "address": "示例南路", "basis": "示例治理验收", "longitude": 117.226, "latitude": 39.145},
)  # fmt: skip


def demo(at: datetime) -> None:
    """Invented points (示例). A station that the demonstration does not have is left out."""
    known = set(Station.objects.filter(retired_on=None).values_list("code", flat=True))
    rows = [{**one, "station_code": one.get("station_code", "") if one.get("station_code") in known else ""} for one in _ROWS]  # fmt: skip
    registers.load(POINTS, rows, at)


def lines(actor: Actor, at: datetime) -> list[PanelLine]:
    """The sums, then each point on the list: alarms first, then checks that were missed, then the largest. No names."""
    rows = list(queries.visible(POINTS, actor).filter(retired_on=None, state="active").select_related("organisation"))
    if not rows:
        return []
    today = civil_date(at)
    codes = {one.station_code for one in rows if one.station_code}
    standing = set(
        alarms.visible(actor).filter(stream__station__code__in=codes, state__in=OPEN, returned_at=None).values_list("stream__station__code", flat=True)
    )  # fmt: skip
    late = {one.pk for one in rows if one.check_due_on and one.check_due_on < today}
    order = list(SCALES)
    rows.sort(key=lambda one: (one.station_code not in standing, one.pk not in late, order.index(one.scale), -one.people))  # fmt: skip
    found = [
        PanelLine(title="在册隐患点", value=str(len(rows)), unit="处"),
        PanelLine(title="受威胁", value=f"{sum(one.households for one in rows)} 户 {sum(one.people for one in rows)}", unit="人"),
        PanelLine(title="检查过期", value=str(len(late)), unit="处", sign="orange" if late else "ok", word="要查" if late else "没有过期"),
    ]  # fmt: skip
    return found + [_line(one, one.station_code in standing, one.pk in late) for one in rows]


def _day(day: date | None) -> str:
    return f"{day.month} 月 {day.day} 日" if day else "没有定"


def _line(one: GeologicalPoint, alarm: bool, late: bool) -> PanelLine:
    watched = f"监测点 {one.station_code}" if one.station_code else "只有群测群防"
    checked = f"检查已过期（应 {_day(one.check_due_on)}）" if late else f"下次检查 {_day(one.check_due_on)}"
    return PanelLine(
        title=f"{one.code} {one.name}", value=f"{one.households} 户 {one.people}", unit="人", sign="red" if alarm else _SIGNS[one.scale], word="监测报警" if alarm else SCALES[one.scale],
        note=f"{KINDS[one.kind]}，{watched}，{checked}。{one.way or '没有写撤离路线'}", url=reverse("geological_points_detail", args=[one.pk]), longitude=one.longitude,
        latitude=one.latitude, label=one.code,
    )  # fmt: skip


_SEEN: Mapping[str, Scope] = {
    **dict.fromkeys(
        ("planner", "leader", "auditor", "duty_officer", "commander", "bureau_officer", "safety_regulator"), "district"
    ),
    "street_officer": "own",
}
CAPABILITY = Capability(
    slug="geological_point", title="地质灾害隐患点", plan_refs=("S5",),
    permissions=(
        Permission(slug=_READ, title="查看地质灾害隐患点", roles=_SEEN),
        Permission(slug=_WRITE, title="登记地质灾害隐患点", roles={"street_officer": "own", "bureau_officer": "district"}),
    ),
    pages=(*sheet_pages(POINTS), *registers.ratio_pages(RATED)),
    nav=(Nav(section="registry", title="地质灾害隐患点", page="geological_points_list", permission=_READ, order=20),),
    sheets=(POINTS,), formulas=registers.formulas(RATED),
    layers=(registers.layer(POINTS, slug="geological_points", title="地质灾害隐患点", sign="scale", value=lambda row: f"{row.households} 户 {row.people} 人"),),
    board_panels=(
        BoardPanel(slug="geological_points", title="隐患点", boards=(GEOLOGICAL, DISASTER, EARTHQUAKE), permission=_READ, lines=lines, column="now", order=20,
                   page="geological_points_list", empty="没有在册的地质灾害隐患点。"),
    ),
    waiting=registers.waiting(registers.Due(sheet=POINTS, column="check_due_on", kind="隐患点检查", verb="检查", ahead=7, where=_ACTIVE)),
    demo=demo,
)  # fmt: skip
