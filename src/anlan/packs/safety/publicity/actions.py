"""Knowledge pages: drafted, given pictures, approved by another person, published, replaced, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, find
from anlan.kernel.access.types import Actor
from anlan.kernel.files import keeping
from anlan.packs.safety.publicity import rules, telling
from anlan.packs.safety.publicity.models import KnowledgeEdition, KnowledgePage, KnowledgePicture
from anlan.packs.safety.publicity.moves import EDITION, WRITE
from anlan.packs.safety.publicity.noting import note

LONGEST = 20_000
MOST_PICTURES = 12
PICTURE_LIMIT = 8 * 1024 * 1024
_FIELDS = (("title", "标题", 80), ("text", "正文", LONGEST), ("source", "来源", 200), ("licence", "许可", 80))


def text_of(given: Mapping[str, Any], name: str, title: str, most: int) -> str:
    """A text that must be written; Refused at the field."""
    text = str(given.get(name, "")).replace("\r\n", "\n").strip()
    if not 0 < len(text) <= most:
        raise Refused(name, f"写{title}，不超过 {most} 个字。", name)
    return text


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: text_of(given, name, title, most) for name, title, most in _FIELDS}
    if given.get("topic") not in rules.TOPICS:
        raise Refused("topic", "没有选主题。", "topic")
    codes = list(dict.fromkeys(given.get("places", ())))
    known = set(Organisation.objects.filter(code__in=codes, kind="street", closed_on=None).values_list("code", flat=True))  # fmt: skip
    if set(codes) - known:
        raise Refused("places", "有一个街道不在了。刷新再选。", "places")
    return {**found, "topic": given["topic"], "places": codes}


def _new(actor: Actor, page: KnowledgePage, at: datetime, fields: Mapping[str, Any]) -> KnowledgeEdition:
    last = page.editions.aggregate(n=Max("number"))["n"] or 0
    return KnowledgeEdition.objects.create(
        page=page, number=last + 1, maker_id=actor.person_id, made_by=actor.name, made_at=at, **fields
    )


@transaction.atomic
def draft(
    *, actor: Actor, organisation: Organisation, given: Mapping[str, Any], at: datetime, is_demo: bool = False
) -> KnowledgeEdition:  # fmt: skip
    policy.require(actor, WRITE, organisation)
    fields = _checked(given)
    page = KnowledgePage.objects.create(organisation=organisation, made_at=at, is_demo=is_demo)
    made = _new(actor, page, at, fields)
    note(actor, made, "drafted", at, organisation.path, title=made.title, topic=made.topic)
    return made


@transaction.atomic
def renew(*, actor: Actor, edition: KnowledgeEdition, at: datetime) -> KnowledgeEdition:
    """A draft of the next edition, with all that this one says; the published one stands until the next is published."""
    policy.require(actor, WRITE, edition)
    page = KnowledgePage.objects.select_for_update().get(pk=edition.page_id)
    standing = page.editions.filter(state__in=("draft", "waiting")).first()
    if standing is not None:
        return standing
    names = ("title", "topic", "places", "text", "source", "licence")
    made = _new(actor, page, at, {name: getattr(edition, name) for name in names})
    KnowledgePicture.objects.bulk_create(
        KnowledgePicture(edition=made, number=one.number, stored=one.stored, title=one.title, source=one.source, licence=one.licence)
        for one in edition.pictures.all()
    )  # fmt: skip
    note(actor, made, "drafted", at, page.organisation.path, follows=edition.number)
    return made


def _touch(edition: KnowledgeEdition, seen: int, **fields: Any) -> None:
    hit = KnowledgeEdition.objects.filter(pk=edition.pk, state="draft", version=seen).update(version=F("version") + 1, **fields)  # fmt: skip
    if not hit:
        raise Refused("stale", "别人刚改过，或已经送审。刷新后再改。")
    edition.refresh_from_db()


@transaction.atomic
def change(
    *, actor: Actor, edition: KnowledgeEdition, given: Mapping[str, Any], at: datetime, seen: int
) -> KnowledgeEdition:
    """Change a draft; who changed it last is who wrote it."""
    policy.require(actor, WRITE, edition)
    fields = _checked(given)
    _touch(edition, seen, **fields, maker_id=actor.person_id, made_by=actor.name)
    note(actor, edition, "changed", at, edition.page.organisation.path, title=edition.title)
    return edition


@transaction.atomic
def add_picture(
    *, actor: Actor, edition: KnowledgeEdition, name: str, content: bytes, given: Mapping[str, Any], at: datetime
) -> KnowledgePicture:  # fmt: skip
    """A picture, encoded anew, under the next number of the draft."""
    policy.require(actor, WRITE, edition)
    title = text_of(given, "picture_title", "图片说明", 120)
    source, licence = (
        text_of(given, "picture_source", "图片来源", 200),
        text_of(given, "picture_licence", "图片许可", 80),
    )
    if len(content) > PICTURE_LIMIT:
        raise Refused("file", f"图片超过 {PICTURE_LIMIT // 1024 // 1024} MB。缩小再传。", "file")
    suffix = keeping.picture_suffix(content)
    _touch(edition, edition.version, maker_id=actor.person_id, made_by=actor.name)
    numbers = list(edition.pictures.values_list("number", flat=True))
    if len(numbers) >= MOST_PICTURES:
        raise Refused("file", f"一页最多 {MOST_PICTURES} 张图片。", "file")
    stem = name.rpartition(".")[0] or "picture"
    stored = keeping.keep(actor=actor, name=stem + suffix, content=content, at=at, org_path=edition.page.organisation.path)  # fmt: skip
    made = KnowledgePicture.objects.create(
        edition=edition, number=max(numbers, default=0) + 1, stored=stored, title=title, source=source, licence=licence
    )
    note(actor, edition, "pictured", at, edition.page.organisation.path, number=made.number, sha256=stored.sha256)
    return made


@transaction.atomic
def drop_picture(*, actor: Actor, edition: KnowledgeEdition, number: int, at: datetime) -> None:
    """Out of the draft; the file itself stays kept."""
    policy.require(actor, WRITE, edition)
    _touch(edition, edition.version, maker_id=actor.person_id, made_by=actor.name)
    if not edition.pictures.filter(number=number).delete()[0]:
        raise Refused("not_found", "没有这张图片。")
    note(actor, edition, "unpictured", at, edition.page.organisation.path, number=number)


def _whole(edition: KnowledgeEdition) -> None:
    """Every picture the text names is there."""
    missing = set(rules.pictures_in(edition.text)) - set(edition.pictures.values_list("number", flat=True))
    if missing:
        raise Refused("text", f"正文用了没有的图片：{'、'.join(f'picture:{one}' for one in sorted(missing))}。", "text")


@transaction.atomic
def move(*, actor: Actor, edition: KnowledgeEdition, step: str, at: datetime, reason: str = "", tell: bool = False) -> KnowledgeEdition:  # fmt: skip
    """Send for approval, publish, return, withdraw, drop. Who wrote it last publishes nothing. `tell`: subscribers hear of it."""
    row = next((one for one in EDITION if one.slug == step), None)
    if row is None:
        raise Refused("not_found", "没有这一步。")
    reason = reason.strip()
    if step in ("return", "withdraw") and not 0 < len(reason) <= 200:
        raise Refused("reason", "写理由，不超过 200 个字。", "reason")
    path = edition.page.organisation.path
    if step == "approve":
        return _publish(actor, edition, at, tell=tell)
    if step == "submit":
        policy.require(actor, WRITE, edition)
        _whole(edition)
    ended = {"ended_at": at} if step in ("withdraw", "drop") else {}
    advance(edition, row, actor=actor, why=reason[:200], **ended)
    note(actor, edition, "moved", at, path, step=step, reason=reason[:200])
    return edition


def _publish(actor: Actor, edition: KnowledgeEdition, at: datetime, *, tell: bool) -> KnowledgeEdition:
    policy.require(actor, find(EDITION, "approve").permission, edition)
    if actor.person_id is not None and edition.maker_id == actor.person_id:
        raise Refused("same_person", "写的人不能自己批，请另一个人批。")
    KnowledgePage.objects.select_for_update().get(pk=edition.page_id)
    _whole(edition)
    standing = edition.page.editions.filter(state="published").exclude(pk=edition.pk)
    standing.update(state="replaced", ended_at=at, version=F("version") + 1)
    advance(edition, find(EDITION, "approve"), actor=actor, approved_by=actor.name, published_at=at, why="")
    count = telling.spread(edition, at) if tell else 0
    note(actor, edition, "published", at, edition.page.organisation.path, number=edition.number, told=count)
    return edition
