"""What came from phones: each entry once with its receipt, photos that wait for their entry, and the key that seals a person's outbox."""

from __future__ import annotations

from django.db import models

from anlan.kernel.access.models import Organisation, Person, Post
from anlan.kernel.casework.models import Case, Proposal
from anlan.kernel.files.models import Stored


class FieldKey(models.Model):
    """The AES-256 key of a person's outbox, made once. Given to that person's session alone; it opens what the phone or its exported
    file holds, so it stays while the person does."""

    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)  # says which key a sealed thing needs
    secret = models.BinaryField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class FieldEntry(models.Model):
    """One thing done in the field. `made_at` and `sent_at` are the phone's times, `drift` the seconds it was ahead of the server.
    `whole` is the entry as it came, as long as a person may still have to read it."""

    STATES = {
        "stored": "已收", "proposal": "现场提议", "refused": "已退回", "kept": "待核定", "settled": "已登记", "dropped": "不采用",
    }  # fmt: skip
    KINDS = {"open": "登记", "step": "办一步", "comment": "补充", "check": "检查"}
    key = models.UUIDField(unique=True)
    kind = models.CharField(max_length=8, choices=KINDS)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    process = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=160, blank=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, null=True, on_delete=models.PROTECT, related_name="+")
    edition = models.CharField(max_length=40, blank=True)
    digest = models.CharField(max_length=64)
    whole = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField()
    drift = models.IntegerField(default=0)
    sane = models.BooleanField(default=True)
    carried_by = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=8, choices=STATES)
    version = models.IntegerField(default=1)
    code = models.CharField(max_length=20, blank=True)
    sentence = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answer = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-received_at", "-id"]
        indexes = [models.Index(fields=["state", "-received_at"]), models.Index(fields=["person", "-received_at"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}".strip()

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)


class FieldPhoto(models.Model):
    """A photo that came before its entry. The bytes wait under their hash; only whoever sent them may refer to them."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64, db_index=True)
    suffix = models.CharField(max_length=5)
    size = models.IntegerField()
    received_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "sha256"], name="field_photo_once")]

    def __str__(self) -> str:
        return self.sha256[:12]


class FieldFile(models.Model):
    """A photo of an entry that was kept whole for a person."""

    entry = models.ForeignKey(FieldEntry, on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=20)
    stored = models.ForeignKey(Stored, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return str(self.stored)
