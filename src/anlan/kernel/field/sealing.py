"""The outbox's seal: AES-256-GCM with the person's own key. The phone seals; an exported file is opened here.

Additional data ties a sealed thing to its place: `entry|<id>|<person>` and `photo|<sha256>|<person>`.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.field.models import FieldKey
from anlan.kernel.journal.record import record


@transaction.atomic
def key_for(*, actor: Actor, at: datetime) -> FieldKey:
    """The person's key, made the first time."""
    row, made = FieldKey.objects.get_or_create(
        person_id=actor.person_id,
        defaults={"code": secrets.token_hex(8), "secret": secrets.token_bytes(32), "made_at": at},
    )
    if made:
        record(actor=actor, verb="field.key_made", subject_kind="person", subject_id=actor.person_id, at=at)
    return row


def opened(key: FieldKey, iv: bytes, sealed: bytes, bound_to: str) -> bytes:
    """What was sealed. Raises Refused `sealed` for another key, another place, or a changed byte."""
    try:
        return AESGCM(bytes(key.secret)).decrypt(iv, sealed, bound_to.encode())
    except (InvalidTag, ValueError):
        raise Refused("sealed", "这一件打不开：不是本系统的手机导出的，或文件改动过。") from None
