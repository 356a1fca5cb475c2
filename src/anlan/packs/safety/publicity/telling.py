"""Who is told of a new page: by topic and place, by letter. A subscription counts once whoever reads the address has confirmed it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.packs.safety.publicity import rules
from anlan.packs.safety.publicity.models import KnowledgeEdition, KnowledgeLetter, KnowledgeSubscription
from anlan.packs.safety.publicity.noting import note
from anlan.packs.safety.subjects import letters
from anlan.packs.safety.subjects.letters import Letter

BOOK = "knowledge"
BATCH = 200
MOST_A_DAY = 3  # confirmation letters to one address


def token(key: UUID) -> str:
    return letters.token("manage", key, BOOK)


def wanted(edition: KnowledgeEdition) -> list[KnowledgeSubscription]:
    """By topic and street; a page of no street is for all, and a subscriber of no street wants all."""
    rows = KnowledgeSubscription.objects.filter(state="active", topic__in=("", edition.topic))
    if edition.places:
        rows = rows.filter(Q(place=None) | Q(place__code__in=edition.places))
    return list(rows)


def spread(edition: KnowledgeEdition, at: datetime) -> int:
    """Queue a letter to each address that wants it, one for each address however many subscriptions it has."""
    found = {(one.channel, one.address): one for one in wanted(edition)}
    rows = [KnowledgeLetter(edition=edition, subscription=one, next_at=at) for one in found.values()]
    KnowledgeLetter.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _letter(letter: KnowledgeLetter) -> Letter | None:
    row, edition = letter.subscription, letter.edition
    if row.state == "stopped" or (edition is not None and row.state != "active"):
        return None
    manage = letters.link("public_knowledge_subscription", row.key, token(row.key))
    if edition is None:
        subject, text = "请确认订阅安全知识", f"有人用这个地址订阅了安全知识。是您，就打开下面的链接确认；不是，不用理会。\n{manage}"  # fmt: skip
    else:
        if edition.state != "published":
            raise Refused("illegal", "这一版已经撤下或换新，不再发。")
        subject = edition.title
        text = f"{edition.title}（{rules.TOPICS[edition.topic]}）\n{letters.link('public_knowledge_page', edition.page_id)}\n退订：{manage}"
    return Letter(key=str(letter.key), channel=row.channel, address=row.address, subject=subject, text=text, book=BOOK)


def deliver(at: datetime) -> int:
    """The job: hand what is due to the gateway; returns how many went."""
    due = KnowledgeLetter.objects.filter(state="queued", next_at__lte=at).select_related("subscription", "edition")
    return letters.carry(due[:BATCH], _letter, at)


@transaction.atomic
def subscribe(
    *, channel: str, address: str, place: Organisation | None, topic: str, at: datetime, is_demo: bool = False
) -> KnowledgeSubscription:  # fmt: skip
    address = address.strip()
    letters.check_address(channel, address)
    if topic and topic not in rules.TOPICS:
        raise Refused("topic", "没有这个主题。", "topic")
    same = KnowledgeSubscription.objects.filter(channel=channel, address=address)
    standing = same.filter(place=place, topic=topic, state="active").first()
    if standing is not None:
        return standing
    if same.filter(made_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
        raise Refused("too_many", f"这个地址今天已发过 {MOST_A_DAY} 次确认。到收件箱找，或明天再来。", "address")
    made = KnowledgeSubscription.objects.create(channel=channel, address=address, place=place, topic=topic, made_at=at, is_demo=is_demo)  # fmt: skip
    KnowledgeLetter.objects.create(subscription=made, next_at=at)
    note(SYSTEM, made, "subscribed", at, "", channel=channel, state="pending")
    return made


def subscription(key: UUID, given: str) -> KnowledgeSubscription:
    row = KnowledgeSubscription.objects.filter(key=key).select_related("place").first()
    if row is None or not letters.good("manage", key, given, BOOK):
        raise Refused("not_found", "链接不对，或已失效。")
    return row


@transaction.atomic
def settle(row: KnowledgeSubscription, step: str, at: datetime) -> None:
    """Confirm or stop, by whoever holds the letter."""
    mine = KnowledgeSubscription.objects.filter(pk=row.pk)
    if step == "confirm":
        hit = mine.filter(state="pending").update(state="active", settled_at=at)
    elif step == "stop":
        hit = mine.exclude(state="stopped").update(state="stopped", settled_at=at)
    else:
        raise Refused("not_found", "没有这一步。")
    if hit:
        note(SYSTEM, row, "subscribed" if step == "confirm" else "unsubscribed", at, "", channel=row.channel)
