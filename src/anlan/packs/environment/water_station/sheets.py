"""The registers of water: sections, samples, drinking water, black-odorous stretches and readings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.environment.water_station.models import (
    CLASSES,
    DRINKING,
    LEVELS,
    VERDICTS,
    BlackReading,
    BlackWater,
    DrinkingResult,
    Sample,
    Section,
)
from anlan.packs.environment.water_station.rules import ITEM_COLUMNS
from anlan.science.water import surface

READ, WRITE, DRINK = "water_station.read", "water_station.write", "water_station.drinking"

SECTIONS = Sheet(
    slug="water_sections",
    title="地表水断面",
    model=Section,
    key="code",
    read=READ,
    write=WRITE,
    review_days=365,
    duty="规划设考核断面和上下游断面共 19 个，一个断面一行；目标类别以责任书为准，写明出处。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "断面", required=True, max_length=80),
        Column("river", "河流", required=True, max_length=60),
        Column("level", "级别", kind="choice", required=True, choices=LEVELS, filterable=True),
        Column("target", "目标", kind="choice", required=True, choices=CLASSES, filterable=True),
        Column("target_basis", "目标出处", max_length=160, in_list=False),
        Column("position", "从上游数第几个", kind="int", required=True, minimum=0, maximum=999, in_list=False),
        Column("is_lake", "湖库", kind="bool", in_list=False, help="总磷按湖库限值"),
        Column("station_code", "自动站编号", max_length=40, help="监测点台账的编号，没有就空着"),
        Column("longitude", "经度", kind="longitude", unit="°", in_list=False),
        Column("latitude", "纬度", kind="latitude", unit="°", in_list=False),
    ),
)
_LISTED = ("pH", "DO", "CODMn", "COD", "NH3N", "TP")


def check_sample(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A sample of nothing, of an unknown section, or with an impossible pH."""
    if not Section.objects.filter(code=values["section_code"]).exists():
        return [Problem("section_code", f"断面编号：台账里没有 {values['section_code']}。")]
    if all(values.get(column) is None for column in ITEM_COLUMNS.values()):
        return [Problem("", "一项都没有填。")]
    return []


SAMPLES = Sheet(
    slug="water_samples",
    title="断面手工监测",
    model=Sample,
    key="code",
    read=READ,
    write=WRITE,
    check=check_sample,
    duty="一次采样一行；未检出填检出限的一半，没有测的空着。",
    columns=(
        Column("code", "编号", required=True, max_length=60, help="断面编号-年月日"),
        Column("section_code", "断面编号", required=True, max_length=40),
        Column("taken_on", "采样日期", kind="date", required=True),
        Column("laboratory", "化验单位", max_length=80, in_list=False),
        *(
            Column(column, surface.NAMES[item], kind="decimal", unit="" if item == "pH" else "mg/L", minimum=0,
                   maximum=14 if item == "pH" else 10000, in_list=item in _LISTED)
            for item, column in ITEM_COLUMNS.items()
        ),
    ),
)  # fmt: skip


def check_drinking(values: Mapping[str, Any]) -> Sequence[Problem]:
    if values["passed"] > values["items"]:
        return [Problem("passed", "达标项数：不能多于检测项数。")]
    if values["verdict"] == "pass" and values["passed"] < values["items"]:
        return [Problem("verdict", "结论：有项目没有达标，不能填达标。")]
    if values["verdict"] == "fail" and (values["passed"] == values["items"] or not values["failing"]):
        return [Problem("failing", "不达标项目：结论是不达标，写明哪一项。")]
    return []


DRINKING_SHEET = Sheet(
    slug="drinking_water",
    title="饮用水水质",
    model=DrinkingResult,
    key="code",
    read="water_station.drinking_read",
    write=DRINK,
    check=check_drinking,
    duty="一处一季一行：水源、出厂水、用户水龙头。填好后到“饮用水公开”按季公布。",
    columns=(
        Column("code", "编号", required=True, max_length=60),
        Column("place", "监测点", required=True, max_length=80),
        Column("kind", "种类", kind="choice", required=True, choices=DRINKING, filterable=True),
        Column("year", "年", kind="int", required=True, minimum=2000, maximum=2100),
        Column("quarter", "季度", kind="int", required=True, minimum=1, maximum=4),
        Column("items", "检测项数", kind="int", required=True, minimum=1, maximum=200),
        Column("passed", "达标项数", kind="int", required=True, minimum=0, maximum=200),
        Column("verdict", "结论", kind="choice", required=True, choices=VERDICTS, filterable=True),
        Column("failing", "不达标项目", max_length=200),
        Column("standard", "依据", required=True, max_length=80, help="如 GB 5749—2022"),
    ),
)
BLACK_WATERS = Sheet(
    slug="black_waters",
    title="黑臭水体",
    model=BlackWater,
    key="code",
    read=READ,
    write=WRITE,
    review_days=180,
    duty="排查到的水体一处一行，治理后不删；是不是黑臭由监测值判断，不由人填。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("river", "所在河道", max_length=60),
        Column("length", "长度", kind="decimal", unit="m", minimum=0, maximum=100000),
        Column("found_on", "发现日期", kind="date", required=True),
        Column("treated_on", "治理完成", kind="date"),
        Column("longitude", "经度", kind="longitude", unit="°", in_list=False),
        Column("latitude", "纬度", kind="latitude", unit="°", in_list=False),
    ),
)


def check_reading(values: Mapping[str, Any]) -> Sequence[Problem]:
    if not BlackWater.objects.filter(code=values["water_code"]).exists():
        return [Problem("water_code", f"水体编号：台账里没有 {values['water_code']}。")]
    if not amounts_of(values):
        return [Problem("", "一项都没有填。")]
    return []


def amounts_of(values: Mapping[str, Any]) -> dict[str, Decimal]:
    """By item of `science.water.black`."""
    names = {"transparency": "transparency", "DO": "oxygen", "ORP": "orp", "NH3N": "ammonia"}
    return {item: Decimal(values[name]) for item, name in names.items() if values.get(name) is not None}


BLACK_READINGS = Sheet(
    slug="black_readings",
    title="黑臭水体监测",
    model=BlackReading,
    key="code",
    read=READ,
    write=WRITE,
    check=check_reading,
    columns=(
        Column("code", "编号", required=True, max_length=60),
        Column("water_code", "水体编号", required=True, max_length=40),
        Column("measured_on", "日期", kind="date", required=True),
        Column("transparency", "透明度", kind="decimal", unit="cm", minimum=0, maximum=1000),
        Column("oxygen", "溶解氧", kind="decimal", unit="mg/L", minimum=0, maximum=30),
        Column("orp", "氧化还原电位", kind="decimal", unit="mV", minimum=-1000, maximum=1000),
        Column("ammonia", "氨氮", kind="decimal", unit="mg/L", minimum=0, maximum=500),
    ),
)
SHEETS = (SECTIONS, SAMPLES, DRINKING_SHEET, BLACK_WATERS, BLACK_READINGS)
