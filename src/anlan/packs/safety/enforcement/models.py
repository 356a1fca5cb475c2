"""The bureau's registers for drawing, its yearly plan, and rewards of whistle-blowers."""

from __future__ import annotations

from django.db import models

from anlan.kernel.access.models import Person
from anlan.kernel.casework.models import Case
from anlan.kernel.draw.models import InspectorEntry, RecusalEntry, TargetEntry
from anlan.kernel.penalties.models import PlanEntry

STATES = {"proposed": "待批准", "approved": "待发放", "paid": "已发放", "declined": "不予奖励"}


class SafetyTarget(TargetEntry):
    pass


class SafetyInspector(InspectorEntry):
    pass


class SafetyRecusal(RecusalEntry):
    pass


class EnforcementPlan(PlanEntry):
    pass


class Reward(models.Model):
    """举报奖励. Who reported is a code that only they know (`report`), never a name. Money in yuan."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="rewards")
    report = models.CharField(max_length=40)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    basis = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=STATES, default="proposed")
    version = models.IntegerField(default=1)
    proposed_at = models.DateTimeField()
    proposed_by = models.CharField(max_length=80)
    proposer = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    paid_on = models.DateField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["case", "report"], name="safety_reward_once")]

    def __str__(self) -> str:
        return f"{self.case.number} {self.report}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.case.issuer.path if self.case.issuer else self.case.holder.path,)
