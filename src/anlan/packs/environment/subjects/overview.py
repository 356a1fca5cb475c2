"""One page over all dynamic registers: how many rows, what waits for a look, what the ratios say. `pack.py` gives it the registers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.journal.types import Verb
from anlan.kernel.planning.types import Computed, Formula
from anlan.kernel.registry import queries
from anlan.kernel.registry.types import Sheet
from anlan.kernel.web.types import Nav
from anlan.packs.environment.subjects import looks

SLUG = "dynamic_register"


@dataclass(frozen=True)
class Line:
    """One register as the page shows it."""

    sheet: Sheet
    url: str
    count: int
    review: int
    failed: int
    overdue: int
    rectifying: int
    rates: tuple[tuple[Formula, Computed, str], ...]


def _looked(sheet: Sheet) -> bool:
    return any(column.name == "looked_on" for column in sheet.columns)


def _line(sheet: Sheet, formulas: Sequence[Formula], request: Request) -> Line:
    today = civil_date(request.at)
    rows = queries.visible(sheet, request.actor).filter(retired_on=None)
    looked = _looked(sheet)
    rates = tuple(
        (one, one.compute(today.year, today), f"{reverse(f'{sheet.slug}_ratio', args=[one.slug.partition('.')[2]])}?year={today.year}")
        for one in formulas if one.slug.startswith(f"{sheet.slug}.")
    )  # fmt: skip
    return Line(
        sheet, reverse(f"{sheet.slug}_list"), rows.count(), rows.filter(review_due_on__lte=today).count(), rows.filter(result="fail").count() if looked else 0,
        looks.overdue(sheet, today) if looked else 0, looks.rectifying(sheet) if looked else 0, rates,
    )  # fmt: skip


def page(registers: Sequence[Capability], request: Request) -> HttpResponse:
    lines = [
        _line(sheet, one.formulas, request)
        for one in registers
        for sheet in one.sheets
        if policy.may(request.actor, sheet.read)
    ]
    return render(request, "packs/environment/subjects/overview.html", {"lines": lines})


def capability(registers: Sequence[Capability]) -> Capability:
    """The page of all registers, and the word of their looks in the journal."""
    roles: dict[str, Any] = dict.fromkeys(
        ("planner", "leader", "auditor", "bureau_officer", "environment_officer", "environment_inspector"), "district"
    )
    read = f"{SLUG}.read"
    return Capability(
        slug=SLUG, title="动态清单", plan_refs=("E9",),
        permissions=(Permission(slug=read, title="查看动态清单", roles={**roles, "street_officer": "own"}),),
        pages=(Page(path="registers/", name=SLUG, view=partial(page, registers), permission=read, title="动态清单", section="registry", command="看动态清单"),),
        nav=(Nav(section="registry", title="动态清单", page=SLUG, permission=read, order=40),),
        verbs=(Verb(slug=looks.LOOKED, title="记检查"),), case_links=looks.links,
    )  # fmt: skip
