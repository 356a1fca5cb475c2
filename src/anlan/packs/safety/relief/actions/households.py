"""Registering households, confirming what they have, where they go, who looks at their names. Each is one transaction with one entry of the
journal. The server's time decides; an earlier one that somebody says is kept beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Counter
from anlan.kernel.response.models import Incident
from anlan.packs.safety.relief import rules
from anlan.packs.safety.relief.actions.common import claimed, lock, mine, note, number, running, words
from anlan.packs.safety.relief.actions.sites import fits
from anlan.packs.safety.relief.actions.telling import tell
from anlan.packs.safety.relief.models import Confirmation, Household, Opening, PaperForm, Stay
from anlan.packs.safety.relief.types import ACT, FIVE, NEEDS, ORDER, PLACES, SITUATIONS, UNMASK, VERDICTS

MOST_PEOPLE, MOST_FORMS, MOST_AT_ONCE = 60, 100, 500
_TEXTS = (("community", "社区", 60), ("address", "住址", 120), ("members", "成员", 1000), ("medicine", "用药", 200))


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a household as typed; Refused at the field."""
    found: dict[str, Any] = {"head": words(str(values.get("head", "")), "户主姓名（不知道就写称呼）", "head", 40)}
    phone = str(values.get("phone", "")).strip()
    if phone and not rules.PHONE.match(phone):
        raise Refused("phone", "电话写数字；没有就空着。", "phone")
    paper_id = str(values.get("paper_id", "")).strip()[:31]
    if fault := rules.id_fault(paper_id) if len(paper_id) <= 30 else "证件号最多 30 个字。":
        raise Refused("paper_id", fault, "paper_id")
    found |= {
        "phone": phone,
        "paper_id": paper_id,
        "people": number(values.get("people", ""), "几口人", "people", 1, MOST_PEOPLE),
    }
    for name, title, most in _TEXTS:
        found[name] = words(str(values.get(name, "")), title, name, most, needed=False)
    for name, title in NEEDS.items():
        found[name] = number(values.get(name) or 0, title, name, 0, 99 if name == "pets" else found["people"])
    return found


def _same(incident: Incident, values: Mapping[str, Any]) -> Household | None:
    """Somebody of this incident with the same phone or paper."""
    asked = Q(pk__in=())
    if values["phone"]:
        asked |= Q(phone=values["phone"])
    if values["paper_id"]:
        asked |= Q(paper_id__iexact=values["paper_id"])
    return Household.objects.filter(asked, incident=incident, voided_at=None).first()


@transaction.atomic
def register(
    *, actor: Actor, incident: Incident, organisation: Organisation, values: Mapping[str, Any], situation: str, at: datetime, key: UUID,
    opening: Opening | None = None, paper: str = "", given: Sequence[str] = (), not_needed: Sequence[str] = (), said_by: str = "",
    claimed_at: datetime | None = None, crowd: bool = False, another: bool = False, is_demo: bool = False,
) -> Household:  # fmt: skip
    """Register a household of a street. The same `key` again gives the one that stands. `paper`: the number of the form it was written on.
    `another`: it is not the one that has the same phone or paper. What it already has can be confirmed at once."""
    policy.require(actor, ACT, opening if opening is not None and situation == "shelter" else organisation)
    incident = lock(incident)
    running(actor, incident)
    if known := Household.objects.filter(key=key).first():
        if known.incident_id != incident.pk:
            raise Refused("key", "这张登记单已用于另一个事件。重新打开再填。")
        return known
    if situation not in (*PLACES, "unreached"):
        raise Refused("situation", "没有选这户现在在哪里。", "situation")
    if organisation.kind != "street":
        raise Refused("organisation", "没有选街道。", "organisation")
    found = checked(values)
    now = incident.now(at)
    if not another and (same := _same(incident, found)):
        raise Refused(
            "twice",
            f"电话或证件与 {same.number} 相同。换了地方的，到那一户登记去向；确实不是同一户，勾“不是同一户”。",
            "another",
        )
    form = _form(incident, paper)
    opening = _at(incident, situation, opening, found["people"], now, crowd=crowd)
    row = Household.objects.create(
        key=key, number=Counter.next("AZ", now.astimezone(CHINA).year), incident=incident, organisation=organisation, situation=situation, opening=opening,
        registered_at=now, registered_by=actor.name, claimed_at=claimed(claimed_at, incident, now), reached_at=None if situation == "unreached" else now,
        is_demo=is_demo, **found,
    )  # fmt: skip
    Stay.objects.create(
        household=row,
        situation=situation,
        opening=opening,
        people=row.people,
        since=now,
        claimed_at=row.claimed_at,
        by=actor.name,
    )
    if form is not None:
        PaperForm.objects.filter(pk=form.pk).update(household=row)
    if given or not_needed:
        _kinds([*given, *not_needed])
        if situation == "unreached":
            raise Refused("situation", "还没联系上的，不能确认救助。", "situation")
        _write(actor, [row], given, "given", now, row.claimed_at, "")
        _write(actor, [row], not_needed, "not_needed", now, row.claimed_at, _said(said_by, not_needed))
    note(
        actor, "registered", "household", row.pk, organisation.path, now,
        number=row.number, incident=incident.number, people=row.people, situation=situation, paper=paper, given=list(given), not_needed=list(not_needed),
    )  # fmt: skip
    tell(actor=actor, incident=incident, at=at)
    return row


