"""Time-based one-time codes (RFC 6238, SHA-1, 6 digits, 30 s): each step is accepted at most once (section 5.2)."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings

STEP = 30  # seconds


def code_at(secret: str, at: datetime, steps: int = 0) -> str:
    """The six digits shown at `at`, or `steps` steps later; `secret` in base 32."""
    return str(format_hotp_value(hotp_value(secret, int(at.timestamp()) // STEP + steps)))


def spend(authenticator: Authenticator, code: str, at: datetime) -> bool:
    """Use up the step this code belongs to; False when it or a later one was used already. Inside a transaction."""
    held = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    secret = decrypt(held.data["secret"])
    now, far = int(at.timestamp()) // STEP, settings.MFA_TOTP_TOLERANCE
    steps = [now + by for by in range(-far, far + 1) if code_at(secret, at, by) == code.replace(" ", "")]
    fresh = [step for step in steps if step > held.data.get("spent", -1)]
    if fresh:
        held.data["spent"] = authenticator.data["spent"] = fresh[0]
        held.save(update_fields=["data"])
    return bool(fresh)
