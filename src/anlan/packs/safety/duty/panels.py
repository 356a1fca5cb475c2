"""Who stands where now and what is lacking, for the boards."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.response import queries as response
from anlan.kernel.response.boards import (
    DISASTER,
    EARTHQUAKE,
    FLOOD,
    GENERAL,
    GEOLOGICAL,
    WORK_SAFETY,
    BoardPanel,
    PanelLine,
)
from anlan.kernel.response.types import POSTS
from anlan.packs.safety.duty import queries
from anlan.packs.safety.duty.rules import AHEAD


def lines(_actor: Actor, at: datetime) -> list[PanelLine]:
    """Posts that lack somebody at this instant, then who has each command post, then how much of the next seven days is not filled."""
    gaps = queries.lacking(at, at + AHEAD)
    here = [one for one in gaps if one.start <= at < one.end]
    units = Organisation.objects.in_bulk({one.organisation for one in here})
    url, order = reverse("duty"), list(POSTS)
    found = [
        PanelLine(title=POSTS[one.post], value=f"缺 {one.wanted - one.there} 人", sign="red" if one.level == "red" else "orange", word="没有人" if one.level == "red" else "人不够",
                  note=str(units[one.organisation]), url=url)
        for one in here
    ]  # fmt: skip
    standing = sorted((one for one in response.on_duty(at) if one.rank == 1), key=lambda one: order.index(one.post))
    found += [
        PanelLine(title=POSTS[one.post], value="", name=one.name, sign="ok", word="在岗", note=one.organisation_name)
        for one in standing
    ]
    if not standing and not here:
        return []
    coming = [one for one in gaps if one.start > at and one.level == "red"]
    if coming:
        found.append(PanelLine(title="七天内没有人的班", value=f"{len(coming)}", unit="处", sign="yellow", word="要补", url=url))  # fmt: skip
    return found


PANELS = (
    BoardPanel(
        slug="duty", title="值班", boards=(GENERAL, FLOOD, DISASTER, GEOLOGICAL, EARTHQUAKE, WORK_SAFETY), permission=queries.READ, lines=lines, order=60, page="duty",
        empty="现在没有人排班，也没有定值班岗位。",
    ),
)  # fmt: skip
