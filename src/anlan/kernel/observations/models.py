"""Devices and their streams. Values are not here: they are in the observation store, by the stream's id."""

from __future__ import annotations

from django.db import models

from anlan.kernel.access.models import Person, Post
from anlan.kernel.observations.types import PERIOD_TITLES, PROTOCOLS
from anlan.kernel.registry.models import Station

STATES = {"waiting": "待接入", "admitted": "已接入", "suspended": "已停用", "refused": "不予接入", "retired": "已退役"}
NATURES = {"raw": "原始", "reviewed": "审核"}
ACTS = {"set": "改值", "reject": "判为无效", "restore": "恢复原值"}
KEPT = {"values": "观测值", "frames": "原始报文"}


class Device(models.Model):
    """What speaks a protocol. `identity` is its name there: MN, source address, telephone, station address, or a name of ours.

    `secret` is a protocol's password as the protocol sends it, or the SHA-256 of a token; it is never shown.
    """

    field_classes = {"identity": "thing", "name": "thing"}
    protocol = models.CharField(max_length=12, choices=PROTOCOLS)
    identity = models.CharField(max_length=64)
    name = models.CharField(max_length=80, blank=True)
    station = models.ForeignKey(Station, null=True, on_delete=models.PROTECT, related_name="devices")
    state = models.CharField(max_length=10, choices=STATES)
    secret = models.CharField(max_length=64, blank=True)
    settings = models.JSONField(default=dict)
    first_heard_at = models.DateTimeField(null=True)  # by the gateway, before it was admitted
    first_said = models.CharField(max_length=200, blank=True)  # how it presented itself
    is_demo = models.BooleanField(default=False)
    version = models.IntegerField(default=1)

    class Meta:
        ordering = ["protocol", "identity"]
        constraints = [models.UniqueConstraint(fields=["protocol", "identity"], name="device_once")]

    def __str__(self) -> str:
        return self.name or self.identity

    def get_protocol_display(self) -> str:  # type: ignore[no-redef]
        """Also of a protocol that a capability declares."""
        return PROTOCOLS.get(self.protocol, self.protocol)

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.station.access_paths if self.station else ()


class Stream(models.Model):
    """One property at one station in one kind of period. Its id is the stream's number in the store.

    `channel` is where the device's protocol carries it; `code` the station kind's own word. A reviewed stream names its raw one.
    """

    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="streams")
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="streams")
    code = models.CharField(max_length=40)
    channel = models.CharField(max_length=60, blank=True)
    quantity = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    unit = models.CharField(max_length=20, blank=True)
    decimals = models.IntegerField(default=1)
    period = models.CharField(max_length=8, choices=PERIOD_TITLES)
    every = models.IntegerField(default=0)  # seconds; 0: no rhythm
    scale = models.FloatField(default=1.0)
    shift = models.FloatField(default=0.0)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    nature = models.CharField(max_length=8, choices=NATURES, default="raw")
    raw = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reviewed")
    retired_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["station", "id"]
        constraints = [
            models.UniqueConstraint(fields=["station", "code", "nature"], name="stream_once"),
            models.UniqueConstraint(
                fields=["device", "channel"], condition=models.Q(retired_at=None), name="stream_channel_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} · {self.title}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.station.access_paths


class Conversion(models.Model):
    """One version of a stream's conversion and possible range: what came in from `valid_from` until `valid_to` was judged by it.

    `valid_from` None: since the stream began.
    """

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="conversions")
    scale = models.FloatField()
    shift = models.FloatField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["stream", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["stream"], condition=models.Q(valid_to=None), name="conversion_in_force")
        ]

    def __str__(self) -> str:
        return f"× {self.scale:g} + {self.shift:g}"


class Correction(models.Model):
    """What a person made of a raw stream's values with `after` < end ≤ `until`, for its reviewed stream (审核).

    It waits here until the gateway, which alone writes values, has taken it: exactly once, in the order of the ids.
    """

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="corrections")  # the raw one
    act = models.CharField(max_length=8, choices=ACTS)
    after = models.DateTimeField()
    until = models.DateTimeField()
    value = models.FloatField(null=True)
    reason = models.CharField(max_length=200)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    person_name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    rows = models.IntegerField(null=True)  # how many reviewed values it wrote

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], condition=models.Q(taken_at=None), name="correction_waiting")]

    def __str__(self) -> str:
        return f"{self.get_act_display()} {self.after} – {self.until}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return self.stream.access_paths


class Retention(models.Model):
    """How long raw frames, or values of a kind of station in a kind of period, are kept; dated. Empty: of every kind."""

    what = models.CharField(max_length=8, choices=KEPT)
    kind = models.CharField(max_length=20, blank=True)
    period = models.CharField(max_length=8, blank=True)
    days = models.IntegerField()
    basis = models.CharField(max_length=200)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["what", "kind", "period", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["what", "kind", "period"], condition=models.Q(valid_to=None), name="retention_in_force"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.days}"


class Citation(models.Model):
    """Something (a case, an indicator's value, a report) stands on these values: they are never deleted for their age."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="citations")
    after = models.DateTimeField()
    until = models.DateTimeField()
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream", "after", "until", "subject_kind", "subject_id"], name="citation_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id}"


class ApiToken(models.Model):
    """What a program shows to read over SensorThings: it sees what the post may see, as long as the post is held.

    `digest` is the token's SHA-256; the token is told once. `registers`: it may also do what the post may do there.
    """

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    until = models.DateField()
    registers = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class Edition(models.Model):
    """One row: counts changes of devices, streams and rules, so that a gateway knows when to read them again."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
