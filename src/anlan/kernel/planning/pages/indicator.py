"""Correct an indicator as read, or enter the target the city has assigned since."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access.edge import STATUS, Request
from anlan.kernel.planning import corrections
from anlan.kernel.planning.models import Correction, Indicator
from anlan.kernel.planning.pages import forms


def correct(request: Request, number: int) -> HttpResponse:
    """What is printed stays beside the correction, and a later import keeps it."""
    indicator = Indicator.objects.select_related("plan").filter(pk=number, retired_on=None).first()
    if indicator is None:
        raise Http404
    refused = None
    if request.method == "POST":
        posted = request.POST
        try:
            corrections.correct(
                actor=request.actor, item=indicator, field=forms.text(posted, "field"), value=forms.text(posted, "value"),
                reason=forms.text(posted, "reason"), at=request.at,
            )  # fmt: skip
        except Refused as no:
            refused = no
        else:
            messages.success(request, "已更正；再导入时保留。")
            return HttpResponseRedirect(reverse("plan_indicator_correct", args=[number]))
    context = {
        "indicator": indicator, "fields": corrections.INDICATOR_FIELDS, "refused": refused, "typed": request.POST,
        "rows": Correction.objects.filter(kind="indicator", item_id=number),
    }  # fmt: skip
    status = STATUS.get(refused.code, 422) if refused else 200
    return render(request, "kernel/planning/pages/indicator_correct.html", context, status=status)
