"""Incidents and their entries; and the rows that boards are looked up by. The entries are the truth: every other row here follows from
them and is rebuilt by `log.rebuild`. Contingency plans and rosters are rows of their own."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from anlan.kernel.access.models import Organisation, Person, Post
from anlan.kernel.files.models import Stored
from anlan.kernel.response.types import COLOURS, GRADES, LEVELS, MODES, POSTS, STATES, TASK_STATES


class Incident(models.Model):
    """An incident. `seq` is that of its last entry, `head` that entry's hash; `decided` the `seq` of the last decision (a form sent from an
    older board is refused). Grade, colour, level: 1 is highest. A drill runs on its own clock: `drill_from` at the instant `drill_at`, `drill_pace` times as fast."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=24, unique=True)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=40, blank=True)
    mode = models.CharField(max_length=8, choices=MODES, default="real")
    state = models.CharField(max_length=12, choices=STATES, default="reported")
    is_open = models.BooleanField(default=True)
    grade = models.SmallIntegerField(null=True, choices=GRADES)
    colour = models.SmallIntegerField(null=True, choices=COLOURS)
    level = models.SmallIntegerField(null=True, choices=LEVELS)
    place = models.CharField(max_length=120, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # who leads it
    occurred_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    seq = models.IntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    decided = models.IntegerField(default=0)
    drill_from = models.DateTimeField(null=True)
    drill_at = models.DateTimeField(null=True)
    drill_pace = models.FloatField(default=1)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-opened_at", "-id"]
        indexes = [models.Index(fields=["is_open", "-opened_at"]), models.Index(fields=["state", "-opened_at"])]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path, *(one.organisation.path for one in self.members.all() if one.until is None))

    @property
    def is_drill(self) -> bool:
        return self.mode == "drill"

    def now(self, at: datetime) -> datetime:
        """The incident's own time at an instant of the house: a drill runs on its own clock."""
        if self.drill_from is None or self.drill_at is None:
            return at
        return self.drill_from + timedelta(seconds=(at - self.drill_at).total_seconds() * self.drill_pace)