def _form(incident: Incident, paper: str) -> PaperForm | None:
    paper = paper.strip().upper()
    if not paper:
        return None
    form = PaperForm.objects.select_for_update(of=("self",)).filter(number=paper, incident=incident).first()
    if form is None:
        raise Refused("paper", "这个事件没有印过这个编号的登记表。看表头的编号；没有编号的空着。", "paper")
    if form.household_id is not None:
        raise Refused("paper", "这张表已经录入过。", "paper")
    return form


def _at(
    incident: Incident, situation: str, opening: Opening | None, people: int, now: datetime, *, crowd: bool
) -> Opening | None:
    if situation != "shelter":
        return None
    if opening is None or opening.incident_id != incident.pk:
        raise Refused("opening", "没有选是哪个场所。", "opening")
    fits(opening, people, now, crowd=crowd)
    return opening


# ---- the five
def _kinds(what: Sequence[str]) -> None:
    if not what or set(what) - FIVE.keys() or len(set(what)) != len(what):
        raise Refused("what", "没有选确认什么；一项只选一次。", "what")


def _said(text: str, not_needed: Sequence[str]) -> str:
    return words(text, "是谁说不需要", "said_by", 200) if not_needed else ""


def _write(
    actor: Actor, rows: Sequence[Household], what: Sequence[str], verdict: str, now: datetime, claimed_at: datetime | None, text: str
) -> int:  # fmt: skip
    """Confirm what is not confirmed yet; the households are locked or new."""
    standing = set(Confirmation.objects.filter(household__in=rows, struck_at=None).values_list("household", "what"))
    made = [
        Confirmation(household=row, what=one, verdict=verdict, recorded_at=now, claimed_at=claimed_at, by=actor.name, note=text)
        for row in rows for one in what if (row.pk, one) not in standing
    ]  # fmt: skip
    Confirmation.objects.bulk_create(made)
    return len(made)


