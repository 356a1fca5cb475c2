"""Warnings as they came and as we issued them; who was told, who confirmed; what was not taken; who wants to be told."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.registry.models import Entry
from anlan.kernel.response.models import Incident
from anlan.packs.safety.warning.rules import COLOURS, STATUS, TYPES

STATES = {
    "draft": "起草中", "waiting": "待审批", "active": "现行", "updated": "已被更新", "cancelled": "已解除", "ended": "已终止", "notice": "解除通知",
    "held": "待核定", "ignored": "不作预警", "dropped": "已作废",
}  # fmt: skip
WAYS = {"upload": "上传", "feed": "来源推送", "folder": "文件夹", "own": "本区发布"}
CHANNELS = {"page": "工作台", "email": "邮件", "message": "短信"}


class WarningSource(models.Model):
    """Who may post warnings over HTTP. `digest` is that of its token; `senders`: whose warnings it may bring, none written: anybody's."""

    STATES = {"admitted": "可用", "revoked": "已停用"}
    name = models.CharField(max_length=80)
    senders = models.CharField(max_length=400, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=STATES, default="admitted")
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    last_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class WarningMessage(models.Model):
    """One message (发布, 更新, 解除), of others or our own. Whether it has expired is computed from the clock and is no state.

    `exercise` is set once when it is made; the database itself holds that an exercise is never Actual. `text` is the document as it came or left."""

    way = models.CharField(max_length=8, choices=WAYS)
    source = models.ForeignKey(WarningSource, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    identifier = models.CharField(max_length=120)
    sender = models.CharField(max_length=120)
    sent_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=8, choices=STATUS)
    exercise = models.BooleanField(default=False)
    message_type = models.CharField(max_length=8, choices=TYPES)
    scope = models.CharField(max_length=12, default="Public")
    hazard = models.CharField(max_length=20, blank=True)
    colour = models.SmallIntegerField(null=True, choices=COLOURS)
    said_by = models.CharField(
        max_length=80, blank=True
    )  # who added the hazard or colour that the document does not say
    event = models.CharField(max_length=80, blank=True)
    headline = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)
    instruction = models.TextField(blank=True)
    sender_name = models.CharField(max_length=120, blank=True)
    severity = models.CharField(max_length=10, default="Unknown")
    urgency = models.CharField(max_length=10, default="Unknown")
    certainty = models.CharField(max_length=10, default="Unknown")
    effective_at = models.DateTimeField(null=True)
    onset_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    areas = models.JSONField(default=list)
    text = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=10, choices=STATES)
    version = models.IntegerField(default=1)
    why = models.CharField(
        max_length=300, blank=True
    )  # why it is held or ignored, what was not quite right, why it ended
    follows = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="followed_by")
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="warnings")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    maker = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=80, blank=True)
    told_at = models.DateTimeField(null=True)  # when it was passed on to organisations and subscribers
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["sender", "identifier", "sent_at"], name="safety_warning_once"),
            models.CheckConstraint(condition=~Q(exercise=True, status="Actual"), name="safety_exercise_never_actual"),
            models.CheckConstraint(
                condition=~Q(exercise=False, status="Exercise"), name="safety_actual_never_exercise"
            ),
        ]
        indexes = [models.Index(fields=["state", "expires_at"]), models.Index(fields=["identifier"])]

    def __str__(self) -> str:
        return self.headline or self.event or self.identifier

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)

    @property
    def own(self) -> bool:
        return self.way == "own"


class WarningReference(models.Model):
    """What a message refers to, whether that is known yet or not."""

    message = models.ForeignKey(WarningMessage, on_delete=models.PROTECT, related_name="references")
    sender = models.CharField(max_length=120, blank=True)
    identifier = models.CharField(max_length=120)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["identifier"])]

    def __str__(self) -> str:
        return self.identifier


class WarningRefusal(models.Model):
    """A file that was not taken: why, and its beginning, until somebody has looked."""

    way = models.CharField(max_length=8, choices=WAYS)
    source = models.ForeignKey(WarningSource, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160, blank=True)
    code = models.CharField(max_length=20)
    why = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    size = models.IntegerField()
    head = models.TextField()
    at = models.DateTimeField()
    times = models.IntegerField(default=1)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["sha256", "way"], name="safety_refusal_once")]

    def __str__(self) -> str:
        return self.why


class WarningCounter(models.Model):
    """The last number of a year. Its row is also what arrivals queue at, so that an alert and its update never miss each other."""

    year = models.IntegerField(unique=True)
    last = models.IntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}-{self.last}"


class WarningSubscription(models.Model):
    """A citizen or an officer who wants warnings at an address. `place` None: the whole district; `hazard` "": any; up to `colour` (4: all)."""

    field_classes = {"address": "person"}
    STATES = {"pending": "待确认", "active": "已订阅", "stopped": "已退订"}
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    channel = models.CharField(max_length=8, choices={"email": "邮件", "message": "短信"})
    address = models.CharField(max_length=160)
    place = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    hazard = models.CharField(max_length=20, blank=True)
    colour = models.SmallIntegerField(default=4, choices=COLOURS)
    state = models.CharField(max_length=8, choices=STATES, default="pending")
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["state", "hazard"]), models.Index(fields=["address", "made_at"])]

    def __str__(self) -> str:
        return str(self.key)


class WarningNotice(models.Model):
    """The outbox: one recipient of one message, or the letter that confirms a subscription (`message` None). `read_at`: the receipt."""

    STATES = {"queued": "待发", "sent": "已发", "failed": "发不出"}
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    message = models.ForeignKey(WarningMessage, null=True, on_delete=models.PROTECT, related_name="notices")
    channel = models.CharField(max_length=8, choices=CHANNELS)
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    subscription = models.ForeignKey(WarningSubscription, null=True, on_delete=models.PROTECT, related_name="notices")
    state = models.CharField(max_length=8, choices=STATES, default="queued")
    attempts = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)
    read_at = models.DateTimeField(null=True)
    read_by = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["message", "organisation"], condition=Q(organisation__isnull=False), name="safety_notice_org_once"),
            models.UniqueConstraint(fields=["message", "subscription"], condition=Q(message__isnull=False), name="safety_notice_sub_once"),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "next_at"])]

    def __str__(self) -> str:
        return f"{self.message_id} {self.channel}"


class WarningResponse(Entry):
    """预警响应对应表: which colour of which hazard proposes which response level, by which text, since when."""

    code = models.CharField(max_length=40, unique=True)
    hazard = models.CharField(max_length=20)
    colour = models.CharField(max_length=6)
    level = models.CharField(max_length=1)
    plan = models.CharField(max_length=120)
    law = models.CharField(max_length=200)
    verified = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.code


class WarningTemplate(Entry):
    """A text to start from."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    hazard = models.CharField(max_length=20)
    colour = models.CharField(max_length=6)
    severity = models.CharField(max_length=10)
    headline = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    instruction = models.TextField(blank=True)
    hours = models.IntegerField()

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name
