"""Reading: the reports, whom the rule of distance names, and the panels of the board."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.maps import ground
from anlan.kernel.response import declared
from anlan.kernel.response import queries as response
from anlan.kernel.response.activation import KIND_WORDS
from anlan.kernel.response.boards import PanelLine, Shaking, Sign
from anlan.packs.safety.earthquake import rules
from anlan.packs.safety.earthquake.models import QuickReport
from anlan.packs.safety.earthquake.rules import Near

RECENT = timedelta(days=7)
_RINGS: Mapping[str, tuple[Sign, str]] = {"first": ("orange", "先查"), "then": ("yellow", "再查"), "out": ("silent", "范围外")}  # fmt: skip


def reports() -> QuerySet[QuickReport]:
    return QuickReport.objects.select_related("incident", "corrects", "corrected_by")


def same(columns: Mapping[str, Any]) -> QuickReport | None:
    """The newest measurement of an earthquake that this one may be."""
    around = timedelta(minutes=rules.SAME_MINUTES)
    rows = reports().filter(
        occurred_at__gte=columns["occurred_at"] - around, occurred_at__lte=columns["occurred_at"] + around, corrected_by=None
    )  # fmt: skip
    told = (columns["occurred_at"], columns["longitude"], columns["latitude"])
    return next((one for one in rows if rules.one_quake(told, (one.occurred_at, one.longitude, one.latitude))), None)


def current(at: datetime) -> QuickReport | None:
    """The newest measurement of the newest earthquake of the last seven days."""
    return reports().filter(occurred_at__gte=at - RECENT, corrected_by=None).order_by("-occurred_at", "-pk").first()


def streets(shaking: Shaking) -> list[Near]:
    """Every street whose place on the map is known, by the distance of its middle."""
    known = {one.code: str(one) for one in Organisation.objects.filter(kind="street", closed_on=None)}
    places = [(code, known[code], x, y, "街道", "") for code, x, y in ground.streets() if code in known]
    return rules.near(shaking, places)


def streets_to_ask(shaking: Shaking) -> tuple[Organisation, ...]:
    """Those within the rule's two distances, the nearest first."""
    codes = [one.key for one in streets(shaking) if one.ring != "out"]
    by = {one.code: one for one in Organisation.objects.filter(code__in=codes)}
    return tuple(by[code] for code in codes)


def places(shaking: Shaking, at: datetime) -> list[Near]:
    """What the registers can place: shelters, teams, stores; within the rule's distances."""
    rows = [
        (f"{one.kind}:{one.key}", one.title, one.longitude, one.latitude, KIND_WORDS.get(one.kind, one.kind), one.organisation_name)
        for one in declared.assets(at) if one.longitude is not None and one.latitude is not None
    ]  # fmt: skip
    return [one for one in rules.near(shaking, dict.fromkeys(rows)) if one.ring != "out"]


# ---- the board
def told(actor: Actor, _at: datetime) -> list[PanelLine]:
    """The newest reports; what was corrected says so."""
    found, seen = [], set(response.visible(actor).values_list("pk", flat=True))
    for one in reports().order_by("-occurred_at", "-pk")[:6]:
        corrected = hasattr(one, "corrected_by")
        depth = f"，深度 {float(one.depth):g} 千米" if one.depth is not None else ""
        opened = one.incident_id in seen
        found.append(PanelLine(
            title=one.place, value=f"{one.magnitude:.1f}", unit="级", sign="silent" if corrected else "", word="已更正" if corrected else "",
            note=f"{one.source}{one.get_kind_display()}{depth}{'' if one.incident_id else '，没有开事件'}", at=one.occurred_at,
            url=reverse("incident", args=[one.incident.number]) if opened and one.incident else reverse("earthquakes"), longitude=one.longitude, latitude=one.latitude,
        ))  # fmt: skip
    return found


def affected(_actor: Actor, at: datetime) -> list[PanelLine]:
    """The rule in words, then streets by distance, then how many places of each kind lie within it."""
    report = current(at)
    if report is None:
        return []
    found = [PanelLine(title=str(report), value="", note=rules.words(float(report.magnitude)))]
    near = streets(report.shaking)
    if not near:
        found.append(PanelLine(title="街道", value="", sign="silent", word="没有位置", note="没有导入街道界，算不出街道离震中多远；所有街道都要问。"))  # fmt: skip
    found += [PanelLine(title=one.title, value=f"{one.km:g}", unit="km", sign=_RINGS[one.ring][0], word=_RINGS[one.ring][1]) for one in near]  # fmt: skip
    return found + list(_kinds(places(report.shaking, at)))


def _kinds(near: list[Near]) -> Iterator[PanelLine]:
    for kind in dict.fromkeys(one.kind for one in near):
        here = [one for one in near if one.kind == kind]
        sites = list(dict.fromkeys(one.title for one in here))
        first = sum(one.ring == "first" for one in here)
        yield PanelLine(title=kind, value=str(len(here)), unit="项", note=f"最近 {sites[0]} {here[0].km:g} km；先查范围内 {first} 项")  # fmt: skip


def losses(_actor: Actor, at: datetime) -> list[PanelLine]:
    """What loaded models estimate; none is loaded: that, and nothing else, is said."""
    models, report = declared.losses(), current(at)
    if not models:
        return [
            PanelLine(title="震害评估模型", value="", sign="silent", word="没有装入", note="不估计伤亡和房屋损失；“影响范围”只按离震中的距离列先问谁。"),
        ]  # fmt: skip
    if report is None:
        return []
    found = []
    for one in models:
        found.append(PanelLine(title=one.title, value="", note=f"估计值，不是统计数。来源：{one.source}"))
        found += one.lines(report.shaking, at)
    return found
