"""Long lists: the count is asked once, and again as soon as an action is journalled."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import RequestFactory

from anlan.kernel.access.actions import found_organisation
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.web.paging import page_of

AT = datetime(2026, 3, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _found(code: str) -> None:
    found_organisation(actor=SYSTEM, code=code, name=code, kind="district", parent=None, at=AT)


def _rows() -> object:
    return Organisation.objects.order_by("code")


def test_count_is_kept_until_something_is_journalled(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    request = RequestFactory().get("/?page=1")
    _found("A")
    assert page_of(request, _rows()).paginator.count == 1
    with django_assert_num_queries(1):  # the journal's end only
        assert page_of(request, _rows()).paginator.count == 1
    _found("B")
    assert page_of(request, _rows()).paginator.count == 2


def test_another_filter_is_another_count() -> None:
    request = RequestFactory().get("/")
    _found("A")
    _found("B")
    assert page_of(request, _rows()).paginator.count == 2
    assert page_of(request, Organisation.objects.filter(code="A").order_by("code")).paginator.count == 1


@pytest.mark.parametrize(("page", "expected"), [("2", 2), ("99", 3), ("-1", 3), ("x", 1), ("", 1)])
def test_a_page_that_is_not_there_gives_the_nearest(page: str, expected: int) -> None:
    request = RequestFactory().get("/", {"page": page})
    assert page_of(request, list(range(5)), size=2).number == expected
