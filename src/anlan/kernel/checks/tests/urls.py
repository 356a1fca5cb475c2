"""The pages of the tests' own area beside the product's."""

from __future__ import annotations

from django.urls import include, path

from anlan.kernel.access.edge import routes
from anlan.kernel.checks.pages import check_pages
from anlan.kernel.checks.tests.conftest import AREA

urlpatterns = [*routes(check_pages(AREA, "t/")), path("", include("anlan.server.urls"))]
