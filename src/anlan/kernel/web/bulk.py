"""Moves on many rows at once: every row is judged alone, what was refused says why. Shown by `web/bulk.html`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from anlan.base.errors import Refused
from anlan.kernel.access.edge import Request
from anlan.kernel.access.undo import reversible

LIMIT = 200
Row = TypeVar("Row")


@dataclass(frozen=True)
class Outcome:
    """What became of one row. `why` is empty when it was done."""

    title: str
    url: str
    why: str = ""


def chosen(request: Request) -> list[int]:
    """The ids of the ticked rows; refuses none and more than `LIMIT`."""
    words = [word for word in request.POST.getlist("row") if word.isdecimal() and len(word) < 19]
    if not words:
        raise Refused("row", "没有选行。先勾选再办。", "row")
    if len(words) > LIMIT:
        raise Refused("row", f"一次最多办 {LIMIT} 件。", "row")
    return list(dict.fromkeys(map(int, words)))


def each(rows: Sequence[Row], act: Callable[[Row], object], told: Callable[[Row], tuple[str, str]]) -> list[Outcome]:
    """Do `act` on every row in turn, each in its own transaction. `told` gives a row's title and address."""
    found = []
    for row in rows:
        try:
            act(row)
            found.append(Outcome(*told(row)))
        except Refused as refused:
            found.append(Outcome(*told(row), refused.message))
    return found


def back(request: Request, home: str, otherwise: str) -> str:
    """Where a form came from (`next`), when that is a page of ours below `home`; else `otherwise`."""
    given = request.POST.get("next", "")
    safe = given.startswith(home) and url_has_allowed_host_and_scheme(given, {request.get_host()})
    return given if safe else otherwise


def answered(request: Request, move: str, outcomes: Sequence[Outcome], home: str) -> HttpResponse:
    """The result page: refused rows first, 撤回 for what was done, and the way back to the list as it was filtered."""
    done = [one for one in outcomes if not one.why]
    context = {
        "move": move, "done": done, "refused_rows": [one for one in outcomes if one.why],
        "undo_entries": reversible(request.actor, request.at) if done else [], "back": back(request, home, home),
    }  # fmt: skip
    return render(request, "web/bulk.html", context)