@transaction.atomic
def confirm(
    *, actor: Actor, households: Sequence[Household], what: Sequence[str], verdict: str, at: datetime, text: str = "", claimed_at: datetime | None = None
) -> int:  # fmt: skip
    """Confirm for households of one incident that they have (or do not need) some of the five; returns how many confirmations are new. It counts
    from now, whatever `claimed_at` says; what stands confirmed is left as it is."""
    _kinds(what)
    if verdict not in VERDICTS:
        raise Refused("verdict", "没有选已有还是不需要。", "verdict")
    text = _said(text, what) if verdict == "not_needed" else words(text, "说明", "text", 200, needed=False)
    keys = sorted({one.pk for one in households})
    if not 1 <= len(keys) <= MOST_AT_ONCE:
        raise Refused("row", f"一次确认 1 到 {MOST_AT_ONCE} 户。", "row")
    rows = list(
        Household.objects.select_for_update(of=("self",))
        .select_related("organisation", "incident__organisation", "opening__shelter__organisation").filter(pk__in=keys).order_by("pk")
    )  # fmt: skip
    incident = rows[0].incident
    if any(one.incident_id != incident.pk for one in rows):
        raise Refused("row", "一次只确认同一个事件的户。", "row")
    running(actor, incident)
    for row in rows:
        mine(actor, ACT, row)
        if row.voided_at is not None:
            raise Refused("illegal", f"{row.number} 已作废，不能确认。", "row")
        if row.reached_at is None:
            raise Refused("illegal", f"{row.number} 还没联系上。先登记这户现在在哪里，再确认。", "row")
    now = incident.now(at)
    made = _write(actor, rows, what, verdict, now, claimed(claimed_at, incident, now), text)
    if made:
        single = len(rows) == 1
        note(
            actor, "confirmed", "household" if single else "incident", rows[0].pk if single else incident.pk,
            rows[0].organisation.path if single else incident.organisation.path, now,
            households=[one.number for one in rows], what=list(what), verdict=verdict, made=made, claimed_at=claimed_at,
        )  # fmt: skip
    return made


@transaction.atomic
def strike(*, actor: Actor, confirmation: Confirmation, reason: str, at: datetime) -> Confirmation:
    """A confirmation was wrong: it stays, struck, and counts no more from now on."""
    reason = words(reason, "划去的理由", "reason", 200)
    row = confirmation.household
    mine(actor, ACT, row)
    running(actor, row.incident)
    now = row.incident.now(at)
    hit = Confirmation.objects.filter(pk=confirmation.pk, struck_at=None).update(
        struck_at=now, struck_by=actor.name, strike_reason=reason
    )
    if hit != 1:
        raise Refused("stale", "这条已经划去。")
    note(
        actor,
        "struck",
        "household",
        row.pk,
        row.organisation.path,
        now,
        number=row.number,
        what=confirmation.what,
        reason=reason,
    )
    confirmation.refresh_from_db()
    return confirmation


# ---- where they are
def _step(row: Household, version: int, **changes: Any) -> None:
    hit = Household.objects.filter(pk=row.pk, version=version, voided_at=None).update(
        version=F("version") + 1, **changes
    )
    if hit != 1:
        raise Refused("stale", "别人刚改过这一户，刷新后再办。")
    row.version = version + 1
    for name, value in changes.items():
        setattr(row, name, value)


def _stay(row: Household, now: datetime, by: str, text: str = "", claimed_at: datetime | None = None) -> None:
    Stay.objects.filter(household=row, until=None).update(until=now)
    Stay.objects.create(
        household=row, situation=row.situation, opening=row.opening, people=row.people, since=now, claimed_at=claimed_at, note=text, by=by,
    )  # fmt: skip


@transaction.atomic
def move(
    *, actor: Actor, household: Household, situation: str, at: datetime, version: int, opening: Opening | None = None, text: str = "",
    claimed_at: datetime | None = None, crowd: bool = False,
) -> Household:  # fmt: skip
    """Where the household is from now on: another shelter, with relatives, at home; or it has left the relief (`text` says where to). The keeper
    of the site it comes to may take it in as well as the one of the site it leaves."""
    incident = lock(household.incident)
    running(actor, incident)
    if opening is not None and situation == "shelter" and policy.may(actor, ACT, opening):
        policy.require(actor, ACT, opening)
    else:
        mine(actor, ACT, household)
    if situation not in (*PLACES, "left"):
        raise Refused("situation", "没有选现在在哪里。", "situation")
    if situation == household.situation and (
        situation != "shelter" or (opening and opening.pk == household.opening_id)
    ):
        raise Refused("same", f"这户已经登记为“{SITUATIONS[situation]}”。", "situation")
    text = words(text, "离开后去哪里", "text", 120, needed=situation == "left")
    now = incident.now(at)
    said = claimed(claimed_at, incident, now)
    old = {"situation": household.situation, "site": household.opening.shelter.code if household.opening else ""}
    opening = _at(incident, situation, opening, household.people, now, crowd=crowd)
    _step(household, version, situation=situation, opening=opening, reached_at=household.reached_at or now)
    _stay(household, now, actor.name, text, said)
    note(
        actor, "moved", "household", household.pk, household.organisation.path, now, old=old,
        number=household.number, situation=situation, site=opening.shelter.code if opening else "",
    )  # fmt: skip
    tell(actor=actor, incident=incident, at=at)
    return household


