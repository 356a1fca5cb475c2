"""`anlan geo import --crs gcj02|wgs84|cgcs2000|bd09 --slug … --title … FILE.geojson`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from anlan.base import clock
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.maps.actions import store_layer
from anlan.science.geo.crs import TO_WGS84


class Command(BaseCommand):
    help = "导入图层"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--crs", required=True, choices=sorted(TO_WGS84))
        parser.add_argument("--slug", required=True)
        parser.add_argument("--title", required=True)
        parser.add_argument("--source", default="")
        parser.add_argument("--review-number", default="")

    def handle(self, *_args: Any, **options: Any) -> None:
        data = Path(options["file"]).read_bytes()
        layer = store_layer(
            actor=SYSTEM, slug=options["slug"], title=options["title"], crs=options["crs"], source=options["source"] or Path(options["file"]).name,
            data=data, at=clock.now(), review_number=options["review_number"],
        )  # fmt: skip
        self.stdout.write(
            f"已导入图层“{layer.title}”，{len(layer.features['features'])} 个图形，由 {layer.crs} 转为 WGS-84。"
        )
