"""Reads of casework; each takes the viewer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.moves import Offer, offers
from anlan.kernel.access.policy import reach
from anlan.kernel.access.types import PUBLIC, Actor, Reason
from anlan.kernel.casework import declared
from anlan.kernel.casework.models import Case, Line, Watch
from anlan.kernel.casework.types import Process, Step
from anlan.kernel.web.paging import kept
from anlan.kernel.web.picking import Units, units

_SHOWN = ("owner", "issuer", "holder", "person")


def concerns(actor: Actor) -> Q:
    """Cases of one's own organisation and of those below it, and those one entered oneself."""
    mine = Q(pk__in=())
    if actor.path:
        for name in ("owner", "issuer", "holder"):
            mine |= Q(**{f"{name}__path__startswith": actor.path})
    return mine | Q(opener=actor.person_id) if actor.person_id else mine


def _sees(process: Process, actor: Actor) -> Q:
    how_far = reach(actor, process.read)
    if process.narrow and how_far == "district" and not reach(actor, process.manage):
        how_far = "own"
    if not how_far:
        return Q(pk__in=())
    mine = Q(process=process.slug)
    if how_far == "district":
        return mine
    # Who worked a narrow case from this post knows it, and sees what becomes of it after it went to others.
    worked = (
        Line.objects.filter(person=actor.person_id, post=actor.post_id) if process.narrow and actor.post_id else None
    )
    return mine & (concerns(actor) if worked is None else concerns(actor) | Q(pk__in=worked.values("case")))


def visible(actor: Actor, process: str = "") -> QuerySet[Case]:
    """The cases this person may see, of one process or of all."""
    seen = Q(pk__in=())
    for one in declared.processes().values():
        if process in ("", one.slug):
            seen |= _sees(one, actor)
    return Case.objects.filter(seen).select_related(*_SHOWN)


def filtered(rows: QuerySet[Case], asked: Mapping[str, str], at: datetime) -> QuerySet[Case]:
    """By what the list's address says: process, state (or `open`), grade, kind, late, owner's name, words, month, supervised."""
    for name in ("process", "grade", "kind", "source"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name][:40]})
    state = asked.get("state", "")
    rows = rows.filter(is_open=True) if state == "open" else rows.filter(state=state[:20]) if state else rows
    if asked.get("late"):
        rows = rows.filter(is_open=True, due_at__lt=at)
    if asked.get("supervised"):
        rows = rows.exclude(supervised_at=None)
    if words := asked.get("q", "").strip()[:80]:
        rows = rows.filter(
            Q(title__contains=words) | Q(number=words) | Q(place__contains=words) | Q(owner__name__contains=words)
        )
    return rows.order_by(*_ORDER.get(asked.get("sort", ""), _ORDER[""]))


_ORDER = {
    "": ("-opened_at", "-id"),
    "due": ("due_at", "id"),
    "old": ("opened_at", "id"),
    "owner": ("owner__path", "-opened_at"),
}


def obstacle(case: Case, step: Step, actor: Actor, lines: Sequence[Line] | None = None) -> str:
    """Why this person cannot make a legal step of this case now, beyond state and permission; empty when nothing is in the way.

    `lines`: the history, newest first, where it has been read already."""
    if step.applies and not step.applies(case):
        return f"这一件不走“{step.title}”。"
    if step.not_by and actor.person_id is not None:
        if lines is None:
            last = Line.objects.filter(case=case, step__in=step.not_by).order_by("-id").first()
        else:
            last = next((one for one in lines if one.step in step.not_by), None)
        if last and last.person_id == actor.person_id:
            return f"“{last.title}”是你办的，“{step.title}”须由另一人办。"
    return step.guard(case) if step.guard else ""


