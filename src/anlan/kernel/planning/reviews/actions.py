"""Make, write, score, sign and publish a review. Signing freezes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import advance, find
from anlan.kernel.access.types import Actor
from anlan.kernel.documents.types import DocumentNumber
from anlan.kernel.journal.record import Facts, record
from anlan.kernel.planning.models import Plan
from anlan.kernel.planning.reviews.gathering import gather
from anlan.kernel.planning.reviews.models import KINDS, Review, Snapshot
from anlan.kernel.planning.reviews.moves import MOVES
from anlan.kernel.planning.values.models import FrozenValue


def canonical(facts: Mapping[str, Any]) -> str:
    """The bytes that are signed: JSON, sorted keys, no spaces, Chinese as it is."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _note(
    actor: Actor, verb: str, review: Review, at: datetime, *, new: Facts | None = None, content_hash: str = ""
) -> None:
    record(
        actor=actor, verb=f"planning_reviews.{verb}", subject_kind="review", subject_id=review.pk, at=at, new=new,
        org_path=review.organisation.path, content_hash=content_hash,
    )  # fmt: skip


def _check(plan: Plan, kind: str, year: int, as_of: date, at: datetime) -> None:
    if kind not in KINDS:
        raise Refused("kind", "选一种评估：年度、中期或终期。", "kind")
    if not plan.first_year <= year <= plan.last_year:
        raise Refused("year", f"年份应在 {plan.first_year} 到 {plan.last_year} 之间。", "year")
    if kind == "final" and year != plan.last_year:
        raise Refused("year", f"终期评估的年份是 {plan.last_year}。", "year")
    if as_of > civil_date(at):
        raise Refused("as_of", "截至日期在今天以后。", "as_of")
    if as_of < date(year, 1, 1):
        raise Refused("as_of", f"截至日期早于 {year} 年。", "as_of")
    if Review.objects.filter(plan=plan, kind=kind, year=year).exclude(state="published").exists():
        raise Refused("open", "同一评估已有一份在办。先办完那一份。", "kind")


@transaction.atomic
def make(
    *, actor: Actor, plan: Plan, kind: str, year: int, as_of: date, organisation: Organisation, code: str, addressee: str,
    at: datetime,
) -> Review:  # fmt: skip
    """Gather the facts as of a day into a draft. `organisation` issues it, `code` begins its number."""
    policy.require(actor, "planning_reviews.make", organisation)
    _check(plan, kind, year, as_of, at)
    DocumentNumber(code=code, year=at.year, serial=1)  # refuses a code that cannot begin a number
    if not addressee.strip() or len(addressee.strip()) > 60:
        raise Refused("addressee", "写明主送机关，不超过 60 字。", "addressee")
    last = Review.objects.filter(plan=plan, kind=kind, year=year).aggregate(last=Max("round"))["last"] or 0
    review = Review.objects.create(
        plan=plan, kind=kind, year=year, round=last + 1, as_of=as_of, organisation=organisation, code=code, made_at=at,
        addressee=addressee.strip(), data=gather(plan, kind, year, as_of, at), made_by=actor.name,
    )  # fmt: skip
    _note(actor, "made", review, at, new={"plan": plan.title, "kind": kind, "year": year, "as_of": as_of})
    return review


@transaction.atomic
def refresh(*, actor: Actor, review: Review, at: datetime) -> None:
    """Gather again; the words written so far stay."""
    data = gather(review.plan, review.kind, review.year, review.as_of, at)
    advance(review, find(MOVES, "refresh"), actor=actor, data=data)
    _note(actor, "refreshed", review, at, new={"as_of": review.as_of})


@transaction.atomic
def write(*, actor: Actor, review: Review, opinion: str, proposals: str, at: datetime) -> None:
    """The words of a person: assessment and proposals. Figures come from the data only."""
    for field, text in (("opinion", opinion), ("proposals", proposals)):
        if len(text) > 4000:
            raise Refused("long", "超过 4000 字。改短后再存。", field)
    advance(review, find(MOVES, "write"), actor=actor, opinion=opinion.strip(), proposals=proposals.strip())
    _note(actor, "written", review, at, new={"opinion": review.opinion, "proposals": review.proposals})


