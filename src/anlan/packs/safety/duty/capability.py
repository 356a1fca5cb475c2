"""The declaration of 值班值守: data only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from anlan.base.jobs import Job
from anlan.kernel.access.types import Page, Permission, Scope
from anlan.kernel.capability.types import Capability
from anlan.kernel.checks.pages import check_pages
from anlan.kernel.journal.types import Verb
from anlan.kernel.web.types import Nav
from anlan.packs.safety.duty import calling, checking, demonstration, pages, panels, queries, rules, sheets, watch_pages

_BOTH, _POST = ("GET", "POST"), ("POST",)
_COMMAND: dict[str, Scope] = dict.fromkeys(("duty_officer", "commander", "leader"), "district")
_STAND: dict[str, Scope] = dict.fromkeys(
    (
        "bureau_officer",
        "street_officer",
        "team_leader",
        "shelter_keeper",
        "expert",
        "safety_regulator",
        "environment_officer",
    ),
    "district",
)
_UNITS: dict[str, Scope] = dict.fromkeys(("bureau_officer", "street_officer"), "own")
_VERBS = (
    ("manning.made", "定值班岗位"), ("manning.ended", "停用值班岗位"), ("shift.added", "排班"), ("shift.cancelled", "取消班次"), ("roster.generated", "生成值班表"),
    ("roster.imported", "导入值班表"), ("trade.asked", "提出换班"), ("trade.agreed", "同意换班，待批准"), ("trade.done", "换班"), ("trade.refused", "不同意换班"),
    ("trade.denied", "不批准换班"), ("trade.withdrawn", "撤回换班"), ("handover.given", "交班签字"), ("handover.taken", "接班签字"), ("handover.sent_back", "退回交接单"),
    ("call.made", "召集"), ("call.answered", "应答召集"), ("call.moving", "召集在途"), ("call.arrived", "召集到岗"), ("call.declined", "召集来不了"),
    ("call.climbed", "召集升级"), ("call.closed", "结束召集"), ("check.done", "本班自查"), ("event.counted", "报活动人数"),
)  # fmt: skip


def _page(path: str, name: str, view: Callable[..., Any], permission: str, title: str, **more: Any) -> Page:
    return Page(
        path=f"duty/{path}", name=name, view=view, permission=permission, title=title, section="command", **more
    )


CAPABILITY = Capability(
    slug="duty",
    title="值班值守",
    plan_refs=("S1",),
    permissions=(
        Permission(slug=queries.READ, title="查看值班表", roles={**_COMMAND, **_STAND, "planner": "district", "auditor": "district"}),
        Permission(slug=queries.PLAN, title="排班", roles={**_UNITS, "duty_officer": "district", "commander": "district"}),
        Permission(slug=queries.ACT, title="值班", roles={**_COMMAND, **_STAND}),
        Permission(slug=queries.APPROVE, title="批准换班", roles={"commander": "district", "leader": "district"}),
        Permission(slug=queries.CALL, title="召集", roles=_COMMAND),
        Permission(slug=queries.WRITE, title="登记重大活动和敏感时期", roles={**_UNITS, "duty_officer": "district", "commander": "district"}),
    ),
    pages=(
        *sheets.PAGES,
        _page("", "duty", pages.week, queries.READ, "值班表", command="看值班表"),
        _page("export/", "duty_export_roster", pages.export, queries.READ, "导出值班表", kind="export"),
        _page("import/", "duty_import", pages.upload, queries.PLAN, "导入值班表", methods=_BOTH, command="导入值班表"),
        _page("shifts/new/", "duty_shift_new", pages.shift_new, queries.PLAN, "排一班", methods=_BOTH, command="排班"),
        _page("shifts/<int:pk>/", "duty_shift", pages.shift, queries.READ, "班次"),
        _page("shifts/<int:pk>/<slug:word>/", "duty_shift_do", pages.shift_do, queries.ACT, "办理班次", methods=_POST),
        _page("patterns/", "duty_patterns", pages.patterns, queries.PLAN, "轮值安排", command="生成值班表"),
        _page("patterns/new/", "duty_pattern_new", pages.pattern_new, queries.PLAN, "定值班岗位", methods=_POST),
        _page("patterns/<int:pk>/<slug:word>/", "duty_pattern_do", pages.pattern_do, queries.PLAN, "办理轮值安排", methods=_POST),
        _page("trades/", "duty_trades", pages.trades, queries.ACT, "换班", command="换班"),
        _page("trades/<int:pk>/<slug:word>/", "duty_trade_do", pages.trade_do, queries.ACT, "答复换班", methods=_POST),
        _page("handovers/<int:pk>/", "duty_handover", watch_pages.handover, queries.READ, "交接班"),
        _page("handovers/<int:pk>/print/", "duty_handover_print", watch_pages.handover_print, queries.READ, "打印交接班", kind="export"),
        _page("handovers/<int:pk>/<slug:word>/", "duty_handover_do", watch_pages.handover_do, queries.ACT, "签交接班", methods=_POST),
        _page("calls/", "duty_calls", watch_pages.calls, queries.READ, "召集", command="召集人员"),
        _page("calls/new/", "duty_call_new", watch_pages.call_new, queries.CALL, "发起召集", methods=_POST),
        _page("calls/<int:pk>/", "duty_call", watch_pages.call, queries.READ, "一次召集"),
        _page("calls/<int:pk>/<slug:word>/", "duty_call_do", watch_pages.call_do, queries.ACT, "应答召集", methods=_POST),
        _page("check/", "duty_check", watch_pages.check, queries.ACT, "本班自查", methods=_BOTH, command="本班自查"),
        _page("events/<int:pk>/count/", "duty_event_count", watch_pages.count, queries.WRITE, "报活动人数", methods=_POST),
        *check_pages(rules.AREA, "duty/rounds/", "command"),
    ),
    nav=(
        Nav(section="command", title="值班", page="duty", permission=queries.READ, order=30),
        Nav(section="command", title="召集", page="duty_calls", permission=queries.READ, order=31, below="/duty/"),
        Nav(section="command", title="换班", page="duty_trades", permission=queries.ACT, order=32, below="/duty/"),
        Nav(section="command", title="本班自查", page="duty_check", permission=queries.ACT, order=33, below="/duty/"),
        Nav(section="command", title="轮值安排", page="duty_patterns", permission=queries.PLAN, order=34, below="/duty/"),
        Nav(section="command", title="巡查", page="duty_checks", permission=queries.READ, order=35, below="/duty/"),
        Nav(section="registry", title="重大活动", page="large_events_list", permission=queries.READ, order=18),
        Nav(section="registry", title="敏感时期", page="sensitive_periods_list", permission=queries.READ, order=19),
    ),
    verbs=tuple(Verb(slug=f"duty.{slug}", title=title) for slug, title in _VERBS),
    sheets=sheets.SHEETS,
    check_areas=(rules.AREA,),
    check_forms=rules.forms(),
    jobs=(
        Job(slug="duty.beat", title="后台任务心跳", every=timedelta(seconds=15), run=checking.beat),
        Job(slug="duty.climb", title="召集升级", every=timedelta(seconds=10), run=calling.climb),
        Job(slug="duty.test", title="夜间抽查", every=timedelta(minutes=1), run=calling.night_test),
    ),
    waiting=queries.waiting,
    now=queries.now,
    board_panels=panels.PANELS,
    demo=demonstration.load,
)  # fmt: skip
