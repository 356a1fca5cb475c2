"""Making the roster: which posts must be manned, shifts by hand, from a pattern, from a file; taking one out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Person, Post
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.response.models import DutyShift
from anlan.kernel.response.types import POSTS
from anlan.packs.safety.duty.models import OPEN_TRADES, LargeEvent, Manning, SensitivePeriod, ShiftTrade
from anlan.packs.safety.duty.queries import PLAN, spans_of, whole_spans
from anlan.packs.safety.duty.rules import LONGEST, Span, edge_words, over, read_edges, rotation

LONGEST_SHIFT = timedelta(hours=72)


def journal(actor: Actor, verb: str, row: Any, path: str, at: datetime, **new: Any) -> None:
    record(
        actor=actor,
        verb=f"duty.{verb}",
        subject_kind=f"duty_{verb.split('.', maxsplit=1)[0]}",
        subject_id=row.pk,
        at=at,
        org_path=path,
        new=new,
    )


def text_of(text: str, field: str, title: str, most: int = 200, *, wanted: bool = True) -> str:
    text = text.strip()
    if wanted and not text:
        raise Refused(field, f"没有写{title}。", field)
    if len(text) > most:
        raise Refused(field, f"{title}超过 {most} 个字。", field)
    return text


def man(
    *, actor: Actor, post: str, organisation: Organisation, edges: str, people: Any, from_on: date, until_on: date | None, at: datetime,
    event: LargeEvent | None = None, period: SensitivePeriod | None = None, is_demo: bool = False,
) -> Manning:  # fmt: skip
    """A post must be manned from now on: what is lacking is counted against this."""
    policy.require(actor, PLAN, organisation)
    if post not in POSTS:
        raise Refused("post", "没有选岗位。", "post")
    count = str(people).strip()
    if not count.isdecimal() or len(count) > 2 or not 1 <= int(count) <= 20:
        raise Refused("people", "每班人数写 1 到 20。", "people")
    if until_on is not None and until_on < from_on:
        raise Refused("until_on", "结束日期早于开始日期。", "until_on")
    words = edge_words(read_edges(edges))
    with transaction.atomic():
        row = Manning.objects.create(
            post=post, organisation=organisation, edges=words, people=int(count), from_on=from_on, until_on=until_on, event=event, period=period, made_at=at,
            made_by=actor.name, is_demo=is_demo,
        )  # fmt: skip
        journal(
            actor, "manning.made", row, organisation.path, at, post=post, edges=words, people=int(count), until=until_on
        )
    return row


def end_manning(*, actor: Actor, row: Manning, last: date, at: datetime) -> None:
    """The post need not be manned after `last`; the shifts that stand stay."""
    policy.require(actor, PLAN, row.organisation)
    if last < row.from_on - timedelta(days=1):
        raise Refused("last", "最后一天不能早于开始日期。", "last")
    with transaction.atomic():
        if not Manning.objects.filter(pk=row.pk, until_on=row.until_on).update(until_on=last):
            raise Refused("stale", "别人刚改过，刷新后再办。")
        journal(actor, "manning.ended", row, row.organisation.path, at, last=last)


def _may_stand(person: Person, at: datetime) -> None:
    today = civil_date(at)
    if not person.is_active or not Post.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), person=person).exists():
        raise Refused("person", f"{person.name}现在没有任职，不能排班。", "person")


def check_shift(
    post: str, organisation: Organisation, person: Person, span: Span, at: datetime, but: Sequence[int] = ()
) -> str:
    """Refuses what cannot be; returns why it needs a reason ("" when it does not)."""
    if post not in POSTS:
        raise Refused("post", "没有选岗位。", "post")
    if span.length <= timedelta(0) or span.length > LONGEST_SHIFT:
        raise Refused("ends_at", "班次要在 72 小时以内，结束晚于开始。", "ends_at")
    _may_stand(person, at)
    same = DutyShift.objects.filter(
        post=post,
        organisation=organisation,
        person=person,
        state="planned",
        starts_at__lt=span.end,
        ends_at__gt=span.start,
    )
    if same.exclude(pk__in=but).exists():
        raise Refused("person", f"{person.name}这段时间已经在这个岗上。", "person")
    return over(spans_of(person.pk, but), span)


def add(
    *, actor: Actor, post: str, organisation: Organisation, person: Person, rank: Any, starts_at: datetime, ends_at: datetime, at: datetime, note: str = "",
    is_demo: bool = False,
) -> DutyShift:  # fmt: skip
    """One shift by hand. Over a limit it needs a note that says why."""
    policy.require(actor, PLAN, organisation)
    place = str(rank).strip()
    if not place.isdecimal() or len(place) > 1 or not 1 <= int(place) <= 9:
        raise Refused("rank", "次序写 1 到 9：1 是当班，2 起是备班。", "rank")
    words = text_of(note, "note", "备注", wanted=False)
    if ends_at <= at:
        raise Refused("ends_at", "这一班已经过去。", "ends_at")
    why = check_shift(post, organisation, person, Span(starts_at, ends_at), at)
    if why and not words:
        raise Refused("note", f"{person.name}{why}。仍要排，在备注里写为什么。", "note")
    with transaction.atomic():
        row = _create(
            post=post,
            organisation=organisation,
            person=person,
            rank=int(place),
            starts_at=starts_at,
            ends_at=ends_at,
            note=words,
            is_demo=is_demo,
        )
        journal(
            actor,
            "shift.added",
            row,
            organisation.path,
            at,
            post=post,
            person=person.name,
            starts=starts_at,
            ends=ends_at,
            rank=int(place),
            over=why,
        )
    return row


def _create(**columns: Any) -> DutyShift:
    try:
        with transaction.atomic():
            return DutyShift.objects.create(**columns)
    except IntegrityError:
        raise Refused("stale", f"{columns['person'].name}这一班刚被别人排上，刷新后再看。", "person") from None


def cancel(*, actor: Actor, shift: DutyShift, reason: str, at: datetime) -> None:
    """Take a shift out of the roster. What has begun stays as it was."""
    policy.require(actor, PLAN, shift.organisation)
    words = text_of(reason, "reason", "为什么取消")
    if shift.starts_at <= at:
        raise Refused("illegal", "这一班已经开始，不能取消；换人用换班，或再排一人。")
    with transaction.atomic():
        if not DutyShift.objects.filter(pk=shift.pk, version=shift.version, state="planned").update(
            state="cancelled", version=F("version") + 1, note=words
        ):
            raise Refused("stale", "别人刚改过这一班，刷新后再办。")
        ShiftTrade.objects.filter(Q(shift=shift) | Q(back=shift), state__in=OPEN_TRADES).update(
            state="void", note="班次已取消", version=F("version") + 1
        )
        journal(
            actor,
            "shift.cancelled",
            shift,
            shift.organisation.path,
            at,
            post=shift.post,
            person=shift.person.name,
            starts=shift.starts_at,
            reason=words,
        )


@dataclass
class Made:
    """What generating gave: shifts made, those that stood already, and what to look at in words."""

    made: int = 0
    kept: int = 0
    words: list[str] = field(default_factory=list)


def generate(
    *,
    actor: Actor,
    manning: Manning,
    people: Sequence[Person],
    start: date,
    end: date,
    at: datetime,
    first: int = 0,
    is_demo: bool = False,
) -> Made:
    """Fill a post by turns. A shift that has somebody is left as it is, so the same again makes nothing twice."""
    policy.require(actor, PLAN, manning.organisation)
    if end < start or end - start > LONGEST:
        raise Refused("end", f"一次生成 1 到 {LONGEST.days} 天。", "end")
    for one in people:
        _may_stand(one, at)
    by = {one.pk: one for one in people}
    there = [one for one in whole_spans(manning, start, end) if one.end > at]
    turns = rotation([one.pk for one in people], manning.people, len(there), first)
    found = Made()
    with transaction.atomic():
        list(
            Manning.objects.select_for_update().filter(pk=manning.pk)
        )  # two who generate the same post go one after the other
        for span, turn in zip(there, turns, strict=True):
            _fill(found, manning, span, [by[one] for one in turn], is_demo)
        journal(
            actor,
            "roster.generated",
            manning,
            manning.organisation.path,
            at,
            post=manning.post,
            start=start,
            end=end,
            made=found.made,
            kept=found.kept,
        )
    return found


def _fill(found: Made, manning: Manning, span: Span, turn: Sequence[Person], is_demo: bool) -> None:
    standing = DutyShift.objects.filter(
        post=manning.post,
        organisation=manning.organisation,
        state="planned",
        starts_at__lt=span.end,
        ends_at__gt=span.start,
    )
    if standing.exists():
        found.kept += 1
        return
    for rank, person in enumerate(turn, 1):
        if why := over(spans_of(person.pk), span):
            found.words.append(f"{span.start.astimezone(CHINA):%m-%d %H:%M} {person.name}{why}")
        DutyShift.objects.create(
            post=manning.post,
            organisation=manning.organisation,
            person=person,
            rank=rank,
            starts_at=span.start,
            ends_at=span.end,
            is_demo=is_demo,
        )
        found.made += 1


# ---- from a file
@dataclass(frozen=True)
class Read:
    """A line of a file: its number, the shift it asks for, and what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    columns: Mapping[str, Any] | None
    problem: str


def store(*, actor: Actor, lines: Sequence[Read], at: datetime) -> Made:
    """All lines of a file, or none. A shift that stands already stays."""
    bad = [one for one in lines if one.problem]
    if bad or not lines:
        raise Refused("file", f"第 {bad[0].number} 行：{bad[0].problem}" if bad else "文件里没有班次。", "file")
    found = Made()
    with transaction.atomic():
        last: DutyShift | None = None
        for one in lines:
            given = dict(one.columns or {})
            policy.require(actor, PLAN, given["organisation"])
            key = {name: given[name] for name in ("post", "organisation", "person", "starts_at")}
            if DutyShift.objects.filter(**key, state="planned").exists():
                found.kept += 1
                continue
            last = _create(**given)
            found.made += 1
        if last is not None:
            journal(actor, "roster.imported", last, last.organisation.path, at, made=found.made, kept=found.kept)
    return found
