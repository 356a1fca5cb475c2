"""Dual prevention: who may what, the pages, the checks, the map layer, what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from anlan.base.jobs import Job
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor, Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.casework.types import Regrading, SubjectKind
from anlan.kernel.checks.pages import check_pages
from anlan.kernel.maps.types import Layer
from anlan.kernel.web.types import Hit, Nav, Waiting
from anlan.packs.safety.dual_prevention import actions, demonstration, pages, queries, standard_pages
from anlan.packs.safety.dual_prevention.models import Adoption
from anlan.packs.safety.dual_prevention.process import PROCESS
from anlan.packs.safety.dual_prevention.syncing import AREA
from anlan.packs.safety.dual_prevention.verbs import VERBS

_READ, _EDIT, _REPORT, _PUBLISH = queries.READ, queries.EDIT, queries.REPORT, queries.PUBLISH
_FIRM = dict.fromkeys(("enterprise_officer", "enterprise_head"), "own")
_DISTRICT = dict.fromkeys(("planner", "leader", "auditor", "safety_regulator", "expert"), "district")
_ALL = {**_FIRM, **_DISTRICT, "worker": "own", "street_officer": "own"}
_REGULATOR = {"safety_regulator": "district"}


def _permission(verb: str, title: str, roles: Mapping[str, str]) -> Permission:
    return Permission(slug=f"dual_prevention.{verb}", title=title, roles=roles)  # type: ignore[arg-type]  # the words are scopes


def waiting(actor: Actor, _at: datetime) -> Iterator[Waiting]:
    """Risks of my firm that are to be graded again, one line a risk."""
    yield from _newer(actor)
    seen: set[int] = set()
    for one in queries.unanswered(actor)[:200]:
        if one.risk_id not in seen:
            seen.add(one.risk_id)
            yield Waiting(
                kind="风险",
                title=one.risk.title,
                fact=one.text,
                sender="",
                verb="重评",
                url=reverse("risk", args=[one.risk_id]),
            )


def _newer(actor: Actor) -> Iterator[Waiting]:
    """The standard that my firm stands on has a newer edition."""
    if actor.organisation_id is None or not policy.may(actor, _EDIT):
        return
    here = (
        Adoption.objects.filter(organisation=actor.organisation_id, state="active")
        .select_related("edition__standard")
        .first()
    )
    newest = here.edition.standard.editions.order_by("-number").first() if here else None
    if here and newest and newest.pk != here.edition_id:
        yield Waiting(
            kind="标杆标准", title=f"{newest.standard}有{newest.name}", fact=f"现在用{here.edition.name}", sender=newest.published_by, verb="升级",
            url=reverse("risk_take", args=[newest.pk]),
        )  # fmt: skip


def find(actor: Actor, words: str) -> list[Hit]:
    rows = queries.risks(actor).filter(Q(title__contains=words) | Q(code__iexact=words), state="active")[:8]
    return [
        Hit(
            group="查",
            title=one.title,
            detail=f"{one.get_level_display()}风险，{one.organisation}",
            url=reverse("risk", args=[one.pk]),
        )
        for one in rows
    ]


def features(actor: Actor, _at: datetime) -> Mapping[str, Any]:
    """四色图: a point a feature, in the colour of its worst risk."""
    rows = queries.points(actor).exclude(longitude=None).exclude(latitude=None)
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": {"type": "Point", "coordinates": [one.point.longitude, one.point.latitude]},
             "properties": {"name": one.point.name, "sign": one.word, "level": one.level, "value": f"{sum(one.levels.values())} 条", "url": reverse("risk_point", args=[one.point.pk])}}
            for one in queries.coloured(rows)
        ],
    }  # fmt: skip


_BOTH = ("GET", "POST")
PAGES = (
    Page(path="risks/", name="risks", view=pages.listing, permission=_READ, title="风险清单", methods=_BOTH, section="registry"),
    Page(path="risks/export/", name="risks_export", view=pages.export, permission=_READ, title="导出风险清单", kind="export"),
    Page(path="risks/new/", name="risk_new", view=pages.edit, permission=_EDIT, title="加风险", methods=_BOTH, section="registry", command="加风险"),
    Page(path="risks/import/", name="risks_import", view=pages.import_rows, permission=_EDIT, title="导入风险清单", methods=_BOTH, section="registry", command="导入风险清单"),
    Page(path="risks/template/", name="risks_template", view=pages.template, permission=_EDIT, title="风险清单模板", kind="export"),
    Page(path="risks/looked/", name="risks_looked", view=pages.looked, permission=_EDIT, title="核对风险", methods=("POST",), section="registry"),
    Page(path="risks/make-checks/", name="risks_make_checks", view=pages.make_checks, permission=AREA.plan, title="按措施生成检查", methods=("POST",), section="registry"),
    Page(path="risks/points/", name="risk_points", view=pages.points, permission=_READ, title="风险点", section="registry"),
    Page(path="risks/points/<int:place>/", name="risk_point", view=pages.card, permission=_READ, title="风险告知卡", methods=_BOTH, section="registry"),
    Page(path="risks/board/", name="risk_board", view=pages.board, permission=_READ, title="风险公告栏", section="registry"),
    Page(path="risks/<int:place>/", name="risk", view=pages.detail, permission=_READ, title="一条风险", section="registry"),
    Page(path="risks/<int:place>/edit/", name="risk_edit", view=pages.edit, permission=_EDIT, title="改风险", methods=_BOTH, section="registry"),
    Page(path="risks/<int:place>/do/<str:word>/", name="risk_do", view=pages.do, permission=_READ, title="重评、停用、会诊", methods=("POST",), section="registry"),
    Page(path="risks/<int:place>/versions/<int:which>/", name="risk_version", view=pages.version, permission=_READ, title="风险的一版", section="registry"),
    Page(path="risks/standards/", name="risk_standards", view=standard_pages.listing, permission=_READ, title="标杆标准", section="registry"),
    Page(path="risks/standards/publish/", name="risk_publish", view=standard_pages.publish, permission=_PUBLISH, title="发布标准", methods=_BOTH, section="registry", command="发布风险标准"),
    Page(path="risks/standards/<int:place>/", name="risk_edition", view=standard_pages.edition, permission=_READ, title="标准的一版", section="registry"),
    Page(path="risks/standards/<int:place>/export/", name="risk_edition_export", view=standard_pages.edition_export, permission=_READ, title="导出标准", kind="export"),
    Page(path="risks/standards/<int:place>/take/", name="risk_take", view=standard_pages.take, permission=_EDIT, title="套用或升级标准", methods=_BOTH, section="registry"),
    Page(path="risks/near-misses/", name="near_misses", view=standard_pages.near_misses, permission=_READ, title="未遂事故", section="registry"),
    Page(path="risks/near-misses/export/", name="near_misses_export", view=standard_pages.near_misses_export, permission=_READ, title="导出未遂事故", kind="export"),
    Page(path="risks/near-misses/new/", name="near_miss_new", view=standard_pages.near_miss_new, permission=_REPORT, title="报未遂事故", methods=_BOTH, section="registry", command="报未遂事故"),
    Page(path="risks/near-misses/<int:place>/link/", name="near_miss_link", view=standard_pages.near_miss_link, permission=_EDIT, title="对应风险", methods=("POST",), section="registry"),
)  # fmt: skip

SUBJECT = SubjectKind(
    slug=queries.MEASURE, title="管控措施", offered=queries.offered, found=queries.subject, link=queries.link,
    regrading=Regrading(ask=actions.ask_again, withdraw=actions.take_back, standing=queries.became),
)  # fmt: skip
CAPABILITY = Capability(
    slug="dual_prevention", title="双重预防", plan_refs=("S13",),
    permissions=(
        _permission("read", "查看风险清单", {**_ALL, "duty_officer": "district", "commander": "district"}),
        _permission("edit", "改风险清单、套用标准", _FIRM),
        _permission("report", "报未遂事故", {**_FIRM, "worker": "own"}),
        _permission("publish", "发布标杆标准", _REGULATOR),
        _permission("check_read", "查看风险管控检查", _ALL),
        _permission("check_do", "做风险管控检查", {**_FIRM, "worker": "own"}),
        _permission("check_plan", "定风险管控检查", {**_FIRM, **_REGULATOR}),
        _permission("consultation.read", "查看专家会诊", {**_FIRM, **_DISTRICT}),
        _permission("consultation.ask", "请专家会诊", {**_FIRM, **_REGULATOR}),
        _permission("consultation.advise", "答复会诊", {"expert": "district"}),
        _permission("consultation.manage", "调度会诊", _REGULATOR),
    ),
    pages=(*PAGES, *check_pages(AREA, "risks/checks/"), *case_pages(PROCESS, "risks/consultations/")),
    nav=(
        Nav(section="registry", title="双重预防", page="risks", permission=_READ, order=4),
        Nav(section="registry", title="风险点", page="risk_points", permission=_READ, order=5, below="/risks/"),
        Nav(section="registry", title="检查", page="dual_prevention_checks", permission=AREA.read, order=6, below="/risks/"),
        Nav(section="registry", title="标杆标准", page="risk_standards", permission=_READ, order=7, below="/risks/"),
        Nav(section="registry", title="未遂事故", page="near_misses", permission=_READ, order=8, below="/risks/"),
        Nav(section="registry", title="专家会诊", page="dual_prevention_consultation_list", permission="dual_prevention.consultation.read", order=9, below="/risks/"),
    ),
    verbs=VERBS, processes=(PROCESS,), subjects=(SUBJECT,), check_areas=(AREA,), waiting=waiting, find=find, demo=demonstration.load,
    jobs=(Job(slug="dual_prevention.repeats", title="措施反复失效", every=timedelta(minutes=10), run=actions.raise_repeats),),
    layers=(Layer(slug="risk_points", title="风险四色图", permission=_READ, kind="point", features=features, source="风险分级管控清单", shown=True),),
)  # fmt: skip
