"""What is short, what has run out of date, what somebody needs and nobody sends, for the boards."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.kernel.access.types import Actor
from anlan.kernel.response.boards import DISASTER, EARTHQUAKE, FLOOD, GENERAL, BoardPanel, PanelLine
from anlan.packs.safety.supplies import queries
from anlan.packs.safety.supplies.moves import READ


def lines(actor: Actor, at: datetime) -> list[PanelLine]:
    """Alarms of the stock; when there is none, one line that says so."""
    today = civil_date(at)
    needs = list(queries.needs().filter(state="open", incident__mode="real"))
    standing = queries.standing(needs)
    short = [one for one in needs if standing[one.pk].missing > 0]
    norms = queries.norms(today)
    lacking = sorted((one for one in norms if not one.reached), key=lambda one: (one.held > 0, -one.lacking))
    gone = [one for one, state in queries.expiring(today, actor) if state == "expired"]
    found = [
        PanelLine(title=f"需要 {one.item}", value=f"{standing[one.pk].missing:,}", unit=one.item.unit, sign="red" if one.due_at < at else "orange",
                  word="过时还缺" if one.due_at < at else "还缺", note=f"送{one.place}", url=reverse("supply_need", args=[one.number]), at=one.made_at)
        for one in short
    ]  # fmt: skip
    found += [
        PanelLine(title=one.title, value=f"{one.held + one.agreed:,} / {one.needed:,}", unit=one.unit, sign="yellow" if one.held else "red", word="不足定额" if one.held else "没有",
                  url=reverse("supplies_norms"))
        for one in lacking
    ]  # fmt: skip
    if gone:
        found.append(PanelLine(title="过期物资", value=str(len(gone)), unit="批", sign="orange", word="已过期", url=reverse("supplies_expiring")))  # fmt: skip
    if any(not one.verified for one in lacking):
        found.append(PanelLine(title="定额", value="", sign="silent", word="待核", note="定额还没有对过原文", url=reverse("supplies_norms")))  # fmt: skip
    if not found and norms:
        found.append(PanelLine(title="有定额的物资", value=str(len(norms)), unit="种", sign="ok", word="都够"))
    return found


PANELS = (
    BoardPanel(
        slug="stock", title="物资报警", boards=(GENERAL, FLOOD, DISASTER, EARTHQUAKE), permission=READ, lines=lines, order=40, page="supplies",
        empty="没有缺的需求，也没有定额可比。",
    ),
)  # fmt: skip
