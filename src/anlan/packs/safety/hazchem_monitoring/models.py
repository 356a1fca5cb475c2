"""Major hazard units with their assessments, duty posts with their log. Assessments and the log are only ever added to."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.registry.models import Entry
from anlan.packs.safety.hazchem_monitoring.duty_moves import STATES, TITLES

UNIT_KINDS = {"production": "生产单元", "storage": "储存单元"}


class HazardUnit(Entry):
    """A production or storage unit after GB 18218. What it holds stands in its newest assessment."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=UNIT_KINDS)
    station_code = models.CharField(max_length=40, blank=True)

    class Meta:
        app_label = "safety"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def newest(self) -> UnitAssessment | None:
        return self.assessments.first()


class UnitAssessment(models.Model):
    """One identification: the substances with their design maxima, and what followed under the tables of that day.

    `parts` is a list of {name, mass (t), ratio (q/Q), beta}; `level` is empty when the unit is no major hazard.
    """

    unit = models.ForeignKey(HazardUnit, on_delete=models.PROTECT, related_name="assessments")
    number = models.IntegerField()
    at = models.DateTimeField()
    exposed = models.IntegerField()
    parts = models.JSONField()
    s = models.DecimalField(max_digits=14, decimal_places=4)
    r = models.DecimalField(max_digits=14, decimal_places=4)
    alpha = models.DecimalField(max_digits=4, decimal_places=1)
    level = models.CharField(max_length=8, blank=True)
    source = models.CharField(max_length=120)
    reason = models.CharField(max_length=200)
    person_name = models.CharField(max_length=80)

    class Meta:
        app_label = "safety"
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["unit", "number"], name="unit_assessment_once")]

    def __str__(self) -> str:
        return f"{self.unit} {self.number}"

    @property
    def is_major(self) -> bool:
        return self.s >= Decimal(1)


class DutyPost(models.Model):
    """A post that is watched around the clock. `holder` is who signed that he watches; other times make another post."""

    field_classes = {"name": "thing", "holder_name": "office"}
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    shifts = models.CharField(max_length=60)
    every = models.IntegerField()  # minutes between rounds
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=STATES, default="vacant")
    holder = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    holder_name = models.CharField(max_length=80, blank=True)
    version = models.IntegerField(default=1)
    is_demo = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"
        ordering = ["organisation", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=models.Q(ended_at=None), name="duty_post_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class DutyEntry(models.Model):
    """A line of the log, signed by an account from a post. A wrong line stays; the one that corrects it names it."""

    post = models.ForeignKey(DutyPost, on_delete=models.PROTECT, related_name="entries")
    number = models.IntegerField()
    kind = models.CharField(max_length=10, choices=TITLES)
    at = models.DateTimeField()
    due = models.DateTimeField(null=True)  # of the round that is signed or explained
    text = models.CharField(max_length=400, blank=True)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=80)
    on_behalf_of = models.CharField(max_length=160, blank=True)

    class Meta:
        app_label = "safety"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["post", "number"], name="duty_entry_once"),
            models.UniqueConstraint(fields=["post", "due"], condition=models.Q(kind="round"), name="duty_round_once"),
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.number}"
