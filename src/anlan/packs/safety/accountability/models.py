"""What an investigation is beyond a case; the lists of duties and of the year's work."""

from __future__ import annotations

from django.db import models

from anlan.kernel.casework.models import Case
from anlan.kernel.registry.models import Entry


class Investigation(models.Model):
    """`loss` in 10,000 yuan (万元), direct. `approved_on`: the reply to the report; the look-back counts from it."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="investigation")
    happened_on = models.DateField()
    dead = models.IntegerField(default=0)
    injured = models.IntegerField(default=0)
    loss = models.DecimalField(max_digits=14, decimal_places=2, default=0)
    team = models.CharField(max_length=200, blank=True)
    approved_on = models.DateField(null=True)

    def __str__(self) -> str:
        return str(self.case)

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.case.access_paths


class DutyItem(Entry):
    """A line of a duty list (责任清单): a position of an organisation and what it answers for. No person is named."""

    code = models.CharField(max_length=40, unique=True)
    year = models.IntegerField()
    position = models.CharField(max_length=80)
    duty = models.CharField(max_length=300)
    basis = models.CharField(max_length=160, blank=True)

    def __str__(self) -> str:
        return self.code


class WorkItem(Entry):
    """A line of the yearly work list (年度工作清单) with its progress in per cent."""

    code = models.CharField(max_length=40, unique=True)
    year = models.IntegerField()
    title = models.CharField(max_length=160)
    due_on = models.DateField()
    share = models.IntegerField(default=0)
    done_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.title
