"""Download, always as an attachment, never rendered on our origin."""

from __future__ import annotations

from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse

from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.files.models import Stored


def download(request: Request, number: int) -> HttpResponse:
    rows = policy.visible_to(
        request.actor, "files.read", Stored.objects.all(), "org_path", also=Q(org_path="") | Q(is_public=True)
    )
    stored = rows.filter(pk=number).first()
    if stored is None:
        raise Http404
    return sent(stored)


def sent(stored: Stored) -> HttpResponse:
    """The bytes as an attachment. The caller has checked that the reader may have them."""
    response = FileResponse(stored.location.open("rb"), as_attachment=True, filename=stored.name)
    response["Content-Type"] = stored.media_type
    response["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[return-value]