def offered(case: Case, actor: Actor, lines: Sequence[Line] | None = None) -> list[Offer]:
    """现在可以做: every step legal in this state, allowed or with the reason why not; the main one first."""
    found = []
    for one in offers(case.of.steps, case, actor):
        step = one.move
        if isinstance(step, Step) and step.applies and not step.applies(case):
            continue
        sentence = obstacle(case, step, actor, lines) if one.reason.allowed and isinstance(step, Step) else ""
        found.append(Offer(step, Reason(False, sentence, one.reason.holders)) if sentence else one)
    return sorted(found, key=lambda one: (not one.reason.allowed, not getattr(one.move, "main", False)))


def doable(actor: Actor) -> Q:
    """Open cases in a state from which one of the actor's roles may make a step that moves it on."""
    found = Q(pk__in=())
    for process in declared.processes().values():
        for how_far in ("district", "own"):
            states = {
                source for step in process.steps if step.target not in ("", *step.sources) and reach(actor, step.permission) == how_far
                for source in step.sources
            }  # fmt: skip
            if states - process.ends:
                found |= Q(process=process.slug, state__in=sorted(states - process.ends))
    return found & Q(is_open=True)


def mine(actor: Actor) -> QuerySet[Case]:
    """等我办: held by my organisation (or named to me), and I may move it on."""
    if not actor.path:
        return Case.objects.none()
    held = Q(holder=actor.organisation_id) & (Q(person=None) | Q(person=actor.person_id)) | Q(person=actor.person_id)
    return Case.objects.filter(held & doable(actor)).select_related(*_SHOWN)


def sent(actor: Actor) -> QuerySet[Case]:
    """等别人: open, entered by me or issued by my organisation, held by others, and of a process that I may read."""
    if actor.person_id is None:
        return Case.objects.none()
    mine = Q(opener=actor.person_id) | Q(issuer=actor.organisation_id)
    return visible(actor).filter(mine, is_open=True).exclude(holder=actor.organisation_id)


def watched(actor: Actor) -> QuerySet[Case]:
    """我关注."""
    return visible(actor).filter(Exists(Watch.objects.filter(case=OuterRef("pk"), person=actor.person_id or 0)))


def counts(rows: QuerySet[Case], at: datetime) -> dict[str, int]:
    """How many are open, late, near their end, closed: read in one pass, and kept until something is journalled."""
    opened = Q(is_open=True)
    wanted = {
        "open": opened, "late": opened & Q(due_at__lt=at), "near": opened & Q(due_at__gte=at, due_at__lt=at + timedelta(days=1)),
        "closed": Q(is_open=False),
    }  # fmt: skip
    figures = {name: Count("pk", filter=which) for name, which in wanted.items()}
    return kept(rows, f"cases-{at:%Y%m%d%H%M}", lambda: rows.order_by().aggregate(**figures))


def rate(rows: QuerySet[Case], first: date, last: date) -> tuple[int, int, int]:
    """(entered, closed, closed in time) of the cases entered in first ≤ day ≤ last: closure and on-time rates come from these."""
    entered = rows.filter(opened_at__date__gte=first, opened_at__date__lte=last)
    closed = entered.filter(is_open=False)
    late = closed.filter(clocks__stopped_at__gt=F("clocks__due_at")).distinct()
    return entered.count(), closed.count(), closed.count() - late.count()


def titles(processes: Iterable[Process]) -> dict[str, str]:
    return {one.slug: one.title for one in processes}


def openable(actor: Actor, process: Process) -> Units:
    """The organisations for which this person may enter a case: their own tree, or the district's enterprises, schools, bureaus, streets."""
    if process.open == PUBLIC or reach(actor, process.open) == "district":
        return Units(but=("district", "section", "community"))
    return units(actor, process.open)


def issuer_of(actor: Actor) -> Organisation | None:
    """Who watches over a case entered by this actor: a bureau or street that enters it itself; an enterprise's own cases have none."""
    row = Organisation.objects.filter(pk=actor.organisation_id or 0).select_related("parent").first()
    if row is not None and row.kind == "section":
        row = row.parent
    return row if row is not None and row.kind in ("bureau", "street", "district") else None
