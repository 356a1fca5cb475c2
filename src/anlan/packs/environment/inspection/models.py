"""The bureau's registers for drawing, its yearly plan, and cards."""

from __future__ import annotations

from django.db import models

from anlan.kernel.casework.models import Case
from anlan.kernel.draw.models import InspectorEntry, RecusalEntry, TargetEntry
from anlan.kernel.penalties.models import PlanEntry


class GreenTarget(TargetEntry):
    pass


class GreenInspector(InspectorEntry):
    field_classes = {"name": "person"}


class GreenRecusal(RecusalEntry):
    pass


class GreenPlan(PlanEntry):
    pass


class Card(models.Model):
    """红黄牌 of an enterprise: by which rule, from when, until when and why it ended. Given and taken off by a person."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="card")
    rule = models.CharField(max_length=40)
    given_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)

    def __str__(self) -> str:
        return str(self.case)

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.case.access_paths
