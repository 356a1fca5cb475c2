"""GB/T 26875.3-2011: the user information transmission device of a building and the fire monitoring centre. Sans-IO."""

from __future__ import annotations

from anlan.protocols.gb26875.frame import Frame, Splitter, build, parse

__all__ = ["Frame", "Splitter", "build", "parse"]
