"""Peers, what goes to them (the outbox), what came from them (the inbox), and what was refused at the door."""

from __future__ import annotations

from django.db import models

from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.exchange.delivery.types import IN_STATES, OUT_STATES, PEER_KINDS, PEER_STATES


class Peer(models.Model):
    """Another instance. `out_seq`: number of the last parcel to it; `in_seq`: of the last parcel of it that was handed on.

    `failures` in a row and `retry_at` are of the line, not of a parcel. `key` is its public key."""

    code = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=PEER_KINDS)
    address = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=PEER_STATES, default="proposed")
    version = models.IntegerField(default=1)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+"
    )  # ours, that keeps the link
    out_seq = models.BigIntegerField(default=0)
    in_seq = models.BigIntegerField(default=0)
    failures = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    maker = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=80, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["kind", "code"]

    def __str__(self) -> str:
        return self.title

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class Parcel(models.Model):
    """One message to a peer. `text` is what was signed; it never changes, also when it is sent again."""

    id = models.UUIDField(primary_key=True, editable=False)
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="parcels")
    seq = models.BigIntegerField()
    subject = models.CharField(max_length=40)
    words = models.CharField(max_length=200)
    text = models.TextField()
    signature = models.CharField(max_length=128)
    state = models.CharField(max_length=8, choices=OUT_STATES, default="queued")
    attempts = models.IntegerField(default=0)
    made_at = models.DateTimeField()
    since = models.DateTimeField()  # when it was queued, or queued again by hand
    acked_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["peer", "seq"]
        constraints = [models.UniqueConstraint(fields=["peer", "seq"], name="delivery_out_once")]
        indexes = [models.Index(fields=["peer", "state", "seq"])]

    def __str__(self) -> str:
        return f"{self.peer_id}/{self.seq} {self.subject}"


class Arrived(models.Model):
    """One message of a peer, once, whatever the number of times it came."""

    id = models.UUIDField(primary_key=True, editable=False)
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="arrived")
    seq = models.BigIntegerField()
    subject = models.CharField(max_length=40)
    words = models.CharField(max_length=200)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    way = models.CharField(max_length=8, choices={"line": "线路", "file": "文件"})
    state = models.CharField(max_length=8, choices=IN_STATES, default="waiting")
    times = models.IntegerField(default=1)  # how often it came
    arrived_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["peer", "seq"]
        constraints = [models.UniqueConstraint(fields=["peer", "seq"], name="delivery_in_once")]
        indexes = [models.Index(fields=["peer", "state", "seq"])]

    def __str__(self) -> str:
        return f"{self.peer_id}/{self.seq} {self.subject}"


class Forged(models.Model):
    """What was refused at the door: no known sender, or a signature that does not hold. The same reason again within the day is counted, not added."""

    claimed = models.CharField(max_length=40, blank=True)
    why = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    way = models.CharField(max_length=8)
    source = models.CharField(max_length=60, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.IntegerField(default=1)
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-last_at", "-id"]
        indexes = [models.Index(fields=["claimed", "why", "first_at"])]

    def __str__(self) -> str:
        return f"{self.claimed or '?'} {self.why}"
