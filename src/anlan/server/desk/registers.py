"""全部台账: every register and every kind of case this person may see, by pack, with how many rows and what is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Actor
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework import queries as cases
from anlan.kernel.casework.types import Process
from anlan.kernel.registry.queries import visible
from anlan.kernel.registry.types import Sheet
from anlan.kernel.web.paging import kept
from anlan.server.house import KERNEL, PACKS, REPORTS

GROUPS = (*((pack.title, pack.capabilities) for pack in PACKS), ("通用", (*KERNEL, *REPORTS)))


@dataclass(frozen=True)
class Line:
    """One register: `due` rows ask for a review (台账) or are late (事项); the counts are None where nothing is counted.
    `more` are further pages of its capability: (title, address)."""

    title: str
    url: str
    rows: int | None = None
    due: int | None = None
    due_url: str = ""
    more: tuple[tuple[str, str], ...] = ()


def _sheet(sheet: Sheet, actor: Actor, at: datetime) -> tuple[int, int | None]:
    rows = visible(sheet, actor).filter(retired_on=None)
    today = civil_date(at)
    due = rows.filter(review_due_on__lte=today) if sheet.review_days else None
    return kept(rows, "rows", rows.count), None if due is None else kept(due, "due", due.count)


def _process(process: Process, actor: Actor, at: datetime) -> tuple[int, int]:
    counts = cases.counts(cases.visible(actor, process.slug), at)
    return counts["open"] + counts["closed"], counts["late"]


def _counted(capability: Capability, actor: Actor, at: datetime) -> Iterator[Line]:
    for sheet in capability.sheets:
        if policy.may(actor, sheet.read):
            url = reverse(f"{sheet.slug}_list")
            rows, due = _sheet(sheet, actor, at)
            yield Line(gettext(sheet.title), url, rows, due, f"{url}?review=due")
    pages = {page.name for page in capability.pages}
    for process in capability.processes:
        name = f"{process.slug.replace('/', '_')}_list"
        if policy.may(actor, process.read) and name in pages:
            url = reverse(name)
            rows, late = _process(process, actor, at)
            yield Line(gettext(process.title), url, rows, late, f"{url}?late=1&sort=due")


def _lines(capability: Capability, actor: Actor, at: datetime) -> list[Line]:
    """The capability's own page first, then what it counts; its other pages stand beside the first line."""
    counted = list(_counted(capability, actor, at))
    told = {one.url for one in counted}
    navs = sorted(
        (nav for nav in capability.nav if nav.section == "registry" and policy.may(actor, nav.permission)),
        key=lambda nav: nav.order,
    )
    others = [(gettext(nav.title), reverse(nav.page)) for nav in navs if reverse(nav.page) not in told]
    first = reverse(navs[0].page) if navs else ""
    if first in told:
        counted.sort(key=lambda one: one.url != first)
    elif others:
        (title, url), *others = others
        counted = [Line(title, url), *counted]
    return [replace(counted[0], more=tuple(others)), *counted[1:]] if counted else []


def registers(request: Request) -> HttpResponse:
    """One page instead of sixty tabs; words in the address narrow it."""
    words = request.GET.get("q", "").strip()[:40]
    groups = []
    for title, capabilities in GROUPS:
        lines = [one for capability in capabilities for one in _lines(capability, request.actor, request.at)]
        wanted = [one for one in lines if words in " ".join((one.title, *(title for title, _url in one.more)))]
        if wanted:
            groups.append((gettext(title), wanted))
    context = {"groups": groups, "asked": words, "total": sum(len(lines) for _title, lines in groups)}
    return render(request, "server/desk/registers.html", context)
