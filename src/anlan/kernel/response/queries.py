"""Reading: whom the roster has on duty, which posts somebody acts in, what an activation would give, who sees which incident."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.response import cards, declared
from anlan.kernel.response.activation import Activation, Change, Facts, Holder, activate, change
from anlan.kernel.response.fold import Board
from anlan.kernel.response.grading import Proposal, proposals
from anlan.kernel.response.models import DutyShift, Incident, PlanVersion
from anlan.kernel.response.types import ACT, COMMAND, DECIDING, NEEDS, POSTS, READ

# Beside what one holds, an incident is seen by the organisations it concerns while it concerns them.
_MEMBER = "members__organisation__path"


def visible(actor: Actor, rows: QuerySet[Incident] | None = None) -> QuerySet[Incident]:
    """The incidents this person sees: all with district reach, else those that concern their organisation now."""
    rows = Incident.objects.all() if rows is None else rows
    mine = Q(**{f"{_MEMBER}__startswith": actor.path}, members__until=None) if actor.path else Q(pk__in=[])
    return policy.visible_to(actor, READ, rows, "organisation__path", mine)


def incident(actor: Actor, number: str) -> Incident:
    found = visible(actor).filter(number=number).select_related("organisation").first()
    if found is None:
        raise Refused("not_found", "没有这个事件，或它不涉及你的单位。")
    return found


def on_duty(at: datetime) -> list[Holder]:
    """Everyone on duty at that instant, by post and rank."""
    shifts = DutyShift.objects.filter(starts_at__lte=at, ends_at__gt=at, state="planned").select_related(
        "person", "organisation"
    )
    return [
        Holder(
            post=one.post, rank=one.rank, organisation=one.organisation_id, organisation_name=str(one.organisation), person=one.person_id,
            name=one.person.name,
        )
        for one in shifts
    ]  # fmt: skip


def roster(board: Board, at: datetime) -> list[Holder]:
    """The roster with whoever took a post of this incident before it."""
    duty = on_duty(at)
    taken = []
    for post, (person, name) in board.posts.items():
        shift = next((one for one in duty if one.person == person), None)
        organisation = shift.organisation if shift else board.organisation
        taken.append(
            Holder(
                post=post,
                rank=0,
                organisation=organisation,
                organisation_name=shift.organisation_name if shift else "",
                person=person,
                name=name,
            )
        )
    return [*taken, *duty]


def posts_of(board: Board, actor: Actor, at: datetime) -> set[str]:
    """The posts this person acts in: those they took, and those they are on duty in that nobody took."""
    if actor.person_id is None:
        return set()
    mine = {post for post, (person, _name) in board.posts.items() if person == actor.person_id}
    duty = {one.post for one in on_duty(at) if one.person == actor.person_id and one.rank == 1}
    return mine | (duty - board.posts.keys())


def in_posts(board: Board, at: datetime) -> dict[str, str]:
    """Who stands in each post now: who took it, else whom the roster has first."""
    first = {one.post: one.name for one in on_duty(at) if one.rank == 1}
    return {**first, **{post: name for post, (_person, name) in board.posts.items()}}


def why_not_take(incident: Incident, actor: Actor, post: str) -> Refused | None:
    """Why this person can never take the post here; None: it is theirs to take when nobody has it."""
    try:
        policy.require(actor, COMMAND if post in DECIDING else ACT, incident)
    except Refused as refused:
        return refused
    if post in ("commander", "deputy") and "duty_officer" in actor.roles:
        return Refused("forbidden", f"{POSTS[post]}由区领导或指挥长担任，值班员不能上这个岗。")
    return None


def require_post(
    incident: Incident, board: Board, actor: Actor, permission: str, posts: Sequence[str], title: str, at: datetime
) -> str:
    """The post in which this person may do it. Raises Refused `forbidden` with who could."""
    policy.require(actor, permission, incident)
    if "system" in actor.roles:
        return posts[0]
    held = posts_of(board, actor, at)
    found = next((one for one in posts if one in held), None)
    if found is None:
        words, standing = "、".join(POSTS[one] for one in posts), in_posts(board, at)
        there = "、".join(dict.fromkeys(standing[one] for one in posts if one in standing)) or "没有人在岗"
        raise Refused("forbidden", f"“{title}”由{words}办（现在{there}）。请他办，或自己先上岗。")
    return found


def lacks(board: Board, lacking: Sequence[str]) -> str:
    """What a move still needs, in words."""
    words = "、".join(NEEDS[one] for one in lacking if one != "no_open_tasks")
    tasks = f"还有 {len(board.open_tasks())} 项任务没有办完，先办完或撤销" if "no_open_tasks" in lacking else ""
    return "；".join(part for part in (tasks, f"缺{words}" if words else "") if part)


def facts_of(board: Board, level: int) -> Facts:
    leader = Organisation.objects.get(pk=board.organisation)
    return Facts(
        level=level, organisation=leader.pk, organisation_name=str(leader), place=board.place, longitude=board.longitude, latitude=board.latitude,
        streets=tuple(board.streets), counts={slug: float(one.value) for slug, one in board.counts.items() if isinstance(one.value, (int, float))},
    )  # fmt: skip


def published() -> QuerySet[PlanVersion]:
    return PlanVersion.objects.filter(state="published").select_related("plan")


def fitting(kind: str) -> list[PlanVersion]:
    """Published plans for this kind of incident first, then the others."""
    return sorted(published(), key=lambda one: (kind not in one.plan.kinds, one.plan.position))


def preview(board: Board, version: PlanVersion, scenario: str, level: int, at: datetime) -> tuple[Activation, Change]:
    """What activating this version would give, and what it would change of the tasks that stand. Writes nothing."""
    book = cards.read(version.text)
    if level not in book.levels:
        raise Refused("level", "这部预案没有这个响应级别。", "level")
    new = activate(book, scenario, facts_of(board, level), roster(board, at), declared.assets(at))
    standing = {key: one.state for key, one in board.tasks.items() if one.state != "withdrawn"}
    return new, change(standing, new)


def pinned(board: Board) -> PlanVersion | None:
    """The version the incident is bound to."""
    return PlanVersion.objects.select_related("plan").filter(pk=board.plan["version"]).first() if board.plan else None


def proposed(board: Board, at: datetime) -> list[Proposal]:
    version = pinned(board) or next((one for one in fitting(board.kind) if board.kind in one.plan.kinds), None)
    return proposals(board, cards.read(version.text) if version else None, declared.warnings(at))
