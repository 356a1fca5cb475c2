"""Forms and plans: editions published, plans made and stopped, and the tasks that the clock makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.access.moves import Move, advance
from anlan.kernel.access.policy import reach
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.casework import declared as processes
from anlan.kernel.checks import declared, queries, rules
from anlan.kernel.checks.models import Form, Item, Plan, Task
from anlan.kernel.checks.types import PACES, CheckArea, CheckForm, CheckItem, Pace, form_faults
from anlan.kernel.checks.verbs import note as journal

FILLED = frozenset({"post", "measure_kind", "measure"})  # what a failed item tells its case
AHEAD = timedelta(days=1)  # tasks are made this long before their window begins
MOST_ITEMS = 200
MOST_TASKS = 2000  # of one plan in one run; the next run goes on


# ---- forms
def publish_form(
    *, actor: Actor, area: CheckArea, slug: str, title: str, edition: str, valid_from: date, items: Sequence[CheckItem], at: datetime,
    organisation: Organisation | None = None, process: str = "", note: str = "", source: str = "", verified: bool = False,
    is_demo: bool = False,
) -> Form:  # fmt: skip
    """Publish the next edition of a form. The same items again are the edition that stands. Raises Refused at a field."""
    if organisation is not None:
        policy.require(actor, area.plan, organisation)
    elif reach(actor, area.plan) != "district":
        raise Refused("forbidden", "全区用的检查表由主管部门发布；本单位的，选本单位。")
    form = CheckForm(slug=slug.strip(), area=area.slug, title=title.strip(), edition=edition.strip(), valid_from=valid_from, items=tuple(items),
                     process=process, source=source, verified=verified, note=note.strip())  # fmt: skip
    _check(form)
    try:
        with transaction.atomic():
            return _publish(actor, form, organisation, at, is_demo)
    except IntegrityError:
        raise Refused("stale", "别人刚发布了这张检查表的新版。刷新后再发布。") from None


def _check(form: CheckForm) -> None:
    if not form.title or not form.edition:
        raise Refused("title", "写检查表的名称和版次。", "title")
    if len(form.title) > 80 or len(form.edition) > 20 or len(form.slug) > 60:
        raise Refused("title", "名称最多 80 个字，版次最多 20 个字。", "title")
    if found := form_faults(form):
        raise Refused("items", f"{found[0]}。改好再发布。", "items")
    if len(form.items) > MOST_ITEMS:
        raise Refused("items", f"一张表最多 {MOST_ITEMS} 项。拆成两张。", "items")
    if form.process:
        process = processes.process(form.process)
        lacking = [one.title for one in process.asks if one.required and one.name not in FILLED]
        if lacking:
            raise Refused("process", f"不合格不能自动登记{process.title}：它要填“{lacking[0]}”。", "process")


def _publish(actor: Actor, form: CheckForm, organisation: Organisation | None, at: datetime, is_demo: bool) -> Form:
    last = Form.objects.filter(slug=form.slug).order_by("-number").first()
    if last is not None:
        if last.area != form.area or last.organisation_id != (organisation.pk if organisation else None):
            raise Refused("slug", "这个编号已用于别的检查表。", "slug")
        if _same(last, form):
            return last
        if Form.objects.filter(slug=form.slug, edition=form.edition).exists():
            raise Refused("edition", f"已有“{form.edition}”这一版。写新的版次。", "edition")
        if form.valid_from < last.valid_from:
            raise Refused("valid_from", f"上一版从 {last.valid_from} 起用，新版不能更早。", "valid_from")
    row = Form.objects.create(
        area=form.area, slug=form.slug, edition=form.edition, number=last.number + 1 if last else 1, title=form.title, organisation=organisation,
        valid_from=form.valid_from, process=form.process, note=form.note, source=form.source, verified=form.verified, made_at=at,
        made_by=actor.name, is_demo=is_demo,
    )  # fmt: skip
    Item.objects.bulk_create(_rows(row, form.items))
    journal(actor, row, "form.published", at, slug=row.slug, edition=row.edition, items=len(form.items))
    return row


def _rows(row: Form, items: Sequence[CheckItem]) -> list[Item]:
    return [
        Item(form=row, position=place, code=one.code[:60], title=one.title[:200], criterion=one.criterion[:400], photo=one.photo, number=one.number,
             unit=one.unit[:20], low=one.low, high=one.high, points=one.points, measure_kind=one.measure_kind[:20], measure=one.measure[:200],
             subject_kind=one.subject[0], subject_id=one.subject[1], subject_title=one.subject[2][:120])
        for place, one in enumerate(items, 1)
    ]  # fmt: skip


def _same(last: Form, form: CheckForm) -> bool:
    told = (last.title, last.process, last.note) == (form.title, form.process, form.note)
    return told and [one.declared() for one in last.items.all()] == list(form.items)


def load_forms(at: datetime) -> int:
    """Bring the forms that capabilities declare in code into rows, one edition each, once; returns how many were new."""
    have = set(Form.objects.values_list("slug", "edition"))
    made = 0
    for form in declared.forms():
        if (form.slug, form.edition) not in have:
            _check(form)
            with transaction.atomic():
                _publish(SYSTEM, form, None, at, False)
            made += 1
    return made


# ---- plans
def make_plan(
    *, actor: Actor, area: CheckArea, title: str, form: str, organisation: Organisation, pace: Pace, starts_on: date, at: datetime,
    target: Organisation | None = None, role: str = "", person: Person | None = None, place: str = "", subject: tuple[str, str, str] = ("", "", ""),
    shifts: str = "", workdays: bool = False, ends_on: date | None = None, is_demo: bool = False,
) -> Plan:  # fmt: skip
    """Say who checks what, where and how often. Raises Refused at a field."""
    policy.require(actor, area.plan, organisation)
    load_forms(at)
    row = Form.objects.filter(slug=form, area=area.slug).order_by("-number").first()
    if row is None:
        raise Refused("form", "没有选检查表。", "form")
    if row.organisation_id not in (None, organisation.pk, target.pk if target else 0):
        raise Refused("form", "这张检查表是别的单位的。", "form")
    _check_plan(title.strip(), pace, shifts, role, person, organisation, starts_on, ends_on, at)
    with transaction.atomic():
        plan = Plan.objects.create(
            area=area.slug, title=title.strip(), form=form, organisation=organisation, target=target, role=role, person=person, place=place.strip()[:120],
            subject_kind=subject[0], subject_id=subject[1], subject_title=subject[2][:120], pace=pace,
            shifts=rules.shift_words(rules.read_shifts(shifts)) if pace == "shift" else "", workdays=workdays, starts_on=starts_on, ends_on=ends_on,
            made_at=at, made_by=actor.name, is_demo=is_demo,
        )  # fmt: skip
        journal(actor, plan, "plan.made", at, title=plan.title, form=form, pace=pace)
        _make_tasks(plan, at)
    return plan


def _check_plan(
    title: str, pace: str, shifts: str, role: str, person: Person | None, organisation: Organisation, starts_on: date, ends_on: date | None, at: datetime
) -> None:  # fmt: skip
    if not title or len(title) > 80:
        raise Refused("title", "写检查的名称，最多 80 个字。", "title")
    if pace not in PACES:
        raise Refused("pace", "没有这种周期。", "pace")
    if pace == "shift":
        rules.read_shifts(shifts)
    if role and role not in policy.roles():
        raise Refused("role", "没有这种岗位。", "role")
    today = civil_date(at)
    if (
        person is not None
        and not person.posts.filter(Q(ends_on=None) | Q(ends_on__gte=today), organisation=organisation).exists()
    ):
        raise Refused("person", f"{person}现在不在{organisation}任职。", "person")
    if starts_on < today:
        raise Refused("starts_on", "开始日期不能早于今天。", "starts_on")
    if ends_on is not None and ends_on < starts_on:
        raise Refused("ends_on", "结束日期早于开始日期。", "ends_on")


def stop_plan(*, actor: Actor, plan: Plan, reason: str, at: datetime) -> Plan:
    """No further tasks; those whose window has not begun are excused with the same reason, the others stay to be done."""
    said = reason.strip()
    if not said or len(said) > 200:
        raise Refused("reason", "写明为什么停，最多 200 个字。", "reason")
    move = Move(
        slug="stop", title="停止", sources=("active",), target="stopped", permission=declared.area(plan.area).plan
    )
    with transaction.atomic():
        policy.require(actor, move.permission, plan.organisation)
        advance(plan, move, actor=actor, stopped_at=at, reason=said)
        coming = Task.objects.filter(plan=plan, state="open", starts_at__gt=at)
        excused = coming.update(state="excused", reason=said, explained_by=actor.name, version=F("version") + 1)
        journal(actor, plan, "plan.stopped", at, reason=said, excused=excused)
    return plan


def make_task(
    *, actor: Actor, area: CheckArea, form: Form, organisation: Organisation, at: datetime, target: Organisation | None = None, place: str = "",
    title: str = "", due_at: datetime | None = None, subject: tuple[str, str, str] = ("", "", ""), is_demo: bool = False, key: Any = None,
) -> Task:  # fmt: skip
    """A check outside any plan (加一次检查): an assessment, a look after an accident. With the same `key` again, the task that stands."""
    if not queries.belongs(actor, organisation):
        policy.require(actor, area.plan, organisation)
    elif not policy.may(actor, area.plan):
        policy.require(actor, area.do)
    if key and (found := Task.objects.filter(key=key, area=area.slug).first()):
        return found
    try:
        return _make_task(actor, area, form, organisation, at, target, place, title, due_at, subject, is_demo, key)
    except IntegrityError:
        if key and (found := Task.objects.filter(key=key, area=area.slug).first()):
            return found
        raise


def _make_task(
    actor: Actor, area: CheckArea, form: Form, organisation: Organisation, at: datetime, target: Organisation | None, place: str, title: str,
    due_at: datetime | None, subject: tuple[str, str, str], is_demo: bool, key: Any,
) -> Task:  # fmt: skip
    ends = due_at or at + timedelta(days=7)
    if ends <= at:
        raise Refused("due", "完成期限要晚于现在。", "due")
    with transaction.atomic():
        task = Task.objects.create(
            area=area.slug, form=form, title=(title.strip() or form.title)[:80], organisation=organisation, target=target or organisation, place=place.strip()[:120],
            subject_kind=subject[0], subject_id=subject[1], subject_title=subject[2][:120], starts_at=at, due_at=ends, closes_at=ends + rules.LATE["once"],
            is_demo=is_demo, **({"key": key} if key else {}),
        )  # fmt: skip
        journal(actor, task, "task.made", at, form=form.slug, edition=form.edition)
    return task


# ---- the clock
def generate(at: datetime) -> int:
    """Make the tasks of all plans whose windows begin within a day of `at`, and of any days that were passed over. Idempotent."""
    load_forms(at)
    until = civil_date(at + AHEAD)
    due = Plan.objects.filter(Q(made_to=None) | Q(made_to__lt=until), state="active").exclude(made_to__gte=F("ends_on"))
    due = due.select_related("organisation", "target")
    return sum(_make_tasks(plan, at) for plan in due)


def _make_tasks(plan: Plan, at: datetime) -> int:
    last = min(civil_date(at + AHEAD), plan.ends_on or date.max)
    first = plan.made_to or rules.beginning(plan.pace, plan.starts_on)  # type: ignore[arg-type]
    # Short paces in bounded strides, so that a server that was off for months does not hold the database in one transaction.
    stride = (
        min(last, first + timedelta(days=MOST_TASKS // rules.MOST_SHIFTS)) if plan.pace in ("shift", "day") else last
    )
    made, gap = 0, False
    with transaction.atomic():
        before = Task.objects.filter(plan=plan).count()
        rows = []
        for window in rules.windows(plan.pace, plan.shifts, first, stride, workdays=plan.workdays):  # type: ignore[arg-type]
            if window.due_at <= plan.made_at or civil_date(window.due_at) < plan.starts_on:
                continue
            form = queries.in_force(plan.form, civil_date(max(window.starts_at, plan.made_at)))
            if form is None:
                gap = gap or window.due_at > at  # one that is over without a form in force stays unmade
                continue
            rows.append(_task(plan, form, window))
        Task.objects.bulk_create(rows, ignore_conflicts=True)
        made = Task.objects.filter(plan=plan).count() - before
        if not gap:
            Plan.objects.filter(Q(made_to=None) | Q(made_to__lt=stride), pk=plan.pk).update(made_to=stride)
    return made


def _task(plan: Plan, form: Form, window: rules.Window) -> Task:
    return Task(
        area=plan.area, plan=plan, form=form, title=plan.title, organisation=plan.organisation, target=plan.target or plan.organisation, role=plan.role,
        person_id=plan.person_id, place=plan.place, subject_kind=plan.subject_kind, subject_id=plan.subject_id, subject_title=plan.subject_title,
        starts_at=window.starts_at, due_at=window.due_at, closes_at=window.closes_at, is_demo=plan.is_demo,
    )  # fmt: skip


def note_missed(at: datetime) -> int:
    """Write each missed task into the journal, once. Being missed itself is computed, whether this ran or not."""
    rows = list(
        Task.objects.filter(state="open", noted_at=None, due_at__lt=at)
        .select_related("organisation", "target")
        .order_by("due_at")[:MOST_TASKS]
    )
    done = 0
    for task in rows:
        with transaction.atomic():
            if Task.objects.filter(pk=task.pk, noted_at=None, state="open").update(noted_at=at):
                journal(SYSTEM, task, "task.missed", at, title=task.title, due_at=task.due_at.isoformat())
                done += 1
    return done


def last_edition(slug: str) -> int:
    return int(Form.objects.filter(slug=slug).aggregate(n=Max("number"))["n"] or 0)
