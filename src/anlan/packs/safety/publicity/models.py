"""Pages in editions, who wants to be told, courses and sittings, titles of communities, kit lists, campaigns."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.checks.models import Record
from anlan.kernel.files.models import Stored
from anlan.kernel.registry.models import Entry
from anlan.packs.safety.publicity.rules import KINDS, TOPICS


class KnowledgePage(models.Model):
    """One page as readers know it; what it says is its published edition."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class KnowledgeEdition(models.Model):
    """What a page says, from draft to withdrawn. `places`: codes of the streets it is about, none: the whole district. One is published at a time."""

    STATES = {
        "draft": "起草中", "waiting": "待审批", "published": "已发布", "replaced": "已换新版", "withdrawn": "已撤下", "dropped": "已作废",
    }  # fmt: skip
    page = models.ForeignKey(KnowledgePage, on_delete=models.PROTECT, related_name="editions")
    number = models.IntegerField()
    title = models.CharField(max_length=80)
    topic = models.CharField(max_length=20, choices=TOPICS)
    places = models.JSONField(default=list)
    text = models.TextField()
    source = models.CharField(max_length=200)
    licence = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=STATES, default="draft")
    version = models.IntegerField(default=1)
    why = models.CharField(max_length=200, blank=True)
    maker = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    approved_by = models.CharField(max_length=80, blank=True)
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="safety_edition_number"),
            models.UniqueConstraint(fields=["page"], condition=Q(state="published"), name="safety_edition_published"),
            models.UniqueConstraint(fields=["page"], condition=Q(state__in=("draft", "waiting")), name="safety_edition_in_hand"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "topic"])]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.page.access_paths


class KnowledgePicture(models.Model):
    """A picture of an edition, shown where its text says `picture:<number>`."""

    edition = models.ForeignKey(KnowledgeEdition, on_delete=models.PROTECT, related_name="pictures")
    number = models.IntegerField()
    stored = models.ForeignKey(Stored, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    source = models.CharField(max_length=200)
    licence = models.CharField(max_length=80)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["edition", "number"], name="safety_picture_number")]

    def __str__(self) -> str:
        return self.title


class KnowledgeSubscription(models.Model):
    """Somebody wants new pages at an address: of a topic ("": any), of a street (None: any)."""

    STATES = {"pending": "待确认", "active": "已订阅", "stopped": "已退订"}
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=8, choices={"email": "邮件", "message": "短信"})
    address = models.CharField(max_length=160)
    place = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=8, choices=STATES, default="pending")
    made_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["state", "topic"]), models.Index(fields=["address", "made_at"])]

    def __str__(self) -> str:
        return str(self.key)


class KnowledgeLetter(models.Model):
    """The outbox: an edition to a subscriber, or the letter that confirms a subscription (`edition` None)."""

    STATES = {"queued": "待发", "sent": "已发", "failed": "发不出"}
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    edition = models.ForeignKey(KnowledgeEdition, null=True, on_delete=models.PROTECT, related_name="letters")
    subscription = models.ForeignKey(KnowledgeSubscription, on_delete=models.PROTECT, related_name="letters")
    state = models.CharField(max_length=8, choices=STATES, default="queued")
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "subscription"], condition=Q(edition__isnull=False), name="safety_letter_once")
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "next_at"])]

    def __str__(self) -> str:
        return str(self.key)


# ---- courses
class TrainingCourse(models.Model):
    """A course and the rules of its examination. `bank_version` counts the changes of its questions; `again_days` 0: one sitting only."""

    STATES = {"draft": "准备中", "open": "可以考", "closed": "已停考"}
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80, unique=True)
    topic = models.CharField(max_length=20, choices=TOPICS)
    text = models.TextField()
    questions_asked = models.IntegerField()
    minutes = models.IntegerField()
    pass_mark = models.IntegerField()
    valid_months = models.IntegerField()
    again_days = models.IntegerField()
    bank_version = models.IntegerField(default=0)
    state = models.CharField(max_length=8, choices=STATES, default="draft")
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class TrainingQuestion(models.Model):
    """One question of a bank; a file replaces the bank as a whole, a sitting keeps its own paper."""

    course = models.ForeignKey(TrainingCourse, on_delete=models.PROTECT, related_name="questions")
    number = models.IntegerField()
    kind = models.CharField(max_length=8, choices=KINDS)
    text = models.CharField(max_length=300)
    options = models.JSONField()
    right = models.JSONField()
    points = models.IntegerField()
    basis = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["course", "number"], name="safety_question_number")]

    def __str__(self) -> str:
        return self.text


