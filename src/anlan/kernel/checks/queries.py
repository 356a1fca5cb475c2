"""Reads of checks; each takes the viewer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Q, QuerySet

from anlan.base.clock import CHINA
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.policy import reach
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case
from anlan.kernel.checks import declared
from anlan.kernel.checks.models import Answer, Form, Plan, Task
from anlan.kernel.checks.types import CheckArea

_SHOWN = ("organisation", "target", "form", "person", "plan")


def _sees(area: CheckArea, actor: Actor) -> Q:
    how_far = reach(actor, area.read)
    if how_far == "district":
        return Q(area=area.slug)
    if not how_far or not actor.path:
        return Q(pk=None)
    own = Q(organisation__path__startswith=actor.path) | Q(target__path__startswith=actor.path)
    return Q(area=area.slug) & own


def _areas(area: str) -> list[CheckArea]:
    return [one for one in declared.areas().values() if area in ("", one.slug)]


def _all(actor: Actor, area: str) -> Q:
    seen = Q(pk=None)
    for one in _areas(area):
        seen |= _sees(one, actor)
    return seen


def visible(actor: Actor, area: str = "") -> QuerySet[Task]:
    """The tasks this person may see, of one area or of all."""
    return Task.objects.filter(_all(actor, area)).select_related(*_SHOWN)


def visible_plans(actor: Actor, area: str = "") -> QuerySet[Plan]:
    return Plan.objects.filter(_all(actor, area)).select_related("organisation", "target", "person")


def visible_forms(actor: Actor, area: str = "") -> QuerySet[Form]:
    """The district's forms and those of organisations this person sees."""
    seen = Q(pk=None)
    for one in _areas(area):
        how_far = reach(actor, one.read)
        if how_far == "district":
            seen |= Q(area=one.slug)
        elif how_far and actor.path:
            seen |= Q(area=one.slug) & (Q(organisation=None) | Q(organisation__path__startswith=actor.path))
    return Form.objects.filter(seen).select_related("organisation")


def newest(rows: QuerySet[Form]) -> list[Form]:
    """The latest edition of each slug."""
    found: dict[str, Form] = {}
    for one in rows.order_by("slug", "number"):
        found[one.slug] = one
    return sorted(found.values(), key=lambda one: (one.organisation_id or 0, one.title))


def in_force(slug: str, day: date) -> Form | None:
    """The edition of the form that holds on that day."""
    return Form.objects.filter(slug=slug, valid_from__lte=day).order_by("-number").first()


def belongs(actor: Actor, organisation: Organisation) -> bool:
    """Whether the actor acts for this very organisation, or for a section of it; never for one below or above it."""
    if actor.organisation_id == organisation.pk:
        return True
    return Organisation.objects.filter(pk=actor.organisation_id or 0, kind="section", parent=organisation).exists()


def _own(actor: Actor) -> Q:
    rows = Organisation.objects.filter(pk=actor.organisation_id or 0).values_list("pk", "kind", "parent_id")
    mine = {pk for pk, _kind, _parent in rows} | {parent for _pk, kind, parent in rows if kind == "section"}
    return Q(organisation__in=mine)


def mine(actor: Actor, at: datetime, area: str = "") -> QuerySet[Task]:
    """等我查: begun, not done, still possible, of my organisation, for my role or for me."""
    if actor.person_id is None or actor.organisation_id is None:
        return Task.objects.none()
    areas = [one.slug for one in _areas(area) if policy.may(actor, one.do)]
    rows = Task.objects.filter(_own(actor), area__in=areas, state="open", starts_at__lte=at, closes_at__gte=at)
    rows = rows.filter(Q(person=None) | Q(person=actor.person_id)).filter(Q(role="") | Q(role__in=actor.roles))
    return rows.select_related(*_SHOWN).order_by("due_at", "id")


def obstacle(task: Task, actor: Actor, at: datetime) -> str:
    """Why this person cannot do this task now; empty when nothing is in the way."""
    area = declared.area(task.area)
    reason = policy.why(actor, area.do)
    if not reason.allowed:
        return reason.sentence
    if not belongs(actor, task.organisation):
        return f"这是{task.organisation}的检查。"
    if task.person_id and task.person_id != actor.person_id:
        return f"这次检查指定由{task.person}做。"
    if task.role and task.role not in actor.roles:
        title = policy.roles()[task.role].title if task.role in policy.roles() else task.role
        return f"这次检查由{title}做。"
    if task.state != "open":
        return f"这次检查{Task.STATES[task.state]}。"
    return early_or_closed(task, at)


def early_or_closed(task: Task, at: datetime) -> str:
    if at < task.starts_at:
        return f"还没到检查时间，{task.starts_at.astimezone(CHINA):%m月%d日 %H:%M} 开始。"
    if at > task.closes_at:
        return "补查的时间已过，这次算漏查。由安全员写明原因。"
    return ""


MISSED = Q(state="open")


def missed(rows: QuerySet[Task], at: datetime) -> QuerySet[Task]:
    """Not done by the end of the window."""
    return rows.filter(MISSED, due_at__lt=at)