@transaction.atomic
def send_to_sign(*, actor: Actor, review: Review, at: datetime) -> None:
    """Gather once more, score by the edition in force on the as-of day, and put it before the leader."""
    data = gather(review.plan, review.kind, review.year, review.as_of, at)
    if not data["indicators"] and not data["tasks"]["total"]:
        raise Refused("empty", "这份规划没有指标和任务，没有可评的内容。")
    advance(review, find(MOVES, "score"), actor=actor, data=data, returned_for="")
    _note(actor, "scored", review, at, new={"score": data["score"]["total"], "grade": data["score"]["grade"]})


@transaction.atomic
def send_back(*, actor: Actor, review: Review, reason: str, at: datetime) -> None:
    """退回修改, with a reason."""
    text = reason.strip()
    if not text or len(text) > 300:
        raise Refused("reason", "写明退回的理由，不超过 300 字。", "reason")
    advance(review, find(MOVES, "return"), actor=actor, returned_for=text)
    _note(actor, "returned", review, at, new={"reason": text})


def facts_of(review: Review) -> dict[str, Any]:
    """What the review says now: the frozen content once signed, the draft's data and words before."""
    if review.state in ("signed", "published"):
        frozen: dict[str, Any] = json.loads(review.snapshot.content)
        return frozen
    return _whole(review)


def _whole(review: Review) -> dict[str, Any]:
    return {
        **review.data, "review": review.pk, "round": review.round, "issuer": review.organisation.name,
        "addressee": review.addressee, "opinion": review.opinion, "proposals": review.proposals,
    }  # fmt: skip


@transaction.atomic
def sign(*, actor: Actor, review: Review, at: datetime) -> Snapshot:
    """The leader signs: number, signer and day are added, the whole is frozen, its hash goes into the journal."""
    day = civil_date(at)
    given = Review.objects.select_for_update().filter(code=review.code, number_year=day.year)
    serial = max((number or 0 for number in given.values_list("serial", flat=True)), default=0) + 1
    try:
        advance(review, find(MOVES, "sign"), actor=actor, signed_at=at, number_year=day.year, serial=serial)
    except IntegrityError:  # another review took this number in the same moment
        raise Refused("stale", "文号刚被另一份报告用掉，再签一次。") from None
    signed = {
        "date": day.isoformat(),
        "code": review.code,
        "year": day.year,
        "serial": serial,
        "signer": actor.name,
        "post": actor.on_behalf_of,
    }
    content = canonical({**_whole(review), "signed": signed})
    digest = hashlib.sha256(content.encode()).hexdigest()
    snapshot = Snapshot.objects.create(review=review, content=content, sha256=digest, frozen_at=at)
    _freeze_values(review, digest, at)
    _note(actor, "signed", review, at, new={"number": f"{review.code}〔{day.year}〕{serial}号"}, content_hash=digest)
    return snapshot


def _freeze_values(review: Review, digest: str, at: datetime) -> None:
    """Leave each figure beside its indicator, so that the page can show 冻结值."""
    FrozenValue.objects.bulk_create(
        FrozenValue(
            indicator_id=one["id"], year=one["year"], value=Decimal(one["value"]), as_of=date.fromisoformat(one["as_of"]),
            label=f"{review.year} {KINDS[review.kind]}", snapshot_hash=digest, frozen_at=at,
        )
        for one in review.data["indicators"]
        if one["value"] is not None
    )  # fmt: skip


def intact(snapshot: Snapshot) -> bool:
    """Does the frozen content still have its hash?"""
    return hashlib.sha256(snapshot.content.encode()).hexdigest() == snapshot.sha256


@transaction.atomic
def publish(*, actor: Actor, review: Review, at: datetime) -> None:
    """Show the signed report to the public, unless the frozen content no longer matches its hash."""
    if review.state == "signed" and not intact(review.snapshot):
        raise Refused("broken", "冻结内容与签发时的摘要不符，不能公布。找管理员核对流水。")
    advance(review, find(MOVES, "publish"), actor=actor, published_at=at)
    _note(actor, "published", review, at)
