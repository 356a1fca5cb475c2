"""The declaration of surface water, drinking water and black-odorous waters: data only."""

from __future__ import annotations

from collections.abc import Mapping

from anlan.kernel.access.types import PUBLIC, Page, Permission, Scope
from anlan.kernel.capability.types import Capability
from anlan.kernel.journal.types import Verb
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.environment.water_station import demonstration, desk, layers, pages
from anlan.packs.environment.water_station.formulas import FORMULAS
from anlan.packs.environment.water_station.kinds import PERMISSION, WATER
from anlan.packs.environment.water_station.sheets import SHEETS

_ALL = ("planner", "leader", "auditor", "administrator", "environment_officer", "bureau_officer", "street_officer")
_OFFICER: Mapping[str, Scope] = {"environment_officer": "district"}
_READ = PERMISSION

CAPABILITY = Capability(
    slug="water_station",
    title="水质自动监测",
    plan_refs=("E3", "E16"),
    permissions=(
        Permission(slug=PERMISSION, title="查看水质", roles=dict.fromkeys(_ALL, "district")),
        Permission(slug="water_station.write", title="登记断面和监测值", roles=_OFFICER),
        Permission(slug="water_station.drinking_read", title="查看饮用水台账", roles=dict.fromkeys(_ALL, "district")),
        Permission(slug="water_station.drinking", title="登记饮用水水质", roles={**_OFFICER, "bureau_officer": "own"}),
        Permission(slug="water_station.publish", title="公布饮用水水质", roles={**_OFFICER, "bureau_officer": "own"}),
    ),
    pages=(
        Page(path="water/", name="water", view=pages.overview, permission=_READ, title="地表水断面", section="monitor", command="看断面"),
        Page(path="water/export/", name="water_export", view=pages.export, permission=_READ, title="导出断面", kind="export"),
        Page(path="water/sections/<str:code>/", name="water_section", view=pages.section, permission=_READ, title="一个断面", section="monitor"),
        Page(path="water/report/", name="water_report", view=pages.report, permission=_READ, title="断面月报", section="monitor"),
        Page(path="water/report/export/", name="water_report_export", view=pages.report_export, permission=_READ, title="导出断面月报", kind="export"),
        Page(path="water/report/print.<str:form>", name="water_report_print", view=pages.printed, permission=_READ, title="打印断面月报", kind="export"),
        Page(path="water/black/", name="water_black", view=pages.black_page, permission=_READ, title="黑臭水体", section="monitor"),
        Page(path="water/drinking/", name="water_drinking", view=pages.drinking, permission="water_station.drinking_read", title="饮用水公开",
             methods=("GET", "POST"), section="monitor"),
        Page(path="public/drinking/", name="public_drinking", view=pages.public, permission=PUBLIC, title="饮用水水质"),
        Page(path="public/drinking.csv", name="public_drinking_csv", view=pages.public_csv, permission=PUBLIC, title="饮用水水质 CSV", kind="export"),
        *(page for one in SHEETS for page in sheet_pages(one)),
    ),
    nav=(
        Nav(section="monitor", title="地表水", page="water", permission=_READ, order=30),
        *(Nav(section="monitor", title=title, page=page, below="/water/", permission=_READ, order=31 + place)
          for place, (title, page) in enumerate((("断面月报", "water_report"), ("黑臭水体", "water_black"), ("饮用水公开", "water_drinking")))),
        *(Nav(section="registry", title=one.title, page=f"{one.slug}_list", permission=one.read, order=63 + place)
          for place, one in enumerate(SHEETS)),
    ),
    verbs=(Verb(slug="water_station.drinking.published", title="公布饮用水水质"),),
    sheets=SHEETS,
    formulas=FORMULAS,
    layers=(layers.SECTIONS,),
    kinds=(WATER,),
    waiting=desk.waiting,
    now=desk.now,
    public=desk.public,
    find=desk.find,
    demo=demonstration.load,
)  # fmt: skip
