"""Reads of draws: what a viewer sees, and a draw's lists as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.draw.models import REASONS, Draw, InspectorEntry, RecusalEntry, TargetEntry
from anlan.kernel.draw.types import Candidate, Conflict, Pool


def visible(pool: Pool, viewer: Actor) -> QuerySet[Draw]:
    rows = Draw.objects.filter(pool=pool.slug).select_related("organisation")
    return policy.visible_to(viewer, pool.read, rows, "organisation__path")


@dataclass(frozen=True)
class Result:
    """One drawn object in words."""

    place: int
    id: str
    name: str
    inspectors: Sequence[str]
    spare: bool


def results(draw: Draw) -> list[Result]:
    names = {one["id"]: one["name"] for one in draw.listed["objects"]}
    return [
        Result(place, one["object"], names.get(one["object"], ""), one["inspectors"], one["spare"])
        for place, one in enumerate(draw.result, start=1)
    ]


# ---- from a pack's registers to candidates
def targets(
    model: type[TargetEntry], asked: Mapping[str, str], on: date, weights: Mapping[str, int], rest: int
) -> list[Candidate]:
    """Objects of a category and level; one inspected at random within `rest` days is excluded. Weight by level, as the pack's data say."""
    rows = model.kept().order_by("code")
    for name in ("category", "level"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    return [Candidate(one.code, one.name, weights[one.level], recent(one.last_on, on, rest)) for one in rows]


def recent(last: date | None, on: date, rest: int) -> str:
    """Why what was drawn on the day `last` is left alone on the day `on`, for `rest` days; "" when it is not."""
    if last is None or (on - last).days >= rest:
        return ""
    return f"{last.isoformat()} 已抽查，{rest} 天内不重复"


def inspectors(model: type[InspectorEntry], on: date) -> list[Candidate]:
    """By certificate number, without names; a certificate that has run out, or someone away, is excluded."""
    rows = model.kept().order_by("code")
    return [Candidate(one.code, "", 1, _away(one, on)) for one in rows]


def _away(one: Any, on: date) -> str:
    if one.valid_until < on:
        return "执法证已过期"
    return (one.away_reason or "不在岗") if one.away_until and one.away_until >= on else ""


def recusals(model: type[RecusalEntry], on: date) -> list[Conflict]:
    rows = model.kept().order_by("code")
    return [
        Conflict(one.inspector_code, one.target_code, REASONS.get(one.reason, one.reason))
        for one in rows
        if one.valid_to is None or one.valid_to >= on
    ]
