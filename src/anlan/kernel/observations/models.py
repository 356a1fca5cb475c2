"""Devices and their streams. Values are not here: they are in the observation store, by the stream's id."""

from __future__ import annotations

from django.db import models

from anlan.kernel.observations.types import PERIOD_TITLES, PROTOCOLS
from anlan.kernel.registry.models import Station

STATES = {"waiting": "待接入", "admitted": "已接入", "suspended": "已停用", "refused": "不予接入", "retired": "已退役"}
NATURES = {"raw": "原始", "reviewed": "审核"}


class Device(models.Model):
    """What speaks a protocol. `identity` is its name there: MN, source address, telephone, station address, or a name of ours.

    `secret` is a protocol's password as the protocol sends it, or the SHA-256 of a token; it is never shown.
    """

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


class Edition(models.Model):
    """One row: counts changes of devices, streams and rules, so that a gateway knows when to read them again."""

    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.number)
