"""Sign-in policy: nobody registers by themselves; posts are given by an administrator."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False
