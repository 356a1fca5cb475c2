"""What the map declares."""

from __future__ import annotations

from anlan.kernel.access.types import Page, Permission
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
PAGES = (
    Page(path="map/", name="map", view=pages.overview, permission="maps.read", title="一张图", section="map"),
    Page(
        path="map/layers/<slug:slug>.geojson",
        name="map_layer",
        view=pages.geojson,
        permission="maps.read",
        title="图层",
        kind="api",
    ),
)
NAV = (Nav(section="map", title="一张图", page="map", permission="maps.read", order=1),)
VERBS = (Verb(slug="maps.layer.imported", title="导入图层"),)
LAYERS = (STREETS, LINES)
