"""What we handed over, and the incidents of others as they were handed to us. A mirror is written by the line alone: no action changes it."""

from __future__ import annotations

from django.db import models

from anlan.kernel.exchange.delivery.models import Parcel, Peer
from anlan.kernel.relay.types import STATES
from anlan.kernel.response.models import Incident


class Handover(models.Model):
    """An incident that a peer gets. `sent_seq`: of the last entry that went into the outbox."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="handovers")
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="handovers")
    state = models.CharField(max_length=8, choices=STATES, default="linked")
    version = models.IntegerField(default=1)
    reason = models.CharField(max_length=300)
    sent_seq = models.IntegerField(default=0)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=80)
    taken_at = models.DateTimeField(null=True)  # a person of the other side signed for it
    taken_by = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-started_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["incident", "peer"], name="relay_handover_once")]

    def __str__(self) -> str:
        return f"{self.incident} → {self.peer}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.incident.organisation.path,)


class Shipment(models.Model):
    """Which entries a parcel carried."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="shipments")
    parcel = models.OneToOneField(Parcel, on_delete=models.PROTECT, related_name="shipment")
    last_seq = models.IntegerField()

    class Meta:
        ordering = ["handover", "last_seq"]

    def __str__(self) -> str:
        return f"{self.handover_id} ≤ {self.last_seq}"


class Mirror(models.Model):
    """Another's incident. `seq` and `head` are of its last entry; the other columns are what its board says."""

    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="mirrors")
    key = models.UUIDField()
    number = models.CharField(max_length=24)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=40, blank=True)
    mode = models.CharField(max_length=8)
    state = models.CharField(max_length=12)
    grade = models.SmallIntegerField(null=True)
    level = models.SmallIntegerField(null=True)
    place = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    seq = models.IntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    arrived_at = models.DateTimeField()
    last_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-arrived_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["peer", "key"], name="relay_mirror_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.peer.organisation.path,)

    @property
    def is_drill(self) -> bool:
        return self.mode == "drill"


class MirrorEntry(models.Model):
    """One entry as it came: `told` is its JSON, every word of it; `hash` has been computed again from it."""

    mirror = models.ForeignKey(Mirror, on_delete=models.PROTECT, related_name="entries")
    seq = models.IntegerField()
    kind = models.CharField(max_length=16)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()  # by the other side
    arrived_at = models.DateTimeField()  # here
    told = models.TextField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["mirror", "seq"]
        constraints = [models.UniqueConstraint(fields=["mirror", "seq"], name="relay_entry_once")]

    def __str__(self) -> str:
        return f"{self.mirror_id}/{self.seq} {self.kind}"
