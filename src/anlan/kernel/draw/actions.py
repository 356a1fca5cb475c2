"""Freeze a list, reveal the result, make a draw void. Each is one transaction with one journal entry; a result is never drawn twice."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime

from django.db import transaction
from django.db.models import F

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import Move, advance
from anlan.kernel.access.types import Actor
from anlan.kernel.draw import rules
from anlan.kernel.draw.models import Draw, DrawCounter
from anlan.kernel.draw.types import Candidate, Conflict, Listing, Pool
from anlan.kernel.journal.models import Entry
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb

_TITLES = {"frozen": "锁定抽查名单", "drawn": "随机抽取", "voided": "作废抽取", "started": "下达抽查任务"}
VERBS = tuple(Verb(slug=f"draw.{slug}", title=title) for slug, title in _TITLES.items())
LONG = 200


def _number(prefix: str, year: int) -> str:
    DrawCounter.objects.get_or_create(prefix=prefix, year=year)
    DrawCounter.objects.filter(prefix=prefix, year=year).update(last=F("last") + 1)
    return f"{prefix}-{year}-{DrawCounter.objects.get(prefix=prefix, year=year).last:04d}"


@transaction.atomic
def freeze(
    *, actor: Actor, pool: Pool, organisation: Organisation, listing: Listing, at: datetime, is_demo: bool = False
) -> Draw:
    """锁定名单: from here on the list, its hash, the source and the time of the value are public. `listing.number` and `frozen_at` are given here."""
    policy.require(actor, pool.hold, organisation)
    if not listing.title.strip() or len(listing.title) > 120:
        raise Refused("title", "写抽查名称，不超过 120 个字。", "title")
    if max(len(listing.source), len(listing.form)) > LONG:
        raise Refused("source", f"数值来源和写法各不超过 {LONG} 个字。", "source")
    rules.check(replace(listing, frozen_at=at))
    listing = replace(
        listing, frozen_at=at.astimezone(CHINA), known_at=listing.known_at.astimezone(CHINA), title=listing.title.strip(),
        number=_number(pool.prefix, at.astimezone(CHINA).year),
    )  # fmt: skip
    text = rules.canonical(listing)
    made = Draw.objects.create(
        number=listing.number, pool=pool.slug, title=listing.title, organisation=organisation, text=text, list_hash=rules.digest(text),
        source=listing.source.strip(), form=listing.form.strip(), frozen_at=at, frozen_by=actor.name, known_at=listing.known_at, is_demo=is_demo,
    )  # fmt: skip
    _note(actor, made, "frozen", at, list_hash=made.list_hash, known_at=made.known_at, source=made.source)
    return made


def listing_of(draw: Draw) -> Listing:
    """The frozen list read back from its text."""
    told = draw.listed
    return Listing(
        number=told["number"], title=told["title"], objects=tuple(Candidate(**one) for one in told["objects"]),
        inspectors=tuple(Candidate(**one) for one in told["inspectors"]), conflicts=tuple(Conflict(*one) for one in told["conflicts"]),
        draw=told["draw"], spares=told["spares"], inspectors_each=told["inspectors_each"], frozen_at=datetime.fromisoformat(told["frozen_at"]),
        source=told["source"], form=told["form"], known_at=datetime.fromisoformat(told["known_at"]),
    )  # fmt: skip


def intact(draw: Draw) -> bool:
    """Whether the text still has the hash that was published, in the row and in the journal."""
    said = Entry.objects.filter(verb="draw.frozen", subject_kind="draw", subject_id=str(draw.pk)).order_by("id").first()
    published = json.loads(said.new_text)["list_hash"] if said else ""
    return rules.digest(draw.text) == draw.list_hash == published


def repeats(draw: Draw) -> bool:
    """Whether the stored result is what list and value give when they are drawn again."""
    if draw.state != "drawn":
        return not draw.result
    again = [{**asdict(one), "inspectors": list(one.inspectors)} for one in rules.drawn(listing_of(draw), draw.seed)]
    return draw.seed == rules.seed_of(draw.list_hash, draw.value) and again == draw.result


def _move(pool: Pool, slug: str, title: str, target: str) -> Move:
    return Move(slug=slug, title=title, sources=("frozen",), target=target, permission=pool.hold)


@transaction.atomic
def reveal(*, actor: Actor, pool: Pool, draw: Draw, value: str, value_from: str, at: datetime) -> Draw:
    """随机抽取: the public value is entered with where it was read; the seed and the result follow from it and the list alone."""
    said = rules.written(value)
    if at < draw.known_at:
        raise Refused("early", "公共数值还没有产生。到了时间再抽。", "value")
    if not said or len(said) > LONG:
        raise Refused("value", f"照公布的写数值，不超过 {LONG} 个字。", "value")
    if not value_from.strip() or len(value_from) > LONG:
        raise Refused("value_from", "写在哪里查到的：网址，或报纸和日期。", "value_from")
    if not intact(draw):
        raise Refused("tampered", "名单和锁定时公布的哈希不一致，不能抽取。报审计员核查流水。")
    seed = rules.seed_of(draw.list_hash, said)
    result = [{**asdict(one), "inspectors": list(one.inspectors)} for one in rules.drawn(listing_of(draw), seed)]
    advance(draw, _move(pool, "reveal", "抽取", "drawn"), actor=actor, value=said, value_from=value_from.strip(), seed=seed, result=result,
            revealed_at=at, revealed_by=actor.name)  # fmt: skip
    _note(actor, draw, "drawn", at, value=said, seed=seed, result=[one["object"] for one in result])
    return draw


@transaction.atomic
def make_void(*, actor: Actor, pool: Pool, draw: Draw, reason: str, at: datetime) -> Draw:
    """作废: only while no result is known; it stays public with its reason, so nothing is drawn again in silence."""
    if not reason.strip() or len(reason) > 400:
        raise Refused("reason", "写作废的理由，不超过 400 个字；理由会公开。", "reason")
    advance(draw, _move(pool, "void", "作废", "void"), actor=actor, void_reason=reason.strip(), voided_at=at)
    _note(actor, draw, "voided", at, reason=reason.strip())
    return draw


@transaction.atomic
def start(*, actor: Actor, pool: Pool, draw: Draw, at: datetime, spares: bool = False) -> list[str]:
    """下达: begin the inspection of every drawn object (of the spares only when asked); what has begun is left as it is."""
    policy.require(actor, pool.hold, draw)
    if draw.state != "drawn":
        raise Refused("illegal", "还没有抽取，不能下达。")
    listed = rules.drawn(listing_of(draw), draw.seed)
    begun = [pool.start(draw, one, actor, at) for one in listed if spares or not one.spare]
    _note(actor, draw, "started", at, cases=len(begun))
    return begun


def _note(actor: Actor, draw: Draw, verb: str, at: datetime, **new: object) -> None:
    record(actor=actor, verb=f"draw.{verb}", subject_kind="draw", subject_id=draw.pk, at=at, org_path=draw.organisation.path,
           new={"number": draw.number, **new})  # fmt: skip
