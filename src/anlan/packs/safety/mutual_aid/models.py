"""Agreements and drills as registers; requests in both directions."""

from __future__ import annotations

import uuid

from django.db import models

from anlan.kernel.access.models import Organisation
from anlan.kernel.exchange.delivery.models import Peer
from anlan.kernel.registry.models import Entry
from anlan.kernel.response.models import Incident

STATES = {
    "sent": "等答复", "promised": "答应支援", "declined": "不能支援", "withdrawn": "已撤回", "arrived": "已到场", "closed": "已结束",
}  # fmt: skip
WAYS = {"out": "我方请求", "in": "对方请求"}


class AidAgreement(Entry):
    """区域应急联动协议. `peer_code` is the other side's on the link; without one, requests go by telephone."""

    field_classes = {"contact": "person", "telephone": "person"}
    code = models.CharField(max_length=40, unique=True)
    partner = models.CharField(max_length=80)
    peer_code = models.CharField(max_length=40, blank=True)
    signed_on = models.DateField()
    valid_until = models.DateField()
    scope = models.CharField(max_length=200)
    contact = models.CharField(max_length=80)
    telephone = models.CharField(max_length=40)
    document = models.CharField(max_length=120, blank=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.partner


class JointDrill(Entry):
    code = models.CharField(max_length=40, unique=True)
    agreement_code = models.CharField(max_length=40)
    held_on = models.DateField()
    subject = models.CharField(max_length=120)
    people = models.IntegerField()
    findings = models.CharField(max_length=400, blank=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.subject


class AidRequest(models.Model):
    """A request for help, ours or a neighbour's; `key` is the same on both sides. An exercise says so on both sides."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    way = models.CharField(max_length=3, choices=WAYS)
    peer = models.ForeignKey(Peer, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="aid_requests")
    incident_words = models.CharField(max_length=160, blank=True)
    exercise = models.BooleanField(default=False)
    what = models.CharField(max_length=400)
    place = models.CharField(max_length=120)
    needed_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=STATES, default="sent")
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    answer = models.CharField(max_length=400, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=120, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.what[:60]

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)
