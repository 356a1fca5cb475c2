"""Warnings that nobody has decided on yet, for the boards; those in force the boards have from the command."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from anlan.kernel.access.types import Actor
from anlan.kernel.response.boards import DISASTER, GENERAL, BoardPanel, PanelLine
from anlan.packs.safety.warning import queries
from anlan.packs.safety.warning.moves import READ


def lines(actor: Actor, at: datetime) -> list[PanelLine]:
    """Held ones, and those in force that name no hazard or no colour: they propose nothing until a person adds it."""
    rows = queries.visible(actor)
    found = [
        PanelLine(title=str(one), value="", sign="orange", word="待核定", note=one.why, url=reverse("warning", args=[one.pk]), at=one.made_at)
        for one in rows.filter(state="held", exercise=False).order_by("-made_at")[:20]
    ]  # fmt: skip
    bare = queries.holding(at, rows).filter(Q(hazard="") | Q(colour=None))
    return found + [
        PanelLine(title=str(one), value="", sign="yellow", word="没写灾种或颜色", url=reverse("warning", args=[one.pk]), at=one.made_at) for one in bare[:20]
    ]  # fmt: skip


PANELS = (
    BoardPanel(slug="held_warnings", title="要人核定的预警", boards=(GENERAL, DISASTER), permission=READ, lines=lines, column="notices", order=10, page="warnings", empty="没有。"),
)  # fmt: skip
