"""Which columns of a list a person wants to see: the choice stands in the address, so a saved view keeps it.

A page adds `**columns(request.GET, titles, first)` to its context, includes `web/columns.html` beside its filters and
writes `data-hide="{{ hidden_columns }}"` on the table. Style hides the cells; the export stays whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict


def columns(address: QueryDict, titles: Sequence[str], first: int = 1) -> dict[str, Any]:
    """`titles` in the table's order, the first at place `first` (from 1); an empty title cannot be hidden."""
    wanted = address.getlist("show")
    menu = [
        (place, title, not wanted or str(place) in wanted)
        for place, title in enumerate(titles, first)
        if title
    ]  # fmt: skip
    kept = [(name, value) for name, values in address.lists() if name not in ("show", "page") for value in values]
    hidden = " ".join(str(place) for place, _title, shown in menu if not shown)
    return {"column_menu": menu, "column_kept": kept, "columns_shown": wanted, "hidden_columns": hidden}
