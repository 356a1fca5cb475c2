"""The declaration of 企业主体责任: data only."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from anlan.kernel.access.types import Page, Permission
from anlan.kernel.capability import registers
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.enterprise_duty import demonstration, desk, pages, panels
from anlan.packs.safety.enterprise_duty.process import PERMIT, case_links
from anlan.packs.safety.enterprise_duty.sheets import CERTIFICATES, FILES, READ, SHEETS
from anlan.packs.safety.enterprise_duty.verbs import VERBS

SLUG = "enterprise_duty"
_DISTRICT = dict.fromkeys(("planner", "leader", "auditor", "safety_regulator"), "district")
_OWN = dict.fromkeys(("street_officer", "enterprise_head", "enterprise_officer", "worker"), "own")
_COMMAND = dict.fromkeys(("duty_officer", "commander"), "district")
_ENTERPRISE = {"enterprise_officer": "own", "enterprise_head": "own"}
_REGULATOR = {"safety_regulator": "district"}


def _permission(verb: str, title: str, roles: dict[str, str]) -> Permission:
    return Permission(slug=f"{SLUG}.{verb}", title=title, roles=roles)  # type: ignore[arg-type]  # the words are scopes


def _valid(day: date) -> Q:
    return ~Q(level="none") & Q(level_expires_on__gte=day)


RATED = (
    (FILES, (registers.Ratio(
        under=SLUG, slug="standard_rate", unit="家", title="安全生产标准化达标率", text="标准化等级在有效期内的企业数 ÷ 在册企业数，保留一位小数。",
        indicators=("安全生产标准化达标率", "企业安全生产标准化达标率"), part=_valid,
    ),)),
    (CERTIFICATES, (registers.Ratio(
        under=SLUG, slug="certificate_rate", unit="本", title="持证有效率", text="没有过期而且没有误了复审的证数 ÷ 在册证数，保留一位小数。",
        indicators=("特种作业人员持证率", "持证上岗率"), part=lambda day: Q(expires_on__gte=day) & (Q(recheck_on=None) | Q(recheck_on__gte=day)),
    ),)),
)  # fmt: skip

WORDS = {
    "enterprise_files": "企业档案",
    "enterprise_duties": "责任清单",
    "enterprise_certificates": "持证人员",
    "enterprise_contractors": "承包商",
}

CAPABILITY = Capability(
    slug=SLUG, title="企业主体责任", plan_refs=("S25",),
    permissions=(
        _permission("read", "查看企业主体责任", {**_DISTRICT, **_OWN, **_COMMAND}), _permission("write", "登记企业主体责任", _ENTERPRISE),
        _permission("persons", "看持证人员全名", {**_ENTERPRISE, **_REGULATOR}), _permission("supervise", "督促企业到期事项", _REGULATOR),
        _permission("fee", "登记安全费用", _ENTERPRISE), _permission("promise", "作出安全承诺", {"enterprise_head": "own"}),
        _permission("project", "登记三同时项目", _ENTERPRISE), _permission("project_read", "查看三同时项目", {**_DISTRICT, **_OWN, "bureau_officer": "own"}),
        _permission("opinion", "答复联合审批", {"bureau_officer": "own", "safety_regulator": "own"}),
        _permission("permit.read", "查看作业票", {**_DISTRICT, **_OWN}), _permission("permit.apply", "申请作业票", {**_ENTERPRISE, "worker": "own"}),
        _permission("permit.measure", "做气体分析", {"enterprise_officer": "own", "worker": "own"}), _permission("permit.approve", "审批作业票", _ENTERPRISE),
        _permission("permit.work", "开工和停工", {"enterprise_officer": "own", "worker": "own"}), _permission("permit.close", "验收和作废作业票", _ENTERPRISE),
        _permission("permit.manage", "监管作业票", _REGULATOR),
    ),
    pages=(
        Page(path="registry/enterprise/", name="enterprises", view=pages.overview, permission=READ, title="企业主体责任", section="registry", command="看企业主体责任"),
        Page(path="registry/enterprise/export/", name="enterprises_export", view=pages.export, permission=READ, title="导出企业主体责任", kind="export"),
        Page(path="registry/enterprise/<str:code>/", name="enterprise", view=pages.enterprise, permission=READ, title="一家企业", methods=("GET", "POST"), section="registry"),
        Page(path="registry/enterprise/<str:code>/fees/", name="safety_fees", view=pages.fees, permission=READ, title="安全费用", methods=("GET", "POST"), section="registry"),
        Page(path="registry/enterprise/<str:code>/fees/export/", name="safety_fees_export", view=pages.fees_export, permission=READ, title="导出安全费用", kind="export"),
        Page(path="registry/enterprise_promises/<int:pk>/", name="safety_promise", view=pages.promise, permission=READ, title="安全承诺公告", section="registry"),
        *case_pages(PERMIT, "permits/"),
        Page(path="permits/<str:given>/print/", name="work_permit_print", view=pages.permit_print, permission=f"{SLUG}.permit.read", title="打印作业票", section="registry"),
        Page(path="registry/enterprise_projects/", name="safety_projects", view=pages.projects, permission=f"{SLUG}.project_read", title="三同时和联合审批", section="registry",
             command="看三同时项目"),
        Page(path="registry/enterprise_projects/new/", name="safety_project_new", view=pages.project_new, permission=f"{SLUG}.project", title="登记三同时项目",
             methods=("GET", "POST"), section="registry", command="登记三同时项目"),
        Page(path="registry/enterprise_projects/<int:pk>/", name="safety_project", view=pages.project, permission=f"{SLUG}.project_read", title="一个三同时项目",
             methods=("GET", "POST"), section="registry"),
        *(page for sheet in SHEETS for page in sheet_pages(sheet)), *registers.ratio_pages(RATED),
    ),
    nav=(
        Nav(section="registry", title="企业主体责任", page="enterprises", permission=READ, order=6),
        Nav(section="registry", title="作业票", page=f"{SLUG}_permit_list", permission=f"{SLUG}.permit.read", order=7),
        Nav(section="registry", title="三同时", page="safety_projects", permission=f"{SLUG}.project_read", order=8),
        *(Nav(section="registry", title=title, page=f"{slug}_list", permission=READ, order=9, below="/registry/enterprise") for slug, title in WORDS.items()),
    ),
    verbs=VERBS, sheets=SHEETS, processes=(PERMIT,), case_links=case_links, formulas=registers.formulas(RATED), waiting=desk.waits, now=desk.now, find=desk.find,
    board_panels=panels.PANELS,
    demo=demonstration.load,
)  # fmt: skip
