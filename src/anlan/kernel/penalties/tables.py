"""The discretion tables (裁量基准) of every department: for its staff, and for everyone beside what is published. Both show what holds on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from django.http import HttpResponse
from django.shortcuts import render

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import PUBLIC, Page
from anlan.kernel.penalties.process import regimes
from anlan.kernel.penalties.types import Dated, Heavy, Regime, Violation
from anlan.kernel.web.exporting import exported

_T = "kernel/penalties/"
HEAD = ("机关", "违法行为", "违反", "依据", "条款", "情节", "怎么认定", "最低（元）", "最高（元）", "适用自", "适用到")


@dataclass(frozen=True)
class Table:
    """One department's tables as they hold on a day."""

    regime: Regime
    violations: tuple[Violation, ...]
    heavy: tuple[Heavy, ...]

    @property
    def verified(self) -> bool:
        return all(one.verified for one in (*self.violations, *self.heavy))


def table(regime: Regime, on: date) -> Table:
    return Table(
        regime,
        tuple(one for one in regime.violations if one.holds(on)),
        tuple(one for one in regime.heavy if one.holds(on)),
    )


def _on(request: Request) -> date:
    """The day asked for (`?on=2024-05-01`), else today: a penalty is judged by the tables of the day it was filed."""
    text = request.GET.get("on", "")
    if not text:
        return civil_date(request.at)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("on", "日期写成 2025-07-25。", "on") from None


def discretion(regime: Regime, request: Request) -> HttpResponse:
    """One department's, for its staff and for who is fined by it."""
    on = _on(request)
    return render(request, _T + "discretion.html", {"table": table(regime, on), "on": on})


def discretion_page(regime: Regime, *, name: str, path: str) -> Page:
    return Page(
        path=path,
        name=name,
        view=partial(discretion, regime),
        permission=f"{regime.slug.replace('/', '.')}.read",
        title=f"{regime.title}裁量表",
        section="registry",
    )


def _asked(request: Request) -> tuple[date, list[Table]]:
    on, word = _on(request), request.GET.get("of", "")
    return on, [table(one, on) for one in regimes() if word in ("", one.slug)]


def public(request: Request) -> HttpResponse:
    """Every department's, without an account."""
    bad: Refused | None = None
    try:
        on, found = _asked(request)
    except Refused as refused:
        bad, on, found = refused, civil_date(request.at), []
    context = {"on": on, "tables": found, "regimes": regimes(), "asked": request.GET, "bad": bad}
    return render(request, _T + "public_discretion.html", context, status=422 if bad else 200)


def check_word(rule: Dated) -> str:
    return "" if rule.verified else "条款待核"


def public_csv(request: Request) -> HttpResponse:
    on, found = _asked(request)

    def rows() -> Iterator[tuple[str | Decimal | date | None, ...]]:
        for one in found:
            for violation in one.violations:
                for step in violation.circumstances:
                    yield (one.regime.title, violation.title, violation.duty, violation.law, check_word(violation), step.word, step.when, step.low, step.high,
                           violation.valid_from, violation.valid_to)  # fmt: skip

    return exported("csv", f"裁量基准_{on}", HEAD, rows())


PAGES = (
    Page(path="public/discretion/", name="public_discretion", view=public, permission=PUBLIC, title="裁量基准"),
    Page(
        path="public/discretion.csv",
        name="public_discretion_csv",
        view=public_csv,
        permission=PUBLIC,
        title="裁量基准 CSV",
        kind="export",
    ),
)
