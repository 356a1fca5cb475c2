"""The library's code forms, which here accept each code once."""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator

from anlan.server.second_factor.codes import spend


def _once(form: AuthenticateForm, code: str) -> str:
    chosen = form.authenticator
    if chosen.type == Authenticator.Type.TOTP and not spend(chosen, code, context.request.at):
        raise get_adapter().validation_error("incorrect_code")
    return code


class SignInForm(AuthenticateForm):  # type: ignore[misc]
    def clean_code(self) -> str:
        return _once(self, super().clean_code())


class AgainForm(ReauthenticateForm):  # type: ignore[misc]
    def clean_code(self) -> str:
        return _once(self, super().clean_code())