class ExamSitting(models.Model):
    """One person takes one examination once. Theirs alone: no page shows it to anybody else. `paper` is what was asked, as asked."""

    STATES = {"open": "在考", "done": "已交卷"}
    course = models.ForeignKey(TrainingCourse, on_delete=models.PROTECT, related_name="sittings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    attempt = models.IntegerField()
    seed = models.CharField(max_length=64)
    paper = models.JSONField()
    answers = models.JSONField(default=dict)
    pass_mark = models.IntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=STATES, default="open")
    version = models.IntegerField(default=1)
    done_at = models.DateTimeField(null=True)
    got = models.IntegerField(null=True)
    full = models.IntegerField(null=True)
    passed = models.BooleanField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["course", "person", "attempt"], name="safety_sitting_once"),
            models.UniqueConstraint(fields=["course", "person"], condition=Q(state="open"), name="safety_sitting_open"),
        ]
        indexes = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return str(self.course)


class PublicityCounter(models.Model):
    """The last number of a year, of certificates or of titles."""

    kind = models.CharField(max_length=8)
    year = models.IntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="safety_publicity_counter")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}-{self.last}"


class TrainingCertificate(models.Model):
    """What a passed sitting gives. Anyone verifies it by number and code. That it has expired is computed."""

    STATES = {"valid": "有效", "revoked": "已撤销"}
    sitting = models.OneToOneField(ExamSitting, on_delete=models.PROTECT, related_name="certificate")
    number = models.CharField(max_length=24, unique=True)
    code = models.CharField(max_length=8)
    issued_on = models.DateField()
    expires_on = models.DateField()
    state = models.CharField(max_length=8, choices=STATES, default="valid")
    version = models.IntegerField(default=1)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-issued_on", "-id"]
        indexes = [models.Index(fields=["expires_on"])]

    def __str__(self) -> str:
        return self.number

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.sitting.course.access_paths


# ---- demonstration communities
LEVELS = {"nation": "全国", "city": "市级", "district": "区级"}


class CommunityTitle(models.Model):
    """综合减灾示范社区: application, scored check, documents, title with its last day, re-examination."""

    STATES = {"applied": "申报中", "titled": "已命名", "refused": "未通过", "withdrawn": "已摘牌"}
    number = models.CharField(max_length=24, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=10, choices=LEVELS)
    statement = models.TextField()
    state = models.CharField(max_length=10, choices=STATES, default="applied")
    version = models.IntegerField(default=1)
    applied_at = models.DateTimeField()
    applied_by = models.CharField(max_length=80)
    applicant = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    record = models.ForeignKey(Record, null=True, on_delete=models.PROTECT, related_name="+")
    document = models.CharField(max_length=80, blank=True)  # the number of the paper that gave the title
    titled_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    examined_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    why = models.CharField(max_length=200, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-applied_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "level"], condition=Q(state__in=("applied", "titled")), name="safety_title_once")
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "expires_on"])]

    def __str__(self) -> str:
        return f"{self.organisation} {self.number}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class TitlePeriod(models.Model):
    """What a title and each re-examination gave: from a day to a last day. A gap between two periods stays a gap."""

    title_file = models.ForeignKey(CommunityTitle, on_delete=models.PROTECT, related_name="periods")
    starts_on = models.DateField()
    ends_on = models.DateField()
    document = models.CharField(max_length=80)
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=80)

    class Meta:
        ordering = ["starts_on", "id"]

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.ends_on}"


class TitleDocument(models.Model):
    """A paper of the file, or the note of what was decided with it."""

    title_file = models.ForeignKey(CommunityTitle, on_delete=models.PROTECT, related_name="documents")
    name = models.CharField(max_length=80)
    stored = models.ForeignKey(Stored, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.CharField(max_length=80)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.name


# ---- registers
class KitItem(Entry):
    """What a household keeps ready; `amount` for the household, or for each person in it."""

    code = models.CharField(max_length=40, unique=True)
    household = models.CharField(max_length=10)
    part = models.CharField(max_length=10)
    name = models.CharField(max_length=60)
    amount = models.DecimalField(max_digits=8, decimal_places=1)
    unit = models.CharField(max_length=10)
    per = models.CharField(max_length=10)
    renew_months = models.IntegerField(null=True)
    note = models.CharField(max_length=120, blank=True)
    source = models.CharField(max_length=120)
    verified = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name


class PublicityCampaign(Entry):
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    topic = models.CharField(max_length=20)
    starts_on = models.DateField()
    ends_on = models.DateField()
    aim = models.IntegerField(null=True)
    note = models.CharField(max_length=400, blank=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name


class PublicityEvent(Entry):
    """`people`: heads counted at the place; `reached` by paper, screen or message: never added to one another."""

    code = models.CharField(max_length=40, unique=True)
    campaign = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10)
    held_on = models.DateField()
    place = models.CharField(max_length=120)
    people = models.IntegerField()
    reached = models.IntegerField(null=True)
    counted_by = models.CharField(max_length=120, blank=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name
