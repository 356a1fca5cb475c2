"""Reads of a register: what the viewer may see, filtered and sorted by the URL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.registry.types import Sheet

DUE_DAYS = 30  # `?due=<a column of dates>`: past, or within so many days


def visible(sheet: Sheet, viewer: Actor) -> QuerySet[Any]:
    return policy.visible_to(
        viewer, sheet.read, sheet.model.objects.select_related("organisation"), "organisation__path"
    )


def filtered(sheet: Sheet, rows: QuerySet[Any], wanted: Mapping[str, str], today: date) -> QuerySet[Any]:
    """Filters by column, free words over the text columns, review state, a date that is due; sort by any listed column."""
    rows = rows if wanted.get("retired") == "1" else rows.filter(retired_on=None)
    for column in sheet.columns:
        value = wanted.get(column.name, "") if column.filterable else ""
        if value and (not column.choices or value in column.choices):
            rows = rows.filter(**{column.name: value})
    if words := wanted.get("q", "").strip():
        texts = [column.name for column in sheet.columns if column.kind in ("text", "long") and not column.personal]
        search = Q(pk__in=())
        for name in texts:
            search |= Q(**{f"{name}__contains": words})
        rows = rows.filter(search)
    if wanted.get("review") == "due":
        rows = rows.filter(review_due_on__lte=today)
    if (due := wanted.get("due", "")) in {column.name for column in sheet.columns if column.kind == "date"}:
        rows = rows.filter(**{f"{due}__lte": today + timedelta(days=DUE_DAYS)})
    sort = wanted.get("sort", "")
    known = {column.name for column in sheet.columns}
    return rows.order_by(sort if sort.lstrip("-") in known else sheet.key, "pk")
