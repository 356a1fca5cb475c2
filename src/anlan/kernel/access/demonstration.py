"""Who and what stands in the demonstration: its stories name people by username and organisations by code, never rows."""

from __future__ import annotations

from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import Actor


def people() -> dict[str, Actor]:
    """The invented people by username, each in the post given first."""
    posts = Post.objects.filter(person__is_demo=True).select_related("person", "organisation__parent").order_by("-id")
    return {post.person.username: policy.actor_of(post) for post in posts}


def units() -> dict[str, Organisation]:
    """The invented organisations by code."""
    return {one.code: one for one in Organisation.objects.filter(is_demo=True)}
