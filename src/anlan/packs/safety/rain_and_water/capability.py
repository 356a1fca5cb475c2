"""The declaration of 雨水情监测: data only."""

from __future__ import annotations

from anlan.kernel.access.types import Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.rain_and_water import demonstration, pages
from anlan.packs.safety.rain_and_water.derivations import MARGINS
from anlan.packs.safety.rain_and_water.kinds import KINDS, PERMISSION, WRITE
from anlan.packs.safety.rain_and_water.sheets import LINES

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

CAPABILITY = Capability(
    slug="rain_and_water",
    title="雨水情监测",
    plan_refs=("S2",),
    permissions=(
        Permission(slug=PERMISSION, title="查看雨水情", roles=dict.fromkeys(_ALL, "district")),
        Permission(slug=WRITE, title="登记警戒线", roles={"bureau_officer": "district"}),
    ),
    kinds=KINDS,
    derivations=(MARGINS,),
    sheets=(LINES,),
    pages=(
        Page(path="rain/", name="rain", view=pages.overview, permission=PERMISSION, title="雨水情", section="monitor", command="看雨水情"),
        Page(path="rain/export/", name="rain_export", view=pages.export, permission=PERMISSION, title="导出雨情", kind="export"),
        Page(path="rain/stations/<str:code>/", name="rain_station", view=pages.station, permission=PERMISSION, title="雨量和水位", section="monitor"),
        Page(path="rain/stations/<str:code>/export/", name="rain_station_export", view=pages.station_export, permission=PERMISSION, title="导出雨量和水位", kind="export"),
        *sheet_pages(LINES),
    ),
    nav=(
        Nav(section="monitor", title="雨水情", page="rain", permission=PERMISSION, order=30),
        Nav(section="registry", title="警戒线", page="warning_lines_list", permission=PERMISSION, order=35),
    ),
    demo=demonstration.load,
)  # fmt: skip
