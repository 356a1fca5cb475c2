"""The registers of a school: itself, its canteen, samples, water, buses, drivers, rides."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.education.campus_safety import rules
from anlan.packs.education.campus_safety.models import (
    BusDriver,
    BusRide,
    CampusProfile,
    Canteen,
    FoodSample,
    SchoolBus,
    WaterTest,
)

READ, WRITE = "campus_safety.registers", "campus_safety.write"
YES_NO = {"1": "是", "0": "否"}
MODES = {"own": "学校自营", "let": "委托经营", "sent": "校外配餐"}
MEALS = {"breakfast": "早餐", "lunch": "午餐", "supper": "晚餐", "extra": "加餐"}
WATERS = {"tap": "自来水", "direct": "直饮水", "bottled": "桶装水", "tank": "二次供水"}
BUSES = {"school": "校车", "shuttle": "接送学生车辆"}
DIRECTIONS = {"to": "上学", "from": "放学"}


def check_profile(values: Mapping[str, Any]) -> Sequence[Problem]:
    """An alarm that is counted was tried; nobody is safe behind an alarm that was never pressed."""
    if values["alarm"] and not values["alarm_tested_on"]:
        return [Problem("alarm_tested_on", "试报警日期：装了一键报警就要试过，写最近一次。")]
    return []


def check_sample(values: Mapping[str, Any]) -> Sequence[Problem]:
    """Of the school's own canteen, enough of it, kept long enough."""
    found, figures = [], rules.figures()
    if not Canteen.objects.filter(code=values["canteen_code"], retired_on=None).exists():
        found.append(Problem("canteen_code", f"食堂编号：没有“{values['canteen_code']}”。先登记食堂。"))
    if values["grams"] < figures["sample_grams"].value:
        found.append(Problem("grams", f"留样量：每样不少于 {figures['sample_grams'].said}。"))
    days = ceil(figures["sample_hours"].value / 24)
    if values["discarded_on"] and (values["discarded_on"] - values["served_on"]).days < days:
        found.append(Problem("discarded_on", f"处理日期：留满 {figures['sample_hours'].said}再处理。"))
    return found


