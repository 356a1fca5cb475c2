"""Rows of supplies: catalogue, stores and agreements (registers); lots, balances, orders with their moves (the ledger); needs and offers;
requisitions. `StockMove` is the truth: a balance is the sum of its moves, kept beside them for the guard against negative stock."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q

from anlan.kernel.access.models import Organisation
from anlan.kernel.registry.models import Entry
from anlan.kernel.response.models import Incident
from anlan.packs.safety.subjects.reserve import ITEMS
from anlan.packs.safety.supplies.rules import (
    CATEGORIES,
    INSIDE,
    KIND_TITLES,
    NEED_STATES,
    OFFER_STATES,
    ORDER_STATES,
    OUTSIDE,
    REQUISITION_STATES,
    STORES,
)


class SupplyItem(Entry):
    """A kind of goods. `reserve`: the kind the scenarios' norms speak of; `least`: a norm of its own for the district, in pieces.
    `returnable`: it comes back after use; otherwise it is used up. `warn_days`: warned so long before it expires."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    unit = models.CharField(max_length=8)
    category = models.CharField(max_length=10, choices=CATEGORIES)
    reserve = models.CharField(max_length=12, choices=ITEMS, blank=True)
    least = models.IntegerField(null=True)
    source = models.CharField(max_length=200, blank=True)
    verified = models.BooleanField(default=False)
    returnable = models.BooleanField(default=False)
    warn_days = models.IntegerField(default=90)

    def __str__(self) -> str:
        return self.name


class SupplyStore(Entry):
    """A place where an organisation keeps its stock. Its stock is moved by that organisation alone."""

    field_classes = {"name": "thing", "keeper": "office", "phone": "office"}
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=STORES)
    address = models.CharField(max_length=160, blank=True)
    keeper = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.name


class SupplyAgreement(Entry):
    """协议储备: a firm's promise to deliver within hours of an order. `item` is its code; `drawn` what orders took of it."""

    field_classes = {"contact": "firm", "phone": "firm"}
    code = models.CharField(max_length=40, unique=True)
    item = models.CharField(max_length=40)
    quantity = models.IntegerField()
    drawn = models.IntegerField(default=0)
    firm = models.CharField(max_length=80)
    contact = models.CharField(max_length=40)
    phone = models.CharField(max_length=40)
    lead_hours = models.IntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(drawn__gte=0) & Q(drawn__lte=F("quantity")), name="safety_agreement_not_overdrawn"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.firm} {self.code}"

    @property
    def left(self) -> int:
        return self.quantity - self.drawn


# ---- the ledger
class StockPlace(models.Model):
    """A side of a move: a store, or one of the places in words (`rules.OUTSIDE`, `rules.INSIDE`) by its slug."""

    slug = models.CharField(max_length=24, unique=True)
    store = models.OneToOneField(SupplyStore, null=True, on_delete=models.PROTECT, related_name="place")

    def __str__(self) -> str:
        return str(self.store) if self.store else {**OUTSIDE, **INSIDE}[self.slug]

    @property
    def inside(self) -> bool:
        """Whether goods there are still the district's, and cannot be fewer than none."""
        return self.slug not in OUTSIDE


class Lot(models.Model):
    """Goods of one batch, with one last day, from one giver; `key` says all of it."""

    item = models.ForeignKey(SupplyItem, on_delete=models.PROTECT, related_name="lots")
    key = models.CharField(max_length=240, unique=True)
    batch = models.CharField(max_length=40, blank=True)
    made_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)
    donor = models.CharField(max_length=80, blank=True)

    class Meta:
        indexes = [models.Index(fields=["expires_on"])]

    def __str__(self) -> str:
        return " ".join(part for part in (self.item.name, self.batch, str(self.expires_on or "")) if part)


class StockBalance(models.Model):
    """What an inside place holds of a lot: the sum of its moves."""

    place = models.ForeignKey(StockPlace, on_delete=models.PROTECT, related_name="balances")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="balances")
    amount = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "lot"], name="safety_balance_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="safety_balance_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.lot} {self.amount}"


class SupplyNeed(models.Model):
    """What is needed where and by when (需求), for an incident or without one."""

    number = models.CharField(max_length=24, unique=True)
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # who asks
    item = models.ForeignKey(SupplyItem, on_delete=models.PROTECT, related_name="needs")
    amount = models.BigIntegerField()
    place = models.CharField(max_length=120)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    due_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=NEED_STATES, default="open")
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["state", "due_at"])]

    def __str__(self) -> str:
        return f"{self.number} {self.item}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)

    @property
    def is_drill(self) -> bool:
        return self.incident is not None and self.incident.is_drill


