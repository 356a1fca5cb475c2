"""What this room declares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.clock import CHINA, civil_date
from anlan.base.jobs import Job
from anlan.kernel.access import policy
from anlan.kernel.access.types import PUBLIC, Actor, Page, Permission, Scope
from anlan.kernel.planning.models import Indicator
from anlan.kernel.planning.values import forms, pages, reading, shown
from anlan.kernel.planning.values.computing import refresh
from anlan.kernel.planning.values.demonstration import load as demo
from anlan.kernel.planning.values.judging import due_on, years_due
from anlan.kernel.planning.values.verbs import VERBS
from anlan.kernel.web.types import Fact, Gauge, Hit, Nav, Waiting

_OFFICERS: dict[str, Scope] = {"bureau_officer": "own", "environment_officer": "own"}

PERMISSIONS = (
    Permission(
        slug="planning_values.view", title="查看指标",
        roles=dict.fromkeys(
            ("planner", "leader", "auditor", "administrator", "bureau_officer", "environment_officer", "street_officer"),
            "district",
        ),
    ),
    Permission(slug="planning_values.type", title="填报指标值", roles={"planner": "district", **_OFFICERS}),
    Permission(slug="planning_values.explain", title="填写差距说明", roles={"planner": "district", **_OFFICERS}),
    Permission(slug="planning_values.bind", title="选指标的公式", roles={"planner": "district"}),
)  # fmt: skip

_VIEW, _SECTION, _BOTH = "planning_values.view", "planning", ("GET", "POST")
PAGES = (
    Page(path="planning/indicators/", name="indicators", view=pages.indicators, permission=_VIEW, title="指标", section=_SECTION),
    Page(path="planning/indicators/export/", name="indicators_export", view=pages.export, permission=_VIEW, title="导出指标", kind="export"),
    Page(path="planning/indicators/<int:number>/", name="indicator", view=pages.detail, permission=_VIEW, title="指标", section=_SECTION),
    Page(
        path="planning/indicators/<int:number>/trial/", name="indicator_trial", view=pages.trial, permission=_VIEW,
        title="试算", section=_SECTION,
    ),
    Page(
        path="planning/indicators/<int:number>/type/", name="indicator_type", view=forms.type_in,
        permission="planning_values.type", title="填数", methods=_BOTH, section=_SECTION,
    ),
    Page(
        path="planning/indicators/<int:number>/explain/", name="indicator_explain", view=forms.explain,
        permission="planning_values.explain", title="差距说明", methods=_BOTH, section=_SECTION,
    ),
    Page(
        path="planning/indicators/<int:number>/formula/", name="indicator_bind", view=forms.bind,
        permission="planning_values.bind", title="选公式", methods=_BOTH, section=_SECTION,
    ),
    Page(
        path="planning/indicators/<int:number>/unit/", name="indicator_assign", view=forms.assign,
        permission="planning_values.bind", title="定责任单位", methods=("POST",), section=_SECTION,
    ),
    Page(
        path="planning/indicators/values/<int:number>/", name="indicator_value", view=pages.value_record,
        permission=_VIEW, title="计算记录", section=_SECTION,
    ),
    Page(path="public/indicators/", name="public_indicators", view=pages.public_list, permission=PUBLIC, title="规划指标"),
    Page(path="public/indicators/<int:number>/", name="public_indicator", view=pages.public_detail, permission=PUBLIC, title="规划指标"),
)  # fmt: skip

NAV = (Nav(section="planning", title="指标", page="indicators", permission=_VIEW, order=20),)
JOBS = (Job(slug="planning_values.refresh", title="重算指标", every=timedelta(seconds=15), run=refresh),)


_SINGLY = 3  # more missing figures of one plan than this are one line that leads to the list


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """Gaps nobody has explained and figures that are due and missing, for those who may write them."""
    if not policy.may(actor, "planning_values.type"):
        return
    mine = policy.visible_to(
        actor, "planning_values.type", Indicator.objects.filter(retired_on=None), "responsible__path"
    )
    missing: dict[int, list[reading.Row]] = {}
    for row in reading.rows_of(mine, civil_date(at)):
        if row.unexplained:
            yield _line(row, row.verdict.sentence, _("填写差距说明"), "indicator_explain", None)
        elif row.verdict.state == "unfilled" and row.formula is None:
            missing.setdefault(row.indicator.plan_id, []).append(row)
    for rows in missing.values():
        yield from _missing(rows, civil_date(at))


def _missing(rows: list[reading.Row], today: date) -> Iterator[Waiting]:
    due = datetime.combine(due_on(years_due(rows[0].promise, today)[-1]), time(23, 59), CHINA)
    if len(rows) <= _SINGLY:
        yield from (_line(row, row.verdict.sentence, _("填数"), "indicator_type", due) for row in rows)
        return
    plan = rows[0].indicator.plan
    yield Waiting(
        kind=_("指标"), title=str(plan), fact=f"{len(rows)} 项指标缺数", sender=str(plan.document), verb=_("填数"), due_at=due,
        url=f"{reverse('indicators')}?plan={plan.pk}&judged=open",
    )  # fmt: skip


def _line(row: reading.Row, fact: str, verb: str, page: str, due_at: datetime | None) -> Waiting:
    return Waiting(
        kind=_("指标"), title=row.indicator.name, fact=fact, sender=str(row.indicator.plan), verb=verb, due_at=due_at,
        url=reverse(page, args=[row.indicator.pk]),
    )  # fmt: skip


def public(at: datetime) -> Iterator[Fact]:
    """All plans' indicators by judgement."""
    counted = reading.counts(reading.rows_of(Indicator.objects.filter(retired_on=None), civil_date(at)))
    if total := sum(counted.values()):
        text = _("%(n)d项，已达标或按期%(good)d项，有差距%(behind)d项，待定%(open)d项") % {"n": total, **counted}
        yield Fact(title=_("指标"), text=text, url=reverse("public_indicators"))


GAUGES = 6


def gauges(actor: Actor, at: datetime) -> Iterator[Gauge]:
    """The indicators my unit answers for, else all of them; those that are behind come first."""
    if not policy.may(actor, _VIEW):
        return
    wanted = Indicator.objects.filter(retired_on=None)
    mine = wanted.filter(responsible__path__startswith=actor.path) if actor.path else wanted.none()
    rows = [
        row
        for row in reading.rows_of(mine if mine.exists() else wanted, civil_date(at))
        if row.value is not None and row.value.value is not None
    ]
    for row in sorted(rows, key=lambda row: not row.verdict.behind)[:GAUGES]:
        yield Gauge(
            title=row.indicator.name, value=shown.current_words(row), unit=shown.sign(row.indicator.unit), target=shown.target_words(row),
            share=shown.way(row), behind=row.verdict.behind, url=reverse("indicator", args=[row.indicator.pk]),
        )  # fmt: skip


def find(actor: Actor, words: str) -> list[Hit]:
    if not policy.may(actor, _VIEW):
        return []
    rows = Indicator.objects.filter(retired_on=None, name__icontains=words).select_related("plan")[:8]
    return [
        Hit(group="查", title=row.name, detail=str(row.plan), url=reverse("indicator", args=[row.pk])) for row in rows
    ]


__all__ = ["JOBS", "NAV", "PAGES", "PERMISSIONS", "VERBS", "demo", "find", "gauges", "public", "waiting"]
