"""Decision, its five gates, and the evidence of each. Evidence is only ever added."""

from __future__ import annotations

from django.db import models

from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.files.models import Stored
from anlan.kernel.planning.decisions.rules import GATES, Gate

STATES = {"open": "办理中", "decided": "已决定", "published": "已公布", "terminated": "已终止"}
GATE_STATES = {"pending": "待办", "passed": "已通过", "failed": "未通过", "waived": "不适用"}


class Decision(models.Model):
    """A matter on its way to a decision. `organisation` is 承办单位; `plan_ref` says which plan and task it serves."""

    title = models.CharField(max_length=120)
    summary = models.TextField()
    plan_ref = models.CharField(max_length=120, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    draft = models.ForeignKey(Stored, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=STATES, default="open", db_index=True)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    decided_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.CharField(max_length=400, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-opened_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        """The drafting unit and every unit that answers for a gate."""
        others = (row.responsible.organisation.path for row in self.gates.all() if row.responsible)
        return (self.organisation.path, *others)

    def states(self) -> dict[str, str]:
        return {row.kind: row.state for row in self.gates.all()}


class GateRow(models.Model):
    """One gate of one decision. Concluded by the responsible post only."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="gates")
    kind = models.CharField(max_length=12, choices={slug: gate.title for slug, gate in GATES.items()})
    place = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=GATE_STATES, default="pending")
    version = models.PositiveIntegerField(default=1)
    responsible = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    conclusion = models.TextField(blank=True)
    held_from = models.DateField(null=True, blank=True)
    held_to = models.DateField(null=True, blank=True)
    short_reason = models.CharField(max_length=400, blank=True)
    concluded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["decision", "kind"], name="decision_gate_once")]

    def __str__(self) -> str:
        return f"{self.decision} · {self.rule.title}"

    @property
    def rule(self) -> Gate:
        return GATES[self.kind]

    @property
    def access_paths(self) -> tuple[str, ...]:
        own = (self.responsible.organisation.path,) if self.responsible else ()
        return (self.decision.organisation.path, *own)


class Evidence(models.Model):
    """A file under a gate, with what it shows."""

    gate = models.ForeignKey(GateRow, on_delete=models.PROTECT, related_name="evidence")
    stored = models.ForeignKey(Stored, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title
