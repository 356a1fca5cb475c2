"""The tables of enterprise duty. Money in yuan. The `organisation` of a register's row is the enterprise."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.casework.models import Case
from anlan.kernel.registry.models import Entry
from anlan.packs.safety.enterprise_duty.rules import OPINIONS, PROMISES, STAGES


class EnterpriseFile(Entry):
    """One row an enterprise; `code` is its own."""

    code = models.CharField(max_length=40, unique=True)
    trade = models.CharField(max_length=12)
    employees = models.IntegerField()
    level = models.CharField(max_length=8)
    level_on = models.DateField(null=True)
    level_expires_on = models.DateField(null=True)
    level_number = models.CharField(max_length=40, blank=True)
    insurance_expires_on = models.DateField(null=True)
    plan_filed_on = models.DateField(null=True)
    plan_due_on = models.DateField(null=True)
    drill_due_on = models.DateField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return str(self.organisation)


class StaffDuty(Entry):
    """One line of the full-staff duty list (全员安全生产责任制)."""

    field_classes = {"holder": "person"}
    code = models.CharField(max_length=40, unique=True)
    post = models.CharField(max_length=60)
    holder = models.CharField(max_length=40)
    duties = models.CharField(max_length=400)
    signed_on = models.DateField(null=True)
    assessed_on = models.DateField(null=True)
    result = models.CharField(max_length=12, blank=True)
    assess_due_on = models.DateField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.post


class Certificate(Entry):
    """Somebody who is trained and certified. `code` is the row's own number; the certificate's number is personal."""

    field_classes = {"holder": "person", "number": "person"}
    code = models.CharField(max_length=40, unique=True)
    holder = models.CharField(max_length=40)
    kind = models.CharField(max_length=16)
    number = models.CharField(max_length=40)
    issued_on = models.DateField()
    recheck_on = models.DateField(null=True)
    expires_on = models.DateField()
    training_hours = models.IntegerField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.code


class Contractor(Entry):
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    scope = models.CharField(max_length=120)
    licence = models.CharField(max_length=60)
    licence_expires_on = models.DateField()
    contract_until = models.DateField()
    agreement_on = models.DateField(null=True)
    trained_on = models.DateField(null=True)
    people = models.IntegerField()

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name


class FeeAccount(models.Model):
    """The safety fee of an enterprise. `balance` is the sum of its entries and is changed with each, by compare-and-set on `version`."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="safety_fee")
    balance = models.DecimalField(max_digits=16, decimal_places=2, default=0)
    version = models.IntegerField(default=1)

    class Meta:
        app_label = "safety"
        constraints = [models.CheckConstraint(condition=Q(balance__gte=0), name="fee_balance_never_negative")]

    def __str__(self) -> str:
        return str(self.organisation)

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class FeeEntry(models.Model):
    """Money that moved from one place to another: `cost` → `reserve` when it is drawn, `reserve` → an item when it is used. Entries are
    never changed; a wrong one is reversed by one of its own."""

    account = models.ForeignKey(FeeAccount, on_delete=models.PROTECT, related_name="entries")
    key = models.UUIDField(unique=True)
    on = models.DateField()
    source = models.CharField(max_length=12)
    target = models.CharField(max_length=12)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    note = models.CharField(max_length=200)
    voucher = models.CharField(max_length=40, blank=True)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=80)

    class Meta:
        app_label = "safety"
        ordering = ["on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="fee_amount_positive"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="fee_moves_somewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.amount}"


class Promise(models.Model):
    """A promise that the head gave and that is posted at the gate. `facts`: what stood in it that day, counted."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="safety_promises")
    kind = models.CharField(max_length=8, choices=PROMISES)
    on = models.DateField()
    words = models.TextField()
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    person_name = models.CharField(max_length=40)
    is_demo = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"
        ordering = ["-on", "-id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "on"], name="promise_once_a_day")]

    def __str__(self) -> str:
        return f"{self.organisation} {self.on}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class WorkPermit(models.Model):
    """A hot-work or confined-space permit beside its case. `valid_until` is set at approval and never moved."""

    field_classes = {"guardian": "office"}
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="work_permit")
    work = models.CharField(max_length=12)
    leader = models.CharField(max_length=40)
    guardian = models.CharField(max_length=40)
    crew = models.IntegerField()
    certificate = models.CharField(max_length=40, blank=True)
    measures = models.TextField()
    valid_until = models.DateTimeField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.case.number

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.case.access_paths


class GasReading(models.Model):
    """A reading as it was taken, also a bad one. `wrong`: what it lacks or exceeds, empty when somebody may work."""

    permit = models.ForeignKey(WorkPermit, on_delete=models.PROTECT, related_name="readings")
    at = models.DateTimeField()
    spot = models.CharField(max_length=80)
    instrument = models.CharField(max_length=60)
    oxygen = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    combustible = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    h2s = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    co = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    wrong = models.CharField(max_length=300, blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=80)

    class Meta:
        app_label = "safety"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.permit} {self.at:%H:%M}"


class SafetyProject(models.Model):
    """A project under 三同时; `state` is its stage. `invest` in 万元."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="safety_projects")
    name = models.CharField(max_length=80)
    what = models.CharField(max_length=300)
    invest = models.DecimalField(max_digits=12, decimal_places=2)
    state = models.CharField(max_length=12, choices=STAGES, default="condition")
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def access_paths(self) -> tuple[str, ...]:
        """The enterprise and the departments that were asked."""
        asked = self.opinions.values_list("department__path", flat=True)
        return (self.organisation.path, *asked)


class ProjectOpinion(models.Model):
    """What a department says of a stage. A refusal stays; asking again is a row of its own."""

    project = models.ForeignKey(SafetyProject, on_delete=models.PROTECT, related_name="opinions")
    stage = models.CharField(max_length=12, choices=STAGES)
    department = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=OPINIONS, default="asked")
    version = models.IntegerField(default=1)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    words = models.CharField(max_length=400, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)

    class Meta:
        app_label = "safety"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "stage", "department"], condition=~Q(state="refused"), name="opinion_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.department}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.department.path,)
