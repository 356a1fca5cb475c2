"""The library's views: each change and its journal entry commit together, each wrong code counts towards the lock."""

from __future__ import annotations

from typing import Any, cast

from allauth.mfa.base.views import AuthenticateView, IndexView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_lockout_response
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from anlan.base import clock
from anlan.kernel.access import actions, second_factor
from anlan.kernel.access.edge import Request, posts_of
from anlan.kernel.access.models import Person
from anlan.kernel.access.types import Actor
from anlan.server.second_factor.codes import spend


def _left(person: Person) -> int:
    held = Authenticator.objects.filter(user_id=person.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(held.wrap().get_unused_codes()) if held else 0


class Counted:
    """A form that asks for a code: wrong ones lock like wrong passwords, a used recovery code is journalled."""

    request: Request

    def person(self) -> Person:
        return cast("Person", self.request.user)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        who = {"username": self.person().username}
        if not AxesProxyHandler.is_allowed(request, who):
            return cast("HttpResponse", get_lockout_response(request, None, who))
        with transaction.atomic():
            return cast("HttpResponse", super().post(request, *args, **kwargs))  # type: ignore[misc]

    def form_valid(self, form: Any) -> HttpResponse:
        if form.authenticator.type == Authenticator.Type.RECOVERY_CODES:
            person = self.person()
            actor = Actor(person_id=person.pk, post_id=None, name=person.name)
            actions.note_second_factor(actor=actor, verb="code_used", at=self.request.at, left=_left(person))
        return cast("HttpResponse", super().form_valid(form))  # type: ignore[misc]

    def form_invalid(self, form: Any) -> HttpResponse:
        who = {"username": self.person().username}
        user_login_failed.send(sender=__name__, credentials=who, request=self.request)
        return cast("HttpResponse", super().form_invalid(form))  # type: ignore[misc]


class SignIn(Counted, AuthenticateView):  # type: ignore[misc]
    def person(self) -> Person:
        return cast("Person", self.stage.login.user)


class Again(Counted, ReauthenticateView):  # type: ignore[misc]
    pass


class Index(IndexView):  # type: ignore[misc]
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person, at = self.request.user, self.request.at
        roles = (post.role for post in posts_of(person, clock.civil_date(at)))
        own = {"on": second_factor.has(person.pk), "left": _left(person), "needed": second_factor.needed_by(roles)}
        return {**super().get_context_data(**kwargs), **own, "held": self.request.held}


@method_decorator(transaction.atomic, name="form_valid")
class SwitchOn(ActivateTOTPView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        made = Authenticator.objects.get(user=self.request.user, type=Authenticator.Type.TOTP)
        spend(made, form.cleaned_data["code"], self.request.at)
        actions.note_second_factor(actor=self.request.actor, verb="on", at=self.request.at)
        return cast("HttpResponse", answer)


@method_decorator(transaction.atomic, name="form_valid")
class SwitchOff(DeactivateTOTPView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        actions.note_second_factor(actor=self.request.actor, verb="off", at=self.request.at)
        return cast("HttpResponse", super().form_valid(form))


@method_decorator(transaction.atomic, name="form_valid")
class NewCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        actions.note_second_factor(actor=self.request.actor, verb="codes_made", at=self.request.at)
        return cast("HttpResponse", answer)


sign_in = SignIn.as_view()
again = Again.as_view()
index = Index.as_view()
switch_on = SwitchOn.as_view()
switch_off = SwitchOff.as_view()
codes = ViewRecoveryCodesView.as_view()
new_codes = NewCodes.as_view()
