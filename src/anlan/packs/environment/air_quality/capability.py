"""The declaration of air quality: data only."""

from __future__ import annotations

from anlan.kernel.access.types import PUBLIC, Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.journal.types import Verb
from anlan.kernel.web.types import Nav
from anlan.packs.environment.air_quality import demonstration, layers, pages, public
from anlan.packs.environment.air_quality.formulas import FORMULAS

_READERS = (
    "planner", "leader", "auditor", "administrator", "bureau_officer", "environment_officer", "street_officer",
)  # fmt: skip
_POST = ("GET", "POST")

CAPABILITY = Capability(
    slug="air_quality",
    title="空气质量",
    plan_refs=("E1", "P1", "E16"),
    permissions=(
        Permission(slug="air_quality.read", title="查看空气质量", roles=dict.fromkeys(_READERS, "district")),
        Permission(slug="air_quality.manage", title="导入和更正空气质量", roles={"environment_officer": "district"}),
    ),
    pages=(
        Page(
            path="air/", name="air", view=pages.overview, permission="air_quality.read", title="空气", section="monitor"
        ),
        Page(
            path="air/years/<int:year>/",
            name="air_year",
            view=pages.year,
            permission="air_quality.read",
            title="年评价",
            section="monitor",
        ),
        Page(
            path="air/years/<int:year>/export.<str:form>",
            name="air_year_export",
            view=pages.export,
            permission="air_quality.read",
            title="导出日评价",
            section="monitor",
            kind="export",
        ),
        Page(
            path="air/stations/",
            name="air_stations",
            view=pages.stations,
            permission="air_quality.read",
            title="测点",
            section="monitor",
        ),
        Page(
            path="air/stations/<int:number>/<int:year>/",
            name="air_station_year",
            view=pages.station_year,
            permission="air_quality.read",
            title="测点年",
            section="monitor",
        ),
        Page(
            path="air/stations/<int:number>/day/<str:day>/",
            name="air_day",
            view=pages.day,
            permission="air_quality.read",
            title="测点日",
            section="monitor",
        ),
        Page(
            path="air/stations/<int:number>/day/<str:day>/correct/",
            name="air_correct",
            view=pages.correct,
            permission="air_quality.manage",
            title="更正小时值",
            methods=("POST",),
            section="monitor",
        ),
        Page(
            path="air/dust/",
            name="air_dust",
            view=pages.dust,
            permission="air_quality.manage",
            title="沙尘日",
            command="登记沙尘日",
            methods=_POST,
            section="monitor",
        ),
        Page(
            path="air/files/",
            name="air_files",
            view=pages.files,
            permission="air_quality.read",
            title="文件",
            section="monitor",
        ),
        Page(
            path="air/files/<int:number>/",
            name="air_file",
            view=pages.file,
            permission="air_quality.read",
            title="文件行",
            section="monitor",
        ),
        Page(
            path="air/import/",
            name="air_import",
            view=pages.upload,
            permission="air_quality.manage",
            title="导入",
            command="导入空气小时值",
            methods=_POST,
            section="monitor",
        ),
        Page(path="public/air/", name="public_air", view=public.page, permission=PUBLIC, title="空气质量"),
        Page(
            path="public/air.json",
            name="public_air_json",
            view=public.as_json,
            permission=PUBLIC,
            title="空气质量 JSON",
            kind="api",
            operation=public.OPERATION,
        ),
        Page(
            path="public/air.csv",
            name="public_air_csv",
            view=public.as_csv,
            permission=PUBLIC,
            title="空气质量 CSV",
            kind="export",
        ),
    ),
    nav=(
        Nav(section="monitor", title="空气", page="air", permission="air_quality.read", order=10),
        Nav(
            section="monitor", title="测点", page="air_stations", below="/air/", permission="air_quality.read", order=11
        ),
        Nav(section="monitor", title="文件", page="air_files", below="/air/", permission="air_quality.read", order=12),
        Nav(
            section="monitor", title="沙尘日", page="air_dust", below="/air/", permission="air_quality.manage", order=13
        ),
        Nav(
            section="monitor", title="导入", page="air_import", below="/air/", permission="air_quality.manage", order=14
        ),
    ),
    verbs=(
        Verb(slug="air_quality.file.imported", title="导入空气小时值"),
        Verb(slug="air_quality.hour.corrected", title="更正小时值"),
        Verb(slug="air_quality.dust.marked", title="认定沙尘日"),
        Verb(slug="air_quality.dust.withdrawn", title="撤回沙尘日"),
        Verb(slug="air_quality.substitution.declared", title="声明替代测点"),
    ),
    formulas=FORMULAS,
    layers=(layers.STATIONS,),
    now=public.now,
    public=public.facts,
    demo=demonstration.load,
)
