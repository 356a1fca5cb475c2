"""The discretion table of the environment; everything else is the kernel's pages."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from anlan.base.clock import civil_date
from anlan.kernel.access.edge import Request
from anlan.packs.environment.inspection import rules


def discretion(request: Request) -> HttpResponse:
    """The table in force today: what, by which clause, how much."""
    on = civil_date(request.at)
    regime = rules.regime()
    context = {"rows": [one for one in regime.violations if one.holds(on)], "heavy": [one for one in regime.heavy if one.holds(on)], "on": on, "regime": regime}  # fmt: skip
    return render(request, "kernel/penalties/discretion.html", context)
