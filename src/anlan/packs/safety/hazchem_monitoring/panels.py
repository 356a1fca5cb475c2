"""Major hazard units with their level and what alarms now, and what chemicals they hold, for the boards."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import ROUND_DOWN, Decimal

from django.urls import reverse

from anlan.kernel.access.types import Actor
from anlan.kernel.response.boards import WORK_SAFETY, BoardPanel, PanelLine, Sign
from anlan.packs.safety.hazchem_monitoring import queries
from anlan.packs.safety.hazchem_monitoring.kinds import PERMISSION

_SIGNS: dict[str, Sign] = {"一级": "red", "二级": "orange", "三级": "yellow", "四级": "blue"}


def alarms(actor: Actor, _at: datetime) -> list[PanelLine]:
    """Tank areas: those with an alarm first, with the titles of what stands."""
    return [
        PanelLine(
            title=f"{one.station.code} {one.station.name}", value="、".join(one.alarms), sign="red" if one.alarms else "silent" if one.at is None else "ok",
            word="报警" if one.alarms else "没有数据" if one.at is None else "无报警", at=one.at, longitude=one.station.longitude, latitude=one.station.latitude,
            label=one.station.code, url=reverse("hazchem"),
        )
        for one in queries.tanks(actor)
    ]  # fmt: skip


def units(actor: Actor, _at: datetime) -> list[PanelLine]:
    """Units after GB 18218-2018 by level; those below the critical quantity last."""
    found = []
    for one in queries.units(actor):
        last = one.newest
        if last is not None:
            found.append(PanelLine(
                title=one.name, value=f"S {last.s.quantize(Decimal('0.01'), ROUND_DOWN)}", sign=_SIGNS.get(last.level, ""), word=last.level and f"{last.level}重大危险源",
                note=f"{one.organisation}{'' if last.level else '，不构成重大危险源'}，按 {last.source}", url=reverse("hazchem_unit", args=[one.pk]), at=last.at,
            ))  # fmt: skip
    return found


def chemicals(actor: Actor, _at: datetime) -> list[PanelLine]:
    """Design maxima by substance over all units, in tonnes, the most first."""
    mass: dict[str, float] = defaultdict(float)
    where: dict[str, set[str]] = defaultdict(set)
    for one in queries.units(actor):
        for part in one.newest.parts if one.newest else ():
            mass[part["name"]] += float(part["mass"])
            where[part["name"]].add(one.name)
    return [
        PanelLine(title=name, value=f"{tonnes:g}", unit="t", note="、".join(sorted(where[name])))
        for name, tonnes in sorted(mass.items(), key=lambda pair: -pair[1])
    ]


PANELS = (
    BoardPanel(slug="tank_alarms", title="储罐区", boards=(WORK_SAFETY,), permission=PERMISSION, lines=alarms, column="now", order=10, page="hazchem", empty="没有储罐区监测点。"),
    BoardPanel(slug="hazard_units", title="重大危险源单元", boards=(WORK_SAFETY,), permission=PERMISSION, lines=units, order=10, page="hazchem", empty="没有登记单元。"),
    BoardPanel(slug="chemicals", title="危险化学品（设计最大量）", boards=(WORK_SAFETY,), permission=PERMISSION, lines=chemicals, order=15, page="hazchem", empty="没有登记的危险化学品。"),
)  # fmt: skip
