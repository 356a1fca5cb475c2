"""Declaration of a register (台账). Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A register is one declaration."""

    slug: str
    title: str
