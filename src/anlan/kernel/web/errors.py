"""Error pages that say what failed, what is kept, and what to do. A server fault has a number to quote."""

from __future__ import annotations

import logging
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger(__name__)


def _page(request: HttpRequest, status: int, number: str = "") -> HttpResponse:
    return render(request, f"web/{status}.html", {"number": number}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    number = uuid.uuid4().hex[:8].upper()
    log.error("fault %s on %s", number, request.path)
    return _page(request, 500, number)
