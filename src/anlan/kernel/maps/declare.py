"""What the map declares."""

from __future__ import annotations

from anlan.kernel.access.types import Operation, Page, Parameter, Permission
from anlan.kernel.journal.types import Verb
from anlan.kernel.maps import pages
from anlan.kernel.maps.base import LINES, STREETS
from anlan.kernel.web.types import Nav

_EVERYBODY = (
    "planner", "leader", "auditor", "administrator", "bureau_officer", "environment_officer", "street_officer",
)  # fmt: skip

PERMISSIONS = (
    Permission(slug="maps.read", title="查看一张图", roles=dict.fromkeys(_EVERYBODY, "district")),
    Permission(slug="maps.manage", title="导入图层", roles={"administrator": "district"}),
)

# RFC 7946; WGS-84.
_FEATURE = {
    "type": "object",
    "required": ["type", "geometry", "properties"],
    "properties": {
        "type": {"const": "Feature"},
        "geometry": {
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {"type": {"type": "string"}, "coordinates": {"type": "array"}},
        },
        "properties": {"type": "object", "description": "name 名称、sign 等级、value 数值、url 页面，视图层而定"},
    },
}
GEOJSON = Operation(
    summary="取一个图层",
    parameters=(Parameter(name="slug", title="图层代号", schema={"type": "string"}, within="path"),),
    schemas={"feature": _FEATURE},
    answer={
        "type": "object",
        "required": ["type", "features"],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": {"$ref": "#/components/schemas/feature"}},
        },
    },
    missing="没有这个图层，或不能看",
)
PAGES = (
    Page(path="map/", name="map", view=pages.overview, permission="maps.read", title="一张图", section="map"),
    Page(
        path="map/layers/<slug:slug>.geojson",
        name="map_layer",
        view=pages.geojson,
        permission="maps.read",
        title="图层",
        kind="api",
        operation=GEOJSON,
    ),
)
NAV = (Nav(section="map", title="一张图", page="map", permission="maps.read", order=1),)
VERBS = (Verb(slug="maps.layer.imported", title="导入图层"),)
LAYERS = (STREETS, LINES)
