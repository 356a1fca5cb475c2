"""Routes: one for each declared page, and the few of the sign-in library."""

from __future__ import annotations

from allauth.account import views as account
from django.urls import path

from anlan.kernel.access.edge import routes
from anlan.server.product import CAPABILITIES

# The only routes that no capability declares; all are for signing in and out.
SIGN_IN = [
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/inactive/", account.account_inactive, name="account_inactive"),
]

urlpatterns = [*SIGN_IN, *(route for one in CAPABILITIES for route in routes(one.pages))]
handler400 = "anlan.kernel.web.errors.bad_request"
handler403 = "anlan.kernel.web.errors.forbidden"
handler404 = "anlan.kernel.web.errors.not_found"
handler500 = "anlan.kernel.web.errors.server_error"
