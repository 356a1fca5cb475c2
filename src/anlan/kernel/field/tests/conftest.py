"""A phone that speaks the API, for the real process of hidden dangers' sister in casework's tests."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from PIL import Image
from tests.support.cast import Cast

from anlan.base import clock
from anlan.kernel.access import policy
from anlan.kernel.access.types import Permission
from anlan.kernel.casework import declared
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.processes.rectification import VERBS, rectification
from anlan.kernel.casework.types import Field, Process
from anlan.kernel.field import forms

_numbers = itertools.count(1)


def uuid7(at: datetime | None = None) -> str:
    """An id as a phone makes it: 48 bits of milliseconds, version, then what only has to differ."""
    ms = int((at or clock.now()).timestamp() * 1000)
    return str(UUID(int=(ms << 80) | (7 << 76) | (2 << 62) | next(_numbers)))


def picture(colour: str = "white", size: tuple[int, int] = (8, 6), form: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form)
    return out.getvalue()


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def process(*asks: Field) -> Process:
    return rectification(
        slug="t", title="隐患", prefix="T", grades={"general": ("一般", "")}, kinds={"electric": "用电"}, asks=asks
    )


@dataclass
class Phone:
    """One person's phone. `ahead` is how far its clock is off."""

    cast: Cast
    who: str
    client: Client
    ahead: timedelta = field(default_factory=timedelta)

    @property
    def now(self) -> datetime:
        return clock.now() + self.ahead

    def entry(self, kind: str, **more: Any) -> dict[str, Any]:
        post = self.cast.posts[self.who]
        made = {
            "id": uuid7(self.now), "kind": kind, "person": post.person_id, "post": post.pk, "made_at": self.now.isoformat(), "drift": 0,
            "process": "t", "edition": forms.edition_now(declared.process("t"), more.get("step", "")) if kind != "comment" else "",
            "photos": [], "values": {},
        }  # fmt: skip
        return {**made, **more}

    def report(self, **more: Any) -> dict[str, Any]:
        return self.entry(
            "open", **{"owner": self.cast.enterprise.pk, "title": "配电箱没有盖", "fact": "仓库西墙", **more}
        )

    def step(self, case: Case, step: str, **more: Any) -> dict[str, Any]:
        return self.entry("step", **{"case": case.number, "step": step, "seen": case.state, "note": "改好了", **more})

    def photo(self, content: bytes, name: str = "") -> Any:
        return self.client.post(
            f"/api/v1/field/photos?sha256={name or sha(content)}", content, content_type="image/jpeg"
        )

    def send(self, *entries: Any, status: int = 200) -> list[dict[str, Any]]:
        body = json.dumps({"sent_at": self.now.isoformat(), "entries": entries})
        answer = self.client.post("/api/v1/field/entries", body, content_type="application/json")
        assert answer.status_code == status, answer.content[:400]
        return answer.json()["receipts"] if status == 200 else [answer.json()]

    def one(self, entry: Any) -> dict[str, Any]:
        return self.send(entry)[0]


@dataclass
class Scene:
    cast: Cast
    worker: Phone
    safety: Phone
    regulator: Phone


_WHO = {
    "read": {"worker": "own", "enterprise_officer": "own", "safety_regulator": "district"},
    "report": {"worker": "own", "enterprise_officer": "own", "safety_regulator": "district"},
    "grade": {"enterprise_officer": "own", "safety_regulator": "district"}, "assign": {"enterprise_officer": "own", "safety_regulator": "district"},
    "rectify": {"worker": "own"}, "review": {"enterprise_officer": "own", "safety_regulator": "district"}, "close": {"safety_regulator": "district"},
    "manage": {"safety_regulator": "district"},
}  # fmt: skip


@pytest.fixture
def scene(cast: Cast) -> Iterator[Scene]:
    """The enterprise's worker and safety officer, and the regulator, with the tests' own process `t`."""
    before, roles, permissions = dict(declared.processes()), policy.roles(), policy.permissions()
    own = [Permission(slug=f"t.{verb}", title=f"办{verb}", roles=_WHO[verb]) for verb in VERBS]  # type: ignore[arg-type]
    policy.install(roles.values(), [*permissions.values(), *own])
    declared.install([*before.values(), process()])
    yield Scene(cast, *(Phone(cast, who, cast.client(who)) for who in ("worker", "safety", "regulator")))
    declared.install(before.values())
    policy.install(roles.values(), permissions.values())
