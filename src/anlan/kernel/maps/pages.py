"""一张图: layers, their table twins, and the GeoJSON each page may ask for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.maps.base import imported
from anlan.kernel.maps.types import Layer

_layers: list[Layer] = []


def install(layers: Sequence[Layer]) -> None:
    """The layers of the product, given once at start by the server storey."""
    _layers[:] = layers


def layers_for(request: Request) -> list[Layer]:
    return [layer for layer in (*_layers, *imported()) if policy.may(request.actor, layer.permission)]


def overview(request: Request) -> HttpResponse:
    """The map and, for each layer, the same things as a table."""
    layers = layers_for(request)
    specs = [
        {"slug": layer.slug, "kind": layer.kind, "url": reverse("map_layer", args=[layer.slug])} for layer in layers
    ]
    tables = [(layer, _rows(layer.features(request.actor, request.at))) for layer in layers]
    context = {
        "layers": layers,
        "specs": json.dumps(specs),
        "tables": tables,
        "schematic": any(layer.schematic for layer in layers),
    }
    return render(request, "kernel/maps/map.html", context)


def _rows(collection: Any) -> list[dict[str, Any]]:
    return [feature["properties"] for feature in collection["features"]]


def geojson(request: Request, slug: str) -> HttpResponse:
    layer = next((layer for layer in layers_for(request) if layer.slug == slug), None)
    if layer is None:
        raise Refused("not_found", "没有这个图层。")
    return JsonResponse(dict(layer.features(request.actor, request.at)), json_dumps_params={"ensure_ascii": False})