def unexplained(actor: Actor, at: datetime, area: str = "") -> QuerySet[Task]:
    """Missed tasks of organisations whose checks this person plans, too late to be done and without a reason yet."""
    areas = [one for one in _areas(area) if policy.may(actor, one.plan)]
    if not areas or actor.organisation_id is None:
        return Task.objects.none()
    rows = Task.objects.filter(
        _own(actor), area__in=[one.slug for one in areas], state="open", closes_at__lt=at, reason=""
    )
    return rows.select_related(*_SHOWN)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(0), CHINA)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_STATES: Mapping[str, Callable[[QuerySet[Task], datetime], QuerySet[Task]]] = {
    "open": lambda rows, at: rows.filter(state="open", due_at__gte=at, starts_at__lte=at),
    "coming": lambda rows, at: rows.filter(state="open", starts_at__gt=at),
    "missed": missed,
    "done": lambda rows, _at: rows.filter(state="done"),
    "late": lambda rows, _at: rows.filter(state="done", done_at__gt=F("due_at")),
    "on_time": lambda rows, _at: rows.filter(state="done", done_at__lte=F("due_at")),
    "excused": lambda rows, _at: rows.filter(state="excused"),
    "failed": lambda rows, _at: rows.filter(records__state="standing", records__failed__gt=0),
}
WORDS = {
    "open": "待查", "coming": "未开始", "missed": "漏查", "done": "已查", "late": "补查", "on_time": "按时", "excused": "免查", "failed": "有不合格",
}  # fmt: skip


def within(rows: QuerySet[Task], first: date, last: date) -> QuerySet[Task]:
    """Tasks due in first ≤ civil day ≤ last."""
    return rows.filter(due_at__gte=_start(first), due_at__lt=_start(last + timedelta(days=1)))


def filtered(rows: QuerySet[Task], asked: Mapping[str, str], at: datetime) -> QuerySet[Task]:
    """By what the list's address says; unknown words change nothing."""
    if (how := _STATES.get(asked.get("state", ""))) is not None:
        rows = how(rows, at)
    elif not asked.get("from"):
        rows = rows.filter(starts_at__lte=at)  # what has not begun is shown when it is asked for
    for name, lookup in (("organisation", "organisation"), ("plan", "plan"), ("target", "target")):
        if asked.get(name, "").isdecimal():
            rows = rows.filter(**{lookup: int(asked[name][:18])})
    if asked.get("checklist"):
        rows = rows.filter(form__slug=asked["checklist"][:60])
    if asked.get("subject"):
        kind, _colon, number = asked["subject"][:110].partition(":")
        rows = rows.filter(subject_kind=kind, subject_id=number)
    if first := _day(asked.get("from", "")):
        rows = rows.filter(due_at__gte=_start(first))
    if last := _day(asked.get("to", "")):
        rows = rows.filter(due_at__lt=_start(last + timedelta(days=1)))
    if words := asked.get("q", "").strip()[:80]:
        rows = rows.filter(
            Q(title__contains=words)
            | Q(place__contains=words)
            | Q(organisation__name__contains=words)
            | Q(target__name__contains=words)
        )
    return rows


@dataclass(frozen=True)
class Line:
    """Figures of one organisation over a period. `due`: those whose window ended; `missed` are of them; `cases`: dangers opened."""

    organisation: Organisation
    all: int
    on_time: int
    late: int
    missed: int
    excused: int
    waiting: int
    failed: int
    cases: int

    @property
    def key(self) -> str:
        return str(self.organisation.pk)

    @property
    def due(self) -> int:
        return self.on_time + self.late + self.missed

    @property
    def rate(self) -> float | None:
        """Done in time ÷ due, per cent; excused ones count in neither."""
        return round(self.on_time * 100 / self.due, 1) if self.due else None


def figures(rows: QuerySet[Task], first: date, last: date, at: datetime) -> list[Line]:
    """By the organisation that checks, most missed first."""
    counted = (
        within(rows, first, last).order_by().values("organisation").annotate(
            n=Count("pk"), on_time=Count("pk", filter=Q(state="done", done_at__lte=F("due_at"))),
            late=Count("pk", filter=Q(state="done", done_at__gt=F("due_at"))), missed=Count("pk", filter=Q(state="open", due_at__lt=at)),
            excused=Count("pk", filter=Q(state="excused")), waiting=Count("pk", filter=Q(state="open", due_at__gte=at)),
        )
    )  # fmt: skip
    found = (
        Answer.objects.filter(record__state="standing", result="failed", record__task__in=within(rows, first, last).order_by().values("pk"))
        .values("record__task__organisation").annotate(n=Count("pk"), cases=Count("case", distinct=True))
    )  # fmt: skip
    failed = {one["record__task__organisation"]: (one["n"], one["cases"]) for one in found}
    units = Organisation.objects.in_bulk([one["organisation"] for one in counted])
    lines = [
        Line(units[one["organisation"]], one["n"], one["on_time"], one["late"], one["missed"], one["excused"], one["waiting"],
             *failed.get(one["organisation"], (0, 0)))
        for one in counted
    ]  # fmt: skip
    return sorted(lines, key=lambda one: (-one.missed, one.organisation.path))


def totals(lines: Sequence[Line]) -> dict[str, int]:
    return {
        name: sum(getattr(one, name) for one in lines)
        for name in ("all", "due", "on_time", "late", "missed", "excused", "waiting", "failed", "cases")
    }


def of_case(case: Case) -> list[Answer]:
    """The answers that a case came from."""
    return list(Answer.objects.filter(case=case).select_related("item", "record__task__form").order_by("id"))
