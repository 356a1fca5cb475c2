"""Call-ups: who is called, who answered, who is there; and, by the clock, who is called next when nobody answers. Once for each level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.response import queries as response
from anlan.kernel.response.actions import saying
from anlan.kernel.response.models import Incident
from anlan.kernel.response.types import POSTS
from anlan.packs.safety.duty.models import CALLS, Called, CallUp
from anlan.packs.safety.duty.queries import ACT, CALL, chain
from anlan.packs.safety.duty.rostering import journal, text_of
from anlan.packs.safety.duty.rules import WAIT, night_at

NEXT = {
    "called": ("answered", "declined"), "silent": ("answered", "declined"), "answered": ("moving", "arrived", "declined"), "moving": ("arrived", "declined"),
    "arrived": (), "declined": ("answered",),
}  # fmt: skip
TEST_LATE = timedelta(minutes=30)  # a worker that was away for longer does not wake people for a test


def call(
    *, actor: Actor, posts: Sequence[str], title: str, organisation: Organisation, at: datetime, key: str, words: str = "", incident: Incident | None = None,
    is_test: bool = False, is_demo: bool = False,
) -> CallUp:  # fmt: skip
    """Call the first of every post. The same `key` again gives the call that stands."""
    policy.require(actor, CALL, organisation)
    name, more = text_of(title, "title", "为什么召集", 120), text_of(words, "words", "说明", 300, wanted=False)
    chosen = [one for one in POSTS if one in posts]
    if not chosen:
        raise Refused("posts", "至少选一个岗位。", "posts")
    standing = CallUp.objects.filter(key=key).first()
    if standing is not None:
        return standing
    if incident is not None and not incident.is_open:
        raise Refused("illegal", "事件已经结束，不能为它召集。")
    empty = [POSTS[one] for one in chosen if not chain(one, at)]
    if len(empty) == len(chosen):
        raise Refused("posts", f"{'、'.join(empty)}没有人可叫：值班表是空的。先排班。", "posts")
    try:
        with transaction.atomic():
            row = CallUp.objects.create(
                key=key,
                title=name,
                words=more,
                incident=incident,
                is_test=is_test,
                organisation=organisation,
                at=at,
                by=actor.name,
                is_demo=is_demo,
            )
            for post in chosen:
                _next(row, post, at)
            journal(
                actor, "call.made", row, organisation.path, at, title=name, posts=chosen, is_test=is_test, empty=empty
            )
            if incident is not None:
                saying.note(
                    actor=actor,
                    incident=incident,
                    text=f"召集：{name}（{'、'.join(POSTS[one] for one in chosen)}）",
                    at=at,
                )
    except IntegrityError:
        return CallUp.objects.get(key=key)
    return row


def _next(row: CallUp, post: str, at: datetime) -> Called | None:
    """Call whoever comes next in a post; None when the roster has nobody left."""
    before = list(Called.objects.filter(call=row, post=post).order_by("level").values_list("person_id", flat=True))
    person = next((one for one in chain(post, at) if one not in before), None)
    if person is None:
        return None
    return Called.objects.create(
        call=row, post=post, level=len(before) + 1, person_id=person, called_at=at, climb_at=at + WAIT[row.is_test]
    )


def answer(*, actor: Actor, row: Called, target: str, at: datetime, note: str = "") -> Called:
    """What one who was called says: by themselves, or told by telephone to who called. Who cannot come is passed over at once."""
    mine = row.person_id == actor.person_id
    if mine:
        policy.require(actor, ACT)
    else:
        policy.require(actor, CALL, row.call)
    if target not in NEXT[row.state]:
        raise Refused(
            "illegal", f"{row.person.name}现在是“{CALLS[row.state]}”，不能改成“{CALLS.get(target, target)}”。"
        )
    if row.call.state != "open":
        raise Refused("illegal", "这次召集已经结束。")
    words = text_of(note, "note", "为什么来不了", wanted=target == "declined")
    changes: dict[str, Any] = {
        "state": target,
        "climb_at": None,
        "by": "" if mine else actor.name,
        "note": words or row.note,
    }
    if row.answered_at is None and target != "declined":
        changes["answered_at"] = at
    if target == "arrived":
        changes["arrived_at"] = at
    with transaction.atomic():
        if not Called.objects.filter(pk=row.pk, state=row.state, version=row.version).update(
            version=F("version") + 1, **changes
        ):
            raise Refused("stale", f"{row.person.name}的状态刚变过，刷新后再办。")
        last = not Called.objects.filter(call=row.call, post=row.post, level__gt=row.level).exists()
        if target == "declined" and last:
            _next(row.call, row.post, at)
        journal(
            actor,
            f"call.{target}",
            row.call,
            row.call.organisation.path,
            at,
            person=row.person.name,
            post=row.post,
            note=words,
        )
        # Whoever is called may not belong to the incident yet; the word is theirs all the same.
        if target == "arrived" and row.call.incident is not None:
            saying.note(
                actor=replace(actor, roles=actor.roles | {"system"}),
                incident=row.call.incident,
                text=f"{row.get_post_display()} {row.person.name}到岗",
                at=at,
            )
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    return row


def close(*, actor: Actor, row: CallUp, at: datetime) -> None:
    policy.require(actor, CALL, row)
    with transaction.atomic():
        if not CallUp.objects.filter(pk=row.pk, state="open").update(
            state="closed", closed_at=at, version=F("version") + 1
        ):
            raise Refused("illegal", "这次召集已经结束。")
        Called.objects.filter(call=row).update(climb_at=None)
        journal(actor, "call.closed", row, row.organisation.path, at)


# ---- the clock
def climb(at: datetime) -> int:
    """The job: who did not answer in time is passed over, and the next is called. Each level once, however many clocks run."""
    due = Called.objects.filter(climb_at__lte=at, state="called", call__state="open").select_related(
        "call__organisation", "person"
    )
    return sum(_climb(one, at) for one in due)


def _climb(row: Called, at: datetime) -> int:
    with transaction.atomic():
        if not Called.objects.filter(pk=row.pk, state="called", version=row.version).update(
            state="silent", climb_at=None, version=F("version") + 1
        ):
            return 0
        after = _next(row.call, row.post, at)
        journal(SYSTEM, "call.climbed", row.call, row.call.organisation.path, at, post=row.post, level=row.level, silent=row.person.name,
                next=after.person.name if after else "")  # fmt: skip
    return 1


def night_test(at: datetime) -> int:
    """The job: once a night, at a minute nobody knows, who is on duty is called; they answer, or the next is."""
    for day in (civil_date(at), civil_date(at) - timedelta(days=1)):
        due = night_at(day)
        if not due <= at < due + TEST_LATE or CallUp.objects.filter(key=f"night-{day}").exists():
            continue
        holder = next((one for one in sorted(response.on_duty(at)) if one.post == "duty"), None)
        if holder is None:
            continue
        call(
            actor=SYSTEM,
            posts=("duty",),
            title="夜间抽查：请应答",
            organisation=Organisation.objects.get(pk=holder.organisation),
            at=at,
            key=f"night-{day}",
            is_test=True,
        )
        return 1
    return 0
