"""Signing in with a code besides the password (两步验证): who has it, and whose posts need it."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.mfa.models import Authenticator

from anlan.kernel.access import policy


def has(person_id: int | None) -> bool:
    """Whether the person is asked for a code when signing in."""
    return bool(Authenticator.objects.filter(user_id=person_id, type=Authenticator.Type.TOTP).exists())


def holders() -> set[int]:
    """The ids of everyone who is."""
    return set(Authenticator.objects.filter(type=Authenticator.Type.TOTP).values_list("user_id", flat=True))


def needed_by(roles: Iterable[str]) -> tuple[str, ...]:
    """Titles of those of these roles that need a second factor."""
    known = policy.roles()
    return tuple(known[slug].title for slug in sorted(set(roles)) if slug in known and known[slug].second_factor)
