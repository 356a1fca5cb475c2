"""重大危险源辨识: the calculation after GB 18218 with its numbers filled in."""

from __future__ import annotations

import math

from django.http import HttpResponse
from django.shortcuts import render

from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.science.hazard import gb18218

ROWS = 6


def level(request: Request) -> HttpResponse:
    """A calculator: nothing is stored. What was typed stays when something is wrong."""
    typed = [(request.GET.get(f"name_{place}", ""), request.GET.get(f"mass_{place}", "")) for place in range(ROWS)]
    unit, bad = None, ""
    if request.GET:
        try:
            unit = gb18218.assess(_maxima(typed), _residents(request.GET.get("exposed", "")))
        except Refused as refused:
            bad = refused.message
        except gb18218.Unknown as unknown:
            bad = f"{unknown}：不能算，先查标准原文。"
    parts = (
        [(name, float(ratio), float(beta), float(ratio * beta)) for name, (ratio, beta) in unit.parts.items()]
        if unit
        else []
    )
    context = {
        "rows": [(place, *one) for place, one in enumerate(typed)], "names": gb18218.SUBSTANCES, "unit": unit, "parts": parts, "bad": bad,
        "s": float(unit.s) if unit else None, "r": float(unit.r) if unit else None, "alpha": float(unit.alpha) if unit else None,
        "exposed": request.GET.get("exposed", ""), "source": gb18218.SOURCE,
    }  # fmt: skip
    return render(request, "packs/safety/hazchem_monitoring/level.html", context, status=422 if bad else 200)


def _maxima(typed: list[tuple[str, str]]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, text in typed:
        if not name and not text.strip():
            continue
        try:
            mass = float(text)
        except ValueError:
            raise Refused("mass", f"“{name or '没有选物质'}”的设计最大量须是数字，单位吨。", "mass") from None
        if not name or not math.isfinite(mass) or mass < 0:
            raise Refused("mass", "每行选一种物质，量不小于 0。", "mass")
        found[name] = found.get(name, 0.0) + mass
    if not found:
        raise Refused("mass", "至少填一种物质。", "mass")
    return found


def _residents(text: str) -> int:
    if not text.isdecimal() or len(text) > 7:
        raise Refused("exposed", "500 米内常住人数填 0 或正整数。", "exposed")
    return int(text)
