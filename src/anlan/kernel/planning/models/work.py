"""What is done about a task: milestones, progress with evidence, money, changes asked for, corrections, escalations."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from anlan.kernel.access.models import Organisation
from anlan.kernel.files.models import Stored
from anlan.kernel.planning.models.promises import Project, Task

_ONE_OWNER = Q(task__isnull=False, project__isnull=True) | Q(task__isnull=True, project__isnull=False)


class Milestone(models.Model):
    """A step of a year, of a task or of a project. `owner` is the department that answers for it."""

    STATES = {"open": "待完成", "done": "已销号", "dropped": "已撤下"}

    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="milestones")
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="milestones")
    year = models.IntegerField()
    title = models.CharField(max_length=120)
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="milestones")
    state = models.CharField(max_length=12, choices=STATES, default="open")
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(condition=_ONE_OWNER, name="milestone_one_owner"),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | (~Q(state="done") & Q(done_on__isnull=True)),
                name="milestone_done_day",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def item(self) -> Task | Project:
        found = self.task or self.project
        assert found is not None  # noqa: S101 - a database constraint
        return found

    @property
    def access_paths(self) -> tuple[str, ...]:
        """Its own department and the lead of what it belongs to; every department while it has none."""
        lead = (self.item.lead.path,) if self.item.lead else ()
        return (self.owner.path, *lead) if self.owner else self.item.access_paths


class Standing(models.Manager[Any]):
    """Rows that were not taken back. What was taken back stays in the table and in the journal, and counts nowhere."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(taken_back_at=None)


class Progress(models.Model):
    """A department's report on a task or a project. Never changed; a mistake is corrected by the next report."""

    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="progress")
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="progress")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    as_of = models.DateField()
    percent = models.IntegerField(null=True)
    figure = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    figure_unit = models.CharField(max_length=20, blank=True)
    text = models.TextField()
    reported_at = models.DateTimeField()
    reported_by = models.CharField(max_length=80)
    taken_back_at = models.DateTimeField(null=True)

    objects: Standing = Standing()

    class Meta:
        ordering = ["-id"]  # as recorded: a clock set back must not put the newest report below
        constraints = [models.CheckConstraint(condition=_ONE_OWNER, name="progress_one_owner")]

    def __str__(self) -> str:
        return f"{self.task_id or self.project_id} {self.as_of}"


class Reminder(models.Model):
    """The planner urged the lead department (催办). One a task and day; a reminder taken back leaves the day free."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="reminders")
    on = models.DateField()
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    taken_back_at = models.DateTimeField(null=True)

    objects: Standing = Standing()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "on"], condition=Q(taken_back_at=None), name="one_reminder_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.on}"


class Evidence(models.Model):
    """A file that shows something, with the report it came with."""

    progress = models.ForeignKey(Progress, on_delete=models.PROTECT, related_name="evidence")
    stored = models.ForeignKey(Stored, on_delete=models.PROTECT)

    def __str__(self) -> str:
        return self.stored.name


class Money(models.Model):
    """Planned, allocated or spent, in yuan. A correction is a row of the opposite sign that names the row it reverses."""

    KINDS = {"planned": "计划", "allocated": "到位", "spent": "支出"}

    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="money")
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="money")
    kind = models.CharField(max_length=12, choices=KINDS)
    year = models.IntegerField()
    amount = models.DecimalField(max_digits=16, decimal_places=2)
    source = models.CharField(max_length=120)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=80)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta:
        ordering = ["year", "id"]
        constraints = [models.CheckConstraint(condition=_ONE_OWNER, name="money_one_owner")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year} {self.amount}"


class ChangeRequest(models.Model):
    """A department asks to change the deadline or the wording; the planner decides."""

    STATES = {"asked": "待答复", "approved": "已同意", "rejected": "未同意", "withdrawn": "已撤回"}

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="changes")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    deadline_kind = models.CharField(max_length=20, blank=True)
    deadline_year = models.IntegerField(null=True)
    text = models.TextField(blank=True)
    reason = models.TextField()
    state = models.CharField(max_length=12, choices=STATES, default="asked")
    version = models.IntegerField(default=1)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)
    answer = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["task"], condition=Q(state="asked"), name="one_open_change")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.state}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class Correction(models.Model):
    """A person's correction of something read; a later import keeps it and notes what is printed now."""

    kind = models.CharField(max_length=12)
    item_id = models.BigIntegerField()
    field = models.CharField(max_length=30)
    printed = models.JSONField(null=True)
    corrected = models.JSONField(null=True)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "item_id", "field"], name="correction_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.item_id} {self.field}"


class Escalation(models.Model):
    """A clock went off once for this task and level (overdue or silent); unique, so a sweep may run again."""

    LEVELS = {"silent": "久无进展", "overdue": "超期", "overdue_long": "超期已久"}

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="escalations")
    level = models.CharField(max_length=16, choices=LEVELS)
    since = models.DateField()
    raised_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "level", "since"], name="escalation_once")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.level}"
