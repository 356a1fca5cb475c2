"""What a hidden danger is beyond a case."""

from __future__ import annotations

from django.db import models

from anlan.kernel.casework.models import Case
from anlan.packs.safety.hidden_danger.rules import MEASURES


class HiddenDanger(models.Model):
    """`post`: 岗位 or shift where it was found; `measure`: which control failed; `criterion`: the clause a person chose; `fund` in yuan."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="hidden_danger")
    post = models.CharField(max_length=80, blank=True)
    measure_kind = models.CharField(max_length=12, choices=MEASURES, blank=True)
    measure = models.CharField(max_length=200, blank=True)
    criterion = models.CharField(max_length=40, blank=True)
    fund = models.DecimalField(max_digits=14, decimal_places=2, null=True)

    def __str__(self) -> str:
        return str(self.case)

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.case.access_paths
