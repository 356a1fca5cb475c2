"""Bring a layer in: converted at the edge, checked, stored as one action."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.ops import transform

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.maps.models import ImportedLayer
from anlan.science.geo.crs import TO_WGS84

LIMIT = 32 * 1024 * 1024


def _converted(feature: Any, convert: Callable[[float, float], tuple[float, float]], number: int) -> dict[str, Any]:
    try:
        geometry = shape(feature["geometry"])
        if geometry.is_empty or not geometry.is_valid:
            raise Refused("geometry", f"第 {number} 个图形无效（自交或为空）。修好再导入。")
        moved = transform(lambda lon, lat, *_rest: convert(lon, lat), geometry)
    except (KeyError, TypeError, ValueError, AttributeError, ShapelyError):
        raise Refused("geometry", f"第 {number} 个图形读不出。") from None
    west, south, east, north = moved.bounds
    if not (73 <= west <= east <= 136 and 3 <= south <= north <= 54):
        raise Refused("bounds", f"第 {number} 个图形不在中国范围内：坐标系选对了吗，经纬度有没有颠倒？")
    properties = feature.get("properties") or {}
    kept = {"name": str(properties.get("name", ""))[:80], "value": "", "sign": "", "url": "", "schematic": False}
    return {"type": "Feature", "geometry": mapping(moved), "properties": kept}


@transaction.atomic
def store_layer(
    *, actor: Actor, slug: str, title: str, crs: str, source: str, data: bytes, at: datetime, review_number: str = ""
) -> ImportedLayer:
    """Replace or add an imported layer. Outside the demonstration a public map must carry its review number (审图号)."""
    policy.require(actor, "maps.manage")
    if crs not in TO_WGS84:
        raise Refused("crs", f"坐标系只认 {'、'.join(TO_WGS84)}。")
    if not settings.DEMO and not review_number.strip():
        raise Refused("review_number", "正式使用的地图要写审图号：--review-number。")
    if len(data) > LIMIT:
        raise Refused("size", f"文件超过 {LIMIT // 1024 // 1024} MB。")
    try:
        collection = json.loads(data.decode("utf-8-sig"))
        features = collection["features"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Refused("form", "这不是 GeoJSON 要素集。") from None
    if not isinstance(features, list) or not features:
        raise Refused("empty", "文件里没有图形。")
    converted = [_converted(feature, TO_WGS84[crs], number) for number, feature in enumerate(features, 1)]
    digest = hashlib.sha256(data).hexdigest()
    layer, _made = ImportedLayer.objects.update_or_create(
        slug=slug,
        defaults={
            "title": title, "crs": crs, "source": source, "review_number": review_number, "sha256": digest, "imported_at": at,
            "imported_by": actor.name, "features": {"type": "FeatureCollection", "features": converted},
        },
    )  # fmt: skip
    record(actor=actor, verb="maps.layer.imported", subject_kind="map_layer", subject_id=layer.pk, at=at, content_hash=digest,
           new={"slug": slug, "crs": crs, "features": len(converted), "source": source})  # fmt: skip
    return layer