def check_water(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A failed test says what failed and what was done at once."""
    found = []
    if values["verdict"] == "failed":
        found += [Problem(name, f"{title}：不合格的要写明。") for name, title in (("failing", "不合格项"), ("measure", "处置")) if not values[name]]  # fmt: skip
    if values["next_on"] <= values["tested_on"]:
        found.append(Problem("next_on", "下次检测：要晚于这次。"))
    return found


def check_bus(values: Mapping[str, Any]) -> Sequence[Problem]:
    """What is called a school bus has its permit."""
    if values["kind"] == "school":
        return [
            Problem(name, f"{title}：校车必须有校车标牌。")
            for name, title in (("permit", "标牌号"), ("permit_expires_on", "标牌到期"))
            if not values[name]
        ]
    return []


def check_ride(values: Mapping[str, Any]) -> Sequence[Problem]:
    """The bus and the driver are registered, and no pupil stands."""
    found = []
    bus = SchoolBus.objects.filter(code=values["bus_code"], retired_on=None).first()
    if bus is None:
        found.append(Problem("bus_code", f"车牌：没有登记“{values['bus_code']}”。先登记车辆。"))
    elif values["pupils"] > bus.seats:
        found.append(Problem("pupils", f"学生数：核定 {bus.seats} 人，不能超员。分两趟或换大车。"))
    if not BusDriver.objects.filter(code=values["driver_code"], retired_on=None).exists():
        found.append(Problem("driver_code", f"驾驶员编号：没有登记“{values['driver_code']}”。先登记驾驶员。"))
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", values["departs"]):
        found.append(Problem("departs", "发车时间：写成 06:50。"))
    return found


PROFILES = Sheet(
    slug="campus_profiles", title="学校安全概况", model=CampusProfile, key="code", read=READ, write=WRITE, review_days=180, check=check_profile,
    duty="一校一行（有几个校区就几行），每学期复核：保安、封闭管理、一键报警。", basis="GB/T 29315-2022（条款待核）",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "学校", required=True, max_length=80),
        Column("stage", "学段", kind="choice", required=True, choices=rules.STAGES, filterable=True),
        Column("pupils", "学生", kind="int", required=True, unit="人", minimum=0, maximum=20000),
        Column("guards_needed", "应配专职保安", kind="int", required=True, unit="人", minimum=0, maximum=100),
        Column("guards", "实有专职保安", kind="int", required=True, unit="人", minimum=0, maximum=100),
        Column("closed", "封闭管理", kind="bool", choices=YES_NO, filterable=True),
        Column("alarm", "一键报警", kind="bool", choices=YES_NO, filterable=True, help="直接接到公安"),
        Column("alarm_tested_on", "试报警日期", kind="date", in_list=False),
        Column("barriers", "防冲撞设施", kind="bool", choices=YES_NO, filterable=True, in_list=False),
        Column("police", "一校一警", kind="bool", choices=YES_NO, filterable=True, in_list=False),
        Column("cameras", "摄像机", kind="int", unit="台", minimum=0, maximum=5000, in_list=False),
        Column("drill_on", "最近演练", kind="date", in_list=False),
        Column("longitude", "经度", kind="longitude", in_list=False),
        Column("latitude", "纬度", kind="latitude", in_list=False),
    ),
)  # fmt: skip
CANTEENS = Sheet(
    slug="campus_canteens", title="学校食堂", model=Canteen, key="code", read=READ, write=WRITE, review_days=180,
    duty="一个食堂一行：许可证、健康证到期以前提醒；明厨亮灶给家长看。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "食堂", required=True, max_length=80),
        Column("mode", "经营方式", kind="choice", required=True, choices=MODES, filterable=True),
        Column("open", "在供餐", kind="bool", choices=YES_NO, filterable=True, help="假期停用的改成否"),
        Column("meals", "日供餐", kind="int", required=True, unit="份", minimum=0, maximum=50000),
        Column("licence", "食品经营许可证", required=True, max_length=40, in_list=False),
        Column("licence_expires_on", "许可证到期", kind="date", required=True),
        Column("health_cards_expire_on", "健康证最早到期", kind="date"),
        Column("kitchen_shown", "明厨亮灶", kind="bool", choices=YES_NO, filterable=True),
        Column("food_officer", "食品安全员", required=True, max_length=40, personal=True, in_list=False),
        Column("inspected_on", "最近检查", kind="date", in_list=False),
    ),
)  # fmt: skip
SAMPLES = Sheet(
    slug="campus_samples", title="食品留样", model=FoodSample, key="code", read=READ, write=WRITE, check=check_sample,
    duty="每餐每样一行：留够、留满、写谁留的。",
    columns=(
        Column("code", "留样编号", required=True, max_length=40),
        Column("canteen_code", "食堂编号", required=True, max_length=40),
        Column("served_on", "供餐日期", kind="date", required=True),
        Column("meal", "餐次", kind="choice", required=True, choices=MEALS, filterable=True),
        Column("dish", "菜名", required=True, max_length=60),
        Column("grams", "留样量", kind="int", required=True, unit="克", minimum=0, maximum=5000),
        Column("discarded_on", "处理日期", kind="date"),
        Column("taken_by", "留样人", required=True, max_length=40, personal=True),
    ),
)  # fmt: skip
WATER = Sheet(
    slug="campus_water", title="学校饮水检测", model=WaterTest, key="code", read=READ, write=WRITE, check=check_water,
    duty="一次检测一行；不合格的先停水换水，再写处置。",
    columns=(
        Column("code", "检测编号", required=True, max_length=40),
        Column("point", "取水点", required=True, max_length=80),
        Column("kind", "种类", kind="choice", required=True, choices=WATERS, filterable=True),
        Column("tested_on", "检测日期", kind="date", required=True),
        Column("laboratory", "检测机构", required=True, max_length=80, in_list=False),
        Column("verdict", "结论", kind="choice", required=True, choices={"passed": "合格", "failed": "不合格"}, filterable=True),
        Column("failing", "不合格项", max_length=120, in_list=False),
        Column("measure", "处置", max_length=200, in_list=False),
        Column("next_on", "下次检测", kind="date", required=True),
    ),
)  # fmt: skip
VEHICLES = Sheet(
    slug="campus_buses", title="校车", model=SchoolBus, key="code", read=READ, write=WRITE, check=check_bus,
    duty="一辆一行：标牌、检验、保险到期以前提醒；过期的不能排班。", basis="《校车安全管理条例》",
    columns=(
        Column("code", "车牌", required=True, max_length=16),
        Column("kind", "种类", kind="choice", required=True, choices=BUSES, filterable=True),
        Column("seats", "核定学生数", kind="int", required=True, unit="人", minimum=1, maximum=100),
        Column("keeper", "车辆所有人", required=True, max_length=80),
        Column("permit", "标牌号", max_length=40, in_list=False),
        Column("permit_expires_on", "标牌到期", kind="date"),
        Column("inspection_due_on", "检验到期", kind="date", required=True, help="校车半年检一次"),
        Column("insurance_expires_on", "保险到期", kind="date", required=True),
        Column("tracked", "卫星定位", kind="bool", choices=YES_NO, filterable=True),
    ),
)  # fmt: skip
DRIVERS = Sheet(
    slug="campus_drivers", title="校车驾驶员", model=BusDriver, key="code", read=READ, write=WRITE,
    duty="一人一行：驾驶证、资格审验到期以前提醒。姓名和证号遮住。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "姓名", required=True, max_length=40, personal=True),
        Column("licence", "驾驶证号", required=True, max_length=40, personal=True, in_list=False),
        Column("licence_class", "准驾车型", kind="choice", required=True, choices={"A1": "A1", "A3": "A3", "B1": "B1"}, filterable=True),
        Column("qualified_on", "取得校车资格", kind="date", required=True, in_list=False),
        Column("licence_expires_on", "驾驶证到期", kind="date", required=True),
        Column("check_due_on", "资格审验到期", kind="date", required=True),
    ),
)  # fmt: skip
RIDES = Sheet(
    slug="campus_rides", title="校车班次", model=BusRide, key="code", read=READ, write=WRITE, check=check_ride, review_days=180,
    duty="一趟一行：哪辆车、谁开、几个学生、谁照管。不超员，不登学生姓名。",
    columns=(
        Column("code", "班次编号", required=True, max_length=40),
        Column("name", "线路", required=True, max_length=80),
        Column("bus_code", "车牌", required=True, max_length=16),
        Column("driver_code", "驾驶员编号", required=True, max_length=40),
        Column("direction", "方向", kind="choice", required=True, choices=DIRECTIONS, filterable=True),
        Column("departs", "发车时间", required=True, max_length=5),
        Column("pupils", "学生数", kind="int", required=True, unit="人", minimum=1, maximum=100),
        Column("stops", "站点", max_length=300, in_list=False),
        Column("escort", "照管人员", required=True, max_length=40, personal=True, in_list=False),
    ),
)  # fmt: skip
SHEETS = (PROFILES, CANTEENS, SAMPLES, WATER, VEHICLES, DRIVERS, RIDES)
