"""Openings of shelters, households, where they stayed, what was confirmed; communities, losses, transition and recovery.

Instants are the incident's own time (a drill has its own clock), given by the server. `claimed_at` is an earlier time that somebody says;
it is kept and shown, and nothing is computed from it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from anlan.kernel.access.models import Organisation
from anlan.kernel.registry.models import Entry
from anlan.kernel.response.models import Incident
from anlan.packs.safety.relief.sites import Shelter
from anlan.packs.safety.relief.types import FIVE, OPENING_STATES, SITUATIONS, VERDICTS


class Opening(models.Model):
    """A shelter opened for an incident: ordered by the command, opened and closed by its keeper. `expected`: people."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="openings")
    number = models.CharField(max_length=24, unique=True)
    state = models.CharField(max_length=10, choices=OPENING_STATES, default="ordered")
    version = models.IntegerField(default=1)
    expected = models.IntegerField()
    words = models.CharField(max_length=300, blank=True)
    open_by = models.DateTimeField()
    ordered_at = models.DateTimeField()
    ordered_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField(null=True)
    opened_by = models.CharField(max_length=80, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"
        ordering = ["ordered_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["incident", "shelter"], condition=Q(state__in=("ordered", "open")), name="safety_opening_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.shelter}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.shelter.organisation.path,)


class Household(models.Model):
    """A household that the incident concerns; under a shelter's roof or not. Names, papers, addresses and medicine are of the narrow class:
    masked, and each look is in the journal. `reached_at`: when somebody first met it. `noted`: the class that was noted when its limit passed."""

    field_classes = {
        "head": "household",
        "phone": "household",
        "paper_id": "household",
        "address": "household",
        "members": "household",
        "medicine": "household",
    }
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=24, unique=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # the street it lives in
    community = models.CharField(max_length=60, blank=True)
    head = models.CharField(max_length=40)
    phone = models.CharField(max_length=20, blank=True)
    paper_id = models.CharField(max_length=30, blank=True)
    address = models.CharField(max_length=120, blank=True)
    members = models.TextField(blank=True)
    medicine = models.CharField(max_length=200, blank=True)
    people = models.IntegerField()
    infants = models.IntegerField(default=0)
    elderly = models.IntegerField(default=0)
    disabled = models.IntegerField(default=0)
    pregnant = models.IntegerField(default=0)
    pets = models.IntegerField(default=0)
    situation = models.CharField(max_length=10, choices=SITUATIONS)
    opening = models.ForeignKey(Opening, null=True, on_delete=models.PROTECT, related_name="households")
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=80)
    claimed_at = models.DateTimeField(null=True)
    reached_at = models.DateTimeField(null=True)
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)
    noted = models.CharField(max_length=10, blank=True)
    noted_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    is_demo = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"
        ordering = ["registered_at", "id"]
        indexes = [models.Index(fields=["incident", "organisation"]), models.Index(fields=["opening", "situation"])]
        constraints = [
            models.CheckConstraint(condition=Q(people__gte=1), name="safety_household_somebody"),
            models.CheckConstraint(
                condition=Q(situation="shelter", opening__isnull=False) | (~Q(situation="shelter") & Q(opening__isnull=True)),
                name="safety_household_at_shelter",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.number

    @property
    def access_paths(self) -> tuple[str, ...]:
        here = (self.opening.shelter.organisation.path,) if self.opening else ()
        return (self.organisation.path, *here)


class Stay(models.Model):
    """Where a household was from when to when, and with how many. The one without an end is now."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="stays")
    situation = models.CharField(max_length=10, choices=SITUATIONS)
    opening = models.ForeignKey(Opening, null=True, on_delete=models.PROTECT, related_name="stays")
    people = models.IntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=120, blank=True)
    by = models.CharField(max_length=80)

    class Meta:
        app_label = "safety"
        ordering = ["since", "id"]
        indexes = [models.Index(fields=["opening", "since"])]
        constraints = [models.UniqueConstraint(fields=["household"], condition=Q(until__isnull=True), name="safety_stay_one_now")]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.household} {self.get_situation_display()}"


class Confirmation(models.Model):
    """One of the five is there for a household, or is not needed and somebody said so (`note`). Never changed; a wrong one is struck."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="confirmations")
    what = models.CharField(max_length=10, choices=FIVE)
    verdict = models.CharField(max_length=10, choices=VERDICTS)
    recorded_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    by = models.CharField(max_length=80)
    note = models.CharField(max_length=200, blank=True)
    struck_at = models.DateTimeField(null=True)
    struck_by = models.CharField(max_length=80, blank=True)
    strike_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "safety"
        ordering = ["recorded_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["household", "what"], condition=Q(struck_at__isnull=True), name="safety_confirmed_once"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.household} {self.get_what_display()}"


class PaperForm(models.Model):
    """A numbered form that was printed for an incident; entered later, or still out."""

    number = models.CharField(max_length=24, unique=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()
    printed_by = models.CharField(max_length=80)
    household = models.OneToOneField(Household, null=True, on_delete=models.PROTECT, related_name="paper")

    class Meta:
        app_label = "safety"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.number


class ReliefTold(models.Model):
    """Totals that this room told an incident's log, so that a person's larger figure is never overwritten. `entry`: of the log."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    entry = models.UUIDField(unique=True)
    at = models.DateTimeField()

    class Meta:
        app_label = "safety"
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.incident} {self.at}"


# ---- registers
class Community(Entry):
    """A residents' community as one point with its residents, for the coverage of the district."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    residents = models.IntegerField()
    counted_on = models.DateField()
    longitude = models.FloatField()
    latitude = models.FloatField()

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name


class _Loss(Entry):
    """A loss as assessed; `loss` in 10,000 yuan."""

    code = models.CharField(max_length=40, unique=True)
    incident_number = models.CharField(max_length=24)
    place = models.CharField(max_length=120)
    degree = models.CharField(max_length=10)
    loss = models.DecimalField(max_digits=12, decimal_places=2)
    stage = models.CharField(max_length=10)
    assessed_on = models.DateField()

    class Meta:
        app_label = "safety"
        abstract = True

    def __str__(self) -> str:
        return f"{self.code} {self.place}"


class HouseLoss(_Loss):
    rooms = models.IntegerField()
    households = models.IntegerField()

    class Meta:
        app_label = "safety"


class CropLoss(_Loss):
    crop = models.CharField(max_length=40)
    hectares = models.DecimalField(max_digits=10, decimal_places=2)

    class Meta:
        app_label = "safety"


class EnterpriseLoss(_Loss):
    name = models.CharField(max_length=80)
    stopped = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"


class Transition(Entry):
    """过渡安置: households in another place until they can return. Money in yuan."""

    code = models.CharField(max_length=40, unique=True)
    incident_number = models.CharField(max_length=24)
    kind = models.CharField(max_length=10)
    place = models.CharField(max_length=120)
    households = models.IntegerField()
    people = models.IntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    granted = models.DecimalField(max_digits=12, decimal_places=2)
    paid = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return f"{self.code} {self.place}"


class RecoveryWork(Entry):
    """恢复重建项目. Money in 10,000 yuan."""

    code = models.CharField(max_length=40, unique=True)
    incident_number = models.CharField(max_length=24)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    planned = models.DecimalField(max_digits=12, decimal_places=2)
    arranged = models.DecimalField(max_digits=12, decimal_places=2)
    paid = models.DecimalField(max_digits=12, decimal_places=2)
    starts_on = models.DateField(null=True)
    due_on = models.DateField()
    done_on = models.DateField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name
