"""What planning declares: permissions, pages, navigation, jobs; what waits for a person; search; demonstration."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import PUBLIC, Actor, Page, Permission
from anlan.kernel.planning import demonstration, standing
from anlan.kernel.planning.clocks import sweep
from anlan.kernel.planning.desk import find as _find
from anlan.kernel.planning.desk import waiting as _waiting
from anlan.kernel.planning.pages import indicator, intake, overview, project, task, tasks
from anlan.kernel.planning.undoing import UNDOS as _UNDOS
from anlan.kernel.planning.verbs import VERBS as _VERBS
from anlan.kernel.web.types import Fact, Hit, Nav, Waiting

_STAFF = {
    "planner": "district", "leader": "district", "auditor": "district", "administrator": "district",
    "bureau_officer": "own", "environment_officer": "own", "street_officer": "own",
}  # fmt: skip

PERMISSIONS = (
    Permission(slug="planning.read", title="查看规划任务", roles=_STAFF),  # type: ignore[arg-type]
    Permission(slug="planning.work", title="办理规划任务", roles={"bureau_officer": "own", "street_officer": "own"}),
    Permission(
        slug="planning.record",
        title="登记节点和资金",
        roles={"bureau_officer": "own", "street_officer": "own", "planner": "district"},
    ),
    Permission(slug="planning.decide", title="确认和答复规划任务", roles={"planner": "district"}),
    Permission(slug="planning.import", title="导入规划", roles={"planner": "district"}),
    Permission(slug="planning.assign", title="对应责任单位、挂接目标", roles={"planner": "district"}),
    Permission(slug="planning.correct", title="更正读入的内容", roles={"planner": "district"}),
)

_POST = ("GET", "POST")
PAGES = (
    Page(
        path="plans/",
        name="plans",
        view=overview.overview,
        permission="planning.read",
        title="规划",
        section="planning",
    ),
    Page(
        path="plans/<int:number>/text/",
        name="plan_text",
        view=overview.plan_text,
        permission="planning.read",
        title="规划正文",
        section="planning",
    ),
    Page(
        path="plans/tasks/",
        name="plan_tasks",
        view=tasks.table,
        permission="planning.read",
        title="任务",
        methods=_POST,
        section="planning",
    ),
    Page(
        path="plans/tasks/bulk/",
        name="plan_tasks_bulk",
        view=tasks.bulk,
        permission="planning.read",
        title="批量办理任务",
        methods=("POST",),
        section="planning",
    ),
    Page(
        path="plans/tasks/export.<str:form>",
        name="plan_tasks_export",
        view=tasks.export,
        permission="planning.read",
        title="导出任务",
        section="planning",
        kind="export",
    ),
    Page(
        path="plans/tasks/<int:number>/",
        name="plan_task",
        view=task.detail,
        permission="planning.read",
        title="任务",
        section="planning",
    ),
    Page(
        path="plans/tasks/<int:number>/<slug:move>/",
        name="plan_task_act",
        view=task.act,
        permission="planning.read",
        title="办理任务",
        methods=("POST",),
        section="planning",
    ),
    Page(
        path="plans/projects/",
        name="plan_projects",
        view=project.listing,
        permission="planning.read",
        title="工程",
        methods=_POST,
        section="planning",
    ),
    Page(
        path="plans/projects/export.<str:form>",
        name="plan_projects_export",
        view=project.export,
        permission="planning.read",
        title="导出工程",
        section="planning",
        kind="export",
    ),
    Page(
        path="plans/projects/<int:number>/",
        name="plan_project",
        view=project.detail,
        permission="planning.read",
        title="工程",
        section="planning",
    ),
    Page(
        path="plans/projects/<int:number>/<slug:move>/",
        name="plan_project_act",
        view=project.act,
        permission="planning.read",
        title="办理工程",
        methods=("POST",),
        section="planning",
    ),
    Page(
        path="plans/targets/",
        name="plan_targets",
        view=overview.targets,
        permission="planning.assign",
        title="数字目标",
        command="挂接数字目标",
        methods=_POST,
        section="planning",
    ),
    Page(
        path="plans/departments/",
        name="plan_departments",
        view=overview.departments,
        permission="planning.assign",
        title="责任单位",
        command="对应责任单位",
        methods=_POST,
        section="planning",
    ),
    Page(
        path="plans/indicators/<int:number>/correct/",
        name="plan_indicator_correct",
        view=indicator.correct,
        permission="planning.correct",
        title="更正指标",
        methods=_POST,
        section="planning",
    ),
    Page(
        path="plans/import/",
        name="plan_import",
        view=intake.upload,
        permission="planning.import",
        title="导入规划",
        command="导入规划",
        methods=_POST,
        section="planning",
    ),
    Page(path="public/plans/", name="public_plans", view=overview.public_plans, permission=PUBLIC, title="规划公开"),
    Page(
        path="public/plans/<int:number>/",
        name="public_plan_tasks",
        view=overview.public_tasks,
        permission=PUBLIC,
        title="任务公开",
    ),
)

NAV = (
    Nav(section="planning", title="规划", page="plans", permission="planning.read", order=10),
    Nav(section="planning", title="任务", page="plan_tasks", permission="planning.read", order=20),
    Nav(section="planning", title="工程", page="plan_projects", permission="planning.read", order=40),
    Nav(section="planning", title="数字目标", page="plan_targets", permission="planning.assign", order=70),
    Nav(section="planning", title="责任单位", page="plan_departments", permission="planning.assign", order=80),
    Nav(section="planning", title="导入", page="plan_import", permission="planning.import", order=90),
)

VERBS = _VERBS
UNDOS = _UNDOS
JOBS = (Job(slug="planning.clocks", title="任务时限", every=timedelta(minutes=5), run=sweep),)


def waiting(actor: Actor, at: datetime) -> Iterable[Waiting]:
    return _waiting(actor, at)


def sent(actor: Actor, at: datetime) -> Iterable[Waiting]:
    return standing.sent(actor, at)


def now(actor: Actor, at: datetime) -> Iterable[Fact]:
    return standing.now(actor, at)


def public(at: datetime) -> Iterable[Fact]:
    return standing.public(at)


def find(actor: Actor, words: str) -> list[Hit]:
    return _find(actor, words)


def demo(at: datetime) -> None:
    demonstration.load(at)
