"""The story of the demonstration: a worker's phone without a network, two days fast, reported one thing, and sent a step too late."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.edge import posts_of
from anlan.kernel.access.models import Post
from anlan.kernel.access.types import PUBLIC
from anlan.kernel.casework import declared
from anlan.kernel.casework import queries as cases
from anlan.kernel.casework.models import Case
from anlan.kernel.field import actions, forms
from anlan.kernel.field.models import FieldEntry

WHO = "worker"


def key(name: str) -> UUID:
    """The same id every time, of the version that phones make."""
    bits = uuid5(NAMESPACE_URL, f"anlan:field:{name}").int
    return UUID(int=bits & ~((0xF << 76) | (0x3 << 62)) | (7 << 76) | (2 << 62))


def load(at: datetime) -> None:
    post = (
        Post.objects.filter(person__username=WHO, person__is_demo=True)
        .select_related("person", "organisation__parent")
        .first()
    )
    if post is None or FieldEntry.objects.filter(key__in=[key("report"), key("late")]).exists():
        return
    ahead = timedelta(days=2)
    for entry in (_report(post), _late(post)):
        if entry:
            made = {
                "person": post.person_id, "post": post.pk, "made_at": (at + ahead - timedelta(hours=3)).isoformat(), "drift": None, "photos": [],
                **entry,
            }  # fmt: skip
            actions.receive(
                actor=policy.actor_of(post),
                posts=posts_of(post.person, civil_date(at)),
                given=made,
                sent_at=at + ahead,
                at=at,
            )
    Case.objects.filter(key=key("report")).update(is_demo=True)


def _report(post: Post) -> dict[str, object] | None:
    """The first thing this post may report."""
    actor = policy.actor_of(post)
    process = next(
        (one for one in declared.processes().values() if one.open != PUBLIC and policy.may(actor, one.open)), None
    )
    if process is None:
        return None
    return {
        "id": str(key("report")), "kind": "open", "process": process.slug, "edition": forms.edition_now(process), "owner": post.organisation_id,
        "title": "冷库门口地面结冰", "fact": "6 号库门口约一平方米结冰，已放警示牌、撒盐。", "place": "6 号库门口", "source": "post", "values": {},
    }  # fmt: skip


def _late(post: Post) -> dict[str, object] | None:
    """A step of this post for a case that has gone on since."""
    actor = policy.actor_of(post)
    for case in cases.visible(actor).filter(is_demo=True, is_open=True).order_by("id"):
        for step in case.of.steps:
            if (
                case.state not in step.sources
                and step.target == case.state
                and step.sources
                and policy.may(actor, step.permission, case)
            ):
                return {
                    "id": str(key("late")), "kind": "step", "process": case.process, "case": case.number, "step": step.slug,
                    "seen": step.sources[0], "edition": forms.edition_now(case.of, step.slug), "values": {},
                    "note": "现场又紧了一遍，照片随后补。",
                }  # fmt: skip
    return None
