"""Forms, plans, tasks and records. An edition and a record are never changed; tasks and plans move by compare-and-set alone."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from anlan.kernel.access.models import Organisation, Person, Post
from anlan.kernel.casework.models import Case
from anlan.kernel.checks import rules
from anlan.kernel.checks.types import PACES, PHOTOS, RESULTS, CheckItem
from anlan.kernel.files.models import Stored


class Form(models.Model):
    """One edition of a form. `organisation`: whose own form it is; None: the district's, for all. In force from `valid_from` until
    the next edition of its slug is."""

    area = models.CharField(max_length=40)
    slug = models.CharField(max_length=60)
    edition = models.CharField(max_length=20)
    number = models.IntegerField(default=1)  # order of the editions of a slug
    title = models.CharField(max_length=80)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    process = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=400, blank=True)
    source = models.CharField(max_length=200, blank=True)
    verified = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["area", "slug", "-number"]
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="check_form_edition_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,) if self.organisation else ()

    @property
    def points(self) -> int:
        return sum(one.points for one in self.items.all())


class Item(models.Model):
    """One line of an edition."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="items")
    position = models.IntegerField()
    code = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    criterion = models.CharField(max_length=400, blank=True)
    photo = models.CharField(max_length=8, choices=PHOTOS, blank=True)
    number = models.BooleanField(default=False)
    unit = models.CharField(max_length=20, blank=True)
    low = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    high = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    points = models.IntegerField(default=0)
    measure_kind = models.CharField(max_length=20, blank=True)
    measure = models.CharField(max_length=200, blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_title = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["form", "position"]
        constraints = [models.UniqueConstraint(fields=["form", "code"], name="check_item_once")]
        indexes = [models.Index(fields=["subject_kind", "subject_id"])]

    def __str__(self) -> str:
        return self.title

    @property
    def bounds(self) -> str:
        return rules.bound_words(self.low, self.high, self.unit)

    def declared(self) -> CheckItem:
        return CheckItem(
            code=self.code, title=self.title, criterion=self.criterion, photo=self.photo, number=self.number, unit=self.unit, low=self.low,  # type: ignore[arg-type]
            high=self.high, points=self.points, measure_kind=self.measure_kind, measure=self.measure,
            subject=(self.subject_kind, self.subject_id, self.subject_title),
        )  # fmt: skip


class Plan(models.Model):
    """Who (`organisation` with a role, or a named `person`) checks what (`form`, the edition in force) and where, how often.
    `target`: whose place it is when it is not the checker's own. `made_to`: the last day whose tasks were made."""

    STATES = {"active": "进行中", "stopped": "已停止"}
    area = models.CharField(max_length=40)
    title = models.CharField(max_length=80)
    form = models.CharField(max_length=60)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40, blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=120, blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_title = models.CharField(max_length=120, blank=True)
    pace = models.CharField(max_length=8, choices=PACES)
    shifts = models.CharField(max_length=120, blank=True)
    workdays = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    made_to = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=STATES, default="active")
    version = models.IntegerField(default=1)
    stopped_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["organisation__path", "title", "id"]
        indexes = [models.Index(fields=["state", "made_to"]), models.Index(fields=["subject_kind", "subject_id"])]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return tuple(one.path for one in (self.organisation, self.target) if one)


class Task(models.Model):
    """One check that is to be done. "Missed" is computed (open after `due_at`); the job only notes it once in the journal (`noted_at`)."""

    STATES = {"open": "待查", "done": "已查", "excused": "免查"}
    area = models.CharField(max_length=40)
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT, related_name="tasks")
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="+")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=80)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=40, blank=True)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=120, blank=True)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    subject_title = models.CharField(max_length=120, blank=True)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=STATES, default="open")
    version = models.IntegerField(default=1)
    done_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=400, blank=True)  # why excused, or why it was missed
    explained_by = models.CharField(max_length=80, blank=True)
    noted_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-due_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["plan", "starts_at"], name="check_task_once")]
        indexes = [
            models.Index(fields=["organisation", "state", "due_at"]), models.Index(fields=["target", "area", "-due_at"]), models.Index(fields=["area", "-due_at"]),
            models.Index(fields=["subject_kind", "subject_id", "-due_at"]),
            models.Index(fields=["due_at"], condition=Q(state="open", noted_at=None), name="check_unnoted"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path, self.target.path)

    @property
    def standing(self) -> Record | None:
        """The record that counts."""
        return self.records.filter(state="standing").first()


class Record(models.Model):
    """What somebody found and signed for by finishing. A correction is a further record with its reason; the former stays."""

    STATES = {"standing": "有效", "replaced": "已更正", "taken_back": "已撤回"}
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="records")
    key = models.UUIDField(unique=True)
    at = models.DateTimeField()  # when it was found, on the phone
    received_at = models.DateTimeField()
    note = models.CharField(max_length=400, blank=True)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    reason = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=10, choices=STATES, default="standing")
    version = models.IntegerField(default=1)
    failed = models.IntegerField(default=0)
    got = models.IntegerField(default=0)
    full = models.IntegerField(default=0)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=80)
    on_behalf_of = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["task"], condition=Q(state="standing"), name="check_one_standing")
        ]

    def __str__(self) -> str:
        return f"{self.task} {self.at:%Y-%m-%d %H:%M}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.task.access_paths

    @property
    def score(self) -> rules.Score:
        return rules.Score(self.got, self.full)


class Answer(models.Model):
    """One item of a record. `case`: what a failed item opened."""

    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="answers")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="answers")
    result = models.CharField(max_length=6, choices=RESULTS)
    number = models.DecimalField(max_digits=12, decimal_places=3, null=True)
    note = models.CharField(max_length=400, blank=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="check_answers")

    class Meta:
        ordering = ["item__position", "id"]
        constraints = [models.UniqueConstraint(fields=["record", "item"], name="check_answer_once")]

    def __str__(self) -> str:
        return f"{self.item} {self.get_result_display()}"


class Photo(models.Model):
    """A picture of an answer, re-encoded when it was kept."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="photos")
    stored = models.ForeignKey(Stored, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.stored)
