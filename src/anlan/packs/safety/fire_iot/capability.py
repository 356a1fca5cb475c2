"""The declaration of 消防物联网: data only."""

from __future__ import annotations

from anlan.kernel.access.types import Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.journal.types import Verb
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.fire_iot import actions, demonstration, layers, pages
from anlan.packs.safety.fire_iot.formulas import FORMULAS
from anlan.packs.safety.fire_iot.hydrant_line import HYDRANT
from anlan.packs.safety.fire_iot.kinds import CHECK, FIRE, JUDGE, PERMISSION, WRITE
from anlan.packs.safety.fire_iot.process import ALARM_CASES, PERMISSIONS, PROCESS
from anlan.packs.safety.fire_iot.sheets import SHEETS

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
    slug="fire_iot",
    title="消防物联网",
    plan_refs=("S15",),
    permissions=(
        *PERMISSIONS,
        Permission(slug=PERMISSION, title="查看消防物联网", roles=dict.fromkeys(_ALL, "district")),
        Permission(slug=WRITE, title="登记联网单位和消火栓", roles={"bureau_officer": "district", "street_officer": "own"}),
        Permission(slug=CHECK, title="记消火栓检查", roles={"bureau_officer": "district", "street_officer": "district"}),
        Permission(slug=JUDGE, title="记火警结论", roles={"bureau_officer": "district", "street_officer": "district"}),
    ),
    processes=(PROCESS,),
    alarm_cases=ALARM_CASES,
    kinds=(FIRE,),
    lines=(HYDRANT,),
    sheets=SHEETS,
    formulas=FORMULAS,
    pages=(
        *case_pages(PROCESS, "fire/cases/", "monitor"),
        Page(path="fire/", name="fire", view=pages.overview, permission=PERMISSION, title="消防物联网", section="monitor", command="看火警"),
        Page(path="fire/export/", name="fire_export", view=pages.export, permission=PERMISSION, title="导出联网单位", kind="export"),
        Page(path="fire/units/<str:code>/", name="fire_unit", view=pages.unit, permission=PERMISSION, title="一个联网单位", section="monitor"),
        Page(path="fire/alarms/<int:pk>/judge/", name="fire_judge", view=pages.judge, permission=JUDGE, title="记火警结论", methods=("POST",)),
        Page(path="fire/hydrants/", name="hydrants_rates", view=pages.hydrants, permission=PERMISSION, title="市政消火栓", section="monitor", command="记消火栓检查"),
        Page(path="fire/hydrants/<int:pk>/check/", name="hydrant_check", view=pages.check, permission=CHECK, title="记消火栓检查", methods=("POST",)),
        *(page for sheet in SHEETS for page in sheet_pages(sheet)),
    ),
    nav=(
        Nav(section="monitor", title="火警核实", page="fire_iot_list", permission=PERMISSION, order=34, below="/fire/"),
        Nav(section="monitor", title="消防", page="fire", permission=PERMISSION, order=33),
        Nav(section="registry", title="消防联网单位", page="fire_units_list", permission=PERMISSION, order=36),
        Nav(section="registry", title="消火栓", page="hydrants_list", permission=PERMISSION, order=37),
        Nav(section="registry", title="消火栓应设数", page="hydrant_needs_list", permission=PERMISSION, order=38),
    ),
    verbs=(Verb(slug=actions.CHECKED, title="记消火栓检查"), Verb(slug=actions.JUDGED, title="记火警结论")),
    layers=(layers.HYDRANTS,),
    demo=demonstration.load,
)  # fmt: skip