@transaction.atomic
def change(
    *, actor: Actor, household: Household, values: Mapping[str, Any], version: int, at: datetime, crowd: bool = False
) -> Household:
    """Correct what was written of a household. Another number of people is another stay from now on."""
    incident = lock(household.incident)
    mine(actor, ACT, household)
    running(actor, incident)
    found = checked(values)
    now = incident.now(at)
    more = found["people"] - household.people
    if more > 0 and household.opening is not None:
        fits(household.opening, more, now, crowd=crowd)
    changed = sorted(name for name, value in found.items() if getattr(household, name) != value)
    if not changed:
        raise Refused("nothing", "没有改动。")
    _step(household, version, **found)
    if more:
        _stay(household, now, actor.name, "人数更正")
    note(
        actor,
        "changed",
        "household",
        household.pk,
        household.organisation.path,
        now,
        number=household.number,
        fields=changed,
        people=household.people,
    )
    tell(actor=actor, incident=incident, at=at)
    return household


@transaction.atomic
def void(*, actor: Actor, household: Household, reason: str, version: int, at: datetime) -> Household:
    """Registered by mistake, or twice: it counts no more from now on. By the command alone, for it changes the figures."""
    reason = words(reason, "作废的理由（例如：与 AZ-… 重复）", "reason", 200)
    incident = lock(household.incident)
    mine(actor, ORDER, household)
    running(actor, incident)
    now = incident.now(at)
    _step(household, version, voided_at=now, void_reason=reason)
    Stay.objects.filter(household=household, until=None).update(until=now)
    note(
        actor,
        "voided",
        "household",
        household.pk,
        household.organisation.path,
        now,
        number=household.number,
        reason=reason,
        noted=household.noted,
    )
    tell(actor=actor, incident=incident, at=at)
    return household


# ---- names
@transaction.atomic
def unmask(*, actor: Actor, household: Household, reason: str, at: datetime) -> Household:
    """Names, papers, address and medicine in clear, once, to whom the incident concerns, with a reason that stays in the journal."""
    reason = words(reason, "为什么要看", "reason", 200)
    if len(reason) < 2:
        raise Refused("reason", "写清楚为什么要看：例如送药、联系家属。", "reason")
    mine(actor, UNMASK, household)
    if not Incident.objects.filter(pk=household.incident_id, is_open=True).exists():
        raise Refused("forbidden", "事件已经结束归档，原文不再给看。")
    note(
        actor,
        "unmasked",
        "household",
        household.pk,
        household.organisation.path,
        at,
        number=household.number,
        reason=reason,
    )
    return household


@transaction.atomic
def print_forms(
    *, actor: Actor, incident: Incident, organisation: Organisation, count: int, at: datetime
) -> list[PaperForm]:
    """Numbered forms for writing on paper; each number is entered once."""
    policy.require(actor, ACT, organisation)
    incident = lock(incident)
    running(actor, incident)
    if organisation.kind != "street":
        raise Refused("organisation", "没有选街道。", "organisation")
    if not 1 <= count <= MOST_FORMS:
        raise Refused("count", f"一次印 1 到 {MOST_FORMS} 张。", "count")
    now = incident.now(at)
    made = [
        PaperForm.objects.create(
            number=Counter.next("DJ", now.astimezone(CHINA).year), incident=incident, organisation=organisation, printed_at=now, printed_by=actor.name
        )
        for _each in range(count)
    ]  # fmt: skip
    note(
        actor,
        "printed",
        "incident",
        incident.pk,
        organisation.path,
        now,
        forms=[made[0].number, made[-1].number],
        count=count,
    )
    return made
