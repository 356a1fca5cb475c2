"""The declaration of 校园安全: data only."""

from __future__ import annotations

from anlan.kernel.access.types import PUBLIC, Page, Permission
from anlan.kernel.capability import registers
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.checks.pages import check_pages
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.education.campus_safety import demonstration, desk, pages
from anlan.packs.education.campus_safety.checks import AREA, SAFE_CAMPUS
from anlan.packs.education.campus_safety.formulas import RATED
from anlan.packs.education.campus_safety.process import BULLYING, DANGER, SLUG, case_links
from anlan.packs.education.campus_safety.sheets import PROFILES, READ, SHEETS
from anlan.packs.education.campus_safety.verbs import VERBS

_READ, _BULLYING, _UNMASK = f"{SLUG}.read", f"{SLUG}.bullying", f"{SLUG}.bullying.unmask"
_SEEN = {"planner": "district", "leader": "district", "auditor": "district", "bureau_officer": "own", "school_officer": "own"}  # fmt: skip
_BUREAU, _SCHOOL = {"bureau_officer": "own"}, {"school_officer": "own"}


def _permission(verb: str, title: str, roles: dict[str, str]) -> Permission:
    return Permission(slug=f"{SLUG}.{verb}", title=title, roles=roles)  # type: ignore[arg-type]  # the words are scopes


# Reports of bullying: two posts and nobody else. Who holds one is named by the appointment, which is in the journal.
_HANDLER, _SUPERVISOR = {"bullying_handler": "own"}, {"bullying_supervisor": "own"}
_list, _new, _export = case_pages(BULLYING, "campus/bullying/")

# The registers are tabs below the first page.
_BELOW = "/registry/campus_"
WORDS = {
    "campus_profiles": "安全概况", "campus_canteens": "食堂", "campus_samples": "留样", "campus_water": "饮水", "campus_buses": "校车", "campus_drivers": "驾驶员",
    "campus_rides": "班次",
}  # fmt: skip

CAPABILITY = Capability(
    slug=SLUG, title="校园安全", plan_refs=("D13",),
    permissions=(
        _permission("read", "查看校园隐患", _SEEN), _permission("report", "登记校园隐患", {**_BUREAU, **_SCHOOL}),
        _permission("grade", "给校园隐患判级", {**_BUREAU, **_SCHOOL}), _permission("assign", "下达校园整改", {**_BUREAU, **_SCHOOL}),
        _permission("rectify", "整改校园隐患", _SCHOOL), _permission("review", "复查校园隐患", _BUREAU), _permission("close", "给重大校园隐患销号", _BUREAU),
        _permission("manage", "督办和调度校园隐患", _BUREAU),
        _permission("registers", "查看校园安全台账", _SEEN), _permission("write", "登记校园安全台账", {**_BUREAU, **_SCHOOL}), _permission("watch", "督促校园证件到期", _BUREAU),
        _permission("check_read", "查看平安校园检查", _SEEN), _permission("check_do", "做平安校园检查", {**_BUREAU, **_SCHOOL}),
        _permission("check_plan", "定平安校园检查", {**_BUREAU, **_SCHOOL}),
        _permission("bullying.read", "查看欺凌报告", {**_HANDLER, **_SUPERVISOR}), _permission("bullying.accept", "受理欺凌报告", _SUPERVISOR),
        _permission("bullying.work", "查办欺凌报告", _HANDLER), _permission("bullying.manage", "调度欺凌报告", _SUPERVISOR),
        _permission("bullying.unmask", "看欺凌报告里的姓名", {**_HANDLER, **_SUPERVISOR}),
    ),
    pages=(
        Page(path="registry/campus_safety/", name="campus", view=pages.overview, permission=READ, title="校园安全", section="registry", command="看校园安全"),
        Page(path="registry/campus_safety/export/", name="campus_export", view=pages.export, permission=READ, title="导出校园安全", kind="export"),
        *case_pages(DANGER, "campus/dangers/"),
        _list, _export, *check_pages(AREA, "registry/campus_checks/"),
        Page(path="public/campus-report/", name="campus_safety_bullying_new", view=pages.report, permission=PUBLIC, title="学生欺凌报告", methods=("GET", "POST")),
        Page(path="campus-report/track/", name="campus_bullying_track", view=pages.track, permission=PUBLIC, title="查欺凌报告", methods=("GET", "POST")),
        Page(path="campus/bullying/<str:given>/names/", name="campus_bullying_names", view=pages.names, permission=_UNMASK, title="看欺凌报告里的姓名",
             methods=("GET", "POST"), section="registry"),
        *(page for sheet in SHEETS for page in sheet_pages(sheet)), *registers.ratio_pages(RATED),
    ),
    nav=(
        Nav(section="registry", title="校园安全", page="campus", permission=READ, order=3),
        Nav(section="registry", title="校园隐患", page="campus_safety_list", permission=_READ, order=4),
        Nav(section="registry", title="平安校园检查", page=f"{SLUG}_checks", permission=f"{SLUG}.check_read", order=29, below=_BELOW),
        Nav(section="registry", title="欺凌报告", page="campus_safety_bullying_list", permission=f"{_BULLYING}.read", order=5),
        *(Nav(section="registry", title=title, page=f"{slug}_list", permission=READ, order=30 + place, below=_BELOW)
          for place, (slug, title) in enumerate(WORDS.items())),
    ),
    verbs=VERBS, case_links=case_links, check_areas=(AREA,), check_forms=(SAFE_CAMPUS,), sheets=SHEETS, processes=(DANGER, BULLYING), formulas=registers.formulas(RATED),
    layers=(registers.layer(PROFILES, slug="campus_profiles", title="学校", sign="stage",
                            value=lambda row: f"保安 {row.guards} / {row.guards_needed}，{'' if row.alarm else '没有'}一键报警"),),
    waiting=desk.waits, now=desk.now, demo=demonstration.load,
)  # fmt: skip
