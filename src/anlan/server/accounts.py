"""Sign-in policy: nobody registers by themselves; posts are given by an administrator."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """The pages of the second factor say themselves what was done."""
        if not (message_template or "").startswith("mfa/"):
            super().add_message(request, level, message_template, *args, **kwargs)
