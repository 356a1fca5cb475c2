"""The command's side: incidents, the board of clocks, opening orders, coverage, recovery, and what everyone may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request, number
from anlan.kernel.registry import queries as registry
from anlan.kernel.response import log
from anlan.kernel.response.models import Incident
from anlan.kernel.web.exporting import exported
from anlan.packs.safety.relief import queries, rules
from anlan.packs.safety.relief.actions import sites
from anlan.packs.safety.relief.models import Household, Opening, PaperForm
from anlan.packs.safety.relief.pages.common import T, clock_context, incident, status, tried
from anlan.packs.safety.relief.sheets import COMMUNITIES
from anlan.packs.safety.relief.shelter import SHEET as SHELTERS
from anlan.packs.safety.relief.sites import Shelter
from anlan.packs.safety.relief.types import ACT, NEEDS, ORDER, RECOVERY_READ


def incidents(request: Request) -> HttpResponse:
    """Open incidents first, of them those with people to care for."""
    rows = []
    for one in queries.incidents(request.actor).order_by("-is_open", "-occurred_at")[:50]:
        found = queries.lines(queries.counting(one).select_related("organisation", "incident"), one.now(request.at))
        rows.append({**clock_context(one, request.at), "sum": rules.summed(line.klass for line in found), "people": sum(line.row.people for line in found),
                     "open": queries.openings(one).filter(state="open").count()})  # fmt: skip
    rows.sort(key=lambda one: (not one["incident"].is_open, not (one["people"] or one["open"])))
    return render(request, T + "incidents.html", {"rows": rows})


def _site_rows(found: Incident, now: datetime) -> list[dict[str, Any]]:
    rows = list(queries.openings(found).exclude(state="cancelled"))
    inside = queries.in_shelter((one.shelter_id for one in rows), found.mode)
    return [
        {"one": one, "inside": inside[one.shelter_id], "capacity": queries.capacity(one.shelter, now),
         "room": queries.capacity(one.shelter, now) - inside[one.shelter_id], "late": one.state == "ordered" and now > one.open_by,
         "days": rules.kinds()[one.shelter.kind].days,
         "overstayed": one.opened_at is not None and one.state == "open" and (now - one.opened_at).days >= rules.kinds()[one.shelter.kind].days}
        for one in rows
    ]  # fmt: skip


def _differences(found: Incident) -> list[tuple[str, float, float]]:
    """(what, registered, stated in the log) where a person stated more than is registered."""
    board, titles = log.board(found), {"sheltered": "在场所", "evacuated": "转移", "loss": "直接损失（万元）"}
    totals = queries.totals(found)
    return [
        (title, float(totals[slug]), board.count(slug)) for slug, title in titles.items() if board.count(slug) > float(totals[slug])
    ]  # fmt: skip


def _board_context(request: Request, found: Incident) -> dict[str, Any]:
    now = found.now(request.at)
    lines = queries.lines(queries.counting(found).select_related("organisation", "incident"), now)
    sums = queries.needs(lines)
    return {
        **clock_context(found, request.at), "sum": rules.summed(one.klass for one in lines), "streets": queries.streets(lines),
        "people": sum(one.row.people for one in lines), "sites": _site_rows(found, now), "needs": [(title, sums[slug]) for slug, title in NEEDS.items() if sums[slug]],
        "differences": _differences(found), "papers": PaperForm.objects.filter(incident=found, household=None).count(),
        "medicine": sum(bool(one.row.medicine) for one in lines), "night": rules.is_night(now),
        "may_order": policy.may(request.actor, ORDER, found), "may_act": policy.may(request.actor, ACT), "may_recovery": policy.may(request.actor, RECOVERY_READ),
        "voided": Household.objects.filter(incident=found).exclude(voided_at=None).count(),
    }  # fmt: skip


def board(request: Request, number: str) -> HttpResponse:
    """The clocks of an incident by street, slowest first, and the sites."""
    return render(request, T + "board.html", _board_context(request, incident(request, number)))


def board_now(request: Request, number: str) -> HttpResponse:
    """The part of the board that changes, read again by itself."""
    return render(request, T + "now.html", _board_context(request, incident(request, number)))


def board_export(request: Request, number: str) -> HttpResponse:
    found = incident(request, number)
    lines = queries.lines(queries.counting(found).select_related("organisation", "incident"), found.now(request.at))
    head = ("街道", "户", "人", "按时救助", "时限内", "超时", "未联系上（超时）", "按时救助率（%）", "全部齐全时间")
    rows = [
        (str(one.organisation), one.sum.total, one.people, one.sum.relieved, one.sum.running, one.sum.late, one.sum.unreached, one.sum.share,
         f"{one.last_at:%Y-%m-%d %H:%M}" if one.last_at else "")
        for one in queries.streets(lines)
    ]  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), f"救助时钟_{found.number}", head, rows)


# ---- opening orders
def order(request: Request, number: str) -> HttpResponse:
    """Which sites shall open, for how many, by when; nearest to the incident first."""
    found = incident(request, number)
    policy.require(request.actor, ORDER, found)
    refused = None
    if request.method == "POST":
        refused = tried(request, lambda: _order(request, found))
        if refused is None:
            return HttpResponseRedirect(reverse("relief_board", args=[found.number]))
    rows = list(Shelter.objects.filter(retired_on=None).select_related("organisation"))
    inside = queries.in_shelter((one.pk for one in rows), found.mode)
    live = {one.shelter_id: one for one in queries.openings(found).filter(state__in=("ordered", "open"))}
    rows.sort(key=lambda one: (_km(found, one) is None, _km(found, one) or 0.0, one.code))
    shelters = [
        {"one": one, "kind": rules.kinds()[one.kind], "room": max(0, one.beds - inside[one.pk]), "live": live.get(one.pk), "km": _km(found, one),
         "typed": request.POST.get(f"expected-{one.pk}", ""), "picked": str(one.pk) in request.POST.getlist("shelter")}
        for one in rows
    ]  # fmt: skip
    context = {
        **clock_context(found, request.at),
        "shelters": shelters,
        "bad": refused,
        "typed": request.POST,
    }
    return render(request, T + "order.html", context, status=status(refused))


def _km(found: Incident, shelter: Shelter) -> float | None:
    if None in (found.longitude, found.latitude, shelter.longitude, shelter.latitude):
        return None
    return rules.metres(found.longitude, found.latitude, shelter.longitude, shelter.latitude) / 1000  # type: ignore[arg-type]  # asked above


def _order(request: Request, found: Incident) -> str:
    chosen = Shelter.objects.filter(
        pk__in=[number(one) for one in request.POST.getlist("shelter")[:100]]
    ).select_related("organisation")
    expected = {one: number(request.POST.get(f"expected-{one.pk}", "").strip()) for one in chosen}
    made = sites.order(
        actor=request.actor, incident=found, expected=expected, minutes=number(request.POST.get("minutes", "").strip()), text=request.POST.get("text", ""),
        at=request.at,
    )  # fmt: skip
    return f"已向 {len(made)} 处场所下令。"


# ---- coverage
def coverage(request: Request) -> HttpResponse:
    found = sorted(queries.coverage(), key=lambda one: (one.covered, -one.community.residents))
    whole, good = (
        sum(one.community.residents for one in found),
        sum(one.community.residents for one in found if one.covered),
    )
    context = {
        # Names lead only where the reader may follow.
        "communities": set(registry.visible(COMMUNITIES, request.actor).values_list("pk", flat=True)),
        "shelters": set(registry.visible(SHELTERS, request.actor).values_list("pk", flat=True)),
        "rows": found, "whole": whole, "good": good, "share": round(100 * good / whole, 1) if whole else None, "kinds": rules.kinds().values(), "method": rules.method(),
    }  # fmt: skip
    return render(request, T + "coverage.html", context)


def coverage_export(request: Request) -> HttpResponse:
    head = ("社区", "街道", "常住人口", "最近场所", "步行（米）", "限值（米）", "走得到")
    rows = [
        (one.community.name, str(one.community.organisation), one.community.residents, str(one.site or ""), round(one.walk) if one.walk is not None else None,
         one.limit, "是" if one.covered else "否")
        for one in queries.coverage()
    ]  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "避难场所覆盖", head, rows)


# ---- after
def recovery(request: Request, number: str) -> HttpResponse:
    """Losses, transition and recovery works of an incident, each with the way to its register."""
    found = incident(request, number)
    losses = queries.losses(found)
    names = {
        "HouseLoss": ("房屋", "relief_houses_list"),
        "CropLoss": ("农作物", "relief_crops_list"),
        "EnterpriseLoss": ("企业", "relief_enterprises_list"),
    }
    board = log.board(found)
    context = {
        **clock_context(found, request.at), "losses": [(*names[name], value) for name, value in losses.items()], "loss": sum(losses.values()),
        "stated": board.counts["loss"].value if "loss" in board.counts else None, "after": queries.recovery(found),
    }  # fmt: skip
    return render(request, T + "recovery.html", context)


# ---- for everyone
def public(request: Request) -> HttpResponse:
    """Where shelters are open, and relief by street; small counts are not published. Drills never show here."""
    rows = []
    known = Household.objects.values("incident")
    opened = Opening.objects.filter(state="open").values("incident")
    asked = Incident.objects.filter(mode="real").exclude(state__in=("false_alarm", "duplicate", "archived"))
    for one in (asked.filter(pk__in=opened) | asked.filter(pk__in=known)).distinct().order_by("-occurred_at")[:20]:
        lines = queries.lines(queries.counting(one).select_related("organisation", "incident"), request.at)
        found = sorted(queries.streets(lines), key=lambda street: street.organisation.path)
        gone, total_gone = rules.hidden([street.sum for street in found])
        rows.append({
            "incident": one, "hours": queries.clock_of(one).hours, "sites": [site for site in _site_rows(one, request.at) if site["one"].state == "open"],
            "streets": [(street.organisation, None if place in gone else street.sum) for place, street in enumerate(found)],
            "sum": None if total_gone else rules.summed(line.klass for line in lines), "hidden": bool(gone),
        })  # fmt: skip
    return render(request, T + "public.html", {"rows": rows, "least": rules.LEAST_PUBLIC})
