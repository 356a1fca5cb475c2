"""What this room declares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.kernel.access import policy
from anlan.kernel.access.types import PUBLIC, Actor, Page, Permission
from anlan.kernel.planning.reviews import pages
from anlan.kernel.planning.reviews.demonstration import load as demo
from anlan.kernel.planning.reviews.models import KINDS, Review
from anlan.kernel.planning.reviews.verbs import VERBS
from anlan.kernel.web.types import Hit, Nav, Waiting

PERMISSIONS = (
    Permission(
        slug="planning_reviews.view", title="查看评估",
        roles={"planner": "district", "leader": "district", "auditor": "district"},
    ),
    Permission(slug="planning_reviews.make", title="起草评估", roles={"planner": "district"}),
    Permission(slug="planning_reviews.sign", title="签发评估", roles={"leader": "district"}),
    Permission(slug="planning_reviews.publish", title="公布评估", roles={"planner": "district"}),
)  # fmt: skip

_VIEW, _SECTION = "planning_reviews.view", "reports"
PAGES = (
    Page(path="planning/reviews/", name="reviews", view=pages.reviews, permission=_VIEW, title="评估报告", section=_SECTION),
    Page(
        path="planning/reviews/make/", name="review_make", view=pages.make, permission="planning_reviews.make",
        title="生成评估", methods=("POST",), section=_SECTION,
    ),
    Page(path="planning/reviews/export/", name="reviews_export", view=pages.export, permission=_VIEW, title="导出评估", kind="export"),
    Page(path="planning/reviews/<int:number>/", name="review", view=pages.detail, permission=_VIEW, title="评估报告", section=_SECTION),
    Page(
        path="planning/reviews/<int:number>/<slug:word>/", name="review_move", view=pages.move, permission=_VIEW,
        title="办理评估", methods=("POST",), section=_SECTION,
    ),
    Page(
        path="planning/reviews/<int:number>/report.<slug:form>", name="review_print", view=pages.printed, permission=_VIEW,
        title="评估文件", kind="file",
    ),
    Page(path="public/reviews/", name="public_reviews", view=pages.public_list, permission=PUBLIC, title="规划评估报告"),
    Page(path="public/reviews/<int:number>/", name="public_review", view=pages.public_detail, permission=PUBLIC, title="评估报告"),
    Page(
        path="public/reviews/<int:number>/report.<slug:form>", name="public_review_file", view=pages.public_file,
        permission=PUBLIC, title="评估文件", kind="file",
    ),
)  # fmt: skip

NAV = (Nav(section="reports", title="评估报告", page="reviews", permission=_VIEW, order=10),)

_NEXT = (
    ("draft", "planning_reviews.make", "评分送签"),
    ("scored", "planning_reviews.sign", "签发"),
    ("signed", "planning_reviews.publish", "公布"),
)


def waiting(actor: Actor, _at: datetime) -> Iterator[Waiting]:
    """Drafts for the planner, what is to be signed for the leader, what is to be published for the planner."""
    mine = {state: verb for state, permission, verb in _NEXT if policy.may(actor, permission)}
    rows = Review.objects.filter(state__in=mine).select_related("plan", "organisation").order_by("made_at")
    for row in rows:
        fact = (row.returned_for and f"退回：{row.returned_for}") or KINDS[row.kind]
        yield Waiting(
            kind=_("评估"), title=str(row), fact=fact, sender=str(row.organisation), verb=_(mine[row.state]),
            url=reverse("review", args=[row.pk]),
        )  # fmt: skip


def find(actor: Actor, words: str) -> list[Hit]:
    if not policy.may(actor, _VIEW):
        return []
    rows = Review.objects.filter(plan__title__icontains=words).select_related("plan")[:8]
    return [
        Hit(group="查", title=str(row), detail=row.get_state_display(), url=reverse("review", args=[row.pk]))
        for row in rows
    ]


__all__ = ["NAV", "PAGES", "PERMISSIONS", "VERBS", "demo", "find", "waiting"]
