"""The Django apps of the house. A pack is one line here and one in `house.py`."""

from __future__ import annotations

APPS = [
    "anlan.kernel.journal",
    "anlan.kernel.access",
    "anlan.kernel.web",
    "anlan.kernel.files",
    "anlan.kernel.registry",
    "anlan.kernel.draw",
    "anlan.kernel.observations",
    "anlan.kernel.alarms",
    "anlan.kernel.casework",
    "anlan.kernel.checks",
    "anlan.kernel.response",
    "anlan.kernel.exchange.delivery",
    "anlan.kernel.penalties",
    "anlan.kernel.maps",
    "anlan.kernel.reporting",
    "anlan.kernel.field",
    "anlan.kernel.relay",
    "anlan.kernel.planning",
    "anlan.kernel.planning.values",
    "anlan.kernel.planning.reviews",
    "anlan.kernel.planning.decisions",
    "anlan.packs.environment",
    "anlan.packs.safety",
    "anlan.packs.education",
    "anlan.server",
]
