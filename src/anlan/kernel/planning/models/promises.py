"""What a plan promises: indicators, tasks with owners, projects, numeric targets; and the terms that held when."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.kernel.access.models import Organisation
from anlan.kernel.planning.models.documents import Plan

DEADLINES = {
    "year": "到期年",
    "year_end": "年底前",
    "ongoing": "长期坚持",
    "year_then_ongoing": "到期后长期坚持",
    "as_city_directs": "按市部署",
}
STATES = {
    "issued": "待签收",
    "accepted": "已签收",
    "working": "推进中",
    "finished": "待确认",
    "returned": "已退回",
    "confirmed": "已完成",
}
COMPARATORS = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "=": "="}
OPEN_STATES = ("issued", "accepted", "working", "returned")


class Indicator(models.Model):
    """An indicator's current terms. `flags`: provisional, illegible, cumulative, below_baseline …"""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="indicators")
    key = models.CharField(max_length=120)
    order = models.IntegerField()
    group = models.CharField(max_length=60, blank=True)
    number = models.IntegerField()
    name = models.CharField(max_length=120)
    unit = models.CharField(max_length=20, blank=True)
    baseline = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    target = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    baseline_text = models.CharField(max_length=60, blank=True)
    target_text = models.CharField(max_length=120, blank=True)
    comparator = models.CharField(max_length=16)
    kind = models.CharField(max_length=12, blank=True)
    flags = models.JSONField(default=list)
    responsible = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT)
    retired_on = models.DateField(null=True)

    class Meta:
        ordering = ["plan", "order"]
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="indicator_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.responsible.path,) if self.responsible else ()


class Task(models.Model):
    """A task's current terms and its state. `due_on` is the last day its deadline allows; None when the city directs."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="tasks")
    key = models.CharField(max_length=40)
    order = models.IntegerField()
    number = models.CharField(max_length=20)
    path = models.JSONField(default=list)
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    flags = models.JSONField(default=list)
    deadline_kind = models.CharField(max_length=20, choices=DEADLINES, blank=True)
    deadline_year = models.IntegerField(null=True)
    deadline_text = models.CharField(max_length=40, blank=True)
    due_on = models.DateField(null=True)
    lead = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="led_tasks")
    state = models.CharField(max_length=12, choices=STATES, default="issued")
    version = models.IntegerField(default=1)
    percent = models.IntegerField(default=0)
    stored_at = models.DateTimeField()
    reported_at = models.DateTimeField(null=True)
    retired_on = models.DateField(null=True)

    class Meta:
        ordering = ["plan", "order"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "key"], name="task_once"),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="task_percent"),
        ]
        indexes = [
            models.Index(fields=["plan", "state", "order"], name="task_by_state"),
            models.Index(fields=["due_on", "state"], name="task_by_due"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        """Every department that owns or co-owns it."""
        return tuple(one.path for one in self.departments)

    @property
    def departments(self) -> list[Organisation]:
        return [owner.organisation for owner in self.owners.all() if owner.organisation]


class TaskOwner(models.Model):
    """A department as printed, in order; `organisation` when it is known. Group phrases own nothing."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="owners")
    order = models.IntegerField()
    printed = models.CharField(max_length=60)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="task_owners")
    is_lead = models.BooleanField()
    is_group = models.BooleanField(default=False)

    class Meta:
        ordering = ["task", "order"]
        indexes = [models.Index(fields=["printed"], name="owner_printed")]

    def __str__(self) -> str:
        return self.printed


class Terms(models.Model):
    """What an item said from a day on, and why it changed: the state on any past day can be asked for."""

    SOURCES = {"import": "导入", "correction": "人工更正", "change": "批准变更", "owner": "对应单位"}

    kind = models.CharField(max_length=12)  # task or indicator
    item_id = models.BigIntegerField()
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    facts = models.JSONField()
    source = models.CharField(max_length=12, choices=SOURCES)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["kind", "item_id", "effective_from", "id"]
        indexes = [models.Index(fields=["kind", "item_id", "effective_from"], name="terms_at")]

    def __str__(self) -> str:
        return f"{self.kind} {self.item_id} {self.effective_from}"


class Project(models.Model):
    """A key project or an item of a box."""

    KINDS = {"key_project": "重点工程", "box_item": "专栏"}
    STATES = {"planned": "未开工", "running": "实施中", "done": "已完成", "stopped": "已停止"}

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="projects")
    key = models.CharField(max_length=160)
    order = models.IntegerField()
    kind = models.CharField(max_length=12, choices=KINDS)
    box = models.CharField(max_length=80, blank=True)
    number = models.CharField(max_length=20)
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    lead = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="led_projects")
    partners = models.ManyToManyField(Organisation, related_name="shared_projects")
    state = models.CharField(max_length=12, choices=STATES, default="planned")
    version = models.IntegerField(default=1)
    reported_at = models.DateTimeField(null=True)
    retired_on = models.DateField(null=True)

    class Meta:
        ordering = ["plan", "order"]
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="project_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        """The lead and the departments that work with it."""
        return tuple(one.path for one in self.departments)

    @property
    def departments(self) -> list[Organisation]:
        return [*([self.lead] if self.lead else []), *self.partners.all()]


class Target(models.Model):
    """A number promised in running text. It is attached to an indicator, a task or a project — or stands in the list of the unattached."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="targets")
    key = models.CharField(max_length=120)
    order = models.IntegerField()
    text = models.TextField()
    value = models.DecimalField(max_digits=18, decimal_places=6)
    unit = models.CharField(max_length=20, blank=True)
    comparator = models.CharField(max_length=4)
    year = models.IntegerField(null=True)
    place = models.CharField(max_length=120)
    indicator = models.ForeignKey(Indicator, null=True, on_delete=models.PROTECT, related_name="targets")
    task = models.ForeignKey(Task, null=True, on_delete=models.PROTECT, related_name="targets")
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="targets")
    retired_on = models.DateField(null=True)

    class Meta:
        ordering = ["plan", "order"]
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="target_once")]

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def promised(self) -> str:
        """`≥ 90`, as indicators write it."""
        return f"{COMPARATORS.get(self.comparator, '')} {self.value.normalize():f}".strip()

    @property
    def attached(self) -> Indicator | Task | Project | None:
        return self.indicator or self.task or self.project
