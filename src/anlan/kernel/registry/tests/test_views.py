"""Saved views: one mechanism for registers, tasks and projects."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.cast import AT, Cast

from anlan.base.errors import Refused
from anlan.kernel.journal.models import Entry
from anlan.kernel.registry import views
from anlan.kernel.registry.models import SavedView

pytestmark = pytest.mark.django_db
LISTS = ("/plans/tasks/", "/plans/projects/", "/registry/places/")


def save(cast: Cast, who: str = "planner", **more: Any) -> SavedView:
    given = {"name": "超期", "query": "late=overdue&page=3&plan=", "shared": False, **more}
    return views.save(actor=cast.actor(who), listing="plan_tasks", at=AT, **given)


def test_a_view_keeps_the_filter_without_page_and_empty_fields(cast: Cast) -> None:
    row = save(cast)
    assert row.query == "late=overdue"
    assert save(cast, query="late=silent&sort=due").pk == row.pk
    assert [one.query for one in views.views(cast.actor("planner"), "plan_tasks")] == ["late=silent&sort=due"]
    assert list(views.views(cast.actor("leader"), "plan_tasks")) == []
    assert list(views.views(cast.actor("planner"), "plan_projects")) == []
    assert Entry.objects.filter(verb="registry.view.saved").count() == 2


@pytest.mark.parametrize("fields", [{"name": " "}, {"query": ""}, {"query": "page=2&q="}, {"query": "q=" + "x" * 500}])
def test_wrong_views(cast: Cast, fields: dict[str, Any]) -> None:
    before = Entry.objects.count()
    with pytest.raises(Refused):
        save(cast, **fields)
    assert not SavedView.objects.exists()
    assert Entry.objects.count() == before


def test_a_shared_view_is_dropped_by_its_owner_only(cast: Cast) -> None:
    row = save(cast, shared=True)
    assert row in views.views(cast.actor("leader"), "plan_tasks")
    with pytest.raises(Refused) as caught:
        views.drop(actor=cast.actor("leader"), listing="plan_tasks", number=row.pk, at=AT)
    assert caught.value.code == "forbidden"
    with pytest.raises(Refused) as caught:
        views.drop(actor=cast.actor("planner"), listing="plan_projects", number=row.pk, at=AT)
    assert caught.value.code == "not_found"
    views.drop(actor=cast.actor("planner"), listing="plan_tasks", number=row.pk, at=AT)
    with pytest.raises(Refused):
        views.drop(actor=cast.actor("planner"), listing="plan_tasks", number=row.pk, at=AT)
    assert Entry.objects.filter(verb="registry.view.dropped").count() == 1


@pytest.mark.parametrize("url", LISTS)
def test_every_list_saves_shows_and_drops(cast: Cast, url: str) -> None:
    client = cast.client("planner")
    answer = client.post(url, {"name": "我的视图", "query": "q=示例&page=2", "shared": "1"})
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"])
    assert [one.name for one in page.context["views"]] == ["我的视图"]
    assert page.context["view_shown"] == page.context["views"][0].pk
    assert 'name="shared"' not in page.content.decode()
    assert "我的视图" in cast.client("leader").get(url).content.decode()
    assert client.post(url, {"drop": "999999"}).status_code == 404
    assert client.post(url, {"drop": str(page.context["view_shown"])}).status_code == 302
    assert not SavedView.objects.exists()
    assert client.post(url, {"name": "", "query": "q=x"}).status_code == 422