class SupplyOrder(models.Model):
    """A paper of the ledger (单据): what moves together. `organisation` is whose stock it is; `parent` what it returns or reverses.
    `reason` also says why expired goods went out. `due_at`: by when an agreed delivery must be there."""

    number = models.CharField(max_length=24, unique=True)
    key = models.UUIDField(unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=KIND_TITLES)
    state = models.CharField(max_length=10, choices=ORDER_STATES)
    version = models.IntegerField(default=1)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    source = models.ForeignKey(SupplyStore, null=True, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(SupplyStore, null=True, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    need = models.ForeignKey(SupplyNeed, null=True, on_delete=models.PROTECT, related_name="orders")
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    agreement = models.ForeignKey(SupplyAgreement, null=True, on_delete=models.PROTECT, related_name="orders")
    partner = models.CharField(max_length=80, blank=True)
    place = models.CharField(max_length=120, blank=True)
    carrier = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    due_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=80, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-made_at", "-id"]
        indexes = [models.Index(fields=["-made_at"]), models.Index(fields=["state"])]

    def __str__(self) -> str:
        return self.number

    @property
    def access_paths(self) -> tuple[str, ...]:
        """Whose it is, who is to receive it, who asked for it."""
        paths = [self.organisation.path]
        paths += [self.target.organisation.path] if self.target else []
        return tuple([*paths, self.need.organisation.path] if self.need else paths)


class OrderLine(models.Model):
    """An item of an order; `received` is what was signed for."""

    order = models.ForeignKey(SupplyOrder, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey(SupplyItem, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    received = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.item} {self.amount}{self.item.unit}"


class StockMove(models.Model):
    """Goods of a lot from one place to another. Both sides are one row: there is no half of it. Never changed, never removed."""

    order = models.ForeignKey(SupplyOrder, on_delete=models.PROTECT, related_name="moves")
    source = models.ForeignKey(StockPlace, on_delete=models.PROTECT, related_name="left")
    target = models.ForeignKey(StockPlace, on_delete=models.PROTECT, related_name="came")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="moves")
    amount = models.BigIntegerField()
    at = models.DateTimeField()
    actor_name = models.CharField(max_length=80)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["lot", "at"]), models.Index(fields=["at"])]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="safety_move_of_something"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="safety_move_to_elsewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.lot} {self.source}→{self.target} {self.amount}"


class SupplyOffer(models.Model):
    """A store that can help with a need: asked by the command, or offered by its owner; sent by an order."""

    need = models.ForeignKey(SupplyNeed, on_delete=models.PROTECT, related_name="offers")
    store = models.ForeignKey(SupplyStore, on_delete=models.PROTECT, related_name="offers")
    amount = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=OFFER_STATES)
    version = models.IntegerField(default=1)
    order = models.OneToOneField(SupplyOrder, null=True, on_delete=models.PROTECT, related_name="offer")
    reason = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["made_at", "id"]

    def __str__(self) -> str:
        return f"{self.store} {self.amount}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.store.organisation.path,)


class Requisition(models.Model):
    """征用: property of somebody taken for an emergency, given back, compensated. Money in yuan."""

    field_classes = {"owner": "person", "phone": "person"}
    number = models.CharField(max_length=24, unique=True)
    key = models.UUIDField(unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # who takes it
    incident = models.ForeignKey(Incident, null=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=120)
    amount = models.IntegerField()
    unit = models.CharField(max_length=8)
    owner = models.CharField(max_length=80)
    phone = models.CharField(max_length=40, blank=True)
    basis = models.CharField(max_length=200)
    state_before = models.CharField(max_length=200)  # of the property when it was taken
    taken_at = models.DateTimeField()
    until = models.DateField()
    returned_at = models.DateTimeField(null=True)
    damage = models.CharField(max_length=200, blank=True)
    compensation = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    grounds = models.CharField(max_length=200, blank=True)
    paid_on = models.DateField(null=True)
    voucher = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=10, choices=REQUISITION_STATES, default="taken")
    version = models.IntegerField(default=1)
    made_by = models.CharField(max_length=80)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering = ["-taken_at", "-id"]

    def __str__(self) -> str:
        return f"{self.number} {self.what}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)
