"""Publish and withdraw. Publishing is part of a step of the case; withdrawing is its own action with a reason."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case
from anlan.kernel.journal.record import record
from anlan.kernel.journal.types import Verb
from anlan.kernel.penalties import queries, rules
from anlan.kernel.penalties.models import Publication
from anlan.kernel.penalties.types import Period

WITHDRAW = "penalties.withdraw"
VERBS = (
    Verb(slug="penalties.published", title="公布执法信息"),
    Verb(slug="penalties.withdrawn", title="撤下执法信息"),
)


def publish(
    *, actor: Actor, case: Case, kind: str, outcome: str, text: str, decided_on: date, at: datetime, periods: tuple[Period, ...], law: str = "",
    number: str = "",
) -> Publication:  # fmt: skip
    """Make it public; part of the caller's transaction. Raises Refused `personal` when the text names a person."""
    said = text.strip()
    if not said:
        raise Refused("summary", "没有写公布的内容。", "summary")
    if found := queries.personal(case, said):
        raise Refused("personal", f"公布的内容里有{found}，去掉再公布。", "summary")
    made, fresh = Publication.objects.get_or_create(
        kind=kind, case=case,
        defaults={
            "organisation": case.owner, "issuer": case.issuer or case.holder, "number": number, "subject": case.title[:120], "outcome": outcome, "law": law,
            "text": said, "decided_on": decided_on, "published_at": at, "published_by": actor.name, "is_demo": case.is_demo,
            "shown_until": rules.until(periods, kind, civil_date(at)),
        },
    )  # fmt: skip
    if not fresh:
        raise Refused("twice", "已经公布过。")
    record(actor=actor, verb="penalties.published", subject_kind="publication", subject_id=made.pk, at=at, org_path=made.issuer.path,
           new={"case": case.number, "kind": kind, "until": made.shown_until})  # fmt: skip
    return made


@transaction.atomic
def withdraw(*, actor: Actor, publication: Publication, reason: str, at: datetime) -> Publication:
    """撤下 before the period ends: the decision was changed, revoked, or the credit restored. The line stays in the records."""
    policy.require(actor, WITHDRAW, publication)
    return end(actor=actor, publication=publication, reason=reason, at=at)


def end(*, actor: Actor, publication: Publication, reason: str, at: datetime) -> Publication:
    """What withdrawing writes; part of the caller's action, which has asked whether the actor may."""
    said = reason.strip()
    if not said or len(said) > 400:
        raise Refused("reason", "写撤下的理由，不超过 400 个字。", "reason")
    hit = Publication.objects.filter(pk=publication.pk, withdrawn_at=None).update(
        withdrawn_at=at, withdrawn_by=actor.name, withdrawn_reason=said
    )
    if hit != 1:
        raise Refused("stale", "已经撤下。")
    publication.refresh_from_db()
    record(actor=actor, verb="penalties.withdrawn", subject_kind="publication", subject_id=publication.pk, at=at, org_path=publication.issuer.path,
           new={"case": publication.case.number, "reason": said})  # fmt: skip
    return publication
