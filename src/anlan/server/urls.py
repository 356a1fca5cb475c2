"""Routes: one for each declared page, and the few of the sign-in library."""

from __future__ import annotations

from collections.abc import Iterable

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path

from anlan.kernel.access.edge import routes
from anlan.server.product import CAPABILITIES
from anlan.server.second_factor import views as second

# The only routes that no capability declares; all are for signing in and out.
SIGN_IN = [
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
    path("account/code/", second.sign_in, name="mfa_authenticate"),
]
# The same, for whoever is signed in; open also to those held back until they have a second factor. Names are the library's.
OWN_ACCOUNT = [
    path("account/again/", account.reauthenticate, name="account_reauthenticate"),
    path("account/again/code/", second.again, name="mfa_reauthenticate"),
    path("account/second-factor/", second.index, name="mfa_index"),
    path("account/second-factor/on/", second.switch_on, name="mfa_activate_totp"),
    path("account/second-factor/off/", second.switch_off, name="mfa_deactivate_totp"),
    path("account/second-factor/codes/", second.codes, name="mfa_view_recovery_codes"),
    path("account/second-factor/codes/new/", second.new_codes, name="mfa_generate_recovery_codes"),
]


def grouped(found: Iterable[tuple[str, URLPattern]], words: int = 2) -> list[URLPattern | URLResolver]:
    """Routes under their first words: a request is compared with some tens of patterns, not with each of more than a thousand.

    In a group the order stays; what begins with an argument comes after the groups."""
    groups: dict[str, list[tuple[str, URLPattern]]] = {}
    single: list[URLPattern | URLResolver] = []
    for address, route in found:
        word, slash, rest = address.partition("/")
        if words and slash and "<" not in word:
            groups.setdefault(word + slash, []).append((rest, route))
        else:
            single.append(path(address, route.callback, name=str(route.name)))
    return [*(path(word, include(grouped(inside, words - 1))) for word, inside in groups.items()), *single]


ROUTES = [*SIGN_IN, *OWN_ACCOUNT, *(route for one in CAPABILITIES for route in routes(one.pages))]
urlpatterns = grouped((str(route.pattern), route) for route in ROUTES)
handler400 = "anlan.kernel.web.errors.bad_request"
handler403 = "anlan.kernel.web.errors.forbidden"
handler404 = "anlan.kernel.web.errors.not_found"
handler500 = "anlan.kernel.web.errors.server_error"
