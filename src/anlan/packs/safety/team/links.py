"""Links for those without an account: signed, for one dispatch, with an end, and taken back at any time.

The address carries the link's number and a secret, signed with the house's key; the row holds the secret's hash alone. What the holder
says is written down as theirs.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.files import keeping
from anlan.kernel.journal.record import record
from anlan.packs.safety.team import actions
from anlan.packs.safety.team.models import Dispatch, TeamLink
from anlan.packs.safety.team.queries import DISPATCH
from anlan.packs.safety.team.rules import LINK_HOURS_MOST

_SIGNER = signing.Signer(salt="anlan.team.link")
PHOTO_LIMIT, MOST_PHOTOS = 8 * 1024 * 1024, 4
GONE = "链接无效或已失效。请打指挥中心电话，要一个新的。"
STEPS = ("moving", "on_scene", "working", "resting")


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def make(
    *, actor: Actor, row: Dispatch, holder: str, hours: Any, at: datetime, is_demo: bool = False
) -> tuple[TeamLink, str]:
    """A new link and its token; the token is shown once and kept nowhere."""
    policy.require(actor, DISPATCH, row.incident)
    name = holder.strip()
    if not 0 < len(name) <= 40:
        raise Refused("holder", "写链接给谁，最多 40 个字。", "holder")
    text = str(hours).strip()
    if not text.isdecimal() or len(text) > 4 or not 1 <= int(text) <= LINK_HOURS_MOST:
        raise Refused("hours", f"有效时间写 1 到 {LINK_HOURS_MOST} 小时。", "hours")
    if row.ended_at is not None:
        raise Refused("illegal", f"{row.team}已经离开这个事件，不用再给链接。")
    secret = secrets.token_urlsafe(18)
    with transaction.atomic():
        link = TeamLink.objects.create(
            dispatch=row,
            holder=name,
            hash=_hash(secret),
            made_at=at,
            made_by=actor.name,
            expires_at=at + timedelta(hours=int(text)),
            is_demo=is_demo,
        )
        _journal(actor, link, "team.link_made", at, holder=name, until=link.expires_at)
    return link, _SIGNER.sign(f"{link.pk}.{secret}")


def revoke(*, actor: Actor, link: TeamLink, at: datetime) -> None:
    policy.require(actor, DISPATCH, link.dispatch.incident)
    with transaction.atomic():
        if not TeamLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=at, revoked_by=actor.name):
            raise Refused("illegal", "这个链接已经收回。")
        _journal(actor, link, "team.link_revoked", at, holder=link.holder)


def find(token: str, at: datetime) -> TeamLink:
    """The link of a token. Forged, expired, taken back, or of a team that has left: refused alike."""
    try:
        number, _dot, secret = _SIGNER.unsign(token[:200]).partition(".")
    except signing.BadSignature:
        raise Refused("not_found", GONE) from None
    link = (
        TeamLink.objects.select_related("dispatch__team__organisation", "dispatch__incident__organisation")
        .filter(pk=int(number) if number.isdecimal() else 0, hash=_hash(secret))
        .first()
    )
    if link is None or link.revoked_at is not None or link.expires_at <= at or link.dispatch.ended_at is not None:
        raise Refused("not_found", GONE)
    return link


def opened(link: TeamLink, at: datetime) -> None:
    """That it was looked at, the first time."""
    if link.opened_at is None:
        with transaction.atomic():
            if TeamLink.objects.filter(pk=link.pk, opened_at=None).update(opened_at=at):
                _journal(voice(link), link, "team.link_opened", at)


def voice(link: TeamLink) -> Actor:
    """Whoever holds the link: acts by the rules of this room, under the name it was given to."""
    return replace(SYSTEM, name=link.holder, on_behalf_of=f"{link.dispatch.team}（凭链接）"[:160])


def act(*, link: TeamLink, word: str, at: datetime, people: Any = None, text: str = "", photos: tuple[bytes, ...] = (), key: UUID | None = None) -> None:  # fmt: skip
    """One thing that the holder says: accept, decline, a step, a count of heads, a note with photos."""
    row, actor = link.dispatch, voice(link)
    if not row.incident.is_open:
        raise Refused("illegal", "这件事已经结束。")
    with transaction.atomic():
        # Taken back in the meantime: nothing of it is written.
        if not TeamLink.objects.filter(pk=link.pk, revoked_at=None, expires_at__gt=at).update(used_at=at):
            raise Refused("not_found", GONE)
        if word == "accept":
            actions.accept(actor=actor, row=row, at=at)
        elif word == "decline":
            actions.step(actor=actor, row=row, target="declined", at=at, reason=text)
        elif word in STEPS:
            actions.step(actor=actor, row=row, target=word, at=at, people=people)
        elif word == "headcount":
            actions.headcount(actor=actor, row=row, people=people, at=at)
        elif word == "note":
            _note(row, actor, text, photos, at, key)
        else:
            raise Refused("not_found", "没有这一步。")


def _note(row: Dispatch, actor: Actor, text: str, photos: tuple[bytes, ...], at: datetime, key: UUID | None) -> None:
    if len(photos) > MOST_PHOTOS:
        raise Refused("file", f"一次最多 {MOST_PHOTOS} 张照片。", "file")
    kept = [
        keeping.keep(actor=actor, name=f"{row.team.code}-{number}{keeping.picture_suffix(one)}", content=one, at=at,
                     org_path=row.incident.organisation.path, limit=PHOTO_LIMIT)
        for number, one in enumerate(photos, 1)
    ]  # fmt: skip
    actions.note(actor=actor, row=row, text=text, at=at, files=kept, key=key)


def _journal(actor: Actor, link: TeamLink, verb: str, at: datetime, **new: Any) -> None:
    record(
        actor=actor, verb=verb, subject_kind="team_link", subject_id=link.pk, at=at, org_path=link.dispatch.team.organisation.path,
        new={"team": link.dispatch.team.code, "incident": link.dispatch.incident.number, **new},
    )  # fmt: skip
