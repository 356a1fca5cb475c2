"""The boards "1+5": a page each, its live part, its map; `?wall=1` shows it read-only for a wall."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import render

from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Page
from anlan.kernel.maps import ground
from anlan.kernel.response import overview
from anlan.kernel.response.boards import BOARDS, GENERAL, CommandBoard
from anlan.kernel.response.types import BOARD
from anlan.kernel.web.types import Nav

_T = "kernel/response/"
_WALL_PANELS, _WALL_LINES, _WALL_TASKS = 7, 4, 5


def board(request: Request, slug: str) -> HttpResponse:
    """Four columns: now, tasks, resources, notices; and the map."""
    if request.GET.get("wall") == "1":
        return wall(request, BOARDS[slug])
    told = overview.picture(BOARDS[slug], request.actor, request.at)
    return render(request, _T + "boards.html", {**_context(told), "map": ground.bounds() is not None})


def wall(request: Request, of: CommandBoard) -> HttpResponse:
    """Nothing to press, no names of persons; what needs eyes first of every panel. The panels fill their rows: the incidents are `broad` where one would be left over."""
    told = overview.picture(of, request.actor, request.at)
    panels = sorted(told.panels, key=lambda one: (one.worst is None, not one.lines))
    shown, left = panels[:_WALL_PANELS], panels[_WALL_PANELS:]
    context = {
        **_context(told), "mode": "wall", "map": ground.bounds() is not None, "wall_tasks": told.tasks[:_WALL_TASKS], "wall_incidents": told.incidents[:_WALL_LINES],
        "wall_panels": [(one.panel.title, one.lines[:_WALL_LINES], len(one.lines) + one.more, one.panel.empty) for one in shown], "wall_left": [one.panel.title for one in left],
        "columns": 4 if len(shown) in (3, 6, 7) else 3, "broad": len(shown) in (1, 4, 6), "wall_lines": _WALL_LINES,
    }  # fmt: skip
    return render(request, _T + "boards_wall.html", context)


def _context(told: overview.Picture) -> dict[str, object]:
    return {
        "told": told, "of": told.board, "at": told.at, "cells": told.cells, "now_panels": told.column("now"), "resource_panels": told.column("resources"),
        "notice_panels": told.column("notices"), "running": [one for one in told.tasks if not one.late], "overdue": [one for one in told.tasks if one.late],
    }  # fmt: skip


def live(request: Request, slug: str) -> HttpResponse:
    """The parts that change, for a page that knows `known`; 204 while nothing has."""
    if slug not in BOARDS:
        raise Http404
    told = overview.picture(BOARDS[slug], request.actor, request.at)
    if request.GET.get("known") == told.known:
        return HttpResponse(status=204)
    return render(request, _T + "boards_live.html", {**_context(told), "map": ground.bounds() is not None})


def chart(request: Request, slug: str) -> HttpResponse:
    """The schematic map: incidents as flags with their number in the list, and what the panels place."""
    if slug not in BOARDS:
        raise Http404
    told = overview.picture(BOARDS[slug], request.actor, request.at)
    points = [
        ground.Spot(one.longitude, one.latitude, one.label, "shelter" if view.panel.slug == "shelters" else "place")
        for view in told.panels for one in view.lines if one.label and one.longitude is not None and one.latitude is not None
    ]  # fmt: skip
    points += [
        ground.Spot(one.longitude, one.latitude, str(place), "event")
        for place, one in enumerate(told.incidents, 1)
        if one.longitude is not None and one.latitude is not None
    ]
    return HttpResponse(
        ground.picture(points=points, dark=request.GET.get("dark") == "1"), content_type="image/svg+xml"
    )


def _view(slug: str) -> Callable[..., HttpResponse]:
    return partial(board, slug=slug)


def _path(slug: str) -> str:
    return "command/boards/" if slug == GENERAL else f"command/boards/{slug}/"


PAGES = (
    *(
        Page(path=_path(one.slug), name=f"board_{one.slug}", view=_view(one.slug), permission=BOARD, title=f"{one.title}指挥平台" if one.slug != GENERAL else "应急指挥总览",
             section="command", command=f"看{one.title}" if one.slug != GENERAL else "看应急指挥总览")
        for one in BOARDS.values()
    ),
    Page(path="command/boards/<slug:slug>/live/", name="board_live", view=live, permission=BOARD, title="指挥平台更新", kind="fragment"),
    Page(path="command/boards/<slug:slug>/map.svg", name="board_map", view=chart, permission=BOARD, title="指挥平台示意图", kind="file"),
)  # fmt: skip
NAV = (
    Nav(section="command", title="总览", page=f"board_{GENERAL}", permission=BOARD, order=2),
    *(
        Nav(section="command", title=one.title, page=f"board_{one.slug}", permission=BOARD, order=3, below="/command/boards/")
        for one in BOARDS.values() if one.slug != GENERAL
    ),
)  # fmt: skip
