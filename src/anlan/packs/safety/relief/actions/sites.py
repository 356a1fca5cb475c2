"""Opening order, opening, closing. Each is one transaction with one entry of the journal, and is told to the incident's log in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.moves import advance
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Counter
from anlan.kernel.response.actions import saying
from anlan.kernel.response.models import Incident
from anlan.packs.safety.relief import queries
from anlan.packs.safety.relief.actions.common import lock, note, running, words
from anlan.packs.safety.relief.models import Opening
from anlan.packs.safety.relief.sites import Shelter
from anlan.packs.safety.relief.types import CANCEL, CLOSE_SITE, OPEN_SITE, ORDER

LONGEST = 24 * 60  # minutes until a site is to be open


def _log(actor: Actor, one: Opening, state: str, at: datetime, people: int | None = None) -> None:
    shelter = one.shelter
    saying.resource(
        actor=actor, incident=one.incident, kind="shelter", key=shelter.code, title=shelter.name, organisation=shelter.organisation_id, state=state,
        people=people, at=at,
    )  # fmt: skip


@transaction.atomic
def order(
    *, actor: Actor, incident: Incident, expected: Mapping[Shelter, int], minutes: int, at: datetime, text: str = "", is_demo: bool = False
) -> list[Opening]:  # fmt: skip
    """Order shelters to open for an incident within so many minutes; `expected`: people for each. All of them or none."""
    policy.require(actor, ORDER, incident)
    incident = lock(incident)
    running(actor, incident)
    if not expected:
        raise Refused("shelter", "没有选场所。至少选一个。", "shelter")
    if not 1 <= minutes <= LONGEST:
        raise Refused("minutes", f"开放时限写 1 到 {LONGEST} 分钟。", "minutes")
    text = words(text, "要求", "text", 300, needed=False)
    now, made = incident.now(at), []
    for shelter, people in sorted(expected.items(), key=lambda one: one[0].pk):
        if shelter.retired_on is not None:
            raise Refused("shelter", f"{shelter}已停用，换一个。", "shelter")
        if people < 1:
            raise Refused("expected", f"{shelter}要安置多少人？写一个大于 0 的数。", "expected")
        try:
            with transaction.atomic():
                one = Opening.objects.create(
                    incident=incident, shelter=shelter, number=Counter.next("KS", now.astimezone(CHINA).year), expected=people, words=text,
                    open_by=now + timedelta(minutes=minutes), ordered_at=now, ordered_by=actor.name, is_demo=is_demo,
                )  # fmt: skip
        except IntegrityError:
            raise Refused("stale", f"{shelter}已经下过令或已开放，不用再下。", "shelter") from None
        _log(actor, one, "called", at)
        made.append(one)
    note(
        actor, "ordered", "incident", incident.pk, incident.organisation.path, now,
        orders=[one.number for one in made], shelters=[one.shelter.code for one in made], expected=sum(expected.values()), minutes=minutes,
    )  # fmt: skip
    return made


@transaction.atomic
def open_site(*, actor: Actor, opening: Opening, at: datetime) -> Opening:
    running(actor, lock(opening.incident))
    now = opening.incident.now(at)
    advance(opening, OPEN_SITE, actor=actor, opened_at=now, opened_by=actor.name)
    _log(actor, opening, "working", at)
    note(
        actor,
        "opened",
        "opening",
        opening.pk,
        opening.shelter.organisation.path,
        now,
        number=opening.number,
        late=now > opening.open_by,
    )
    return opening


@transaction.atomic
def close_site(*, actor: Actor, opening: Opening, at: datetime) -> Opening:
    """Close a site that nobody is in any more; who stays is first moved or has left."""
    lock(opening.incident)
    Shelter.objects.select_for_update(of=("self",)).get(pk=opening.shelter_id)
    now = opening.incident.now(at)
    if inside := opening.households.filter(situation="shelter", voided_at=None).count():
        raise Refused("guard", f"还有 {inside} 户在住。先登记转移或离开，再关闭。")
    advance(opening, CLOSE_SITE, actor=actor, closed_at=now, closed_by=actor.name)
    _log(actor, opening, "released", at, people=0)
    note(actor, "closed", "opening", opening.pk, opening.shelter.organisation.path, now, number=opening.number)
    return opening


@transaction.atomic
def cancel(*, actor: Actor, opening: Opening, reason: str, at: datetime) -> Opening:
    reason = words(reason, "撤销的理由", "reason", 200)
    lock(opening.incident)
    now = opening.incident.now(at)
    advance(opening, CANCEL, actor=actor, closed_at=now, closed_by=actor.name)
    _log(actor, opening, "released", at)
    note(
        actor,
        "cancelled",
        "opening",
        opening.pk,
        opening.shelter.organisation.path,
        now,
        number=opening.number,
        reason=reason,
    )
    return opening


def fits(opening: Opening, people: int, at: datetime, *, crowd: bool) -> None:
    """Lock the shelter and see whether so many more have room; `crowd`: the keeper takes them all the same and said so."""
    shelter = Shelter.objects.select_for_update(of=("self",)).get(pk=opening.shelter_id)
    opening.refresh_from_db(fields=("state",))
    if opening.state != "open":
        raise Refused(
            "illegal", f"{shelter}{opening.get_state_display()}，现在不收人。先开放，或换一个场所。", "opening"
        )
    room = queries.capacity(shelter, at) - queries.in_shelter([shelter.pk], opening.incident.mode)[shelter.pk]
    if people > room and not crowd:
        raise Refused(
            "full",
            f"{shelter}只剩 {max(room, 0)} 人的位置。换一个场所；人已到门口、只能收住的，勾“超员也收住”。",
            "crowd",
        )
