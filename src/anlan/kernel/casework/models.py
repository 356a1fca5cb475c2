"""Cases and what hangs on them. The history (`Line`) and the evidence only grow; the state is changed by `actions` alone."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from anlan.kernel.access.models import Organisation, Person, Post
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.casework import declared
from anlan.kernel.casework.types import SOURCES, Process
from anlan.kernel.files.models import Stored


class Case(models.Model):
    """One matter on its way through a process. `owner` is whose it is (责任单位), `issuer` who watches over it (监管或下达单位),
    `holder` who has it now; `person` is the one named to do it. `due_at` and `started_at` are those of the running clock."""

    key = models.UUIDField(
        unique=True, default=uuid.uuid4, editable=False
    )  # made where the case is written down, also offline
    number = models.CharField(max_length=24, unique=True)
    process = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    fact = models.TextField(blank=True)
    kind = models.CharField(max_length=40, blank=True)
    grade = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=12, choices=SOURCES, default="other")
    place = models.CharField(max_length=120, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    issuer = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=20)
    version = models.IntegerField(default=1)
    is_open = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    opener = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    supervised_at = models.DateTimeField(null=True)
    supervision = models.CharField(max_length=80, blank=True)  # 挂牌督办的文号
    returns = models.IntegerField(default=0)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="parts"
    )  # the inspection it was found by
    repeats = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="repeated")
    subject_kind = models.CharField(max_length=40, blank=True)  # what it is about, of another room (`types.About`)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_title = models.CharField(max_length=120, blank=True)
    alarm = models.OneToOneField(Alarm, null=True, on_delete=models.PROTECT, related_name="case")
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(fields=["process", "state", "-opened_at"]),
            models.Index(fields=["process", "-opened_at"]),
            models.Index(fields=["holder", "is_open", "due_at"]),
            models.Index(fields=["owner", "process", "-opened_at"]),
            models.Index(fields=["issuer", "process", "-opened_at"]),
            models.Index(fields=["due_at"], condition=Q(is_open=True, due_at__isnull=False), name="case_clocks"),
            models.Index(fields=["subject_kind", "subject_id", "-opened_at"], name="case_subjects"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def of(self) -> Process:
        return declared.process(self.process)

    @property
    def access_paths(self) -> tuple[str, ...]:
        return tuple(one.path for one in (self.owner, self.issuer, self.holder) if one)

    def get_state_display(self) -> str:
        return self.of.states.get(self.state, self.state)


class Line(models.Model):
    """One line of a case's history (经过): a step, a comment, a clock. `key` makes a line sent twice one line."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="lines")
    key = models.UUIDField(unique=True, null=True)
    at = models.DateTimeField()
    step = models.CharField(max_length=40)
    title = models.CharField(max_length=40)
    source = models.CharField(max_length=20)  # the states it led from and to
    target = models.CharField(max_length=20)
    note = models.TextField(blank=True)
    facts = models.JSONField(default=dict)  # title -> words of the fields, as they were given
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=80)
    on_behalf_of = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["person", "-at"])]

    def __str__(self) -> str:
        return f"{self.case.number} {self.title}"


class Evidence(models.Model):
    """A file of the case, by kind (改前、改后、回执 …). `located`: the place in the picture is itself evidence and was kept."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    line = models.ForeignKey(Line, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=20)
    stored = models.ForeignKey(Stored, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.stored)

    @property
    def word(self) -> str:
        return (self.case.of.evidence or {}).get(self.kind, self.kind)


class Clock(models.Model):
    """One run of a limit: from entering a state to leaving it. `due_at` moves only by an approved extension or a pause.

    `raised` levels have been raised; `raise_at` is when the next is, null while it stands, has stopped, or all have been."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="clocks")
    limit = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    words = models.CharField(max_length=40)
    law = models.CharField(max_length=200)
    verified = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    first_due_at = models.DateTimeField()
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    raised = models.SmallIntegerField(default=0)
    raise_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(stopped_at=None), name="case_one_running_clock")
        ]
        indexes = [models.Index(fields=["raise_at"], condition=Q(raise_at__isnull=False), name="case_clocks_to_raise")]

    def __str__(self) -> str:
        return self.title


class Extension(models.Model):
    """Asked for before the clock ends, decided by who issued the case. The deadline never moves silently."""

    STATES = {"asked": "待答复", "approved": "同意", "rejected": "不同意"}
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="extensions")
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="extensions")
    until = models.DateTimeField()
    reason = models.CharField(max_length=400)
    state = models.CharField(max_length=8, choices=STATES, default="asked")
    version = models.IntegerField(default=1)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    asker = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answer = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="asked"), name="case_one_open_extension")
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.until:%Y-%m-%d}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.case.access_paths


class Escalation(models.Model):
    """A clock that ran out was raised, once a level: to the holder, then to who issued it, then to the district."""

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="escalations")
    level = models.IntegerField()
    raised_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clock", "level"], name="case_escalated_once")]

    def __str__(self) -> str:
        return f"{self.clock} {self.level}"


class Watch(models.Model):
    """Somebody who wants to hear of it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="watches")
    person = models.ForeignKey(Person, on_delete=models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="case_watched_once")]

    def __str__(self) -> str:
        return f"{self.case} {self.person}"


class Proposal(models.Model):
    """A step sent from the field that the case no longer allows: kept whole, for a person to decide."""

    STATES = {"waiting": "待核定", "taken": "已采用", "dropped": "未采用"}
    key = models.UUIDField(unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="proposals")
    step = models.CharField(max_length=40)
    note = models.TextField(blank=True)
    values = models.JSONField(default=dict)
    why = models.CharField(max_length=200)  # why it was not done
    made_at = models.DateTimeField()  # on the phone
    received_at = models.DateTimeField()
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=STATES, default="waiting")
    version = models.IntegerField(default=1)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answer = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case.number} {self.step}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.case.access_paths


class ProposalFile(models.Model):
    """The photos of a proposal."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=20)
    stored = models.ForeignKey(Stored, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.stored)

    @property
    def word(self) -> str:
        return (self.proposal.case.of.evidence or {}).get(self.kind, self.kind)

    @property
    def is_picture(self) -> bool:
        return self.stored.media_type.startswith("image/")


class Counter(models.Model):
    """The last number given under a prefix in a year: to a case, an incident, an order."""

    prefix = models.CharField(max_length=8)
    year = models.IntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="case_counter_once")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last}"

    @classmethod
    def next(cls, prefix: str, year: int) -> str:
        """`YH-2026-00017`; part of the caller's transaction, so no number is lost or given twice."""
        cls.objects.get_or_create(prefix=prefix, year=year)
        cls.objects.filter(prefix=prefix, year=year).update(last=F("last") + 1)
        return f"{prefix}-{year}-{cls.objects.get(prefix=prefix, year=year).last:05d}"
