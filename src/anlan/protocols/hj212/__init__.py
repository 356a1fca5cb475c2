"""HJ 212, data transmission of online pollutant monitoring: editions 2005 (HJ/T 212), 2017 and 2025 side by side. Sans-IO."""

from __future__ import annotations

from anlan.protocols.hj212.frame import Frame, Splitter, build, parse

__all__ = ["Frame", "Splitter", "build", "parse"]
