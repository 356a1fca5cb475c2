"""Teams, experts, where a team is at an incident, and the links by which those without an account act."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from anlan.kernel.registry.models import Entry
from anlan.kernel.response.models import Incident
from anlan.kernel.response.types import RESOURCE_STATES
from anlan.packs.safety.team.rules import KINDS, READINESS, TASK_WORDS

STATES = {"asked": "待同意", **RESOURCE_STATES, "declined": "来不了"}


class Team(Entry):
    """A team of the register. `skills` are words of `rules.SKILLS`; it stands ready by its own word of `ready_on`."""

    field_classes = {"name": "thing", "phone": "person"}
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=KINDS)
    skills = models.CharField(max_length=200)
    equipment = models.CharField(max_length=300, blank=True)
    people = models.IntegerField()
    leader = models.CharField(max_length=40)
    phone = models.CharField(max_length=40)
    address = models.CharField(max_length=160, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    ready = models.CharField(max_length=8, choices=READINESS)
    ready_on = models.DateField(null=True)
    insured_until = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class TeamMark(models.Model):
    """One row: how often the register of teams has changed. What is kept in memory of the register is kept under this number."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)


class Expert(Entry):
    """Somebody who can be asked; only who agreed (`consent_on`) is called."""

    field_classes = {"name": "office", "phone": "person"}
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    fields = models.CharField(max_length=200)
    unit = models.CharField(max_length=80, blank=True)
    title = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    consent_on = models.DateField(null=True)
    consent_until = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class Dispatch(models.Model):
    """A team at an incident. `working_since`: since when without a rest. `count_due_at`: when its heads must be counted again; None:
    the alarm has been told, and only a new count sets it again. The log of the incident says the same; a team is at one real incident at a time."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="dispatches")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="+")
    task = models.CharField(max_length=12, choices=TASK_WORDS)
    order = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=STATES)
    version = models.IntegerField(default=1)
    is_real = models.BooleanField(default=True)
    since = models.DateTimeField()
    called_at = models.DateTimeField()
    called_by = models.CharField(max_length=80)
    consent_by = models.CharField(max_length=160, blank=True)
    accepted_at = models.DateTimeField(null=True)
    working_since = models.DateTimeField(null=True)
    people = models.IntegerField(null=True)
    counted_at = models.DateTimeField(null=True)
    count_due_at = models.DateTimeField(null=True)
    lapses = models.SmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["ended_at", "called_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["team"], condition=Q(ended_at=None, is_real=True), name="safety_team_at_one_incident"),
            models.UniqueConstraint(fields=["team", "incident"], condition=Q(ended_at=None), name="safety_team_once_an_incident"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["count_due_at"], condition=Q(count_due_at__isnull=False), name="safety_heads_to_count")
        ]

    def __str__(self) -> str:
        return f"{self.team} · {self.incident}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.team.organisation.path, self.incident.organisation.path)


class TeamLink(models.Model):
    """A link by which one person acts for one dispatch, without an account. The address holds a secret of which only the hash is here."""

    field_classes = {"holder": "office"}
    dispatch = models.ForeignKey(Dispatch, on_delete=models.PROTECT, related_name="links")
    holder = models.CharField(max_length=40)
    hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=80, blank=True)
    opened_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{self.dispatch} {self.holder}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.dispatch.access_paths
