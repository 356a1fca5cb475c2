"""The demonstration's own plan (示例规划): our made-up sample through the same reader and import, then some work on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Post
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.planning import actions, intake, records
from anlan.kernel.planning.models import Plan, Project, Task
from anlan.kernel.planning.reading.cli import sample_text

_NOTE = "示例进展：已完成排查并建账。"


def load(at: datetime) -> None:
    """Idempotent: does nothing once the sample is stored."""
    seen = intake.preview(sample_text().encode())
    if seen.known is not None:
        return
    intake.store(
        actor=SYSTEM, seen=seen, file_name="示例规划.txt", at=datetime(2022, 1, 10, 9, 0, tzinfo=CHINA), is_demo=True
    )
    plan = Plan.objects.filter(document__is_demo=True, domain="environment").first()
    if plan is not None:
        _work(plan, at)
        _money(plan, at)


def _officer(task: Task) -> Actor | None:
    """Someone of the lead department who may work the task."""
    post = (
        Post.objects.filter(organisation=task.lead, role="bureau_officer")
        .select_related("person", "organisation__parent")
        .first()
    )
    return policy.actor_of(post) if post else None


def _work(plan: Plan, at: datetime) -> None:
    """Tasks of departments that have a person: accepted and reported at different times, one finished, one asking for a change."""
    mine = [(task, actor) for task in plan.tasks.select_related("plan", "lead") if (actor := _officer(task))]
    for index, (task, actor) in enumerate(mine[: max(len(mine) - 2, 0)]):
        actions.accept(actor=actor, task=task, at=at - timedelta(days=400))
        if index % 4 != 3:  # every fourth stays silent
            _report(task, actor, at - timedelta(days=20 * (index + 1)), min(20 + 10 * index, 90))
    if mine:
        task, actor = mine[0]
        actions.finish(actor=actor, task=task, at=at - timedelta(days=2))
    if len(mine) > 1:
        task, actor = mine[1]
        year = max(plan.last_year, civil_date(at).year) + 1
        actions.ask_change(
            actor=actor,
            task=task,
            reason="示例：配套管线晚交付三个月，申请顺延。",
            deadline_kind="year",
            deadline_year=year,
            at=at - timedelta(days=1),
        )


def _report(task: Task, actor: Actor, at: datetime, percent: int) -> None:
    actions.report(
        actor=actor, task=task, text=_NOTE, as_of=civil_date(at), at=at, percent=percent, figure=Decimal(percent), figure_unit="处",
        uploads=[("示例佐证.txt", f"示例佐证：第 {task.number} 项，进度 {percent}%。".encode())],
    )  # fmt: skip


def _money(plan: Plan, at: datetime) -> None:
    """Planned, allocated and spent money on a few tasks and the key projects, with sources."""
    officer = Post.objects.filter(role="planner").select_related("person", "organisation__parent").first()
    if officer is None:
        return
    actor = policy.actor_of(officer)
    items: list[Task | Project] = [*plan.tasks.select_related("plan")[:3]]
    items += list(Project.objects.filter(plan__document__is_demo=True, kind="key_project").select_related("plan"))
    for index, item in enumerate(items, 1):
        for kind, share in (("planned", 100), ("allocated", 70), ("spent", 45)):
            amount = Decimal(index * 10_000 * share)
            records.enter_money(
                actor=actor, item=item, kind=kind, year=2024, amount=amount, source="示例：区级财政资金", at=at
            )
        records.set_milestone(
            actor=actor, item=item, year=2025, title="示例节点：完成验收", due_on=date(2025, 6, 30), at=at
        )
