"""Who is told of a warning, and the outbox that tells them: organisations on their workbench, subscribers by letter, each with its receipt."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.journal.record import record
from anlan.packs.safety.subjects import letters
from anlan.packs.safety.subjects.letters import Letter, good, link, token
from anlan.packs.safety.warning import rules, shapes
from anlan.packs.safety.warning.models import WarningMessage, WarningNotice, WarningSubscription
from anlan.packs.safety.warning.noting import note
from anlan.packs.safety.warning.rules import SLUG

log = logging.getLogger(__name__)
BATCH = 200


def spread(message: WarningMessage, at: datetime) -> int:
    """Queue everyone who is to be told; once for each. Subscribers never get an exercise, nor what is not for the public."""
    bureaus = list(Organisation.objects.filter(kind="bureau", closed_on=None))
    streets = [
        one for one in Organisation.objects.filter(kind="street", closed_on=None) if shapes.concerns(message, one)
    ]
    rows = [
        WarningNotice(message=message, channel="page", organisation=one, state="sent", next_at=at, sent_at=at) for one in [*streets, *bureaus]
    ]  # fmt: skip
    if not message.exercise and message.status == "Actual" and message.scope == "Public":
        rows += [
            WarningNotice(message=message, channel=one.channel, subscription=one, next_at=at)
            for one in _subscribed(message)
        ]
    made = WarningNotice.objects.bulk_create(rows, ignore_conflicts=True)
    WarningMessage.objects.filter(pk=message.pk).update(told_at=at)
    message.told_at = at
    return len(made)


def _subscribed(message: WarningMessage) -> list[WarningSubscription]:
    """By hazard, colour and place. An update or a cancel also reaches whoever was told of what it follows. A colour nobody knows is told to all."""
    earlier: set[int | None] = set()
    one = message.follows
    while one is not None:
        earlier |= set(one.notices.filter(subscription__state="active").values_list("subscription_id", flat=True))
        one = one.follows
    places: dict[int, bool] = {}
    found = []
    for row in WarningSubscription.objects.filter(state="active").select_related("place").iterator():
        fits = row.hazard in ("", message.hazard) or not message.hazard
        fits = fits and (message.colour is None or message.colour <= row.colour)
        if fits and row.place is not None:
            key = row.place.pk
            if key not in places:
                places[key] = shapes.concerns(message, row.place)
            fits = places[key]
        if fits or row.pk in earlier:
            found.append(row)
    return found


# ---- letters
def _letter(notice: WarningNotice) -> Letter | None:
    row = notice.subscription
    if row is None or row.state == "stopped" or (row.state == "pending" and notice.message_id is not None):
        return None
    manage = link("public_warning_subscription", row.key, token("manage", row.key))
    message = notice.message
    if message is None:
        text = f"有人用这个地址订阅了预警。是您，就打开下面的链接确认；不是，不用理会。\n{manage}"
        return Letter(
            key=str(notice.key), channel=row.channel, address=row.address, subject="请确认订阅预警", text=text
        )
    rules.leaving(message.text.encode(), exercise=False)  # the hard stop once more, at the very door
    until = f"有效到 {message.expires_at.astimezone(CHINA):%m 月 %d 日 %H:%M}" if message.expires_at else ""
    receipt = link("public_warning_receipt", notice.key, token("receipt", notice.key))
    parts = [str(message), until, message.description, message.instruction, f"详情：{link('public_warning', message.pk)}", f"收到请点：{receipt}", f"退订：{manage}"]  # fmt: skip
    return Letter(key=str(notice.key), channel=row.channel, address=row.address, subject=str(message), text="\n".join(one for one in parts if one))  # fmt: skip


def deliver(at: datetime) -> int:
    """The job: hand what is due to the gateway; returns how many went."""
    due = WarningNotice.objects.filter(state="queued", next_at__lte=at).exclude(channel="page")
    return letters.carry(due.select_related("subscription", "message")[:BATCH], _letter, at)


# ---- receipts
@transaction.atomic
def confirm(*, actor: Actor, notice: WarningNotice, at: datetime) -> None:
    """An organisation says that it has the warning; the first person counts."""
    if (
        notice.message is None
        or notice.organisation is None
        or not (actor.path and notice.organisation.path.startswith(actor.path))
    ):
        raise Refused("forbidden", "这一件不是发给你单位的。")
    if not WarningNotice.objects.filter(pk=notice.pk, read_at=None).update(read_at=at, read_by=actor.name):
        raise Refused("twice", "已经签收过。")
    note(actor, notice.message, "read", at, organisation=notice.organisation.code)


def confirm_letter(key: UUID, given: str, at: datetime) -> bool:
    """A subscriber pressed the button of their letter."""
    if not good("receipt", key, given):
        raise Refused("not_found", "链接不对，或已失效。")
    return bool(WarningNotice.objects.filter(key=key, state="sent", read_at=None).update(read_at=at))


# ---- subscriptions
MOST_A_DAY = 3  # confirmation letters to one address


@transaction.atomic
def subscribe(
    *, channel: str, address: str, place: Organisation | None, hazard: str, colour: str, at: datetime, is_demo: bool = False
) -> WarningSubscription:  # fmt: skip
    """Wanted by whoever can read what comes to the address: a letter asks for it first."""
    address = address.strip()
    letters.check_address(channel, address)
    if hazard and hazard not in rules.HAZARDS:
        raise Refused("hazard", "没有这个灾种。", "hazard")
    number = next((one for one, slug in rules.COLOUR_SLUGS.items() if slug == colour), None)
    if number is None:
        raise Refused("colour", "没有选从哪种颜色起通知。", "colour")
    same = WarningSubscription.objects.filter(channel=channel, address=address)
    standing = same.filter(place=place, hazard=hazard, colour=number, state="active").first()
    if standing is not None:
        return standing
    if same.filter(made_at__gt=at - timedelta(days=1)).count() >= MOST_A_DAY:
        raise Refused("too_many", f"这个地址今天已发过 {MOST_A_DAY} 次确认。到收件箱找，或明天再来。", "address")
    made = WarningSubscription.objects.create(
        channel=channel, address=address, place=place, hazard=hazard, colour=number, made_at=at, is_demo=is_demo
    )
    WarningNotice.objects.create(channel=channel, subscription=made, next_at=at)
    record(actor=SYSTEM, verb=f"{SLUG}.subscribed", subject_kind="warning_subscription", subject_id=made.pk, at=at, new={"channel": channel, "state": "pending"})  # fmt: skip
    return made


def subscription(key: UUID, given: str) -> WarningSubscription:
    row = WarningSubscription.objects.filter(key=key).select_related("place").first()
    if row is None or not good("manage", key, given):
        raise Refused("not_found", "链接不对，或已失效。")
    return row


@transaction.atomic
def settle(row: WarningSubscription, step: str, at: datetime) -> None:
    """Confirm or stop, by whoever holds the letter."""
    if step == "confirm":
        hit = WarningSubscription.objects.filter(pk=row.pk, state="pending").update(state="active", confirmed_at=at)
    elif step == "stop":
        hit = (
            WarningSubscription.objects.filter(pk=row.pk)
            .exclude(state="stopped")
            .update(state="stopped", stopped_at=at)
        )
    else:
        raise Refused("not_found", "没有这一步。")
    if hit:
        verb = "subscribed" if step == "confirm" else "unsubscribed"
        record(actor=SYSTEM, verb=f"{SLUG}.{verb}", subject_kind="warning_subscription", subject_id=row.pk, at=at, new={"channel": row.channel})  # fmt: skip
