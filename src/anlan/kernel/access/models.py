"""The organisation tree, people, and the posts they hold."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

KINDS = {
    "district": "区",
    "bureau": "委办局",
    "section": "科室",
    "street": "街道",
    "community": "社区",
    "enterprise": "企业",
    "school": "学校",
}


class Organisation(models.Model):
    """A node of the tree. `path` is `/1/4/9/`: ids from the root, so a subtree is a prefix. WGS-84 degrees."""

    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    kind = models.CharField(max_length=12, choices=KINDS)
    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=80)
    short_name = models.CharField(max_length=40, blank=True)
    path = models.CharField(max_length=200, db_index=True, editable=False, default="")
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["path"]

    def __str__(self) -> str:
        return self.short_name or self.name

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.path,)


class PersonManager(BaseUserManager["Person"]):
    def create_user(self, username: str, password: str | None = None, name: str = "", **fields: object) -> Person:
        person = self.model(username=self.model.normalize_username(username), name=name or username, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """Someone who can sign in. What they may do comes from their posts, never from this row."""

    field_classes = {"name": "office", "email": "office"}
    username = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=40)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)
    mode = models.CharField(max_length=8, default="light", choices={"light": "标准", "elder": "长者", "wall": "大屏"})
    language = models.CharField(max_length=10, default="zh-hans")

    USERNAME_FIELD: ClassVar[str] = "username"
    EMAIL_FIELD: ClassVar[str] = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = PersonManager()

    def __str__(self) -> str:
        return self.name

    # Django's login machinery asks; nobody is a superuser here.
    is_staff = False
    is_superuser = False

    def has_perm(self, _perm: str, _obj: object = None) -> bool:
        return False

    def has_module_perms(self, _label: str) -> bool:
        return False


class Post(models.Model):
    """A person in a role at an organisation, for a time. A person may hold several and acts for one at a time."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="posts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=40)
    title = models.CharField(max_length=40)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")), name="post_ends_after_start"
            ),
            models.UniqueConstraint(fields=["person", "organisation", "role", "starts_on"], name="post_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.title}"

    @property
    def access_paths(self) -> tuple[str, ...]:
        return (self.organisation.path,)
