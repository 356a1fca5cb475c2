"""Entry (append-only), Pending (committed, not yet sealed), Seal (the chain), Head (its end), Cursor (a consumer's place)."""

from __future__ import annotations

import json
from typing import Any

from django.db import models


class Entry(models.Model):
    """One action. Rows are never updated or deleted: the database refuses (see migrations, `guard`)."""

    at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)
    post_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=80)
    on_behalf_of = models.CharField(max_length=160, blank=True)
    verb = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    org_path = models.CharField(max_length=200, blank=True)
    # Canonical JSON text, not a JSON column: the hash covers exactly these bytes on every database.
    old_text = models.TextField(blank=True)
    new_text = models.TextField(blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"]),
            models.Index(fields=["verb", "id"]),
            models.Index(fields=["person_id", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind}:{self.subject_id}"

    @property
    def old(self) -> dict[str, Any]:
        return json.loads(self.old_text) if self.old_text else {}

    @property
    def new(self) -> dict[str, Any]:
        return json.loads(self.new_text) if self.new_text else {}


class Pending(models.Model):
    """Filled by a database trigger with each entry, emptied by the sealer: the sealer never scans the journal."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False)

    def __str__(self) -> str:
        return str(self.pk)


class Seal(models.Model):
    """One link: `digest = sha256(previous + canonical bytes of the entry)`."""

    seq = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, on_delete=models.DO_NOTHING, related_name="seal")
    sealed_at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.seq} {self.digest[:12]}"


class Head(models.Model):
    """The end of the chain; a single row (id 1), locked by whoever seals."""

    seq = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    def __str__(self) -> str:
        return f"{self.seq} {self.digest[:12]}"


class Cursor(models.Model):
    """How far a consumer has read, in `Seal.seq`."""

    name = models.CharField(max_length=80, primary_key=True)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}@{self.seq}"
