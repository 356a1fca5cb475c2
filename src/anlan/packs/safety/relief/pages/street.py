"""The street's and the keeper's side: registering on a phone and from paper, confirming, moving, a site by the hour, names on request."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request, form_key, number
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.personal import masked, masked_number
from anlan.kernel.response.models import Incident
from anlan.kernel.web import bulk
from anlan.kernel.web.charts import Point, line_chart
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.paging import page_of
from anlan.packs.safety.relief import queries, rules
from anlan.packs.safety.relief.actions import households as acts
from anlan.packs.safety.relief.actions import sites
from anlan.packs.safety.relief.models import Confirmation, Household, Opening, PaperForm
from anlan.packs.safety.relief.pages.common import (
    T,
    clock_context,
    incident,
    moment,
    private,
    status,
    streets,
    taking,
    tried,
    version,
)
from anlan.packs.safety.relief.types import ACT, CLASSES, FIVE, NEEDS, OPEN, ORDER, PLACES, SITUATIONS, UNMASK, VERDICTS


def _chosen_opening(request: Request, found: Incident) -> Opening | None:
    return queries.openings(found).filter(pk=number(request.POST.get("opening"))).first()


# ---- the list
def _filtered(request: Request, found: Incident) -> list[queries.Line]:
    asked, rows = request.GET, queries.households(request.actor, found)
    if street := number(asked.get("street")):
        rows = rows.filter(organisation=street)
    if site := number(asked.get("site")):
        rows = rows.filter(opening=site)
    if asked.get("situation") in SITUATIONS:
        rows = rows.filter(situation=asked["situation"])
    if words := asked.get("q", "").strip()[:40]:
        rows = (
            rows.filter(number__icontains=words)
            | rows.filter(paper__number__icontains=words)
            | rows.filter(community__icontains=words)
        )
    lines = queries.lines(rows, found.now(request.at))
    if asked.get("class") in CLASSES:
        lines = [one for one in lines if one.klass == asked["class"]]
    if asked.get("lacks") in FIVE:
        lines = [one for one in lines if asked["lacks"] not in one.have]
    return lines


def households(request: Request, number: str) -> HttpResponse:
    """Households of an incident; ticked ones are confirmed together."""
    found, refused = incident(request, number), None
    if request.method == "POST":
        refused = tried(request, lambda: _confirm_many(request, found))
        if refused is None:
            return HttpResponseRedirect(request.get_full_path())
    lines = _filtered(request, found)
    context = {
        **clock_context(found, request.at), "page": page_of(request, lines), "classes": CLASSES, "situations": SITUATIONS, "five": FIVE, "asked": request.GET,
        "streets": streets(), "sites": queries.openings(found).exclude(state="cancelled"), "may_act": policy.may(request.actor, ACT), "bad": refused,
        "count": len(lines), "people": sum(one.row.people for one in lines), "typed": request.POST.getlist("what") if refused else [],
        "picked": request.POST.getlist("row") if refused else [],
    }  # fmt: skip
    return private(render(request, T + "households.html", context, status=status(refused)))


def _confirm_many(request: Request, found: Incident) -> str:
    rows = list(queries.households(request.actor, found).filter(pk__in=bulk.chosen(request)))
    if not rows:
        raise Refused("row", "没有选行。先勾选再办。", "row")
    made = acts.confirm(
        actor=request.actor, households=rows, what=request.POST.getlist("what"), verdict="given", at=request.at,
    )  # fmt: skip
    return f"已确认 {len(rows)} 户，新增 {made} 项。"


def households_export(request: Request, number: str) -> HttpResponse:
    """The filtered rows; names stay masked also in the file."""
    found = incident(request, number)
    head = (
        "编号",
        "街道",
        "社区",
        "户主",
        "人数",
        *NEEDS.values(),
        "去向",
        "场所",
        "登记时间",
        "结果",
        *FIVE.values(),
        "齐全时间",
    )
    rows = [
        (one.row.number, str(one.row.organisation), one.row.community, masked(one.row.head), one.row.people, *(getattr(one.row, slug) for slug in NEEDS),
         SITUATIONS[one.row.situation], str(one.row.opening.shelter) if one.row.opening else "", f"{one.row.registered_at.astimezone(CHINA):%Y-%m-%d %H:%M}", CLASSES[one.klass],
         *(VERDICTS[one.have[what].verdict] if what in one.have else "" for what in FIVE), f"{one.ended_at.astimezone(CHINA):%Y-%m-%d %H:%M}" if one.ended_at else "")
        for one in _filtered(request, found)
    ]  # fmt: skip
    return private(exported(request.GET.get("form", "xlsx"), f"安置户_{found.number}", head, rows))


# ---- registering
def register(request: Request, number: str) -> HttpResponse:
    """One household on one screen; the form is ready for the next one at once."""
    found, refused = incident(request, number), None
    if request.method == "POST":
        refused = tried(request, lambda: _register(request, found))
        if refused is None:
            site = request.POST.get("opening", "") if request.POST.get("situation") == "shelter" else ""
            return HttpResponseRedirect(f"{request.path}?site={site}" if site else request.path)
    own = Organisation.objects.filter(pk=request.actor.organisation_id or 0, kind="street").first()
    context = {
        **clock_context(found, request.at), "streets": streets(), "own": own, "openings": taking(found), "places": {slug: SITUATIONS[slug] for slug in (*PLACES, "unreached")},
        "needs": [(slug, title, request.POST.get(slug, "")) for slug, title in NEEDS.items()], "five": FIVE, "bad": refused, "typed": request.POST,
        "given": request.POST.getlist("given"), "not_needed": request.POST.getlist("not_needed"), "key": request.POST.get("key") or uuid4(),
        "site": request.POST.get("opening") or request.GET.get("site", ""), "paper": request.POST.get("paper", request.GET.get("paper", "")),
        "situation": request.POST.get("situation") or ("shelter" if request.GET.get("site") else ""), "why": policy.why(request.actor, ACT),
    }  # fmt: skip
    return private(render(request, T + "register.html", context, status=status(refused)))


def _register(request: Request, found: Incident) -> str:
    posted = request.POST
    street = streets().filter(pk=number(posted.get("organisation"))).first()
    if street is None:
        raise Refused("organisation", "没有选街道。", "organisation")
    row = acts.register(
        actor=request.actor, incident=found, organisation=street, values=posted, situation=posted.get("situation", ""), at=request.at, key=form_key(request),
        opening=_chosen_opening(request, found), paper=posted.get("paper", ""), given=posted.getlist("given"), not_needed=posted.getlist("not_needed"),
        said_by=posted.get("said_by", ""), claimed_at=moment(posted.get("claimed", "")), crowd="crowd" in posted, another="another" in posted,
    )  # fmt: skip
    return f"已登记 {row.number}，{row.people} 人，{SITUATIONS[row.situation]}。可以登记下一户。"


def forms(request: Request, number: str) -> HttpResponse:
    """Numbered paper forms: print more, see which are still out."""
    found, refused = incident(request, number), None
    if request.method == "POST":
        made: list[PaperForm] = []
        refused = tried(request, lambda: _print(request, found, made))
        if refused is None:
            return HttpResponseRedirect(
                f"{reverse('relief_forms_print', args=[found.number])}?first={made[0].pk}&last={made[-1].pk}"
            )
    rows = PaperForm.objects.filter(incident=found).select_related("organisation", "household")
    context = {
        **clock_context(found, request.at), "page": page_of(request, policy.visible_to(request.actor, ACT, rows, "organisation__path").order_by("-pk")), "bad": refused,
        "streets": streets(), "own": request.actor.organisation_id, "typed": request.POST, "why": policy.why(request.actor, ACT),
    }  # fmt: skip
    return render(request, T + "forms.html", context, status=status(refused))


def _print(request: Request, found: Incident, made: list[PaperForm]) -> str:
    street = streets().filter(pk=number(request.POST.get("organisation"))).first()
    if street is None:
        raise Refused("organisation", "没有选街道。", "organisation")
    made += acts.print_forms(
        actor=request.actor,
        incident=found,
        organisation=street,
        count=number(request.POST.get("count", "").strip()),
        at=request.at,
    )
    return f"已编号 {made[0].number} 至 {made[-1].number}，打印后发下去。"


def forms_print(request: Request, number: str) -> HttpResponse:
    found = incident(request, number)
    first, last = (_int(request.GET.get(name)) for name in ("first", "last"))
    rows = PaperForm.objects.filter(
        incident=found, pk__gte=first, pk__lte=min(last, first + acts.MOST_FORMS)
    ).select_related("organisation")
    rows = policy.visible_to(request.actor, ACT, rows, "organisation__path")
    context = {
        **clock_context(found, request.at),
        "forms": rows,
        "five": FIVE,
        "needs": NEEDS,
        "places": [SITUATIONS[one] for one in (*PLACES, "unreached")],
    }
    return render(request, T + "forms_print.html", context)


_int = number


# ---- one household
def household(request: Request, number: str) -> HttpResponse:
    row, refused = queries.household(request.actor, number), None
    if request.method == "POST":
        refused = tried(request, lambda: _act(request, row))
        if refused is None:
            return HttpResponseRedirect(
                request.path
                if queries.households(request.actor).filter(pk=row.pk).exists()
                else reverse("relief_board", args=[row.incident.number])
            )
        row = queries.household(request.actor, number)
    now = row.incident.now(request.at)
    confirmations = list(row.confirmations.all())
    context = {
        **clock_context(row.incident, request.at), "row": row, "line": queries.line(row, now), "classes": CLASSES, "five": FIVE, "confirmations": confirmations,
        "stays": row.stays.select_related("opening__shelter").order_by("-since", "-pk"), "openings": [one for one in taking(row.incident) if one.pk != row.opening_id],
        "places": {slug: SITUATIONS[slug] for slug in PLACES}, "may": policy.why(request.actor, ACT, row), "may_void": policy.may(request.actor, ORDER, row),
        "may_unmask": policy.may(request.actor, UNMASK, row), "head": masked(row.head), "phone": masked_number(row.phone),
        "needs": [(title, getattr(row, slug)) for slug, title in NEEDS.items() if getattr(row, slug)], "bad": refused, "typed": request.POST,
        "paper": PaperForm.objects.filter(household=row).first(),
    }  # fmt: skip
    return private(render(request, T + "household.html", context, status=status(refused)))


def _act(request: Request, row: Household) -> str:
    posted, actor, at = request.POST, request.actor, request.at
    match posted.get("do", ""):
        case "given" | "not_needed" as verdict:
            made = acts.confirm(
                actor=actor, households=[row], what=posted.getlist("what"), verdict=verdict, at=at, text=posted.get("text", ""), claimed_at=moment(posted.get("claimed", "")),
            )  # fmt: skip
            return f"已确认 {made} 项。"
        case "strike":
            found = Confirmation.objects.filter(pk=number(posted.get("confirmation")), household=row).first()
            if found is None:
                raise Refused("not_found", "没有这条确认。")
            acts.strike(actor=actor, confirmation=found, reason=posted.get("reason", ""), at=at)
            return "已划去。"
        case "move":
            moved = acts.move(
                actor=actor, household=row, situation=posted.get("situation", ""), at=at, version=version(request, row), opening=_chosen_opening(request, row.incident),
                claimed_at=moment(posted.get("claimed", "")), crowd="crowd" in posted,
            )  # fmt: skip
            return f"已登记：{SITUATIONS[moved.situation]}。"
        case "leave":
            acts.move(
                actor=actor,
                household=row,
                situation="left",
                at=at,
                version=version(request, row),
                text=posted.get("text", ""),
            )
            return "已登记离开。"
        case "void":
            acts.void(actor=actor, household=row, reason=posted.get("reason", ""), version=version(request, row), at=at)
            return "已作废。"
        case _:
            raise Refused("illegal", "没有这一步。")


def names(request: Request, number: str) -> HttpResponse:
    """What is masked, in clear, on this one answer, after a reason; each look is in the journal."""
    row = queries.household(request.actor, number)
    policy.require(request.actor, UNMASK, row)
    refused, shown = None, False
    if request.method == "POST":
        try:
            acts.unmask(actor=request.actor, household=row, reason=request.POST.get("reason", ""), at=request.at)
            shown = True
        except Refused as given:
            if given.code in ("sign_in", "forbidden"):
                raise
            refused = given
    context = {"row": row, "open": shown, "bad": refused, "typed": request.POST}
    return private(render(request, T + "names.html", context, status=status(refused)))


def edit(request: Request, number: str) -> HttpResponse:
    """Correct a household; who may see its names, for the form shows them: opening it is a look and asks for the reason first."""
    row = queries.household(request.actor, number)
    policy.require(request.actor, ACT, row)
    policy.require(request.actor, UNMASK, row)
    refused = None
    if request.method == "POST" and request.POST.get("do") == "change":
        refused = tried(request, lambda: _change(request, row))
        if refused is None:
            return HttpResponseRedirect(reverse("relief_household", args=[row.number]))
    elif request.method == "POST":
        try:
            acts.unmask(actor=request.actor, household=row, reason=request.POST.get("reason", ""), at=request.at)
        except Refused as given:
            if given.code in ("sign_in", "forbidden"):
                raise
            return private(
                render(
                    request,
                    T + "names.html",
                    {"row": row, "open": False, "bad": given, "typed": request.POST, "edit": True},
                    status=422,
                )
            )
    else:
        return private(render(request, T + "names.html", {"row": row, "open": False, "bad": None, "edit": True}))
    source: Any = request.POST if refused else {name: getattr(row, name) for name in _COLUMNS}
    context = {
        "row": row,
        "bad": refused,
        "typed": source,
        "needs": [(slug, title, source.get(slug, "")) for slug, title in NEEDS.items()],
    }
    return private(render(request, T + "edit.html", context, status=status(refused)))


_COLUMNS = ("head", "phone", "paper_id", "community", "address", "members", "medicine", "people", *NEEDS)


def _change(request: Request, row: Household) -> str:
    acts.change(
        actor=request.actor,
        household=row,
        values=request.POST,
        version=version(request, row),
        at=request.at,
        crowd="crowd" in request.POST,
    )
    return "已更正。"


# ---- one site
def site(request: Request, number: str) -> HttpResponse:
    """The keeper's page: room, the hours, who is in, take in a household from another site, open and close."""
    one, refused = queries.opening(request.actor, number), None
    if request.method == "POST":
        refused = tried(request, lambda: _site_act(request, one))
        if refused is None:
            return HttpResponseRedirect(request.path)
        one = queries.opening(request.actor, number)
    found = one.incident
    now = found.now(request.at)
    hours = queries.by_hour(one, now)
    inside = queries.in_shelter([one.shelter_id], found.mode)[one.shelter_id]
    lines = queries.lines(queries.households(request.actor, found).filter(opening=one), now)
    context = {
        **clock_context(found, request.at), "one": one, "hours": hours[::-1], "inside": inside, "capacity": queries.capacity(one.shelter, now), "kind": rules.kinds()[one.shelter.kind],
        "room": queries.capacity(one.shelter, now) - inside, "beds": one.shelter.beds, "lines": lines, "classes": CLASSES, "five": FIVE, "bad": refused, "typed": request.POST,
        "may_open": policy.why(request.actor, OPEN, one), "may_cancel": policy.may(request.actor, ORDER, found), "may_act": policy.may(request.actor, ACT, one),
        "chart": _chart(one, hours) if len(hours) > 1 else "",
    }  # fmt: skip
    return private(render(request, T + "site.html", context, status=status(refused)))


