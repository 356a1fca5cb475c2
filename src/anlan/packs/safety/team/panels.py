"""Teams that stand ready, that are out, that cannot come, for the boards."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.response import queries as response
from anlan.kernel.response.boards import EARTHQUAKE, FLOOD, GENERAL, GEOLOGICAL, WORK_SAFETY, BoardPanel, PanelLine
from anlan.packs.safety.team.models import Dispatch, Team
from anlan.packs.safety.team.queries import READ
from anlan.packs.safety.team.rules import unready


def lines(actor: Actor, at: datetime) -> list[PanelLine]:
    """The three sums, then each team at a real incident with since when it is in its state."""
    teams = list(policy.visible_to(actor, READ, Team.objects.filter(retired_on=None), "organisation__path"))
    if not teams:
        return []
    seen = response.visible(actor).values("pk")
    out = list(
        Dispatch.objects.filter(team__in=teams, ended_at=None, is_real=True).select_related("team", "incident").order_by("since")
    )  # fmt: skip
    away, today, url = {one.team_id for one in out}, civil_date(at), reverse("teams_list")
    lame = sum(bool(unready(one.ready, one.ready_on, one.insured_until, today)) for one in teams if one.pk not in away)
    ready, shown = len(teams) - len(away) - lame, set(seen.values_list("pk", flat=True))
    found = [
        PanelLine(title="备勤", value=str(ready), unit="支", sign="ok" if ready else "red", word="能出动" if ready else "没有能出动的", url=url),
        PanelLine(title="在外", value=str(len(away)), unit="支", url=url),
    ]  # fmt: skip
    if lame:
        found.append(PanelLine(title="不能出动", value=str(lame), unit="支", sign="yellow", word="没有备勤", url=url))
    for one in out:
        late = one.count_due_at is not None and one.count_due_at <= at
        open_to = one.incident_id in shown
        found.append(PanelLine(
            title=str(one.team), value=one.get_state_display(), note=one.incident.title if open_to else "", sign="orange" if late else "", word="该点名" if late else "",
            url=reverse("team_incident", args=[one.incident.number]) if open_to else "", at=one.since,
        ))  # fmt: skip
    return found


PANELS = (
    BoardPanel(
        slug="teams", title="队伍", boards=(GENERAL, FLOOD, GEOLOGICAL, EARTHQUAKE, WORK_SAFETY), permission=READ, lines=lines, order=20, page="teams_list",
        empty="队伍台账是空的。",
    ),
)  # fmt: skip
