"""The declaration of 危险货物车辆定位: data only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anlan.kernel.access.types import Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.journal.types import Verb
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.dangerous_goods_vehicle import actions, demonstration, layers, pages, sheets
from anlan.packs.safety.dangerous_goods_vehicle.derivations import WHERE
from anlan.packs.safety.dangerous_goods_vehicle.kinds import PERMISSION, VEHICLE, WRITE
from anlan.packs.safety.dangerous_goods_vehicle.process import ALARM_CASES, PERMISSIONS, PROCESS

_ALL = (
    "planner",
    "leader",
    "auditor",
    "administrator",
    "bureau_officer",
    "street_officer",
    "safety_regulator",
    "duty_officer",
    "commander",
)


def _page(path: str, name: str, view: Callable[..., Any], title: str) -> Page:
    return Page(path=path, name=name, view=view, permission=PERMISSION, title=title, section="monitor")


CAPABILITY = Capability(
    slug="dangerous_goods_vehicle",
    title="危险货物车辆定位",
    plan_refs=("S16",),
    permissions=(
        *PERMISSIONS,
        Permission(slug=PERMISSION, title="查看危险货物车辆", roles=dict.fromkeys(_ALL, "district")),
        Permission(slug=WRITE, title="登记车辆、区域和线路", roles={"bureau_officer": "district"}),
    ),
    processes=(PROCESS,),
    alarm_cases=ALARM_CASES,
    kinds=(VEHICLE,),
    derivations=(WHERE,),
    sheets=sheets.SHEETS,
    pages=(
        *case_pages(PROCESS, "vehicle-cases/", "monitor"),
        _page("vehicles/", "vehicles", pages.fleet, "危险货物车辆"),
        _page("vehicles/<str:code>/", "vehicle_track", pages.track, "车辆轨迹"),
        Page(path="vehicles/<str:code>/export/", name="vehicle_export", view=pages.export, permission=PERMISSION, title="导出轨迹", kind="export"),
        *(page for sheet in sheets.SHEETS for page in sheet_pages(sheet)),
    ),
    nav=(
        Nav(section="monitor", title="车辆核实", page="dangerous_goods_vehicle_list", permission=PERMISSION, order=36, below="/vehicle"),
        Nav(section="monitor", title="车辆", page="vehicles", permission=PERMISSION, order=32),
        Nav(section="registry", title="危货车辆", page="goods_vehicles_list", permission=PERMISSION, order=31),
        Nav(section="registry", title="车辆区域", page="vehicle_areas_list", permission=PERMISSION, order=32),
        Nav(section="registry", title="准行线路", page="vehicle_routes_list", permission=PERMISSION, order=33),
    ),
    verbs=(
        Verb(slug=actions.READ, title="查看车辆轨迹"),
        Verb(slug=actions.EXPORTED, title="导出车辆轨迹"),
    ),
    layers=layers.LAYERS,
    demo=demonstration.load,
)  # fmt: skip
