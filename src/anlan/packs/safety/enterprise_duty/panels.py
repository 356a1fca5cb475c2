"""Enterprises with what has run out and what dangerous work is under way, for the boards."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.kernel.access.types import Actor
from anlan.kernel.response.boards import WORK_SAFETY, BoardPanel, PanelLine
from anlan.packs.safety.enterprise_duty import queries, rules
from anlan.packs.safety.enterprise_duty.models import EnterpriseFile


def lines(actor: Actor, at: datetime) -> list[PanelLine]:
    """How many, how many with something out of date, open permits, and the levels of standardisation."""
    units, today, url = queries.visible(actor), civil_date(at), reverse("enterprises")
    count = units.count()
    if not count:
        return []
    late, permits = queries.late(actor, today), queries.open_permits(actor)
    found = [
        PanelLine(title="企业", value=str(count), unit="家", url=url),
        PanelLine(title="有到期没办的", value=str(late), unit="家", sign="yellow" if late else "ok", word="已过期" if late else "没有过期", url=url),
        PanelLine(title="在办作业票", value=str(permits), unit="张"),
    ]  # fmt: skip
    levels = list(
        EnterpriseFile.objects.filter(organisation__in=units, retired_on=None).values_list("level", flat=True)
    )
    return found + [
        PanelLine(title=f"标准化{title}", value=str(levels.count(slug)), unit="家") for slug, title in rules.LEVELS.items() if slug in levels
    ]  # fmt: skip


PANELS = (
    BoardPanel(slug="enterprises", title="企业", boards=(WORK_SAFETY,), permission=queries.READ, lines=lines, order=12, page="enterprises", empty="没有您能看的企业。"),
)  # fmt: skip
