"""Who sent a report, and what they said of the answer; rewards; counted visits."""

from __future__ import annotations

from django.db import models

from anlan.kernel.access.personal import masked, masked_number
from anlan.kernel.casework.models import Case
from anlan.kernel.reporting.rules import SATISFACTION
from anlan.kernel.reporting.types import CHANNELS


class Report(models.Model):
    """Beside the case of a report. Name and telephone are nowhere else: not in the case, its history, the journal or an export."""

    field_classes = {"name": "reporter", "phone": "reporter"}
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="report")
    channel = models.CharField(max_length=8, choices=CHANNELS, default="web")
    name = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    about = models.CharField(max_length=80, blank=True)  # the firm that is complained of, in the reporter's words
    salt = models.CharField(max_length=32)
    code = models.CharField(max_length=64)  # hash of the code, never the code
    satisfaction = models.CharField(max_length=4, choices=SATISFACTION, blank=True)
    words = models.CharField(max_length=400, blank=True)
    judged_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.case.number

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.case.access_paths

    @property
    def anonymous(self) -> bool:
        return not (self.name or self.phone)

    @property
    def masked(self) -> str:
        """`王**，***0021`; what every officer sees."""
        return "，".join(one for one in (masked(self.name), masked_number(self.phone)) if one) or "匿名"


class Reward(models.Model):
    """Decided by one person, paid by another. Money in yuan."""

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="reward")
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    basis = models.CharField(max_length=200)
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=80)
    paid_at = models.DateTimeField(null=True)
    paid_by = models.CharField(max_length=80, blank=True)
    how = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.report} {self.amount}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.report.access_paths


class Visit(models.Model):
    """One counted act of an address (see `rules.fingerprint`): sent, looked up wrongly, refused. Kept for two days."""

    mark = models.CharField(max_length=32)
    what = models.CharField(max_length=12)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["mark", "what", "at"]), models.Index(fields=["at"])]

    def __str__(self) -> str:
        return f"{self.what} {self.at}"
