"""The demonstration's own plan (示例规划): our made-up sample through the same reader and import, then some work on it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.planning import actions, intake, projects, records
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
    post = Post.objects.filter(role="planner").select_related("person", "organisation__parent").first()
    if post is None:
        return
    planner = policy.actor_of(post)
    keys = Project.objects.filter(plan__document__is_demo=True, kind="key_project").select_related("plan")
    units = Organisation.objects.filter(posts__role="bureau_officer", closed_on=None).distinct().order_by("-code")
    for index, project in enumerate(keys[: max(len(keys) - 1, 0)] if units else ()):
        lead, partner = units[index % len(units)], units[(index + 1) % len(units)]
        _project(project, planner, lead, partner, at)
    day = at - timedelta(days=60)
    items: list[Task | Project] = [*plan.tasks.select_related("plan", "lead")[:3], *keys]
    for index, item in enumerate(items, 1):
        for kind, year, share in (
            ("planned", 2024, 100),
            ("allocated", 2024, 70),
            ("spent", 2024, 30),
            ("spent", 2025, 15),
        ):
            records.enter_money(
                actor=planner, item=item, kind=kind, year=year, amount=Decimal(index * 10_000 * share), source="示例：区级财政资金", at=day
            )  # fmt: skip


_STEPS = (
    (date(2024, 6, 30), "示例节点：完成立项", date(2024, 6, 18)),
    (date(2025, 3, 31), "示例节点：开工", date(2025, 4, 21)),
    (date(2025, 6, 30), "示例节点：主体完成", None),
    (date(2025, 12, 20), "示例节点：完成验收", None),
)


def _project(project: Project, planner: Actor, lead: Organisation, partner: Organisation, at: datetime) -> None:
    """A project with its departments, four milestones (one done late, the last open), and a report with a file."""
    projects.assign(actor=planner, project=project, lead=lead, partners=[partner], at=at - timedelta(days=300))
    for due_on, title, done_on in _STEPS:
        step = records.set_milestone(
            actor=planner, item=project, year=due_on.year, title=title, due_on=due_on, at=at - timedelta(days=300)
        )
        if done_on and done_on <= civil_date(at):
            records.reach_milestone(actor=planner, milestone=step, done_on=done_on, at=at - timedelta(days=30))
    post = (
        Post.objects.filter(organisation=lead, role="bureau_officer")
        .select_related("person", "organisation__parent")
        .first()
    )
    if post is not None:
        projects.report(
            actor=policy.actor_of(post), project=project, text="示例进展：基础施工完成，设备已订货。", as_of=civil_date(at - timedelta(days=20)),
            at=at - timedelta(days=20), uploads=[("示例进度照片说明.txt", "示例佐证：现场照片说明。".encode())],
        )  # fmt: skip
