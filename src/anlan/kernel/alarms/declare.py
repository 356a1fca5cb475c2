"""What the alarm room declares."""

from __future__ import annotations

from datetime import datetime, timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import Page, Permission, Scope
from anlan.kernel.alarms import actions, consuming, pages, rule_pages
from anlan.kernel.alarms.queries import now, waiting
from anlan.kernel.alarms.verbs import TITLES
from anlan.kernel.journal.types import Verb
from anlan.kernel.web.types import Nav

__all__ = ["JOBS", "NAV", "PAGES", "PERMISSIONS", "VERBS", "now", "waiting"]

_READ, _ANSWER, _RULES = "alarms.read", "alarms.answer", "alarms.rules"
_ALL = (
    "planner",
    "leader",
    "auditor",
    "administrator",
    "environment_officer",
    "bureau_officer",
    "street_officer",
    "safety_regulator",
    "duty_officer",
    "commander",
)
_ANSWERS = ("environment_officer", "bureau_officer", "street_officer", "safety_regulator")
_OFFICER: dict[str, Scope] = {"enterprise_officer": "own"}
_OWN: dict[str, Scope] = {"enterprise_officer": "own", "enterprise_head": "own"}
# Whose alarms: those of the stations whose figures the person may see (the permission of the kind of station).
PERMISSIONS = (
    Permission(slug=_READ, title="查看报警", roles=_OWN | dict.fromkeys(_ALL, "district")),
    Permission(
        slug=_ANSWER, title="处置报警", roles=_OFFICER | dict.fromkeys(_ANSWERS, "district")
    ),
    Permission(slug="alarms.oversee", title="督促处置报警", roles={"leader": "district"}),
    # Of the kinds whose figures the person may see.
    Permission(slug=_RULES, title="修改报警规则", roles=dict.fromkeys(("administrator", "environment_officer", "bureau_officer"), "district")),
)  # fmt: skip
PAGES = (
    Page(path="monitor/alarms/", name="alarms", view=pages.alarms, permission=_READ, title="报警", section="monitor", command="看报警"),
    Page(path="monitor/alarms/export/", name="alarms_export", view=pages.export, permission=_READ, title="导出报警", kind="export"),
    Page(path="monitor/alarms/bulk/", name="alarms_bulk", view=pages.acknowledge_many, permission=_ANSWER, title="批量确认", methods=("POST",)),
    Page(path="monitor/alarms/load/", name="alarm_load", view=pages.load_page, permission=_READ, title="报警负荷", section="monitor", command="看报警负荷"),
    Page(path="monitor/alarms/load/export/", name="alarm_load_export", view=pages.load_export, permission=_READ, title="导出报警负荷", kind="export"),
    Page(path="monitor/alarms/rules/", name="alarm_rules", view=rule_pages.rules, permission=_READ, title="报警规则", section="monitor"),
    Page(path="monitor/alarms/rules/new/", name="alarm_rule_new", view=rule_pages.new, permission=_RULES, title="加报警规则", methods=("GET", "POST"),
         section="monitor", command="加报警规则"),
    Page(path="monitor/alarms/rules/<int:number>/", name="alarm_rule", view=rule_pages.rule, permission=_READ, title="一条规则", section="monitor"),
    Page(path="monitor/alarms/rules/<int:number>/change/", name="alarm_rule_change", view=rule_pages.change, permission=_RULES, title="改规则",
         methods=("POST",)),
    Page(path="monitor/alarms/permits/<int:stream>/", name="alarm_permit", view=rule_pages.permit, permission=_RULES, title="许可限值", methods=("POST",)),
    Page(path="monitor/alarms/<int:number>/", name="alarm", view=pages.alarm, permission=_READ, title="一条报警", section="monitor"),
    Page(path="monitor/alarms/<int:number>/<slug:word>/", name="alarm_move", view=pages.move, permission=_ANSWER, title="处置报警", methods=("POST",)),
)  # fmt: skip
NAV = (
    Nav(section="monitor", title="报警", page="alarms", permission=_READ, order=2),
    Nav(section="monitor", title="报警负荷", page="alarm_load", permission=_READ, order=80),
    Nav(section="monitor", title="报警规则", page="alarm_rules", permission=_READ, order=81),
)
VERBS = tuple(Verb(slug=slug, title=title) for slug, title in TITLES.items())


def follow(at: datetime) -> int:
    """What the clock says (shelvings that end, alarms nobody answered), then the store's events: a store that is away stops no clock."""
    return actions.end_shelves(at) + actions.climb(at) + consuming.consume(at)


JOBS = (Job(slug="alarms", title="接收报警", every=timedelta(seconds=1), run=follow),)
