"""SL 651-2014: telemetry stations for rain and water level, and the centre that collects them. Sans-IO."""

from __future__ import annotations

from anlan.protocols.sl651.frame import Frame, Splitter, build, parse

__all__ = ["Frame", "Splitter", "build", "parse"]
