"""危险化学品监测: tanks, units and posts at a glance; the calculator; units with their assessments."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request, number
from anlan.kernel.web import picking
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.picking import Units, units
from anlan.packs.safety.hazchem_monitoring import actions, identification, queries
from anlan.packs.safety.hazchem_monitoring.kinds import DUTY, POSTS, TANK_AREA, WRITE
from anlan.packs.safety.hazchem_monitoring.models import UNIT_KINDS, HazardUnit
from anlan.science.hazard import gb18218

ROWS = 6
_STATIONS = "monitor.read"  # who may open the station page
_T = "packs/safety/hazchem_monitoring/"


def overview(request: Request) -> HttpResponse:
    listed = []
    for row in queries.posts(request.actor):
        rounds = queries.rounds_now(row, request.at)
        missed = sum(
            one.state == "missed" for one in queries.rounds(row, request.at - queries.RECENT, request.at, request.at)
        )
        nearest = next((one for one in rounds if one.state in ("open", "coming")), None)
        listed.append((row, nearest, missed, policy.may(request.actor, DUTY, row)))
    units = [(one, one.assessments.all()[0]) for one in queries.units(request.actor)]
    context = {
        "may_station": policy.may(request.actor, _STATIONS),
        "tanks": queries.tanks(request.actor), "channels": [TANK_AREA.channel(code) for code in queries.CODES], "watches": listed, "units": units,
        "may_write": policy.may(request.actor, WRITE), "may_found": policy.may(request.actor, POSTS), "major": sum(last.is_major for _one, last in units),
    }  # fmt: skip
    return render(request, _T + "overview.html", context)


def level(request: Request) -> HttpResponse:
    """A calculator: nothing is stored. What was typed stays when something is wrong."""
    found, bad = None, ""
    if request.GET:
        try:
            found = identification.identify(
                identification.read_maxima(_typed(request.GET)),
                identification.read_residents(request.GET.get("exposed", "")),
            )
        except Refused as refused:
            bad = refused.message
    context = {
        "rows": list(enumerate(_typed(request.GET))), "names": gb18218.SUBSTANCES, "found": found, "bad": bad,
        "exposed": request.GET.get("exposed", ""), "source": gb18218.SOURCE,
    }  # fmt: skip
    return render(request, _T + "level.html", context, status=422 if bad else 200)


def _typed(sent: object) -> list[tuple[str, str]]:
    return [(sent.get(f"name_{place}", ""), sent.get(f"mass_{place}", "")) for place in range(ROWS)]  # type: ignore[attr-defined]


def _owners(request: Request) -> Units:
    """Whose units this person may enter."""
    return units(request.actor, WRITE, but=())


def unit_new(request: Request) -> HttpResponse:
    bad: Refused | None = None
    owners = _owners(request)
    if request.method == "POST":
        posted = request.POST
        try:
            owner = picking.chosen(owners, posted, "organisation")
            made = actions.enter_unit(
                actor=request.actor, organisation=owner, code=posted.get("code", ""), name=posted.get("name", ""), kind=posted.get("kind", ""),
                station_code=posted.get("station_code", "").strip(), maxima=identification.read_maxima(_typed(posted)),
                exposed=identification.read_residents(posted.get("exposed", "")), at=request.at,
            )  # fmt: skip
            messages.success(request, f"已登记 {made.name}。")
            return HttpResponseRedirect(reverse("hazchem_unit", args=[made.pk]))
        except Refused as refused:
            bad = refused
    context = {
        "owners": owners, "kinds": UNIT_KINDS, "names": gb18218.SUBSTANCES, "rows": list(enumerate(_typed(request.POST))), "bad": bad,
        "typed": request.POST, "own": request.actor.organisation_id,
    }  # fmt: skip
    return render(request, _T + "unit_new.html", context, status=422 if bad else 200)


def _found(request: Request, pk: int) -> HazardUnit:
    found = queries.unit(request.actor, pk)
    if found is None:
        raise Http404
    return found


def unit(request: Request, pk: int) -> HttpResponse:
    return _unit(request, _found(request, pk))


def _unit(request: Request, row: HazardUnit, bad: Refused | None = None) -> HttpResponse:
    every = list(row.assessments.all())
    last = every[0]
    rows = _typed(request.POST) if bad else [(one["name"], f"{one['mass']:g}") for one in last.parts]
    rows += [("", "")] * (ROWS - len(rows))
    context = {
        "may_station": policy.may(request.actor, _STATIONS),
        "unit": row, "last": last, "parts": [identification.Part(**one) for one in last.parts], "every": every, "rows": list(enumerate(rows[:ROWS])),
        "names": gb18218.SUBSTANCES, "may": policy.why(request.actor, WRITE, row), "bad": bad, "typed": request.POST if bad else {},
    }  # fmt: skip
    return render(request, _T + "unit.html", context, status=422 if bad else 200)


def unit_move(request: Request, pk: int, word: str) -> HttpResponse:
    """assess or retire."""
    row, posted = _found(request, pk), request.POST
    try:
        if word == "assess":
            actions.assess_unit(
                actor=request.actor, unit=row, maxima=identification.read_maxima(_typed(posted)), exposed=identification.read_residents(posted.get("exposed", "")),
                reason=posted.get("reason", ""), version=number(posted.get("version")), at=request.at,
            )  # fmt: skip
            messages.success(request, "已重新辨识，上一次的留着。")
        elif word == "retire":
            actions.retire_unit(actor=request.actor, unit=row, reason=posted.get("retire_reason", ""), at=request.at)
            messages.success(request, "已停用。")
        else:
            raise Http404
    except Refused as refused:
        if not refused.field:
            raise
        return _unit(request, row, refused)
    return HttpResponseRedirect(reverse("hazchem_unit", args=[pk]))


def units_export(request: Request) -> HttpResponse:
    head = ("编号", "单元", "种类", "单位", "物质和设计最大量", "常住人数", "S", "R", "级别", "辨识时间", "依据")
    rows = (
        (one.code, one.name, one.get_kind_display(), str(one.organisation), "；".join(f"{part['name']} {part['mass']:g} t" for part in last.parts),
         last.exposed, last.s, last.r, last.level or "不构成", f"{last.at:%Y-%m-%d}", last.source)
        for one in queries.units(request.actor) for last in (one.assessments.all()[0],)
    )  # fmt: skip
    return exported(request.GET.get("form", "xlsx"), "重大危险源单元", head, rows)
