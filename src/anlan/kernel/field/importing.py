"""An outbox brought as a file (导出到文件): each entry sealed by its owner's key, taken as if the owner's phone had sent it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import posts_of
from anlan.kernel.access.models import Person, Post
from anlan.kernel.access.types import Actor
from anlan.kernel.field import actions, sealing
from anlan.kernel.field.models import FieldKey
from anlan.kernel.field.types import Receipt
from anlan.kernel.journal.record import record

FORMAT = "anlan-field-outbox"
LIMIT = 200 * 1024 * 1024
MOST = 1000
IMPORT = "field.import"


@dataclass(frozen=True)
class Taken:
    """One entry of a file: whose, and the receipt."""

    person: str
    receipt: Receipt


def import_file(*, actor: Actor, content: bytes, at: datetime) -> list[Taken]:
    """Take every entry of the file; again is the same. Raises Refused when the file as a whole cannot be read."""
    entries = _entries(content)
    found = [_take(actor, one, at) for one in entries]
    done = [one.receipt for one in found if one.receipt.final and one.receipt.result != "refused"]
    with transaction.atomic():
        record(actor=actor, verb="field.imported", subject_kind="field_outbox", subject_id=hashlib.sha256(content).hexdigest()[:16], at=at,
               org_path=actor.path, new={"entries": len(found), "taken": len(done)})  # fmt: skip
    return found


def _entries(content: bytes) -> list[Any]:
    if len(content) > LIMIT:
        raise Refused("size", f"文件超过 {LIMIT // 1024 // 1024} MB。在手机上分几次导出。", "file")
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        given = None
    entries = given.get("entries") if isinstance(given, dict) and given.get("format") == FORMAT else None
    if not isinstance(entries, list) or not entries:
        raise Refused("file", "这不是现场端导出的文件，或里面是空的。在手机“待传”页点“导出到文件”。", "file")
    if len(entries) > MOST:
        raise Refused("many", f"一个文件最多 {MOST} 件。在手机上分几次导出。", "file")
    return entries


def _take(actor: Actor, sealed: Any, at: datetime) -> Taken:
    """Open one entry and take it for its owner. Whatever is wrong with it concerns this entry alone."""
    person: Person | None = None
    name = ""
    try:
        if not isinstance(sealed, dict):
            raise Refused("sealed", "这一件读不懂。")
        name = str(sealed.get("id", ""))[:60]
        person = _owner(sealed)
        posts = posts_of(person, civil_date(at))
        if not any(policy.may(actor, IMPORT, one) for one in posts):
            raise Refused("forbidden", "不是本单位的人记的，不能由你导入。")
        given = _opened(sealed, person)
        if given.get("id") != name:
            raise Refused("sealed", "这一件的编号对不上，文件改动过。")
        return Taken(person.name, _receive(actor, person, posts, given, sealed, at))
    except Refused as refused:
        return Taken(person.name if person else "", Receipt(name, "refused", refused.message, refused.code))


def _owner(sealed: Mapping[str, Any]) -> Person:
    pk = sealed.get("person")
    found = (
        Person.objects.filter(pk=pk, is_active=True).first()
        if isinstance(pk, int) and not isinstance(pk, bool) and 0 < pk < 1 << 62
        else None
    )
    if found is None:
        raise Refused("sealed", "这一件没有主人：人员不在本系统，或已停用。")
    return found


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        raise Refused("sealed", "这一件读不懂，文件不完整。") from None


def _key(person: Person) -> FieldKey:
    found = FieldKey.objects.filter(person=person).first()
    if found is None:
        raise Refused("sealed", "这个人没有用过现场端。")
    return found


def _opened(sealed: Mapping[str, Any], person: Person) -> dict[str, Any]:
    plain = sealing.opened(
        _key(person), _bytes(sealed.get("iv")), _bytes(sealed.get("data")), f"entry|{sealed.get('id')}|{person.pk}"
    )
    try:
        given = json.loads(plain)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Refused("sealed", "这一件读不懂。")
    return given


def _receive(
    actor: Actor, person: Person, posts: list[Post], given: dict[str, Any], sealed: Mapping[str, Any], at: datetime
) -> Receipt:
    """Its photos first, each opened and checked, then the entry; one that came before needs none of it."""
    owner = policy.actor_of(next((one for one in posts if one.pk == given.get("post")), posts[0]))
    receipt = actions.receive(actor=owner, posts=posts, given=given, sent_at=at, at=at, carried_by=actor.name)
    if receipt.result != "photos":
        return receipt
    photos = sealed.get("photos")
    for one in photos if isinstance(photos, list) else []:
        if isinstance(one, dict) and one.get("sha256") in receipt.wants:
            content = sealing.opened(
                _key(person), _bytes(one.get("iv")), _bytes(one.get("data")), f"photo|{one['sha256']}|{person.pk}"
            )
            actions.take_photo(actor=owner, content=content, sha256=str(one["sha256"]), at=at)
    receipt = actions.receive(actor=owner, posts=posts, given=given, sent_at=at, at=at, carried_by=actor.name)
    return receipt if receipt.result != "photos" else Receipt(receipt.id, "refused", "文件里缺这一件的照片。", "photos")
