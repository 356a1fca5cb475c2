"""Wheel build: compile the message catalogues. Never needs Node; built assets are taken along when they are there."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):  # type: ignore[misc]
    def initialize(self, _version: str, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, self.root)
        from scripts.catalogues import compile_all

        build_data.setdefault("artifacts", []).extend(
            str(path.relative_to(self.root)) for path in compile_all(Path(self.root) / "src" / "anlan" / "locale")
        )
