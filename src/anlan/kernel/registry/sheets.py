"""The kernel's own registers."""

from __future__ import annotations

from anlan.kernel.registry.models import Place, Station
from anlan.kernel.registry.types import Column, Sheet

PLACE_KINDS = {
    "building": "建筑",
    "square": "广场",
    "park": "公园",
    "road": "道路",
    "river": "河道",
    "facility": "设施",
    "other": "其他",
}
STATION_KINDS = {
    "air": "空气",
    "water": "地表水断面",
    "noise": "噪声",
    "boiler": "锅炉烟气",
    "vapour": "油气回收",
    "medical": "医疗废水",
    "tank_area": "危化品储罐区",
    "fire": "消防",
    "vehicle": "危险货物车辆",
    "rain": "雨量",
    "level": "水位",
    "underground": "地下空间",
    "other": "其他",
}
CRS = {"wgs84": "WGS-84", "cgcs2000": "CGCS2000", "gcj02": "GCJ-02（已转换）", "bd09": "BD-09（已转换）"}

PLACES = Sheet(
    slug="places",
    title="地点",
    model=Place,
    key="code",
    read="registry.read",
    write="registry.write",
    duty="别的台账引用的点位。坐标一律 WGS-84；火星坐标、百度坐标在导入时转换并记下来源。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("kind", "种类", kind="choice", required=True, choices=PLACE_KINDS, filterable=True),
        Column("address", "地址", max_length=160),
        Column("longitude", "经度", kind="longitude", unit="°"),
        Column("latitude", "纬度", kind="latitude", unit="°"),
        Column("crs", "坐标来源", kind="choice", required=True, choices=CRS, in_list=False),
    ),
)
STATIONS = Sheet(
    slug="stations",
    title="监测点",
    model=Station,
    key="code",
    read="registry.read",
    write="registry.write",
    review_days=365,
    duty="在哪里测、测什么、谁负责。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("kind", "种类", kind="choice", required=True, choices=STATION_KINDS, filterable=True),
        Column("place_name", "地点", max_length=80),
        Column("method", "方法", max_length=80),
        Column("longitude", "经度", kind="longitude", unit="°", in_list=False),
        Column("latitude", "纬度", kind="latitude", unit="°", in_list=False),
        Column("since", "启用日期", kind="date"),
    ),
)
SHEETS = (PLACES, STATIONS)
