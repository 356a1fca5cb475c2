"""Shelters with the room they have left, and the relief clock by street, for the boards. Counts only: no household, no name."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from anlan.base.clock import CHINA
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.response import queries as response
from anlan.kernel.response.boards import DISASTER, EARTHQUAKE, FLOOD, GENERAL, BoardPanel, PanelLine
from anlan.packs.safety.relief import queries
from anlan.packs.safety.relief.models import Household, Opening
from anlan.packs.safety.relief.sites import Shelter
from anlan.packs.safety.relief.types import READ


def shelters(actor: Actor, at: datetime) -> list[PanelLine]:
    """The sum of free places, then each site: open ones first, the fullest of them first. Room by day, beds by night."""
    rows = Shelter.objects.filter(retired_on=None)
    sites = list(policy.visible_to(actor, "shelter.read", rows, "organisation__path"))
    if not sites:
        return []
    inside = queries.in_shelter(one.pk for one in sites)
    stands: dict[int, str] = dict(
        Opening.objects.filter(shelter__in=sites, state__in=("ordered", "open"), incident__mode="real").order_by("-state").values_list("shelter_id", "state")
    )  # fmt: skip
    free = {one.pk: queries.capacity(one, at) - inside[one.pk] for one in sites}
    opened = [one for one in sites if stands.get(one.pk) == "open"]
    found = [
        PanelLine(title="开放", value=f"{len(opened)} / {len(sites)}", unit="处"),
        PanelLine(title="开放的还能住", value=str(sum(max(0, free[one.pk]) for one in opened)), unit="人"),
    ]
    for one in sorted(sites, key=lambda site: ({"open": 0, "ordered": 1}.get(stands.get(site.pk, ""), 2), free[site.pk])):  # fmt: skip
        full = free[one.pk] <= 0
        word = {"open": "已满" if full else "开放", "ordered": "已下令，没有开"}.get(stands.get(one.pk, ""), "没有开")
        found.append(PanelLine(
            title=one.name, value=f"{inside[one.pk]} / {queries.capacity(one, at)}", unit="人", word=word,
            sign={"open": "red" if full else "ok", "ordered": "orange"}.get(stands.get(one.pk, ""), "silent"),
            url=reverse("shelters_detail", args=[one.pk]), longitude=one.longitude, latitude=one.latitude, label=one.name.removeprefix("示例").removesuffix("避难场所"),
        ))  # fmt: skip
    return found


def clocks(actor: Actor, at: datetime) -> list[PanelLine]:
    """Of every open real incident with registered households: its limit with the edition it is of, then each street, the slowest first."""
    rows = response.visible(actor).filter(
        is_open=True, mode="real", pk__in=Household.objects.filter(voided_at=None).values("incident")
    )
    found = []
    for incident in rows:
        now, url = incident.now(at), reverse("relief_board", args=[incident.number])
        limit, rule = queries.deadline_of(incident).astimezone(CHINA), queries.clock_of(incident)
        found.append(PanelLine(
            title=incident.title, value=str(rule.hours), unit="小时", url=url,
            note=f"{rule.source}{'' if rule.verified else '（待核）'}。到 {limit.month} 月 {limit.day} 日 {limit:%H:%M}",
        ))  # fmt: skip
        for street in queries.streets(queries.lines(queries.households(actor, incident), now)):
            told = street.sum
            late, done = told.over > 0, told.relieved == told.total
            found.append(PanelLine(
                title=str(street.organisation), value=f"{told.relieved} / {told.total}", unit="户", sign="red" if late else "ok" if done else "blue",
                word=f"超时 {told.over} 户" if late else "都按时" if done else "时限内", url=url,
            ))  # fmt: skip
    return found


PANELS = (
    BoardPanel(slug="shelters", title="避难场所", boards=(GENERAL, FLOOD, DISASTER, EARTHQUAKE), permission="shelter.read", lines=shelters, order=30, page="shelters_list",
               empty="避难场所台账是空的。"),
    BoardPanel(slug="relief", title="救助时钟（按时的户数）", boards=(DISASTER, FLOOD), permission=READ, lines=clocks, column="now", order=40, page="relief_incidents",
               empty="没有在登记安置户的事件。"),
)  # fmt: skip