class LogEntry(models.Model):
    """One entry of an incident's log; never changed, never removed. `id` is made where it is written down, also offline.

    `occurred_at`: when it happened; `recorded_at`: when it was written down, by that device's clock; `received_at`: when the house had it;
    `skew`: seconds by which the device's clock ran ahead of the house's when it sent. `hash` is SHA-256 over the former hash and all of this."""

    id = models.UUIDField(primary_key=True, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="entries")
    seq = models.IntegerField()
    kind = models.CharField(max_length=16)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    received_at = models.DateTimeField()
    skew = models.FloatField(default=0)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    appointment = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=80)
    on_behalf_of = models.CharField(max_length=160, blank=True)
    post = models.CharField(max_length=16, choices=POSTS, blank=True)
    place = models.CharField(max_length=120, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    payload = models.JSONField(default=dict)
    former = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["incident", "seq"]
        constraints = [models.UniqueConstraint(fields=["incident", "seq"], name="response_seq_once")]
        indexes = [models.Index(fields=["incident", "received_at"]), models.Index(fields=["-received_at"])]

    def __str__(self) -> str:
        return f"{self.incident_id}/{self.seq} {self.kind}"


class Photo(models.Model):
    """A file that an entry brings; its SHA-256 stands in the entry's payload."""

    entry = models.ForeignKey(LogEntry, on_delete=models.PROTECT, related_name="files")
    stored = models.ForeignKey(Stored, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.stored)


class Member(models.Model):
    """An organisation that an incident concerns, since it has a post, a task or a team in it. What it may see ends with `until`."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="members")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "organisation"], name="response_member_once")]

    def __str__(self) -> str:
        return f"{self.incident} {self.organisation}"


class Task(models.Model):
    """A task of a board, as a row to look it up by: whose, until when, when it next goes to somebody else (`raise_at`)."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="tasks")
    key = models.CharField(max_length=80)
    title = models.CharField(max_length=160)
    post = models.CharField(max_length=16, choices=POSTS)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=TASK_STATES)
    start_at = models.DateTimeField()
    due_at = models.DateTimeField()
    raise_at = models.DateTimeField(null=True)
    raised = models.SmallIntegerField(default=0)

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [models.UniqueConstraint(fields=["incident", "key"], name="response_task_once")]
        indexes = [
            models.Index(fields=["organisation", "state", "due_at"]), models.Index(fields=["person", "state"]),
            models.Index(fields=["raise_at"], condition=Q(raise_at__isnull=False), name="response_tasks_to_raise"),
            models.Index(fields=["start_at"], condition=Q(state="planned"), name="response_tasks_to_send"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class DutyShift(models.Model):
    """Somebody in a post of the command for a span of time (值班). `rank` 1 is who has it, 2 and on who follow (备班)."""

    post = models.CharField(max_length=16, choices=POSTS)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="duty_shifts")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="duty_shifts")
    rank = models.SmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices={"planned": "已排", "cancelled": "已取消"}, default="planned")
    version = models.IntegerField(default=1)
    note = models.CharField(max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["starts_at", "post", "rank", "id"]
        indexes = [models.Index(fields=["ends_at", "starts_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="response_shift_ends_after_start"),
            models.UniqueConstraint(
                fields=["post", "organisation", "person", "starts_at"], condition=Q(state="planned"), name="response_shift_once"
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_post_display()} {self.person}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class ContingencyPlan(models.Model):
    """A contingency plan (预案) of the set; its text is in its versions. `named`: the document names it; otherwise it is 未列名."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    position = models.IntegerField(default=0)
    kinds = models.JSONField(default=list)  # of incidents it is for
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    named = models.BooleanField(default=True)
    source = models.CharField(max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class PlanVersion(models.Model):
    """An edition of a plan as data (`cards.Book`). Published ones are frozen and never change; `hash` is that of `text`."""

    STATES = {"draft": "草稿", "published": "已发布", "replaced": "已被替代"}
    plan = models.ForeignKey(ContingencyPlan, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    edition = models.CharField(max_length=40)
    text = models.TextField()
    hash = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=STATES, default="draft")
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=80, blank=True)
    filed_on = models.DateField(null=True)
    filed_number = models.CharField(max_length=80, blank=True)
    review_on = models.DateField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="response_plan_number_once"),
            models.UniqueConstraint(fields=["plan"], condition=Q(state="published"), name="response_one_published"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.edition}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.plan.access_paths


class SituationReport(models.Model):
    """A report as it was signed: frozen text with everything the board said; corrections are further reports."""

    STAGES = {"flash": "快报", "first": "初报", "follow": "续报", "final": "终报（核报）"}
    STATES = {"draft": "草稿", "signed": "已签发", "sent": "已报送", "received": "对方已收", "dropped": "已作废"}
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="reports")
    number = models.IntegerField()
    stage = models.CharField(max_length=8, choices=STAGES)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    state = models.CharField(max_length=10, choices=STATES, default="draft")
    version = models.IntegerField(default=1)
    body = models.TextField(blank=True)
    facts = models.JSONField(default=dict)  # the counts it states
    as_of = models.DateTimeField()
    seq = models.IntegerField()  # of the board it was made from
    hash = models.CharField(max_length=64, blank=True)
    to = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["incident", "number"]
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="response_report_once")]

    def __str__(self) -> str:
        return f"{self.incident} {self.get_stage_display()} {self.number}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.incident.access_paths


class PressRelease(models.Model):
    """A text for the public, drafted from the log, approved by the post, then frozen; a correction is a further one and says so."""

    STATES = {"draft": "草稿", "approved": "已审定", "published": "已发布", "dropped": "不发"}
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="press")
    title = models.CharField(max_length=120)
    text = models.TextField()
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    state = models.CharField(max_length=10, choices=STATES, default="draft")
    version = models.IntegerField(default=1)
    hash = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=80, blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.incident.access_paths


class Drill(models.Model):
    """What a drill's players do not see: its injects, who directs it. The incident it plays is on the same path as a real one, on its own clock."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="drill")
    title = models.CharField(max_length=120)
    blind = models.BooleanField(default=True)  # 双盲: players know neither time nor script
    script = models.JSONField(default=list)  # [{key, minute, text, values, source}], in order
    director = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.incident.organisation.path,)