def _chart(one: Opening, hours: list[tuple[Any, int, int]]) -> str:
    points = [Point(f"{mark.astimezone(CHINA):%H}", people, over=people > room) for mark, people, room in hours]
    return line_chart(
        points,
        title=f"{one.shelter}每小时在住人数",
        unit="人",
        limit=one.shelter.beds,
        limit_word="夜间容量",
        from_zero=True,
        width=820,
        height=240,
    )


def _site_act(request: Request, one: Opening) -> str:
    posted = request.POST
    match posted.get("do", ""):
        case "open":
            sites.open_site(actor=request.actor, opening=one, at=request.at)
            return "已开放，可以登记入住。"
        case "close":
            sites.close_site(actor=request.actor, opening=one, at=request.at)
            return "已关闭。"
        case "cancel":
            sites.cancel(actor=request.actor, opening=one, reason=posted.get("reason", ""), at=request.at)
            return "已撤销。"
        case "take":
            return _take(request, one)
        case "confirm":
            policy.require(request.actor, ACT, one)
            rows = list(queries.households(request.actor, one.incident).filter(opening=one, voided_at=None))
            if not rows:
                raise Refused("row", "场所里还没有登记的户。", "row")
            made = acts.confirm(
                actor=request.actor, households=rows, what=posted.getlist("what"), verdict="given", at=request.at
            )
            return f"已给在住的 {len(rows)} 户确认，新增 {made} 项。"
        case _:
            raise Refused("illegal", "没有这一步。")


def _take(request: Request, one: Opening) -> str:
    """A household that came from elsewhere, by its number: the keeper sees nothing of it before it is here."""
    policy.require(request.actor, ACT, one)
    text = request.POST.get("number", "").strip().upper()
    row = (
        Household.objects.filter(number=text, incident=one.incident, voided_at=None)
        .select_related("organisation", "incident", "opening__shelter")
        .first()
    )
    if row is None:
        raise Refused("number", "这个事件没有这个编号的户。照登记回执上的编号写。", "number")
    acts.move(
        actor=request.actor, household=row, situation="shelter", opening=one, at=request.at, version=row.version, crowd="crowd" in request.POST
    )  # fmt: skip
    return f"{row.number} 已转入，{row.people} 人。"


def site_order(request: Request, number: str) -> HttpResponse:
    """The opening order on paper."""
    one = queries.opening(request.actor, number)
    if one.state == "cancelled":
        raise Http404
    return render(
        request,
        T + "site_order.html",
        {"one": one, "kind": rules.kinds()[one.shelter.kind], **clock_context(one.incident, request.at)},
    )
