"""Pages of long lists. Counting 100,000 rows costs more than showing 50, so a count is kept until something is journalled."""

from __future__ import annotations

import hashlib
from typing import Any, cast

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from anlan.kernel.journal.models import Entry

ROWS = 50
# Two actions may commit in another order than their entries were numbered; a kept count can lag by this much, rows never.
KEPT_SECONDS = 10


class CountedPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A paginator whose count is asked once per query and state of the journal."""

    @cached_property
    def count(self) -> int:
        if not isinstance(self.object_list, QuerySet):
            return len(self.object_list)
        rows = self.object_list
        try:
            asked = repr(rows.order_by().query.sql_with_params())
        except EmptyResultSet:  # the filters exclude each other
            return 0
        last = Entry.objects.order_by("-id").values_list("id", flat=True).first()
        key = f"count:{last}:{hashlib.sha256(asked.encode()).hexdigest()}"
        return cast("int", cache.get_or_set(key, rows.count, timeout=KEPT_SECONDS))


def page_of(request: HttpRequest, rows: Any, size: int = ROWS) -> Page[Any]:
    """The page the address asks for; a page that is not there gives the nearest one."""
    return CountedPaginator(rows, size).get_page(request.GET.get("page"))
