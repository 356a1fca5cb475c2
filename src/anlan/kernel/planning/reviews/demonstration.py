"""示例 reviews of the demonstration's environment plan: last year's signed and published, this year's before the leader."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Post
from anlan.kernel.planning.models import Plan
from anlan.kernel.planning.reviews import actions
from anlan.kernel.planning.reviews.models import Review
from anlan.kernel.planning.values import computing


def _post(role: str) -> Post | None:
    posts = Post.objects.filter(role=role, person__is_demo=True).select_related("organisation__parent", "person")
    return posts.order_by("id").first()


def load(at: datetime) -> None:
    plan = Plan.objects.filter(document__is_demo=True, domain="environment").order_by("id").first()
    planner, leader = _post("planner"), _post("leader")
    if plan is None or planner is None or leader is None or Review.objects.filter(plan=plan).exists():
        return
    computing.refresh(at)
    last, actor = min(plan.last_year, civil_date(at).year - 1), policy.actor_of(planner)
    old = _draft(planner, plan, last - 1, at - timedelta(days=3))
    actions.send_to_sign(actor=actor, review=old, at=at - timedelta(days=2))
    actions.sign(actor=policy.actor_of(leader), review=old, at=at - timedelta(days=2))
    actions.publish(actor=actor, review=old, at=at - timedelta(days=1))
    actions.send_to_sign(actor=actor, review=_draft(planner, plan, last, at), at=at)


def _draft(planner: Post, plan: Plan, year: int, at: datetime) -> Review:
    actor = policy.actor_of(planner)
    review = actions.make(
        actor=actor, plan=plan, kind="yearly", year=year, as_of=date(year, 12, 31), organisation=planner.organisation,
        code="示例规评", addressee="示例区人民政府", at=at,
    )  # fmt: skip
    actions.write(
        actor=actor, review=review, at=at, opinion="示例：总体评价由起草人根据下列数字撰写，这里是示例文字。",
        proposals="示例：对有差距的指标按月调度。\n示例：久无进展的任务由牵头单位限期报告。",
    )  # fmt: skip
    return review
