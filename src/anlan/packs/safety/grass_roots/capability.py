"""Grass roots: who may what, the pages, the registers, the scored checks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from anlan.kernel.access.types import Actor, Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.checks.pages import check_pages
from anlan.kernel.maps.types import Layer
from anlan.kernel.registry import queries as registry
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.grass_roots import demonstration, pages, rules, sheets
from anlan.packs.safety.grass_roots.formulas import FORMULAS

_READ = sheets.READ
_DISTRICT = dict.fromkeys(("planner", "leader", "auditor", "safety_regulator", "bureau_officer", "expert"), "district")


def _permission(verb: str, title: str, roles: Mapping[str, str]) -> Permission:
    return Permission(slug=f"grass_roots.{verb}", title=title, roles=roles)  # type: ignore[arg-type]  # the words are scopes


def _features(actor: Actor, _at: datetime) -> Mapping[str, Any]:
    rows = (
        registry.visible(sheets.STATIONS, actor).filter(retired_on=None).exclude(longitude=None).exclude(latitude=None)
    )
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [one.longitude, one.latitude]},
             "properties": {"name": one.name, "sign": sheets.HOSTS[one.host], "value": f"{one.people}人", "url": reverse("micro_stations_detail", args=[one.pk])}}
            for one in rows
        ],
    }  # fmt: skip


PAGES = (
    Page(path="grass-roots/", name="grass_roots", view=pages.overview, permission=_READ, title="基层应急能力", section="registry"),
    Page(path="grass-roots/export/", name="grass_roots_export", view=pages.overview_export, permission=_READ, title="导出基层应急得分", kind="export"),
    Page(path="grass-roots/gaps/export/", name="grass_roots_gaps_export", view=pages.gaps_export, permission=_READ, title="导出基层应急差距", kind="export"),
    Page(path="grass-roots/reserve/", name="reserve_gaps", view=pages.reserve, permission=_READ, title="储备缺口", section="registry"),
    Page(path="grass-roots/reserve/export/", name="reserve_gaps_export", view=pages.reserve_export, permission=_READ, title="导出储备缺口", kind="export"),
)  # fmt: skip

CAPABILITY = Capability(
    slug="grass_roots", title="基层应急能力", plan_refs=("S26",),
    permissions=(
        _permission("read", "查看基层应急能力", {**_DISTRICT, "street_officer": "own"}),
        _permission("check", "做基层应急检查", {"street_officer": "own", "bureau_officer": "own", "safety_regulator": "own"}),
        _permission("plan", "定基层应急检查", {"street_officer": "own", "safety_regulator": "district"}),
        _permission("write", "登记微型消防站、储备和规划", {"street_officer": "own", "bureau_officer": "own"}),
        _permission("norms", "定储备情景和定额", {"bureau_officer": "own", "safety_regulator": "own"}),
    ),
    pages=(*PAGES, *check_pages(rules.AREA, "grass-roots/checks/"), *(page for sheet in sheets.SHEETS for page in sheet_pages(sheet))),
    nav=(
        Nav(section="registry", title="基层应急", page="grass_roots", permission=_READ, order=12),
        Nav(section="registry", title="检查", page="grass_roots_checks", permission=_READ, order=13, below="/grass-roots/"),
        Nav(section="registry", title="储备缺口", page="reserve_gaps", permission=_READ, order=13, below="/grass-roots/"),
        Nav(section="registry", title="微型消防站", page="micro_stations_list", permission=_READ, order=14),
        Nav(section="registry", title="应急储备", page="reserves_list", permission=_READ, order=15),
    ),
    sheets=sheets.SHEETS, formulas=FORMULAS, check_areas=(rules.AREA,), check_forms=rules.forms(), demo=demonstration.load,
    layers=(Layer(slug="micro_stations", title="微型消防站", permission=_READ, kind="point", features=_features, source="微型消防站台账"),),
)  # fmt: skip
