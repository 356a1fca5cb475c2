"""Pages of long lists. Counting 100,000 rows costs more than showing 50, so a count is kept until something is journalled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from anlan.kernel.journal.models import Entry

T = TypeVar("T")
ROWS = 50
# Two actions may commit in another order than their entries were numbered; a kept count can lag by this much, rows never.
KEPT_SECONDS = 10


def kept(rows: QuerySet[Any], what: str, count: Callable[[], T]) -> T:
    """What `count` says of these rows, asked once per query and state of the journal; `what` tells its kind."""
    try:
        asked = repr(rows.order_by().query.sql_with_params())
    except EmptyResultSet:  # the filters exclude each other
        return count()
    last = Entry.objects.order_by("-id").values_list("id", flat=True).first()
    key = f"{what}:{last}:{hashlib.sha256(asked.encode()).hexdigest()}"
    return cast("T", cache.get_or_set(key, count, timeout=KEPT_SECONDS))


class CountedPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A paginator whose count is kept."""

    @cached_property
    def count(self) -> int:
        rows = self.object_list
        return kept(rows, "count", rows.count) if isinstance(rows, QuerySet) else len(rows)


def page_of(request: HttpRequest, rows: Any, size: int = ROWS) -> Page[Any]:
    """The page the address asks for; a page that is not there gives the nearest one."""
    return CountedPaginator(rows, size).get_page(request.GET.get("page"))
