"""The declaration of pollution sources: data only."""

from __future__ import annotations

from collections.abc import Mapping

from anlan.kernel.access.types import PUBLIC, Page, Permission, Scope
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.journal.types import Verb
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.environment.pollution_source import actions, demonstration, desk, pages
from anlan.packs.environment.pollution_source.formulas import FORMULAS
from anlan.packs.environment.pollution_source.kinds import KINDS, PERMISSION
from anlan.packs.environment.pollution_source.process import ALARM_CASES, PERMISSIONS, PROCESS
from anlan.packs.environment.pollution_source.sheet import DOSING

_DISTRICT = ("planner", "leader", "auditor", "administrator", "environment_officer")
_OFFICER: Mapping[str, Scope] = {"environment_officer": "district"}

CAPABILITY = Capability(
    slug="pollution_source",
    title="污染源在线监控",
    plan_refs=("E4",),
    permissions=(
        *PERMISSIONS,
        Permission(slug=PERMISSION, title="查看污染源", roles={**dict.fromkeys(_DISTRICT, "district"), "bureau_officer": "own", "street_officer": "own"}),
        Permission(slug="pollution_source.review", title="审核污染源数据", roles=_OFFICER),
        Permission(slug="pollution_source.limit", title="修改排放限值", roles=_OFFICER),
        Permission(slug="pollution_source.publish", title="公布锅炉日报", roles=_OFFICER),
        Permission(slug="pollution_source.dose", title="登记加药台账", roles={**_OFFICER, "bureau_officer": "own"}),
    ),
    pages=(
        *case_pages(PROCESS, "pollution/cases/", "monitor"),
        Page(path="pollution/", name="pollution", view=pages.overview, permission=PERMISSION, title="污染源", section="monitor"),
        Page(path="pollution/sources/<str:code>/<str:day>/", name="pollution_day", view=pages.day_page, permission=PERMISSION, title="污染源一天",
             section="monitor"),
        Page(path="pollution/sources/<str:code>/<str:day>/judge/", name="pollution_judge", view=pages.judge, permission="pollution_source.review",
             title="判一小时", methods=("POST",)),
        Page(path="pollution/sources/<str:code>/<str:day>/sign/", name="pollution_sign", view=pages.sign, permission="pollution_source.review",
             title="审核一天", methods=("POST",)),
        Page(path="pollution/bulletin/", name="pollution_bulletin", view=pages.bulletin, permission=PERMISSION, title="锅炉日报", section="monitor",
             command="看锅炉日报"),
        Page(path="pollution/bulletin/publish/", name="pollution_publish", view=pages.publish, permission="pollution_source.publish",
             title="公布锅炉日报", methods=("POST",)),
        Page(path="pollution/bulletin/export/", name="pollution_bulletin_export", view=pages.export, permission=PERMISSION, title="导出锅炉日报",
             kind="export"),
        Page(path="pollution/bulletin/print.<str:form>", name="pollution_bulletin_print", view=pages.printed, permission=PERMISSION,
             title="打印锅炉日报", kind="export"),
        Page(path="pollution/limits/", name="pollution_limits", view=pages.limits, permission=PERMISSION, title="排放限值", section="monitor"),
        Page(path="pollution/limits/set/", name="pollution_limits_set", view=pages.set_limit, permission=actions.LIMIT, title="改排放限值",
             methods=("POST",)),
        Page(path="pollution/totals/", name="pollution_totals", view=pages.totals, permission=PERMISSION, title="排放量", section="monitor"),
        Page(path="pollution/vapour/", name="pollution_vapour", view=pages.vapour_page, permission=PERMISSION, title="油气回收", section="monitor"),
        Page(path="public/boilers/", name="public_boilers", view=pages.public, permission=PUBLIC, title="锅炉日报"),
        Page(path="public/boilers.csv", name="public_boilers_csv", view=pages.public_csv, permission=PUBLIC, title="锅炉日报 CSV", kind="export"),
        *sheet_pages(DOSING),
    ),
    nav=(
        Nav(section="monitor", title="报警核实", page="pollution_source_list", permission=PERMISSION, order=26, below="/pollution"),
        Nav(section="monitor", title="污染源", page="pollution", permission=PERMISSION, order=20),
        *(Nav(section="monitor", title=title, page=page, below="/pollution/", permission=PERMISSION, order=21 + place)
          for place, (title, page) in enumerate((("锅炉日报", "pollution_bulletin"), ("排放量", "pollution_totals"),
                                                 ("油气回收", "pollution_vapour"), ("排放限值", "pollution_limits")))),
        Nav(section="registry", title="加药台账", page="dosing_ledger_list", permission=PERMISSION, order=62),
    ),
    verbs=(
        Verb(slug="pollution_source.limit.set", title="修改排放限值"),
        Verb(slug="pollution_source.hour.judged", title="判小时值"),
        Verb(slug="pollution_source.day.signed", title="审核一天数据"),
        Verb(slug="pollution_source.bulletin.published", title="公布锅炉日报"),
    ),
    sheets=(DOSING,),
    formulas=FORMULAS,
    processes=(PROCESS,),
    alarm_cases=ALARM_CASES,
    kinds=KINDS,
    waiting=desk.waiting,
    now=desk.now,
    public=desk.public,
    find=desk.find,
    demo=demonstration.load,
)  # fmt: skip
